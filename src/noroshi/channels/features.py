"""Versions as features: one flat set of properties, the same in every channel."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from noroshi.core.label import NAMES
from noroshi.core.record import Action, Version
from noroshi.core.time import show

_LABELS = {number: name for name, number in NAMES.items()}

#: What every feature says of its record, beside the record's own fields.
ENVELOPE = (
    "kind", "key", "series", "mode", "area", "valid_from", "valid_to", "issued", "recorded",
    "label", "source", "message", "confidence", "basis", "record_id", "record_kind",
)  # fmt: skip


def properties(version: Version, **more: Any) -> dict[str, Any]:
    """The envelope (`ENVELOPE`) and the record's own fields, flat.

    Times are RFC 3339 UTC; None for an open end. A record's field that is called like one of the
    envelope keeps its name, and the envelope's stands under `record_NAME`; `record_kind` is always
    there. `more` joins the envelope.
    """
    envelope = {
        "kind": version.kind,
        "key": version.key,
        "series": version.series,
        "mode": version.mode.name.lower(),
        "area": version.area,
        "valid_from": show(version.valid_from),
        "valid_to": show(version.valid_to),
        "issued": show(version.issued),
        "recorded": show(version.recorded),
        "label": _LABELS.get(version.label, str(version.label)),
        "source": version.source,
        "message": version.message,
        "confidence": version.confidence,
        "basis": list(version.basis),
        "record_id": version.id,
        "record_kind": version.kind,
        **more,
    }
    fields = version.fields()
    for name in envelope.keys() & fields.keys():
        envelope[f"record_{name}"] = envelope.pop(name)
    return {**envelope, **fields}


def geometry(version: Version) -> msgspec.Raw | None:
    """The geometry as GeoJSON (RFC 7946), or None."""
    wkb = version.geometry
    if wkb is None:
        return None
    if len(wkb) == 21 and wkb[1] == 1:
        x, y = struct.unpack_from("<dd", wkb, 5)
        return msgspec.Raw(b'{"type":"Point","coordinates":[%r,%r]}' % (x, y))
    import shapely

    return msgspec.Raw(shapely.to_geojson(shapely.from_wkb(wkb)).encode())


def feature(version: Version) -> dict[str, Any]:
    """A version as a GeoJSON feature; its id is the record's."""
    return {
        "type": "Feature",
        "id": version.id,
        "geometry": geometry(version),
        "properties": properties(version),
    }


def edition(version: Version) -> dict[str, Any]:
    """A version as an entry of a history: also what it did, and what took its place when."""
    return properties(
        version,
        action=version.action.name.lower(),
        serial=version.serial,
        superseded_at=show(version.ended_at),
        superseded_recorded=show(version.ended_recorded),
        ended=version.action is Action.CANCEL,
        geometry=geometry(version),
    )


def write_geojson(versions: Iterable[Version], times: dict[str, str | None]) -> Iterator[bytes]:
    """A FeatureCollection in pieces, with the two times of the picture as foreign members."""
    encode = msgspec.json.Encoder().encode
    head = encode({"type": "FeatureCollection", **times})[:-1]
    yield head + b',"features":['
    separator = b"\n"
    for version in versions:
        yield separator + encode(feature(version))
        separator = b",\n"
    yield b"\n]}\n"


def write_jsonl(versions: Iterable[Version]) -> Iterator[bytes]:
    """One GeoJSON feature a line (RFC 8142 without the separators)."""
    encode = msgspec.json.Encoder().encode
    for version in versions:
        yield encode(feature(version)) + b"\n"
