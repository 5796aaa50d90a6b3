"""How well residents were answered, and their reports put together, against what is true.

**Right shelter**: the one that was named first is open and has room in truth. **Right road**: a
road that is said to be closed is, one of which it is said that nothing is known of a closure is
not. **Honest**: what no record can tell is not answered with one. **Wrong facts**: values in an
answer that its records do not say. **Clusters**: of all pairs of reports, those that are together
as they are in truth (pairwise precision and recall, Manning et al. 2008 §16.3), and how late the
incident was there. A flood has no one place: pairs of two reports of water are not counted.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from noroshi.core.time import SECOND
from noroshi.feeds.drill.counts import Lateness, lateness
from noroshi.feeds.drill.scene import Fact, Utterance
from noroshi.feeds.drill.world.model import Lonlat

#: A shelter may be so much farther than the nearest that would do [m, ratio], and is still right.
_FARTHER, _LONGER = 700.0, 1.5
#: Categories that are right too: who is hurt in a landslide tells of both.
ALSO = {"injury": {"injury", "landslide"}, "trapped": {"trapped", "flood"}}
#: What no record tells.
NOT_KNOWN = ("train", "unknown")


class Answer(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What somebody was answered: `shelters` are the codes of the shelter that was named first (one
    for each list it stands in), `closed` those of closed roads; `facts` how many records it rests
    on, `wrong` values that these do not say. `filed` is the key of the report that was made of it, `category` its own.
    `seconds` that it took."""

    utterance: Utterance
    text: str
    shelters: tuple[str, ...] = ()
    closed: tuple[str, ...] = ()
    facts: int = 0
    wrong: tuple[str, ...] = ()
    filed: str = ""
    category: str = ""
    seconds: float = 0.0


class Incident(msgspec.Struct, frozen=True):
    """An incident as the node put it together: since when (µs) it knew it, and of which reports."""

    key: str
    known: int
    reports: tuple[str, ...]


class Share(msgspec.Struct, frozen=True):
    """`good` of `all`."""

    good: int
    all: int

    def __str__(self) -> str:
        return f"{self.good:,} of {self.all:,}" + (
            f" ({self.good / self.all:.1%})" if self.all else ""
        )


class Answered(msgspec.Struct, frozen=True, kw_only=True):
    """The score of a drill's conversations. Times in seconds."""

    answers: int
    wrong_facts: int
    shelter: Share
    near: Share
    road_closed: Share
    road_open: Share
    honest: Share
    reports: Share
    category: Share
    pairs_precision: Share
    pairs_recall: Share
    incidents: Share
    late: Lateness
    p50: float
    p95: float


def score_answers(
    answers: Sequence[Answer], incidents: Iterable[Incident], facts: Iterable[Fact],
    routes: Mapping[str, str],
) -> Answered:  # fmt: skip
    """Compare. `facts` are all of the drill's truth; `routes` gives the route of a road."""
    truth = Truth(facts)
    shelter, near, closed, open_, honest = (_Count() for _ in range(5))
    reports, category = _Count(), _Count()
    for one in answers:
        said, time = one.utterance, one.utterance.time
        if said.asks == "shelter":
            able = truth.able(time)
            if able:
                named = next((code for code in one.shelters if code in able), "")
                shelter.add(bool(named))
                nearest = min(metres(said.at, at) for at in able.values())
                if named:
                    far = metres(said.at, able[named])
                    near.add(far <= max(nearest * _LONGER, nearest + _FARTHER))
        elif said.asks == "road":
            shut = {routes.get(code, "") for code in truth.closed(time)}
            told = {routes.get(code, code) for code in one.closed}
            if said.about in shut:
                closed.add(said.about in told)
            else:
                open_.add(said.about not in told)
        elif said.asks in NOT_KNOWN:
            honest.add(not one.facts)
        elif said.reports:
            reports.add(bool(one.filed))
            if one.filed:
                category.add(one.category in ALSO.get(said.reports, {said.reports}))
    together = _pairs(answers, incidents, truth)
    seconds = sorted(one.seconds for one in answers)
    return Answered(
        answers=len(answers), wrong_facts=sum(len(one.wrong) for one in answers),
        shelter=shelter.share(), near=near.share(), road_closed=closed.share(),
        road_open=open_.share(), honest=honest.share(), reports=reports.share(),
        category=category.share(), **together, p50=_at(seconds, 0.5), p95=_at(seconds, 0.95),
    )  # fmt: skip


class _Count:
    def __init__(self) -> None:
        self.good = self.all = 0

    def add(self, good: bool) -> None:
        self.all += 1
        self.good += good

    def share(self) -> Share:
        return Share(self.good, self.all)


class Truth:
    """What is so at any moment; moments are asked for in order."""

    def __init__(self, facts: Iterable[Fact]) -> None:
        kinds = ("disaster.shelter", "disaster.road", "disaster.incident")
        self._facts = sorted((one for one in facts if one.kind in kinds), key=lambda one: one.time)
        self._at = 0
        self._state: dict[str, dict[str, Fact]] = {kind: {} for kind in kinds}
        self.began = {one.key: one.time for one in reversed(self._facts)
                      if one.kind == "disaster.incident" and not one.gone}  # fmt: skip

    def _until(self, time: int) -> None:
        while self._at < len(self._facts) and self._facts[self._at].time <= time:
            one = self._facts[self._at]
            if one.gone:
                self._state[one.kind].pop(one.key, None)
            else:
                self._state[one.kind][one.key] = one
            self._at += 1

    def able(self, time: int) -> dict[str, Lonlat]:
        """Shelters that are open and have room, and where they are."""
        self._until(time)
        return {
            one.key: one.at for one in self._state["disaster.shelter"].values()
            if one.at is not None and one.body["status"] == "open"
            and one.body["headcount"] < one.body["capacity"]
        }  # fmt: skip

    def closed(self, time: int) -> set[str]:
        """Codes of roads on which nothing passes."""
        self._until(time)
        return {
            code for one in self._state["disaster.road"].values() if one.body["status"] == "closed"
            for code in (one.key, *str(one.body.get("remarks", "")).split())
        }  # fmt: skip


def _pairs(
    answers: Sequence[Answer], incidents: Iterable[Incident], truth: Truth
) -> dict[str, Any]:
    """Pairs of reports that are together, and how late what is so was told by an incident."""
    real = {one.filed: one.utterance.incident for one in answers if one.filed}
    pairs = _Pairs(real)
    first: dict[str, int] = {}
    for one in sorted(incidents, key=lambda one: one.known):
        pairs.add(one)
        for key in one.reports:
            if real.get(key):
                first.setdefault(real[key], one.known)
    told = {one.utterance.incident for one in answers if one.filed} - {""}
    late = [(time - truth.began[key]) / SECOND for key, time in first.items() if key in truth.began]
    return {
        "pairs_precision": Share(pairs.both, pairs.said), "pairs_recall": pairs.recall(),
        "incidents": Share(len(told & set(first)), len(told)), "late": lateness(late),
    }  # fmt: skip


class _Pairs:
    def __init__(self, real: Mapping[str, str]) -> None:
        self._real = real
        self.both = self.said = 0

    def add(self, one: Incident) -> None:
        """An incident as it was last."""
        counted = Counter(self._real[key] for key in one.reports if key in self._real)
        self.said += _pairs_of(counted.total()) - _pairs_of(
            sum(n for real, n in counted.items() if _is_water(real))
        )
        self.both += _together(counted)

    def recall(self) -> Share:
        """Of the pairs that belong together, those that are."""
        return Share(self.both, _together(Counter(self._real.values())))


def _together(counted: Mapping[str, int]) -> int:
    """Pairs of reports of the same thing that is somewhere."""
    return sum(_pairs_of(n) for real, n in counted.items() if real and not _is_water(real))


def _is_water(real: str) -> bool:
    return real.startswith("flood/")


def _pairs_of(count: int) -> int:
    return math.comb(count, 2)


def metres(one: Lonlat, other: Lonlat) -> float:
    """Metres between two positions some kilometres apart."""
    across = math.cos(math.radians((one[1] + other[1]) / 2))
    return math.hypot((one[0] - other[0]) * across, one[1] - other[1]) * 111_195.0


def _at(ordered: Sequence[float], share: float) -> float:
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0
