"""Which links of the network a statement is about, and how sure that is.

Evidence of place is how much of a link lies along the statement (buffer overlap, Goodchild and
Hunter 1997, doi:10.1080/136588197242419); evidence of name, number, rank and municipality is added
to it and taken from it, as in linking records of two files (Fellegi and Sunter 1969,
doi:10.1080/01621459.1969.10501049) with fixed weights.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import shapely

from noroshi.core.errors import InvalidRecord
from noroshi.domains.disaster.road_merge.lines import Stretch, along, claimed, within
from noroshi.domains.disaster.road_merge.network import (
    Network,
    Shape,
    metric,
    number_in,
    number_of,
    plain,
    ranks_in,
)
from noroshi.kinds.road import Road

#: What agreement adds, and what the opposite takes.
_WEIGHTS = {"name": (0.15, 0.15), "number": (0.15, 0.4), "rank": (0.1, 0.35),
            "municipality": (0.05, 0.1)}  # fmt: skip
#: A name alone may name so many links, not the whole of a route.
_MOST_BY_NAME = 3
_MEMO = 50_000


class Limits(NamedTuple):
    """Distances in metres, and the least score of a match."""

    tolerance: float
    reach: float
    least: float


class Found(NamedTuple):
    """A link (its number), how sure it is that it is meant (0–1), and why; and other links that
    are as near where it is `ambiguous`."""

    link: int
    score: float
    why: tuple[str, ...]
    others: tuple[int, ...] = ()


def match(
    net: Network, said: Road, key: str, geometry: bytes | None, area: str | None, limits: Limits
) -> list[Found]:
    """The links that a statement is about, in order of number; none where none fits.

    `key`, `geometry` and `area` are the record's. Raises InvalidRecord for a bad geometry.
    """
    memo = (said.code, said.name, said.number, said.category, said.municipality, key, geometry,
            area, limits)  # fmt: skip
    if memo not in net.memo:
        if len(net.memo) >= _MEMO:
            net.memo.clear()
        net.memo[memo] = _match(net, said, key, geometry, area, limits)
    found: list[Found] = net.memo[memo]
    return found


def _match(
    net: Network, said: Road, key: str, geometry: bytes | None, area: str | None, limits: Limits
) -> list[Found]:
    spot = _spot(net, geometry)
    by_place = {} if spot is None else _by_place(net, spot, said, area, limits)
    named = _by_code(net, said, key, area, spot, geometry is not None, by_place, limits)
    if named and not any(one.link in by_place for one in named):
        # Its code is a link's, and the place another's: unless both are of one route, of which a
        # stretch is meant, the place is not believed.
        return _stretch(net, named[0], list(by_place.values()))
    found = {one.link: one for one in named}
    if spot is None or spot.geom_type not in ("Point", "MultiPoint"):
        found = {**by_place, **found}
    elif not named:
        found = _best(list(by_place.values()))
    if not found and geometry is None:
        found = _by_name(net, said, area)
    return [one for _, one in sorted(found.items()) if one.score >= limits.least]


def _spot(net: Network, geometry: bytes | None) -> Shape | None:
    """The place of a statement, if it is in this network."""
    if geometry is None:
        return None
    try:
        shape = shapely.force_2d(shapely.from_wkb(geometry))
    except shapely.errors.GEOSException as error:
        raise InvalidRecord(f"a statement's geometry: {error}", where="disaster.road") from None
    return None if shape.is_empty or not net.holds(shape) else shape


def _by_code(
    net: Network, said: Road, key: str, area: str | None, spot: Shape | None, placed: bool,
    by_place: dict[int, Found], limits: Limits,
) -> list[Found]:  # fmt: skip
    """The link whose code the statement bears, if anything else that is said agrees: codes of two
    owners may be alike by chance."""
    found = []
    for link in net.by_code.get(said.code or key, []) or net.by_code.get(key, []):
        added, why = agreement(net, link, said, area)
        near = link in by_place or (spot is not None and _distance(net, link, spot) <= limits.reach)
        if not near and not {"name", "number", "municipality"}.intersection(why):
            continue
        place = () if near or not placed else ("not_place",)
        shape = _word(spot) if near and spot is not None else ()
        score = 0.65 + (0.3 if near else -0.1 if placed else 0.0) + max(added, -0.3)
        found.append(Found(link, _clip(score), ("code", *shape, *place, *why)))
    return found


def _stretch(net: Network, named: Found, placed: list[Found]) -> list[Found]:
    """A link named by its code and the surest of those at the place with all between, where one
    route leads from one to the other; else the named one."""
    route = net.links[named.link].route
    there = [one for one in placed if route and net.links[one.link].route == route]
    if not there:
        return [named]
    best = max(there, key=lambda one: (one.score, -one.link))
    way = net.way(named.link, best.link)
    why = tuple(word for word in named.why if word != "not_place")
    first = Found(named.link, _clip(named.score + 0.2), (*why, "stretch"))
    between = [Found(one, best.score, (*best.why, "stretch")) for one in way if one != named.link]
    return sorted([first, *between])


def _distance(net: Network, link: int, shape: Shape) -> float:
    """Metres between a link and a shape."""
    if net.lines[link] is None:
        return float("inf")
    centre = shape.centroid
    mine, other = metric([shape, net.lines[link]], (centre.x, centre.y))
    return float(shapely.distance(mine, other))


def _word(shape: Shape) -> tuple[str, ...]:
    if shape.geom_type in ("Point", "MultiPoint"):
        return ("point",)
    return ("area",) if shape.geom_type in ("Polygon", "MultiPolygon") else ("line",)


def _by_place(
    net: Network, spot: Shape, said: Road, area: str | None, limits: Limits
) -> dict[int, Found]:
    """Links that lie where the statement does, each with its score."""
    word = _word(spot)
    reach = limits.reach if word == ("point",) else limits.tolerance
    links = net.near(spot, reach)
    if not len(links):
        return {}
    centre = spot.centroid
    shape, *shapes = metric([spot, *net.lines[links]], (centre.x, centre.y))
    lines = np.array(shapes, dtype=object)
    stretches: list[Stretch] = []
    if word == ("point",):
        fits = 0.65 * (1 - shapely.distance(shape, lines) / limits.reach)
    elif word == ("area",):
        fits = 0.75 * within(shape, lines)
    else:
        stretches = along(shape, lines, limits.tolerance)
        fits = 0.75 * np.array([one.share for one in stretches])
    found = {}
    for at, link in enumerate(links.tolist()):
        if fits[at] > 0:
            added, why = agreement(net, link, said, area)
            one = Found(link, _clip(float(fits[at]) + added), (*word, *why))
            if one.score >= limits.least:
                found[at] = one
    if stretches:
        routes = [net.links[link].route or net.links[link].name for link in links]
        kept = claimed({at: stretches[at] for at in found}, routes)
        found = {at: one for at, one in found.items() if at in kept}
    return {one.link: one for one in found.values()}


def _best(found: list[Found]) -> dict[int, Found]:
    """The surest of the links near a point; where another is as sure, that is said."""
    found = sorted(found, key=lambda one: (-one.score, one.link))
    if not found:
        return {}
    best = found[0]
    others = tuple(one.link for one in found[1:] if one.score > best.score - 0.03)
    if others:
        best = Found(best.link, _clip(best.score - 0.2), (*best.why, "ambiguous"), others)
    return {best.link: best}


def settled(found: list[Found], sure: Mapping[int, str], state: str) -> list[Found]:
    """The same, where a point lies between several links: on the one of which somebody else says
    the same for sure (`sure`: what is said, by link)."""
    for at, one in enumerate(found):
        alike = [link for link in (one.link, *one.others) if sure.get(link) == state]
        if one.others and alike:
            why = (*(word for word in one.why if word != "ambiguous"), "alike")
            found = [*found[:at], Found(alike[0], _clip(one.score + 0.2), why), *found[at + 1 :]]
    return found


def _by_name(net: Network, said: Road, area: str | None) -> dict[int, Found]:
    """Links that a statement without a place names: a bridge, a tunnel, a short road."""
    words = {plain(said.name)}
    number = number_in(said.number) or number_in(said.name)
    words |= {f"{rank}/{number}" for rank in ranks_in(said.category or said.name) if number}
    links = sorted({link for word in words - {""} for link in net.by_name.get(word, [])})
    found = {}
    for link in links:
        added, why = agreement(net, link, said, area)
        if not {"not_municipality", "not_rank", "not_number"}.intersection(why):
            found[link] = Found(link, _clip(0.45 + added), why)
    return found if len(found) <= _MOST_BY_NAME else {}


def agreement(
    net: Network, link: int, said: Road, area: str | None
) -> tuple[float, tuple[str, ...]]:
    """What the words of a statement add to the score of a link, and which of them do."""
    body, version = net.links[link], net.versions[link]
    votes: dict[str, bool] = {}
    ranks = ranks_in(said.category) or ranks_in(said.name)
    if ranks and body.rank != "other":
        votes["rank"] = body.rank in ranks
    number = number_in(said.number) or number_in(said.name)
    own = number_of(body).partition("/")[2]
    if number and own:
        votes["number"] = number == own
    name, mine = plain(said.name), plain(body.name)
    if name and mine and "number" not in votes:
        votes["name"] = name in mine or mine in name
    town = plain(said.municipality)
    there = plain(body.municipality)
    if town and (there or town in plain(body.manager)):
        votes["municipality"] = town in plain(body.manager) or town in there or there in town
    elif area and version.area and area.startswith("city:") and version.area.startswith("city:"):
        votes["municipality"] = area == version.area
    added = sum(_WEIGHTS[word][0] if yes else -_WEIGHTS[word][1] for word, yes in votes.items())
    return added, tuple(word if yes else f"not_{word}" for word, yes in votes.items())


def _clip(score: float) -> float:
    return round(min(max(score, 0.0), 1.0), 2)
