"""The envelope of everything that leaves a node: who says it, where it stands in the stream, to
whom it may go, and the hash of its content. It is what is signed (`cose`).

A map with integer keys, all of them present (RFC 8949 §4.2):

    1 version    1
    2 origin     the organisation's id, text
    3 stream     which of its streams, unsigned: one for each label it shares under
    4 seq        1, 2, 3 … without gaps within the stream
    5 prev       SHA-256 of the signed envelope before it in the stream; 32 zero bytes for the first
    6 time       when it was sent, microseconds since 1970 UTC, by the origin's clock
    7 label      a name or a map (`sharing`)
    8 type       "editions" | "control"
    9 media_type of the content, text
    10 content   SHA-256 of the content
    11 size      bytes of the content
    12 lineage   SHA-256 of each message that the content was computed from
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Annotated, Literal

import msgspec

from noroshi.core.errors import NotVerified, UnreadableMessage
from noroshi.formats.exchange import cbor, cose, sharing
from noroshi.formats.exchange.keys import SigningKeys, VerifyKeys

VERSION = 1
FIRST = bytes(32)
#: Of an envelope, signed. An audience may name thousands.
MOST_BYTES = 1024 * 1024
MOST_CONTENT = 2**31

#: An organisation's id: what stands behind `org:` in an audience, and in addresses and file names.
ORG = r"^[a-z0-9][a-z0-9._-]{0,62}\Z"

Org = Annotated[str, msgspec.Meta(pattern=ORG)]
Sha = Annotated[bytes, msgspec.Meta(min_length=32, max_length=32)]
Time = Annotated[int, msgspec.Meta(ge=0, lt=253_402_300_800_000_000)]
Number = Annotated[int, msgspec.Meta(ge=1, lt=2**53)]

Keys = Callable[[str, bytes, int], VerifyKeys]
"""(origin, key id, time) → the keys that were valid for that origin at that time. Raises
NotVerified (`noroshi.formats.exchange.identity.key_at`)."""


class Envelope(msgspec.Struct, frozen=True):
    """See above. `label` is the name of a label that means the same everywhere, or a Sharing."""

    origin: Org
    stream: Annotated[int, msgspec.Meta(ge=0, lt=2**53)]
    seq: Number
    prev: Sha
    time: Time
    label: sharing.Travelling
    type: Literal["editions", "control"]
    media_type: Annotated[str, msgspec.Meta(pattern=r"^[a-z]+/[a-z0-9.+-]{1,80}\Z")]
    content: Sha
    size: Annotated[int, msgspec.Meta(ge=0, le=MOST_CONTENT)]
    lineage: Annotated[tuple[Sha, ...], msgspec.Meta(max_length=4096)] = ()


_FIELDS = Envelope.__struct_fields__
_KEYS = tuple(range(1, len(_FIELDS) + 2))


def digest(signed: bytes) -> bytes:
    """What the next envelope of the stream gives as `prev`."""
    return hashlib.sha256(signed).digest()


def write_envelope(envelope: Envelope, keys: SigningKeys) -> bytes:
    """`envelope`, signed twice. Raises ValueError where `read_envelope` would refuse it."""
    label = sharing.to_wire(envelope.label)
    values = (VERSION, *(getattr(envelope, name) for name in _FIELDS))
    payload = cbor.write({**dict(zip(_KEYS, values, strict=True)), 7: label})
    try:
        _read(payload)
    except UnreadableMessage as error:
        raise ValueError(error.what) from None
    return cose.sign(payload, keys, cose.ENVELOPE)


def peek_envelope(signed: bytes) -> tuple[Envelope, bytes]:
    """The envelope and the id of the key that is said to have signed it, to find the way by.
    Nothing of it is verified. Raises NotVerified, or UnreadableMessage."""
    _check_size(signed)
    kid, payload = cose.peek(signed)
    return _read(payload), kid


def read_envelope(signed: bytes, key_of: Keys) -> Envelope:
    """The envelope, if both keys of its origin signed it and were valid at its time.

    Raises NotVerified, or UnreadableMessage where what was signed is no envelope.
    """
    envelope, kid = peek_envelope(signed)
    cose.verify(signed, key_of(envelope.origin, kid, envelope.time), cose.ENVELOPE)
    return envelope


def check_content(envelope: Envelope, content: bytes) -> None:
    """Raises NotVerified unless `content` is what the envelope was signed over."""
    if len(content) != envelope.size:
        raise NotVerified(
            f"{len(content)} bytes of content, signed were {envelope.size}", where=name(envelope)
        )
    if hashlib.sha256(content).digest() != envelope.content:
        raise NotVerified("the content is not what was signed", where=name(envelope))


def name(envelope: Envelope) -> str:
    """What people call it: origin, stream and number."""
    return f"{envelope.origin}/{envelope.stream}#{envelope.seq}"


def pack(signed: bytes, content: bytes) -> bytes:
    """A signed envelope and its content for the wire: length of the former (4 bytes, big-endian),
    the former, the latter."""
    return len(signed).to_bytes(4, "big") + signed + content


def unpack(data: bytes) -> tuple[bytes, bytes]:
    """The signed envelope and the content, unverified. Raises UnreadableMessage."""
    length = int.from_bytes(data[:4], "big")
    if not 0 < length <= MOST_BYTES or len(data) < 4 + length:
        raise UnreadableMessage("not a packed envelope")
    return data[4 : 4 + length], data[4 + length :]


def _check_size(signed: bytes) -> None:
    if len(signed) > MOST_BYTES:
        raise UnreadableMessage(f"an envelope of {len(signed)} bytes is more than {MOST_BYTES}")


def _read(payload: bytes) -> Envelope:
    value = cbor.read(payload, MOST_BYTES, where="envelope")
    if not isinstance(value, dict) or tuple(value) != _KEYS or type(value[1]) is not int:
        raise UnreadableMessage("not an envelope", where="envelope")
    if value[1] != VERSION:
        raise UnreadableMessage(
            f"an envelope of version {value[1]}", where="envelope",
            remedy="its sender has a newer Noroshi",
        )  # fmt: skip
    try:
        value[7] = sharing.from_wire(value[7])
        _, *values = value.values()
        found = msgspec.convert(dict(zip(_FIELDS, values, strict=True)), Envelope)
    except (ValueError, TypeError) as error:  # msgspec's errors are ValueErrors
        raise UnreadableMessage(str(error), where="envelope") from None
    if (found.seq == 1) != (found.prev == FIRST):
        raise UnreadableMessage("only the first of a stream has none before it", where=name(found))
    return found
