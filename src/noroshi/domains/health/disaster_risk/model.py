"""From what is known to grades: chances of transmission × how things stand → likelihood; likelihood
× importance → risk. Every grade above 1 is accounted for by evidence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from noroshi.domains.health.disaster_risk.diseases import DISEASES, Disease, grade
from noroshi.kinds.infection_risk import RiskCell, RiskEvidence, ShelterCell

#: How far each factor may raise a grade: an alarm in several shelters counts twice.
_MOST = {"alarm": 2}
OPPORTUNITY, SITUATION = "opportunity", "situation"
#: Between factors of which one is as good as several.
OR = "|"


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is known. `counts`: by how much it raises a grade where its factor matters.
    `only`: codes of the diseases, or syndromes, that it is about; empty: any. `ids`: the versions
    that say so. `shelter`: key of the one shelter that it is about.
    `old`: too old to tell how things stand now; its factor stays unknown."""

    factor: str
    ja: str
    en: str
    counts: int = 0
    only: frozenset[str] = frozenset()
    time: str = ""
    source: str = ""
    ids: tuple[int, ...] = ()
    shelter: str = ""
    old: bool = False


class Judged(msgspec.Struct, frozen=True):
    """A cell, and the ids of the versions that it rests on."""

    cell: RiskCell
    ids: frozenset[int]


def judge(disease: Disease, every: Sequence[Known], unknown: Sequence[str], month: int) -> Judged:
    """The cell of a disease in a municipality. `unknown`: factors of which nothing is known."""
    evidence: list[RiskEvidence] = []
    ids: set[int] = set()
    dark: list[str] = []
    grades = {OPPORTUNITY: disease.start, SITUATION: 1}
    for axis, factors in ((OPPORTUNITY, disease.opportunity), (SITUATION, disease.situation)):
        for factor in factors:
            either = factor.split(OR)
            told = [known for one in either for known in _about(disease, one, every)]
            told += _season(disease, factor, month)
            if all(one.old for one in told):
                dark += [one for one in either if one == "circulation" or one in unknown]
            most = _MOST.get(factor, 1)
            grades[axis] += min(most, max((one.counts for one in told), default=0))
            for one in told:
                evidence.append(_evidence(one, axis, min(most, one.counts)))
                ids.update(one.ids)
    told = [one for one in every if one.factor == "syndrome" and one.only & {*disease.syndrome}]
    for one in told:
        evidence.append(_evidence(one, "", 0))
        ids.update(one.ids)
    opportunity, situation = (min(3, grades[axis]) for axis in (OPPORTUNITY, SITUATION))
    likelihood = grade(opportunity, situation)
    cell = RiskCell(
        disease=disease.code, name=disease.ja, name_en=disease.en, group=disease.group,
        opportunity=opportunity, situation=situation, likelihood=likelihood,
        importance=disease.importance, risk=grade(likelihood, disease.importance),
        evidence=[_start(disease), *evidence],
        unknown=dark,
    )  # fmt: skip
    return Judged(cell, frozenset(ids))


def in_shelter(
    key: str, name: str, cells: Mapping[str, Judged], whole: Sequence[Known],
    here: Sequence[Known], month: int,
) -> list[tuple[ShelterCell, frozenset[int]]]:  # fmt: skip
    """The diseases whose risk in one shelter is above that of its municipality, because of what is
    so there (`here`), with what is so everywhere (`whole`)."""
    found = []
    factors = {one.factor for one in here}
    for code, of_town in cells.items():
        disease = DISEASES[code]
        if not any(_axis(disease, one) for one in here):
            continue
        rest = [one for one in whole if one.factor not in factors or not _matters(disease, one)]
        judged = judge(disease, [*rest, *here], (), month)
        if (judged.cell.risk, judged.cell.likelihood) <= (
            of_town.cell.risk, of_town.cell.likelihood,
        ):  # fmt: skip
            continue
        own = [one for one in here if _matters(disease, one)]
        cell = ShelterCell(
            key=key, name=name, disease=code, disease_name=disease.ja,
            likelihood=judged.cell.likelihood, risk=judged.cell.risk,
            evidence=[_evidence(one, _axis(disease, one), one.counts) for one in own],
        )  # fmt: skip
        found.append((cell, frozenset(number for one in own for number in one.ids)))
    return found


def _matters(disease: Disease, one: Known) -> bool:
    return one in _about(disease, one.factor, [one]) and bool(_axis(disease, one))


def _axis(disease: Disease, one: Known) -> str:
    for axis, factors in ((OPPORTUNITY, disease.opportunity), (SITUATION, disease.situation)):
        if any(one.factor in factor.split(OR) for factor in factors):
            return axis
    return ""


def _about(disease: Disease, factor: str, known: Iterable[Known]) -> list[Known]:
    names = {disease.code, *disease.codes, *disease.syndrome}
    return [one for one in known if one.factor == factor and (not one.only or one.only & names)]


def _season(disease: Disease, factor: str, month: int) -> list[Known]:
    if factor != "season" or not disease.months:
        return []
    now = month in disease.months
    months = "・".join(map(str, disease.months))
    return [
        Known(
            factor="season", counts=int(now),
            ja=f"{month}月は流行期（{months}月）{'' if now else 'ではない'}",
            en=f"month {month} is {'' if now else 'not '}of its season ({months})",
        )
    ]  # fmt: skip


def _start(disease: Disease) -> RiskEvidence:
    word = {1: ("少ない", "few"), 2: ("中等度", "moderate"), 3: ("多い", "many")}[disease.start]
    return RiskEvidence(
        factor="usual", axis=OPPORTUNITY,
        what=f"避難所での感染伝播の機会は、ほかに要因がなければ{word[0]}",
        what_en=f"chances of transmission in shelters are {word[1]} where nothing else matters",
    )  # fmt: skip


def _evidence(one: Known, axis: str, effect: int) -> RiskEvidence:
    return RiskEvidence(factor=one.factor, axis=axis, effect=effect, what=one.ja,
                        what_en=one.en, time=one.time, source=one.source)  # fmt: skip
