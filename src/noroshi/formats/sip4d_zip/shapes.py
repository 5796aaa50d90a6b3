"""What is wrong with a feature's geometry, for validation: form, place on Earth, topology."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import shapely

from noroshi.formats import Finding
from noroshi.formats.sip4d_zip.geometry import BadGeometry, in_japan, to_wkb

_MULTI = ("MultiPoint", "MultiLineString", "MultiPolygon")
_SINGLE = ("Point", "LineString", "Polygon")


def check_geometry(geometry: Any, where: str, found: list[Finding]) -> bytes | None:
    """Add to `found` everything wrong with a GeoJSON geometry.

    Returns it as well-known binary, or None where it cannot be stored at all.
    """
    if geometry is None:
        found.append(Finding("error", where, "has no position", "give its geometry"))
        return None
    try:
        wkb, mended = to_wkb(geometry)
    except BadGeometry as error:
        found.append(Finding("error", where, error.what, error.remedy))
        return None
    kind = geometry["type"]
    if kind not in _SINGLE and kind not in _MULTI:
        found.append(
            Finding("error", where, f"a {kind}", "send its parts as features of their own")
        )
    for what in dict.fromkeys(mended):
        found.append(Finding("error", where, what, "repeat the first position as the last"))
    _check_numbers(geometry, where, found)
    _check_topology(shapely.from_wkb(wkb), where, found)
    return wkb


def _positions(value: Any) -> Iterator[list[Any]]:
    if isinstance(value, dict):
        for part in value.get("geometries") or []:
            yield from _positions(part)
        yield from _positions(value.get("coordinates") or [])
    elif value and not isinstance(value[0], list | dict):
        yield value
    else:
        for each in value:
            yield from _positions(each)


def _check_numbers(geometry: Any, where: str, found: list[Finding]) -> None:
    """The form that NIED's checker asks for: two numbers, each with a decimal point; and whether
    they can be meant."""
    whole = heights = null = away = None
    for position in _positions(geometry):
        if len(position) != 2:
            heights = position
        elif type(position[0]) is int or type(position[1]) is int:
            whole = position
        if position[0] == 0 and position[1] == 0:
            null = position
        elif not in_japan(position[0], position[1]):
            away = position
    if heights is not None:
        found.append(
            Finding("error", where, f"a position of {len(heights)} numbers: {heights}",
                    "write longitude and latitude only; a height belongs in a column")
        )  # fmt: skip
    if whole is not None:
        found.append(
            Finding("error", where, f"a coordinate without decimal point: {whole}",
                    f"write {float(whole[0])}, {float(whole[1])}: SIP4D-ZIP's are decimals")
        )  # fmt: skip
    if null is not None:
        found.append(
            Finding("error", where, "lies at longitude 0, latitude 0",
                    "its position was not known: leave the feature out")
        )  # fmt: skip
    elif away is not None:
        found.append(
            Finding("warning", where, f"lies outside Japan: {away}", "check the coordinates")
        )


def _check_topology(geometry: Any, where: str, found: list[Finding]) -> None:
    kind = geometry.geom_type
    if "Polygon" in kind:
        reason = shapely.is_valid_reason(geometry)
        if reason != "Valid Geometry":
            crosses = "a polygon that crosses or touches itself: "
            said = (crosses if "elf-inters" in reason else "a broken polygon: ") + reason
            found.append(Finding("error", where, said, "redraw it so that it does not"))
        elif geometry.area == 0:
            found.append(Finding("error", where, "a polygon without area", "redraw it"))
    elif "LineString" in kind:
        parts = geometry.geoms if hasattr(geometry, "geoms") else [geometry]
        if any(part.length == 0 for part in parts):
            found.append(Finding("error", where, "a line without length", "give its other end"))
        elif not shapely.is_simple(geometry):
            found.append(
                Finding("warning", where, "a line that crosses itself", "check its order of points")
            )
