"""The little prefecture with mountains, three rivers, and everything that watches them."""

from __future__ import annotations

from functools import cache

import numpy as np

from little_world import little_world
from noroshi.feeds.drill.world.model import (
    Dam,
    FloodSensor,
    Land,
    People,
    RainGauge,
    River,
    Road,
    Settlement,
    WaterGauge,
    World,
)

#: Where the rivers run [m east], and the coast in the south and north [m].
RIVERS = (-12_000.0, 0.0, 12_000.0)
SOUTH, NORTH = -9_000.0, 17_000.0


@cache
def stormy_world() -> World:
    """The same every time, and the same object: do not change it."""
    world = little_world()
    plane = world.plane
    world.land = _land(world)
    for number, (x, town) in enumerate(zip(RIVERS, world.municipalities, strict=True), 1):
        code = f"51000000{number:02d}"
        ys = np.arange(NORTH - 500, SOUTH, -500.0)
        line = [plane.lonlat(x, float(y)) for y in ys]
        world.rivers.append(
            River(code=code, name=f"{town.name[:-1]}川", kana="かわ", at=line[0], line=line,
                  widths=[40.0] * len(line), slopes=[0.02] * len(line), length=26_000.0,
                  basin=3e8, order=3, grade="二級")
        )  # fmt: skip
        for part, y in enumerate((3_000.0, -5_000.0)):
            index = int(np.abs(ys - y).argmin())
            basin = 12_000.0 * (NORTH - y)
            flow = basin / 1e6 * 5.0  # a flood of 5 m3/s a km2 fills the bed
            world.water_gauges.append(
                WaterGauge(code=f"{code}{part + 1:02d}", name=f"{town.name[:-1]}{'上下'[part]}流",
                           kana="", at=line[index], river=code, index=index,
                           municipality=town.code, zero=10.0, standby=2.2, caution=3.0,
                           evacuation=4.0, danger=4.6, crest=5.6, a=flow / 6.0**2, b=0.4,
                           basin=basin)
            )  # fmt: skip
        for part, y in enumerate((-6_000.0, 1_000.0, 7_000.0, 13_000.0)):
            world.rain_gauges.append(
                RainGauge(code=f"5{number}{part:03d}", name=f"{town.name[:-1]}{part + 1}雨量",
                          kana="", at=plane.lonlat(x + 800, y), municipality=town.code,
                          owner=("気象庁", "国土交通省", "風早県", "風早県")[part],
                          elevation=40 * (y - SOUTH) / 1000)
            )  # fmt: skip
        for part in range(8):
            district = f"{town.code}{part % 4 + 1:06d}"
            world.flood_sensors.append(
                FloodSensor(code=f"FS{number}{part:02d}", name=f"{part + 1}号", kana="",
                            at=plane.lonlat(x + 300 * (part - 4), -7_500 + 500 * part),
                            municipality=town.code, district=district, elevation=5.0, river=code)
            )  # fmt: skip
        _hamlets(world, number - 1, x, town.code)
    world.dams.append(_dam(world))
    return world


def _land(world: World) -> Land:
    plane = world.plane
    row, column = np.mgrid[0 : plane.rows, 0 : plane.columns]
    x = (column + 0.5) * plane.cell - plane.columns * plane.cell / 2
    y = plane.rows * plane.cell / 2 - (row + 0.5) * plane.cell
    aside = np.min([np.abs(x - one - plane.cell / 2) for one in RIVERS], axis=0)
    inside = (y > SOUTH) & (y < NORTH) & (np.abs(x) < 18_000)
    steep = np.where(y > 1_000, 0.30, 0.002)
    up = 2 + 0.004 * (np.minimum(y, 1_000) - SOUTH) + 0.06 * np.maximum(y - 1_000, 0)
    height = np.where(inside, up + aside * steep, -50.0).astype(np.float32)
    count = height.size
    flat = height.ravel()
    best, lowest = np.full(count, -1), flat.copy()
    index = np.arange(count).reshape(height.shape)
    for down, right in ((1, 0), (0, 1), (0, -1), (-1, 0), (1, 1), (1, -1), (-1, 1), (-1, -1)):
        near = np.full(height.shape, np.inf, dtype=np.float32)
        at = np.roll(index, (-down, -right), axis=(0, 1)).ravel()
        near = np.where(flat[at] > 0, flat[at], np.inf)
        lower = near < lowest
        best, lowest = np.where(lower, at, best), np.where(lower, near, lowest)
    downstream = np.where(flat > 0, best, -1).astype(np.int32)
    accumulation = np.ones(count, dtype=np.int32)
    for cell in np.argsort(-flat):
        if downstream[cell] >= 0:
            accumulation[downstream[cell]] += accumulation[cell]
    river = np.where(flat > 0, 1 + np.clip((x.ravel() + 18_000) // 12_000, 0, 2), 0)
    return Land(
        elevation=height, downstream=downstream.reshape(height.shape),
        accumulation=accumulation.reshape(height.shape),
        river=river.astype(np.int32).reshape(height.shape),
        hand=(aside * steep).astype(np.float32),
        slope=np.where(inside, steep + 0.02, 0).astype(np.float32),
        municipality=river.astype(np.int32).reshape(height.shape),
    )  # fmt: skip


def _hamlets(world: World, number: int, x: float, town: str) -> None:
    """A road up the valley with a hamlet every two kilometres."""
    plane, previous = world.plane, 4 * number + 3
    for part in range(6):
        at = plane.lonlat(x + 400, 3_000 + 2_000 * part)
        world.nodes.append(at)
        node = len(world.nodes) - 1
        people = People(under15=2, working=20, over65=18, over75=15, households=25, care=3)
        world.settlements.append(
            Settlement(code=f"{town}m{part}", name=f"奥{part + 1}", kana="おく", at=at,
                       municipality=town, district=f"{town}000004", people=people, node=node,
                       mountain=True)
        )  # fmt: skip
        world.roads.append(
            Road(code=f"M{number}{part:03d}", start=previous, end=node, rank="prefectural",
                 structure="road", route="R12", name="県道12号", river="",
                 line=[world.nodes[previous], at], length=2_000.0, width=5.5, lanes=2,
                 municipality=town)
        )  # fmt: skip
        previous = node


def _dam(world: World) -> Dam:
    return Dam(
        code="51D01", name="奥谷ダム", kana="おくたにだむ", at=world.plane.lonlat(0, 8_000),
        category="dam", operator="風早県", address="", municipality="51202", district="",
        elevation=350.0, river="5100000002",
        curve=[(300.0, 0.0), (330.0, 6e6), (345.0, 1.1e7), (355.0, 1.6e7)], normal=330.0,
        flood=350.0, basin=1.08e8, release=250.0, height=70.0, reservoir=[],
    )  # fmt: skip
