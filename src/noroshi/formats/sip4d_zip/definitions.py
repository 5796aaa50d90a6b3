"""What a column may be called, be, and say, so that every row's value fits its definition."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import Any

from noroshi.formats.sip4d_zip.codes import Attribute
from noroshi.formats.sip4d_zip.columns import BOOLEAN, Scalar, as_text, declared_type

_NAME = re.compile(r"[a-z0-9_]+")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+09:00)")
_CITY_CODE = re.compile(r"[0-9]{5}")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
#: Words that say nothing particular: what a text outside the typed model may be given.
_NEUTRAL = ("unknown", "other", "unspecified")
JST_SUFFIX = "+09:00"


def property_name(wanted: str, taken: Collection[str], at: int) -> str:
    """A property name of small letters, digits and `_` (all that NIED's checker takes), like
    `wanted` where that can be, and none of `taken`."""
    name = wanted.lower()
    if not _NAME.fullmatch(name):
        name = re.sub(r"[^a-z0-9_]+", "_", name).strip("_") or f"attr{at}"
    candidate, number = name, 2
    while candidate in taken:
        candidate, number = f"{name}_{number}", number + 1
    return candidate


def define(
    name: str,
    label: str,
    values: Sequence[Scalar],
    raw: dict[str, Any] | None,
    attribute: Attribute | None,
    connid: str = "",
) -> dict[str, Any]:
    """A column definition that all of `values` fit.

    The sender's own definition `raw` is kept as far as they fit it; a List takes up texts that
    it lacks. Without `raw` the type is what the values have in common. `attribute` is that of
    the typed model, whose choices bind; `connid` says which it stands for, if any.
    """
    raw = raw or {}
    column: dict[str, Any] = {"name": name, "jname": label}
    if connid:
        column["connid"] = connid
    column["show"] = raw["show"] if isinstance(raw.get("show"), bool) else True
    for member in ("description", "option"):
        if isinstance(raw.get(member), str):
            column[member] = raw[member]
    present = [value for value in values if value is not None]
    declared = declared_type(raw)
    if attribute is not None and attribute.choices:
        return column | _list(present, raw, attribute)
    if present and all(isinstance(value, bool) for value in present):
        return column | _list([], {"key_list": [*BOOLEAN], "value_list": [*BOOLEAN]}, None)
    if declared == "List" and all(isinstance(value, str) for value in present):
        return column | _list(present, raw, None)
    if attribute is not None and attribute.type == "Datetime" and _fits("Datetime", present):
        column["type"] = "Datetime"
    elif declared in ("String", "Integer", "Double", "Datetime") and _fits(declared, present):
        column["type"] = declared
    elif raw and not declared:
        pass
    elif (common := _common(present)) is not None:
        column["type"] = common
    return column


def _fits(kind: str, values: Sequence[Scalar]) -> bool:
    if kind == "String":
        return all(isinstance(value, str) for value in values)
    if kind == "Integer":
        return all(type(value) is int for value in values)
    if kind == "Double":
        return all(type(value) is float for value in values)
    return all(
        isinstance(value, str) and (value == "" or _TIME.fullmatch(value)) for value in values
    )


def _common(values: Sequence[Scalar]) -> str | None:
    """The type that all values have, or None for a mixture, which a definition leaves open."""
    if any(values) and _fits("Datetime", values):
        return "Datetime"
    return next((kind for kind in ("String", "Integer", "Double") if _fits(kind, values)), None)


def _list(
    values: Sequence[Scalar], raw: dict[str, Any], attribute: Attribute | None
) -> dict[str, Any]:
    keys, texts, words = (_texts(raw.get(m)) for m in ("key_list", "value_list", "conn_attr_list"))
    if not keys:
        choices = attribute.choices if attribute is not None else ()
        keys = texts = [text for text, _ in choices]
        words = [said[0] for _, said in choices]
    # As in reading: a key without text stands for itself, and the last text of a key counts.
    said = dict(zip(keys, texts, strict=False))
    spoken = dict(zip(keys, words, strict=False)) if words else {}
    keys = list(dict.fromkeys(keys))
    texts = [said.get(key, key) for key in keys]
    words = [spoken.get(key, "") for key in keys] if words else []
    for value in values:
        text = as_text(value)
        if text and text not in texts:
            # A text that is also some other choice's key must not be read as that choice.
            key = text
            while key in keys:
                key += "_"
            keys.append(key)
            texts.append(text)
            if words:
                words.append(text)
    found = {"type": "List", "num_key": len(keys), "key_list": keys, "value_list": texts}
    if attribute is not None:
        allowed = {word for _, said in attribute.choices for word in said}
        given = words or [""] * len(keys)
        neutral = next((word for word in _NEUTRAL if word in allowed), "")
        found["conn_attr_list"] = [
            word if word in allowed else attribute.word(text) or neutral
            for word, text in zip(given, texts, strict=True)
        ]
    elif any(words):
        found["conn_attr_list"] = words
    return found


def _texts(value: Any) -> list[str]:
    return [as_text(each) for each in value] if isinstance(value, list) else []


def encode(column: dict[str, Any], value: Scalar) -> Scalar:
    """A value as the property that the column's definition asks for."""
    if value is None:
        return None
    kind = column.get("type")
    if kind == "List":
        text = as_text(value)
        keys: list[str] = column["key_list"]
        texts: list[str] = column["value_list"]
        return keys[texts.index(text)] if text in texts else text
    if kind == "Datetime":
        return as_text(value).removesuffix(JST_SUFFIX)
    return as_text(value) if kind == "String" or isinstance(value, bool) else value


def satisfies(attribute: Attribute, values: Sequence[Scalar]) -> bool:
    """True if a column of these values can stand for an attribute of a typed model."""
    present = [value for value in values if value not in (None, "")]
    if attribute.value and len(present) < len(values):
        return False
    if attribute.form:
        form = _CITY_CODE if attribute.form == "citycode" else _DATE
        return all(isinstance(value, str) and form.fullmatch(value) for value in present)
    if attribute.choices:
        neutral = any(word in _NEUTRAL for _, said in attribute.choices for word in said)
        return all(
            isinstance(value, str) and (neutral or attribute.word(value)) for value in present
        )
    return True
