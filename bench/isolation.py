"""Isolated settlements: how long after a closure they are known, in a prefecture and at size."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Sequence
from importlib.resources import files
from pathlib import PurePath
from time import process_time
from types import SimpleNamespace
from typing import Any, cast

import msgspec
import numpy as np

from bench.result import Result
from noroshi.core.record import Action, Edition, Mode, Record, Version
from noroshi.core.time import FOREVER, HOUR, JST, MINUTE, NEVER, parse, show
from noroshi.domains.disaster.isolation import products as isolation
from noroshi.domains.disaster.isolation.cut import Cut, Stretch, cut
from noroshi.domains.disaster.isolation.forest import Forest, joined_by
from noroshi.domains.disaster.isolation.places import People, Roads, Settlement
from noroshi.domains.disaster.isolation.ranking import Ranked, ranked
from noroshi.domains.disaster.road_merge import products as road_merge
from noroshi.kinds import decode, encode
from noroshi.kinds.road import Road
from noroshi.kinds.road_link import RoadLink
from noroshi.kinds.road_state import RoadState

#: Closures that stand already, and how many more are told one by one.
STANDING, MORE = 350, 15
_AT = parse("2031-07-02T18:00:00+09:00")
Inputs = dict[str, list[Version]]


def run(big: bool) -> list[Result]:
    """Seconds of processor time of one process. Bars: < 1 s a closure in a prefecture; with a
    million links < 10 s from nothing and < 1 s a closure."""
    return [*_prefecture(), *_million()]


def _version(number: int, edition: Edition, record: Record) -> Version:
    return Version(
        number, record.kind, record.key, edition.series, edition.mode, Action.ISSUE, edition.issued,
        0, edition.issued, edition.effective or NEVER, record.valid_to or FOREVER, FOREVER, FOREVER,
        0, "bench", None, record.area, record.geometry, record.confidence, record.basis,
        record.body,
    )  # fmt: skip


def _prefecture() -> list[Result]:
    """The drill's prefecture, read from its files; then closures of links drawn by lot, each told
    by two bodies, as a point and as a line."""
    inputs = _world()
    links = inputs["infrastructure.road_link"]
    rng = np.random.default_rng(1)
    # Long links are those of the mountains: closing them cuts people off.
    long = np.array([decode(one.kind, one.body).length or 0.0 for one in links]) ** 2
    drawn = [links[at] for at in rng.choice(len(links), STANDING + MORE, False, long / long.sum())]
    told = [one for number, link in enumerate(drawn) for one in _closed(number, link)]

    def once(count: int) -> tuple[float, float, int]:
        begin = process_time()
        merged = _versions(road_merge.build(
            {**_PROBE, "disaster.road": told[: 2 * count], "infrastructure.road_link": links},
            road_merge.Params(), _AT + 12 * HOUR,
        ))  # fmt: skip
        middle = process_time()
        built = isolation.build({**inputs, "disaster.road_state": merged}, isolation.Params())
        people = sum(one.kind == "disaster.isolation" for edition in built
                     for one in edition.records)  # fmt: skip
        return middle - begin, process_time() - middle, people

    cold = once(STANDING)
    warm = [once(STANDING + number) for number in range(1, MORE + 1)]
    slowest = max(one[0] + one[1] for one in warm)
    half = sorted(warm)[len(warm) // 2]
    nothing = cold[0] + cold[1]
    return [
        Result("a closure, until who is cut off is known", f"{slowest:.2f} s", "< 1 s", slowest < 1,
               f"slowest of {MORE} ({half[0]:.2f} s roads merged, {half[1]:.2f} s isolation at the "
               f"median); {len(links):,} links, {STANDING} closures by two bodies, "
               f"{warm[-1][2]} settlements cut off"),
        Result("  the first time", f"{nothing:.2f} s", "", None,
               f"{cold[0]:.2f} s roads merged, {cold[1]:.2f} s isolation; "
               f"{nothing / slowest:.0f} times a closure"),
    ]  # fmt: skip


_PROBE: Inputs = {"infrastructure.probe_passage": []}


def _world() -> Inputs:
    """Links, offices, settlements and census of world 1, as a node reads its files."""
    from noroshi.feeds.drill.files.write import make_files
    from noroshi.feeds.drill.world.make import make_world
    from noroshi.formats import Hints, read

    wanted = ("infrastructure.road_link", "infrastructure.facility",
              "infrastructure.population_mesh")  # fmt: skip
    found: Inputs = {kind: [] for kind in (*wanted, "disaster.report")}
    here = files("noroshi.feeds.drill.files") / "mappings"
    for file, data in make_files(make_world(1)):
        if file.kind not in wanted or file.use != "ingest":
            continue
        mapping = tomllib.loads((here / PurePath(file.mapping).name).read_text("utf-8"))
        hints = Hints(file.path, _AT - HOUR, file.source, mapping)
        for edition in read(data, hints).editions:
            for record in edition.records:
                if record.kind == file.kind:
                    mine = found[record.kind]
                    number = len(mine) + 1_000_000 * (1 + wanted.index(record.kind))
                    plain = msgspec.structs.replace(edition, mode=Mode.EXERCISE)
                    mine.append(_version(number, plain, record))
    return found


def _closed(number: int, link: Version) -> list[Version]:
    """What two bodies say of a link that is closed."""
    import shapely

    body: RoadLink = decode(link.kind, link.body)
    said = Road(status="closed", name=body.name, reason="土砂崩れ",
                started=show(_AT + number * MINUTE, JST))  # fmt: skip
    line = shapely.from_wkb(link.geometry)
    shapes = (link.geometry, shapely.to_wkb(line.interpolate(0.5, normalized=True)))
    return [
        _version(
            2 * number + place,
            Edition(f"body{place}", _AT + number * MINUTE, [], mode=Mode.EXERCISE),
            Record("disaster.road", f"r{number}", encode(said), shape, link.area),
        )
        for place, shape in enumerate(shapes)
    ]  # fmt: skip


def _versions(editions: Sequence[Edition]) -> list[Version]:
    return [_version(9_000_000 + number, edition, record)
            for edition in editions for number, record in enumerate(edition.records)]  # fmt: skip


# --- a million links ----------------------------------------------------------------------------

_SIDE, _KEPT, _SHUT = 953, 0.55, 5_000


def _million() -> list[Result]:
    """A net of streets of which nine in twenty are missing, so that many ends hang on one link."""
    ids = np.arange(_SIDE * _SIDE).reshape(_SIDE, _SIDE)
    start = np.concatenate([ids[:, :-1].ravel(), ids[:-1].ravel()])
    end = np.concatenate([ids[:, 1:].ravel(), ids[1:].ravel()])
    rng = np.random.default_rng(2)
    kept = rng.random(len(start)) < _KEPT
    start, end = start[kept], end[kept]
    living = _settlements(rng.choice(_SIDE * _SIDE, 10_000, replace=False))
    drawn = rng.permutation(len(start))[: _SHUT + MORE].tolist()
    shut = [
        Stretch(cast(Version, None), RoadState(status="closed", code=str(edge)), edge, True, at, at)
        for at, edge in enumerate(drawn)
    ]  # fmt: skip

    def answer(forest: Forest, count: int) -> tuple[Cut, Ranked]:
        net = cast(Roads, SimpleNamespace(forest=forest))
        now = cut(net, shut[:count], [_SIDE * _SIDE // 2 + _SIDE // 2], living)
        lost = [(one, frozenset({now.loose[piece]})) for one in living
                if (piece := now.strict[one.nodes[0]]) and piece not in now.never]  # fmt: skip
        return now, ranked(now, lost)

    forest, whole = _timed(lambda: Forest(_SIDE * _SIDE, start, end))
    first = whole + _timed(lambda: answer(forest, _SHUT))[1]
    more = [_timed(lambda count=_SHUT + each: answer(forest, count)) for each in range(1, MORE + 1)]  # type: ignore[misc]
    slowest = max(seconds for _, seconds in more)
    plain = _timed(lambda: joined_by(_SIDE * _SIDE, start.tolist(), end.tolist()))[1]
    (_, last), _ = more[-1]
    return [
        Result("a million links, from nothing", f"{first:.2f} s", "< 10 s", first < 10,
               f"{len(start):,} links, {_SIDE * _SIDE:,} nodes, {_SHUT:,} closures; {whole:.2f} s "
               "of it for the spanning forest; without reading the links"),
        Result("a million links, one closure more", f"{slowest:.2f} s", "< 1 s", slowest < 1,
               f"slowest of {MORE}; {len(last.needs)} of 10,000 settlements cut off, "
               f"{len(last.all)} reopenings ranked; joining all links anew takes {plain:.2f} s, "
               f"{plain / slowest:.0f} times as long"),
    ]  # fmt: skip


def _settlements(nodes: Any) -> list[Settlement]:
    return [
        Settlement(cast(Version, SimpleNamespace(id=at)), f"s{at}", f"s{at}", "", (int(node),),
                   (0.0, 0.0), People(20, 8, 6, 1, "register"), ())
        for at, node in enumerate(nodes.tolist())
    ]  # fmt: skip


def _timed(work: Callable[[], Any]) -> tuple[Any, float]:
    begin = process_time()
    made = work()
    return made, process_time() - begin
