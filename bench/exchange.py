"""What leaves and enters a node: signing, verifying and reading, beside bare `cryptography`."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable

import msgspec

from bench.points import places
from bench.result import Result
from noroshi.core.record import Edition, Record
from noroshi.core.time import now
from noroshi.formats import Limits
from noroshi.formats.exchange import cose
from noroshi.formats.exchange.envelope import (
    FIRST,
    Envelope,
    check_content,
    pack,
    read_envelope,
    unpack,
    write_envelope,
)
from noroshi.formats.exchange.items import MEDIA_TYPE, Item, read_items, write_items
from noroshi.formats.exchange.keys import SigningKeys, create_keys

ENVELOPES = 2_000
RECORDS = 40_000
PER_ITEM = 100
ROUNDS = 3


def run(big: bool) -> list[Result]:
    """Everything in one process on one core, the bare library in the same run."""
    keys = create_keys()
    wire = [pack(write_envelope(one, keys), content) for one, content in _envelopes()]
    prepared = _prepared(wire)
    bare, ours = _best(lambda: _bare(prepared, keys), lambda: _verified(wire, keys))
    share = ours / bare
    one, _ = next(iter(_envelopes()))
    (signing,) = _best(lambda: [write_envelope(one, keys) for _ in range(300)])
    signing *= 300 / ENVELOPES
    content = write_items(_items())
    (reading,) = _best(lambda: read_items(content, Limits()))
    reading *= RECORDS / ENVELOPES
    return [
        Result("verified hybrid packages", f"{ours:,.0f}/s", ">= 1,500/s", ours >= 1_500,
               "unpack, Ed25519 and ML-DSA-65, content hash; small content, one core"),
        Result("… of bare verification", f"{share:.0%}", ">= 60 %", share >= 0.6,
               f"both signatures by `cryptography` alone: {bare:,.0f}/s"),
        Result("packages signed", f"{signing:,.0f}/s", note="both signatures"),
        Result("records read from a peer", f"{reading:,.0f}/s", ">= 30,000/s", reading >= 30_000,
               f"expanded and checked; shelters, {PER_ITEM} a message"),
    ]  # fmt: skip


def _best(*work: Callable[[], object]) -> list[float]:
    """ENVELOPES divided by the shortest time of each, in turns, so that all have the same luck."""
    shortest = [float("inf")] * len(work)
    for _ in range(ROUNDS):
        for number, one in enumerate(work):
            start = time.perf_counter()
            one()
            shortest[number] = min(shortest[number], time.perf_counter() - start)
    return [ENVELOPES / each for each in shortest]


def _envelopes() -> list[tuple[Envelope, bytes]]:
    found = []
    for number in range(1, ENVELOPES + 1):
        content = b"small content %d" % number
        prev = FIRST if number == 1 else hashlib.sha256(b"%d" % number).digest()
        found.append((
            Envelope("pref-a", 1, number, prev, now(), "public", "editions", MEDIA_TYPE,
                     hashlib.sha256(content).digest(), len(content)), content,
        ))  # fmt: skip
    return found


def _prepared(wire: list[bytes]) -> list[tuple[bytes, bytes, bytes, bytes]]:
    """What each pair of signatures is over, and the signatures."""
    found = []
    for data in wire:
        kid, payload, ed25519, ml_dsa = cose._parts(unpack(data)[0])
        first, second = (
            cose._to_sign(header, payload, cose.ENVELOPE) for header in cose._headers(kid)
        )
        found.append((first, ed25519, second, ml_dsa))
    return found


def _bare(prepared: list[tuple[bytes, bytes, bytes, bytes]], keys: SigningKeys) -> None:
    """Both signatures: nothing but the library is left."""
    ed25519, ml_dsa = keys.public.loaded()
    for first, ed25519_signature, second, ml_dsa_signature in prepared:
        ed25519.verify(ed25519_signature, first)
        ml_dsa.verify(ml_dsa_signature, second)


def _verified(wire: list[bytes], keys: SigningKeys) -> None:
    for data in wire:
        signed, content = unpack(data)
        check_content(read_envelope(signed, lambda origin, kid, time: keys.public), content)


def _items() -> list[Item]:
    where = places(RECORDS)
    items = []
    for first in range(0, RECORDS, PER_ITEM):
        records = [
            Record("disaster.shelter", f"S{number}", msgspec.json.encode({
                "name": f"避難所{number}", "status": "open", "headcount": number % 400,
                "capacity": 400, "address": f"架空県架空市{number % 97}丁目",
                "category": "指定避難所",
            }), where[number], "city:1720200")
            for number in range(first, first + PER_ITEM)
        ]  # fmt: skip
        data = b"original %d" % first
        items.append(Item(
            hashlib.sha256(data).digest(), "shelters.csv", "city", "csv", "text/csv", now(), data,
            [Edition("bench/shelters", now(), records, whole=False)],
        ))  # fmt: skip
    return items
