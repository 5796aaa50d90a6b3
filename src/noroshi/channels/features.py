"""Versions as features: one flat set of properties, the same in every channel."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from typing import Any
from urllib.parse import quote, unquote

import msgspec

from noroshi import kinds
from noroshi.core.errors import NotFound
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


def thing_id(version: Version) -> str:
    """The id of the thing that a version is about: the same for all its editions. It may stand in
    a URL as it is."""
    escaped = quote(version.key, safe="").replace("~", "%7E").replace("%", "~")
    return f"{version.series_id}.{escaped}"


def parse_thing_id(text: str) -> tuple[int, str, int | None]:
    """Series number, key, and version (after an `@`) of an id. Raises NotFound for other text."""
    thing, at, version = text.partition("@")
    series, dot, escaped = thing.partition(".")
    try:
        if not dot or not series.isdecimal() or len(series) > 18 or len(version) > 18:
            raise ValueError
        key = unquote(escaped.replace("~", "%"), errors="strict")
        return int(series), key, int(version) if at else None
    except ValueError:
        raise NotFound(f"no feature {text!r}", remedy="ids are as /items gives them") from None


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


def write_feature(
    version: Version,
    *,
    id: str | None = None,
    shape: bytes | None = None,
    names: frozenset[str] | None = None,
    ended: bool = False,
) -> bytes:
    """A version as the bytes of a GeoJSON feature, under the id of the thing it is about.

    Equal to `properties`, but the body is passed on as it was kept, so that a page of features
    costs little. `shape` stands for the geometry (another reference system), `names` selects
    properties, `ended` says that the thing has ended.
    """
    if shape is None:
        found = geometry(version)
        shape = b"null" if found is None else bytes(found)
    head = b'{"type":"Feature","id":' + _encode(id or thing_id(version)) + b',"geometry":' + shape
    if names is not None or not _plain(version.kind):
        more = {"ended": True} if ended else {}
        fields = properties(version, **more)
        if names is not None:
            fields = {name: value for name, value in fields.items() if name in names}
        return head + b',"properties":' + _encode(fields) + b"}"
    body = version.body
    rest = b"}}" if len(body) <= 2 else b"," + body[1:] + b"}"
    confidence = version.confidence
    return b"".join((
        head, b',"properties":{"kind":', text := _text(version.kind),
        b',"key":', _encode(version.key),
        b',"series":', _text(version.series),
        b',"mode":', _text(version.mode.name.lower()),
        b',"area":', b"null" if version.area is None else _text(version.area),
        b',"valid_from":', _time(version.valid_from), b',"valid_to":', _time(version.valid_to),
        b',"issued":', _time(version.issued), b',"recorded":', _time(version.recorded),
        b',"label":', _text(_LABELS.get(version.label, str(version.label))),
        b',"source":', _text(version.source),
        b',"message":', b"null" if version.message is None else b'"%s"' % version.message.encode(),
        b',"confidence":', b"null" if confidence is None else _encode(confidence),
        b',"basis":', _encode(version.basis) if version.basis else b"[]",
        b',"record_id":%d,"record_kind":' % version.id, text,
        b',"ended":true' if ended else b"", rest,
    ))  # fmt: skip


_encode = msgspec.json.Encoder().encode


@lru_cache(maxsize=8192)
def _text(text: str) -> bytes:
    return _encode(text)


@lru_cache(maxsize=32768)
def _time(time: int) -> bytes:
    return _encode(show(time))


@cache
def _plain(kind: str) -> bool:
    """True for a kind none of whose fields is called like one of the envelope."""
    found = kinds.all_kinds().get(kind)
    names = {*ENVELOPE, "ended"}
    return found is not None and names.isdisjoint(found.body.__struct_encode_fields__)


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
