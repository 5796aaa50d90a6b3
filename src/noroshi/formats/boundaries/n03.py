"""MLIT N03 (国土数値情報 行政区域データ) to municipalities, wards, cities and prefectures.

Attributes (製品仕様書 第3.1版): N03_001 prefecture, N03_002 subprefecture, N03_003 county or
designated city, N03_004 municipality or ward, N03_007 code of JIS X 0402, five digits. Since the
2024 edition wards are in N03_005 and their city in N03_004.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import shapely

from noroshi.core.errors import UnreadableMessage
from noroshi.core.place import city
from noroshi.formats import Finding
from noroshi.formats.boundaries import Place, Places
from noroshi.formats.boundaries.topojson import Shape


class _Municipality:
    """A municipality or ward: its attributes, and its parts as they come."""

    def __init__(self, properties: Mapping[str, Any]) -> None:
        names = [_text(properties, f"N03_00{number}") for number in (3, 4, 5)]
        self.prefecture = _text(properties, "N03_001")
        if names[2]:
            self.city, self.name = names[1], names[2]
        elif names[0].endswith("市") and names[1].endswith("区"):
            self.city, self.name = names[0], names[1]
        else:
            self.city, self.name = "", names[1] or names[0]
        self.parts: list[shapely.Geometry] = []


def read_n03(shapes: list[Shape], prefectures: Mapping[str, str] | None = None) -> Places:
    """Places of N03 features: municipalities and wards (their parts united), designated cities
    (of their wards) and prefectures (of all that is theirs).

    The six villages of the Northern Territories (北方領土, 01695–01700) are places as any other.
    Land of no municipality yet (所属未定地), which has no code, becomes part of its prefecture
    only, and a Finding. `prefectures` gives the area by name for a file that has no municipality
    codes. Raises UnreadableMessage where the attributes are not those of N03.
    """
    faults: list[Finding] = []
    if not any("N03_001" in properties for properties, _ in shapes):
        found = ", ".join(sorted({name for properties, _ in shapes[:9] for name in properties}))
        raise UnreadableMessage(
            "no attribute N03_001",
            where=f"attributes {found or 'none'}",
            remedy="the file must be MLIT N03 (nlftp.mlit.go.jp/ksj, 行政区域データ)",
        )
    if not any(_text(properties, "N03_007") for properties, _ in shapes):
        return _prefectures_only(shapes, prefectures or {}, faults)
    municipalities: dict[str, _Municipality] = {}
    unassigned: dict[str, list[shapely.Geometry]] = {}
    for number, (properties, geometry) in enumerate(shapes):
        code = _text(properties, "N03_007")
        if not code or code.endswith("000") or _text(properties, "N03_004") == "所属未定地":
            unassigned.setdefault(_text(properties, "N03_001"), []).append(geometry)
            continue
        if not (len(code) == 5 and code.isascii() and code.isdigit()):
            what = f"N03_007 {code!r} is no five-digit municipality code; left out"
            faults.append(Finding("error", f"feature {number}", what))
            continue
        known = municipalities.get(code)
        if known is None:
            known = municipalities[code] = _Municipality(properties)
        known.parts.append(geometry)
    for name, geometries in unassigned.items():
        what = f"{len(geometries)} of 所属未定地: no municipality, only part of the prefecture"
        faults.append(Finding("warning", name, what))
    return Places(_places(municipalities, unassigned), faults)


def _places(
    municipalities: dict[str, _Municipality], unassigned: dict[str, list[shapely.Geometry]]
) -> list[Place]:
    cities: dict[tuple[str, str], list[str]] = {}
    for code, one in municipalities.items():
        if one.city:
            cities.setdefault((one.prefecture, one.city), []).append(code)
    # JIS X 0402 numbers the wards of a city after the city itself, whose number ends in 0.
    city_code = {names: min(codes)[:4] + "0" for names, codes in cities.items()}
    shapes = {code: united(one.parts) for code, one in municipalities.items()}
    found: list[Place] = []
    regions: dict[str, tuple[str, list[shapely.Geometry]]] = {}
    for code, one in municipalities.items():
        prefecture = f"pref:{code[:2]}"
        regions.setdefault(prefecture, (one.prefecture, []))[1].append(shapes[code])
        parents: tuple[str, ...] = (prefecture,)
        if one.city:
            parents = (city(city_code[one.prefecture, one.city]), prefecture)
        level = "ward" if one.city else "municipality"
        wkb = shapely.to_wkb(shapes[code], byte_order=1)
        found.append(Place(city(code), one.name, level, "", parents, wkb))
    for names, codes in cities.items():
        whole = shapely.to_wkb(united([shapes[code] for code in codes]), byte_order=1)
        area, parents = city(city_code[names]), (f"pref:{codes[0][:2]}",)
        found.append(Place(area, names[1], "designated_city", "", parents, whole))
    for area, (name, parts) in sorted(regions.items()):
        whole = shapely.to_wkb(united([*parts, *unassigned.get(name, [])]), byte_order=1)
        found.append(Place(area, name, "prefecture", "", (), whole))
    return found


def _prefectures_only(
    shapes: list[Shape], prefectures: Mapping[str, str], faults: list[Finding]
) -> Places:
    parts: dict[str, list[shapely.Geometry]] = {}
    for properties, geometry in shapes:
        parts.setdefault(_text(properties, "N03_001"), []).append(geometry)
    found = []
    for name, geometries in parts.items():
        area = prefectures.get(name)
        if area is None:
            remedy = "import the boundaries of municipalities first: they have the codes"
            what = "the file has no code for this prefecture; left out"
            faults.append(Finding("error", name or "N03_001", what, remedy))
            continue
        wkb = shapely.to_wkb(united(geometries), byte_order=1)
        found.append(Place(area, name, "prefecture", "", (), wkb))
    return Places(found, faults)


def united(parts: list[shapely.Geometry]) -> shapely.Geometry:
    """The union of polygons as one valid multipolygon. What touches itself is repaired."""
    valid = [part if part.is_valid else shapely.make_valid(part) for part in parts]
    whole = valid[0] if len(valid) == 1 else shapely.union_all(valid)
    pieces = [one for one in shapely.get_parts([whole]) if not one.is_empty]
    flat: list[shapely.Geometry] = []
    for piece in pieces:
        flat.extend(shapely.get_parts([piece]) if piece.geom_type.startswith("Multi") else [piece])
    return shapely.MultiPolygon([one for one in flat if one.geom_type == "Polygon"])


def _text(properties: Mapping[str, Any], name: str) -> str:
    value = properties.get(name)
    return value.strip() if isinstance(value, str) else ""
