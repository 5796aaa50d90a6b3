"""The audit log: what was done to the node, by whom; append-only and chained by hashes.

The hash of an entry is SHA-256 over the hash of the one before it and its own canonical content,
so that no entry can be changed, removed or moved without changing every hash after it. Whoever
writes down the head of the log finds out later if anything up to it was rewritten or cut off.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping

import msgspec

from noroshi.core.time import now
from noroshi.store import sql_directory as sql
from noroshi.store import sql_rows
from noroshi.store.directory import DirectoryFile

#: What the first entry is chained to.
START = hashlib.sha256(b"noroshi audit log 1").digest()


class Entry(msgspec.Struct, frozen=True):
    """One thing that was done: when, by whom, what, to what. `details` is a JSON object."""

    id: int
    time: int
    actor: str
    action: str
    target: str
    details: str
    hash: bytes


class Head(msgspec.Struct, frozen=True):
    """The end of the log at some time: how many entries, and the hash of the last."""

    count: int
    hash: bytes

    def __str__(self) -> str:
        return f"{self.count}:{self.hash.hex()}"


def head(text: str) -> Head:
    """A head as it was written down. Raises ValueError."""
    found = re.fullmatch(r"(\d{1,18}):([0-9a-fA-F]{64})", text.strip())
    if not found:
        raise ValueError(f"{text!r} is not the head of an audit log: NUMBER:64 hexadecimal digits")
    return Head(int(found[1]), bytes.fromhex(found[2]))


class AuditLog:
    """The audit log of a directory."""

    def __init__(self, file: DirectoryFile) -> None:
        self._file = file

    def append(
        self, actor: str, action: str, target: str = "", details: Mapping[str, object] | None = None
    ) -> None:
        """Add an entry, within the transaction that is open, or in one of its own.

        `details` must hold no secret: nothing of the log is ever removed.
        """
        text = msgspec.json.encode(dict(details or {}), order="sorted").decode()
        with self._file.changing() as db:
            row = db.execute(sql.TOP).fetchone()
            count, before = row or (0, START)
            # What was refused may be any text; half of a surrogate pair cannot be kept.
            target = target.encode("utf-8", "replace").decode()
            entry = (count + 1, now(), actor, action, target, text)
            db.execute(sql.PUT_ENTRY, (*entry, chained(before, entry)))

    def entries(
        self, *, before: int | None = None, actor: str | None = None, target: str | None = None,
        limit: int = 100,
    ) -> list[Entry]:  # fmt: skip
        """The newest entries (below the id `before`), newest first."""
        values = (2**62 if before is None else before, actor, actor, target, target, limit)
        with self._file.reading() as db:
            return [Entry(*row) for row in db.execute(sql.ENTRIES, values)]

    def head(self) -> Head:
        """The end of the log now."""
        with self._file.reading() as db:
            count, hash = db.execute(sql.TOP).fetchone() or (0, START)
        return Head(count, hash)

    def verify(self, remembered: Head | None = None) -> list[str]:
        """Everything that is wrong with the log: changed, removed, moved or inserted entries; with
        a `remembered` head, also if what it stood for was rewritten or cut off. Empty: nothing.

        Only a head that was kept elsewhere shows that somebody who could write the file rewrote
        the whole chain.
        """
        with self._file.reading() as db:
            noted = db.execute(sql_rows.META, ("audit",)).fetchone()
            rows = db.execute(sql.ALL_ENTRIES)
            return list(_faults(rows, noted[0] if noted else None, remembered))


def chained(before: bytes, entry: tuple[int, int, str, str, str, str]) -> bytes:
    """The hash of an entry (id, time, actor, action, target, details) after that of `before`."""
    return hashlib.sha256(before + msgspec.json.encode(entry)).digest()


def _faults(
    rows: Iterator[tuple[int, int, str, str, str, str, bytes]],
    noted: str | None,
    remembered: Head | None,
) -> Iterator[str]:
    last, before, met = 0, START, remembered is None or remembered == Head(0, START)
    for *content, hash in rows:
        id: int = content[0]  # type: ignore[assignment]
        if id != last + 1:
            yield f"entries {last + 1} to {id - 1} are missing"
        elif chained(before, tuple(content)) != hash:  # type: ignore[arg-type]
            yield f"entry {id} or its place in the log was changed"
        if remembered is not None and id == remembered.count:
            met = True
            if hash != remembered.hash:
                yield f"the log up to entry {id} is not the one whose head was written down"
        last, before = id, hash
    if not met:
        yield f"the log was cut off: it had {remembered and remembered.count} entries, now {last}"
    if noted != (f"{last}:{before.hex()}" if last else ""):
        yield f"the log was cut off or added to: its noted end is {noted or 'nothing'!r}"
