"""Officers let those near an incident be asked whether they see it too."""

from __future__ import annotations

import shapely

from noroshi.channels.reports.answering import newest
from noroshi.channels.reports.neighbours import NEAR, VALID, Neighbour, choose
from noroshi.channels.reports.telling import question
from noroshi.channels.reports.triage import permit, present
from noroshi.channels.sending.queue import Item, enqueue
from noroshi.channels.subscribers.match import Body
from noroshi.channels.subscribers.places import DEGREE, alert_tokens
from noroshi.core.errors import NotFound
from noroshi.core.label import OPERATOR, Reader
from noroshi.core.place import bounds
from noroshi.core.record import Mode
from noroshi.core.time import now
from noroshi.core.typed import decoder
from noroshi.engine.node import Node
from noroshi.engine.roles import Actor
from noroshi.kinds import decode
from noroshi.kinds.reported_incident import INCIDENT, ReportedIncident
from noroshi.kinds.resident_report import REPORT, ResidentReport
from noroshi.store import subscribers
from noroshi.store.people import Contact

#: Any level that somebody subscribed to.
_EVERY = 9


def known(node: Node, where: tuple[float, float], mode: Mode) -> list[Neighbour]:
    """Who gave an exact place near a position with their subscription; a municipality alone says
    nothing of what they can see."""
    around = shapely.Point(where).buffer(1.5 * NEAR / DEGREE)
    people = node.people
    tokens = alert_tokens(people.vault, (), around)
    ids = subscribers.matched(people, int(mode), _EVERY, tokens)
    read, found = decoder(Body).decode, []
    for id, contact, _, _, _, sealed in subscribers.subscriptions(people, ids, now()):
        body: Body = read(people.vault.open(sealed, f"subscriptions/{id}"))
        found += [Neighbour(contact, one.point) for one in body.places if one.point is not None]
    return found


def ask(node: Node, actor: Actor, incident: str, mode: Mode, reader: Reader = OPERATOR) -> int:
    """Ask a few near an incident, of those whose place is known. Returns how many are asked; none
    where the node does not ask (`[chat] neighbours`), or nobody could tell from outside.

    Raises NotPermitted, NotFound.
    """
    permit(node, actor, "triage.ask", f"incident:{incident}")
    version = newest(node, INCIDENT, incident, mode, reader)
    if version is None:
        raise NotFound("no such incident", remedy="look at the queue again")
    body: ReportedIncident = decode(INCIDENT, version.body)
    placed = (one for key in body.keys if (one := newest(node, REPORT, key, mode, reader))
              and one.geometry is not None)  # fmt: skip
    report = next(placed, None)
    if report is None or report.geometry is None:
        return 0
    west, south, east, north = bounds(report.geometry)
    near = known(node, ((west + east) / 2, (south + north) / 2), mode)
    chosen = choose(node, report.key, near, mode, present(node, mode))
    said: ResidentReport = decode(REPORT, report.body)
    items = []
    for contact in (node.people.get(Contact, id=one) for one in chosen):
        if contact is not None:
            language = contact.language or "ja"
            title, text = question(said, language)
            items.append(Item(contact.id, f"ask/{report.key}", title, text, mode=mode,
                              deadline=now() + VALID, language=language))  # fmt: skip
    node.directory.audit.append(actor.name, "triage.ask", f"incident:{incident}", {
        "mode": mode.name.lower(), "asked": len(items),
    })  # fmt: skip
    return enqueue(node.people, items)
