"""A shelter as the store holds it, and whether a filter keeps it."""

from __future__ import annotations

import struct
from typing import Any

import msgspec

from noroshi.channels.filters import compile_filter
from noroshi.core.record import Action, Mode, Version
from noroshi.core.time import FOREVER, parse

KIND = "disaster.shelter"
ISSUED = parse("2024-01-01T16:10:00+09:00")


def version(**more: Any) -> Version:
    """A shelter in Nanao; `fields` are those of its body."""
    fields = {"name": "七尾小学校", "hazards": ["津波", "地震"], "headcount": 120}
    given: dict[str, Any] = {
        "id": 7, "kind": KIND, "key": "17202-01", "series": "test/shelters", "mode": Mode.ACTUAL,
        "action": Action.ISSUE, "issued": ISSUED, "serial": 0, "recorded": ISSUED + 5_000_000,
        "valid_from": ISSUED, "valid_to": FOREVER, "ended_at": FOREVER,
        "ended_recorded": FOREVER, "label": 1, "source": "nanao", "message": None,
        "area": "city:1720200", "geometry": point(136.9675, 37.0428), "confidence": None,
        "basis": (), **more,
    }  # fmt: skip
    body = {**fields, **given.pop("fields", {})}
    body = {name: value for name, value in body.items() if value is not None}
    return Version(body=msgspec.json.encode(body), **given)


def point(x: float, y: float) -> bytes:
    return struct.pack("<BIdd", 1, 1, x, y)


def holds(text: Any, one: Version | None = None, crs: str | None = None) -> bool:
    """Whether a filter, as text or as JSON, keeps a version."""
    lang = "cql2-text" if isinstance(text, str) else "cql2-json"
    whole = text if isinstance(text, str) else msgspec.json.encode(text).decode()
    return compile_filter(whole, lang, crs, KIND).keep(one or version())


def op(name: str, *args: Any) -> Any:
    """An operation in CQL2 JSON."""
    return {"op": name, "args": list(args)}
