"""What is known in a municipality of crowding, supply, damage, syndromes and what circulates."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec
import numpy as np

from noroshi.core import weeks
from noroshi.core.parts import remembered
from noroshi.core.record import Version
from noroshi.core.time import DAY, JST, show, to_datetime
from noroshi.domains.health.disaster_risk.diseases import CODES, RARE
from noroshi.domains.health.disaster_risk.model import Known
from noroshi.domains.health.levels import THRESHOLDS, in_warning
from noroshi.domains.health.tick_sheets import day_of, ends, latest_day
from noroshi.domains.health.weekly import NATION, Weekly, weekly
from noroshi.kinds import decode
from noroshi.kinds.damage_total import DamageTotal
from noroshi.kinds.diseases import named
from noroshi.kinds.lifeline_state import OutageArea
from noroshi.kinds.shelter_alarm import ShelterAlarm
from noroshi.kinds.shelter_merged import ShelterMerged
from noroshi.kinds.shelter_risk import ShelterRisk
from noroshi.kinds.syndrome import ShelterSyndrome

#: Days of tick sheets that are told.
_DAYS = 3
#: A weekly table tells what circulates until so long after the end of its week.
_TELLS = 28 * DAY
_SERVICES = {"water": ("断水", "water"), "sewage": ("下水道の支障", "sewerage"),
             "power": ("停電", "power")}  # fmt: skip
_SYNDROMES = {
    "fever_respiratory": ("急性呼吸器感染症", "acute respiratory infection"),
    "diarrhoea": ("下痢・嘔吐", "diarrhoea or vomiting"),
    "bloody_diarrhoea": ("血性下痢", "bloody diarrhoea"),
    "measles": ("麻疹疑い", "suspected measles"), "rash": ("発疹", "rash"),
    "meningitis": ("髄膜炎疑い", "suspected meningitis"),
    "tetanus": ("破傷風疑い", "suspected tetanus"),
}  # fmt: skip


class Shelter(msgspec.Struct, frozen=True):
    """An open shelter."""

    version: Version
    body: ShelterMerged

    @property
    def crowded(self) -> bool | None:
        """True where it is full; None where nobody can tell."""
        if self.body.crowding in ("full", "congested"):
            return True
        if self.body.headcount is None or not self.body.capacity:
            return False if self.body.crowding == "free" else None
        return self.body.headcount > self.body.capacity


def shelters(versions: Sequence[Version]) -> list[Shelter]:
    """Those that are open."""
    found = [Shelter(one, decode(one.kind, one.body)) for one in versions]
    return [one for one in found if one.body.status == "open"]


def crowding(found: Sequence[Shelter], share: float) -> tuple[list[Known], list[Known]]:
    """How crowded shelters are: of the municipality, and of each that is full. It counts for the
    whole where so large a share of the people are in full ones."""
    people = sum(one.body.headcount or 0 for one in found)
    told = [one for one in found if one.crowded is not None]
    full = [one for one in told if one.crowded]
    inside = sum(one.body.headcount or 0 for one in full)
    if not told:
        return [], []
    counts = int(bool(people) and inside >= share * people and inside > 0)
    whole = Known(
        factor="crowding", counts=counts,
        ja=f"定員超過・混雑の避難所 {len(full)}／{len(told)}か所（{inside:,}人／計{people:,}人）",
        en=f"{len(full)} of {len(told)} shelters are over capacity or crowded "
           f"({inside:,} of {people:,} people)",
        time=_newest(one.version for one in told), source="disaster.shelter_merged",
        ids=tuple(one.version.id for one in (full or told)),
    )  # fmt: skip
    each = [
        Known(
            factor="crowding", counts=1, ja=f"避難者 {_people(one.body.headcount)}／定員 "
            f"{_people(one.body.capacity)}", en="over capacity or crowded: "
            f"{one.body.headcount} people, room for {one.body.capacity}",
            time=one.body.reported or "", source=_source(one.version), ids=(one.version.id,),
            shelter=one.version.key,
        )
        for one in full
    ]  # fmt: skip
    return [whole], each


def supply(
    outages: Sequence[Version], risks: Sequence[Version], share: float
) -> tuple[list[Known], list[Known]]:
    """Water, sewerage and power: of the municipality, and of each shelter that is cut off."""
    whole = []
    for version in outages:
        said: OutageArea = decode(version.kind, version.body)
        words = _SERVICES.get(said.service)
        if words is None or said.status not in ("out", "partial"):
            continue
        customers = "戸数不明" if said.customers_out is None else f"{said.customers_out:,}戸"
        rate = "" if said.share is None else f"（{said.share:.0%}）"
        most = said.share is None or said.share >= share
        whole.append(Known(
            factor=said.service, counts=int(most), ja=f"{words[0]} {customers}{rate}",
            en=f"{words[1]} is out: {said.customers_out} customers {rate}".strip(),
            time=said.observed or "", source=_source(version), ids=(version.id,),
        ))  # fmt: skip
    each = []
    for version in risks:
        risk: ShelterRisk = decode(version.kind, version.body)
        for reason in risk.reasons:
            service = reason.reason.removeprefix("no_")
            if reason.reason in ("no_water", "no_power"):
                each.append(Known(
                    factor=service, counts=1, ja=f"この避難所は{_SERVICES[service][0]}",
                    en=f"no {_SERVICES[service][1]} in this shelter", time=reason.since or "",
                    source=_source(version), ids=(version.id,), shelter=version.key,
                ))  # fmt: skip
    return whole, each


def damage(versions: Sequence[Version], least: int) -> list[Known]:
    """Floods, injuries and debris, by the totals of damage; they count from `least` on."""
    found = []
    for version in versions:
        said: DamageTotal = decode(version.kind, version.body)
        if said.level != "municipality":
            continue
        wounded = said.injured
        if wounded is None and (said.severe is not None or said.slight is not None):
            wounded = (said.severe or 0) + (said.slight or 0)
        flooded = _sum(said.above_floor, said.below_floor)
        broken = _sum(said.destroyed, said.half, said.partial)
        for factor, number, ja, en in (
            ("flood", flooded, "床上・床下浸水 {}棟", "{} dwellings flooded"),
            ("injury", wounded, "負傷者 {}人", "{} people injured"),
            ("debris", broken, "損壊した住家 {}棟（片付け・がれき作業）",
             "{} dwellings damaged (clearing up)"),
        ):  # fmt: skip
            if number is not None:
                found.append(Known(
                    factor=factor, counts=int(number >= least), ja=ja.format(f"{number:,}"),
                    en=en.format(f"{number:,}"), time=show(version.issued, JST) or "",
                    source=_source(version), ids=(version.id,),
                ))  # fmt: skip
    return found


class Sheet(msgspec.Struct, frozen=True):
    """A tick sheet, and its day (an ordinal)."""

    version: Version
    body: ShelterSyndrome
    day: int


def sheets(versions: Sequence[Version], now: int, days: int) -> list[Sheet]:
    """Those whose day ended less than so many days before `now` (µs). What is dated after it was
    issued is mistyped, and left out."""
    read: list[Sheet] = []
    for version in versions:
        body: ShelterSyndrome = decode(version.kind, version.body)
        read.append(Sheet(version, body, day_of(version, body.date)))
    return [
        one for one in read if one.day <= latest_day(one.version) and ends(one.day, days) > now
    ]  # fmt: skip


def syndromes(read: Sequence[Sheet], least: int) -> list[Known]:
    """What tick sheets of the newest three days count, and the injured they tell of, who count from
    `least` on."""
    if not read:
        return []
    last = max(one.day for one in read)
    recent = [(one.version, one.body) for one in read if one.day > last - _DAYS]
    time = _newest(version for version, _ in recent)
    ids = tuple(version.id for version, _ in recent)
    found = []
    for code, (ja, en) in _SYNDROMES.items():
        said = [value for _, body in recent if (value := getattr(body, code)) is not None]
        if said:
            found.append(Known(
                factor="syndrome", only=frozenset({code}), time=time, ids=ids,
                ja=f"避難所の{ja} {sum(said):,}人（{_DAYS}日間、日報{len(said)}枚）",
                en=f"{sum(said):,} persons with {en} in shelters ({_DAYS} days, "
                   f"{len(said)} sheets)", source="health.shelter_syndrome",
            ))  # fmt: skip
    injured = [value for _, body in recent if (value := body.injury) is not None]
    if sum(injured):
        found.append(Known(factor="injury", counts=int(sum(injured) >= least), time=time, ids=ids,
                           ja=f"避難所の外傷 {sum(injured):,}人（{_DAYS}日間）",
                           en=f"{sum(injured):,} injuries seen in shelters ({_DAYS} days)",
                           source="health.shelter_syndrome"))  # fmt: skip
    return found


def alarms(versions: Sequence[Version]) -> tuple[list[Known], list[Known]]:
    """Alarms of syndromes: of the municipality (several shelters count twice), and of each."""
    read: list[tuple[Version, ShelterAlarm]] = [
        (one, decode(one.kind, one.body)) for one in versions
    ]
    several = {
        code for code in {said.syndrome for _, said in read}
        if sum(said.syndrome == code and said.level == "alarm" for _, said in read) > 1
    }  # fmt: skip
    whole, each = [], []
    for version, said in read:
        loud = said.level == "alarm"
        one = Known(
            factor="alarm", counts=int(loud), only=frozenset({said.syndrome}),
            ja=f"{said.name}で{said.syndrome_name}が{said.count_window}人（３日間、"
            f"{'アラーム' if loud else '注意'}、{said.since}から）",
            en=f"{said.count_window} with {said.syndrome_en or said.syndrome} in {said.name} in "
            f"three days ({said.level}, since {said.since})",
            time=show(version.issued, JST) or "", source=_source(version), ids=(version.id,),
        )  # fmt: skip
        more = loud and said.syndrome in several
        whole.append(msgspec.structs.replace(one, counts=2) if more else one)
        if loud:
            key = said.shelter or version.key.rpartition("/")[0]
            each.append(msgspec.structs.replace(one, counts=2, shelter=key))
    return whole, each


@remembered(2)
def read_weeks(versions: Sequence[Version]) -> list[Weekly]:
    """The weekly notifications of the diseases that are assessed. Every body is checked."""
    some = []
    for one in versions:
        decode(one.kind, one.body)
        if one.key in CODES:
            some.append(one)
    return list(weekly(some, 8).values())


def as_of(found: Sequence[Weekly], newest: int) -> int:
    """As of when it is judged what holds now (µs): the newest issue of what is known of the
    municipality, or the end of the newest week (of a mistyped one, when its table was issued)."""
    told = [min(weeks.ends(weeks.numbered(one.last)), one.published[-1]) for one in found]
    return max([newest, *told])


def is_old(one: Weekly, now: int) -> bool:
    """Whether its last table is too old to tell what circulates."""
    return now - weeks.ends(weeks.numbered(one.last)) > _TELLS


def circulation(found: Sequence[Weekly], prefecture: str, now: int) -> list[Known]:
    """What circulates in the prefecture (in the country, where it is not told by prefecture) as of
    `now` (µs). Weekly tables never end by themselves: what an old one says is told as old."""
    known = []
    year = f"{to_datetime(now, JST).year:04}"
    for one in found:
        area = prefecture if prefecture in one.areas else NATION
        column = one.areas.index(area)
        sentinel = one.system == "sentinel"
        values = (one.per_sentinel if sentinel else one.counts)[:, column]
        rate = values[-1]
        if np.isnan(rate):
            continue
        before = values[-5:-1]
        before = before[~np.isnan(before)]
        week = weeks.numbered(one.last)
        old = is_old(one, now)
        if old:
            counts, ja = 0, "４週より前の週で、現在の流行状況は不明"
            en = "more than four weeks ago: whether it circulates now is not known"
        else:
            counts, ja, en = _activity(one.disease, float(rate), before.tolist(), sentinel)
        disease = named(one.disease)
        where = ("全国", "the country") if area == NATION else ("県内", "the prefecture")
        unit = ("定点当たり", " for each sentinel") if sentinel else ("報告", " notified")
        shown = f"{f'{week[:4]}年' if old or week[:4] != year else ''}第{week[-2:]}週"
        known.append(Known(
            factor="circulation", counts=counts, only=frozenset({one.disease}), old=old,
            ja=f"{where[0]}の{one.name} {shown} {unit[0]}{rate:.4g}（{ja}）",
            en=f"{disease.en if disease else one.disease} in {where[1]}, week {week}: "
            f"{rate:.4g}{unit[1]} ({en})",
            time=show(one.published[-1], JST) or "", source="health.notifications",
            ids=tuple(each for each in one.rests[-1 if old else -5 :] if each),
        ))  # fmt: skip
    return known


def _activity(
    disease: str, now: float, before: list[float], sentinel: bool
) -> tuple[int, str, str]:
    """Whether it circulates so that it counts, and in words why."""
    level = THRESHOLDS.get(disease) if sentinel else None
    if level is not None and in_warning(level, [*before, now]):
        said = f"警報（{level.begin:g}以上で始まり{level.end:g}未満で終わる）"
        return 1, said, f"warning level (from {level.begin:g} until below {level.end:g})"
    if level is not None and level.advisory is not None and now >= level.advisory:
        said = f"注意報の基準{level.advisory:g}以上"
        return 1, said, f"advisory level {level.advisory:g} or more"
    if disease in RARE and now + sum(before[-3:]) > 0:
        return 1, "４週以内に報告あり", "cases in the last four weeks"
    if not before:
        return 0, "前の週は不明", "weeks before are not known"
    mean = sum(before) / len(before)
    least = 1.0 if sentinel else 3.0
    if now >= 1.5 * mean and now >= least:
        return 1, f"前{len(before)}週平均{mean:.3g}の1.5倍以上", f"1.5 times the mean {mean:.3g}"
    word = ("増加", "rising") if now > mean else ("横ばい・減少", "steady or falling")
    return 0, f"{word[0]}、前{len(before)}週平均{mean:.3g}", f"{word[1]}, mean {mean:.3g}"


def _sum(*numbers: int | None) -> int | None:
    told = [one for one in numbers if one is not None]
    return sum(told) if told else None


def _people(number: int | None) -> str:
    return "不明" if number is None else f"{number:,}人"


def _newest(versions: Iterable[Version]) -> str:
    return show(max(one.issued for one in versions), JST) or ""


def _source(version: Version) -> str:
    return f"{version.series} {version.key}"
