"""The land of the fictional prefecture: what a geographer and a duty officer may rely on."""

from __future__ import annotations

import csv
import hashlib
import json
from collections import Counter
from pathlib import Path

import msgspec
import numpy as np
import pytest
import shapely

import prefecture as kept
from noroshi.feeds.drill.world import people
from noroshi.feeds.drill.world.make import make_land, place_of
from noroshi.feeds.drill.world.model import World
from noroshi.feeds.drill.world.moved import moved
from noroshi.feeds.drill.world.names import REAL, Namer, chome, prefecture

DATA = Path(__file__).parents[2] / "shared" / "data"
PLACES = DATA / "places" / "municipalities.topojson"
CODES = DATA / "jma_xml" / "area_codes"


@pytest.fixture(scope="module")
def world() -> World:
    return make_land(1)


@pytest.fixture(scope="module")
def other() -> World:
    return make_land(7)


@pytest.fixture(scope="module", params=["world", "other"])
def any_world(request: pytest.FixtureRequest) -> World:
    return request.getfixturevalue(request.param)


def digest(world: World) -> str:
    """One hash over all of a world."""
    grids = [getattr(world.land, field) for field in world.land.__struct_fields__]
    rest = {field: getattr(world, field) for field in world.__struct_fields__ if field != "land"}
    total = hashlib.sha256(msgspec.msgpack.encode(rest))
    for grid in grids:
        total.update(grid.tobytes())
    return total.hexdigest()


def shape(boundary: list[list[list[tuple[float, float]]]]) -> shapely.MultiPolygon:
    return shapely.MultiPolygon([(rings[0], rings[1:]) for rings in boundary])


def sums(things: list) -> Counter[str]:
    total: Counter[str] = Counter()
    for thing in things:
        total.update(msgspec.structs.asdict(thing.people))
    return total


def test_the_same_seed_gives_the_same_prefecture(world: World) -> None:
    """Made twice, and the second time with what people have built on it."""
    furnished = kept.world()
    empty = {field: [] for field in world.__struct_fields__ if getattr(world, field) == []}
    assert len(empty) == 10
    assert digest(msgspec.structs.replace(furnished, **empty)) == digest(world)


def test_another_seed_gives_another_prefecture(world: World, other: World) -> None:
    assert digest(other) != digest(world)
    assert other.name != world.name


def test_the_island_has_mountains_plains_and_a_shelf(any_world: World) -> None:
    z = any_world.land.elevation
    land = z > 0
    assert 2_200 <= land.sum() / 100 <= 3_600  # km2
    assert 1_300 <= z.max() <= 2_000
    assert 60 <= (land & (z < 5)).sum() / 100 <= 500
    assert not land[:20].any()
    assert not land[:, :20].any()
    assert z.min() < -300


def test_water_runs_down_to_the_sea_from_every_cell(any_world: World) -> None:
    land = any_world.land
    z, down = land.elevation.ravel(), land.downstream.ravel()
    inland = np.flatnonzero(down >= 0)
    assert (z[down[inland]] <= z[inland] + 1e-3).all()
    cell = np.flatnonzero(z > 0)
    for _ in range(14):  # pointers doubled: 2**14 steps reach the sea from anywhere
        down = np.where(down >= 0, down[np.maximum(down, 0)], -1)
    assert (down[cell] == -1).all()
    assert (land.accumulation.ravel()[cell] >= 1).all()
    assert (land.hand >= 0).all()


def test_rivers_descend_and_end_in_the_sea_or_in_another(any_world: World) -> None:
    rivers = any_world.rivers
    assert 8 <= len(rivers) <= 14
    assert {river.grade for river in rivers} <= {"一級", "二級"}
    by_code = {river.code: river for river in rivers}
    plane, z = any_world.plane, any_world.land.elevation
    for river in rivers:
        assert len(river.line) == len(river.widths) == len(river.slopes)
        assert river.widths == sorted(river.widths)
        heights = [float(z[plane.cell_of(*at)]) for at in river.line[::10]]
        assert heights[0] > heights[-1]
        if river.joins:
            trunk = shapely.LineString(by_code[river.joins].line)
            assert trunk.distance(shapely.Point(river.line[-1])) < 1e-4
            assert by_code[river.joins].basin > river.basin
        else:
            row, column = plane.cell_of(*river.line[-1])
            assert z[row - 1 : row + 2, column - 1 : column + 2].min() < 0
        assert (any_world.land.river == rivers.index(river) + 1).sum() > 1_000


def test_municipalities_tile_the_land_without_overlap(any_world: World) -> None:
    shapes = [shape(one.boundary) for one in any_world.municipalities]
    assert 18 <= len(shapes) <= 20
    assert all(one.is_valid for one in shapes)
    whole = shapely.union_all(shapes)
    assert whole.area == pytest.approx(sum(one.area for one in shapes), rel=1e-9)
    cell = any_world.plane.lonlat(100, 100)
    cell_area = (cell[0] - any_world.plane.longitude) * (cell[1] - any_world.plane.latitude)
    land = (any_world.land.elevation > 0).sum() * cell_area
    assert whole.area == pytest.approx(land, rel=0.01)
    for one, boundary in zip(any_world.municipalities, shapes, strict=True):
        assert boundary.contains(shapely.Point(one.at)), one.name


def test_districts_tile_their_municipality(any_world: World) -> None:
    assert 300 <= len(any_world.districts) <= 500
    shapes = {one.code: shape(one.boundary) for one in any_world.municipalities}
    area: Counter[str] = Counter()
    for district in any_world.districts:
        boundary = shape(district.boundary)
        assert boundary.is_valid
        assert district.code.startswith(district.municipality)
        assert len(district.code) == 11
        area[district.municipality] += boundary.area
    for code, total in area.items():
        assert total == pytest.approx(shapes[code].area, rel=1e-6)


def test_people_add_up_at_every_level(any_world: World) -> None:
    total = sums(any_world.municipalities)
    assert (
        sums(any_world.districts) == sums(any_world.settlements) == sums(any_world.meshes) == total
    )
    persons = sum(one.people.total for one in any_world.municipalities)
    assert 600_000 <= persons <= 700_000
    for level in (any_world.districts, any_world.meshes):
        by_municipality: Counter[str] = Counter()
        for one in level:
            by_municipality[one.municipality] += one.people.total
        assert by_municipality == {m.code: m.people.total for m in any_world.municipalities}
    for mesh in any_world.meshes:
        assert 0 < mesh.people.households <= mesh.people.total
        assert mesh.people.care <= mesh.people.over65 + mesh.people.over75


def test_mountain_settlements_are_older_than_the_city(any_world: World) -> None:
    def old(things: list) -> float:
        total = sums(things)
        return (total["over65"] + total["over75"]) / sum(
            total[field] for field in ("under15", "working", "over65", "over75")
        )

    hamlets = [one for one in any_world.settlements if one.mountain]
    city = max(any_world.municipalities, key=lambda one: one.people.total)
    assert old(hamlets) > old([city]) + 0.1


def test_meshes_have_the_codes_of_the_standard(any_world: World) -> None:
    # JIS X 0410: 5339 45 27 3 is the half square of Shinjuku's government building.
    row, column = people.mesh_of((139.6917, 35.6895))
    assert people.half_mesh(row, column)[:8] == "53394525"
    codes = [mesh.code for mesh in any_world.meshes]
    assert len(set(codes)) == len(codes)
    for mesh in any_world.meshes[::50]:
        assert people.half_mesh(*people.mesh_of(mesh.at)) == mesh.code


def test_the_road_network_is_one_and_reaches_every_settlement(any_world: World) -> None:
    roads = any_world.roads
    assert len(roads) >= 20_000
    parent = list(range(len(any_world.nodes)))

    def root(node: int) -> int:
        while parent[node] != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    for road in roads:
        parent[root(road.start)] = root(road.end)
    assert len({root(road.start) for road in roads}) == 1
    assert len(any_world.settlements) >= 600
    main = root(roads[0].start)
    assert all(root(one.node) == main for one in any_world.settlements)
    plane = any_world.plane
    for one in any_world.settlements:
        x, y = plane.xy(*one.at)
        u, v = plane.xy(*any_world.nodes[one.node])
        assert np.hypot(x - u, y - v) < 400


def test_roads_begin_and_end_at_their_nodes(any_world: World) -> None:
    for road in any_world.roads:
        assert road.line[0] == pytest.approx(any_world.nodes[road.start], abs=2e-6)
        assert road.line[-1] == pytest.approx(any_world.nodes[road.end], abs=2e-6)
        assert road.length > 0


def test_roads_have_ranks_routes_bridges_and_tunnels(any_world: World) -> None:
    ranks = Counter(road.rank for road in any_world.roads)
    assert set(ranks) == {"expressway", "national", "prefectural", "municipal", "lane"}
    structures = Counter(road.structure for road in any_world.roads)
    assert structures["bridge"] > 100
    assert structures["tunnel"] > 10
    routes = {route.code: route for route in any_world.routes}
    for road in any_world.roads:
        if road.route:
            assert routes[road.route].rank == road.rank
    # National roads end at 507 in reality.
    assert all(route.number > 900 for route in any_world.routes if route.rank == "national")
    rivers = {river.code for river in any_world.rivers}
    assert {road.river for road in any_world.roads if road.river} <= rivers
    named = [road.name for road in any_world.roads if road.structure == "tunnel" and road.route]
    assert all(name.endswith("トンネル") for name in named)


def test_some_mountain_hamlets_hang_on_one_road(any_world: World) -> None:
    degree = Counter(node for road in any_world.roads for node in (road.start, road.end))
    hamlets = [one for one in any_world.settlements if one.mountain]
    assert len(hamlets) >= 150
    assert all(degree[one.node] <= 2 for one in hamlets)
    assert sum(degree[one.node] == 1 for one in hamlets) >= 20


def test_areas_cover_the_prefecture_once_each(any_world: World) -> None:
    municipalities = {one.code for one in any_world.municipalities}
    forecast = {area.code: area for area in any_world.areas if area.scheme == "jma.forecast"}
    primary = [area for code, area in forecast.items() if code[4] != "0" and code[5] == "0"]
    groups = [area for code, area in forecast.items() if code[5] != "0"]
    seismic = [area for area in any_world.areas if area.scheme == "jma.seismic"]
    assert 2 <= len(primary) <= 3
    assert 2 <= len(seismic) <= 4
    for areas in (primary, groups, seismic):
        members = [code for area in areas for code in area.municipalities]
        assert sorted(members) == sorted(municipalities)
    for one in any_world.municipalities:
        assert one.code in forecast[one.forecast].municipalities
        assert one.code in forecast[one.group].municipalities
        assert forecast[one.group].parent == one.forecast
    coasts = {coast.code for coast in any_world.coasts}
    assert 2 <= len(coasts) <= 3
    assert {code for one in any_world.municipalities for code in one.coasts} == coasts
    assert any(not one.coasts for one in any_world.municipalities) or len(coasts) == 2


def test_names_are_unique(any_world: World) -> None:
    for things in (any_world.municipalities, any_world.districts, any_world.settlements):
        names = [one.name for one in things]
        assert len(set(names)) == len(names)
        assert all(
            one.kana and all("ぁ" <= letter <= "ん" for letter in one.kana) for one in things
        )
    rivers = [river.name for river in any_world.rivers]
    assert len(set(rivers)) == len(rivers)


def test_codes_lie_outside_the_real_ranges(any_world: World) -> None:
    assert 51 <= int(any_world.code) <= 97
    for number in (0, 5, 46):
        there = moved(any_world, number)
        assert there.code == str(51 + number)
        assert all(one.code.startswith(there.code) for one in there.municipalities)
        assert all(road.code.startswith(there.code) for road in there.roads)


def _real_names() -> set[str]:
    topology = json.loads(PLACES.read_text(encoding="utf-8"))
    (layer,) = topology["objects"].values()
    return {
        name
        for geometry in layer["geometries"]
        for field in ("N03_001", "N03_003", "N03_004")
        if (name := geometry["properties"][field])
    }


@pytest.mark.skipif(not PLACES.exists(), reason="official boundaries are not here")
def test_no_prefecture_or_municipality_has_a_real_name() -> None:
    real = _real_names()
    bases = {name[:-1] for name in real}
    for seed in range(3):
        assert not {prefecture(seed, number).name for number in range(47)} & real
        namer = Namer(seed, "test")
        drawn = {
            namer.town(kind).name for kind in ("coast", "plain", "mountain") for _ in range(150)
        }
        assert not drawn & bases
    assert bases >= REAL


@pytest.mark.skipif(not CODES.exists(), reason="the agency's code lists are not here")
def test_no_area_has_a_real_code(any_world: World) -> None:
    real: set[str] = set()
    for file in CODES.glob("*.csv"):
        with file.open(encoding="utf-8-sig") as lines:
            real.update(row[0] for row in csv.reader(lines))
    for number in (0, 3, 46):
        there = moved(any_world, number)
        assert not {area.code for area in there.areas} & real
        assert not {one.code + "00" for one in there.municipalities} & real


def test_the_47_prefectures_of_a_seed_have_47_names() -> None:
    assert len({prefecture(3, number).name for number in range(47)}) == 47
    assert all(prefecture(3, number).name.endswith("県") for number in range(47))
    assert len({(place_of(n).longitude, place_of(n).latitude) for n in range(47)}) == 47


def test_a_moved_prefecture_is_the_same_in_metres(world: World) -> None:
    there = moved(world, 30)
    assert there.land is world.land
    for before, after in zip(world.roads[::500], there.roads[::500], strict=True):
        x, y = world.plane.xy(*before.line[0])
        u, v = there.plane.xy(*after.line[0])
        assert np.hypot(x - u, y - v) < 0.3
        assert after.length == before.length
        assert after.start == before.start
    assert there.name != world.name
    assert there.name in {route.manager for route in there.routes}
    assert not any(world.name in area.name for area in there.areas)
    codes = [mesh.code for mesh in there.meshes]
    assert len(set(codes)) == len(codes)
    assert sums(there.meshes) == sums(world.meshes)
    for mesh in there.meshes[::80]:
        assert people.half_mesh(*people.mesh_of(mesh.at)) == mesh.code
    assert (
        digest(moved(there, 0)) == digest(world)
        or moved(there, 0).roads[7].code == world.roads[7].code
    )


def test_making_a_numbered_prefecture_is_making_and_moving(world: World) -> None:
    assert digest(moved(world, 12)) == digest(moved(moved(world, 0), 12))


def test_numbered_parts_of_a_quarter_read_as_they_are_said() -> None:
    part = chome(Namer(1, "x").quarter("plain"), 3)
    assert part.name.endswith("三丁目")
    assert part.kana.endswith("さんちょうめ")
