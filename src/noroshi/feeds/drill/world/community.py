"""Municipalities, districts, settlements and grid squares, named and counted."""

from __future__ import annotations

import msgspec
import numpy as np
import shapely

from noroshi.feeds.drill.world import boundaries, grids, people
from noroshi.feeds.drill.world.areas import Assigned
from noroshi.feeds.drill.world.boundaries import Shape
from noroshi.feeds.drill.world.division import Division
from noroshi.feeds.drill.world.ground import Ground
from noroshi.feeds.drill.world.model import District, Lonlat, Mesh, Municipality, Settlement
from noroshi.feeds.drill.world.names import Name, Namer, chome
from noroshi.feeds.drill.world.people import Atoms
from noroshi.feeds.drill.world.sites import Site

_CITIES, _TOWNS = 8, 15
_SETTING = {
    "urban": "plain",
    "suburban": "plain",
    "farming": "plain",
    "fishing": "coast",
    "mountain": "mountain",
}


class Label(msgspec.Struct):
    """A municipality's code of five digits, name, kind and county."""

    code: str
    name: Name
    kind: str
    county: str


class Shapes(msgspec.Struct):
    """Polygons [m] of districts and municipalities."""

    districts: list[Shape]
    municipalities: list[Shape]


def shaped(ground: Ground, division: Division) -> Shapes:
    """The polygons of districts, and of municipalities united from them."""
    label = division.district.reshape(ground.land.shape)
    parts = boundaries.shapes(ground.plane, label, len(division.parts))
    wholes = [
        shapely.union_all([parts[d] for d, one in enumerate(division.parts) if one == number])
        for number in range(max(division.parts) + 1)
    ]
    return Shapes(parts, wholes)


def labelled(
    code: str, places: list[tuple[float, float]], settings: list[str], namer: Namer
) -> list[Label]:
    """Names for municipalities in the order of their size: cities 市, then towns 町 and villages 村
    in one of three counties 郡 from west to east."""
    counties = [namer.town("plain").of("郡", "ぐん") for _ in range(3)]
    west = sorted(range(len(places)), key=lambda one: (places[one][0], one))
    third = {one: place * 3 // len(places) for place, one in enumerate(west)}
    made = []
    for one in range(len(places)):
        base = namer.town(settings[one])
        if one < _CITIES:
            made.append(Label(f"{code}{201 + one}", base.of("市", "し"), "市", ""))
            continue
        kind, kana = ("町", "ちょう") if one < _TOWNS else ("村", "むら")
        number = 301 + one - _CITIES
        county = counties[third[one]].name
        made.append(Label(f"{code}{number}", base.of(kind, kana), kind, county))
    return made


def settings(ground: Ground, centres: list[Site]) -> list[str]:
    """The kind of name that suits each centre: by its height and how near the sea is."""
    shore = grids.distance(~ground.land, 20).ravel()
    z = ground.elevation.ravel()
    return [
        "coast" if shore[site.cell] < 15 else "mountain" if z[site.cell] > 130 else "plain"
        for site in centres
    ]


def setting(site: Site, z: float) -> str:
    """The kind of name that suits a place."""
    return "valley" if site.land == "farming" and z > 60 else _SETTING[site.land]


def municipalities(
    ground: Ground,
    labels: list[Label],
    places: list[Lonlat],
    shapes: Shapes,
    assigned: list[Assigned],
    counts: people.Counts,
) -> list[Municipality]:
    """The municipalities, in the order of `labels`; `places`: their offices."""
    return [
        Municipality(
            code=label.code,
            name=label.name.name,
            kana=label.name.kana,
            at=place,
            kind=label.kind,
            county=label.county,
            boundary=boundaries.coordinates(ground.plane, shape),
            people=people.people(row),
            forecast=areas.forecast,
            group=areas.group,
            seismic=areas.seismic,
            coasts=areas.coasts,
        )
        for label, place, shape, areas, row in zip(
            labels, places, shapes.municipalities, assigned, counts, strict=True
        )
    ]


def districts(
    ground: Ground,
    all_sites: list[Site],
    division: Division,
    labels: list[Label],
    shapes: Shapes,
    counts: people.Counts,
    namer: Namer,
) -> list[District]:
    """The districts: quarters of towns, some of them parts of a larger one (一丁目 …), and 大字."""
    z = ground.elevation.ravel()
    number_in = [0] * len(labels)
    run: tuple[Name, int, int] | None = None
    made = []
    for index, seat in enumerate(division.seat):
        one, site = division.parts[index], all_sites[seat]
        number_in[one] += 1
        if site.land == "urban":
            if run is None or run[1] >= 1 + (index * 7) % 4 or run[2] != one:
                run = (namer.quarter("plain"), 0, one)
            run = (run[0], run[1] + 1, one)
            name = chome(run[0], run[1])
        else:
            name = namer.place(setting(site, float(z[site.cell])))
        made.append(
            District(
                code=f"{labels[one].code}{number_in[one]:06d}",
                name=name.name,
                kana=name.kana,
                at=ground.plane.centre_of(*divmod(site.cell, ground.plane.columns)),
                municipality=labels[one].code,
                boundary=boundaries.coordinates(ground.plane, shapes.districts[index]),
                people=people.people(counts[index]),
                land=site.land,
            )
        )
    return made


def settlements(
    ground: Ground,
    all_sites: list[Site],
    division: Division,
    made: list[District],
    counts: people.Counts,
    nodes: list[int],
    ways_out: list[int],
    namer: Namer,
) -> list[Settlement]:
    """The settlements; one that a district grew from bears its name. `ways_out`: roads that lead
    away from each, of which a mountain settlement has at most two."""
    z = ground.elevation.ravel()
    seat = {site: index for index, site in enumerate(division.seat)}
    number_in = [0] * len(made)
    found = []
    for index, site in enumerate(all_sites):
        district = made[division.district_of_site[index]]
        number_in[division.district_of_site[index]] += 1
        if index in seat:
            name = Name(district.name, district.kana)
        else:
            name = namer.place(setting(site, float(z[site.cell])))
        found.append(
            Settlement(
                code=f"{district.code}{number_in[division.district_of_site[index]]:03d}",
                name=name.name,
                kana=name.kana,
                at=ground.plane.centre_of(*divmod(site.cell, ground.plane.columns)),
                municipality=district.municipality,
                district=district.code,
                people=people.people(counts[index]),
                node=nodes[index],
                mountain=site.land == "mountain" and ways_out[index] <= 2,
            )
        )
    return found


def meshes(atoms: Atoms, owner: people.Counts, labels: list[Label]) -> list[Mesh]:
    """People by half grid square; `owner`: municipality of each atom."""
    keys, place = np.unique(atoms.latitude * 100_000 + atoms.longitude, return_inverse=True)
    counts = atoms.by(place, keys.size)
    of = np.zeros(keys.size, np.int64)
    of[place] = owner
    return [
        Mesh(
            code=people.half_mesh(*divmod(int(key), 100_000)),
            at=people.mesh_centre(*divmod(int(key), 100_000)),
            municipality=labels[of[number]].code,
            people=people.people(counts[number]),
        )
        for number, key in enumerate(keys)
    ]
