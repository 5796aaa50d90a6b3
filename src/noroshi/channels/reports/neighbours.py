"""Asking those nearby whether they see it too: few, seldom, and never saying who reported it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import msgspec

from noroshi.channels.advice.refuge import distance
from noroshi.channels.reports.filing import Observation, file_report
from noroshi.core.errors import NotFound
from noroshi.core.label import OPERATOR
from noroshi.core.place import bounds
from noroshi.core.record import Mode, Version
from noroshi.core.time import FOREVER, HOUR, now
from noroshi.engine.node import Node
from noroshi.kinds import decode
from noroshi.kinds.resident_report import REPORT, ResidentReport
from noroshi.store.filed import AskedNeighbour, Filed
from noroshi.store.people import Contact

#: How many are asked about one report, and how far they may be [m].
MOST, NEAR = 3, 800.0
#: Nobody is asked more often than this, and an answer counts only so long after the question.
PAUSE, VALID = 6 * HOUR, 2 * HOUR
#: What is asked about: what somebody outside can see without going into danger.
ASKED_ABOUT = frozenset({"fire", "flood", "landslide", "road", "outage", "water"})


class Neighbour(NamedTuple):
    """Somebody who may be asked: the id of their contact, and where they are (longitude,
    latitude)."""

    contact: str
    position: tuple[float, float]


def choose(
    node: Node, key: str, known: Iterable[Neighbour], mode: Mode, at: int | None = None
) -> list[str]:
    """Contacts to be asked about a report, the nearest first; that they are is kept. None where
    the node does not ask (`[chat] neighbours`), or nobody can tell from outside.

    Who reported it is not asked, nor who was asked anything lately.
    """
    if not node.settings.chat.neighbours:
        return []
    report = _report(node, key, mode)
    body: ResidentReport = decode(REPORT, report.body)
    if report.geometry is None or body.category not in ASKED_ABOUT or body.about:
        return []
    west, south, east, north = bounds(report.geometry)
    where = (west + east) / 2, (south + north) / 2
    near = sorted(
        (far, one.contact) for one in known if (far := distance(where, one.position)) <= NEAR
    )
    time = now() if at is None else at
    reporter = node.people.get(Filed, key=key, mode=int(mode))
    found: list[str] = []
    for _, contact in near:
        if len(found) == MOST:
            break
        if contact in found or (reporter is not None and contact == reporter.contact):
            continue
        before = node.people.all(AskedNeighbour, contact=contact, mode=int(mode))
        if any(time - one.at < PAUSE for one in before):
            continue
        node.people.add(
            AskedNeighbour(key, int(mode), contact, time, expires=now() + max(PAUSE, VALID))
        )
        found.append(contact)
    return found


def question_for(node: Node, contact: Contact, mode: Mode, at: int) -> AskedNeighbour | None:
    """What somebody was asked last and has not answered, as long as an answer counts."""
    open_ = [
        one for one in node.people.all(AskedNeighbour, contact=contact.id, mode=int(mode))
        if not one.answered and at - one.at < VALID
    ]  # fmt: skip
    return max(open_, key=lambda one: one.at, default=None)


def answer_neighbour(
    node: Node, contact: Contact, key: str, sees: bool, mode: Mode, at: int | None = None, *,
    position: tuple[float, float] | None = None,
) -> str:  # fmt: skip
    """Keep what a neighbour says as a report of theirs. Returns its key. Raises NotFound where
    they were not asked, or have answered."""
    asked = node.people.get(AskedNeighbour, key=key, mode=int(mode), contact=contact.id)
    if asked is None or asked.answered:
        raise NotFound("this was not asked, or is answered already")
    report = _report(node, key, mode)
    body: ResidentReport = decode(REPORT, report.body)
    node.people.put(msgspec.structs.replace(asked, answered=True))
    said = Observation(
        category=body.category, about=key, sees=sees, place=body.place, position=position,
        placed="position" if position else "name", area=report.area, facility=body.facility,
        language=contact.language or "ja", channel=contact.channel,
    )  # fmt: skip
    return file_report(node, contact, said, mode, at)


def _report(node: Node, key: str, mode: Mode) -> Version:
    found = node.store.history(REPORT, key, OPERATOR, FOREVER, mode)
    if not found:
        raise NotFound(f"no report {key}")
    return max(found, key=lambda one: (one.issued, one.id))
