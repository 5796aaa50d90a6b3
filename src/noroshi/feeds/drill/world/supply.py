"""Power and water: substations, feeders along the roads, plants and zones of supply."""

from __future__ import annotations

import msgspec
import numpy as np

from noroshi.feeds.drill.world.model import (
    District,
    Facility,
    Feeder,
    Line,
    Lonlat,
    WaterZone,
    rng,
)  # fmt: skip
from noroshi.feeds.drill.world.naming import Names, stem
from noroshi.feeds.drill.world.survey import Survey, clusters, nearest
from noroshi.feeds.drill.world.ways import Tree, nearest_nodes

#: Households of one substation, of one feeder and of one water zone.
_SUBSTATION, _FEEDER, _ZONE = 13_000, 1_700, 5_500


class Supply(msgspec.Struct):
    """What supplies a world; `feeder` and `zone` say which supplies a district."""

    facilities: list[Facility]
    feeders: list[Feeder]
    zones: list[WaterZone]
    feeder: dict[str, str]
    zone: dict[str, str]


class _Homes:
    """Where each district's households are, and at which node they hang."""

    def __init__(self, survey: Survey) -> None:
        self.districts = survey.world.districts
        largest: dict[str, Lonlat] = {}
        for one in sorted(survey.world.settlements, key=lambda one: one.people.total):
            largest[one.district] = one.at
        self.places = [largest.get(one.code, one.at) for one in self.districts]
        self.points = survey.xy(self.places)
        self.households = np.array([one.people.households for one in self.districts], np.float64)
        self.nodes = nearest_nodes(survey.world, self.places)


def supply(survey: Survey, names: Names) -> Supply:
    """Substations and feeders, water plants and zones, power plants. Every district has one
    feeder and one zone, and their customers sum to the households."""
    homes = _Homes(survey)
    facilities, feeders, feeder = _power(survey, names, homes)
    plants, zones, zone = _water(survey, names, homes)
    facilities += plants
    facilities += _power_plants(survey, names)
    return Supply(facilities, feeders, zones, feeder, zone)


def company(survey: Survey) -> str:
    """The power company of a world."""
    return f"{survey.world.name.removesuffix('県')}電力送配電"


def _power(
    survey: Survey, names: Names, homes: _Homes
) -> tuple[list[Facility], list[Feeder], dict[str, str]]:
    world = survey.world
    random = rng(world.seed, "power")
    number = max(round(float(homes.households.sum()) / _SUBSTATION), 3)
    group, centres = clusters(homes.points, homes.households, number, random)
    stations: list[Facility] = []
    for which, centre in enumerate(centres):
        own = np.flatnonzero(group == which)
        if not len(own):
            continue
        at = homes.places[own[nearest(homes.points[own], centre)]]
        about = survey.about(random, survey.site(random, at, 1_500.0))
        name = names.give(stem(survey.districts[about["district"]]), ("", ""),
                          ("変電所", "へんでんしょ"))  # fmt: skip
        stations.append(Facility(
            code=f"{world.code}E{len(stations) + 1:04}", category="substation", kind="配電用変電所",
            operator=company(survey), hours=8.0, **name, **about,
        ))  # fmt: skip
    roots = nearest_nodes(world, [one.at for one in stations])
    tree = Tree(world, roots)
    feeders: list[Feeder] = []
    feeder: dict[str, str] = {}
    at_node: dict[int, list[int]] = {}
    for index, node in enumerate(homes.nodes):
        at_node.setdefault(node, []).append(index)
    for which, root in enumerate(dict.fromkeys(roots)):
        station = stations[roots.index(root)]
        order = [index for node in tree.walk(root) for index in at_node.get(node, ())]
        if which == 0:  # islands of the network have no way to any: they hang on the first
            order += [index for index, node in enumerate(homes.nodes) if tree.root[node] < 0]
        for count, part in enumerate(_portions(order, homes.households), 1):
            fed = [homes.districts[index] for index in part]
            furthest = max(part, key=lambda index: (_reach(tree, homes.nodes[index]), index))
            one = Feeder(
                code=f"{station.code}-{count:02}", substation=station.code,
                name=f"{station.name.removesuffix('変電所')}{count:02}線",
                districts=[district.code for district in fed],
                customers=sum(district.people.households for district in fed),
                route=_route(tree, homes.nodes[furthest], station.at),
            )  # fmt: skip
            feeders.append(one)
            feeder |= dict.fromkeys(one.districts, one.code)
    served: dict[str, int] = {}
    for one in feeders:
        served[one.substation] = served.get(one.substation, 0) + one.customers
    stations = [
        msgspec.structs.replace(
            one, served=served.get(one.code, 0), feeder=feeder.get(one.district, "")
        )
        for one in stations
    ]
    return stations, feeders, feeder


def _reach(tree: Tree, node: int) -> float:
    return tree.far[node] if tree.root[node] >= 0 else -1.0


def _route(tree: Tree, node: int, station: Lonlat) -> Line:
    line = tree.way(node)
    return [station, *(at for at in line if at != station)] if len(line) > 1 else [
        station, (round(station[0] + 0.0005, 6), station[1])
    ]  # fmt: skip


def _portions(order: list[int], households: np.ndarray) -> list[list[int]]:
    """Neighbouring districts together until a feeder has its customers."""
    total = float(households[order].sum()) if order else 0.0
    size = total / max(round(total / _FEEDER), 1)
    found: list[list[int]] = []
    part: list[int] = []
    filled = 0.0
    for index in order:
        own = float(households[index])
        if part and filled + own / 2 > size:
            found.append(part)
            part, filled = [], 0.0
        part.append(index)
        filled += own
    if part:
        found.append(part)
    return found


def _water(
    survey: Survey, names: Names, homes: _Homes
) -> tuple[list[Facility], list[WaterZone], dict[str, str]]:
    """Each municipality's own plants, by the river above the people, and its zones."""
    world = survey.world
    random = rng(world.seed, "water")
    plants: list[Facility] = []
    zones: list[WaterZone] = []
    zone: dict[str, str] = {}
    for town in world.municipalities:
        own = np.array([
            index for index, one in enumerate(homes.districts) if one.municipality == town.code
        ], np.intp)  # fmt: skip
        if not len(own):
            continue
        households = homes.households[own]
        count = max(round(float(households.sum()) / _ZONE), 1 if households.sum() < 2_500 else 2)
        group, _ = clusters(homes.points[own], households, count, random)
        parts = [own[group == which] for which in range(int(group.max()) + 1)]
        parts = [part for part in parts if len(part)]
        stations = _plants(survey, names, town.name, [
            homes.places[part[int(np.argmax(homes.households[part]))]]
            for part in sorted(parts, key=lambda part: -homes.households[part].sum())
        ][: max(1, round(len(parts) / 3))], plants, random)  # fmt: skip
        where = survey.xy([one.at for one in stations])
        for number, part in enumerate(parts, 1):
            districts = [homes.districts[index] for index in part]
            middle = np.average(
                homes.points[part], axis=0, weights=np.maximum(homes.households[part], 1)
            )
            one = WaterZone(
                code=f"{town.code}W{number:02}",
                name=f"{_largest(districts)}配水区", plant=stations[nearest(where, middle)].code,
                districts=[district.code for district in districts],
                customers=sum(district.people.households for district in districts),
            )  # fmt: skip
            zones.append(one)
            zone |= dict.fromkeys(one.districts, one.code)
        plants += stations
    served: dict[str, int] = {}
    for one in zones:
        served[one.plant] = served.get(one.plant, 0) + one.customers
    plants = [msgspec.structs.replace(one, served=served.get(one.code, 0)) for one in plants]
    return plants, zones, zone


def _largest(districts: list[District]) -> str:
    return stem(max(districts, key=lambda one: (one.people.households, one.code)))[0]


def _plants(
    survey: Survey,
    names: Names,
    town: str,
    places: list[Lonlat],
    before: list[Facility],
    random: np.random.Generator,
) -> list[Facility]:
    found: list[Facility] = []
    for at in places:
        here = survey.elevation(at)
        site = survey.site(
            random, at, 3_500.0,
            lambda rows, columns, here=here: np.clip(  # type: ignore[misc]
                (survey.land.elevation[rows, columns] - here) / 40.0, -0.5, 1.0
            ) - 0.02 * np.minimum(survey.land.hand[rows, columns], 40.0),
        )  # fmt: skip
        about = survey.about(random, site)
        name = names.give(stem(survey.districts[about["district"]]), ("", ""),
                          ("浄水場", "じょうすいじょう"))  # fmt: skip
        code = f"{survey.world.code}W{len(before) + len(found) + 1:04}"
        found.append(Facility(
            code=code, category="water_plant", kind="浄水場", operator=f"{town}水道局",
            hours=float(random.choice([8.0, 12.0, 24.0])), **name, **about,
        ))  # fmt: skip
    return found


def _power_plants(survey: Survey, names: Names) -> list[Facility]:
    """One thermal power station on the shore near most people, out of their sight."""
    world = survey.world
    random = rng(world.seed, "power plants")
    capital = max(world.municipalities, key=lambda one: one.people.total)

    def on_the_shore(rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
        shore = (survey.to_sea[rows, columns] < 350.0) & (survey.to_sea[rows, columns] > 0)
        found: np.ndarray = 5.0 * shore
        return found

    site = survey.site(random, capital.at, 14_000.0, on_the_shore)
    about = survey.about(random, site)
    name = names.give(stem(survey.districts[about["district"]]), ("", ""),
                      ("火力発電所", "かりょくはつでんしょ"))  # fmt: skip
    people = sum(one.people.households for one in world.municipalities)
    return [Facility(
        code=f"{world.code}N0001", category="power_plant", kind="火力（LNG）",
        operator=company(survey).removesuffix("送配電"), served=people, hours=24.0, **name, **about,
    )]  # fmt: skip
