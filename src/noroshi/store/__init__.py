"""Messages and records, kept for ever and bitemporal. One interface; the embedded form is SQLite.

Nothing here speaks SQL to its callers: a PostgreSQL form stands beside `noroshi.store.sqlite`
behind the same `Store`, and `tests/test_store_contract.py` runs over every form.
"""

from __future__ import annotations

from pathlib import Path

from noroshi.store.protocol import Store
from noroshi.store.words import (
    DUPLICATE,
    FAULTS,
    QUARANTINED,
    READ,
    RELAYED,
    WAITING,
    Arrival,
    Arrived,
    Change,
    Cursor,
    Incoming,
    Lifetime,
    News,
    Outcome,
    Page,
    Query,
    Receipt,
    SourceState,
    Stated,
    Tally,
    pack,
    unpack,
)

__all__ = [
    "DUPLICATE",
    "FAULTS",
    "QUARANTINED",
    "READ",
    "RELAYED",
    "WAITING",
    "Arrival",
    "Arrived",
    "Change",
    "Cursor",
    "Incoming",
    "Lifetime",
    "News",
    "Outcome",
    "Page",
    "Query",
    "Receipt",
    "SourceState",
    "Stated",
    "Store",
    "Tally",
    "open_store",
    "pack",
    "unpack",
]


def open_store(home: Path, *, mapped: int = 0) -> Store:
    """The store in a node's folder, made if absent. Raises NoroshiError if it cannot be opened.

    `mapped` bytes may be read through a memory map, by a process that reads much and for long.
    """
    from noroshi.store.sqlite import SqliteStore

    return SqliteStore(home / "noroshi.db", mapped)
