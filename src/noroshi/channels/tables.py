"""Versions as tables: CSV for machines, a grid for a terminal, GeoParquet for analysis."""

from __future__ import annotations

import csv
import io
import typing
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import msgspec

from noroshi import kinds
from noroshi.channels.features import ENVELOPE, properties
from noroshi.core.errors import NotFound
from noroshi.core.place import bounds
from noroshi.core.record import Version
from noroshi.core.time import JST, show


def plain(value: Any) -> Any:
    """A value as one cell: scalars as they are, everything else as JSON."""
    if value is None or isinstance(value, str | int | float):
        return value
    return msgspec.json.encode(value).decode()


def _safe(value: Any) -> Any:
    """Keep a spreadsheet from taking text for a formula (OWASP: CSV injection)."""
    if isinstance(value, str) and value[:1] in "=+-@\t\r" and value:
        return "'" + value
    return value


def field_names(kind: str) -> list[str]:
    """Names of the fields of a kind as they stand in its JSON, in order of declaration."""
    try:
        return list(kinds.get(kind).body.__struct_encode_fields__)
    except NotFound:
        return []


def write_csv(versions: Iterable[Version], kind: str) -> Iterator[bytes]:
    """CSV (RFC 4180, UTF-8 with byte-order mark, so that spreadsheets read Japanese).

    Columns: the envelope, the geometry as longitude and latitude (points) and WKT (others), and
    every field of the kind. Text that a spreadsheet would run as a formula gets a leading `'`.
    """
    fields = field_names(kind)
    columns = list(dict.fromkeys(
        [*ENVELOPE, *(f"record_{name}" for name in ENVELOPE if name in fields), *fields]
    ))  # fmt: skip
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow([*columns, "longitude", "latitude", "wkt"])
    yield b"\xef\xbb\xbf" + buffer.getvalue().encode()
    for version in versions:
        buffer.seek(0)
        buffer.truncate()
        row = properties(version)
        cells = [_safe(plain(row.get(name))) for name in columns]
        writer.writerow([*cells, *_position(version)])
        yield buffer.getvalue().encode()


def _position(version: Version) -> tuple[Any, Any, str]:
    wkb = version.geometry
    if wkb is None:
        return "", "", ""
    if len(wkb) == 21:
        x, y, _, _ = bounds(wkb)
        return x, y, ""
    import shapely

    return "", "", shapely.to_wkt(shapely.from_wkb(wkb), rounding_precision=7)


def write_geoparquet(versions: Iterable[Version], kind: str) -> bytes:
    """GeoParquet 1.1 (geometry as WKB, OGC:CRS84): envelope and fields as columns of text or
    numbers, nested fields as JSON text."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    rows: list[dict[str, Any]] = []
    types: set[str] = set()
    frame: list[tuple[float, float, float, float]] = []
    for version in versions:
        row = {name: plain(value) for name, value in properties(version).items()}
        row["geometry"] = version.geometry
        if version.geometry is not None:
            import shapely

            types.add(shapely.from_wkb(version.geometry).geom_type)
            frame.append(bounds(version.geometry))
        rows.append(row)
    names = list(
        dict.fromkeys([*ENVELOPE, *field_names(kind), *(key for row in rows for key in row)])
    )
    names = [name for name in names if name != "geometry"]
    arrays = [_column([row.get(name) for row in rows], pa) for name in names]
    table = pa.table(
        [*arrays, pa.array([row["geometry"] for row in rows], pa.binary())],
        names=[*names, "geometry"],
    )
    column: dict[str, Any] = {"encoding": "WKB", "geometry_types": sorted(types)}
    if frame:
        west, south, east, north = zip(*frame, strict=True)
        column["bbox"] = [min(west), min(south), max(east), max(north)]
    geo = {"version": "1.1.0", "primary_column": "geometry", "columns": {"geometry": column}}
    table = table.replace_schema_metadata({b"geo": msgspec.json.encode(geo)})
    out = io.BytesIO()
    pq.write_table(table, out, compression="zstd")
    return out.getvalue()


def _column(values: Sequence[Any], pa: Any) -> Any:
    """An Arrow array of one type: a sender's column may mix numbers and text."""
    kinds_of = {type(value) for value in values if value is not None}
    if kinds_of <= {bool} and kinds_of:
        return pa.array(values, pa.bool_())
    if kinds_of <= {int} and kinds_of:
        return pa.array(values, pa.int64())
    if kinds_of <= {int, float} and kinds_of:
        return pa.array(values, pa.float64())
    return pa.array([None if value is None else str(value) for value in values], pa.string())


def headings(kind: str, language: str) -> dict[str, str]:
    """Titles of a kind's fields in `language` (`ja` or `en`: the field's own name)."""
    names = field_names(kind)
    if language != "ja":
        return {name: name for name in names}
    body = kinds.get(kind).body
    hints = typing.get_type_hints(body, include_extras=True)
    found = {}
    for attribute, name in zip(body.__struct_fields__, names, strict=True):
        notes = [one for one in getattr(hints[attribute], "__metadata__", ())
                 if isinstance(one, msgspec.Meta)]  # fmt: skip
        found[name] = next((one.title for one in notes if one.title), name)
    return found


def short(value: Any) -> str:
    """A value in a few words, for a cell that a person reads."""
    if value is None or value == "" or value == []:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        if "name" in value:
            return str(value["name"])
        return ", ".join(f"{key}={short(one)}" for key, one in list(value.items())[:4])
    if isinstance(value, list):
        text = ", ".join(short(one) for one in value[:4])
        return f"{text} … ({len(value)})" if len(value) > 4 else text
    return str(value)


#: What a person looks for first: what it is called, and how grave it is.
_FIRST = ("title", "headline", "area_name", "name", "level", "kind", "kinds", "names", "magnitude")


def grid(
    versions: Sequence[Version], kind: str, language: str, most: int = 5, *, changes: bool = False
) -> tuple[list[str], list[list[str]]]:
    """Headings and rows for a terminal: key, area, times, and the fields that say most.

    With `changes`, fields that differ between the versions come first.
    """
    titles = headings(kind, language)
    parsed = [version.fields() for version in versions]
    # Codes and identities are in the data formats; a person reads names and values.
    named = [name for name in titles if not name.endswith(("code", "event", "events"))]
    named.sort(key=lambda name: _FIRST.index(name) if name in _FIRST else len(_FIRST))
    filled = [name for name in named if any(short(fields.get(name)) for fields in parsed[:200])]
    if changes:
        filled.sort(key=lambda name: -len({short(fields.get(name)) for fields in parsed}))
    filled = filled[:most]
    fixed = (
        ["識別子", "地域", "有効開始", "発表"] if language == "ja"
        else ["key", "area", "valid from", "issued"]
    )  # fmt: skip
    rows = [
        [
            version.key,
            "" if version.area == version.key else version.area or "",
            _minute(version.valid_from),
            _minute(version.issued),
            *(short(fields.get(name)) for name in filled),
        ]
        for version, fields in zip(versions, parsed, strict=True)
    ]
    return [*fixed, *(titles[name] for name in filled)], rows


def _minute(time: int) -> str:
    text = show(time, JST)
    return "" if text is None else text[:16].replace("T", " ")
