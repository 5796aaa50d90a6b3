"""What the features of a kind have, as JSON Schema (OGC API – Features Part 5, 23-058)."""

from __future__ import annotations

from functools import cache
from typing import Any

import msgspec

from noroshi import kinds
from noroshi.core.errors import NotFound

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_TIME = {"type": "string", "format": "date-time"}

#: Properties of the envelope: Japanese and English, and their schema.
ENVELOPE: dict[str, tuple[str, str, dict[str, Any]]] = {
    "kind": ("種別", "kind of record", {"type": "string"}),
    "key": ("識別子", "identity within its series", {"type": "string", "x-ogc-role": "id"}),
    "series": ("系列", "what a newer edition replaces as a whole", {"type": "string"}),
    "mode": ("実・訓練・試験", "actual, exercise or test",
             {"type": "string", "enum": ["actual", "exercise", "test"]}),
    "area": ("地域", "official area as scheme:code", {"type": "string"}),
    "valid_from": ("有効開始", "true from", {**_TIME, "x-ogc-role": "primary-interval-start"}),
    "valid_to": ("有効終了", "true until", {**_TIME, "x-ogc-role": "primary-interval-end"}),
    "issued": ("発表", "issued by its source", _TIME),
    "recorded": ("記録", "known to this node since", _TIME),
    "source": ("情報源", "who sent it", {"type": "string"}),
    "message": ("電文", "SHA-256 of the message it came from", {"type": "string"}),
    "confidence": ("確信度", "probability 0–1", {"type": "number"}),
    "record_id": ("版番号", "number of this edition in this node", {"type": "integer"}),
    "record_kind": ("種別", "kind of record", {"type": "string"}),
}  # fmt: skip
#: In features, but nothing to filter by.
_MORE: dict[str, tuple[str, str, dict[str, Any]]] = {
    "label": ("共有範囲", "sharing label", {"type": "string"}),
    "basis": ("根拠", "records it was computed from",
              {"type": "array", "items": {"type": "integer"}}),
}  # fmt: skip
_GEOMETRY = {"title": "位置", "description": "where it is", "format": "geometry-any",
             "x-ogc-role": "primary-geometry"}  # fmt: skip


@cache
def fields(kind: str) -> dict[str, dict[str, Any]]:
    """JSON Schema of each field of a kind's body, with its titles; empty for an unknown kind."""
    try:
        body = kinds.get(kind).body
    except NotFound:
        return {}
    (_,), components = msgspec.json.schema_components([body], ref_template="#/$defs/{name}")
    found: dict[str, Any] = components[body.__name__]["properties"]
    return {name: _resolved(one, components, 0) for name, one in found.items()}


def _resolved(schema: Any, components: dict[str, Any], depth: int) -> Any:
    """`schema` with its references put in their place, as deep as people read."""
    if isinstance(schema, list):
        return [_resolved(one, components, depth) for one in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        if depth > 6:
            return {"type": "object"}
        rest = {key: value for key, value in schema.items() if key != "$ref"}
        return {**_resolved(components[name], components, depth + 1), **rest}
    return {key: _resolved(value, components, depth) for key, value in schema.items()}


def _entry(ja: str, en: str, schema: dict[str, Any], language: str) -> dict[str, Any]:
    title, other = (ja, en) if language == "ja" else (en, ja)
    return {"title": title, "description": other, **schema}


def properties(kind: str, language: str = "ja") -> dict[str, dict[str, Any]]:
    """Schema of every property of a feature of `kind`: the envelope's and its own."""
    own = fields(kind)
    found = {}
    for name, (ja, en, schema) in {**ENVELOPE, **_MORE}.items():
        key = f"record_{name}" if name in own and name != "record_kind" else name
        found[key] = _entry(ja, en, schema, language)
    for name, schema in own.items():
        found[name] = dict(schema)
        if language == "en":
            found[name]["title"] = schema.get("description", name)
            found[name]["description"] = schema.get("title", "")
    return found


def schema(kind: str, where: str, language: str) -> dict[str, Any]:
    """The schema of a kind's features; `where` is its own address."""
    return _document(kind, where, language, properties(kind, language))


def queryables(kind: str) -> dict[str, dict[str, Any]]:
    """What a filter may ask for, by name."""
    own = fields(kind)
    hidden = {name for one in _MORE for name in (one, f"record_{one}")}
    return {
        name: one for name, one in properties(kind).items() if name in own or name not in hidden
    }


def queryables_schema(kind: str, where: str, language: str) -> dict[str, Any]:
    """The queryables as a schema (Part 3)."""
    known = queryables(kind)
    described = properties(kind, language)
    wanted = {name: described[name] for name in known}
    found = _document(kind, where, language, {name: typed(one) for name, one in wanted.items()})
    found["additionalProperties"] = False
    return found


def sortables(kind: str, where: str, language: str) -> dict[str, Any]:
    """What answers may be sorted by: the queryables that are one value."""
    found = queryables_schema(kind, where, language)
    found["properties"] = {
        name: one for name, one in found["properties"].items()
        if one.get("type") in ("string", "number", "integer", "boolean")
    }  # fmt: skip
    return found


def typed(one: dict[str, Any]) -> dict[str, Any]:
    """With a type of its own: clients look for it beside the alternatives of what may be null."""
    if "type" in one or "format" in one:
        return one
    for choice in one.get("anyOf", ()):
        if choice.get("type") not in (None, "null"):
            rest = {key: value for key, value in one.items() if key not in ("anyOf", "default")}
            return {**choice, **rest}
    return {**one, "type": "string"}


def _document(
    kind: str, where: str, language: str, found: dict[str, dict[str, Any]]
) -> dict[str, Any]:
    declared = kinds.get(kind)
    title = declared.ja if language == "ja" else declared.en
    shaped = {**_GEOMETRY} if language == "ja" else {
        **_GEOMETRY, "title": "Geometry", "description": "位置"}  # fmt: skip
    return {
        "$schema": DIALECT, "$id": where, "type": "object", "title": title,
        "description": (declared.body.__doc__ or "").strip(),
        "properties": {**found, "geometry": shaped},
    }  # fmt: skip
