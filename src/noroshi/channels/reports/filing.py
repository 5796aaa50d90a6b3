"""A resident's report becomes two records with one key: what it says, for those who act, and the
person's words and picture, under the label of personal data.

Where a node takes no personal data (`[personal] label`), words and pictures are not kept.
"""

from __future__ import annotations

import base64
import secrets
from concurrent.futures import Future

import msgspec

from noroshi.channels.reports.pictures import Picture, clean
from noroshi.core.errors import NoroshiError, UnreadableMessage
from noroshi.core.label import OPERATOR
from noroshi.core.place import area_token
from noroshi.core.record import Mode, Version
from noroshi.core.time import DAY, FOREVER, now, show
from noroshi.engine.access import duration
from noroshi.engine.clocks import DrillClock
from noroshi.engine.node import Node
from noroshi.engine.settings import DRILL, Source
from noroshi.formats.record_feature.reader import envelope
from noroshi.kinds import decode
from noroshi.kinds.reported_incident import INCIDENT, TRIAGE, ReportedIncident, Triage
from noroshi.kinds.resident_report import CATEGORIES, REPORT, WORDS, ResidentReport, ResidentWords
from noroshi.store import QUARANTINED, Query, Receipt
from noroshi.store.filed import Filed
from noroshi.store.people import Contact

#: The source of what residents report here.
SOURCE = "residents"
#: For how long (µs) a report is in the picture: after a week nobody says that it is still so.
_STANDS = 7 * DAY
#: Longest text that is kept [characters].
LONGEST = 2_000
#: Seconds for which a report may wait until it is durable.
_PATIENCE = 60.0


class Observation(msgspec.Struct, frozen=True, kw_only=True):
    """What a person says that they see. `position` is longitude and latitude, `area` an official
    area (`city:1720200`); the other fields are those of `disaster.resident_report`. `picture` is
    as it was sent; `picture_place`: they agreed that its own position is used."""

    category: str
    danger: bool = False
    depth: float | None = None
    persons: int | None = None
    seen: int | None = None
    place: str = ""
    placed: str = "name"
    position: tuple[float, float] | None = None
    area: str | None = None
    facility: str = ""
    detail: str = ""
    service: str = ""
    about: str = ""
    sees: bool | None = None
    language: str = "ja"
    text: str = ""
    picture: bytes | None = None
    picture_place: bool = False
    channel: str = "web"


def keeps_words(node: Node) -> bool:
    """True where this node may keep what people write, and their pictures."""
    label = node.settings.personal
    return label is not None and label in node.sharings.personal()


def file_report(
    node: Node, contact: Contact, said: Observation, mode: Mode, at: int | None = None
) -> str:
    """Keep a report; returns its key once it is durable. `at`: when it was said (µs UTC; None:
    now), in an exercise by the drill's clock.

    Raises UnreadableMessage for a picture that is none, NoroshiError where the store does not take
    it.
    """
    if said.category not in CATEGORIES:
        raise UnreadableMessage(f"{said.category!r} is no category: {', '.join(CATEGORIES)}")
    time = now() if at is None else at
    picture = None if said.picture is None else clean(said.picture, place=said.picture_place)
    words = keeps_words(node)
    key = secrets.token_hex(8)
    waiting = [_offer(node, REPORT, key, _report(node, contact, said, picture, words, time),
                      _where(said, picture), said.area, mode, time)]  # fmt: skip
    if words and (said.text or picture is not None):
        body = ResidentWords(
            text=said.text[:LONGEST],
            picture="" if picture is None else base64.b64encode(picture.data).decode(),
        )
        waiting.append(_offer(node, WORDS, key, body, None, None, mode, time))
    for one in waiting:
        receipt = one.result(_PATIENCE)
        if receipt.state == QUARANTINED:
            raise NoroshiError(f"the report cannot be kept: {receipt.reason}")
    keep = duration(node.settings.people.keep)
    filed = Filed(key, int(mode), contact.id, time, "", now() + keep)
    node.people.together(lambda: node.people.add(filed))
    return key


def _report(
    node: Node, contact: Contact, said: Observation, picture: Picture | None, words: bool, time: int
) -> ResidentReport:
    placed = said.placed
    if said.position is None and picture is not None and picture.position is not None:
        placed = "picture"
    return ResidentReport(
        category=said.category, danger=said.danger, depth=said.depth, persons=said.persons,
        seen=show(time if said.seen is None else said.seen), place=said.place[:100], placed=placed,
        facility=said.facility, picture=words and picture is not None, detail=said.detail,
        service=said.service, about=said.about, sees=said.sees, language=said.language,
        channel=said.channel,
        reporter=mark_of(node, contact, time),
    )  # fmt: skip


def mark_of(node: Node, contact: Contact, time: int) -> str:
    """The mark of a person on their reports of a day: the same for the same person, and nothing to
    anybody who has not the key of this node's file of residents."""
    return node.people.vault.blind("reporter", contact.id, str(time // DAY)).hex()[:12]


def _where(said: Observation, picture: Picture | None) -> tuple[float, float] | None:
    if said.position is not None:
        return said.position
    return None if picture is None else picture.position


def _offer(
    node: Node, kind: str, key: str, body: msgspec.Struct, position: tuple[float, float] | None,
    area: str | None, mode: Mode, time: int,
) -> Future[Receipt]:  # fmt: skip
    properties = msgspec.to_builtins(body)
    if kind == REPORT:
        properties["valid_to"] = show(time + _STANDS)
    if area is not None:
        area_token(area)
        properties["area"] = area
    geometry = None if position is None else {"type": "Point", "coordinates": position}
    feature = {"type": "Feature", "id": key, "geometry": geometry, "properties": properties}
    data = envelope(msgspec.json.encode(feature), kind, mode, time)
    return node.intake.offer(data, f"{kind}.geojson", _source(node, kind, mode), "record_feature")


def _source(node: Node, kind: str, mode: Mode) -> Source:
    """The source of reports: under the label that the settings say, never a wider one."""
    name = SOURCE if mode is Mode.ACTUAL else f"{DRILL}/{SOURCE}"
    found = node.settings.source(name)
    label = node.sharings.number(node.settings.chat.report_label)
    if kind == WORDS:
        assert node.settings.personal is not None
        label = node.settings.personal
    return msgspec.structs.replace(found, label=label, mode=mode)


def of_contact(
    node: Node, contact: Contact, mode: Mode
) -> list[tuple[str, ResidentReport, Triage | None, str]]:
    """The reports of a person, newest first: key, what it says, what officers made of it, and the
    key of the incident that it belongs to (empty: none)."""
    found = []
    for one in node.people.all(Filed, contact=contact.id, mode=int(mode)):
        report = _newest(node, REPORT, one.key, mode)
        if report is not None:
            triage = _newest(node, TRIAGE, one.key, mode)
            found.append((
                one.key, decode(REPORT, report.body),
                None if triage is None else decode(TRIAGE, triage.body),
                incident_of(node, one.key, mode),
            ))  # fmt: skip
    return found[::-1]


def _newest(node: Node, kind: str, key: str, mode: Mode) -> Version | None:
    """What a report's record of a kind says last."""
    found = node.store.history(kind, key, OPERATOR, FOREVER, mode)
    return max(found, key=lambda one: (one.issued, one.id), default=None)


def incident_of(node: Node, key: str, mode: Mode) -> str:
    """The key of the incident in the picture of now that a report belongs to, empty for none."""
    wall = now()
    at = DrillClock(node.store).time(mode, wall) if mode is Mode.EXERCISE else wall
    of = node.present.get(
        "incident of", INCIDENT, mode, OPERATOR, lambda query: _belonging(node, query), at
    )
    return of.get(key, "")


def _belonging(node: Node, query: Query) -> dict[str, str]:
    """To which incident each report belongs."""
    found = {}
    for version in node.store.picture(query):
        body: ReportedIncident = decode(INCIDENT, version.body)
        found.update(dict.fromkeys(body.keys, version.key))
    return found
