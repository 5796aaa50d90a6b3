"""The fictional prefecture, made from a seed: the same seed and number, the same prefecture."""

from __future__ import annotations

import msgspec
import numpy as np
import shapely

from noroshi.feeds.drill.world import (
    areas,
    boundaries,
    division,
    ground,
    network,
    paths,
    people,
    relief,
    rivers,
    routes,
    sites,
)
from noroshi.feeds.drill.world.model import (
    District,
    Land,
    Mesh,
    Municipality,
    Plane,
    Road,
    Route,
    Settlement,
    World,
)
from noroshi.feeds.drill.world.names import Name, Namer, prefecture

_WIDTHS = {"expressway": 20.5, "national": 11.0, "prefectural": 8.0, "municipal": 6.0, "lane": 4.0}
_LANES = {"expressway": 4, "national": 2, "prefectural": 2, "municipal": 2, "lane": 1}
_SETTING = {
    "urban": "plain",
    "suburban": "plain",
    "farming": "plain",
    "fishing": "coast",
    "mountain": "mountain",
}


def place_of(number: int) -> Plane:
    """The grid of prefecture `number` (0–46): open ocean, seven columns of seven rows."""
    return Plane(
        longitude=144.75 + 1.25 * (number % 7),
        latitude=27.5 + 1.0 * (number // 7),
        rows=relief.ROWS,
        columns=relief.COLUMNS,
        cell=relief.CELL,
    )


def make_world(seed: int, number: int = 0) -> World:
    """The whole prefecture: the land and what people have built on it."""
    from noroshi.feeds.drill.world import things

    world: World = things.furnish(make_land(seed, number))
    return world


def make_land(seed: int, number: int = 0) -> World:
    """The land, its people and roads; facilities and stations are left empty."""
    if number:
        from noroshi.feeds.drill.world.moved import moved

        return moved(make_land(seed), number)
    plane, code, name = place_of(0), "51", prefecture(seed, 0)
    land = ground.made(seed, plane)
    named_rivers, drawn = rivers.made(land, code, Namer(seed, "rivers"))
    good = sites.habitable(land)
    homes = sites.found(seed, land, good)
    water = paths.streams(land)
    costs = paths.step_costs(land, water)
    growth = paths.grow(costs, [site.cell for site in homes])
    meetings = paths.meetings(costs, growth)
    divided = division.divided(land, homes, growth, meetings)
    atoms = people.settled(seed, land, good, homes, divided)
    net = network.backbone(land, homes, growth, network.chosen(homes, meetings))
    numbered = routes.numbered(net, homes, divided, meetings)

    shape = land.land.shape
    parts = boundaries.shapes(plane, divided.district.reshape(shape), len(divided.parts))
    count = max(divided.parts) + 1
    wholes = [
        shapely.union_all([parts[d] for d, m in enumerate(divided.parts) if m == one])
        for one in range(count)
    ]
    site_of = np.array(divided.district_of_site)[atoms.site]
    by_district = atoms.by(site_of, len(parts))
    by_site = atoms.by(atoms.site, len(homes))
    owner = np.array(divided.of_site)[atoms.site]
    by_municipality = atoms.by(owner, count)
    places = [plane.centre_of(*divmod(site.cell, plane.columns)) for site in homes]
    centre = {site.centre: index for index, site in enumerate(homes) if site.centre >= 0}
    xy = [plane.xy(*places[centre[one]]) for one in range(count)]
    totals = [int(by_municipality[one, :4].sum()) for one in range(count)]

    codes, kinds, counties, labels = [], [], [], []
    namer = Namer(seed, "places")
    county_names = [namer.place("plain").of("郡", "ぐん") for _ in range(3)]
    cities = towns = 0
    order = sorted(range(count), key=lambda one: (-totals[one], one))
    rank = {one: place for place, one in enumerate(order)}
    by_longitude = sorted(range(count), key=lambda one: xy[one][0])
    third = {one: place * 3 // count for place, one in enumerate(by_longitude)}
    for one in range(count):
        setting = _SETTING[homes[centre[one]].land] if rank[one] < 13 else "mountain"
        base = namer.place(setting)
        if rank[one] < 8:
            kind, kana, number_of = "市", "し", 201 + cities
            cities += 1
            counties.append("")
        else:
            kind, kana = ("町", "ちょう") if rank[one] < 15 else ("村", "むら")
            number_of = 301 + towns
            towns += 1
            counties.append(county_names[third[one]].name)
        codes.append(f"{code}{number_of}")
        kinds.append(kind)
        labels.append(base.of(kind, kana))
    all_areas, coasts, assigned = areas.made(
        plane, name, code, codes, xy, totals, wholes, relief.setting(seed).strike
    )
    municipalities = [
        Municipality(
            code=codes[one],
            name=labels[one].name,
            kana=labels[one].kana,
            at=places[centre[one]],
            kind=kinds[one],
            county=counties[one],
            boundary=boundaries.coordinates(plane, wholes[one]),
            people=people.people(by_municipality[one]),
            forecast=assigned[one].forecast,
            group=assigned[one].group,
            seismic=assigned[one].seismic,
            coasts=assigned[one].coasts,
        )
        for one in range(count)
    ]
    districts, district_code = [], []
    within = [0] * count
    for number_of, seat in enumerate(divided.seat):
        one = divided.parts[number_of]
        within[one] += 1
        site = homes[seat]
        label: Name = (
            namer.quarter("plain") if site.land == "urban" else namer.place(_SETTING[site.land])
        )
        district_code.append(f"{codes[one]}{within[one]:06d}")
        districts.append(
            District(
                code=district_code[-1],
                name=label.name,
                kana=label.kana,
                at=places[seat],
                municipality=codes[one],
                boundary=boundaries.coordinates(plane, parts[number_of]),
                people=people.people(by_district[number_of]),
                land=site.land,
            )
        )
    seats = {seat: number_of for number_of, seat in enumerate(divided.seat)}
    settlements = []
    for index, site in enumerate(homes):
        label = (
            Name(districts[seats[index]].name, districts[seats[index]].kana)
            if index in seats
            else namer.place(_SETTING[site.land])
        )
        settlements.append(
            Settlement(
                code=f"{district_code[divided.district_of_site[index]]}{index:04d}",
                name=label.name,
                kana=label.kana,
                at=places[index],
                municipality=codes[divided.of_site[index]],
                district=district_code[divided.district_of_site[index]],
                people=people.people(by_site[index]),
                node=net.home[index],
                mountain=site.land == "mountain",
            )
        )
    mesh_key = atoms.latitude * 100_000 + atoms.longitude
    keys, mesh_at = np.unique(mesh_key, return_inverse=True)
    by_mesh = atoms.by(mesh_at, keys.size)
    mesh_owner = np.zeros(keys.size, np.int64)
    mesh_owner[mesh_at] = owner
    meshes = [
        Mesh(
            code=people.half_mesh(*divmod(int(key), 100_000)),
            at=people.mesh_centre(*divmod(int(key), 100_000)),
            municipality=codes[mesh_owner[k]],
            people=people.people(by_mesh[k]),
        )
        for k, key in enumerate(keys)
    ]
    all_routes = [
        Route(
            code=f"{code}-{'N' if one.rank == 'national' else 'P'}{one.number:03d}",
            name=f"国道{one.number}号"
            if one.rank == "national"
            else f"県道{one.number}号{settlements[one.ends[0]].name}{settlements[one.ends[1]].name}線",
            rank=one.rank,
            number=one.number,
            manager="国土交通省" if one.rank == "national" else name.name,
        )
        for one in numbered
    ]
    municipality = divided.municipality
    roads = []
    for k, edge in enumerate(net.edges):
        middle = edge.points[len(edge.points) // 2][None, :]
        cell = int(network.lines.cells_at(plane, middle)[0])
        route = all_routes[edge.route] if edge.route >= 0 else None
        roads.append(
            Road(
                code=f"{code}{k:06d}",
                start=edge.start,
                end=edge.end,
                rank=edge.rank,
                structure=edge.structure,
                route=route.code if route else "",
                name=edge.name or (route.name if route else ""),
                river=named_rivers[edge.river].code if edge.river >= 0 else "",
                line=network.lines.to_lonlat(plane, edge.points),
                length=round(edge.length, 1),
                width=_WIDTHS[edge.rank],
                lanes=_LANES[edge.rank],
                municipality=codes[max(int(municipality[cell]), 0)],
            )
        )
    basin = rivers.basins(land, rivers.courses(land))
    grids = Land(
        elevation=land.elevation.astype(np.float32),
        downstream=np.where(
            (land.receiver >= 0) & land.land.ravel()[land.receiver], land.receiver, -1
        )
        .astype(np.int32)
        .reshape(shape),
        accumulation=land.area.astype(np.int32).reshape(shape),
        river=basin,
        hand=land.hand.astype(np.float32),
        slope=land.slope.astype(np.float32),
        municipality=(municipality + 1).astype(np.int32).reshape(shape),
    )
    return World(
        seed=seed,
        number=0,
        code=code,
        name=name.name,
        kana=name.kana,
        plane=plane,
        land=grids,
        rivers=named_rivers,
        municipalities=municipalities,
        districts=districts,
        settlements=settlements,
        meshes=meshes,
        nodes=[plane.lonlat(x, y) for x, y in net.nodes],
        roads=roads,
        routes=all_routes,
        coasts=coasts,
        areas=all_areas,
    )
