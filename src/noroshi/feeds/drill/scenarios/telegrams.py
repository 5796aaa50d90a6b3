"""What the weather agency sends of an earthquake, minute by minute, and what is true of it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator

import numpy as np

from noroshi.core.record import Action, Mode
from noroshi.core.time import JST, MINUTE, SECOND, show
from noroshi.feeds.drill.physics import shaking
from noroshi.feeds.drill.scenarios import quakes
from noroshi.feeds.drill.scenarios.quakes import Felt, Quake
from noroshi.feeds.drill.scene import Event, Fact, Message
from noroshi.feeds.drill.world.model import World
from noroshi.formats.jma_xml.writing import eew, intensity, telegram
from noroshi.formats.jma_xml.writing.issue import Issue, cancellation, event_id
from noroshi.formats.jma_xml.writing.source import Accuracy

SOURCE = "jma"
#: What is said of a tsunami, by its codes.
WARNED, NO_TSUNAMI = ("0211",), ("0215",)


def message(time: int, code: str, number: int, data: bytes, **more: object) -> Message:
    """A telegram under the name that it is distributed by."""
    stamp = (show(time, JST) or "").replace("-", "").replace(":", "")[:15]
    return Message(time, SOURCE, f"{stamp}_{number}_{code}.xml", data, **more)  # type: ignore[arg-type]


def event_of(world: World, quake: Quake) -> str:
    """The identity that the agency gives an earthquake."""
    return event_id(quakes.detected(world, quake))


def issue(event: str, time: int, serial: int | None = None, action: Action = Action.ISSUE) -> Issue:
    """An issue of a drill."""
    return Issue(event=event, reported=time, mode=Mode.EXERCISE, action=action, serial=serial)


# --- early warnings ------------------------------------------------------------------------------


def growth(magnitude: float) -> list[tuple[float, float]]:
    """Seconds after detection, and the magnitude estimated by then: it cannot be more than what
    has slipped so far, so that the largest take a minute or more to show (as on 11 March 2011:
    M 4.3, 5.9, 6.8, 7.2, 7.7, 7.9, 8.1 within 117 s)."""
    start = min(magnitude, 4.4 + 0.1 * max(magnitude - 6, 0))
    span = 3.0 if magnitude < 7 else 12.0 * (magnitude - 6.6)
    times = [4.2, 4.9, 5.6, 6.3, 7.4, 8.7, 10.2, 12.3, 15.1, 19.0, 24.4, 31.6, 40.9, 53.2, 70.5,
             93.0, 117.0]  # fmt: skip
    found = []
    for time in times:
        share = min(1.0, math.log1p(time - 4.0) / math.log1p(max(span, 1.5)))
        found.append((time, round(start + (magnitude - start) * share, 1)))
        if share >= 1.0:
            break
    return found


def early_warnings(world: World, quake: Quake) -> Iterator[Message]:
    """The burst: at each step a forecast and a ground-motion forecast in the same second, and a
    warning where one is called for, for the first time or for more regions."""
    begin = quakes.detected(world, quake)
    event = event_id(begin)
    warned: set[str] = set()
    steps = growth(quake.magnitude)
    warnings = 0
    for serial, (after, magnitude) in enumerate(steps, 1):
        time = begin + int(after * SECOND)
        reported = time - time % SECOND
        expected = list(_expected(world, quake, magnitude, time, warned, serial > 2))
        last = serial == len(steps)
        shift = (9_000.0 / serial, -7_000.0 / serial)
        held = quakes.source(world, quake, magnitude=magnitude, shift=shift)
        report = eew.EarlyWarning(
            source=held, shaking=expected, accuracy=Accuracy(stations=min(serial, 5)),
            warned_before=sorted(warned), last=last, intensity=None if expected else ("0", "0"),
        )  # fmt: skip
        for number, (code, write) in enumerate(
            (("VXSE45", eew.motion_forecast), ("VXSE44", eew.forecast)), 1
        ):
            data = write(issue(event, reported, serial), report)
            yield message(time, code, 10 * serial + number, data)
        now = {one.region.code for one in expected if one.warned}
        if now - warned:
            warnings += 1
            data = eew.warning(issue(event, reported, warnings), report)
            yield message(time, "VXSE43", 10 * serial + 3, data)
            warned |= now


def _expected(
    world: World, quake: Quake, magnitude: float, time: int, warned: set[str], sure: bool
) -> Iterator[eew.Shaking]:
    """What a point source of that magnitude would do in each region. A region stays warned."""
    where = quakes.places(world)
    reach = max(0.0, 10 ** (0.5 * magnitude - 1.85) * 500)
    straight = np.sqrt((where.x - quake.x) ** 2 + (where.y - quake.y) ** 2 + quake.depth**2)
    far = np.maximum(straight - reach, quake.depth / 2)
    pgv = shaking.velocity(magnitude, quake.depth, far, quake.kind) * where.amplification
    values = shaking.intensity(pgv).tolist()
    comes = (straight / shaking.S_WAVE).tolist()
    greatest: dict[str, tuple[float, int]] = {}
    for one, value, seconds in zip(world.seismic_stations, values, comes, strict=True):
        come = quake.origin + int(seconds * SECOND)
        held = greatest.get(one.seismic, (-1.0, come))
        greatest[one.seismic] = (max(value, held[0]), min(come, held[1]))
    for code, (value, come) in sorted(greatest.items()):
        name = shaking.intensity_class(value)
        if not name or value < 2.5:
            continue
        warns = code in warned or (sure and value >= 3.5 and _any_strong(greatest))
        upper = shaking.intensity_class(min(value + 0.5, 7.0))
        yield eew.Shaking(
            region=telegram.Area(quakes.regions(world)[code].name, code),
            prefecture=quakes.eew_prefecture(world), district=quakes.eew_district(world),
            intensity=(name, upper), arrival=come - come % SECOND if come > time else None,
            warned=warns, long_period=_long_period(value, magnitude),
        )  # fmt: skip


def _any_strong(greatest: dict[str, tuple[float, int]]) -> bool:
    """A warning is given where 5- or more is expected somewhere; it then covers 4 and more."""
    return max(value for value, _ in greatest.values()) >= 4.5


def _long_period(value: float, magnitude: float) -> tuple[str, str]:
    level = str(max(0, min(4, math.floor((value - 3.5) * 0.8 + (magnitude - 6.5) * 0.6))))
    return level, level


def false_alarm(world: World, quake: Quake, time: int) -> Iterator[Message]:
    """Two small shocks taken for a large one: a warning, and its cancellation moments later."""
    event = event_id(time)
    made_up = quakes.source(world, quake, magnitude=6.9)
    code = sorted(quakes.regions(world))[0]
    region = telegram.Area(quakes.regions(world)[code].name, code)
    shaken = eew.Shaking(
        region=region, prefecture=quakes.eew_prefecture(world),
        district=quakes.eew_district(world), intensity=("5+", "6-"),
        arrival=time + 8 * SECOND, warned=True,
    )  # fmt: skip
    report = eew.EarlyWarning(source=made_up, shaking=[shaken])
    wrong = "no such earthquake: two small shocks were taken for a large one"
    data = eew.warning(issue(event, time, 1), report)
    yield message(time, "VXSE43", 1, data, wrong=wrong)
    end = time + 12 * SECOND
    withdrawn = cancellation(issue(event, end, 1), "VXSE43")
    yield message(end, "VXSE43", 2, withdrawn)


# --- reports -------------------------------------------------------------------------------------


def reports(
    world: World,
    quake: Quake,
    felt: list[Felt],
    *,
    tsunami: tuple[str, ...] = NO_TSUNAMI,
    corrected: bool = False,
    huge: bool = False,
) -> Iterator[Message]:
    """Flash report, source, source and intensity, the last again when all stations are in.

    `corrected`: the first source is wrong by half a degree, and a correction follows. `huge`: the
    magnitude of the first reports is not told.
    """
    begin = quakes.detected(world, quake)
    event = event_id(begin)
    minute = begin - begin % MINUTE
    listed = quakes.stations(world, felt)
    regional = quakes.by_region(world, felt)
    top = max((one.value for one in felt), default=0.0)
    if top >= 2.5:
        time = minute + 2 * MINUTE
        yield message(time, "VXSE51", 1, intensity.flash(issue(event, time), begin, regional))
    if tsunami == NO_TSUNAMI and top >= 2.5:
        time = minute + 3 * MINUTE
        data = intensity.source_report(
            issue(event, time), quakes.source(world, quake), forecast=tsunami
        )
        yield message(time, "VXSE52", 1, data)
    if not listed:
        return
    first = [one for at, one in enumerate(listed) if top < 5.5 or at % 4 != 3]
    time = minute + (5 if top >= 2.5 else 4) * MINUTE
    shift = (48_000.0, -15_000.0) if corrected else (0.0, 0.0)
    held = quakes.source(world, quake, huge=huge, shift=shift)
    data = intensity.source_and_intensity(issue(event, time, 1), held, first, forecast=tsunami)
    yield message(
        time, "VXSE53", 1, data, wrong="the epicentre is 50 km too far east" if corrected else ""
    )
    if corrected:
        time += 4 * MINUTE
        right = issue(event, time, 1, Action.CORRECT)
        data = intensity.source_and_intensity(
            right, quakes.source(world, quake, huge=huge), first, forecast=tsunami
        )
        yield message(time, "VXSE53", 2, data)
    if len(first) < len(listed) or huge:
        time += 8 * MINUTE
        data = intensity.source_and_intensity(
            issue(event, time, 2), quakes.source(world, quake), listed, forecast=tsunami,
            before=first,
        )  # fmt: skip
        yield message(time, "VXSE53", 3, data)


# --- truth ---------------------------------------------------------------------------------------


def facts(world: World, quake: Quake, felt: list[Felt]) -> Iterator[Event]:
    """The earthquake as it was, and what each station, municipality, region and the prefecture
    felt."""
    event = event_of(world, quake)
    at = world.plane.lonlat(quake.x, quake.y)
    yield Fact(
        quake.origin, "disaster.earthquake", event,
        {"event": event, "name": quake.name, "code": quake.code, "magnitude": quake.magnitude,
         "depth": quake.depth, "origin": show(quake.origin, JST),
         "max_intensity": quakes.strongest(felt)},
        at=at,
    )  # fmt: skip
    found = _intensities(world, quake, felt, event)
    yield from sorted(found, key=lambda one: one.time)


def _intensities(world: World, quake: Quake, felt: Iterable[Felt], event: str) -> Iterator[Fact]:
    greatest: dict[tuple[str, str], tuple[float, int]] = {}
    for one in felt:
        if not one.intensity:
            continue
        built = one.station
        x, y = world.plane.xy(*built.at)
        time = quake.origin + int(quake.seconds(x, y, shaking.S_WAVE) * SECOND)
        yield Fact(
            time, "disaster.intensity", f"{event}/station/{built.code}",
            {"event": event, "level": "station", "code": built.code, "name": built.name,
             "intensity": one.intensity},
            at=built.at,
        )  # fmt: skip
        for place in (
            ("city", f"{built.municipality}00"), ("area", built.seismic), ("pref", world.code),
            ("event", ""),
        ):  # fmt: skip
            held = greatest.get(place, (0.0, time))
            greatest[place] = (max(held[0], one.value), max(held[1], time))
    for (level, code), (value, time) in sorted(greatest.items()):
        scheme = _SCHEMES[level]
        yield Fact(
            time, "disaster.intensity", f"{event}/{level}/{code}" if code else event,
            {"event": event, "level": level, "code": code,
             "intensity": shaking.intensity_class(value)},
            area=f"{scheme}:{code}" if scheme else None,
        )  # fmt: skip


_SCHEMES = {"city": "city", "area": "jma.seismic", "pref": "pref", "event": ""}
