"""Versions as tables: CSV for machines, a grid for a terminal, GeoParquet for analysis."""

from __future__ import annotations

import csv
import io
import re
import typing
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, BinaryIO

import msgspec

from noroshi import kinds
from noroshi.channels.features import ENVELOPE, properties
from noroshi.core.errors import NoroshiError, NotFound
from noroshi.core.place import bounds
from noroshi.core.record import Mode, Version
from noroshi.core.time import JST, show, to_datetime


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
    columns = _columns(field_names(kind))
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


def _columns(fields: list[str]) -> list[str]:
    """Names of the envelope and the fields; what both have stands under both its names."""
    clashes = (f"record_{name}" for name in ENVELOPE if name in fields)
    return list(dict.fromkeys([*ENVELOPE, *clashes, *fields]))


def _position(version: Version) -> tuple[Any, Any, str]:
    wkb = version.geometry
    if wkb is None:
        return "", "", ""
    if len(wkb) == 21:
        x, y, _, _ = bounds(wkb)
        return x, y, ""
    import shapely

    return "", "", shapely.to_wkt(shapely.from_wkb(wkb), rounding_precision=7)


def write_geoparquet(versions: Iterable[Version], kind: str, out: BinaryIO) -> None:
    """GeoParquet 1.1 (geometry as WKB, OGC:CRS84) into `out`, in row groups of bounded memory.

    A field's column has the type that the kind declares; nested fields are JSON text. What a kind
    that is not declared here says is one column of JSON text, `body`.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    fields = field_names(kind)
    columns = _columns(fields)
    types = {name: pa.string() for name in columns} | _arrow_types(kind, pa)
    types |= {"confidence": pa.float64(), "record_id": pa.int64(), "body": pa.string()}
    names = columns if fields else [*columns, "body"]
    schema = pa.schema([*((name, types[name]) for name in names), ("geometry", pa.binary())])
    versions = iter(versions)
    shapes: set[str] = set()
    frame: list[float] = []

    def share() -> list[list[Any]]:
        return [_row(one, names, shapes, frame) for one in islice(versions, _GROUP)]

    rows = share()
    column: dict[str, Any] = {"encoding": "WKB", "geometry_types": []}
    if len(rows) < _GROUP:  # all of it is here: say what shapes there are, and where
        column["geometry_types"] = sorted(shapes)
        column |= {"bbox": frame} if frame else {}
    geo = {"version": "1.1.0", "primary_column": "geometry", "columns": {"geometry": column}}
    schema = schema.with_metadata({b"geo": msgspec.json.encode(geo)})
    with pq.ParquetWriter(out, schema, compression="zstd") as writer:
        while rows:
            arrays = [pa.array([_fit(row[place], schema.types[place], pa) for row in rows],
                               schema.types[place]) for place in range(len(names) + 1)]  # fmt: skip
            writer.write_batch(pa.record_batch(arrays, schema=schema))
            rows = share()


#: Rows of one group of a GeoParquet file.
_GROUP = 10_000


def _row(version: Version, names: Sequence[str], shapes: set[str], frame: list[float]) -> list[Any]:
    """The cells of a version, its geometry last; notes what shapes there are, and where."""
    row = properties(version)
    row["body"] = version.body.decode()
    wkb = version.geometry
    if wkb is not None:
        if len(wkb) == 21:
            shapes.add("Point")
        else:
            import shapely

            shape = shapely.from_wkb(wkb)
            shapes.add(shape.geom_type + (" Z" if shape.has_z else ""))
        west, south, east, north = bounds(wkb)
        if frame:
            frame[:] = (min(frame[0], west), min(frame[1], south),
                        max(frame[2], east), max(frame[3], north))  # fmt: skip
        else:
            frame[:] = west, south, east, north
    return [*(row.get(name) for name in names), wkb]


def _arrow_types(kind: str, pa: Any) -> dict[str, Any]:
    """Arrow types of a kind's plain fields."""
    try:
        body = kinds.get(kind).body
    except NotFound:
        return {}
    known = {bool: pa.bool_(), int: pa.int64(), float: pa.float64()}
    found = {}
    for name, one in typing.get_type_hints(body).items():
        choices = {each for each in (typing.get_args(one) or (one,)) if each is not type(None)}
        if len(choices) == 1 and next(iter(choices)) in known:
            encoded = body.__struct_encode_fields__[body.__struct_fields__.index(name)]
            found[encoded] = known[next(iter(choices))]
    return found


def _fit(value: Any, type: Any, pa: Any) -> Any:
    """A value as its column takes it; what does not fit is left out rather than bent."""
    if value is None or type == pa.binary():
        return value
    if type == pa.string():
        return value if isinstance(value, str) else msgspec.json.encode(value).decode()
    if type == pa.bool_():
        return value if isinstance(value, bool) else None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if type == pa.float64() else int(value)


#: What one sheet holds (Excel: 1,048,576 rows), less the lines above the table.
SHEET_ROWS = 1_048_570


def write_xlsx(
    versions: Iterable[Version],
    kind: str,
    language: str,
    out: BinaryIO,
    *,
    at: int,
    as_of: int,
    mode: Mode = Mode.ACTUAL,
) -> None:
    """An Excel workbook into `out`: one row a record, and what it is in the first line.

    Times are in Japan Standard Time, numbers are numbers, and text stays text: nothing is run as
    a formula or made a link. An exercise says so in the sheet's name and the first line. Raises
    NoroshiError for more rows than a sheet holds.
    """
    import xlsxwriter

    ja = language == "ja"
    titles = headings(kind, language)
    declared = kinds.all_kinds().get(kind)
    name = kind if declared is None else declared.ja if ja else declared.en
    loud = {Mode.ACTUAL: "", Mode.EXERCISE: "【訓練 EXERCISE】", Mode.TEST: "【試験 TEST】"}[mode]
    book = xlsxwriter.Workbook(out, {
        "constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False,
        "strings_to_numbers": False, "nan_inf_to_errors": True,
    })  # fmt: skip
    sheet = book.add_worksheet({Mode.EXERCISE: "訓練", Mode.TEST: "試験"}.get(mode, "記録"))
    bold, time = (
        book.add_format({"bold": True}),
        book.add_format({"num_format": "yyyy-mm-dd hh:mm"}),
    )
    red = book.add_format({"bold": True, "font_color": "#FFFFFF", "bg_color": "#B40068"})
    said = f"{loud}{name} ({kind})  at {show(at, JST)}  as of {show(as_of, JST)}"
    sheet.write_string(0, 0, said, red if loud else bold)
    fixed = list(_SHEET)
    heads = [_SHEET[one][0 if ja else 1] for one in fixed]
    heads += [*titles.values(), "経度" if ja else "longitude", "緯度" if ja else "latitude"]
    for column, head in enumerate(heads):
        sheet.write_string(2, column, head, bold)
    sheet.freeze_panes(3, 1)
    row = 2
    for version in versions:
        row += 1
        if row > SHEET_ROWS:
            raise NoroshiError(
                f"more than {SHEET_ROWS} rows do not fit a sheet", remedy="use f=csv, or a bbox"
            )
        fields = version.fields()
        for column, one in enumerate(fixed):
            _cell(sheet, row, column, getattr(version, one), time if "_" in one or one in
                  ("issued", "recorded") else None)  # fmt: skip
        for column, one in enumerate(titles, len(fixed)):
            _cell(sheet, row, column, fields.get(one), None)
        if version.geometry is not None:
            west, south, east, north = bounds(version.geometry)
            _cell(sheet, row, len(heads) - 2, (west + east) / 2, None)
            _cell(sheet, row, len(heads) - 1, (south + north) / 2, None)
    sheet.autofilter(2, 0, max(row, 3), len(heads) - 1)
    book.close()


#: Columns of the envelope in a workbook, in both languages.
_SHEET = {
    "key": ("識別子", "key"), "area": ("地域", "area"),
    "valid_from": ("有効開始 (JST)", "valid from (JST)"),
    "valid_to": ("有効終了 (JST)", "valid to (JST)"), "issued": ("発表 (JST)", "issued (JST)"),
    "recorded": ("記録 (JST)", "recorded (JST)"), "source": ("情報源", "source"),
    "message": ("電文", "message"), "id": ("版番号", "edition"),
}  # fmt: skip


def _cell(sheet: Any, row: int, column: int, value: Any, time: Any) -> None:
    if value is None or value == "":
        return
    if time is not None and isinstance(value, int):
        text = show(value, JST)
        if text is not None and text >= "1900-03-01":
            sheet.write_datetime(row, column, to_datetime(value, JST).replace(tzinfo=None), time)
        return
    if isinstance(value, bool):
        sheet.write_boolean(row, column, value)
    elif isinstance(value, int | float) and abs(value) < 1e15:
        sheet.write_number(row, column, value)
    else:
        text = value if isinstance(value, str) else msgspec.json.encode(value).decode()
        sheet.write_string(row, column, _CONTROL.sub(" ", text)[:32_767])


#: What XML 1.0 has no place for.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


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
