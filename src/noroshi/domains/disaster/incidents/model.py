"""Reports put together in the order in which they come, and how sure several people make it.

Sequential leader clustering (Hartigan, *Clustering Algorithms*, 1975, §3) in space and time, with
the two radii of ST-DBSCAN (Birant & Kut 2007, Data & Knowledge Engineering 60, 208–221): a report
joins the nearest incident of its kind that is near enough and spoken of lately, or begins one. What
was put together stays so when more reports come: an incident keeps its key, that of its first
report. Unlike DBSCAN no chain of reports makes one incident of a whole town.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, TypeVar

import msgspec

from noroshi.core.time import HOUR

#: By category: within how many metres and hours reports are of the same thing.
REACH: Mapping[str, tuple[float, float]] = {
    "trapped": (120, 3), "injury": (120, 3), "fire": (200, 3), "landslide": (250, 8),
    "flood": (350, 4), "road": (250, 12), "outage": (900, 6), "water": (900, 12),
    "supply": (200, 12), "shelter": (150, 6), "rumour": (5_000, 12), "other": (100, 3),
}  # fmt: skip
#: What people in distress are in, if it is reported beside them.
CAUSES = ("fire", "landslide", "flood", "road")
DISTRESS = ("trapped", "injury")
#: How far off a place may be, by how it is known [m]; a municipality alone is no place.
BLUR: Mapping[str, float] = {"position": 30.0, "picture": 50.0, "name": 400.0}
_LONGEST = max(hours for _, hours in REACH.values()) * HOUR
#: Side of the squares by which incidents are found [m].
_SQUARE = 500.0


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """A report. `x`, `y` in metres on a plane, None where only a municipality is known; `facility`
    the code of the shelter it is about; `denies`: the key of the report that it denies, `joins`
    that of the one it affirms."""

    key: str
    time: int
    category: str
    reporter: str
    x: float | None
    y: float | None
    placed: str = "name"
    place: str = ""
    facility: str = ""
    danger: bool = False
    picture: bool = False
    denies: str = ""
    joins: str = ""


class Group(msgspec.Struct):
    """An incident as it grows: its reports, their centre, and who denies it. `closed`: from when on
    an officer has no more of it; what is reported later is something new. `said` are the categories
    of its reports, `placed` how many of them have a place; `number` counts incidents in the order
    in which they begin."""

    reports: list[Seen]
    x: float | None
    y: float | None
    last: int
    denials: list[Seen] = []
    closed: int | None = None
    said: set[str] = set()
    placed: int = 0
    number: int = 0

    @property
    def key(self) -> str:
        """That of its first report."""
        return self.reports[0].key

    @property
    def category(self) -> str:
        """What most reports say; people in distress are in what is reported beside them."""
        return category_of([one.category for one in self.reports])

    def radius(self) -> float:
        """Within which nine of ten of its reports lie [m]."""
        if self.x is None or self.y is None:
            return 0.0
        far = sorted(
            math.hypot(one.x - self.x, one.y - self.y)
            for one in self.reports if one.x is not None and one.y is not None
        )  # fmt: skip
        return far[min(len(far) - 1, int(0.9 * len(far)))]


_K = TypeVar("_K", str, tuple[int, int])


def begin(one: Seen) -> Group:
    """The incident that a report begins."""
    placed = int(one.x is not None)
    return Group([one], one.x, one.y, one.time, said={one.category}, placed=placed)


def category_of(categories: Sequence[str]) -> str:
    """What a set of reports is about: causes before those in distress, then the most frequent, then
    the first."""
    causes = [one for one in categories if one not in DISTRESS] or list(categories)
    return max(dict.fromkeys(causes), key=causes.count)


class Reliability(NamedTuple):
    """How much more probable a report is where it is so than where it is not, by how it is placed
    and backed, and the odds before anybody says anything."""

    odds: float
    named: float
    placed: float
    picture: float
    denial: float


def certainty(group: Group, trust: Reliability) -> float:
    """The probability that it is so: each person is one independent voice, however often they
    write (naive Bayes with likelihood ratios)."""
    best: dict[str, float] = {}
    for one in group.reports:
        ratio = trust.placed if one.placed in ("position", "picture") else trust.named
        ratio *= trust.picture if one.picture else 1.0
        best[one.reporter] = max(best.get(one.reporter, 0.0), ratio)
    odds = trust.odds
    for ratio in best.values():
        odds *= ratio
    for _ in {one.reporter for one in group.denials} - set(best):
        odds /= trust.denial
    return min(0.99, max(0.01, odds / (1 + odds)))


def put_together(
    reports: Iterable[Seen], closed: Mapping[str, int], scale: float = 1.0
) -> list[Group]:
    """Incidents of reports, each of which is in one of them. `closed`: by the key of a report, when
    an officer closed what it belongs to. `scale` multiplies all distances."""
    groups: list[Group] = []
    of: dict[str, Group] = {}
    later: list[Seen] = []
    growing = _Growing()
    for one in sorted(reports, key=lambda one: (one.time, one.key)):
        if one.denies or one.joins:
            later.append(one)
            continue
        found = _nearest(growing.near(one, scale), one, scale)
        if found is None:
            found = begin(one)
            found.number = len(groups)
            groups.append(found)
            growing.add(found)
        else:
            before = growing.square(found)
            _join(found, one)
            growing.moved(found, before)
        of[one.key] = found
        if one.key in closed:
            found.closed = max(found.closed or 0, closed[one.key])
    for one in later:
        group = of.get(one.denies or one.joins)
        if group is None:
            if one.joins:
                groups.append(begin(one))
        elif one.denies:
            group.denials.append(one)
        else:
            _join(group, one)
    return groups


class _Growing:
    """Incidents that may yet grow, found by the square that their centre lies in, by the name of
    their place and by their facility: only what may be near a report is compared with it."""

    def __init__(self) -> None:
        self._squares: dict[tuple[int, int], list[Group]] = {}
        self._places: dict[str, list[Group]] = {}
        self._facilities: dict[str, list[Group]] = {}

    def add(self, group: Group) -> None:
        """Find it from now on."""
        first = group.reports[0]
        if first.facility:
            self._facilities.setdefault(first.facility, []).append(group)
            return
        if first.place:
            self._places.setdefault(first.place, []).append(group)
        self.moved(group, None)

    def square(self, group: Group) -> tuple[int, int] | None:
        """Where its centre lies; None where it has none, or is found by its facility."""
        if group.x is None or group.y is None or group.reports[0].facility:
            return None
        return math.floor(group.x / _SQUARE), math.floor(group.y / _SQUARE)

    def moved(self, group: Group, before: tuple[int, int] | None) -> None:
        """Find it where its centre has come to."""
        after = self.square(group)
        if after == before:
            return
        if before is not None:
            self._squares[before] = [one for one in self._squares[before] if one is not group]
        if after is not None:
            self._squares.setdefault(after, []).append(group)

    def near(self, one: Seen, scale: float) -> list[Group]:
        """All that may be within reach of a report, in the order in which they began."""
        if one.facility:
            return _still(self._facilities, one.facility, one.time)
        found = {each.number: each for each in _still(self._places, one.place, one.time)}
        if one.x is not None and one.y is not None:
            # That of the incident's first report may blur it more (`_reach`).
            reach = max(REACH[one.category][0], *BLUR.values()) * scale
            for square in self._around(one.x, one.y, reach):
                for each in _still(self._squares, square, one.time):
                    found[each.number] = each
        return [found[number] for number in sorted(found)]

    def _around(self, x: float, y: float, reach: float) -> Iterable[tuple[int, int]]:
        """Squares that are within reach, at least."""
        across, along = (
            range(math.floor((at - reach) / _SQUARE), math.floor((at + reach) / _SQUARE) + 1)
            for at in (x, y)
        )
        if len(across) * len(along) > len(self._squares):
            return [one for one in self._squares if one[0] in across and one[1] in along]
        return [(east, north) for east in across for north in along]


def _still(kept: dict[_K, list[Group]], key: _K, time: int) -> list[Group]:
    """Those of a list that are not over at `time`; the others are let go."""
    found = kept.get(key)
    if found is None:
        return []
    if any(time - one.last > _LONGEST for one in found):
        found = kept[key] = [one for one in found if time - one.last <= _LONGEST]
    return found


def _nearest(groups: list[Group], one: Seen, scale: float) -> Group | None:
    best, found = math.inf, None
    latest = REACH[one.category][1] * HOUR
    for group in groups:
        if one.time - group.last > latest or not _open(group, one.time) or not _same(group, one):
            continue
        far = _far(group, one)
        if far < best and far <= _reach(group, one) * scale:
            best, found = far, group
    return found


def _open(group: Group, time: int) -> bool:
    return group.closed is None or time <= group.closed


def _same(group: Group, one: Seen) -> bool:
    """Whether a report may be of an incident, by what it says."""
    if one.facility or group.reports[0].facility:
        return one.facility == group.reports[0].facility and one.category == group.category
    mine = group.said
    if one.category in mine:
        return True
    if one.category in DISTRESS:
        return bool(mine & {*CAUSES, *DISTRESS})
    return one.category in CAUSES and mine <= set(DISTRESS)


def _far(group: Group, one: Seen) -> float:
    """Metres between them; where either has no place, none if both name the same, else infinite."""
    if one.facility:
        return 0.0
    if one.x is None or one.y is None or group.x is None or group.y is None:
        return 0.0 if one.place and one.place == group.reports[0].place else math.inf
    return math.hypot(one.x - group.x, one.y - group.y)


def _reach(group: Group, one: Seen) -> float:
    blur = max(BLUR.get(one.placed, 0.0), BLUR.get(group.reports[0].placed, 0.0))
    return max(REACH[one.category][0], blur)


def _join(group: Group, one: Seen) -> None:
    group.reports.append(one)
    group.said.add(one.category)
    group.last = max(group.last, one.time)
    if one.x is None or one.y is None:
        return
    group.placed += 1
    if group.x is None or group.y is None:
        group.x, group.y = one.x, one.y
        return
    group.x += (one.x - group.x) / group.placed
    group.y += (one.y - group.y) / group.placed
