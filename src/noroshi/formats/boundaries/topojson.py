"""TopoJSON 1.0 (github.com/topojson/topojson-specification): shared arcs to geometries."""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np
import shapely
from numpy.typing import NDArray

from noroshi.core.errors import LimitExceeded, UnreadableMessage
from noroshi.formats import Limits

Arc = NDArray[np.float64]
Shape = tuple[dict[str, Any], shapely.Geometry]
"""A feature's properties and its geometry."""

_BYTES_PER_POSITION = 16
_NEST = 16


class _Topology(msgspec.Struct):
    type: str
    objects: dict[str, Any]
    arcs: list[Any]
    transform: dict[str, Any] | None = None


class _Arcs:
    """The arcs of a topology in degrees, and how many positions may still be drawn from them.

    A few arcs referenced many times over would otherwise grow without bound.
    """

    def __init__(self, topology: _Topology, limits: Limits) -> None:
        self.left = limits.expanded_bytes // _BYTES_PER_POSITION
        scale, translate = _transform(topology.transform)
        self.arcs: list[Arc] = []
        for number, arc in enumerate(topology.arcs):
            self.arcs.append(_decode(arc, scale, translate, f"arcs[{number}]"))

    def line(self, indexes: Any, where: str) -> Arc:
        """The arcs of `indexes` end to end; a negative index, ~n, is arc n reversed (§2.1.4)."""
        pieces: list[Arc] = []
        if not isinstance(indexes, list) or not indexes:
            raise UnreadableMessage("no list of arcs", where=where)
        for index in indexes:
            if type(index) is not int or not -len(self.arcs) <= index < len(self.arcs):
                raise UnreadableMessage(f"there is no arc {index!r}", where=where)
            arc = self.arcs[index] if index >= 0 else self.arcs[~index][::-1]
            # The first position of an arc is the last of the one before it.
            pieces.append(arc[1:] if pieces else arc)
            self.left -= len(arc)
            if self.left < 0:
                raise LimitExceeded(
                    "the geometries grow beyond the limit",
                    where=where,
                    remedy="raise `expanded_bytes` in the settings if you trust the sender",
                )
        return np.concatenate(pieces)

    def polygon(self, rings: Any, where: str) -> shapely.Polygon | None:
        """A polygon of rings of arcs; None where simplification left its shell no area."""
        if not isinstance(rings, list) or not rings:
            raise UnreadableMessage("no list of rings", where=where)
        lines = [self.line(ring, f"{where}[{number}]") for number, ring in enumerate(rings)]
        if any(not np.array_equal(one[0], one[-1]) for one in lines):
            raise UnreadableMessage("a ring is not closed", where=where)
        if len(lines[0]) < 4:
            return None
        return shapely.Polygon(lines[0], [one for one in lines[1:] if len(one) >= 4])


def read_topojson(data: bytes, limits: Limits) -> list[Shape]:
    """Every polygon feature of every object, in order.

    Raises UnreadableMessage naming the arc or object that is wrong. Features without a geometry,
    and points and lines, are passed over: places are areas.
    """
    try:
        topology = msgspec.json.decode(data.removeprefix(b"\xef\xbb\xbf"), type=_Topology)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise UnreadableMessage(str(error), remedy="the text must be TopoJSON") from None
    except RecursionError:
        raise LimitExceeded("the JSON is nested too deep") from None
    if topology.type != "Topology":
        raise UnreadableMessage(f"not TopoJSON: type {topology.type!r}", where="type")
    arcs = _Arcs(topology, limits)
    shapes: list[Shape] = []
    for name, one in topology.objects.items():
        _collect(one, arcs, f"objects.{name}", shapes, limits, 0)
    return shapes


def _collect(
    one: Any, arcs: _Arcs, where: str, shapes: list[Shape], limits: Limits, nest: int
) -> None:
    if not isinstance(one, dict) or nest > _NEST:
        raise UnreadableMessage("not a geometry object", where=where)
    kind = one.get("type")
    if kind == "GeometryCollection":
        geometries = one.get("geometries")
        if not isinstance(geometries, list):
            raise UnreadableMessage("geometries is not a list", where=where)
        for number, inner in enumerate(geometries):
            _collect(inner, arcs, f"{where}.geometries[{number}]", shapes, limits, nest + 1)
        return
    if kind not in ("Polygon", "MultiPolygon"):
        return
    if len(shapes) >= limits.records:
        raise LimitExceeded(f"more than {limits.records} geometries", where=where)
    parts = one.get("arcs")
    if kind == "Polygon":
        parts = [parts]
    if not isinstance(parts, list):
        raise UnreadableMessage("arcs is not a list", where=where)
    polygons = [arcs.polygon(part, f"{where}.arcs") for part in parts]
    found = [polygon for polygon in polygons if polygon is not None]
    properties = one.get("properties")
    shapes.append((properties if isinstance(properties, dict) else {}, shapely.MultiPolygon(found)))


def _transform(given: dict[str, Any] | None) -> tuple[Arc | None, Arc | None]:
    if given is None:
        return None, None
    try:
        scale = np.array(given["scale"], dtype=np.float64)
        translate = np.array(given["translate"], dtype=np.float64)
        if scale.shape != (2,) or translate.shape != (2,):
            raise ValueError("two numbers each")
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise UnreadableMessage(f"no scale and translate: {error}", where="transform") from None
    return scale, translate


def _decode(arc: Any, scale: Arc | None, translate: Arc | None, where: str) -> Arc:
    """An arc's positions: sums of differences times scale, plus translate (§2.2, §4)."""
    try:
        positions = np.array(arc, dtype=np.float64)
        if positions.ndim != 2 or positions.shape[0] < 2 or positions.shape[1] < 2:
            raise ValueError("an arc has two positions or more, of two numbers or more")
    except (TypeError, ValueError, OverflowError) as error:
        raise UnreadableMessage(f"not an arc: {error}", where=where) from None
    positions = positions[:, :2]
    if scale is not None and translate is not None:
        with np.errstate(over="ignore", invalid="ignore"):
            positions = np.cumsum(positions, axis=0) * scale + translate
    easts, norths = np.abs(positions[:, 0]), np.abs(positions[:, 1])
    if not (np.isfinite(positions).all() and easts.max() <= 180 and norths.max() <= 90):
        raise UnreadableMessage("a position off the globe", where=where)
    return positions
