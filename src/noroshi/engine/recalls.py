"""Taking back what was said, sharing it otherwise, erasing personal data when its time is over."""

from __future__ import annotations

from collections.abc import Iterator

from noroshi.core.errors import NotFound
from noroshi.core.label import OPERATOR
from noroshi.core.time import SECOND, now
from noroshi.engine.ingest import hints_of, reread
from noroshi.engine.reading import read_outcome
from noroshi.engine.settings import Settings
from noroshi.engine.sharing import Sharings
from noroshi.store import READ, RELAYED, Arrival, Store


def arrivals_of(store: Store, id: str) -> list[Arrival]:
    """The first arrival of a message under each of its labels. Raises NotFound."""
    found = {one.label: one for one in reversed(list(store.messages(OPERATOR, id=id)))}
    if not found:
        raise NotFound(f"no message {id}", remedy="`noroshi messages` lists them")
    return list(found.values())


def recall(
    store: Store, settings: Settings, org: str, id: str, reason: str, *, erase: bool = False
) -> int:
    """Take a message out of every picture, here and (`org`: this node's organisation) at every
    peer that has it. Returns how many versions went. Raises NotFound."""
    gone = 0
    for one in arrivals_of(store, id):
        sha = bytes.fromhex(one.id)
        origin = "" if one.format == RELAYED else org
        count, again = store.recall(sha, one.label, reason, erase=erase, origin=origin)
        gone += count
        _read_again(store, settings, again)
    return gone


def relabel(store: Store, settings: Settings, org: str, id: str, label: int, reason: str) -> int:
    """Share a message under another label, and take it back from those who saw it under the old
    one. Returns how many versions it has now. Raises NotFound."""
    arrivals = arrivals_of(store, id)
    first = arrivals[0]
    if first.format == RELAYED:
        raise NotFound(f"{id} is another node's to share", remedy="ask its origin")
    data = store.message(first.id, OPERATOR)
    hints = hints_of(first, settings.source(first.source), settings.limits)
    outcome = read_outcome(data, hints)
    if outcome.state != READ:
        raise NotFound(f"{id} cannot be read any more: {outcome.reason}")
    old = [one.label for one in arrivals if one.label != label]
    receipt, again = store.relabel(bytes.fromhex(first.id), old, label, outcome, reason, org)
    _read_again(store, settings, again)
    return receipt.records


def _read_again(store: Store, settings: Settings, shas: list[bytes]) -> None:
    for sha in shas:
        one = next(store.messages(OPERATOR, id=sha.hex()), None)
        if one is not None:
            source = settings.source(one.source)
            reread(store, one, store.message(one.id, OPERATOR), source, settings.limits)


def expired(store: Store, sharings: Sharings) -> Iterator[tuple[bytes, int]]:
    """Messages of personal data that were kept for as long as their label allows, and the label."""
    present = now()
    for one in sharings.all():
        if one.sharing.keep:
            before = present - one.sharing.keep * SECOND
            for sha in store.expired(one.id, before):
                yield sha, one.id


def expire(store: Store, settings: Settings, sharings: Sharings) -> int:
    """Erase personal data whose time is over, with all that was made from it. Returns how many
    messages went."""
    count = 0
    for sha, label in list(expired(store, sharings)):
        _, again = store.recall(sha, label, "kept for as long as agreed", erase=True)
        _read_again(store, settings, again)
        count += 1
    return count
