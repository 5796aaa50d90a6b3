"""The reproduction number of each disease that passes from person to person, by prefecture."""

from __future__ import annotations

from typing import Annotated

import msgspec
import numpy as np

from noroshi.core import weeks
from noroshi.core.capability import mode_of
from noroshi.core.parts import Inputs, Towns
from noroshi.core.record import Edition, Mode, Record, Version
from noroshi.domains.health.reproduction import WEEKS
from noroshi.domains.health.reproduction.intervals import SERIAL, Serial
from noroshi.domains.health.reproduction.model import Nodes, Prior, nodes_of, quantile, weekly
from noroshi.domains.health.weekly import COUNTRY, KIND, Values, Weekly, newest_system
from noroshi.domains.health.weekly import weekly as weekly_counts
from noroshi.kinds import encode, note
from noroshi.kinds.reproduction import AreaReproduction, Reproduction

#: More of the infectivity than this may not come from weeks of which nothing is known.
_UNKNOWN = 0.01


class Params(msgspec.Struct, frozen=True):
    """What the reader of the product may choose."""

    window: Annotated[
        int,
        msgspec.Meta(ge=1, le=8),
        note("推定期間", "weeks that each number rests on; more are steadier and later"),
    ] = 2
    shown: Annotated[
        int, msgspec.Meta(ge=1, le=16), note("表示週数", "newest weeks that are given a number")
    ] = 12
    most_cv: Annotated[
        float,
        msgspec.Meta(gt=0, le=1),
        note(
            "変動係数の上限",
            "no number where the posterior's coefficient of variation is higher (too few cases)",
        ),
    ] = 0.3
    prior_mean: Annotated[
        float, msgspec.Meta(gt=0, le=20), note("事前分布の平均", "mean of the gamma prior")
    ] = 5.0
    prior_sd: Annotated[
        float,
        msgspec.Meta(ge=0.5, le=20),
        note("事前分布の標準偏差", "standard deviation of the gamma prior"),
    ] = 5.0
    level: Annotated[
        float, msgspec.Meta(ge=0.5, le=0.99), note("信用水準", "probability of the intervals")
    ] = 0.95


def scope(version: Version, towns: Towns) -> list[str]:
    """The disease that counts are of, where its serial interval is known."""
    return [f"disease:{version.key}"] if version.key in SERIAL else []


def build(inputs: Inputs, params: Params) -> list[Edition]:
    """One edition per disease, empty where no area has a number in the weeks shown. Without it
    what was said before would never have been: its inputs are still given, as history.

    Raises InvalidRecord for a body that is not of its kind, or inputs of mixed modes.
    """
    mode = mode_of(inputs)
    newest = newest_system(weekly_counts(inputs[KIND], WEEKS, comparable=True))
    return [
        _edition(one, SERIAL[disease], params, mode)
        for disease, one in newest.items()
        if disease in SERIAL
    ]


def _edition(said: Weekly, serial: Serial, params: Params, mode: Mode) -> Edition:
    nodes = nodes_of(serial)
    kept = min(len(said.rests), params.shown + params.window + nodes.share.shape[1])
    areas = _areas(said, nodes, params, said.counts[-kept:])
    issued = max(said.published)
    if not areas:
        return Edition("", issued, [], mode=mode, effective=issued)
    body = Reproduction(
        disease=said.disease, name=said.name, system=said.system, week=weeks.numbered(said.last),
        serial_mean=serial.mean.centre, serial_sd=serial.sd.centre,
        serial_range=[serial.mean.low, serial.mean.high], evidence=serial.evidence,
        source=serial.source, window=params.window, level=params.level, areas=areas,
    )  # fmt: skip
    basis = tuple(sorted({one for one in said.rests[-kept:] if one}))
    record = Record("health.reproduction", said.disease, encode(body), basis=basis)
    return Edition("", issued, [record], mode=mode, effective=issued)


def _areas(said: Weekly, nodes: Nodes, params: Params, counts: Values) -> list[AreaReproduction]:
    """The areas for which some week has a number; the country first."""
    prior = Prior(params.prior_mean, params.prior_sd)
    posterior = weekly(counts.T, nodes, params.window, prior, _UNKNOWN).last(params.shown)
    # What Cori et al. advise: the coefficient of variation with the serial interval known.
    enough = posterior.known & (posterior.shape**-0.5 <= params.most_cv)
    posterior = posterior._replace(known=enough)
    outside = (1 - params.level) / 2
    values = [
        np.where(enough, posterior.mean(), np.nan),
        quantile(posterior, outside),
        quantile(posterior, 1 - outside),
    ]
    first = said.last - enough.shape[1] + 1
    names = [weeks.numbered(first + place) for place in range(enough.shape[1])]
    return [
        AreaReproduction(code=code or COUNTRY, weeks=names, mean=mean, lower=lower, upper=upper)
        for row, code in enumerate(said.areas)
        if enough[row].any()
        for mean, lower, upper in [[_rounded(one[row]) for one in values]]
    ]


def _rounded(values: Values) -> list[float | None]:
    """Three significant digits: what is computed elsewhere is then the same."""
    return [None if np.isnan(one) else float(f"{one:.3g}") for one in values.tolist()]
