"""From records of any kind to rows of a table: what each says under which Japanese name."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any, get_type_hints

import msgspec

from noroshi.core.record import Version
from noroshi.core.time import FOREVER, JST, show
from noroshi.formats.sip4d_zip.bodies import (
    KEY_COLUMN,
    ROAD_FIELDS,
    ROAD_WORDS,
    SHELTER_FIELDS,
    SHELTER_WORDS,
    VAGUE,
    Field,
)
from noroshi.formats.sip4d_zip.codes import ROADS, SHELTERS, Attribute, model
from noroshi.formats.sip4d_zip.columns import Column, Scalar, read_columns
from noroshi.kinds import decode, get
from noroshi.kinds.report import Layer, LayerEntry, Report
from noroshi.kinds.road import Road
from noroshi.kinds.shelter import Shelter

_SHELTER_WORD = {ours: theirs for theirs, ours in SHELTER_WORDS.items()}
_ROAD_WORD = {ours: theirs for theirs, ours in ROAD_WORDS.items()}


class Row(msgspec.Struct):
    """One record as a row. `columns` suggest, by label, the property name and connid."""

    key: str
    body: msgspec.Struct
    version: Version
    values: dict[str, Scalar]
    columns: dict[str, tuple[str, str]]


class Table(msgspec.Struct):
    """The rows of one layer, and the definitions its sender gave, by label."""

    title: str
    rows: list[Row]
    definition: LayerEntry | None
    known: dict[str, Column]
    raws: dict[str, dict[str, Any]]


def tables(versions: Iterable[Version], layers: list[Layer], title: str | None) -> list[Table]:
    """The records of `versions` as tables, one per layer, in order of their layers' titles.

    Rows are in order of key, so that the order of arrival does not show. `layers` give the
    senders' definitions.
    """
    entries = {entry.title: entry for layer in layers for entry in layer.entries}
    order = {name: at for at, name in enumerate(entries)}
    grouped: dict[str, list[tuple[Version, Any]]] = {}
    for one in versions:
        body = decode(one.kind, one.body)
        grouped.setdefault(_layer_title(one, body, title), []).append((one, body))
    if len(layers) == 1:
        # A layer that has no records now is still one of the package's layers.
        grouped |= {name: [] for name in entries if name not in grouped}
    found = []
    for name in sorted(grouped, key=lambda name: (order.get(name, len(order)), name)):
        entry = entries.get(name)
        raws = [raw for raw in (entry.columns if entry else []) if isinstance(raw.get("name"), str)]
        raws = [raw for raw in raws if raw["name"] not in ("", KEY_COLUMN)]
        columns = read_columns({"columns": raws}, [])
        known = {column.label: column for column in columns}
        by_label = {column.label: raw for column, raw in zip(columns, raws, strict=True)}
        by_connid = {column.connid: column for column in reversed(columns)}
        members = sorted(grouped[name], key=lambda pair: (pair[0].key, pair[0].kind, pair[0].id))
        rows = [_row(version, body, by_connid, known) for version, body in members]
        found.append(Table(name, rows, entry, known, by_label))
    return found


def _layer_title(version: Version, body: Any, title: str | None) -> str:
    layer: str = getattr(body, "layer", "") or ""
    if not layer and isinstance(body, Report):
        layer = body.title
    return layer or title or get(version.kind).ja


def _row(
    version: Version, body: Any, by_connid: dict[str, Column], known: dict[str, Column]
) -> Row:
    if isinstance(body, Shelter):
        return _typed(version, body, SHELTER_FIELDS, model(SHELTERS), by_connid, known)
    if isinstance(body, Road):
        return _typed(version, body, ROAD_FIELDS, model(ROADS[0]), by_connid, known)
    if isinstance(body, Report):
        return Row(version.key, body, version, dict(body.attributes), {})
    return _foreign(version, body)


def _typed(
    version: Version,
    body: Any,
    fields: tuple[Field, ...],
    attributes: dict[str, Attribute],
    by_connid: dict[str, Column],
    known: dict[str, Column],
) -> Row:
    values: dict[str, Scalar] = {}
    columns: dict[str, tuple[str, str]] = {}
    for field in fields:
        names = (field.label, *field.labels)
        column = by_connid.get(field.connid) or next((known[n] for n in names if n in known), None)
        value = getattr(body, field.field)
        if field.field == "capacity" and value is None:
            value = body.capacity_text or None
        if field.form == "word" and value:
            value = _text(_SHELTER_WORD.get(value, value), attributes.get(field.connid), column)
        elif field.connid == "passstts" and not value and body.status != "unknown":
            value = _text(_ROAD_WORD.get(body.status, "other"), attributes["passstts"], column)
        label = column.label if column is not None else field.label
        columns[label] = (field.connid, field.connid)
        values[label] = None if value == "" else value
    vague = {_text(word, attributes.get(f.connid), None) for f in fields if f.form == "word"
             for word in VAGUE}  # fmt: skip
    for label, value in body.extra.items():
        # What a field could not hold lies in `extra` under the field's own name.
        free = values.get(label) is None or values[label] in vague
        values[label if free else f"{label} (2)"] = value
    if isinstance(body, Shelter) and body.hazards:
        values["対象災害"] = "、".join(body.hazards)
    return Row(version.key, body, version, values, columns)


def _text(word: str, attribute: Attribute | None, column: Column | None) -> str:
    """The text that the sender's column, or else the typed model, has for a word."""
    if column is not None:
        for key, said in column.words.items():
            if said == word and key in column.texts:
                return column.texts[key]
    return (attribute.text(word) if attribute else None) or word


@cache
def _titles(kind: str) -> dict[str, tuple[str, str]]:
    """Wire name of each field of a kind → its Japanese name and its Python name."""
    body = get(kind).body
    hints = get_type_hints(body, include_extras=True)
    found = {}
    for field in msgspec.structs.fields(body):
        notes = getattr(hints[field.name], "__metadata__", ())
        title = next((note.title for note in notes if getattr(note, "title", None)), None)
        found[field.encode_name] = (title or field.name, field.name)
    return found


def _foreign(version: Version, body: msgspec.Struct) -> Row:
    """A record of a kind that SIP4D-ZIP does not know: its fields under their Japanese names."""
    values: dict[str, Scalar] = {}
    columns: dict[str, tuple[str, str]] = {}
    titles = _titles(version.kind)
    for name, value in version.fields().items():
        title, plain = titles.get(name, (name, name))
        label = title if title not in values else f"{title} ({plain})"
        nested = isinstance(value, dict | list)
        values[label] = msgspec.json.encode(value).decode() if nested else value
        columns[label] = (plain, "")
    for name, label, time in (
        ("issued_at", "発表日時", version.issued),
        ("valid_from", "有効開始日時", version.valid_from),
        ("valid_to", "有効終了日時", version.valid_to if version.valid_to < FOREVER else None),
    ):
        if label not in values:
            values[label] = show(time, JST)
            columns[label] = (name, "")
    if version.area is not None:
        values["地域コード"] = version.area
        columns["地域コード"] = ("area_code", "")
    return Row(version.key, body, version, values, columns)
