"""Places that somebody subscribes to, and the tokens by which a subscription to them is found.

Where somebody lives is sealed. What stands beside it in the clear are keyed hashes: of the areas a
place lies in (municipality, the city around a ward, prefecture, forecast area) and, for an exact
point, of the cells of about 10 km that it touches (the second-order mesh of JIS X 0410). Who has
the file and not its key cannot tell which area or cell a token stands for; they see which
subscriptions share one. See docs/threat-model.md.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable
from typing import Any

import msgspec

from noroshi.core.errors import NoroshiError
from noroshi.core.place import area_token, city, municipality
from noroshi.store.vault import Vault

#: Places of one subscription; metres around a point; characters of a name.
MOST, WIDEST, LONGEST = 8, 20_000.0, 40
#: An alert that covers more cells than this is looked for among all subscriptions.
_MOST_CELLS = 20_000
#: Metres of a degree of latitude on the sphere.
DEGREE = 111_195.0


class Place(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A place: `area` (city:1720200, pref:17) with its `name`, what the person calls it (`label`:
    自宅), a `district` within, and an exact `point` (longitude, latitude) with a `radius` [m].
    `within` are further areas that it lies in (jma.forecast:170020)."""

    area: str = ""
    name: str = ""
    label: str = ""
    district: str = ""
    point: tuple[float, float] | None = None
    radius: float = 0.0
    within: tuple[str, ...] = ()


def checked(place: Place) -> Place:
    """A place as it is kept. Raises NoroshiError for one that cannot be."""
    area = _area(place.area) if place.area else ""
    if not area and place.point is None:
        raise NoroshiError("a place needs a municipality or a position", where="place")
    for name in ("name", "label", "district"):
        text = getattr(place, name)
        if len(text) > LONGEST or not text.isprintable():
            raise NoroshiError(f"{name} has more than {LONGEST} characters, or none that can be "
                               "shown", where=f"place.{name}")  # fmt: skip
    point = place.point
    if point is not None and not (
        -180 <= point[0] <= 180 and -90 <= point[1] <= 90 and 0 <= place.radius <= WIDEST
    ):
        raise NoroshiError(
            f"{point} within {place.radius:g} m is no place", where="place.point",
            remedy=f"longitude, latitude in degrees; a radius from 0 to {WIDEST:g} m",
        )  # fmt: skip
    return msgspec.structs.replace(place, area=area, within=tuple(sorted(set(place.within)))[:50])


def lies_in(place: Place) -> set[str]:
    """The areas that a place is, or lies in."""
    found = {*place.within}
    if place.area:
        found |= {place.area, *_around(place.area)}
    return found


def coarser(area: str) -> set[str]:
    """Areas around an alert's own: who subscribed to one of these as a whole may be in it."""
    return _around(area) - {area}


def _around(area: str) -> set[str]:
    scheme, _, code = area.partition(":")
    if scheme != "city":
        return set()
    whole = f"city:{code[:5]}00"
    return {whole, municipality(area) or whole, f"pref:{code[:2]}"}


def areas_of(alert: Iterable[str]) -> frozenset[str]:
    """An alert's areas, as subscriptions name theirs. Raises NoroshiError."""
    return frozenset(map(_area, alert))


def _area(text: str) -> str:
    scheme, separator, code = text.partition(":")
    try:
        if not separator:
            return f"pref:{text}" if len(text) == 2 and text.isdecimal() else city(text)
        if scheme == "city":
            return city(code)
        area_token(text)
    except ValueError as error:
        raise NoroshiError(str(error), where="area") from None
    return text


def place_tokens(vault: Vault, places: Iterable[Place]) -> set[int]:
    """The tokens under which a subscription to these places is filed."""
    found: set[int] = set()
    for one in places:
        found |= {_token(vault, "in", area) for area in lies_in(one)}
        if one.area:
            found.add(_token(vault, "is", one.area))
        if one.point is not None:
            found |= {_token(vault, "cell", *cell) for cell in _cells(_reach(one))}
    return found


def alert_tokens(vault: Vault, areas: Iterable[str], shape: Any) -> set[int] | None:
    """The tokens of which every subscription that may be concerned has one; None for all.
    `shape`: a geometry in degrees, or None."""
    found: set[int] = set()
    for area in areas:
        found.add(_token(vault, "in", area))
        found |= {_token(vault, "is", one) for one in coarser(area)}
    if shape is not None:
        import shapely

        cells = _cells(shape.bounds)
        if len(cells) > _MOST_CELLS:
            return None
        shapely.prepare(shape)
        boxes = shapely.box(*zip(*(_box(one) for one in cells), strict=True))
        touched = shapely.intersects(shape, boxes)
        found |= {
            _token(vault, "cell", *cell) for cell, one in zip(cells, touched, strict=True) if one
        }
    return found


def _token(vault: Vault, *parts: str | int) -> int:
    blind = vault.blind("subscribed", *map(str, parts))
    return int.from_bytes(blind[:8], "big", signed=True)


def _reach(place: Place) -> tuple[float, float, float, float]:
    """Bounds of what lies within the radius of a point."""
    assert place.point is not None
    x, y = place.point
    high = place.radius / DEGREE
    wide = high / max(math.cos(math.radians(y)), 0.01)
    return x - wide, y - high, x + wide, y + high


def _cells(box: tuple[float, float, float, float]) -> list[tuple[int, int]]:
    west, south, east, north = box
    columns = range(math.floor(west * 8), math.floor(east * 8) + 1)
    rows = range(math.floor(south * 12), math.floor(north * 12) + 1)
    if len(columns) * len(rows) > _MOST_CELLS:
        return [(0, 0)] * (_MOST_CELLS + 1)
    return [(x, y) for x in columns for y in rows]


def _box(cell: tuple[int, int]) -> tuple[float, float, float, float]:
    x, y = cell
    return x / 8, y / 12, (x + 1) / 8, (y + 1) / 12


def same_district(one: str, other: str) -> bool:
    """True if two names of districts may mean the same ground: one is in the other, as 本町 is in
    本町一丁目 and 大字本町."""
    left, right = _plain(one), _plain(other)
    return bool(left and right) and (left in right or right in left)


_DIGITS = str.maketrans("一二三四五六七八九", "123456789")
_ENDINGS = re.compile(r"(地区|地域|町内会|自治会|学区|校区|集落)$")


def _plain(name: str) -> str:
    text = unicodedata.normalize("NFKC", name).casefold()
    text = re.sub(r"\s|大字|字(?=.)", "", text)
    text = re.sub(r"[一二三四五六七八九](?=丁目)", lambda one: one[0].translate(_DIGITS), text)
    return _ENDINGS.sub("", text) or text
