"""One feature of every kind, every field filled, to be sent to a node that lets them be created."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from noroshi import kinds
from noroshi.kinds.resident_report import PERSONAL
from served import Served

#: Within Nanao, so that boxes and areas have something to find.
POINT = {"type": "Point", "coordinates": [136.9675, 37.0428]}
AREA = "city:1720200"


def settings(home: Path) -> None:
    """A home in which features of every kind may be created, and are public."""
    names = ", ".join(f'"{name}"' for name in kinds.all_kinds())
    home.joinpath("settings.toml").write_text(
        f'[sources.test]\nlabel = "public"\n[web]\ncreate = [{names}]\n', encoding="utf-8"
    )


def fields(kind: str, text: str = "七尾市") -> dict[str, Any]:
    """Every field of a kind's body with a value of its type; `text` where any text may stand."""
    body = kinds.get(kind).body
    (root,), parts = msgspec.json.schema_components([body], ref_template="{name}")
    found = _value(root, parts, text)
    assert isinstance(found, dict)
    msgspec.convert(found, body)
    return found


def _value(schema: dict[str, Any], parts: dict[str, Any], text: str) -> Any:
    if "$ref" in schema:
        return _value(parts[schema["$ref"]], parts, text)
    if "anyOf" in schema:
        chosen = next(one for one in schema["anyOf"] if one.get("type") != "null")
        return _value(chosen, parts, text)
    if "enum" in schema:
        return schema["enum"][0]
    if "const" in schema:
        return schema["const"]
    if schema.get("type") == "object" and "properties" in schema:
        return {name: _value(one, parts, text) for name, one in schema["properties"].items()}
    if schema.get("type") == "array":
        return _array(schema, parts, text)
    return _scalar(schema, text)


def _array(schema: dict[str, Any], parts: dict[str, Any], text: str) -> list[Any]:
    listed: Sequence[Any] = schema.get("prefixItems", ())
    if listed:
        return [_value(one, parts, text) for one in listed]
    items = schema.get("items")
    count = max(1, schema.get("minItems", 0))
    return [_value(items, parts, text) for _ in range(count)] if isinstance(items, dict) else []


def _scalar(schema: dict[str, Any], text: str) -> Any:
    kind = schema.get("type")
    if kind == "string" and schema.get("format") == "date-time":
        return "2024-01-01T16:10:00+09:00"
    if kind in ("integer", "number"):
        return schema.get("minimum", 1)
    return {"boolean": True, "object": {}, "string": text, "null": None}.get(kind, text)


def send_every_kind(
    node: Served, token: str, text: str = "七尾市", area: str | None = AREA
) -> list[str]:
    """Create a feature of every kind; the names of the kinds. Of those with an area products are
    made, which have no geometry."""
    # Who reported, and their words, are kept apart from a report, and never created by themselves.
    names = [name for name in kinds.all_kinds() if name not in PERSONAL]
    for name in names:
        # A bulletin has a field of the envelope's name: here the envelope is meant.
        own = {field: value for field, value in fields(name, text).items() if field != "valid_to"}
        feature = {
            "type": "Feature", "id": f"one {text}", "geometry": POINT,
            "properties": own if area is None else {**own, "area": area},
        }  # fmt: skip
        answer = node.http.post(f"/collections/{name}/items", json=feature,
                                headers={"Authorization": f"Bearer {token}"})  # fmt: skip
        assert answer.status_code == 202, (name, answer.text)
        assert answer.json()["state"] == "read", (name, answer.text)
    return names
