"""Tick sheets put in order: one count for each shelter and day, and which merged shelter it is."""

from __future__ import annotations

import math
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from noroshi.core.errors import InvalidRecord
from noroshi.core.place import bounds, municipality
from noroshi.core.record import Version
from noroshi.core.time import FOREVER, JST, to_datetime
from noroshi.domains.health.tick_sheets import day_of, latest_day
from noroshi.kinds import decode
from noroshi.kinds.shelter_merged import ShelterMerged
from noroshi.kinds.syndrome import ShelterSyndrome

SHEET, MERGED = "health.shelter_syndrome", "disaster.shelter_merged"
Point = tuple[float, float]
#: A sheet's point and that of a shelter are the same place [m].
_SAME = 60.0
#: Clock hours (Japan) between which people fall ill and are seen: a sheet made at noon tells half.
_FIRST, _LAST = 6.0, 18.0
_LEAST_SHARE = 0.25


class Sheet(msgspec.Struct, frozen=True):
    """One team's sheet. `day` is an ordinal, `share` the part of that day that it covers."""

    version: Version
    body: ShelterSyndrome
    day: int
    share: float


class Shelter(msgspec.Struct):
    """A shelter: its sheets by day, and the merged shelter it is, with why (`joined`)."""

    key: str
    days: dict[int, list[Sheet]]
    merged: Version | None = None
    said: ShelterMerged | None = None
    joined: str = ""

    @property
    def last(self) -> Sheet:
        """Its newest sheet."""
        return max(self.days[max(self.days)], key=lambda one: (one.version.issued, one.version.id))

    @property
    def name(self) -> str:
        """Its name: that of the merged shelter where there is one."""
        return self.said.name if self.said else self.last.body.name

    @property
    def point(self) -> Point | None:
        """Where it is."""
        return at(self.merged) or at(self.last.version)

    def persons(self, day: int) -> int | None:
        """People there on a day: of its sheets, else of the sheet nearest in time."""
        for other in sorted(self.days, key=lambda one: (abs(one - day), one)):
            said = [one.body.headcount for one in self.days[other] if one.body.headcount]
            if said:
                return max(said)
        return self.said.headcount if self.said else None


def shelters(sheets: Sequence[Version], merged: Sequence[Version], days: int) -> list[Shelter]:
    """Every shelter of which there is a sheet within so many days up to the newest, by key.
    Sheets of a day after the one on which they were issued are left out. Raises InvalidRecord."""
    known = [(one, decode(MERGED, one.body)) for one in merged]
    read = _latest(_read(one) for one in sheets)
    newest = max((one.day for one in read), default=0)
    found: dict[str, Shelter] = {}
    lookup = _Lookup(known)
    for one in read:
        if one.day <= newest - days:
            continue
        version, said, why = lookup.find(one)
        key = version.key if version else one.body.code or plain(one.body.name)
        shelter = found.setdefault(key, Shelter(key, {}, version, said, why))
        shelter.days.setdefault(one.day, []).append(one)
    return [found[key] for key in sorted(found)]


def _read(version: Version) -> Sheet:
    body: ShelterSyndrome = decode(SHEET, version.body)
    day = day_of(version, body.date)
    made = to_datetime(version.issued, JST)
    hour = made.hour + made.minute / 60 if made.toordinal() == day else 24.0
    share = min(1.0, max(_LEAST_SHARE, (hour - _FIRST) / (_LAST - _FIRST)))
    return Sheet(version, body, day, share)


def _latest(sheets: Iterable[Sheet]) -> list[Sheet]:
    """The newest sheet of each team for each shelter and day, as it stands. What ended stays where
    its series went on to later days; what was taken back does not. A mistyped day counts for none,
    and takes nothing back."""
    every = list(sheets)
    gone_on: dict[str, int] = defaultdict(int)
    for one in every:
        day = min(one.day, latest_day(one.version))
        gone_on[one.version.series] = max(gone_on[one.version.series], day)
    found: dict[tuple[str, str, int, str], Sheet] = {}
    for one in sorted(every, key=lambda one: (one.version.issued, one.version.serial,
                                              one.version.series, one.version.key)):  # fmt: skip
        ended = min(one.version.ended_at, one.version.valid_to) < FOREVER
        if ended and gone_on[one.version.series] <= one.day:
            continue
        if one.day > latest_day(one.version):
            continue
        said = one.body
        found[said.code or plain(said.name), said.municipality, one.day, said.team] = one
    return list(found.values())


class _Lookup:
    """Finds the merged shelter that a sheet is about: by code, else by name, else by place. Where
    several could be meant, none is."""

    def __init__(self, known: Sequence[tuple[Version, ShelterMerged]]) -> None:
        self._known = known
        self._codes: dict[str, list[int]] = defaultdict(list)
        self._names: dict[str, list[int]] = defaultdict(list)
        for place, (version, said) in enumerate(known):
            for code in {version.key, *said.codes}:
                self._codes[code].append(place)
            for name in {plain(said.name), *(plain(one.name) for one in said.members)}:
                self._names[name].append(place)
        self._points = [at(version) for version, _ in known]

    def find(self, sheet: Sheet) -> tuple[Version | None, ShelterMerged | None, str]:
        """The shelter, and what it was found by."""
        for why, some in (
            ("code", self._codes.get(sheet.body.code, []) if sheet.body.code else []),
            ("name", self._names.get(plain(sheet.body.name), [])),
            ("position", self._near(at(sheet.version))),
        ):
            if len(some) == 1:
                return *self._known[some[0]], why
        return None, None, ""

    def _near(self, point: Point | None) -> list[int]:
        if point is None:
            return []
        return [place for place, other in enumerate(self._points)
                if other is not None and metres(point, other) <= _SAME]  # fmt: skip


def exposure(shelter: Shelter, day: int, unknown: int) -> float:
    """Person-days that the sheets of a day cover; `unknown` people where nobody says how many."""
    people = shelter.persons(day)
    return (people or unknown) * max(one.share for one in shelter.days[day])


def counts(shelter: Shelter, syndrome: str) -> Mapping[int, int]:
    """Persons with a syndrome by day, all teams together, where it was counted."""
    found = {}
    for day, sheets in shelter.days.items():
        said = [value for one in sheets if (value := getattr(one.body, syndrome)) is not None]
        if said:
            found[day] = sum(said)
    return found


def at(version: Version | None) -> Point | None:
    """The point of a version; None where it has none."""
    if version is None or version.geometry is None:
        return None
    try:
        west, south, east, north = bounds(version.geometry)
    except ValueError as error:
        raise InvalidRecord(str(error), where=f"geometry of {version.series}") from None
    return (west + east) / 2, (south + north) / 2


def metres(one: Point, other: Point) -> float:
    """How far apart two points are, on a sphere seen as flat."""
    east = (one[0] - other[0]) * math.cos(math.radians((one[1] + other[1]) / 2))
    return math.hypot(east, one[1] - other[1]) * 111_194.9


def area_of(shelter: Shelter) -> str | None:
    """The municipality it is in, as far as versions say."""
    merged = shelter.merged.area if shelter.merged else None
    return municipality(merged or shelter.last.version.area) or None


def plain(name: str) -> str:
    """A name as it is compared: whatever the width of its letters, without spaces."""
    return "".join(unicodedata.normalize("NFKC", name).split()).casefold()
