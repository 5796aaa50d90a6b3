"""`X_style.json`: how a layer is drawn. The sender's legend if there is one, else a plain one."""

from __future__ import annotations

import re
from typing import Any

_COLOUR = re.compile(r"[0-9a-fA-F]{6}")
_FAMILY = {
    "Point": "point", "MultiPoint": "point", "LineString": "line", "MultiLineString": "line",
    "Polygon": "polygon", "MultiPolygon": "polygon",
}  # fmt: skip
#: What a class needs besides its title (JSA-S1016 as NIED's checker has it), and plain defaults.
_NEEDED: dict[str, dict[str, Any]] = {
    "point": {"point_type": "circle", "color": "404040", "stroke": 1, "fill": "0041FF", "size": 12},
    "line": {"color": "0041FF", "stroke": 3},
    "polygon": {"color": "0041FF", "stroke": 1, "fill": "0041FF"},
}
_OPTIONAL = ("stroke_opacity", "fill_opacity")
FILL_OPACITY = 0.5


def legend(
    title: str,
    geometry: str,
    style: dict[str, Any] | None,
    names: dict[str, str],
    icons: dict[str, str],
) -> dict[str, Any]:
    """The legend of a layer of GeoJSON type `geometry`, made from the sender's `style`.

    `names` gives the new property name for each the sender used; `icons` the images there are.
    Classes drawn for another type of geometry are redrawn for this one in the same colours.
    """
    family = _FAMILY[geometry]
    given = style or {}
    listed = given.get("classes")
    classes = [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
    drawn = [_draw(one, family, icons, title) for one in classes]
    column = given.get("column")
    column = names.get(column) if isinstance(column, str) else None
    valued = all("value" in one for one in drawn)
    if not drawn or (len(drawn) > 1 and (column is None or not valued)):
        plain = {"title": title, **_NEEDED[family]}
        if family == "polygon":
            plain["fill_opacity"] = FILL_OPACITY
        return {"num_class": 1, "type": family, "classes": [plain]}
    found: dict[str, Any] = {"num_class": len(drawn), "type": family}
    if column is not None:
        found["column"] = column
    if type(given.get("minvalue")) in (int, float):
        found["minvalue"] = given["minvalue"]
    if isinstance(given.get("note"), str):
        found["note"] = given["note"]
    return found | {"classes": drawn}


def _draw(given: dict[str, Any], family: str, icons: dict[str, str], title: str) -> dict[str, Any]:
    named = given.get("title")
    drawn: dict[str, Any] = {"title": named if isinstance(named, str) else title}
    if type(given.get("value")) in (str, int, float):
        drawn["value"] = given["value"]
    icon = given.get("icon")
    drawn_as_icon = given.get("point_type") == "icon" and isinstance(icon, str) and icon in icons
    if family == "point" and drawn_as_icon:
        size = given.get("size")
        return drawn | {
            "point_type": "icon",
            "icon": icon,
            "size": size if type(size) in (int, float) else 32,
        }
    needed = _NEEDED[family]
    # A line's colour serves as a fill, and a fill as a line's colour, where one is missing.
    colours = {name: _colour(given, name) for name in ("color", "fill")}
    for member, default in needed.items():
        value = given.get(member)
        if member in colours:
            other = colours["fill" if member == "color" else "color"]
            value = colours[member] or other or default
        elif member == "point_type":
            value = "circle"
        elif type(value) not in (int, float):
            value = default
        drawn[member] = value
    for member in _OPTIONAL:
        value = given.get(member)
        if isinstance(value, int | float) and 0 <= value <= 1:
            drawn[member] = value
    return drawn


def _colour(given: dict[str, Any], name: str) -> str | None:
    value = given.get(name)
    return value if isinstance(value, str) and _COLOUR.fullmatch(value) else None
