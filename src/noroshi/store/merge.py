"""Per-attribute merging, last write wins (SIP4D-ZIP `dddd-dd` layers, `_update` stamps)."""

from __future__ import annotations

from datetime import UTC
from typing import Any

import msgspec

from noroshi.core.record import Record
from noroshi.core.time import FOREVER, NEVER, parse


def merge(
    record: Record,
    body: bytes,
    geometry: bytes | None,
    valid_to: int,
    area: str | None,
) -> Record:
    """`record` with every attribute that the other statement (`body` …) stamped later.

    Bodies are JSON objects with `attributes` and `_update` (attribute name to RFC 3339 stamp; the
    geometry's and the deletion time's stamps are under `geometry` and `time_to`). The result does
    not depend on which of the two came first; equal stamps go to the larger value.
    """
    new: dict[str, Any] = msgspec.json.decode(record.body)
    old: dict[str, Any] = msgspec.json.decode(body)
    stamps_new, stamps_old = new.get("_update", {}), old.get("_update", {})
    merged = _pick(new, old, _newest(stamps_new) >= _newest(stamps_old))
    attributes_new, attributes_old = new.get("attributes", {}), old.get("attributes", {})
    attributes: dict[str, Any] = {}
    for name in sorted(attributes_new.keys() | attributes_old.keys()):
        if name not in attributes_old:
            attributes[name] = attributes_new[name]
        elif name not in attributes_new:
            attributes[name] = attributes_old[name]
        else:
            mine, theirs = attributes_new[name], attributes_old[name]
            stamp_mine, stamp_theirs = _stamp(stamps_new, name), _stamp(stamps_old, name)
            if stamp_mine == stamp_theirs:
                attributes[name] = max(mine, theirs, key=msgspec.json.encode)
            else:
                attributes[name] = mine if stamp_mine > stamp_theirs else theirs
    merged["attributes"] = attributes
    merged["_update"] = {
        name: max(
            (stamps[name] for stamps in (stamps_new, stamps_old) if name in stamps),
            key=lambda text: (_parse(text), text),
        )
        for name in sorted(stamps_new.keys() | stamps_old.keys())
    }
    return msgspec.structs.replace(
        record,
        body=msgspec.json.encode(merged),
        geometry=_later("geometry", stamps_new, stamps_old, record.geometry, geometry),
        area=_later("geometry", stamps_new, stamps_old, record.area, area),
        valid_to=_later(
            "time_to",
            stamps_new,
            stamps_old,
            record.valid_to,
            None if valid_to >= FOREVER else valid_to,
        ),
    )


def _pick(new: dict[str, Any], old: dict[str, Any], newer: bool) -> dict[str, Any]:
    return {**old, **new} if newer else {**new, **old}


def _later(name: str, new: dict[str, str], old: dict[str, str], mine: Any, theirs: Any) -> Any:
    stamp_mine, stamp_theirs = _stamp(new, name), _stamp(old, name)
    if stamp_mine == stamp_theirs:
        return max(
            (mine, theirs),
            key=lambda value: (
                value is not None,
                value or 0,
            ),
        )
    return mine if stamp_mine > stamp_theirs else theirs


def _newest(stamps: dict[str, str]) -> int:
    return max((_parse(text) for text in stamps.values()), default=NEVER)


def _stamp(stamps: dict[str, str], name: str) -> int:
    return _parse(stamps[name]) if name in stamps else NEVER


def _parse(text: str) -> int:
    try:
        return parse(text, UTC)
    except (ValueError, OverflowError):
        return NEVER
