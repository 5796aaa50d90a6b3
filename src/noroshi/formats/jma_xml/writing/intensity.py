"""Seismic intensity and source: flash report (VXSE51), source (VXSE52), source and intensity
(VXSE53), and the source made more precise (VXSE61).

Elements: jmx_seis.xsd `type.Intensity`, `type.IntensityPref` and below. The order is JMA's: the
strongest first, and otherwise as given.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Protocol, TypeVar

import msgspec

from noroshi.formats.jma_xml.writing.comments import add_comments
from noroshi.formats.jma_xml.writing.issue import Issue, heading, minute
from noroshi.formats.jma_xml.writing.source import Source, add_source
from noroshi.formats.jma_xml.writing.telegram import (
    SEIS,
    Area,
    Element,
    Information,
    Item,
    Kind,
    add,
    body,
    clock,
    local,
    named,
    telegram,
    wide,
)

#: JMA intensity classes from the weakest, with how prose has them.
INTENSITIES = {
    "1": "震度１",
    "2": "震度２",
    "3": "震度３",
    "4": "震度４",
    "5-": "震度５弱",
    "5+": "震度５強",
    "6-": "震度６弱",
    "6+": "震度６強",
    "7": "震度７",
}
#: Stands in the place of a class where 5- or more is assumed and nothing was received.
UNRECEIVED = "震度５弱以上未入電"

_RANK = {intensity: rank for rank, intensity in enumerate(INTENSITIES, 1)}
_AREAS = "地震情報／細分区域"
_CITIES = "気象・地震・火山情報／市町村等"


class Station(msgspec.Struct, frozen=True):
    """What one station observed, and where it stands. `intensity` is a class (`5-`) or
    UNRECEIVED. By custom the name ends with ＊ where the station is not JMA's."""

    name: str
    code: str
    intensity: str
    city: Area
    region: Area
    prefecture: Area


class Region(msgspec.Struct, frozen=True):
    """The strongest intensity in a region (細分区域), for a flash report."""

    name: str
    code: str
    intensity: str
    prefecture: Area


def flash(issue: Issue, detected: int, regions: Sequence[Region]) -> bytes:
    """震度速報 (VXSE51): regions with intensity 3 or more, minutes after the shaking was felt at
    `detected`. Weaker ones are left out.

    Raises ValueError where no region has 3 or more, or an intensity is no class.
    """
    felt = [one for one in regions if _rank(one.intensity) >= _RANK["3"]]
    if not felt:
        raise ValueError("a flash report needs a region with intensity 3 or more")
    areas = [(Area(one.name, one.code), one.intensity) for one in felt]
    root = body(SEIS)
    observation = _observation(root, ("Pref", "Pref/Area"))
    add(observation, SEIS + "MaxInt", _strongest(one.intensity for one in felt))
    for prefecture, members in _grouped(felt, lambda one: one.prefecture):
        pref = named(observation, SEIS + "Pref", prefecture.name, prefecture.code)
        add(pref, SEIS + "MaxInt", members[0].intensity)
        for one in members:
            area = named(pref, SEIS + "Area", one.name, one.code)
            add(area, SEIS + "MaxInt", one.intensity)
    add_comments(root, forecast=("0217",))
    headline = (
        f"{clock(detected)}ころ、地震による強い揺れを感じました。"
        "震度３以上が観測された地域をお知らせします。"
    )
    head = heading(
        issue,
        "VXSE51",
        headline,
        target=minute(detected),
        informations=[Information("震度速報", _items(areas, _AREAS))],
    )
    return telegram(head, root)


def source_report(
    issue: Issue, source: Source, *, forecast: Sequence[str], notes: Sequence[str] = ()
) -> bytes:
    """震源に関する情報 (VXSE52). `forecast`: codes of what is said of a tsunami (0211: warnings are
    in force, 0212: slight changes, 0215: none; 0241: an early warning was issued), `notes`: of
    the report itself (0256: the source is corrected); see `comments`."""
    root = body(SEIS)
    add_source(root, source)
    add_comments(root, forecast=forecast, var=notes)
    headline = f"{clock(source.detected)}ころ、地震がありました。"
    return telegram(heading(issue, "VXSE52", headline), root)


def source_and_intensity(
    issue: Issue,
    source: Source,
    stations: Sequence[Station] = (),
    *,
    forecast: Sequence[str],
    notes: Sequence[str] = (),
    before: Sequence[Station] = (),
    distant: bool = False,
    free: str = "",
) -> bytes:
    """震源・震度に関する情報 (VXSE53), complete as of now: an earlier one is replaced.

    `forecast`, `notes`: codes as for `source_report`. `before`: the stations of the issue before,
    of which additions and rises are then marked. `distant`: 遠地地震に関する情報, of a great
    earthquake abroad. `free`: prose at the end. Raises ValueError where an intensity is no class.
    """
    root = body(SEIS)
    add_source(root, source)
    informations = []
    if stations:
        observation = _observation(root, _DEFINES)
        strongest = _strongest(one.intensity for one in stations)
        if strongest:
            add(observation, SEIS + "MaxInt", strongest)
        _prefectures(observation, stations, _strengths(before) if before else None)
        for places, code_type, label in (
            (_regions(stations), _AREAS, "細分区域"),
            (_cities(stations), _CITIES, "市町村等"),
        ):
            # In JMA's samples with 6- or more the list of municipalities stops at 5-, in those
            # up to 5- it goes on to 3; the one with regions always does.
            brief = code_type == _CITIES and _rank(strongest or UNRECEIVED) > _RANK["5-"]
            if items := _items(places, code_type, least="5-" if brief else "3"):
                type = f"震源・震度に関する情報（{label}）"
                informations.append(Information(type, items))
    if any(one.name.endswith("＊") for one in stations):
        notes = (*notes, "0262")
    add_comments(root, forecast=forecast, var=notes, free=free)
    what = "海外で規模の大きな地震" if distant else "地震"
    headline = f"{clock(source.detected)}ころ、{what}がありました。"
    title = "遠地地震に関する情報" if distant else ""
    head = heading(issue, "VXSE53", headline, title=title, informations=informations)
    return telegram(head, root)


def precise_source(issue: Issue, source: Source, held: int) -> bytes:
    """顕著な地震の震源要素更新のお知らせ (VXSE61): the position to 0.1 minute of arc and 1 km,
    that holds from the time `held`."""
    root = body(SEIS)
    add_source(root, source, fine=True)
    free = "度単位の震源要素は、津波情報等を引き続き発表する場合に使用されます。"
    add_comments(root, free=free)
    moment = local(held)
    era = ("令和", 2018) if (moment.year, moment.month) >= (2019, 5) else ("平成", 1988)
    year = wide(f"{era[0]}{moment.year - era[1]:2d}年{moment.month:2d}月").replace(" ", "　")
    headline = f"{year}{clock(held)}をもって、地震の発生場所と規模を更新します。"
    return telegram(heading(issue, "VXSE61", headline, target=minute(held)), root)


# --- levels ------------------------------------------------------------------------------------

_DEFINES = {
    "Pref": "地震情報／都道府県等",
    "Pref/Area": "地震情報／細分区域",
    "Pref/Area/City": "気象・地震・火山情報／市町村等",
    "Pref/Area/City/IntensityStation": "震度観測点",
}


def _observation(root: Element, levels: Iterable[str]) -> Element:
    observation = add(add(root, SEIS + "Intensity"), SEIS + "Observation")
    define = add(observation, SEIS + "CodeDefine")
    for level in levels:
        add(define, SEIS + "Type", _DEFINES[level], xpath=f"{level}/Code")
    return observation


#: A level's element and code.
_Key = tuple[str, str]


def _prefectures(
    observation: Element, stations: Sequence[Station], before: Mapping[_Key, int] | None
) -> None:
    for prefecture, in_prefecture in _grouped(stations, lambda one: one.prefecture):
        pref = _level(observation, "Pref", prefecture, in_prefecture, before)
        for region, in_region in _grouped(in_prefecture, lambda one: one.region):
            area = _level(pref, "Area", region, in_region, before)
            for place, in_city in _grouped(in_region, lambda one: one.city):
                city = _level(area, "City", place, in_city, before)
                for one in in_city:
                    child = named(city, SEIS + "IntensityStation", one.name, one.code)
                    add(child, SEIS + "Int", one.intensity)
                    # JMA marks a station that had not reported, not one that reports more.
                    if before is not None and not before.get(("IntensityStation", one.code)):
                        add(child, SEIS + "Revise", "追加")


def _level(
    parent: Element,
    tag: str,
    place: Area,
    members: Sequence[Station],
    before: Mapping[_Key, int] | None,
) -> Element:
    """A level with its strongest intensity. A municipality where more is assumed than was
    received says so; JMA's regions and prefectures do not."""
    child = named(parent, SEIS + tag, place.name, place.code)
    strongest = _strongest(one.intensity for one in members)
    if strongest:
        add(child, SEIS + "MaxInt", strongest)
    if tag == "City" and _assumed(members, strongest):
        add(child, SEIS + "Condition", UNRECEIVED)
    if before is not None and strongest:
        held = before.get((tag, place.code))
        if held is None:
            add(child, SEIS + "Revise", "追加")
        elif held < _RANK[strongest]:
            add(child, SEIS + "Revise", "上方修正")
    return child


def _assumed(members: Iterable[Station], strongest: str) -> bool:
    missing = any(one.intensity == UNRECEIVED for one in members)
    return missing and _rank(strongest or UNRECEIVED) < _RANK["5-"]


def _strengths(stations: Iterable[Station]) -> dict[_Key, int]:
    """Rank of the strongest intensity received at each level."""
    found: dict[_Key, int] = {}
    for one in stations:
        rank = _rank(one.intensity)
        for key in (
            ("Pref", one.prefecture.code),
            ("Area", one.region.code),
            ("City", one.city.code),
            ("IntensityStation", one.code),
        ):
            found[key] = max(found.get(key, 0), rank)
    return found


# --- strength ----------------------------------------------------------------------------------


def _rank(intensity: str) -> int:
    """1 for the weakest class, 0 for one not received. Raises ValueError for what is no class."""
    if intensity == UNRECEIVED:
        return 0
    rank = _RANK.get(intensity)
    if rank is None:
        raise ValueError(f"not a JMA intensity: {intensity!r}")
    return rank


def _strongest(intensities: Iterable[str]) -> str:
    """The strongest class received, or ""."""
    strongest = max(intensities, key=_rank, default=UNRECEIVED)
    return "" if strongest == UNRECEIVED else strongest


class _Felt(Protocol):
    @property
    def intensity(self) -> str: ...


_Member = TypeVar("_Member", bound=_Felt)


def _grouped(
    members: Iterable[_Member], place: Callable[[_Member], Area]
) -> list[tuple[Area, list[_Member]]]:
    """Members by the place they lie in; the strongest first, places and members alike."""
    groups: dict[Area, list[_Member]] = {}
    for one in sorted(members, key=lambda one: -_rank(one.intensity)):
        groups.setdefault(place(one), []).append(one)
    return list(groups.items())


def _regions(stations: Iterable[Station]) -> list[tuple[Area, str]]:
    """Regions with their strongest intensity."""
    grouped = _grouped(stations, lambda one: one.region)
    return [(area, _strongest(one.intensity for one in members)) for area, members in grouped]


def _cities(stations: Iterable[Station]) -> list[tuple[Area, str]]:
    """Municipalities with their strongest intensity, or where more is assumed with that."""
    found = []
    for area, members in _grouped(stations, lambda one: one.city):
        strongest = _strongest(one.intensity for one in members)
        found.append((area, UNRECEIVED if _assumed(members, strongest) else strongest))
    return found


def _items(places: Iterable[tuple[Area, str]], code_type: str, least: str = "3") -> list[Item]:
    """The headline's items: intensity `least` and more, the strongest first, the assumed after
    5-; of one intensity by code."""
    by_intensity: dict[str, list[Area]] = {}
    for area, intensity in places:
        by_intensity.setdefault(intensity, []).append(area)
    order = ("7", "6+", "6-", "5+", "5-", UNRECEIVED, "4", "3")
    shown = [one for one in order if one == UNRECEIVED or _RANK[one] >= _RANK[least]]
    return [
        Item(
            [Kind(INTENSITIES.get(one, one))],
            sorted(by_intensity[one], key=lambda area: area.code),
            code_type,
        )
        for one in shown
        if one in by_intensity
    ]
