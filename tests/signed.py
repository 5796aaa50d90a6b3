"""Pairs of keys, envelopes and items to try things on. Making a pair costs little; a test that
needs the same ones every time takes these."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator

import msgspec

from noroshi.core.place import point
from noroshi.core.record import Edition, Record
from noroshi.core.time import parse
from noroshi.formats.exchange.envelope import FIRST, Envelope
from noroshi.formats.exchange.identity import Identity, Key
from noroshi.formats.exchange.items import Item
from noroshi.formats.exchange.keys import SigningKeys, create_keys

ROOT, NODE, NEXT, OTHER = (create_keys() for _ in range(4))
THEN = parse("2026-01-01T00:00:00Z")


def envelope(data: bytes = b"content", /, **changes: object) -> Envelope:
    """The first envelope of a stream of `pref-a`, public."""
    made = Envelope(
        "pref-a", 1, 1, FIRST, THEN, "public", "editions", "application/octet-stream",
        hashlib.sha256(data).digest(), len(data),
    )  # fmt: skip
    return msgspec.structs.replace(made, **changes)


def identity(signing: SigningKeys = NODE, /, **changes: object) -> Identity:
    """What `pref-a` says of itself under ROOT, with one key in force since THEN."""
    made = Identity(
        "pref-a", "甲県", "Prefecture A", "bosai@pref-a.example", 1, THEN,
        ("https://noroshi.pref-a.example/",), (Key(signing.public, THEN),), ROOT.public,
    )  # fmt: skip
    return msgspec.structs.replace(made, **changes)


def shelter(name: str = "S1", /, **changes: object) -> Record:
    """A shelter as a record."""
    body = msgspec.json.encode({"name": f"避難所{name}", "status": "open"})
    made = Record("disaster.shelter", name, body, point(136.9, 37.0), "city:1720200")
    return msgspec.structs.replace(made, **changes)


def item(*records: Record, data: bytes | None = b"original", **changes: object) -> Item:
    """A message that says `records`."""
    edition = Edition("pref-a/shelters", THEN, list(records) or [shelter()])
    sha = hashlib.sha256(data or b"").digest()
    made = Item(sha, "shelters.csv", "city", "csv", "text/csv", THEN, data, [edition])
    return msgspec.structs.replace(made, **changes)


def damaged(data: bytes, count: int, seed: int = 4) -> Iterator[bytes]:
    """`data` with bytes changed, cut, doubled and put in, differently each time."""
    rng = random.Random(seed)
    for _ in range(count):
        changed = bytearray(data)
        for _ in range(rng.choice((1, 1, 1, 2, 5))):
            at = rng.randrange(len(changed) + 1) if changed else 0
            change = rng.randrange(4)
            if change == 0 and at < len(changed):
                changed[at] ^= rng.randrange(1, 256)
            elif change == 1:
                del changed[at : at + rng.choice((1, 1, 4, 1_000_000))]
            elif change == 2:
                changed[at:at] = rng.randbytes(rng.choice((1, 4)))
            else:
                changed[at:at] = changed[max(0, at - 9) : at]
        if changed != data:
            yield bytes(changed)
