"""Products of a store computed once, where no node does it; and how far they have come."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
from filelock import FileLock, Timeout

from noroshi.core.record import Edition
from noroshi.core.time import now
from noroshi.engine.runner import DONE, DUE, Runner
from noroshi.store import Store


class Keeper:
    """Keeps what products say in a store. What an owner released (`releases`) may go to peers as
    well; they compute all else themselves."""

    def __init__(self, store: Store, releases: Mapping[str, Mapping[int, int]]) -> None:
        self._store = store
        self._further = {f"product/{name}": set(to.values()) for name, to in releases.items()}

    def publish(self, editions: Sequence[Edition], *, source: str, label: int) -> int:
        """See `Store.publish`."""
        stored = self._store.publish(editions, source=source, label=label)
        if label in self._further.get(source, ()) and self._store.exchange.active():
            content = msgspec.msgpack.encode(editions)
            self._store.exchange.offer(content, source=source, label=label)
        return stored

    def mark_all(self, values: Mapping[str, int]) -> None:
        """See `Store.mark_all`."""
        self._store.mark_all(values)


class Turn:
    """The right to compute the products of a home: one process has it at a time. Falls to another
    when that process ends, however it does."""

    def __init__(self, home: Path) -> None:
        self._lock = FileLock(home / "products.lock")

    def take(self) -> bool:
        """True if this process has it now."""
        try:
            self._lock.acquire(timeout=0)
        except Timeout:
            return False
        return True

    def give(self) -> None:
        """Let another have it."""
        self._lock.release()


def is_behind(store: Store) -> bool:
    """True if products are due although nothing new came: a run was cut short after messages were
    kept, or something that products rest on has ended by its own statement."""
    due = store.marked(DUE)
    return store.marked(DONE) < store.newest() or 0 < due <= now()


def computed(store: Store) -> int:
    """The version up to which products were computed, by whichever process."""
    return store.marked(DONE)


def run_products(
    store: Store,
    releases: Mapping[str, Mapping[int, int]] | None = None,
    params: Mapping[str, Mapping[str, Any]] | None = None,
    home: Path | None = None,
) -> tuple[int, list[str]]:
    """Compute every product whose inputs changed since it was computed last. Where a node runs on
    `home`, that is left to it.

    `releases` says, by product, under which label results are told that rest on another: an
    owner's decision that what is computed from its records may go further than they do; `params`
    are parameters by product. Returns how many versions were stored, and what failed: a failing
    product is reported and stops nothing else.
    """
    turn = None if home is None else Turn(home)
    if turn is not None and not turn.take():
        return 0, []
    runner = Runner(store, Keeper(store, releases or {}), params=params, releases=releases)
    try:
        runner.settle()
    finally:
        if turn is not None:
            turn.give()
    failures = [f"{name}: {'; '.join(one.failures)}"
                for name, one in runner.standings.items() if one.failures]  # fmt: skip
    return sum(one.stored for one in runner.standings.values()), failures
