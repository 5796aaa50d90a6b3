"""A file of places, told apart by content: N03 in three formats, or JMA's area codes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
import shapely

from noroshi.core.errors import LimitExceeded, UnreadableMessage
from noroshi.formats import Finding, Limits
from noroshi.formats.boundaries import Places
from noroshi.formats.boundaries.area_codes import is_area_codes, read_area_codes
from noroshi.formats.boundaries.n03 import read_n03
from noroshi.formats.boundaries.shapefile import read_shapefile
from noroshi.formats.boundaries.topojson import Shape, read_topojson
from noroshi.formats.geojson.document import check_count, decode_json
from noroshi.formats.geojson.geometry import to_wkb
from noroshi.formats.geojson.reader import check_crs


class _Feature(msgspec.Struct):
    geometry: Any = None
    properties: dict[str, Any] | None = None


class _Collection(msgspec.Struct):
    type: str
    features: list[_Feature]
    crs: Any = None


def read_places(
    data: bytes, limits: Limits | None = None, prefectures: Mapping[str, str] | None = None
) -> Places:
    """The places of a file: N03 as GeoJSON, TopoJSON or zipped Shapefile, or JMA area codes.

    `prefectures` gives the area of a prefecture by its name, for boundaries of prefectures, which
    carry no codes (take it from places read before). Raises UnreadableMessage; a single feature
    or row that is wrong is a Finding.
    """
    limits = limits or Limits()
    if len(data) > limits.message_bytes:
        raise LimitExceeded(
            f"{len(data)} bytes are more than the limit of {limits.message_bytes}",
            remedy="raise `message_bytes` in the settings if you trust the sender",
        )
    if is_area_codes(data):
        return read_area_codes(data, limits)
    faults: list[Finding] = []
    if data.startswith(b"PK"):
        shapes = read_shapefile(data, limits, faults)
    elif not data[:64].removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{"):
        raise UnreadableMessage(
            "no file of places",
            remedy="MLIT N03 as GeoJSON, TopoJSON or zipped Shapefile, or JMA area codes as CSV",
        )
    elif _type(data) == "Topology":
        shapes = read_topojson(data, limits)
    else:
        shapes = _read_geojson(data, limits, faults)
    try:
        places = read_n03(shapes, prefectures)
    except shapely.errors.GEOSException as error:
        raise UnreadableMessage(f"the boundaries do not fit together: {error}") from None
    return Places(places.places, [*faults, *places.faults])


class _Typed(msgspec.Struct):
    type: str = ""


def _type(data: bytes) -> str:
    try:
        return decode_json(data, _Typed).type
    except msgspec.ValidationError as error:
        raise UnreadableMessage(str(error), where="type") from None


def _read_geojson(data: bytes, limits: Limits, faults: list[Finding]) -> list[Shape]:
    try:
        found = decode_json(data, _Collection)
    except msgspec.ValidationError as error:
        raise UnreadableMessage(str(error), remedy="a GeoJSON FeatureCollection") from None
    check_count(len(found.features), limits.records)
    check_crs(found.crs)
    shapes: list[Shape] = []
    for position, feature in enumerate(found.features):
        try:
            wkb = to_wkb(feature.geometry)
        except (ValueError, OverflowError) as error:
            what = f"the feature is left out: {error}"
            faults.append(Finding("error", f"features[{position}].geometry", what))
            continue
        if wkb is not None:
            shapes.append((feature.properties or {}, shapely.from_wkb(wkb)))
    return shapes
