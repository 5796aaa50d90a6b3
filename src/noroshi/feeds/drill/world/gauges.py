"""Rain gauges, water level gauges with their thresholds, and cheap sensors of flooding.

Thresholds follow from the river's own section: the depth at which it carries a share of its
design flood, by Manning's equation for a wide rectangular channel.
"""

from __future__ import annotations

import math

import numpy as np

from noroshi.feeds.drill.world.model import (
    FloodSensor,
    Lonlat,
    RainGauge,
    River,
    WaterGauge,
    rng,
)  # fmt: skip
from noroshi.feeds.drill.world.naming import Names, stem
from noroshi.feeds.drill.world.survey import Numbers, Survey, clusters

#: Manning's roughness of a natural channel with some growth [s/m^(1/3)] (Chow 1959, table 5-6).
ROUGHNESS = 0.035
#: Share of the design flood at which each level is reached.
_SHARES = {"standby": 0.14, "caution": 0.30, "evacuation": 0.52, "danger": 0.68, "plan": 1.0}
_FREEBOARD = 1.0  # of the levee above the planned high water [m] (河川管理施設等構造令 第二十条)
_MOST_GAUGES, _LEAST_BASIN = 34, 12e6


def design_flood(basin: float) -> float:
    """The flood that a river is built for [m3/s] from its basin [m2]: 45 A^0.65, A in km2, about
    the 1-in-100-year floods of Japan's rivers (Creager's form)."""
    return 45.0 * float((basin / 1e6) ** 0.65)


def depth_of(discharge: float, width: float, slope: float) -> float:
    """Depth [m] at which a wide rectangular channel carries `discharge`: h = (n q / √S)^(3/5),
    q = Q/B (Manning 1891)."""
    return float((ROUGHNESS * discharge / width / math.sqrt(slope)) ** 0.6)


def rain_gauges(survey: Survey, names: Names) -> list[RainGauge]:
    """Gauges of three owners, spread over the land, more where dams and mountains are."""
    world = survey.world
    random = rng(world.seed, "rain gauges")
    rows, columns = np.nonzero(survey.dry)
    pick = random.choice(len(rows), min(4_000, len(rows)), replace=False)
    rows, columns = rows[pick], columns[pick]
    points = np.column_stack((columns, rows)) * world.plane.cell
    number = int(np.clip(round(int(survey.dry.sum()) / 100 / 90), 25, 40))
    weights: Numbers = 1.0 + np.clip(world.land.elevation[rows, columns] / 500.0, 0.0, 1.0)
    group, centres = clusters(points, weights, number, random)
    found: list[RainGauge] = []
    for which in range(len(centres)):
        own = np.flatnonzero(group == which)
        if not len(own):
            continue
        away = ((points[own] - centres[which]) ** 2).sum(axis=1)
        best = own[int(np.argmin(away))]
        at = survey.plane.centre_of(float(rows[best]), float(columns[best]))
        town, district = survey.municipality_of(at), survey.district_of(at)
        owner = ("気象庁", world.name, "国土交通省")[int(random.choice(3, p=[0.35, 0.4, 0.25]))]
        found.append(RainGauge(
            code=f"{world.code}{_OWNER.get(owner, 3)}{len(found) + 1:09}", at=at, owner=owner,
            municipality=town.code, elevation=survey.elevation(at),
            **names.give(stem(district), ("", ""), ("雨量観測所", "うりょうかんそくじょ")),
        ))  # fmt: skip
    return found


#: The third digit of a gauge's code says whose it is; 3 is the prefecture's.
_OWNER = {"気象庁": 1, "国土交通省": 2}


def water_gauges(survey: Survey, names: Names) -> list[WaterGauge]:
    """Gauges on the larger rivers: above the mouth, and further up while the basin is large."""
    world = survey.world
    random = rng(world.seed, "water gauges")
    places: list[tuple[float, River, int]] = []
    for river in world.rivers:
        size = river.basin
        if size < _LEAST_BASIN or len(river.line) < 6:
            continue
        shares = (0.84, 0.62, 0.42) if size > 150e6 else (0.82, 0.55) if size > 45e6 else (0.78,)
        for share in shares:
            index = _at_share(river, share)
            basin = _basin_at(survey, river, index)
            if basin >= _LEAST_BASIN:
                places.append((basin, river, index))
    places.sort(key=lambda one: (-one[0], one[1].code, one[2]))
    found: list[WaterGauge] = []
    for basin, river, index in places[:_MOST_GAUGES]:
        found.append(_gauge(survey, names, random, river, index, basin, len(found) + 1))
    return found


def _at_share(river: River, share: float) -> int:
    return min(max(round(share * (len(river.line) - 1)), 1), len(river.line) - 2)


def _basin_at(survey: Survey, river: River, index: int) -> float:
    row, column = survey.cell(river.line[index])
    rows, columns = survey.around(row, column, 1)
    own = float(survey.land.accumulation[rows, columns].max()) * survey.plane.cell**2
    return min(own, river.basin)


def _gauge(
    survey: Survey, names: Names, random: np.random.Generator, river: River, index: int,
    basin: float, number: int,
) -> WaterGauge:  # fmt: skip
    at = river.line[index]
    window = slice(max(index - 3, 0), index + 4)
    slope = min(max(float(np.mean(river.slopes[window])), 4e-4), 0.02)
    flood = design_flood(basin)
    # Gauges stand where the channel has its full width between levees.
    width = max(float(np.mean(river.widths[window])), 3.2 * math.sqrt(flood))
    depth = {word: depth_of(share * flood, width, slope) for word, share in _SHARES.items()}
    level = {word: round(value, 2) for word, value in depth.items()}
    crest = round(level["plan"] + _FREEBOARD, 2)
    a, b = rating(width, slope, crest)
    district = survey.district_of(at)
    ground = float(survey.land.elevation[survey.cell(at)])
    owner = 2 if river.grade == "一級" else 3
    return WaterGauge(
        code=f"{survey.world.code}{owner}{number:09}", at=at, river=river.code, index=index,
        municipality=survey.municipality_of(at).code, basin=round(basin),
        # The ground beside the river lies as high as its caution level.
        zero=round(ground - level["caution"], 2), standby=level["standby"],
        caution=level["caution"], evacuation=level["evacuation"], danger=level["danger"],
        crest=crest, a=a, b=b,
        **names.give(stem(district), ("", ""), ("水位観測所", "すいいかんそくじょ")),
    )  # fmt: skip


def rating(width: float, slope: float, crest: float) -> tuple[float, float]:
    """a and b of the rating curve Q = a (H + b)², the line through √Q of Manning's equation
    between 0.3 m and the crest (国土交通省「水文観測業務規程」)."""
    levels = np.linspace(0.3, crest, 40)
    flow = width / ROUGHNESS * math.sqrt(slope) * levels ** (5 / 3)
    gradient, offset = np.polyfit(levels, np.sqrt(flow), 1)
    return round(float(gradient**2), 4), round(float(offset / gradient), 4)


def flood_sensors(survey: Survey) -> list[FloodSensor]:
    """Sensors at underpasses and low ground: where main roads cross it, and where people live."""
    world = survey.world
    random = rng(world.seed, "flood sensors")
    low: list[tuple[float, Lonlat, str]] = []
    for one in sorted(world.roads, key=lambda one: one.code):
        if one.structure != "road" or one.rank not in ("national", "prefectural"):
            continue
        at = one.line[len(one.line) // 2]
        cell = survey.cell(at)
        if survey.dry[cell] and survey.land.hand[cell] < 1.8 and survey.land.slope[cell] < 0.03:
            low.append((_people_near(survey, cell), at, "アンダーパス"))
    for place in sorted(world.settlements, key=lambda one: one.code):
        rows, columns = survey.around(*survey.cell(place.at), 6)
        fit = survey.dry[rows, columns]
        if place.people.total < 150 or not fit.any():
            continue
        hand = np.where(fit, survey.land.hand[rows, columns], np.inf)
        best = int(np.argmin(hand))
        if hand[best] < 2.0:
            at = survey.plane.centre_of(float(rows[best]), float(columns[best]))
            low.append((0.6 * place.people.total, at, "低地"))
    low.sort(key=lambda one: (-one[0], one[1]))
    found: list[FloodSensor] = []
    count: dict[str, int] = {}
    chosen: list[tuple[float, float]] = []
    for _, at, kind in low:
        spot = survey.plane.xy(*at)
        if any(math.hypot(spot[0] - x, spot[1] - y) < 650.0 for x, y in chosen):
            continue
        town, district = survey.municipality_of(at), survey.district_of(at)
        if count.get(town.code, 0) >= 12 or len(found) >= 70:
            continue
        chosen.append(spot)
        number = count[town.code] = count.get(town.code, 0) + 1
        row, column = survey.cell(at)
        river = int(survey.land.river[row, column])
        name = f"{town.name}{district.name}{kind}"
        if any(one.name == name for one in found):
            name += f"{number}号"
        found.append(FloodSensor(
            code=f"{town.code}FS{number:03}", name=name, kana=town.kana + district.kana, at=at,
            municipality=town.code, district=district.code,
            elevation=round(survey.elevation(at) - float(random.uniform(0.3, 1.2)), 1),
            river=world.rivers[river - 1].code if river else "",
        ))  # fmt: skip
    return found


def _people_near(survey: Survey, cell: tuple[int, int]) -> float:
    """Persons in the settlements within 1 km, roughly: those of the district."""
    number = int(survey.district[cell])
    return float(survey.world.districts[number - 1].people.total) if number else 0.0
