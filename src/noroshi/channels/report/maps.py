"""Maps of a report, drawn from its records as SVG: no basemap, only official boundaries that were
imported. What is meant is told by shape as well as by colour, and named in the legend."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

from noroshi.channels.report.facts import Fact, Facts
from noroshi.channels.report.model import Map
from noroshi.channels.report.sections.lifelines import outages
from noroshi.channels.report.sections.people import isolated, open_shelters
from noroshi.channels.report.sections.places import closures
from noroshi.channels.report.sections.warnings import ORDERS, orders
from noroshi.core.place import bounds
from noroshi.formats.boundaries import Place

#: Size in points; the legend comes under it.
WIDE, HIGH = 500, 460
FONT = "'Noto Sans CJK JP','Noto Sans JP','Hiragino Sans','Yu Gothic',Meiryo,sans-serif"
#: 警戒レベル, as 内閣府 and 気象庁 colour them.
_LEVELS = {5: "#0C000C", 4: "#AA00AA", 3: "#FF2800"}
_LAND, _EDGE, _SEA = "#F6F4EE", "#8A8A84", "#EAF1F6"


class Canvas:
    """A drawing in equirectangular projection about its middle."""

    def __init__(self, west: float, south: float, east: float, north: float) -> None:
        self.shrink = math.cos(math.radians((south + north) / 2))
        wide, high = (east - west) * self.shrink, north - south
        self.scale = min(WIDE / max(wide, 1e-6), HIGH / max(high, 1e-6))
        self.width = min(WIDE, round(wide * self.scale))
        self.height = min(HIGH, round(high * self.scale))
        self.west, self.north = west, north
        self.parts: list[str] = []
        self.legend: list[tuple[str, str]] = []

    def at(self, x: float, y: float) -> tuple[float, float]:
        """Where a longitude and latitude are on the drawing."""
        return (x - self.west) * self.shrink * self.scale, (self.north - y) * self.scale

    def path(self, points: Iterable[Sequence[float]]) -> str:
        """A line through longitudes and latitudes."""
        pairs = (self.at(one[0], one[1]) for one in points)
        return "M" + "L".join(f"{x:.1f},{y:.1f}" for x, y in pairs)

    def area(self, wkb: bytes, fill: str) -> None:
        """A boundary."""
        import shapely

        shape = shapely.simplify(shapely.from_wkb(wkb), 0.6 / self.scale)
        rings = [
            self.path(ring.coords) + "Z"
            for part in shapely.get_parts(shape)
            if part.geom_type == "Polygon"
            for ring in (part.exterior, *part.interiors)
        ]
        self.parts.append(f'<path d="{"".join(rings)}" fill="{fill}" fill-rule="evenodd" '
                          f'stroke="{_EDGE}" stroke-width="0.6"/>')  # fmt: skip

    def line(self, wkb: bytes, colour: str) -> None:
        """A stretch of road; a cross where it is only a point."""
        import shapely

        shape = shapely.from_wkb(wkb)
        for part in shapely.get_parts(shape):
            if part.geom_type == "LineString":
                self.parts.append(f'<path d="{self.path(part.coords)}" fill="none" '
                                  f'stroke="{colour}" stroke-width="2"/>')  # fmt: skip
            if part.geom_type != "LineString" or part.length * self.scale < 4:
                middle = part.centroid
                self.mark(cross(colour), middle.x, middle.y)

    def mark(self, sign: str, x: float, y: float) -> None:
        """A sign at a place."""
        left, top = self.at(x, y)
        self.parts.append(f'<g transform="translate({left:.1f},{top:.1f})">{sign}</g>')

    def name(self, text: str, x: float, y: float, *, light: bool) -> None:
        """A name, with a rim so that it is read on any ground."""
        left, top = self.at(x, y)
        ink, rim = ("#FFFFFF", "#333333") if light else ("#222222", "#FFFFFF")
        self.parts.append(
            f'<text x="{left:.1f}" y="{top:.1f}" font-size="9" text-anchor="middle" fill="{ink}" '
            f'stroke="{rim}" stroke-width="2" paint-order="stroke" stroke-linejoin="round">'
            f"{escape(text)}</text>"
        )

    def finish(self, mark: str) -> tuple[str, int, int]:
        """The SVG with legend, scale and, on what is not real, the mark; its width and height."""
        rows = (len(self.legend) + 1) // 2
        height = self.height + 16 * rows + 26
        out = [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDE} {height}" '
            f'width="{WIDE}" height="{height}" font-family="{FONT}">',
            f'<rect width="{WIDE}" height="{height}" fill="#FFFFFF"/>',
            f'<svg x="{(WIDE - self.width) / 2:.1f}" width="{self.width}" height="{self.height}" '
            f'viewBox="0 0 {self.width} {self.height}">',
            f'<rect width="{self.width}" height="{self.height}" fill="{_SEA}"/>', *self.parts,
            "</svg>", *self._scale(self.height + 14),
        ]  # fmt: skip
        if mark:
            out.append(f'<rect x="4" y="4" width="120" height="20" fill="#B40068"/><text x="64" '
                       f'y="18" font-size="12" font-weight="bold" fill="#FFFFFF" '
                       f'text-anchor="middle">{escape(mark)}</text>')  # fmt: skip
        for place, (sign, text) in enumerate(self.legend):
            x, y = 14 + (place % 2) * 250, self.height + 34 + 16 * (place // 2)
            out.append(f'<g transform="translate({x},{y})">{sign}</g>')
            out.append(f'<text x="{x + 14}" y="{y + 3.5}" font-size="9.5" fill="#222222">'
                       f"{escape(text)}</text>")  # fmt: skip
        return "".join([*out, "</svg>"]), WIDE, height

    def _scale(self, y: float) -> list[str]:
        per_km = self.scale / 111.2
        length = next(one for one in (500, 200, 100, 50, 20, 10, 5, 2, 1, 0.5)
                      if one * per_km < 140)  # fmt: skip
        end = 10 + length * per_km
        return [
            f'<path d="M10,{y - 4}V{y}H{end:.1f}V{y - 4}" fill="none" stroke="#222222"/>',
            f'<text x="{end + 5:.1f}" y="{y}" font-size="9" fill="#222222">{length:g} km　↑北 N'
            "</text>",
        ]


def cross(colour: str) -> str:
    """×"""
    return (f'<path d="M-3,-3L3,3M-3,3L3,-3" stroke="#FFFFFF" stroke-width="3.4"/>'
            f'<path d="M-3,-3L3,3M-3,3L3,-3" stroke="{colour}" stroke-width="1.6"/>')  # fmt: skip


def disc(radius: float) -> str:
    """An open shelter."""
    return (f'<circle r="{radius:.1f}" fill="#0B7A3B" fill-opacity="0.75" stroke="#FFFFFF" '
            'stroke-width="0.6"/>')  # fmt: skip


def diamond(size: float = 5) -> str:
    """A settlement that is cut off."""
    return (f'<path d="M0,{-size:g}L{size:g},0L0,{size:g}L{-size:g},0Z" fill="#FFFFFF" '
            'stroke="#B40068" stroke-width="1.6"/>')  # fmt: skip


def triangle(size: float) -> str:
    """Customers without power."""
    return (f'<path d="M0,{-size:.1f}L{size:.1f},{size * 0.8:.1f}L{-size:.1f},{size * 0.8:.1f}Z" '
            'fill="#FFC400" fill-opacity="0.85" stroke="#333333" stroke-width="0.6"/>')  # fmt: skip


def _swatch(fill: str) -> str:
    return f'<rect x="-6" y="-5" width="12" height="10" fill="{fill}" stroke="{_EDGE}"/>'


def maps(facts: Facts, mark: str) -> list[Map]:
    """The maps there is something for: orders and shelters; roads, isolation and power."""
    made = [_refuge(facts, mark), _access(facts, mark)]
    return [one for one in made if one is not None]


def _canvas(facts: Facts, drawn: Sequence[Fact], named: Iterable[str]) -> Canvas | None:
    """A canvas for the prefectures in which anything is drawn, with their municipalities."""
    places = [one for one in facts.towns.places.values() if one.geometry is not None]
    codes = {(one.version.area or "")[5:7] for one in drawn
             if (one.version.area or "").startswith("city:")}  # fmt: skip
    wanted = set(named) | {facts.town(one) for one in drawn}
    codes |= {one.area[5:7] for one in places if one.name in wanted} if not codes else set()
    boxes = [bounds(one.geometry) for one in places
             if one.geometry is not None and one.area[5:7] in codes]  # fmt: skip
    if not boxes:
        boxes = [bounds(one.version.geometry) for one in drawn if one.version.geometry is not None]
    if not boxes:
        return None
    west, south = min(one[0] for one in boxes), min(one[1] for one in boxes)
    east, north = max(one[2] for one in boxes), max(one[3] for one in boxes)
    rim = max(0.03 * max(east - west, north - south), 0.02)  # about 2 km
    return Canvas(west - rim, south - rim, east + rim, north + rim)


def _ground(canvas: Canvas, facts: Facts, fills: dict[str, int]) -> list[tuple[Place, bool]]:
    """Municipalities within the canvas, coloured by level; those that carry a name."""
    drawn = []
    for place in facts.towns.places.values():
        if place.geometry is None or place.level == "ward":
            continue
        west, south, east, north = bounds(place.geometry)
        left, top = canvas.at(west, north)
        right, bottom = canvas.at(east, south)
        if right < 0 or bottom < 0 or left > canvas.width or top > canvas.height:
            continue
        level = fills.get(place.name, 0)
        canvas.area(place.geometry, _LEVELS.get(level, _LAND))
        if (right - left) > 22:
            drawn.append((place, bool(level)))
    return drawn


def _names(canvas: Canvas, places: Sequence[tuple[Place, bool]]) -> None:
    import shapely

    for place, light in places:
        middle = shapely.from_wkb(place.geometry).representative_point()
        canvas.name(place.name, middle.x, middle.y, light=light)


def _middle(facts: Facts, one: Fact) -> tuple[float, float] | None:
    """Where a fact is: its own position, else the middle of its municipality."""
    wkb = one.version.geometry
    if wkb is None:
        town = facts.town(one)
        wkb = next(
            (each.geometry for each in facts.towns.places.values() if each.name == town), None
        )
    if wkb is None:
        return None
    west, south, east, north = bounds(wkb)
    return (west + east) / 2, (south + north) / 2


def _refuge(facts: Facts, mark: str) -> Map | None:
    shelters = open_shelters(facts)
    table = next(iter(orders(facts).tables), None)
    levels = {str(row[0]): ORDERS.get(str(row[1]), 0) for row in (table.rows if table else [])}
    if not shelters and not levels:
        return None
    canvas = _canvas(facts, shelters, levels)
    if canvas is None:
        return None
    named = _ground(canvas, facts, levels)
    for one in sorted(shelters, key=lambda one: -(one.number("headcount") or 0)):
        where = _middle(facts, one) if one.version.geometry is not None else None
        if where is not None:
            canvas.mark(disc(2 + math.sqrt(one.number("headcount") or 0) / 5), *where)
    _names(canvas, named)
    for name, level in ORDERS.items():
        canvas.legend.append((_swatch(_LEVELS[level]), f"{name}（レベル{level}）のある市町村"))
    canvas.legend.append((_swatch(_LAND), "避難情報なし・未受信"))
    canvas.legend.append((disc(4), "開設避難所（大きさは避難者数）"))
    svg, width, height = canvas.finish(mark)
    return Map("避難情報と開設避難所", "Evacuation orders and open shelters", svg, width, height)


def _access(facts: Facts, mark: str) -> Map | None:
    _, _, closed, _ = closures(facts)
    _, _, dark = outages(facts, "power")
    cut = [one for one, _, _ in isolated(facts)[2]]
    drawn = [*closed, *dark, *cut]
    if not drawn:
        return None
    canvas = _canvas(facts, drawn, ())
    if canvas is None:
        return None
    named = _ground(canvas, facts, {})
    for one in dark:
        where = _middle(facts, one)
        if where is not None:
            out: Any = one.number("customers_out") or 0
            canvas.mark(triangle(2.5 + math.sqrt(out) / 25), *where)
    for one in closed:
        if one.version.geometry is not None:
            canvas.line(one.version.geometry, "#D00000")
    for one in cut:
        where = _middle(facts, one)
        if where is not None:
            canvas.mark(diamond(5 if len(cut) <= 80 else 3), *where)
    _names(canvas, named)
    canvas.legend = [
        (cross("#D00000"), "通行止め（線または×）"), (diamond(), "孤立集落"),
        (triangle(5), "停電（大きさは停電戸数）"),
    ]  # fmt: skip
    svg, width, height = canvas.finish(mark)
    return Map("通行止め・孤立・停電", "Closures, isolation, power", svg, width, height)
