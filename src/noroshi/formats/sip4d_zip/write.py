"""Records of any kind to a package: a typed model where they fit one, else the universal one."""

from __future__ import annotations

import base64
import io
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import msgspec

from noroshi.core.errors import InvalidRecord, NotFound
from noroshi.core.label import BUILT_IN, Sharing
from noroshi.core.record import Action, Record, Version
from noroshi.core.time import FOREVER, JST, show
from noroshi.formats.sip4d_zip import META_NAME
from noroshi.formats.sip4d_zip.bodies import IDENTITIES, KEY_COLUMN
from noroshi.formats.sip4d_zip.codes import (
    ROADS,
    SHELTERS,
    UNIVERSAL,
    Attribute,
    merges,
    model,
)
from noroshi.formats.sip4d_zip.columns import STAMP, Scalar
from noroshi.formats.sip4d_zip.definitions import define, encode, property_name, satisfies
from noroshi.formats.sip4d_zip.geometry import to_geojson
from noroshi.formats.sip4d_zip.heading import Heading, heading
from noroshi.formats.sip4d_zip.identity import assign_keys, written
from noroshi.formats.sip4d_zip.legends import legend
from noroshi.formats.sip4d_zip.package import escapes
from noroshi.formats.sip4d_zip.rows import Row, Table, tables
from noroshi.kinds import decode
from noroshi.kinds.report import Layer, Report
from noroshi.kinds.road import Road
from noroshi.kinds.shelter import Shelter

#: The date of every member: the same records give the same bytes.
_DATE = (1980, 1, 1, 0, 0, 0)


class Composed(msgspec.Struct):
    """A package, the code it has, and the keys of records that have no place to be drawn at."""

    data: bytes
    code: str
    left_out: list[str]


def write(versions: Iterable[Version], **options: Any) -> bytes:
    """The package of `versions`; see `compose`."""
    return compose(versions, **options).data


def compose(
    versions: Iterable[Version],
    *,
    title: str | None = None,
    author: str | None = None,
    code: str | None = None,
    place: Callable[[str], bytes | None] | None = None,
    sharings: Mapping[int, Sharing] = BUILT_IN,
    **wishes: Any,
) -> Composed:
    """A package that NIED's checker passes, from records of any kind and origin.

    The definitions, legends and metadata of a `disaster.layer` record among them are kept;
    `title`, `author` and `wishes` (fields of `heading.Heading`: e_mail, license_id, disaster …)
    come before them. `code` is written if the records fit its model: a typed model needs all its
    required values, one layer and one type of geometry. Otherwise, and without `code` where they
    fit none, it is the universal model, with an entry for each layer and type of geometry.
    `place` gives the geometry (WKB) of an area for records that have only that; records without
    any are left out and listed. `sharings`: see `heading`. The same versions give the same bytes.

    Raises NotFound for nothing to write, InvalidRecord where modes are mixed.
    """
    current = [one for one in versions if one.action is not Action.CANCEL]
    layers = [
        decode(one.kind, one.body)
        for one in sorted(current, key=lambda one: (one.series, one.id))
        if one.kind == "disaster.layer"
    ]
    stated = [one for one in current if one.kind != "disaster.layer"]
    if not current:
        raise NotFound("there is nothing to export", remedy="ask for another series or time")
    modes = {one.mode for one in current}
    if len(modes) > 1:
        raise InvalidRecord(
            "actual and exercise records never mix in one package", remedy="export one mode"
        )
    left_out: list[str] = []
    placed: list[Version] = []
    for one in stated:
        geometry = one.geometry
        if geometry is None and place is not None and one.area is not None:
            geometry = place(one.area)
        if geometry is None or not to_geojson(geometry):
            left_out.append(one.key)
        else:
            placed.append(msgspec.structs.replace(one, geometry=geometry))
    found = tables(placed, layers, title)
    if not found:
        raise NotFound(
            "no record has a place to be drawn at", remedy="import places for their areas"
        )
    chosen = _code(code, layers, found)
    head = heading(
        layers, current, found, mode=modes.pop(), code=chosen, sharings=sharings, title=title,
        author=author, **wishes,
    )  # fmt: skip
    return Composed(_archive(head, chosen, found, layers), chosen, sorted(left_out))


# --- which model --------------------------------------------------------------------------------


def _code(wanted: str | None, layers: Sequence[Layer], found: list[Table]) -> str:
    """The code to write: the one wanted, or the layer's, or the kind's, if the records fit it."""
    bodies = [row.body for table in found for row in table.rows]
    candidates = [wanted] if wanted else []
    if not wanted and len(layers) == 1:
        candidates.append(layers[0].code)
    if bodies and all(isinstance(body, Shelter) for body in bodies):
        candidates.append(SHELTERS)
    if bodies and all(isinstance(body, Road) for body in bodies):
        shapes = {_types(row)[0] for table in found for row in table.rows}
        candidates.append(ROADS[0] if "Point" in shapes else ROADS[1])
    codes = {body.code for body in bodies if isinstance(body, Report)}
    if not wanted and not layers and len(codes) == 1:
        candidates += codes
    return next((code for code in candidates if code and _fits(code, found)), UNIVERSAL)


def _types(row: Row) -> list[str]:
    return [each["type"] for each in to_geojson(row.version.geometry or b"")]


def _fits(code: str, found: list[Table]) -> bool:
    if code == UNIVERSAL:
        return True
    if len(code) != (7 if merges(code) else 9) or not code.replace("-", "").isdigit():
        return False
    if len(found) > 1 or len({t for table in found for row in table.rows for t in _types(row)}) > 1:
        return False
    if any(len(_types(row)) > 1 for table in found for row in table.rows):
        return False
    if merges(code):
        return all(isinstance(row.body, Report) for table in found for row in table.rows)
    attributes = model(code)
    for table in found:
        labels = _labels(table)
        columns = {_connid(table, label): label for label in labels}
        for connid, attribute in attributes.items():
            if connid not in columns:
                if attribute.column:
                    return False
                continue
            values = [row.values.get(columns[connid]) for row in table.rows]
            if not satisfies(attribute, values):
                return False
    return True


#: The attributes whose columns the typed models of shelters and roads require.
_REQUIRED = frozenset(
    one.connid for code in (SHELTERS, ROADS[0]) for one in model(code).values() if one.column
)


def _labels(table: Table) -> list[str]:
    """The labels of a table's columns: as the sender ordered them, then others with a value."""
    labels = dict.fromkeys(table.known)
    for row in table.rows:
        whole = isinstance(row.body, Report)
        for label, value in row.values.items():
            if label in labels:
                continue
            if whole or value is not None or row.columns.get(label, ("", ""))[1] in _REQUIRED:
                labels[label] = None
    return list(labels)


def _wanted(table: Table, label: str) -> tuple[str, str]:
    """The property name that a column would like, and its connid or ""."""
    name, connid = next(
        (row.columns[label] for row in table.rows if label in row.columns), ("", "")
    )
    known = table.known.get(label)
    if known is None:
        return name or label, connid
    return known.name, connid or (known.connid if known.connid != known.name else "")


def _connid(table: Table, label: str) -> str:
    """What the column stands for: its connid, or else its name."""
    name, connid = _wanted(table, label)
    return connid or name


# --- the files ----------------------------------------------------------------------------------


class _Member(msgspec.Struct):
    title: str
    collection: dict[str, Any]
    columns: dict[str, Any]
    style: dict[str, Any]


def _archive(head: Heading, code: str, found: list[Table], layers: Sequence[Layer]) -> bytes:
    icons = {
        name: image
        for layer in reversed(layers)
        for name, image in layer.icons.items()
        if not escapes(name) and name != META_NAME
    }
    keyed = _keeps_keys(found)
    members = [member for table in found for member in _members(table, code, icons, keyed=keyed)]
    stamp = "".join(mark for mark in head.updated if mark.isdigit())
    stems = [f"noroshi_{code}_{stamp}_{number}" for number in range(1, len(members) + 1)]
    entries = [
        {"type": "GeoJSON", "title": m.title, "file": f"{s}.geojson", "updated": head.updated}
        for m, s in zip(members, stems, strict=True)
    ]
    files: dict[str, bytes] = {META_NAME: _json(head.metadata(entries))}
    used = set()
    for member, stem in zip(members, stems, strict=True):
        files[f"{stem}.geojson"] = msgspec.json.encode(member.collection)
        files[f"{stem}_columns.json"] = _json(member.columns)
        files[f"{stem}_style.json"] = _json(member.style)
        used |= {one.get("icon") for one in member.style["classes"]}
    for name in sorted(used & icons.keys()):
        files[name] = base64.b64decode(icons[name])
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for name, content in files.items():
            info = zipfile.ZipInfo(name, _DATE)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.create_system, info.external_attr = 3, 0o644 << 16
            archive.writestr(info, content)
    return buffer.getvalue()


def _json(value: Any) -> bytes:
    return msgspec.json.format(msgspec.json.encode(value), indent=2)


def _keeps_keys(found: list[Table]) -> bool:
    """True if whoever reads the rows finds their keys again without being told them."""
    for table in found:
        label = _identity(table)
        triples = [
            (
                written(row.values.get(label)),
                row.body,
                Record(row.version.kind, "", row.version.body, row.version.geometry),
            )
            for row in table.rows
        ]
        prefix = f"{table.title}/" if len(found) > 1 else ""
        for key, row in zip(assign_keys(triples), table.rows, strict=True):
            if row.key != prefix + key:
                return False
    return True


def _identity(table: Table) -> str:
    """The label of the column that will be read as the features' identifier, or ""."""
    names = {label: [part.lower() for part in _wanted(table, label)] for label in _labels(table)}
    return next((label for one in IDENTITIES for label in names if one in names[label]), "")


def _members(table: Table, code: str, icons: dict[str, str], *, keyed: bool) -> list[_Member]:
    """The entries of one table: one for each type of geometry in it."""
    merging = merges(code)
    attributes = model(code)
    columns: list[dict[str, Any]] = []
    by_label: dict[str, dict[str, Any]] = {}
    taken = {KEY_COLUMN, *(_BOOKKEEPING if merging else ())}
    renamed: dict[str, str] = {}
    for label in _labels(table):
        raw = table.raws.get(label)
        if merging and raw is not None and _is_bookkeeping(raw["name"], table):
            continue
        wanted, connid = _wanted(table, label)
        name = property_name(wanted, taken, len(columns))
        taken |= {name, name + STAMP} if merging else {name}
        if raw is not None:
            renamed[raw["name"]] = name
        values = [row.values.get(label) for row in table.rows]
        attribute = _attribute(attributes, connid, name)
        column = define(name, label, values, raw, attribute, connid or _own(raw))
        by_label[label] = column
        columns.append(column)
        if merging:
            columns.append(_stamp_column(name, label))
    if merging:
        columns[:0] = _bookkeeping(table)
    elif not keyed:
        columns.append({"name": KEY_COLUMN, "jname": "識別キー", "show": False, "type": "String"})
    features: dict[str, list[dict[str, Any]]] = {}
    for row in table.rows:
        properties = {
            column["name"]: encode(column, row.values.get(label))
            for label, column in by_label.items()
            if label in row.values or not isinstance(row.body, Report)
        }
        if merging:
            properties |= _stamps(row, by_label)
        elif not keyed:
            properties[KEY_COLUMN] = row.key
        for geometry in to_geojson(row.version.geometry or b""):
            feature = {"type": "Feature", "geometry": geometry, "properties": properties}
            features.setdefault(geometry["type"], []).append(feature)
    if not columns:
        columns = [{"name": KEY_COLUMN, "jname": "識別キー", "show": False, "type": "String"}]
    definition = {
        "version": "1",
        "code": code,
        "num_column": len(columns),
        "columns": columns,
    }
    style = table.definition.style if table.definition else None
    drawn = table.definition.geometry if table.definition else ""
    if not features:
        features = {drawn if drawn in _DRAWABLE else "Point": []}
    return [
        _Member(
            table.title,
            {"type": "FeatureCollection", "features": some},
            definition,
            legend(table.title, kind, style, renamed, icons),
        )
        for kind, some in sorted(features.items())
    ]


#: Properties of a merging layer's features beside their attributes.
_BOOKKEEPING = ("uuid", "geometry_update", "time_to", "time_to_update")
_DRAWABLE = ("Point", "LineString", "Polygon", "MultiPoint", "MultiLineString", "MultiPolygon")


def _own(raw: dict[str, Any] | None) -> str:
    connid = (raw or {}).get("connid")
    return connid if isinstance(connid, str) else ""


def _attribute(attributes: dict[str, Attribute], connid: str, name: str) -> Attribute | None:
    return attributes.get(connid) or attributes.get(name)


def _is_bookkeeping(name: str, table: Table) -> bool:
    names = {column.name for column in table.known.values()}
    stem = name.removesuffix(STAMP)
    return name in ("uuid", "time_to") or (
        stem != name and (stem in names or stem in ("geometry", "time_to"))
    )


def _stamp_column(name: str, label: str) -> dict[str, Any]:
    return {
        "name": name + STAMP,
        "jname": label + "更新日時",
        "show": False,
        "description": "ISO8601(UTC)",
        "type": "Datetime",
    }


def _bookkeeping(table: Table) -> list[dict[str, Any]]:
    columns = [
        {"name": "uuid", "jname": "UUID", "show": False, "type": "String"},
        _stamp_column("geometry", "ジオメトリ"),
    ]
    if any(
        row.version.valid_to < FOREVER or "time_to" in getattr(row.body, "update", {})
        for row in table.rows
    ):
        columns += [
            {"name": "time_to", "jname": "削除時刻", "show": False, "type": "Datetime"},
            _stamp_column("time_to", "削除時刻"),
        ]
    return columns


def _stamps(row: Row, by_label: dict[str, dict[str, Any]]) -> dict[str, Scalar]:
    update = row.body.update if isinstance(row.body, Report) else {}
    found: dict[str, Scalar] = {"uuid": row.key}
    for label, column in by_label.items():
        if label in row.values:
            found[column["name"] + STAMP] = update.get(label)
    found["geometry" + STAMP] = update.get("geometry")
    if "time_to" in update or row.version.valid_to < FOREVER:
        end = show(row.version.valid_to, JST)
        found["time_to"] = end.removesuffix("+09:00") if end else None
        found["time_to" + STAMP] = update.get("time_to")
    return found
