"""Conversations over a played drill: the whole corpus of utterances is said by people in all its
towns; every answer is checked against the records, and timed by kind of question.

The home of a played drill is named by `NOROSHI_DRILL_HOME` (it is copied), with its products.
"""

from __future__ import annotations

import os
import random
import shutil
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import shapely

from bench.result import Result, skipped
from noroshi.channels.chat.desk import Desk
from noroshi.channels.chat.facts import Truth, check
from noroshi.channels.chat.ground.roads import passable
from noroshi.channels.chat.language.corpus.expand import corpus
from noroshi.channels.chat.language.corpus.read import handwritten
from noroshi.channels.chat.pictures import Pictures
from noroshi.channels.chat.turns import Said, Turn
from noroshi.core.label import OPERATOR
from noroshi.core.record import Mode
from noroshi.core.time import parse
from noroshi.engine.node import Node
from noroshi.kinds import decode
from noroshi.kinds.exercise import SESSION
from noroshi.store import Query

#: Utterances of the corpus that are said, and by how many people.
SAID, PEOPLE = 1_500, 120


class _Drawer:
    """Reports are kept in memory: what is measured is the conversation."""

    def __init__(self) -> None:
        self.kept = 0

    def Observation(self, **fields: Any) -> Any:
        return fields

    def file_report(self, *given: Any) -> str:
        self.kept += 1
        return f"r{self.kept:06}"

    def of_contact(self, *given: Any) -> list[Any]:
        return []


def run(big: bool) -> list[Result]:
    """Faults, and times by kind of question."""
    named = os.environ.get("NOROSHI_DRILL_HOME", "")
    if not named:
        return skipped("chat_answers", "NOROSHI_DRILL_HOME names no played drill")
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        shutil.copytree(named, home, ignore=shutil.ignore_patterns("people.db*", "*.pmtiles"))
        node = Node(home)
        try:
            return _run(node, SAID * (4 if big else 1))
        finally:
            node.people.close()
            node.store.close()


def _run(node: Node, count: int) -> list[Result]:
    drawer, at = _Drawer(), _ended(node)
    desk = Desk(node, Mode.EXERCISE, filing=drawer)
    desk.warm(at)
    pictures = Pictures(node, Mode.EXERCISE)
    truth = Truth(node.store, at, mode=Mode.EXERCISE, passable=passable(pictures, at))
    times: dict[str, list[float]] = defaultdict(list)
    faults: list[str] = []
    answers = late = grave = 0
    for person, text, intents, danger in _turns(node, count, desk, at):
        start = time.perf_counter()
        found = desk.hear("drill", person, Turn(text=text, at=at))
        times[intents[0] if intents else "none"].append(1000 * (time.perf_counter() - start))
        answers += len(found)
        grave += danger
        late += danger and not (found and found[0].urgent)
        truth.own = [part for part in (text, *_places(found)) if part in text]
        faults += [f"{text!r}: {fault}" for one in found for fault in check(_ours(one), truth)]
    for one in faults[:10]:
        print("   ", one[:300])
    every = sorted(one for some in times.values() for one in some)
    rows = [
        Result("chat: answers that no record says", str(len(faults)), "0", not faults,
               f"of {answers:,} answers to {len(every):,} utterances"),
        Result("chat: p95 of an answer", f"{_p95(every):.0f} ms", "< 100 ms", _p95(every) < 100,
               f"p50 {statistics.median(every):.0f} ms"),
        Result("chat: 119 first where a life is in danger", f"{late} missed", "0", not late,
               f"of {grave:,} utterances labelled so"),
    ]  # fmt: skip
    for kind, some in sorted(times.items()):
        rows.append(Result(f"chat: {kind}", f"p50 {statistics.median(some):.0f} ms", "", None,
                           f"p95 {_p95(sorted(some)):.0f} ms of {len(some)}"))  # fmt: skip
    return rows


def _ours(said: Said) -> Said:
    """Without the keys of reports, which are kept elsewhere here."""
    lines = said.text.split("\n")
    kept = tuple(one for one in said.facts if one.kind != "disaster.resident_report")
    if len(kept) == len(said.facts):
        return said
    return Said("\n".join(one for one in lines if "r0" not in one), kept)


def _places(found: list[Said]) -> list[str]:
    return [value for one in found for fact in one.facts if fact.kind == "own"
            for value in fact.values]  # fmt: skip


def _p95(values: list[float]) -> float:
    return values[min(len(values) - 1, int(0.95 * len(values)))] if values else 0.0


def _ended(node: Node) -> int:
    moment = node.store.recorded()
    query = Query(OPERATOR, moment, moment, SESSION, Mode.EXERCISE)
    return max((parse(decode(one.kind, one.body).clock) for one in node.store.picture(query)),
               default=moment)  # fmt: skip


def _turns(
    node: Node, count: int, desk: Desk, at: int
) -> Iterator[tuple[str, str, tuple[str, ...], bool]]:
    rng = random.Random(20260901)
    towns = [one for one in node.store.places() if one.area.startswith("city:") and one.geometry]
    for person in range(PEOPLE):
        town = towns[person % len(towns)]
        if person % 3:
            desk.hear("drill", f"p{person}", Turn(position=_inside(town, rng), at=at))
        else:
            desk.hear("drill", f"p{person}", Turn(text=f"{town.name}です", at=at))
    said = corpus()
    for one in rng.sample(said, min(count, len(said))):
        yield f"p{rng.randrange(PEOPLE)}", one.text, one.intents, one.danger
    for free in handwritten():
        yield f"p{rng.randrange(PEOPLE)}", free.text, free.intents, free.danger


def _inside(town: Any, rng: random.Random) -> tuple[float, float]:
    shape = shapely.from_wkb(town.geometry)
    west, south, east, north = shape.bounds
    while True:
        point = rng.uniform(west, east), rng.uniform(south, north)
        if shape.contains(shapely.Point(point)):
            return point
