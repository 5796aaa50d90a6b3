"""Alarms of syndromes in the shelters of a municipality, from their tick sheets."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import combinations
from typing import Annotated

import msgspec

from noroshi.core.capability import mode_of
from noroshi.core.parts import Inputs, Towns
from noroshi.core.place import municipality
from noroshi.core.record import Edition, Record, Version
from noroshi.domains.health.shelter_alarm import sheets
from noroshi.domains.health.shelter_alarm.model import (
    BASELINE,
    GUARD,
    Day,
    Judged,
    Rule,
    judge,
    together,
)
from noroshi.domains.health.shelter_alarm.sheets import Shelter
from noroshi.domains.health.shelter_alarm.syndromes import ACTIONS, SYNDROMES, Syndrome
from noroshi.domains.health.tick_sheets import LAPSE, ends
from noroshi.kinds import decode, encode, note
from noroshi.kinds.shelter_alarm import LinkedShelter, ShelterAlarm, ShelterCluster, SyndromeDay
from noroshi.kinds.shelter_merged import ShelterMerged
from noroshi.kinds.syndrome import ShelterSyndrome

SHEET, MERGED = sheets.SHEET, sheets.MERGED
ALARM, CLUSTER = "health.shelter_alarm", "health.shelter_cluster"
#: The part of shelters of which nobody knows where they are.
UNPLACED = "unplaced"
#: Days that are looked at, newest included; that a run may pause; that are told.
_DAYS, _PAUSE, _TOLD = 28, 3, 10

Chance = Annotated[float, msgspec.Meta(gt=0, lt=1)]


class Params(msgspec.Struct, frozen=True):
    """What the reader of the product may choose."""

    alarm_p: Annotated[
        Chance, note("アラームのｐ値", "an alarm where so many are less probable than this")
    ] = 0.001
    watch_p: Annotated[
        Chance, note("注意のｐ値", "a watch where so many are less probable than this")
    ] = 0.01
    least: Annotated[
        int, msgspec.Meta(ge=2, le=20),
        note("アラームの最少患者数", "no statistical alarm of fewer persons in three days"),
    ] = 3  # fmt: skip
    shape: Annotated[
        float, msgspec.Meta(ge=0.1, le=100),
        note("避難所間のばらつき", "shape of the gamma distribution of rates between shelters: "
             "the smaller, the more they differ"),
    ] = 2.0  # fmt: skip
    prior_days: Annotated[
        float, msgspec.Meta(ge=1, le=1e6),
        note("文献値の重み", "person-days that published rates weigh against what is counted"),
    ] = 1000.0  # fmt: skip
    near: Annotated[
        float, msgspec.Meta(ge=0, le=50),
        note("近くとみなす距離", "shelters so near to each other are linked [km]"),
    ] = 2.0  # fmt: skip
    unknown_persons: Annotated[
        int, msgspec.Meta(ge=1, le=10_000),
        note("人数不明の避難所の想定", "people in a shelter of which nobody says how many"),
    ] = 100  # fmt: skip
    lapse: Annotated[
        int, msgspec.Meta(ge=1, le=14),
        note("失効日数", "without a new sheet an alarm ends so many days after the day of it"),
    ] = LAPSE  # fmt: skip


class Found(msgspec.Struct):
    """A syndrome in a shelter, as of its newest sheet."""

    shelter: Shelter
    syndrome: Syndrome
    days: list[Judged]
    level: str
    why: list[str]
    cluster: str = ""

    @property
    def now(self) -> Judged:
        """The newest day."""
        return self.days[-1]


def scope(version: Version, towns: Towns) -> list[str]:
    """The municipality of a shelter or of its sheet; sheets without one are a part of their own."""
    area = municipality(towns.of(version) or version.area)
    body: ShelterSyndrome | ShelterMerged = decode(version.kind, version.body)
    if not area and body.municipality:
        area = municipality(towns.named(body.municipality))
    if not area and version.kind == SHEET:
        return [UNPLACED]
    return [area] if area else []


def build(inputs: Inputs, params: Params) -> list[Edition]:
    """One edition: the alarms and clusters of a municipality, empty where all is as usual.

    Raises InvalidRecord for a body that is not of its kind, a date that is none, or inputs of
    mixed modes.
    """
    mode = mode_of(inputs)
    known = sheets.shelters(inputs.get(SHEET, ()), inputs.get(MERGED, ()), _DAYS)
    if not known:
        return []
    newest = max(max(one.days) for one in known)
    found: list[Found] = []
    clusters: list[Record] = []
    for syndrome in SYNDROMES.values():
        some = _judged(known, syndrome, newest, params)
        if syndrome.spreads:
            groups = _linked(some, params)
            clusters += [_cluster(group, params) for group in groups]
        found += some
    records = [_record(one, found, params) for one in found] + clusters
    issued = max(sheet.version.issued for one in known for day in one.days.values()
                 for sheet in day)  # fmt: skip
    records.sort(key=lambda one: (one.kind, one.key))
    # Also without records: an alarm is over from the sheet on that says so, not for all times.
    return [Edition("", issued, records, mode=mode, effective=issued)]


def _judged(
    known: Sequence[Shelter], syndrome: Syndrome, newest: int, params: Params
) -> list[Found]:
    """The shelters whose newest sheet is a watch or an alarm, and not too old."""
    series = {
        one.key: {
            day: Day(count, sheets.exposure(one, day, params.unknown_persons))
            for day, count in sheets.counts(one, syndrome.code).items()
        }
        for one in known
    }
    rule = Rule(params.alarm_p, params.watch_p, params.least, params.shape, params.prior_days,
                syndrome.rate / 1000, syndrome.watch, syndrome.alarm)  # fmt: skip
    judged = judge({key: days for key, days in series.items() if days}, rule)
    return [
        Found(one, syndrome, days, days[-1].level, list(days[-1].why))
        for one in known
        if (days := judged.get(one.key)) and days[-1].level and newest - days[-1].day < _PAUSE
    ]


def _linked(found: list[Found], params: Params) -> list[list[Found]]:
    """Those near each other as groups of two or more, most cases first. A watch beside an alarm is
    an alarm, and so are watches that are too many for chance together."""
    group = {one.shelter.key: {one.shelter.key} for one in found}
    for one, other in combinations(found, 2):
        if _apart(one, other) <= params.near * 1000:
            joined = group[one.shelter.key] | group[other.shelter.key]
            for key in joined:
                group[key] = joined
    by_key = {one.shelter.key: one for one in found}
    groups = []
    for keys in {min(one): one for one in group.values() if len(one) > 1}.values():
        some = sorted((by_key[key] for key in keys),
                      key=lambda one: (-one.now.window, one.shelter.key))  # fmt: skip
        alarm = any(one.level == "alarm" for one in some)
        if sum(one.now.window for one in some) >= params.least:
            alarm = alarm or together([one.now for one in some]) < params.alarm_p
        for one in some:
            one.cluster = f"{one.syndrome.code}/{min(keys)}"
            if alarm and one.level == "watch":
                one.level, one.why = "alarm", [*one.why, "linked"]
        groups.append(some)
    return sorted(groups, key=lambda some: some[0].cluster)


def _apart(one: Found, other: Found) -> float:
    here, there = one.shelter.point, other.shelter.point
    return float("inf") if here is None or there is None else sheets.metres(here, there)


def _record(one: Found, every: Sequence[Found], params: Params) -> Record:
    shelter, now, syndrome = one.shelter, one.now, one.syndrome
    last = shelter.last
    beside = [
        each for each in every if each.cluster and each is not one and each.cluster == one.cluster
    ]
    body = ShelterAlarm(
        name=shelter.name,
        codes=sorted({*(shelter.said.codes if shelter.said else ()), last.body.code} - {""}),
        shelter=shelter.merged.key if shelter.merged else "", joined=shelter.joined,
        municipality=_town(shelter), syndrome=syndrome.code, syndrome_name=syndrome.ja,
        syndrome_en=syndrome.en, level=one.level, why=one.why, date=_text(now.day),
        partial=max(sheet.share for sheet in shelter.days[now.day]) < 1,
        count=now.cases, count_window=now.window, expected=_round(now.expected), upper=now.upper,
        p_value=_round(now.p), persons=shelter.persons(now.day), since=_text(_since(one.days)),
        baseline_days=now.baseline, days=[_day(shelter, each) for each in one.days[-_TOLD:]],
        cluster=one.cluster,
        linked=_near(one, beside),
        action=[ACTIONS[each][0] for each in syndrome.actions],
        action_en=[ACTIONS[each][1] for each in syndrome.actions],
    )  # fmt: skip
    return Record(
        ALARM, f"{shelter.key}/{syndrome.code}", encode(body),
        geometry=(shelter.merged or last.version).geometry or last.version.geometry,
        area=sheets.area_of(shelter), valid_to=ends(now.day, params.lapse),
        basis=_basis(one, *beside),
    )  # fmt: skip


def _near(one: Found, others: Sequence[Found]) -> list[LinkedShelter]:
    found = [
        LinkedShelter(key=each.shelter.key, name=each.shelter.name, metres=round(_apart(one, each)),
                      level=each.level, count=each.now.window)
        for each in others
    ]  # fmt: skip
    return sorted(found, key=lambda each: (each.metres, each.key))


def _cluster(some: Sequence[Found], params: Params) -> Record:
    persons = [people for one in some if (people := one.shelter.persons(one.now.day)) is not None]
    body = ShelterCluster(
        syndrome=some[0].syndrome.code, syndrome_name=some[0].syndrome.ja,
        municipality=_town(some[0].shelter),
        level="alarm" if any(one.level == "alarm" for one in some) else "watch",
        first=_text(min(_since(one.days) for one in some)),
        last=_text(max(one.now.day for one in some)), count=sum(one.now.window for one in some),
        persons=sum(persons) if persons else None, shelters=[one.shelter.name for one in some],
        keys=[one.shelter.key for one in some],
    )  # fmt: skip
    first = some[0]
    return Record(
        CLUSTER, first.cluster, encode(body), geometry=_points(some),
        area=sheets.area_of(first.shelter),
        valid_to=max(ends(one.now.day, params.lapse) for one in some),
        basis=_basis(*some),
    )  # fmt: skip


def _points(some: Sequence[Found]) -> bytes:
    from shapely import MultiPoint, to_wkb

    found = to_wkb(MultiPoint(sorted(point for one in some if (point := one.shelter.point))))
    assert isinstance(found, bytes)
    return found


def _basis(*some: Found) -> tuple[int, ...]:
    """Their own sheets that the judgement rests on, and the merged shelters they were joined to."""
    ids = {
        sheet.version.id
        for one in some for at, each in one.shelter.days.items()
        if at >= one.now.day - GUARD - BASELINE for sheet in each
    }  # fmt: skip
    return tuple(sorted(ids | {one.shelter.merged.id for one in some if one.shelter.merged}))


def _since(days: Sequence[Judged]) -> int:
    """The first day of the run of watches and alarms that the newest day ends."""
    since = days[-1].day
    for one in reversed(days):
        if one.level and since - one.day <= _PAUSE:
            since = one.day
    return since


def _day(shelter: Shelter, one: Judged) -> SyndromeDay:
    return SyndromeDay(date=_text(one.day), count=one.cases, expected=_round(one.expected),
                       upper=one.upper, persons=shelter.persons(one.day),
                       level=one.level)  # fmt: skip


def _town(shelter: Shelter) -> str:
    said = shelter.said.municipality if shelter.said else ""
    return said or shelter.last.body.municipality


def _text(day: int) -> str:
    return date.fromordinal(day).isoformat()


def _round(value: float) -> float:
    """Four significant digits: the same on every machine."""
    return float(f"{value:.4g}")
