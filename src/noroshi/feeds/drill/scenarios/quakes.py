"""Earthquakes as a scenario has them: where, how large, and what the stations of a world feel."""

from __future__ import annotations

import msgspec
import numpy as np
import numpy.typing as npt

from noroshi.core.time import SECOND
from noroshi.feeds.drill.physics import shaking
from noroshi.feeds.drill.physics.shaking import Fault, Shaking
from noroshi.feeds.drill.world.model import Area, Grid, SeismicStation, World
from noroshi.formats.jma_xml.writing import telegram
from noroshi.formats.jma_xml.writing.intensity import Region, Station
from noroshi.formats.jma_xml.writing.source import Source

Values = npt.NDArray[np.float64]


class Quake(msgspec.Struct, frozen=True, kw_only=True):
    """An earthquake. `origin` in microseconds UTC; `x`, `y` in the world's plane and `depth` [m]
    are those of its focus; `kind` as in `physics.shaking.KINDS`. `name` and `code` are those of
    the epicentral region, in ranges that no real one has."""

    origin: int
    x: float
    y: float
    depth: float
    magnitude: float
    fault: Fault
    kind: str
    name: str
    code: str
    sea: bool

    def seconds(self, x: float, y: float, speed: float) -> float:
        """How long a wave of that speed [m/s] takes to a point of the plane."""
        return shaking.arrival(x, y, (self.x, self.y, self.depth), speed)


class Felt(msgspec.Struct, frozen=True):
    """What one station felt: instrumental intensity."""

    station: SeismicStation
    value: float

    @property
    def intensity(self) -> str:
        """The class; "" below 1."""
        return shaking.intensity_class(self.value)


def detected(world: World, quake: Quake) -> int:
    """When the first station's data showed it: microseconds UTC, whole seconds."""
    first = min(
        (quake.seconds(*world.plane.xy(*one.at), shaking.P_WAVE) for one in world.seismic_stations),
        default=0.0,
    )
    time = quake.origin + round(first * SECOND)
    return time - time % SECOND


def feel(world: World, vs30: Grid, motion: Shaking) -> list[Felt]:
    """What the stations felt of an earthquake whose motion is known everywhere: each on its own
    ground."""
    found = []
    for one in world.seismic_stations:
        cell = world.plane.cell_of(*one.at)
        stiff = float(motion.velocity[cell]) / float(shaking.amplification(float(vs30[cell])))
        value = shaking.intensity(stiff * float(shaking.amplification(one.vs30)))
        found.append(Felt(one, float(value)))
    return found


class Places(msgspec.Struct):
    """Where a world's stations stand, as arrays: x, y [m] of each, and how its ground amplifies."""

    x: Values
    y: Values
    amplification: Values


def places(world: World) -> Places:
    """The places of a world's stations, in their order."""
    at = np.array([world.plane.xy(*one.at) for one in world.seismic_stations]).reshape(-1, 2)
    vs30 = np.array([one.vs30 for one in world.seismic_stations], float)
    return Places(at[:, 0], at[:, 1], shaking.amplification(vs30))


def feel_small(
    world: World, where: Places, quake: Quake, random: np.random.Generator
) -> list[Felt]:
    """The same for an aftershock, at the stations only: residuals of neighbours are alike by what
    they share of the earthquake's own."""
    far = shaking.distance(quake.fault, where.x, where.y)
    log = np.log10(
        shaking.velocity(quake.magnitude, quake.depth, far, quake.kind) * where.amplification
    )
    log += float(random.standard_normal()) * shaking.SIGMA_BETWEEN
    log += random.standard_normal(len(log)) * shaking.SIGMA_WITHIN
    values = shaking.intensity(10**log).tolist()
    return [Felt(one, value) for one, value in zip(world.seismic_stations, values, strict=True)]


# --- in the words of the weather agency ----------------------------------------------------------


def prefecture(world: World) -> telegram.Area:
    """The prefecture as intensity reports name it."""
    return telegram.Area(world.name, world.code)


def eew_prefecture(world: World) -> telegram.Area:
    """緊急地震速報／府県予報区: 95 and the prefecture's code; real ones end at 9474."""
    return telegram.Area(world.name.removesuffix("県"), f"95{world.code}")


def eew_district(world: World) -> telegram.Area:
    """緊急地震速報／地方予報区: 96 and the prefecture's code; real ones begin with 99."""
    return telegram.Area(f"{world.name.removesuffix('県')}諸島", f"96{world.code}")


def regions(world: World) -> dict[str, Area]:
    """The seismic areas (細分区域) by code."""
    return {one.code: one for one in world.areas if one.scheme == "jma.seismic"}


def stations(world: World, felt: list[Felt]) -> list[Station]:
    """Those that felt something, as reports list them."""
    towns = {one.code: one for one in world.municipalities}
    areas = regions(world)
    found = []
    for one in felt:
        if not one.intensity:
            continue
        built = one.station
        town = towns[built.municipality]
        name = built.name if built.owner == "気象庁" else f"{built.name}＊"
        found.append(
            Station(
                name, built.code, one.intensity, telegram.Area(town.name, f"{town.code}00"),
                telegram.Area(areas[built.seismic].name, built.seismic), prefecture(world),
            )
        )  # fmt: skip
    return found


def strongest(felt: list[Felt]) -> str:
    """The greatest class that was felt; "" if none."""
    return shaking.intensity_class(max((one.value for one in felt), default=0.0))


def by_region(world: World, felt: list[Felt]) -> list[Region]:
    """The greatest class of each seismic area where something was felt."""
    greatest: dict[str, float] = {}
    for one in felt:
        code = one.station.seismic
        greatest[code] = max(greatest.get(code, 0.0), one.value)
    return [
        Region(regions(world)[code].name, code, name, prefecture(world))
        for code, value in sorted(greatest.items())
        if (name := shaking.intensity_class(value))
    ]


def source(world: World, quake: Quake, *, magnitude: float | None = None, huge: bool = False,
           shift: tuple[float, float] = (0.0, 0.0)) -> Source:  # fmt: skip
    """The source as the agency holds it: `magnitude` as then estimated (None: as it is), `huge`
    where it cannot be told yet, `shift` an error of its place [m east, m north]."""
    longitude, latitude = world.plane.lonlat(quake.x + shift[0], quake.y + shift[1])
    return Source(
        name=quake.name, code=quake.code, detected=detected(world, quake), origin=quake.origin,
        longitude=longitude, latitude=latitude, depth=quake.depth,
        magnitude=None if huge else (magnitude if magnitude is not None else quake.magnitude),
        magnitude_text="Ｍ８を超える巨大地震" if huge else "",
        land_or_sea="海域" if quake.sea else "内陸", reduced_name=quake.name,
        reduced_code=quake.code,
    )  # fmt: skip
