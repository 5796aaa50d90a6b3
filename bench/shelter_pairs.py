"""Draw pairs of emergency sites and shelters to be judged by hand: how `labels.csv` of
`disaster/shelter_merge` was drawn. `python -m bench.shelter_pairs` prints them.

Candidates are all pairs of a municipality that lie within 1 km, and those that share a name, a stem
or an address at any distance. They are divided by how name, address and distance agree; from each
division the pairs with the smallest SHA-256 of their two ids are taken, more where agreement is
doubtful. A pair stands for the pairs of its division divided by those drawn from it. (The file was
drawn with the levels as they were before the rules were tuned; they have moved a little since.)
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator
from hashlib import sha256

from bench.shelters import Named, editions
from noroshi.core.parts import split
from noroshi.domains.disaster.shelter_merge.addresses import short_town
from noroshi.domains.disaster.shelter_merge.evidence import (
    address_level,
    distance,
    distance_level,
    name_level,
)
from noroshi.domains.disaster.shelter_merge.members import Member, member
from noroshi.domains.disaster.shelter_merge.products import scope
from noroshi.domains.samples import picture
from noroshi.kinds import decode

_KIND = "disaster.shelter"
_ADDRESS = {"same address": "same", "other number": "number", "other area": "area"}
_DISTANCE = {"within 30 m": "a", "within 100 m": "a", "within 250 m": "b", "within 500 m": "b"}
_SURE = ("same name", "same premises by name")
_DOUBTFUL = (
    "name within name", "other name in brackets", "much alike", "same stem, same type",
    "same stem, other type", "alike",
)  # fmt: skip
_DEGREE = 111_000.0

Division = tuple[str, str, str]


def sample_size(division: Division) -> int:
    """How many pairs of a division are judged."""
    name, address, far = division
    if name in _SURE:
        return 14 if address == "same" else 10
    if far == "c" and address != "same":
        return 5 if name in _DOUBTFUL else 3
    doubtful = name in _DOUBTFUL
    sizes = {"same": 18, "near": 10 if doubtful else 8, "number": 8 if doubtful else 6}
    return sizes.get(address, 8 if doubtful else 6)


def candidates(sites: list[Member], shelters: list[Member]) -> Iterator[tuple[Member, Member]]:
    """Pairs within 1 km, or with something in common."""
    cells: dict[tuple[int, int], list[Member]] = defaultdict(list)
    shared: dict[tuple[str, str], list[Member]] = defaultdict(list)
    for one in shelters:
        if one.row.place:
            cells[_cell(one.row.place)].append(one)
        for key in _keys(one):
            shared[key].append(one)
    for site in sites:
        found = {other.row.key: other for key in _keys(site) for other in shared.get(key, ())}
        if site.row.place:
            column, line = _cell(site.row.place)
            for step in range(9):
                for other in cells.get((column + step // 3 - 1, line + step % 3 - 1), ()):
                    if other.row.place and distance(site.row.place, other.row.place) <= 1_000:
                        found[other.row.key] = other
        for other in found.values():
            yield site, other


def _cell(at: tuple[float, float]) -> tuple[int, int]:
    return math.floor(at[0] * _DEGREE * 0.7 / 1_000), math.floor(at[1] * _DEGREE / 1_000)


def _keys(one: Member) -> list[tuple[str, str]]:
    name = one.row.name
    keys = [("core", name.core), ("stem", name.stem), ("address", one.said.address)]
    return keys + [("core", alias) for alias in name.aliases]


def main() -> None:
    """Print the pairs to be judged: id, id, division, names, addresses, metres."""
    versions = picture(editions())
    drawn: dict[Division, list[tuple[str, Member, Member]]] = defaultdict(list)
    counts: dict[Division, int] = defaultdict(int)
    for inputs in split({_KIND: versions}, scope, (), Named(versions)).values():
        rows = [(one, decode(_KIND, one.body)) for one in inputs[_KIND]]
        town = short_town(rows[0][1].municipality)
        members = [member(version, said, town) for version, said in rows]
        sites = [one for one in members if one.said.facility == "emergency_site"]
        shelters = [one for one in members if one.said.facility == "shelter"]
        for site, other in candidates(sites, shelters):
            a, b = site.row, other.row
            metres = distance(a.place, b.place) if a.place and b.place else None
            division = (
                name_level(a.name, b.name),
                _ADDRESS.get(address_level(a.address, b.address), "near"),
                _DISTANCE.get(distance_level(metres), "c"),
            )
            counts[division] += 1
            order = sha256((a.key + b.key).encode()).hexdigest()
            drawn[division] = sorted([*drawn[division], (order, site, other)], key=lambda x: x[0])
            del drawn[division][sample_size(division) :]
    for division, pairs in sorted(drawn.items()):
        print("##", *division, counts[division])
        for _, site, other in pairs:
            print(site.row.key, other.row.key, site.said.name, "|", other.said.name, "|",
                  site.said.address, "|", other.said.address)  # fmt: skip


if __name__ == "__main__":
    main()
