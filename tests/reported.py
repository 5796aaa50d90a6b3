"""A node with residents' reports, for tests: incidents are computed at once, by the product's own
code."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from noroshi.channels.reports.filing import Observation, file_report
from noroshi.core.label import OPERATOR, OWN, Sharing
from noroshi.core.place import point
from noroshi.core.record import Edition, Mode, Record, Version
from noroshi.core.time import DAY, MINUTE, now
from noroshi.domains.disaster.incidents.products import Params, build
from noroshi.engine.accounts import NewPerson
from noroshi.engine.directory import Directory
from noroshi.engine.logins import Logins
from noroshi.engine.node import Node
from noroshi.engine.roles import Role, local_operator
from noroshi.kinds import encode
from noroshi.kinds.reported_incident import INCIDENT, TRIAGE, ReportedIncident
from noroshi.kinds.resident_report import REPORT, ResidentReport
from noroshi.store import Query, open_store
from noroshi.store.people import Contact
from people import PASSWORD

SETTINGS = """
[node]
organisation = "ken"
[personal]
label = "residents"
"""
#: Who is there: person → organisation, role, purposes.
OFFICERS = {
    "sato": ("ken", Role.EDITOR, ("rescue",)), "kato": ("ken", Role.EDITOR, ()),
    "ito": ("ken", Role.VIEWER, ()), "mori": ("power", Role.LIAISON, ()),
}  # fmt: skip
HERE = (144.75, 27.5)
TOWN = "city:1720200"


def settle(home: Path) -> None:
    """A home with officers who sign in, and a label for personal data."""
    store = open_store(home)
    store.define_label("residents", Sharing(audience=(("own",),), purpose="rescue"))
    store.close()
    (home / "settings.toml").write_text(SETTINGS)
    directory, operator = Directory(home, "ken"), local_operator()
    logins = Logins(directory)
    for id in ("ken", "power"):
        directory.add_organisation(operator, id, id.title())
    for id, (organisation, role, purposes) in OFFICERS.items():
        directory.add_person(operator, NewPerson(id, id.title(), purposes=purposes))
        directory.set_role(operator, id, organisation, role)
        logins.set_password(operator, id, PASSWORD)
    directory.close()


def report(
    node: Node, who: str | Contact, category: str = "fire", *, mode: Mode = Mode.ACTUAL,
    east: float = 0.0, language: str = "", at: int | None = None, **said: Any,
) -> str:  # fmt: skip
    """A report by somebody, `east` degrees from the middle of the town."""
    contact = node.people.meet("web", who, keep=DAY, language=language) if isinstance(
        who, str) else who  # fmt: skip
    place = (HERE[0] + east, HERE[1])
    seen = {"area": TOWN, "position": place, "placed": "position", "place": "みなと町", **said}
    return file_report(node, contact, Observation(category=category, **seen), mode, at)


def many(node: Node, incidents: int, each: int) -> None:
    """Incidents with `each` reports, published at once: what computing them gives is not asked."""
    start = now() - incidents * MINUTE // 60
    reports, found = list[Record](), list[Record]()
    for number in range(incidents):
        keys = [f"{number:08x}{one:08x}" for one in range(each)]
        category, place = ("fire", "flood", "road", "trapped")[number % 4], f"{number % 40}丁目"
        where = point(HERE[0] + 0.01 * (number % 90), HERE[1] + 0.01 * (number // 90))
        said = ResidentReport(category=category, placed="position", place=place)
        reports += [Record(REPORT, key, encode(said), where, TOWN) for key in keys]
        body = ReportedIncident(
            category=category, title=place, reports=each, reporters=each, danger=number % 7 == 0,
            certainty=0.68, place=place, keys=keys,
        )  # fmt: skip
        found.append(Record(INCIDENT, keys[0], encode(body), where, TOWN, valid_to=now() + DAY))
    for kind, records in (("reports", reports), ("incidents", found)):
        edition = Edition(kind, start, records, effective=start, whole=False)
        node.store.publish([edition], source=kind, label=OWN)


#: What was there before this version is of another test.
since = 0


def begin(node: Node) -> None:
    """Let what is there already count no more."""
    global since
    since = node.store.latest()
    for one in node.people.all(Contact):
        node.people.erase(one)
    for mode in Mode:
        compute(node, mode)


def pictured(node: Node, kind: str, mode: Mode = Mode.ACTUAL) -> list[Version]:
    """The picture of a kind as it is now."""
    moment = max(now(), node.store.recorded())
    found = node.store.picture(Query(OPERATOR, moment, moment, kind, mode))
    return [one for one in found if one.id > since]


def compute(node: Node, mode: Mode = Mode.ACTUAL) -> None:
    """Compute the incidents, and publish them as the node does."""
    inputs = {kind: pictured(node, kind, mode) for kind in (REPORT, TRIAGE)}
    editions = build(inputs, Params()) or [Edition("", now(), [], mode=mode, effective=now())]
    node.store.publish(editions, source="incidents", label=OWN)
