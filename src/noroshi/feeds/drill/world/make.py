"""The fictional prefecture, made from a seed: the same seed and number, the same prefecture."""

from __future__ import annotations

import importlib

import numpy as np

from noroshi.feeds.drill.world import (
    areas,
    community,
    division,
    ground,
    lines,
    paths,
    people,
    relief,
    rivers,
    roads,
    sites,
)
from noroshi.feeds.drill.world.division import Division
from noroshi.feeds.drill.world.ground import Ground
from noroshi.feeds.drill.world.model import Land, Plane, World
from noroshi.feeds.drill.world.names import Namer, prefecture


def place_of(number: int) -> Plane:
    """The grid of prefecture `number` (0–46): open ocean, in rows of seven from the south-west."""
    return Plane(
        longitude=144.75 + 1.25 * (number % 7),
        latitude=27.5 + 1.0 * (number // 7),
        rows=relief.ROWS,
        columns=relief.COLUMNS,
        cell=relief.CELL,
    )


def make_world(seed: int, number: int = 0) -> World:
    """The whole prefecture: the land and what people have built on it. Another number gives the
    seed's prefecture in another place, with other codes and another name."""
    things = importlib.import_module("noroshi.feeds.drill.world.things")
    world: World = things.furnish(make_land(seed))
    return _at(world, number)


def make_land(seed: int, number: int = 0) -> World:
    """The land, its people and roads; facilities and stations are left empty."""
    return _at(_made(seed), number)


def _at(world: World, number: int) -> World:
    from noroshi.feeds.drill.world.moved import moved

    return moved(world, number) if number else world


def _made(seed: int) -> World:
    plane, code, name = place_of(0), "51", prefecture(seed, 0)
    land = ground.made(seed, plane)
    courses = rivers.courses(land)
    named, drawn = rivers.made(land, courses, code, Namer(seed, "rivers"))

    good = sites.habitable(land)
    homes = sites.found(seed, land, good)
    costs = paths.step_costs(land, paths.streams(land))
    growth = paths.grow(costs, [site.cell for site in homes])
    meetings = paths.meetings(costs, growth)
    divided = division.divided(land, homes, growth, meetings)
    density = people.density(land, good, homes, divided)
    atoms = people.settled(seed, land, density, len(homes), divided)
    plan = roads.planned(seed, land, homes, divided, growth, meetings, density, named, drawn)

    count = max(divided.parts) + 1
    owner = np.array(divided.of_site)[atoms.site]
    shapes = community.shaped(land, divided)
    offices = [plane.centre_of(*divmod(site.cell, plane.columns)) for site in homes[:count]]
    places = [plane.xy(*office) for office in offices]
    namer = Namer(seed, "places", (name.name[:-1], *(river.name for river in named)))
    settings = community.settings(land, homes[:count])
    labels = community.labelled(code, places, settings, namer)
    codes = [label.code for label in labels]
    strike = relief.setting(seed).strike
    all_areas, coasts, assigned = areas.made(
        plane, name, code, codes, places, shapes.municipalities, strike
    )
    by_district = atoms.by(np.array(divided.district_of_site)[atoms.site], len(divided.parts))
    districts = community.districts(land, homes, divided, labels, shapes, by_district, namer)
    ways_out = np.bincount(
        [node for edge in plan.network.edges for node in (edge.start, edge.end)],
        minlength=len(plan.network.nodes),
    )[plan.network.home].tolist()
    settlements = community.settlements(
        land,
        homes,
        divided,
        districts,
        atoms.by(atoms.site, len(homes)),
        plan.network.home,
        ways_out,
        namer,
    )
    routes = roads.written_routes(
        plan, code, name, [label.name.name for label in labels], settlements
    )
    cell_code = [codes[max(one, 0)] for one in divided.municipality.tolist()]
    return World(
        seed=seed,
        number=0,
        code=code,
        name=name.name,
        kana=name.kana,
        plane=plane,
        land=_grids(land, divided, rivers.basins(land, courses)),
        rivers=named,
        municipalities=community.municipalities(
            land, labels, offices, shapes, assigned, atoms.by(owner, count)
        ),
        districts=districts,
        settlements=settlements,
        meshes=community.meshes(atoms, owner, labels),
        nodes=lines.to_lonlat(plane, np.array(plan.network.nodes)),
        roads=roads.written(seed, land, plan, code, routes, named, settlements, cell_code, density),
        routes=routes,
        coasts=coasts,
        areas=all_areas,
    )


def _grids(land: Ground, divided: Division, basins: np.ndarray) -> Land:
    shape = land.land.shape
    inland = (land.receiver >= 0) & land.land.ravel()[land.receiver]
    return Land(
        elevation=land.elevation.astype(np.float32),
        downstream=np.where(inland, land.receiver, -1).astype(np.int32).reshape(shape),
        accumulation=land.area.astype(np.int32).reshape(shape),
        river=basins,
        hand=land.hand.astype(np.float32),
        slope=land.slope.astype(np.float32),
        municipality=(divided.municipality + 1).astype(np.int32).reshape(shape),
    )
