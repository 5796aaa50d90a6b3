"""An infection among people who live close together."""

from __future__ import annotations

import msgspec
import numpy as np


class Group(msgspec.Struct):
    """People of one shelter: susceptible, exposed, infectious, recovered."""

    susceptible: int
    exposed: int = 0
    infectious: int = 0
    recovered: int = 0

    @property
    def people(self) -> int:
        """All of them."""
        return self.susceptible + self.exposed + self.infectious + self.recovered


class Disease(msgspec.Struct, frozen=True):
    """`contact`: infections that an infectious person causes in a day where all are susceptible;
    `latent` and `ill`: mean days until infectious, and of being so. Norovirus by default (latent
    1.2 days, ill 2 days: Teunis et al. 2008; Lopman et al. 2014)."""

    contact: float = 2.2
    latent: float = 1.0
    ill: float = 2.0


def step(group: Group, disease: Disease, days: float, random: np.random.Generator) -> int:
    """Let some days pass in a group (best short ones); new cases.

    The chain-binomial form of SEIR (Lekone & Finkenstädt 2006): each person's chance in a step is
    1 − exp(−rate · days).
    """
    force = disease.contact * group.infectious / max(group.people, 1)
    infected = int(random.binomial(group.susceptible, -np.expm1(-force * days)))
    fell_ill = int(random.binomial(group.exposed, -np.expm1(-days / disease.latent)))
    healed = int(random.binomial(group.infectious, -np.expm1(-days / disease.ill)))
    group.susceptible -= infected
    group.exposed += infected - fell_ill
    group.infectious += fell_ill - healed
    group.recovered += healed
    return fell_ill


def join(group: Group, people: int) -> None:
    """People who move in, none of them ill."""
    group.susceptible += people


def leave(group: Group, people: int, random: np.random.Generator) -> None:
    """People who move out, whoever they are."""
    parts = ("susceptible", "exposed", "infectious", "recovered")
    sizes = [getattr(group, part) for part in parts]
    gone = random.multivariate_hypergeometric(sizes, min(people, sum(sizes)))
    for part, number in zip(parts, gone, strict=True):
        setattr(group, part, getattr(group, part) - int(number))
