"""What is in force in one municipality, from the records that a reader may see.

A notice is *old* once its issuer said it more than a day ago, and *stale* after a week: then it
is shown as old information and no advice rests on it, for a node that was cut off keeps warnings
that ended long since. Volcanic warnings hold for years; they only tell their date.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import msgspec

from noroshi.channels.advice.actions import SUBJECT_OF
from noroshi.channels.advice.coasts import prefectures_of
from noroshi.channels.advice.towns import Ranges, Town
from noroshi.channels.features import thing_id
from noroshi.core.label import Reader
from noroshi.core.record import Action, Mode, Version
from noroshi.core.time import DAY, parse, show
from noroshi.domains.disaster.alert_level.model import landslide_level, level_of
from noroshi.kinds import decode
from noroshi.store import Query, Store

OLD, STALE = DAY, 7 * DAY

#: Level of an old 大雨警報 for inundation alone, which the published table leaves out: the careful
#: choice, as in the product disaster.alert_level.
_INUNDATION = 3
_URGENCY = {"emergency": 5, "danger": 4, "warning": 3, "advisory": 2}


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is said of a town, or of an area it lies in (`wide`).

    `urgency` 1–5 orders notices; `level` is an alert level where the issuer or the published
    table gives one. `name` is as printed. `where` is what it is for where that is not the town as
    a whole. Times in microseconds; `arrival` of a tsunami. `record` leads to the feature:
    (kind, id).
    """

    subject: str
    urgency: int
    name: str
    issued: int
    source: str
    record: tuple[str, str]
    hazard: str = ""
    category: str = ""
    level: int | None = None
    basis: str = ""
    where: str = ""
    since: int | None = None
    until: int | None = None
    arrival: int | None = None
    office: str = ""
    detail: str = ""
    wide: bool = False
    old: bool = False
    stale: bool = False


class Sought(msgspec.Struct, frozen=True):
    """Of which town, as whom, at which moment."""

    store: Store
    reader: Reader
    town: Town
    at: int
    as_of: int
    mode: Mode = Mode.ACTUAL

    def picture(self, kind: str, areas: Any = None, since: int | None = None) -> Iterator[Version]:
        """Records of a kind: of the town, or of other areas; with `since`, of a time until now."""
        ranges = self.town.ranges if areas is None else areas or None
        at, until = (self.at, None) if since is None else (since, self.at)
        query = Query(self.reader, at, self.as_of, kind, self.mode, areas=ranges, until=until)
        return self.store.picture(query)


def gather(sought: Sought) -> list[Notice]:
    """Everything in force, most urgent first, what is stale last."""
    found: list[Notice] = []
    for look in (_weather, _floods, _rain, _tsunami, _volcano, _shaking):
        found.extend(look(sought))
    found = [_age(one, sought.at) for one in _distinct(found)]
    return sorted(found, key=lambda one: (one.stale, -one.urgency, one.wide, -one.issued))


def last_told(sought: Sought) -> int | None:
    """When it was last said in the week before what is in force in the town, or that something
    is over there; None if it was not."""
    since = sought.at - STALE
    times = [
        time
        for kind in ("disaster.weather_warning", "disaster.landslide_alert")
        for version in sought.picture(kind, since=since)
        for time in (version.issued, version.ended_at)
        if since <= time <= sought.at
    ]
    return max(times, default=None)


def levels_by_town(sought: Sought, ranges: Ranges) -> dict[str, tuple[int, int]]:
    """The highest alert level in each municipality of `ranges` and when it was last said, by its
    area (`city:…00`), leaving out what is stale."""
    found: dict[str, tuple[int, int]] = {}
    for kind in ("disaster.weather_warning", "disaster.landslide_alert"):
        for version in sought.picture(kind, ranges):
            if version.area is None or sought.at - version.issued > STALE:
                continue
            area = f"{version.area[:10]}00"
            for one in _warnings(version, sought.town):
                if one.level is not None:
                    found[area] = max(found.get(area, (0, 0)), (one.level, one.issued))
    return found


def _age(one: Notice, at: int) -> Notice:
    if one.record[0] == "disaster.volcanic_warning_area":
        return one
    age = at - one.issued
    return msgspec.structs.replace(one, old=age > OLD, stale=age > STALE)


def _distinct(notices: Iterable[Notice]) -> list[Notice]:
    """What several products or sources say alike, once: as said last."""
    found: dict[tuple[Any, ...], Notice] = {}
    for one in notices:
        key = (one.subject, one.name, one.level, one.where, one.detail)
        known = found.get(key)
        if known is None or one.issued > known.issued:
            since = [each.since for each in (known, one) if each and each.since is not None]
            found[key] = msgspec.structs.replace(one, since=min(since, default=None))
    return list(found.values())


def _note(version: Version, **more: Any) -> Notice:
    since, until = show(version.valid_from), show(version.valid_to)
    more.setdefault("since", version.valid_from if since else None)
    more.setdefault("until", version.valid_to if until else None)
    return Notice(issued=version.issued, source=version.source,
                  record=(version.kind, thing_id(version)), **more)  # fmt: skip


def _part(version: Version, said: Any, town: Town) -> str:
    """The part of the town (or the city around it) that a record is for."""
    return "" if version.area == town.area else said.area_name


def _weather(sought: Sought) -> Iterator[Notice]:
    kinds: list[tuple[str, Any]] = [
        ("disaster.weather_warning", None), ("disaster.landslide_alert", None),
        ("disaster.tornado_watch", None),
    ]  # fmt: skip
    found = 0
    for kind, areas in kinds:
        for version in sought.picture(kind, areas):
            found += 1
            yield from _warnings(version, sought.town)
    if not found:
        yield from _of_the_product(sought)
    if not found and sought.town.forecast:
        for version in sought.picture("disaster.weather_warning_region", sought.town.forecast):
            for one in _warnings(version, sought.town):
                yield msgspec.structs.replace(one, wide=True)


def _warnings(version: Version, town: Town) -> Iterator[Notice]:
    said = decode(version.kind, version.body)
    for warning in said.kinds:
        hazard, category = warning.hazard, warning.category
        level: int | None = None
        basis = ""
        if version.kind == "disaster.landslide_alert":
            level, basis = landslide_level(warning)
            hazard = "土砂災害"
        elif version.kind == "disaster.tornado_watch":
            hazard = "竜巻"
        else:
            level, basis = level_of(warning, _INUNDATION)
        urgency = level or _URGENCY.get(category, 2)
        if hazard == "竜巻":
            urgency = 4 if said.sighted else 3
        about = warning.condition if version.kind == "disaster.weather_warning" else ""
        yield _note(
            version, subject=SUBJECT_OF.get(hazard, "weather"), urgency=urgency, name=warning.name,
            hazard=hazard, category=category, level=level, basis=basis,
            where=_part(version, said, town), office=said.office, detail=about,
        )  # fmt: skip


def _of_the_product(sought: Sought) -> Iterator[Notice]:
    """Levels that came without the warnings they rest on."""
    for version in sought.picture("disaster.alert_level"):
        for one in decode(version.kind, version.body).hazards:
            yield _note(
                version, subject=SUBJECT_OF.get(one.hazard, "weather"), name=one.name,
                urgency=one.level or _URGENCY.get(one.category, 2), hazard=one.hazard,
                category=one.category, level=one.level, basis=one.basis, where=one.part,
                office=one.office, since=parse(one.since) if one.since else None,
                until=parse(one.until) if one.until else None,
            )  # fmt: skip


def _floods(sought: Sought) -> Iterator[Notice]:
    town = sought.town
    here = {decode(one.kind, one.body).area_code
            for one in sought.picture("disaster.flood_municipality")}  # fmt: skip
    for version in sought.picture("disaster.flood_warning", ()):
        said = decode(version.kind, version.body)
        near = any(f"jma.forecast:{one.code}" in town.parents for one in said.regions)
        if said.lifted or not (said.code in here or near):
            continue
        yield _note(
            version, subject="water", urgency=said.level or 3, name=said.kind, hazard="氾濫",
            level=said.level, basis=said.basis, where=said.name, office=said.office,
            wide=said.code not in here,
        )  # fmt: skip


def _rain(sought: Sought) -> Iterator[Notice]:
    areas = (*sought.town.ranges, *sought.town.forecast)
    for version in sought.picture("disaster.record_rain", areas):
        said = decode(version.kind, version.body)
        yield _note(
            version, subject="water", urgency=4, name="記録的短時間大雨情報", hazard="大雨",
            where=_part(version, said, sought.town), office=said.office,
            wide=version.area not in (sought.town.area, None),
        )  # fmt: skip
    for version in sought.picture("disaster.rainband", ()):
        said = decode(version.kind, version.body)
        if any(f"jma.forecast:{code}" in sought.town.parents for code in said.codes):
            yield _note(
                version, subject="water", urgency=2 if said.forecast else 4, hazard="大雨",
                name=said.name or "線状降水帯", where=said.area_name, office=said.office, wide=True,
            )  # fmt: skip


def _tsunami(sought: Sought) -> Iterator[Notice]:
    if not sought.town.coastal:
        return
    arrivals = {}
    for version in sought.picture("disaster.tsunami_arrival", ()):
        arrival = decode(version.kind, version.body)
        if arrival.level == "area":
            arrivals[arrival.code] = arrival
    for version in sought.picture("disaster.tsunami_warning", ()):
        said = decode(version.kind, version.body)
        coasts = prefectures_of(said.name)
        over = said.lifted or "解除" in said.kind or "なし" in said.kind
        if over or (coasts and sought.town.prefecture not in coasts):
            continue
        urgency = (
            5 if "津波警報" in said.kind
            else 3 if "注意報" in said.kind else 1 if "予報" in said.kind else 2
        )  # fmt: skip
        wave = arrivals.get(said.code, said)
        height = said.height_text or wave.height_text
        yield _note(
            version, subject="tsunami_grave" if urgency == 5 else "tsunami", urgency=urgency,
            name=said.kind, hazard="津波", where=said.name, wide=True, detail=height,
            category="warning" if urgency == 5 else "advisory",
            arrival=_moment(said.arrival or wave.arrival),
        )  # fmt: skip


def _moment(text: str | None) -> int | None:
    return None if text is None else parse(text)


def _volcano(sought: Sought) -> Iterator[Notice]:
    for version in sought.picture("disaster.volcanic_warning_area"):
        said = decode(version.kind, version.body)
        if said.sea or not said.kind or "噴火予報" in said.kind or said.condition == "解除":
            continue
        response = said.response or said.kind
        early = "高齢者等" in response or "準備" in response
        urgency = 3 if early else 5 if "避難" in response else 2
        subject = {5: "volcano_grave", 3: "volcano_early"}.get(urgency, "volcano")
        yield _note(
            version, subject=subject, urgency=urgency, name=response, hazard="噴火",
            where="・".join(one.name for one in said.volcanoes),
            category="warning" if "警報" in said.kind else "",
        )  # fmt: skip
    for version in sought.picture("disaster.eruption_flash_area"):
        said = decode(version.kind, version.body)
        yield _note(version, subject="volcano_grave", urgency=5, name="噴火速報", hazard="噴火",
                    where=said.name, office=said.office)  # fmt: skip
    for version in sought.picture("disaster.ashfall_municipality"):
        said = decode(version.kind, version.body)
        if "定時" in said.product:
            continue  # it supposes an eruption that has not happened
        for one in said.kinds:
            stones = "噴石" in one.name
            grave = stones or ("多量" in one.name and "やや" not in one.name)
            yield _note(
                version, subject="volcano" if stones else "ash", urgency=3 if grave else 2,
                name=one.name, hazard="噴石" if stones else "降灰", where=said.volcano,
            )  # fmt: skip


#: JMA intensities, weakest first.
INTENSITIES = ("1", "2", "3", "4", "5-", "5+", "6-", "6+", "7")


def _shaking(sought: Sought) -> Iterator[Notice]:
    """Earthquakes of the last day: the strongest shaking of each here, or, where only that is
    known, in the prefecture."""
    best: dict[str, tuple[int, bool, Version, Any]] = {}
    looks: list[tuple[Callable[[], Iterator[Version]], str, bool]] = [
        (lambda: sought.picture("disaster.intensity"), "city", False),
        (lambda: sought.picture("disaster.intensity", sought.town.prefecture_ranges), "pref", True),
    ]
    for look, level, wide in looks:
        for version in look():
            if not sought.at - DAY < version.valid_from <= sought.at:
                continue
            said = decode(version.kind, version.body)
            if said.level != level or said.intensity not in INTENSITIES:
                continue
            strength = INTENSITIES.index(said.intensity)
            known = best.get(said.event)
            if known is None or (known[1] == wide and known[0] < strength):
                best[said.event] = strength, wide, version, said
    for event, (strength, wide, version, said) in best.items():
        source = _earthquake(sought, event)
        yield _note(
            version, subject="quake", urgency=3 if strength >= 4 else 2 if strength >= 2 else 1,
            name=said.intensity, hazard="地震", where=said.name if wide else "", wide=wide,
            detail="" if source is None else source.name,
            since=_moment(source.origin) if source is not None else version.valid_from,
        )  # fmt: skip


def _earthquake(sought: Sought, event: str) -> Any:
    """The source of an earthquake as estimated last, or None."""
    editions = sought.store.history(
        "disaster.earthquake", event, sought.reader, sought.as_of, sought.mode
    )
    if not editions or editions[-1].action is Action.CANCEL:
        return None
    return decode(editions[-1].kind, editions[-1].body)
