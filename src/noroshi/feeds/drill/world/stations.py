"""Seismic stations, tide gauges and ports."""

from __future__ import annotations

import math

import numpy as np

from noroshi.feeds.drill.world.model import (
    Facility,
    Lonlat,
    SeismicStation,
    TideGauge,
    rng,
)  # fmt: skip
from noroshi.feeds.drill.world.naming import Names, stem
from noroshi.feeds.drill.world.survey import Survey

#: Vs30 [m/s] by the slope of the ground, for active tectonics (Wald & Allen 2007, table 1): the
#: slope from which a class begins, and the speeds of its lower and upper end.
_VS30 = (
    (0.0, 150.0, 180.0), (1e-4, 180.0, 240.0), (2.2e-3, 240.0, 300.0), (6.3e-3, 300.0, 360.0),
    (0.018, 360.0, 490.0), (0.05, 490.0, 620.0), (0.10, 620.0, 760.0), (0.138, 760.0, 900.0),
)  # fmt: skip


def vs30(slope: float, hand: float) -> float:
    """Mean speed of shear waves in the uppermost 30 m [m/s] by slope; soft where the ground lies
    hardly above its river (alluvium, HAND under 5 m), whatever a coarse grid's slope says."""
    if hand < 5.0:
        slope = min(slope, 4e-3)
    begins, low, high = next(one for one in reversed(_VS30) if slope >= one[0])
    ends = next((one[0] for one in _VS30 if one[0] > begins), 0.3)
    share = min((slope - begins) / (ends - begins), 1.0)
    return round(low + share * (high - low))


def seismic_stations(survey: Survey) -> list[SeismicStation]:
    """One at every municipality's office (the prefecture's), then those of 気象庁 in the larger
    ones and of 防災科学技術研究所 between them. Codes: the municipality's and two digits."""
    world = survey.world
    random = rng(world.seed, "seismic stations")
    found: list[SeismicStation] = []
    for town in sorted(world.municipalities, key=lambda one: one.code):
        places: list[tuple[str, Lonlat]] = [(world.name, town.at)]
        living = survey.settlements.get(town.code, [])
        spread = sorted(
            living,
            key=lambda one: -math.dist(survey.plane.xy(*one.at), survey.plane.xy(*town.at)),
        )
        if town.people.total > 40_000 and living:
            places.append(("気象庁", living[int(random.integers(len(living)))].at))
        if spread:
            places.append(("防災科学技術研究所", spread[0].at))
        for number, (owner, at) in enumerate(places):
            cell = survey.cell(at)
            digits = {"気象庁": 0, world.name: 30}.get(owner, 20) + number
            district = survey.district_of(at)
            speed = vs30(float(survey.land.slope[cell]), float(survey.land.hand[cell]))
            mark = "＊" if owner != "気象庁" else ""  # as the agency marks those of others
            found.append(SeismicStation(
                code=f"{town.code}{digits:02}", name=f"{town.name}{district.name}{mark}",
                kana=town.kana + district.kana, at=at, municipality=town.code,
                seismic=town.seismic, owner=owner, vs30=speed * float(random.uniform(0.94, 1.06)),
            ))  # fmt: skip
    return _distinct(found)[:50]


def _distinct(found: list[SeismicStation]) -> list[SeismicStation]:
    """Two stations of one district are told apart by a number."""
    seen: dict[str, int] = {}
    for one in found:
        plain = one.name.removesuffix("＊")
        count = seen[plain] = seen.get(plain, 0) + 1
        one.vs30 = round(one.vs30)
        if count > 1:
            one.name = one.name.replace(plain, f"{plain}第{count}")
    return found


def tide_gauges(survey: Survey, ports: list[Facility]) -> list[TideGauge]:
    """A gauge at the largest ports of each coast, and one buoy far out before the open sea."""
    world = survey.world
    found: list[TideGauge] = []

    def add(name: str, kana: str, at: Lonlat, coast: str, *, offshore: bool = False) -> None:
        code = f"{world.code}{'9' if offshore else '0'}{len(found) + 1:02}"
        found.append(TideGauge(
            code=code, name=name, kana=kana, at=at, coast=coast, offshore=offshore
        ))  # fmt: skip

    for coast in world.coasts:
        points = [at for line in coast.line for at in line]
        if not points:
            continue
        near = sorted(ports, key=lambda one: (_away(survey, one.at, points), one.code))
        own = [one for one in near if _away(survey, one.at, points) < 2_000.0]
        own.sort(key=lambda one: (-one.served, one.code))
        for port in own[:2]:
            add(port.name, port.kana, port.at, coast.code)
        if not own:
            at = points[len(points) // 2]
            district = survey.district_of(at)
            add(f"{district.name}検潮所", f"{district.kana}けんちょうじょ", at, coast.code)
        buoy = _out_at_sea(survey, points)
        if buoy is not None:
            add(f"{coast.name}沖", f"{coast.kana}おき", buoy, coast.code, offshore=True)
    return found


def _away(survey: Survey, at: Lonlat, points: list[Lonlat]) -> float:
    x, y = survey.plane.xy(*at)
    spots = survey.xy(points)
    return float(np.hypot(spots[:, 0] - x, spots[:, 1] - y).min())


def _out_at_sea(survey: Survey, points: list[Lonlat]) -> Lonlat | None:
    """A place 12 km and more off a coast, straight out from the island's middle."""
    plane = survey.plane
    x, y = survey.xy(points).mean(axis=0)
    away = math.hypot(x, y)
    if away < 1.0:
        return None
    for reach in (14_000.0, 10_000.0, 7_000.0):
        far = 1.0 + reach / away
        if abs(x * far) < plane.columns * plane.cell and abs(y * far) < plane.rows * plane.cell:
            return plane.lonlat(float(x * far), float(y * far))
    return None


def ports(survey: Survey, names: Names) -> list[Facility]:
    """重要港湾, 地方港湾 and 漁港 on the shores where people live by the sea. `served`: persons
    around."""
    world = survey.world
    random = rng(world.seed, "ports")
    near: list[tuple[float, Lonlat]] = []
    for one in world.settlements:
        cell = survey.cell(one.at)
        if survey.to_sea[cell] < 2_500.0 and world.land.elevation[cell] < 40.0:
            district = survey.districts.get(one.district)
            fishing = 2.5 if district is not None and district.land == "fishing" else 1.0
            near.append((one.people.total * fishing, one.at))
    near.sort(key=lambda one: (-one[0], one[1]))
    chosen: list[tuple[float, float]] = []
    found: list[Facility] = []
    for weight, at in near:
        spot = survey.plane.xy(*at)
        if any(math.dist(spot, other) < 6_500.0 for other in chosen) or len(found) >= 26:
            continue
        chosen.append(spot)
        rank = 0 if not found else 1 if len(found) < 5 else 2
        kind, kana = (
            ("重要港湾", "こう"), ("地方港湾", "こう"), ("漁港", "ぎょこう")
        )[rank]  # fmt: skip
        site = survey.site(random, at, 2_500.0, lambda rows, columns: 6.0 * (
            (survey.to_sea[rows, columns] > 0) & (survey.to_sea[rows, columns] < 200.0)
        ))  # fmt: skip
        about = survey.about(random, site)
        suffix = "漁港" if kind == "漁港" else "港"
        name = names.give(stem(survey.districts[about["district"]]), ("", ""), (suffix, kana))
        town = survey.municipalities[about["municipality"]]
        found.append(Facility(
            code=f"{world.code}M{len(found) + 1:04}", category="port", kind=kind,
            operator=world.name if rank < 2 else town.name, served=round(weight), **name, **about,
        ))  # fmt: skip
    return found
