"""Reads a feature whose properties are the fields of a declared kind."""

from __future__ import annotations

import hashlib
from typing import Any

import msgspec

from noroshi import kinds
from noroshi.core import typed
from noroshi.core.errors import NotFound, UnreadableMessage
from noroshi.core.label import OWN, PUBLIC
from noroshi.core.place import area_token
from noroshi.core.record import Action, Edition, Mode, Record
from noroshi.core.time import parse, show
from noroshi.formats import Hints, Reading
from noroshi.formats.geojson.geometry import to_wkb
from noroshi.kinds.resident_report import PERSONAL


class Heading(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the envelope says beside the feature: its kind and mode, and when it was stated (RFC
    3339; None: when it arrives)."""

    kind: str
    mode: str = "actual"
    issued: str | None = None


class _Envelope(msgspec.Struct, frozen=True):
    noroshi: Heading
    feature: dict[str, Any]


#: Members of `properties` that say when and where rather than what.
ENVELOPE = ("area", "valid_from", "valid_to")


def envelope(feature: bytes, kind: str, mode: Mode, issued: int | None = None) -> bytes:
    """The message for a feature that somebody states: its own bytes, with kind and mode beside."""
    heading = msgspec.json.encode(Heading(kind, mode.name.lower(), show(issued)))
    return b'{"noroshi":' + heading + b',"feature":' + feature + b"}"


def read(data: bytes, hints: Hints) -> Reading:
    """One record. Its key is the feature's id, or its content; it is issued when the envelope
    says, or else when it arrives, in the sender's own series of the kind, in which a later feature
    of the same id replaces it.

    Raises UnreadableMessage naming the member that is wrong.
    """
    try:
        found = msgspec.json.decode(data, type=_Envelope)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise UnreadableMessage(str(error), where=hints.name, remedy="send a GeoJSON Feature") from None  # fmt: skip  # noqa: E501
    try:
        mode = Mode[found.noroshi.mode.upper()]
        kind = kinds.get(found.noroshi.kind)
        record = _record(found.feature, kind, data)
        issued = hints.received if found.noroshi.issued is None else parse(found.noroshi.issued)
    except (ValueError, TypeError, KeyError, NotFound, OverflowError) as error:
        raise UnreadableMessage(str(error), where=hints.name) from None
    edition = Edition(
        f"{hints.source}/created/{kind.name}", issued, [record], Action.ISSUE, mode,
        effective=issued if record.valid_from is None else record.valid_from, whole=False,
    )  # fmt: skip
    # Who reports goes nowhere by way of a sender's ordinary label (docs/personal-data.md).
    floor = OWN if kind.name in PERSONAL else PUBLIC
    return Reading([edition], media_type="application/geo+json", floor=floor)


def _record(feature: dict[str, Any], kind: kinds.Kind, data: bytes) -> Record:
    properties = feature.get("properties")
    if feature.get("type") != "Feature" or not isinstance(properties, dict):
        raise ValueError('not a GeoJSON Feature with "properties"')
    fields = dict(properties)
    area = fields.pop("area", None)
    if area is not None:
        area_token(str(area))  # raises for what is no area
    times = [fields.pop(name, None) for name in ("valid_from", "valid_to")]
    known = kind.body.__struct_encode_fields__
    unknown = sorted(fields.keys() - set(known))
    if unknown:
        raise ValueError(f"properties.{unknown[0]}: not a field of {kind.name}: {', '.join(known)}")
    body = typed.convert(fields, kind.body)
    id = feature.get("id")
    key = hashlib.sha256(data).hexdigest()[:16] if id is None else str(id)
    if not 0 < len(key) <= 200 or not key.isprintable():
        raise ValueError("id: 1 to 200 printable characters")
    start, end = (None if one is None else parse(str(one)) for one in times)
    if start is not None and end is not None and start >= end:
        raise ValueError("valid_to is not after valid_from")
    return Record(
        kind.name, key, kinds.encode(body), to_wkb(feature.get("geometry")),
        None if area is None else str(area), start, end,
    )  # fmt: skip
