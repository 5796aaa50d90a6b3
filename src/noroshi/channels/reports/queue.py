"""The queue of incidents that residents report, as officers take them: the gravest first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from noroshi.channels.reports.answering import newest
from noroshi.core.label import Reader
from noroshi.core.place import bounds, municipality
from noroshi.core.record import Mode, Version
from noroshi.core.time import parse
from noroshi.engine.node import Node
from noroshi.engine.towns import Borders
from noroshi.kinds import decode
from noroshi.kinds.reported_incident import INCIDENT, TRIAGE, ReportedIncident, Triage
from noroshi.kinds.resident_report import CATEGORIES, REPORT, ResidentReport
from noroshi.store import Query

#: States of what is still to be worked on.
OPEN = ("new", "confirmed", "dispatched")
_GRAVITY = {name: place for place, name in enumerate(CATEGORIES)}


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """An incident in the queue: `town` its municipality as an area (empty: not known), `first` and
    `last` times of its reports (µs UTC), `position` longitude and latitude."""

    key: str
    body: ReportedIncident
    town: str
    first: int
    last: int
    position: tuple[float, float] | None

    @property
    def order(self) -> tuple[bool, bool, bool, int, float, int]:
        """What is open comes first, then danger to life, what nobody has looked at, the gravest
        category, the least certain, the newest."""
        body = self.body
        return (
            body.state not in OPEN, not body.danger, body.state != "new",
            _GRAVITY.get(body.category, len(_GRAVITY)), body.certainty, -self.last,
        )  # fmt: skip


class Told(msgspec.Struct, frozen=True):
    """One report of an incident, and what officers made of it."""

    version: Version
    body: ResidentReport
    triage: Triage | None
    decided: int | None


def entries(node: Node, mode: Mode, reader: Reader, at: int) -> list[Entry]:
    """Every incident of the picture at `at`, in the order in which they are to be taken.

    What officers decided counts at once, also where incidents are not computed anew yet.
    """
    made = node.present.get("triage", INCIDENT, mode, reader, lambda query: _made(node, query), at)
    decided = node.present.get(
        "triage", TRIAGE, mode, reader, lambda query: _decided(node, query), at
    )
    found = [_with(one, decided) for one in made]
    return sorted((one for one in found if one is not None), key=lambda one: one.order)


def _made(node: Node, query: Query) -> list[Entry]:
    borders = Borders(node.store)
    return [_entry(one, borders) for one in node.store.picture(query)]


def _entry(version: Version, borders: Borders) -> Entry:
    body: ReportedIncident = decode(INCIDENT, version.body)
    position = None
    if version.geometry is not None:
        west, south, east, north = bounds(version.geometry)
        position = (west + east) / 2, (south + north) / 2
    return Entry(
        key=version.key, body=body, position=position,
        town=municipality(version.area) or municipality(borders.of(version)),
        first=parse(body.first) if body.first else version.issued,
        last=parse(body.last) if body.last else version.issued,
    )  # fmt: skip


def _decided(node: Node, query: Query) -> dict[str, tuple[int, int, Triage]]:
    """The newest decision on each report: when it was made, its id, and what it says."""
    found: dict[str, tuple[int, int, Triage]] = {}
    for one in node.store.picture(query):
        before = found.get(one.key)
        if before is None or before[:2] < (one.issued, one.id):
            found[one.key] = one.issued, one.id, decode(TRIAGE, one.body)
    return found


def _with(entry: Entry, decided: Mapping[str, tuple[int, int, Triage]]) -> Entry | None:
    """An incident with what was decided since it was computed; None where all its reports were put
    aside."""
    mine = [one for key in entry.body.keys if (one := decided.get(key)) is not None]
    if not mine:
        return entry
    counted = [one for one in mine if one[2].of or one[2].state != "dismissed"]
    if len(mine) - len(counted) == len(entry.body.keys):
        return None
    state = max(counted, key=lambda one: one[:2])[2].state if counted else "new"
    if state == entry.body.state:
        return entry
    sure = {"dismissed": 0.0, "new": entry.body.certainty}.get(state, 1.0)
    body = msgspec.structs.replace(entry.body, state=state, certainty=sure)
    return msgspec.structs.replace(entry, body=body)


def find(entries: Iterable[Entry], key: str) -> Entry | None:
    """The incident of a key, or the one that has a report of this key: an incident whose first
    report was put aside goes on under the key of the next."""
    within = None
    for one in entries:
        if one.key == key:
            return one
        if key in one.body.keys:
            within = one
    return within


def aside(node: Node, mode: Mode, reader: Reader, at: int) -> list[str]:
    """Keys of reports that were put aside by themselves, the last first."""
    decided = node.present.get(
        "triage", TRIAGE, mode, reader, lambda query: _decided(node, query), at
    )
    found = [(one[0], key) for key, one in decided.items()
             if one[2].state == "dismissed" and not one[2].of]  # fmt: skip
    return [key for _, key in sorted(found, reverse=True)]


def reports(node: Node, keys: Iterable[str], mode: Mode, reader: Reader) -> list[Told]:
    """Reports by their keys, without those that the reader does not see."""
    found = []
    with node.store.reading():
        for key in keys:
            version = newest(node, REPORT, key, mode, reader)
            if version is None:
                continue
            decided = newest(node, TRIAGE, key, mode, reader)
            found.append(Told(
                version, decode(REPORT, version.body),
                None if decided is None else decode(TRIAGE, decided.body),
                None if decided is None else decided.issued,
            ))  # fmt: skip
    return found
