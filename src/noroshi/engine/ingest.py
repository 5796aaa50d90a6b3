"""Messages into the store: hashed, read, and committed in groups. Acknowledged means durable."""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator

import msgspec

from noroshi import formats
from noroshi.core import typed
from noroshi.core.record import Mode
from noroshi.core.time import now
from noroshi.engine.reading import Job, Readers, ReadHere, read_outcome, uncollected
from noroshi.engine.settings import Source
from noroshi.formats import Hints, Limits
from noroshi.formats.exercise import envelope
from noroshi.store import (
    DUPLICATE,
    QUARANTINED,
    READ,
    Arrival,
    Incoming,
    Outcome,
    Receipt,
    Store,
)

#: One share of messages: read together in one process, committed together.
SHARE_BYTES = 2 * 2**20
SHARE_MESSAGES = 256
#: Shares under way at once; bounds memory.
AHEAD = 4
DEFAULT_LIMITS = Limits()


class Offered(msgspec.Struct, frozen=True):
    """Bytes offered to the store under a name; with a `fault` they go to quarantine unread."""

    name: str
    data: bytes
    fault: str = ""


class Totals(msgspec.Struct):
    """What became of everything that was offered. `records` counts newly stored versions,
    `stated` those the messages held; `faults` are bad records left out of messages that were
    read; `refused` were too large to keep."""

    messages: int = 0
    read: int = 0
    duplicate: int = 0
    quarantined: int = 0
    refused: int = 0
    records: int = 0
    stated: int = 0
    faults: int = 0
    products: int = 0

    def add(self, more: Totals) -> None:
        """Count what became of more messages."""
        for name in self.__struct_fields__:
            setattr(self, name, getattr(self, name) + getattr(more, name))


Acknowledge = Callable[[Receipt, Offered], None]


def ingest(
    store: Store,
    offered: Iterable[Offered],
    source: Source,
    *,
    limits: Limits = DEFAULT_LIMITS,
    format: str | None = None,
    acknowledge: Acknowledge = lambda receipt, offered: None,
) -> tuple[Totals, set[str]]:
    """Take messages in. Returns totals and the kinds of record that changed.

    `acknowledge` is called for a message once it is durable. A message that cannot be read is
    kept in quarantine and costs the others nothing. Raises NoroshiError only where the store
    itself cannot write.
    """
    totals = Totals()
    kinds: set[str] = set()
    if source.mode is not Mode.ACTUAL:
        given, as_format, format = offered, format, None
        offered = (
            msgspec.structs.replace(one, data=as_sent(one.data, source, as_format)[0])
            if one.data else one
            for one in given
        )  # fmt: skip
    readers: Readers | ReadHere | None = None
    under_way: deque[tuple[list[_Item], Callable[[], list[Outcome]]]] = deque()
    try:
        for share in _shares(store, offered, source, totals):
            if readers is None:
                readers = Readers() if _full(share) else ReadHere()
                if isinstance(readers, Readers):
                    _load(share)
            jobs = [_job(item, source, limits, format) for item in share if item.needs_reading]
            under_way.append((share, readers.submit(jobs)))
            while len(under_way) >= (AHEAD if isinstance(readers, Readers) else 1):
                _finish(store, under_way.popleft(), source, totals, kinds, acknowledge)
        while under_way:
            _finish(store, under_way.popleft(), source, totals, kinds, acknowledge)
    finally:
        if readers is not None:
            readers.stop()
    return totals, kinds


def as_sent(data: bytes, source: Source, format: str | None) -> tuple[bytes, str | None]:
    """A message as it is kept, and the format it is to be read as: what a source sends that is not
    actual is enclosed, so that its bytes say so wherever they go."""
    if source.mode is Mode.ACTUAL:
        return data, format
    return envelope(data, source.mode, format=format or ""), None


def reread(store: Store, kept: Arrival, data: bytes, source: Source, limits: Limits) -> Receipt:
    """Read a kept message again, after a fix in a reader or a mapping."""
    outcome = read_outcome(data, hints_of(kept, source, limits))
    return store.settle(bytes.fromhex(kept.id), outcome)


def hints_of(kept: Arrival, source: Source, limits: Limits) -> Hints:
    """What is known of a kept message. It is read as of the time at which it arrived: what has no
    time of its own does not become new by being read again."""
    return Hints(kept.name, kept.received, source.name, source.mapping, limits=limits)


class _Item(msgspec.Struct):
    """A message on its way through a share."""

    offered: Offered
    sha: bytes
    known: bool

    @property
    def needs_reading(self) -> bool:
        return not self.known and not self.offered.fault


def _job(item: _Item, source: Source, limits: Limits, format: str | None) -> Job:
    hints = Hints(
        name=item.offered.name,
        received=now(),
        source=source.name,
        mapping=source.mapping,
        limits=limits,
    )
    return item.offered.data, hints, format


def _shares(
    store: Store, offered: Iterable[Offered], source: Source, totals: Totals
) -> Iterator[list[_Item]]:
    """What is offered, in shares; what the store has settled already is not read again."""
    share: list[_Item] = []
    size = 0
    for one in offered:
        if one.fault and not one.data:
            totals.messages += 1
            totals.refused += 1
            continue
        share.append(_Item(one, hashlib.sha256(one.data).digest(), False))
        size += len(one.data)
        if size >= SHARE_BYTES or len(share) >= SHARE_MESSAGES:
            yield _mark(store, share, source.label)
            share, size = [], 0
    if share:
        yield _mark(store, share, source.label)


def _load(share: list[_Item]) -> None:
    """Import the readers of these messages before other processes are forked from this one."""
    found = {one.name: one for item in share if (one := formats.recognise(item.offered.data))}
    for format in found.values():
        formats.load(format)


def _full(share: list[_Item]) -> bool:
    """True if more is likely to follow, so that other processes pay."""
    size = sum(len(item.offered.data) for item in share)
    return size >= SHARE_BYTES or len(share) >= SHARE_MESSAGES


def _mark(store: Store, share: list[_Item], label: int) -> list[_Item]:
    settled = store.settled([item.sha for item in share], label)
    seen: set[bytes] = set()
    for item in share:
        item.known = item.sha in settled or item.sha in seen
        seen.add(item.sha)
    return share


def _finish(
    store: Store,
    share: tuple[list[_Item], Callable[[], list[Outcome]]],
    source: Source,
    totals: Totals,
    kinds: set[str],
    acknowledge: Acknowledge,
) -> None:
    items, collect = share
    outcomes = iter(collect())
    batch: list[tuple[Incoming, Outcome | None]] = []
    for item in items:
        incoming = Incoming(
            item.offered.data, item.sha, source.name, item.offered.name, source.label
        )
        if item.needs_reading:
            batch.append((incoming, next(outcomes)))
        elif item.offered.fault:
            batch.append((incoming, Outcome(state=QUARANTINED, reason=item.offered.fault)))
        else:
            batch.append((incoming, Outcome()))
    with uncollected():
        receipts = commit_each(store, batch)
    for item, receipt, (_, outcome) in zip(items, receipts, batch, strict=True):
        totals.messages += 1
        if receipt.state == READ:
            totals.read += 1
        elif receipt.state == DUPLICATE:
            totals.duplicate += 1
        else:
            totals.quarantined += 1
        totals.records += receipt.records
        totals.stated += receipt.stated
        if outcome is not None and receipt.state == READ:
            if outcome.faults != b"[]":
                found = typed.decoder(list[formats.Finding]).decode(outcome.faults)
                totals.faults += sum(one.severity == "error" for one in found)
            if receipt.records:
                kinds |= changed_kinds(outcome)
        acknowledge(receipt, item.offered)


def changed_kinds(outcome: Outcome) -> set[str]:
    """Kinds of record that a message may have changed; `*` for any."""
    kinds: set[str] = set()
    for edition in outcome.editions:
        # A cancellation names no records; whatever its series held has changed.
        kinds.update({record.kind for record in edition.records} or {"*"})
    return kinds


def commit_each(store: Store, batch: list[tuple[Incoming, Outcome | None]]) -> list[Receipt]:
    """Commit messages together; if one message's records break the store's rules, only that one
    is lost to quarantine."""
    try:
        return store.commit(batch)
    except (ValueError, TypeError, OverflowError, AttributeError, LookupError) as error:
        if len(batch) > 1:
            return [receipt for one in batch for receipt in commit_each(store, [one])]
        reason = f"its records cannot be kept: {error}"
        return store.commit([(batch[0][0], Outcome(state=QUARANTINED, reason=reason))])
