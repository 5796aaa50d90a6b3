"""Content of type `editions`: messages of an origin as what they say, with the original bytes
where these are small.

One byte of version, then a zlib stream (RFC 1950) of MessagePack: a list of `Item`s, which are
maps of their fields, as are the editions and records in them (`noroshi.core.record`). Fields that
are unknown are passed over, so that a newer node may add some.

Everything is checked as if the sender were hostile: what a peer sends enters the store, the page
and the alerts beside what this node read itself.
"""

from __future__ import annotations

import hashlib
import math
import struct
import zlib
from typing import Annotated, Any

import msgspec
from msgspec.structs import replace

from noroshi import kinds
from noroshi.core.errors import LimitExceeded, UnreadableMessage
from noroshi.core.place import area_token, bounds
from noroshi.core.record import Action, Edition, Record
from noroshi.core.time import FOREVER, NEVER
from noroshi.formats import Finding, Limits
from noroshi.formats.exchange.envelope import Sha

MEDIA_TYPE = "application/vnd.noroshi.editions"
#: Originals up to here travel with what was read from them.
MOST_DATA = 2**20

_VERSION = b"\x01"
_MOST_GEOMETRY = 16 * 2**20
_MOST_BODY = 4 * 2**20
_MOST_NAME = 2_000
#: Short content may expand as it likes.
_SMALL = 2**20
#: Years 1 to 9999, what every clock and format can print.
_EARLIEST, _LATEST = -62_135_596_800_000_000, 253_402_300_800_000_000
_POINT = struct.Struct("<BIdd")
_NOTHING = b"{}"
_WHERE = "editions"

_Name = Annotated[str, msgspec.Meta(max_length=_MOST_NAME)]


class Item(msgspec.Struct, frozen=True):
    """A message of the origin: `sha` (SHA-256) and `name`, `source`, `format`, `media_type` as
    known there, when it came there, the original bytes (None where there are more than a MiB),
    and what it says. `derived`: made by a capability of the origin rather than received."""

    sha: Sha
    name: _Name
    source: _Name
    format: _Name
    media_type: _Name
    received: int
    data: bytes | None
    editions: list[Edition]
    derived: bool = False


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(list[Item])
_to_json = msgspec.json.Encoder()


def write_items(items: list[Item]) -> bytes:
    """The content that carries `items`. Raises ValueError where `data` is too long or is not
    what `sha` names. `basis` is left behind: its numbers are this node's own."""
    for item in items:
        _check_data(item)
    packed = _encoder.encode([replace(item, editions=_without_basis(item)) for item in items])
    return _VERSION + zlib.compress(packed, 1)


def read_items(data: bytes, limits: Limits) -> tuple[list[Item], list[Finding]]:
    """The items, and what was left out of them: records of kinds that this node does not know.

    Anything else that is wrong makes all of it unreadable, since an edition from which a record
    is missing would say that the record has ended. Raises UnreadableMessage, LimitExceeded.
    """
    packed = _expand(data, limits)
    try:
        items = _decoder.decode(packed)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise UnreadableMessage(str(error), where=_WHERE) from None
    except (RecursionError, MemoryError, OverflowError) as error:
        raise UnreadableMessage(f"too deep or too large ({error})", where=_WHERE) from None
    if len(items) > limits.members:
        raise LimitExceeded(f"more than {limits.members} messages", where=_WHERE)
    editions = [edition for item in items for edition in item.editions]
    if sum(len(edition.records) for edition in editions) > limits.records:
        raise LimitExceeded(f"more than {limits.records} records", where=_WHERE)
    left_out: dict[str, int] = {}
    shapes: list[bytes] = []
    try:
        read = [_item(item, left_out, shapes) for item in items]
    except ValueError as error:
        raise UnreadableMessage(str(error), where=_WHERE) from None
    _check_shapes(shapes)
    return read, [
        Finding("warning", kind, f"{count} records of a kind that is not known here",
                "a newer Noroshi may know it")
        for kind, count in sorted(left_out.items())
    ]  # fmt: skip


def _without_basis(item: Item) -> list[Edition]:
    return [
        replace(edition, records=[
            replace(record, basis=()) if record.basis else record for record in edition.records
        ])
        for edition in item.editions
    ]  # fmt: skip


def _expand(data: bytes, limits: Limits) -> bytes:
    if len(data) > limits.message_bytes:
        raise LimitExceeded(f"{len(data)} bytes", where=_WHERE)
    if data[:1] != _VERSION:
        raise UnreadableMessage("not editions, or of a newer Noroshi", where=_WHERE)
    most = min(limits.expanded_bytes, max(len(data) * limits.expansion_ratio, _SMALL))
    stream = zlib.decompressobj()
    try:
        packed = stream.decompress(memoryview(data)[1:], most + 1)
    except zlib.error as error:
        raise UnreadableMessage(f"not compressed as it should be: {error}", where=_WHERE) from None
    if len(packed) > most:
        raise LimitExceeded(f"expands to more than {most} bytes", where=_WHERE)
    if not stream.eof or stream.unused_data:
        raise UnreadableMessage("cut short, or goes on after its end", where=_WHERE)
    return packed


def _check_data(item: Item) -> None:
    if item.data is None:
        return
    if len(item.data) > MOST_DATA:
        raise ValueError(f"an original of {len(item.data)} bytes is more than {MOST_DATA}")
    if hashlib.sha256(item.data).digest() != item.sha:
        raise ValueError("an original is not what its hash says")


def _item(item: Item, left_out: dict[str, int], shapes: list[bytes]) -> Item:
    _check_data(item)
    if not _EARLIEST <= item.received < _LATEST:
        raise ValueError("a time of arrival outside years 1 to 9999")
    return replace(
        item, editions=[_edition(edition, left_out, shapes) for edition in item.editions]
    )


def _edition(edition: Edition, left_out: dict[str, int], shapes: list[bytes]) -> Edition:
    series = edition.series
    if not 0 < len(series) <= _MOST_NAME:
        raise ValueError("a series without a name, or with an endless one")
    if not _EARLIEST <= edition.issued < _LATEST:
        raise ValueError(f"{series}: issued outside years 1 to 9999")
    effective = edition.effective
    if effective is not None and not NEVER <= effective <= FOREVER:
        raise ValueError(f"{series}: effective at a time that is none")
    if not -(2**63) <= edition.serial < 2**63:
        raise ValueError(f"{series}: a serial out of range")
    records: list[Record] = []
    ends = edition.action is Action.CANCEL
    for record in edition.records:
        found = _record(record, shapes, ends=ends)
        if found is None:
            left_out[record.kind] = left_out.get(record.kind, 0) + 1
        else:
            records.append(found)
    return replace(edition, records=records)


def _record(record: Record, shapes: list[bytes], *, ends: bool) -> Record | None:
    """The record if it is sound, None where its kind is unknown; one that only `ends` its key
    need not say anything. Raises ValueError."""
    if not kinds.known(record.kind):
        return None
    decoder = kinds.decoder(record.kind)
    if not 0 < len(record.key) <= _MOST_NAME:
        raise ValueError("a record without a key, or with an endless one")
    body = record.body if ends and record.body == _NOTHING else _body(record, decoder)
    start, end = record.valid_from, record.valid_to
    if (start is not None and not NEVER <= start <= FOREVER) or (
        end is not None and not NEVER <= end <= FOREVER
    ):
        raise ValueError(f"{record.key}: valid at a time that is none")
    if record.confidence is not None and not 0 <= record.confidence <= 1:
        raise ValueError(f"{record.key}: confidence {record.confidence} is not 0 to 1")
    if record.area is not None:
        if len(record.area) > _MOST_NAME:
            raise ValueError(f"{record.key}: an endless area")
        area_token(record.area)
    if record.geometry is not None:
        _check_geometry(record.geometry, shapes)
    if body is record.body and not record.basis:
        return record
    return replace(record, body=body, basis=())


def _body(record: Record, decoder: msgspec.json.Decoder[Any]) -> bytes:
    """The body as this node would write it: it is spliced into answers as it is, so nothing may
    be in it that was only passed over (line ends, bytes that are not text). Raises ValueError."""
    if len(record.body) > _MOST_BODY:
        raise ValueError(f"{record.key}: a body of {len(record.body)} bytes")
    try:
        known = decoder.decode(record.body)
        if _to_json.encode(known) == record.body:
            return record.body
        # Attributes' stamps, or what a newer node adds: kept, but written anew.
        body = _to_json.encode(msgspec.json.decode(record.body))
    except RecursionError:
        raise ValueError(f"{record.key}: a body that is too deep") from None
    except ValueError as error:  # msgspec's errors and those of UTF-8 are ValueErrors
        raise ValueError(f"{record.kind} {record.key}: {error}") from None
    return record.body if body == record.body else body


def _check_geometry(wkb: bytes, shapes: list[bytes]) -> None:
    """Raises ValueError; what is not a plain point is put aside for `_check_shapes`."""
    if len(wkb) == 21 and wkb[:5] == b"\x01\x01\x00\x00\x00":
        _, _, x, y = _POINT.unpack(wkb)
        if -180 <= x <= 180 and -90 <= y <= 90:  # false for what is not a number
            return
        raise ValueError(f"a point at {x}, {y}")
    if len(wkb) > _MOST_GEOMETRY:
        raise ValueError(f"a geometry of {len(wkb)} bytes")
    # First here, where nesting without end is an error: the geometry library would overflow
    # the machine's stack.
    west, south, east, north = bounds(wkb)
    if not all(map(math.isfinite, (west, south, east, north))):
        raise ValueError("a geometry without finite bounds")
    if not (west >= -180 and south >= -90 and east <= 180 and north <= 90):
        raise ValueError(f"a geometry from {west}, {south} to {east}, {north}")
    shapes.append(wkb)


def _check_shapes(shapes: list[bytes]) -> None:
    """Raises UnreadableMessage where the geometry library cannot read one of `shapes`, or finds
    something in it that is not a number."""
    if not shapes:
        return
    import numpy as np
    import shapely

    try:
        with np.errstate(invalid="ignore"):  # it warns of what is refused below
            found = shapely.from_wkb(np.array(shapes, dtype=object))
        coordinates = shapely.get_coordinates(found, include_z=True)
    except (shapely.errors.ShapelyError, ValueError, TypeError) as error:
        raise UnreadableMessage(f"not a geometry: {error}", where=_WHERE) from None
    if not np.isfinite(coordinates[:, :2]).all() or np.isinf(coordinates[:, 2]).any():
        raise UnreadableMessage("a coordinate that is not a number", where=_WHERE)
