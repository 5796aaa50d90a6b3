"""What officers make of residents' reports: kept as records, audited, and told to who reported.

Who reported hears what became of it, in their language, and nothing of who else reported. The same
decision again, or a form that is sent twice, tells nobody twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from noroshi.channels.reports.answering import SOURCE, newest, tell, telling
from noroshi.core.errors import NoroshiError, NotFound, NotPermitted
from noroshi.core.label import OPERATOR, Reader
from noroshi.core.record import Edition, Mode, Record, Version
from noroshi.core.time import now
from noroshi.engine.clocks import DrillClock
from noroshi.engine.node import Node
from noroshi.engine.roles import Actor, Role, What, may
from noroshi.kinds import decode, encode
from noroshi.kinds.reported_incident import INCIDENT, STATES, TRIAGE, ReportedIncident, Triage
from noroshi.kinds.resident_report import REPORT

#: States after which what is reported is something new.
ENDING = ("resolved", "dismissed")
#: Longest answer, and longest note [characters].
LONGEST = 500


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """What an officer decides of an incident, or of one `report` of it alone. `answer`: what who
    reported is told beside the sentence for the state, in Japanese and English. `seen`: the state
    that the officer saw (empty: whatever it is), and `known` how many reports (0: no matter)."""

    incident: str
    state: str
    report: str = ""
    answer: str = ""
    answer_en: str = ""
    note: str = ""
    seen: str = ""
    known: int = 0


class Decided(NamedTuple):
    """How many reports have a new decision, and how many people will hear of it."""

    reports: int
    told: int


class Overtaken(NoroshiError):
    """Somebody else has decided meanwhile, or there are reports that the officer has not seen."""


def present(node: Node, mode: Mode) -> int:
    """What time it is: in an exercise by the clock of the drill that is played."""
    wall = now()
    return wall if mode is not Mode.EXERCISE else DrillClock(node.store).time(mode, wall)


def may_decide(node: Node, actor: Actor) -> bool:
    """Whether `permit` would let them."""
    kind, _, person = actor.name.partition(":")
    role = node.directory.role_in(person, node.directory.own) if kind == "person" else None
    return kind == "local" or may(role or Role.NOBODY, What.SEND)


def permit(node: Node, actor: Actor, action: str, target: str) -> None:
    """Raises NotPermitted, audited, for who is no editor (or more) of the node's own organisation:
    residents are answered in its name."""
    directory = node.directory
    directory.permit(actor, What.SEND, action, target)
    if not may_decide(node, actor):
        why = "reports are decided on by editors of the node's own organisation"
        directory.audit.append(actor.name, "refused", target[:200], {"action": action, "why": why})
        raise NotPermitted(why, remedy="an operator gives roles: noroshi person role")


def decide(
    node: Node, actor: Actor, said: Decision, mode: Mode, reader: Reader = OPERATOR
) -> Decided:
    """Keep a decision, and tell who reported. Durable on return.

    `reader`: what the officer sees; reports that they do not see they do not decide on. A report
    that was put aside by itself stays so, unless it is decided on by itself. Raises NotPermitted,
    NotFound, Overtaken, NoroshiError for what is no decision.
    """
    target = f"report:{said.report}" if said.report else f"incident:{said.incident}"
    permit(node, actor, "triage.decide", target)
    _check(said)
    with node.store.reading():
        keys = _keys(node, said, mode, reader)
        found = [
            (report, newest(node, TRIAGE, report.key, mode))
            for key in keys if (report := newest(node, REPORT, key, mode, reader)) is not None
        ]  # fmt: skip
    if not said.report:
        found = [one for one in found if not put_aside(one[1])]
    if not found:
        raise NotFound("no report of it is there, or may be seen by you")
    body = _body(said)
    changed = [one for one in found if one[1] is None or decode(TRIAGE, one[1].body) != body]
    with telling:
        if changed:
            _fresh(said, found)
            _publish(node, body, changed, mode)
            node.directory.audit.append(actor.name, "triage.decide", target, {
                "state": said.state, "mode": mode.name.lower(), "reports": len(changed),
            })  # fmt: skip
        told = tell(node, body, [one[0] for one in found], mode)
    return Decided(len(changed), told)


def put_aside(decided: Version | None) -> bool:
    """Whether a report was put aside by itself: it counts for no incident."""
    if decided is None:
        return False
    body: Triage = decode(TRIAGE, decided.body)
    return body.state == "dismissed" and not body.of


def _check(said: Decision) -> None:
    if said.state not in STATES:
        raise NoroshiError(f"{said.state!r} is no state: {', '.join(STATES)}", where="state")
    for name in ("answer", "answer_en", "note"):
        if len(getattr(said, name)) > LONGEST:
            raise NoroshiError(f"more than {LONGEST} characters", where=name)


def _keys(node: Node, said: Decision, mode: Mode, reader: Reader) -> Sequence[str]:
    if said.report:
        return [said.report]
    incident = newest(node, INCIDENT, said.incident, mode, reader)
    if incident is None:
        raise NotFound("no such incident", remedy="look at the queue again")
    body: ReportedIncident = decode(INCIDENT, incident.body)
    return body.keys


def _body(said: Decision) -> Triage:
    # One report that is put aside counts no more; all else is said of the incident.
    alone = said.report and said.state == "dismissed"
    return Triage(
        state=said.state, answer=said.answer.strip(), answer_en=said.answer_en.strip(),
        of="" if alone else said.incident, note_=said.note.strip(),
    )  # fmt: skip


def _fresh(said: Decision, found: Sequence[tuple[Version, Version | None]]) -> None:
    """Raises Overtaken where the state is another than the officer saw, or where what they end has
    reports that they did not see."""
    if not said.seen:
        return
    decided = [one for _, one in found if one is not None]
    last = max(decided, key=lambda one: (one.issued, one.id), default=None)
    state = "new" if last is None else decode(TRIAGE, last.body).state
    if state != said.seen:
        raise Overtaken(f"it is {state} by now: somebody else has decided",
                        remedy="look at it again")  # fmt: skip
    if said.state in ENDING and said.known and len(found) > said.known:
        raise Overtaken(f"{len(found) - said.known} more reports have come",
                        remedy="look at it again")  # fmt: skip


def _publish(
    node: Node, body: Triage, found: Sequence[tuple[Version, Version | None]], mode: Mode
) -> None:
    """A record for each report, under its label and where it is, so that it counts for the same
    municipality."""
    issued = max(present(node, mode), *(0 if one is None else one.issued + 1 for _, one in found))
    by_label: dict[int, list[Edition]] = {}
    for report, _ in found:
        geometry = report.geometry if report.area is None else None
        record = Record(TRIAGE, report.key, encode(body), geometry, report.area, basis=(report.id,))
        # A series for each report: the decisions of one drill say nothing of when another's were.
        by_label.setdefault(report.label, []).append(
            Edition(f"triage/{report.key}", issued, [record], mode=mode, effective=issued)
        )
    for label, editions in by_label.items():
        node.store.publish(editions, source=SOURCE, label=label)
    node.changed({TRIAGE})
