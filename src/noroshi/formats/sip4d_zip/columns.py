"""`X_columns.json`: what a layer's attributes are called, mean, and may say.

A column has the `name` of the GeoJSON property, a Japanese name (`jname`), the attribute of the
typed model that it stands for (`connid`), and a type. A List gives for each `key_list` value the
`value_list` text it shows and the `conn_attr_list` word of the typed model.
"""

from __future__ import annotations

import math
import re
import unicodedata
from datetime import UTC
from typing import Any

import msgspec

from noroshi.core.time import JST, show
from noroshi.formats.sip4d_zip.metadata import read_time

Scalar = str | int | float | bool | None

STAMP = "_update"
#: Names that stand in `_update` for the position and the deletion time of a feature.
RESERVED = frozenset({"geometry", "time_to"})
TYPES = ("String", "Integer", "Double", "List", "Datetime")
BOOLEAN = {"false": False, "true": True}
_INTEGER = re.compile(r"[+-]?\d{1,18}")
_DECIMAL = re.compile(r"[+-]?\d{1,18}(\.\d+)?")
_ZONED = re.compile(r"(Z|[+-]\d\d:?\d\d)$")


class Column(msgspec.Struct, frozen=True):
    """One attribute of a layer. `label` is its Japanese name, unique in the layer.

    `connid` falls back to `name`, as in the typed models. `texts` and `words` are the choices of
    a List by key.
    """

    name: str
    label: str
    connid: str
    type: str = ""
    texts: dict[str, str] = {}
    words: dict[str, str] = {}


def read_columns(value: Any, names: list[str]) -> list[Column]:
    """The columns in a definition file's JSON, and one for each of `names` it does not define."""
    listed = value.get("columns") if isinstance(value, dict) else None
    raws = [raw for raw in (listed if isinstance(listed, list) else []) if _usable(raw)]
    defined = {raw["name"] for raw in raws}
    raws += [{"name": name} for name in names if name not in defined]
    taken: dict[str, int] = {}
    for raw in raws:
        label = _label(raw)
        taken[label] = taken.get(label, 0) + 1
    return [_column(raw, taken) for raw in raws]


def _usable(raw: Any) -> bool:
    return isinstance(raw, dict) and isinstance(raw.get("name"), str) and bool(raw["name"])


def _label(raw: dict[str, Any]) -> str:
    jname = raw.get("jname")
    return jname.strip() if isinstance(jname, str) and jname.strip() else str(raw["name"])


def _column(raw: dict[str, Any], taken: dict[str, int]) -> Column:
    name, label, connid = raw["name"], _label(raw), raw.get("connid")
    if taken[label] > 1 or label in RESERVED:
        label = f"{label} ({name})"
    kind = declared_type(raw)
    keys = _strings(raw.get("key_list")) if kind == "List" else []
    return Column(
        name=name,
        label=label,
        connid=connid if isinstance(connid, str) and connid else name,
        type=kind,
        texts=dict(zip(keys, _strings(raw.get("value_list")), strict=False)),
        words=dict(zip(keys, _strings(raw.get("conn_attr_list")), strict=False)),
    )


def declared_type(raw: dict[str, Any]) -> str:
    """A definition's type; List for one without type that has keys; "" for none."""
    if raw.get("type") in TYPES:
        return str(raw["type"])
    return "List" if not raw.get("type") and _strings(raw.get("key_list")) else ""


def _strings(value: Any) -> list[str]:
    return [str(each) for each in value] if isinstance(value, list) else []


def decode(column: Column, value: Any) -> Scalar:
    """What a property says, as a JSON scalar of the column's type where it can be one.

    The text of a List's key; RFC 3339 for a Datetime (Japan time where it has no zone); a nested
    value as its JSON text.
    """
    if value is None:
        return None
    if isinstance(value, dict | list):
        return msgspec.json.encode(value).decode()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if column.type == "List":
        text = as_text(value)
        return BOOLEAN[text] if _is_boolean(column, text) else column.texts.get(text, text)
    if column.type == "String":
        return as_text(value)
    if column.type == "Datetime":
        return as_time(value) or as_text(value)
    if column.type == "Integer":
        whole = as_integer(value)
        return value if whole is None else whole
    if column.type == "Double":
        return _as_double(value)
    return value  # type: ignore[no-any-return]


def _is_boolean(column: Column, text: str) -> bool:
    return text in BOOLEAN and column.texts.keys() == BOOLEAN.keys()


def as_text(value: Any) -> str:
    """A scalar as text; a boolean as the JSON word."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else str(value)


def as_integer(value: Any) -> int | None:
    """The whole number that `value` is or writes, also in full-width digits; else None."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, float):
        return int(value) if value.is_integer() else None
    if isinstance(value, str):
        text = unicodedata.normalize("NFKC", value).strip()
        return int(text) if _INTEGER.fullmatch(text) else None
    return None


def _as_double(value: Any) -> Scalar:
    if isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if isinstance(value, str):
        text = unicodedata.normalize("NFKC", value).strip()
        return float(text) if _DECIMAL.fullmatch(text) else value
    return value  # type: ignore[no-any-return]


def as_time(value: Any) -> str | None:
    """RFC 3339 of a time as written; without zone it is Japan's. None for what is no time."""
    if not isinstance(value, str) or not value.strip():
        return None
    text = value.strip()
    try:
        time = read_time(text)
    except ValueError:
        return None
    zone = _ZONED.search(text) if ":" in text else None
    return show(time, UTC if zone and zone[0] in ("Z", "+00:00", "+0000") else JST)


def as_stamp(value: Any) -> str | None:
    """RFC 3339 in UTC of an `_update` stamp, which is in UTC where it has no zone."""
    if not isinstance(value, str) or not value.strip():
        return None
    text = value.strip()
    try:
        time = read_time(text if ":" in text and _ZONED.search(text) else text + "Z")
    except ValueError:
        return None
    return show(time)


def stamp_of(columns: list[Column]) -> dict[str, str]:
    """Which column has the time of which other's last change, by name: {attr0: attr0_update}.

    `geometry` and `time_to` are there as well where they have a stamp.
    """
    names = {column.name for column in columns}
    return {
        name.removesuffix(STAMP): name
        for name in sorted(names)
        if name.endswith(STAMP)
        and (name.removesuffix(STAMP) in names or name.removesuffix(STAMP) in RESERVED)
    }
