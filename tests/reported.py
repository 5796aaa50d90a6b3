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
from noroshi.kinds.reported_incident import TRIAGE
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


def settle(home: Path, settings: str = "") -> None:
    """A home with officers who sign in, and a label for personal data."""
    store = open_store(home)
    store.define_label("residents", Sharing(audience=(("own",),), purpose="rescue"))
    store.close()
    (home / "settings.toml").write_text(SETTINGS + settings)
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


def many(node: Node, count: int, *, apart: float = 0.01) -> None:
    """Reports by as many people, each of its own place, without the door that makes two records of
    each."""
    start = now() - count * MINUTE // 60
    records = [
        Record(REPORT, f"{number:016x}", encode(ResidentReport(
            category=("fire", "flood", "road", "trapped")[number % 4], danger=number % 7 == 0,
            placed="position", place=f"{number % 40}丁目", reporter=f"r{number}",
        )), point(HERE[0] + apart * (number % 90), HERE[1] + apart * (number // 90)), TOWN)
        for number in range(count)
    ]  # fmt: skip
    editions = [Edition(f"many/{one.key}", start + number * MINUTE // 60, [one], effective=start)
                for number, one in enumerate(records)]  # fmt: skip
    node.store.publish(editions, source="residents", label=OWN)


def pictured(node: Node, kind: str, mode: Mode = Mode.ACTUAL) -> list[Version]:
    """The picture of a kind as it is now."""
    moment = max(now(), node.store.recorded())
    return list(node.store.picture(Query(OPERATOR, moment, moment, kind, mode)))


def compute(node: Node, mode: Mode = Mode.ACTUAL) -> list[Record]:
    """Compute the incidents, and publish them as the node does."""
    inputs = {kind: pictured(node, kind, mode) for kind in (REPORT, TRIAGE)}
    editions = build(inputs, Params())
    node.store.publish(editions, source="incidents", label=OWN)
    return editions[0].records if editions else []
