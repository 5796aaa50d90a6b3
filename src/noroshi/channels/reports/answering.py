"""Telling those who reported what officers decided: once, each in their language.

It is told as soon as it is decided. What a crash left untold is made up for when the node runs
again: a delivery follows decisions, and tells what is not marked as told.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Sequence

import msgspec

from noroshi.channels.deliver import Delivery
from noroshi.channels.match import Match
from noroshi.channels.reports.telling import letter
from noroshi.channels.sending.queue import Item, enqueue
from noroshi.core.label import OPERATOR, Reader
from noroshi.core.record import Action, Mode, Version
from noroshi.core.time import DAY, FOREVER, now
from noroshi.engine.node import Node
from noroshi.kinds import decode
from noroshi.kinds.reported_incident import TRIAGE, Triage
from noroshi.kinds.resident_report import REPORT, ResidentReport
from noroshi.store import Change
from noroshi.store.filed import Filed
from noroshi.store.people import Contact

#: The source of decisions: no message and no peer sends under it.
SOURCE = "triage"
#: After so long an answer is no news: it is not sent any more.
VALID = DAY
#: Held while a decision is kept and told, so that nobody else tells it meanwhile.
telling = threading.RLock()


def newest(
    node: Node, kind: str, key: str, mode: Mode, reader: Reader = OPERATOR
) -> Version | None:
    """What is said last under a key; None for nothing, and for what has been taken back."""
    found = node.store.history(kind, key, reader, FOREVER, mode)
    last = max(found, key=lambda one: (one.issued, one.id), default=None)
    return None if last is None or last.action is Action.CANCEL else last


def tell(node: Node, said: Triage, reports: Sequence[Version], mode: Mode) -> int:
    """Tell everybody who reported these, once, however many of them are theirs, and nothing of
    who else did. Returns how many messages are new."""
    with telling:
        items, written = _letters(node, said, reports, mode)
        # First the messages: what is told again after a crash has the same key, and goes once.
        new = enqueue(node.people, items)
        with node.people.changing():
            for one in written:
                node.people.put(one)
    return new


def _letters(
    node: Node, said: Triage, reports: Sequence[Version], mode: Mode
) -> tuple[list[Item], list[Filed]]:
    """What is to be sent, and which reports are told of by it."""
    mark, deadline = _mark(said), now() + VALID
    items: list[Item] = []
    written: list[Filed] = []
    heard: set[str] = set()
    for version in sorted(reports, key=lambda one: (-one.issued, one.key)):
        filed = node.people.get(Filed, key=version.key, mode=int(mode))
        contact = None if filed is None else node.people.get(Contact, id=filed.contact)
        if filed is None or contact is None:
            continue
        number, _, before = filed.told.partition(" ")
        # That it is new is news only where something else was told before.
        if before == mark or (not before and mark == "new"):
            continue
        count = int(number or 0) + 1
        written.append(msgspec.structs.replace(filed, told=f"{count} {mark}"))
        if contact.id in heard:
            continue
        heard.add(contact.id)
        body: ResidentReport = decode(REPORT, version.body)
        language = contact.language or body.language
        title, text = letter(body, version.issued, said.state, said.answer, said.answer_en,
                             language)  # fmt: skip
        items.append(Item(
            contact.id, f"triage/{version.key}/{said.state}/{count}", title, text,
            urgent=body.danger, mode=mode, deadline=deadline, language=language,
        ))  # fmt: skip
    return items, written


def _mark(said: Triage) -> str:
    """What tells decisions apart for those who are told."""
    if not said.answer and not said.answer_en:
        return said.state
    answer = f"{said.answer}\n{said.answer_en}".encode()
    return f"{said.state} {hashlib.blake2b(answer, digest_size=6).hexdigest()}"


class _Decisions(Match):
    """Decisions of this node's officers, in every mode."""

    def __call__(self, change: Change) -> bool:
        one = change.version
        return one.kind == TRIAGE and one.source == SOURCE and one.message is None


class _Telling:
    """The way from decisions to those who reported (see `channels.deliver.Way`)."""

    batch = 50

    def __init__(self, node: Node) -> None:
        self._node = node

    def open(self) -> None:
        """Nothing is to be opened."""

    def send(self, changes: list[Change]) -> None:
        """Tell what still holds and is not told; what is too old to be news is not told."""
        decided: dict[tuple[Mode, bytes], list[Version]] = {}
        for one in (change.version for change in changes):
            last = newest(self._node, TRIAGE, one.key, one.mode)
            report = newest(self._node, REPORT, one.key, one.mode)
            fresh = now() - one.recorded < VALID
            if report is not None and last is not None and last.id == one.id and fresh:
                decided.setdefault((one.mode, one.body), []).append(report)
        for (mode, body), reports in decided.items():
            tell(self._node, decode(TRIAGE, body), reports, mode)

    def close(self) -> None:
        """Nothing is open."""


def teller(node: Node) -> Delivery:
    """What makes up for decisions that nobody was told of."""
    wanted = _Decisions(node.store, OPERATOR, kinds=(TRIAGE,))
    return Delivery("triage", node.store, wanted, _Telling(node))
