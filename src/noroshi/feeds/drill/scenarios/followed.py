"""What the weather agency tells of a great earthquake later: the motion of tall buildings, the
source made more precise, how many earthquakes followed."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from noroshi.core.time import HOUR, MINUTE
from noroshi.feeds.drill.scenarios import quakes
from noroshi.feeds.drill.scenarios.quakes import Felt, Quake
from noroshi.feeds.drill.scenarios.telegrams import event_of, issue, message
from noroshi.feeds.drill.scene import Message
from noroshi.feeds.drill.world.model import World, rng
from noroshi.formats.jma_xml.writing import intensity, long_period, nankai, telegram

#: The period at which the response is greatest [s], and how wide it spreads (log).
_PEAK, _WIDTH = 2.4, 0.8


def long_period_motion(
    world: World, quake: Quake, felt: Sequence[Felt], seed: int
) -> Iterator[Message]:
    """Ten minutes after: the response of tall buildings at each station.

    1.6 times the peak velocity at 2.4 s and less away from it: the shape of a mean response
    spectrum, and no more than that.
    """
    random = rng(seed, f"long-period/{quake.code}")
    regions = quakes.regions(world)
    shaken = []
    for one in felt:
        pgv = 10 ** ((one.value - 2.68) / 1.72) / 100
        bands = {
            band: pgv * 1.6 * math.exp(-((math.log((band + 0.5) / _PEAK) / _WIDTH) ** 2) / 2)
            * float(random.lognormal(0, 0.2))
            for band in range(1, 8)
        }  # fmt: skip
        built = one.station
        if one.intensity and long_period.long_period_class(max(bands.values())):
            region = telegram.Area(regions[built.seismic].name, built.seismic)
            shaken.append(
                long_period.Shaken(built.name, built.code, one.intensity, bands, region,
                                   quakes.prefecture(world))
            )  # fmt: skip
    if shaken:
        begin = quakes.detected(world, quake)
        time = begin - begin % MINUTE + 10 * MINUTE
        said = issue(event_of(world, quake), time, 1)
        data = long_period.long_period_motion(said, quakes.source(world, quake), shaken)
        yield message(time, "VXSE62", 1, data)


def precise_source(world: World, quake: Quake) -> Iterator[Message]:
    """Some hours after: the position to a tenth of a minute of arc."""
    begin = quakes.detected(world, quake)
    time = begin - begin % MINUTE + 444 * MINUTE
    said = issue(event_of(world, quake), time)
    yield message(
        time, "VXSE61", 1, intensity.precise_source(said, quakes.source(world, quake), time)
    )


def counts(
    world: World, main: Quake, followed: Sequence[tuple[int, bool]], end: int
) -> Iterator[Message]:
    """Every three hours: how many earthquakes there were since the main one. `followed`: the time
    of each, and whether it was felt."""
    event = event_of(world, main)
    begin = main.origin - main.origin % HOUR
    for time in range(begin + 3 * HOUR, end - 10 * MINUTE, 3 * HOUR):
        counted = []
        for kind, since in (("地震回数", time - 3 * HOUR), ("累積地震回数", begin)):
            mine = [felt for at, felt in followed if since <= at < time]
            counted.append(nankai.Count(kind, since, time, len(mine), sum(mine)))
        issued = time + 9 * MINUTE
        data = nankai.counts(
            issue(event, issued), f"{main.name}を震源とする地震の回数をお知らせします。", counted
        )
        yield message(issued, "VXSE60", 1, data)
