"""Point features made up for benchmarks, the same for every run."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator

import msgspec

from noroshi.core.place import point
from noroshi.core.record import Edition, Record
from noroshi.store import Incoming, Outcome

KIND = "bench.point"
WEST, SOUTH, EAST, NORTH = 128.0, 30.0, 146.0, 46.0


def places(keys: int, seed: int = 1) -> list[bytes]:
    """One fixed position per key, spread over Japan's seas and islands."""
    rng = random.Random(seed)
    return [point(rng.uniform(WEST, EAST), rng.uniform(SOUTH, NORTH)) for _ in range(keys)]


def batches(
    count: int, keys: int, size: int, prefix: str = "k", start: int = 0
) -> Iterator[tuple[Incoming, Outcome]]:
    """`count` records over `keys` keys in messages of `size`; every round of keys is newer."""
    where = places(keys)
    for first in range(start, start + count, size):
        records = []
        for number in range(first, min(first + size, start + count)):
            key = number % keys
            body = {
                "name": f"観測点{key}",
                "value": number,
                "unit": "m",
                "status": "normal",
                "note": "水位計による観測値",
            }
            records.append(Record(KIND, f"{prefix}{key}", msgspec.json.encode(body), where[key]))
        edition = Edition(prefix, first + 1, records, effective=first + 1, whole=False)
        data = f"{prefix} {first} {size}".encode()
        incoming = Incoming(data, hashlib.sha256(data).digest(), "bench")
        yield incoming, Outcome(editions=[edition], stated=len(records))
