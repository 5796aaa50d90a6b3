"""CAP 1.2 documents to editions of `disaster.alert`: one record for each info, in its language.

A document that breaks a rule is refused whole, with the rule: who warns others must not guess.
"""

from __future__ import annotations

import hashlib
import math
from collections import Counter
from collections.abc import Iterator
from typing import Any

from lxml import etree

from noroshi.core.errors import LimitExceeded, UnreadableMessage
from noroshi.core.label import OWN, PUBLIC, RESPONDERS
from noroshi.core.record import Action, Edition, Mode, Record
from noroshi.core.time import JST, parse, show
from noroshi.formats import Finding, Hints, Reading
from noroshi.formats.cap import MEDIA_TYPE, NAMESPACE, geocode
from noroshi.formats.cap.message import Named, Ring
from noroshi.formats.cap.validate import validate
from noroshi.formats.jma_xml.telegram import parse_xml
from noroshi.kinds import encode
from noroshi.kinds.alert import Alert
from noroshi.kinds.bulletin import Named as Place

#: Larger documents are no alert for people.
LARGEST = 8 * 2**20
#: Corners of a circle as it is kept, and of all shapes of an info at most.
_CIRCLE, _CORNERS = 64, 200_000
#: Metres in a degree of a great circle, by the mean radius of the earth (IUGG).
_DEGREE = 6_371_008.8 * math.pi / 180
_MODES = {"Actual": Mode.ACTUAL, "Exercise": Mode.EXERCISE, "Test": Mode.TEST}
#: §3.2.1: Restricted is for those a rule names, Private for its addresses.
_FLOORS = {"Public": PUBLIC, "Restricted": RESPONDERS, "Private": OWN}
_LONGEST = 200


def read(data: bytes, hints: Hints) -> Reading:
    """The edition of an alert. Its series is the first alert that it refers to, or else itself, so
    that an update takes its place and a cancellation ends it.

    Raises UnreadableMessage for a document that breaks a rule of CAP 1.2. One that says nothing of
    the world (an acknowledgement, a draft) has no edition, and a Finding that says so.
    """
    if len(data) > LARGEST:
        raise LimitExceeded(
            f"{len(data)} bytes are more than the limit of {LARGEST} of an alert", where=hints.name
        )
    wrong = validate(data, hints)
    if wrong:
        first = wrong[0]
        more = f" ({len(wrong) - 1} more faults)" if len(wrong) > 1 else ""
        raise UnreadableMessage(first.what + more, where=first.where, remedy=first.remedy)
    alert = parse_xml(data, hints.limits)
    status, kind = _text(alert, "status"), _text(alert, "msgType")
    floor = _FLOORS[_text(alert, "scope")]
    if status not in _MODES or kind in ("Ack", "Error"):
        what = f"{status} {kind}: it says nothing of the world, and no record is made of it"
        return Reading([], [Finding("warning", "alert", what)], MEDIA_TYPE, floor)
    sent = parse(_text(alert, "sent"))
    faults: list[Finding] = []
    cancels = kind == "Cancel"
    edition = Edition(
        _series(alert),
        sent,
        [] if cancels else list(_records(alert, sent, faults)),
        action=Action.CANCEL if cancels else Action.ISSUE,
        mode=_MODES[status],
        effective=sent,
    )
    return Reading([edition], faults, MEDIA_TYPE, floor)


def _text(element: Any, name: str) -> str:
    return (element.findtext(f"{{{NAMESPACE}}}{name}") or "").strip()


def _texts(element: Any, name: str) -> list[str]:
    found = ((one.text or "").strip() for one in _all(element, name))
    return [one for one in found if one]


def _all(element: Any, name: str) -> list[etree._Element]:
    return list(element.findall(f"{{{NAMESPACE}}}{name}"))


def _named(element: Any, name: str) -> list[Named]:
    return [(_text(one, "valueName"), _text(one, "value")) for one in _all(element, name)]


def _references(alert: Any) -> list[list[str]]:
    return [one.split(",") for one in _text(alert, "references").split()]


def _series(alert: Any) -> str:
    """Whose alert it is, and the earliest that it goes back to."""
    earliest = min(_references(alert), key=lambda one: (parse(one[2]), one[:2]), default=None)
    sender, identifier = earliest[:2] if earliest else (_text(alert, "sender"),
                                                        _text(alert, "identifier"))  # fmt: skip
    series = f"cap/{sender}/{identifier}"
    if len(series) <= _LONGEST:
        return series
    return f"cap/{hashlib.sha256(series.encode()).hexdigest()}"


def _time(info: Any, name: str) -> int | None:
    written = _text(info, name)
    return parse(written) if written else None


def _records(alert: Any, sent: int, faults: list[Finding]) -> Iterator[Record]:
    count: Counter[str] = Counter()
    for info in _all(alert, "info"):
        language = _text(info, "language") or "en-US"  # §3.2.2: the default
        count[language] += 1
        key = language if count[language] == 1 else f"{language}/{count[language]}"
        where = f"info (line {info.sourceline})"
        starts, ends = _time(info, "effective"), _time(info, "expires")
        if ends is not None and ends <= (sent if starts is None else starts):
            what = "left out: it had expired before it came into force"
            faults.append(Finding("warning", where, what, "expires is later than effective"))
            continue
        areas = _all(info, "area")
        body = encode(_body(alert, info, areas, language))
        geometry = _geometry(areas, where, faults)
        official = _official(areas)
        if geometry is not None or len(official) < 2:
            yield Record(
                "disaster.alert", key, body, geometry, official[0] if len(official) == 1 else None,
                starts, ends,
            )  # fmt: skip
        else:
            # Without shapes the codes are all that says where: each area has a record.
            for one in official:
                yield Record("disaster.alert", f"{key}/{one}", body, None, one, starts, ends)


def _body(alert: Any, info: Any, areas: list[Any], language: str) -> Alert:
    def when(name: str) -> str | None:
        time = _time(info, name)
        return None if time is None else show(time, JST)

    codes = [_named(area, "geocode") for area in areas]
    return Alert(
        identifier=_text(alert, "identifier"),
        sender=_text(alert, "sender"),
        event=_text(info, "event"),
        headline=_text(info, "headline"),
        urgency=_text(info, "urgency"),
        severity=_text(info, "severity"),
        certainty=_text(info, "certainty"),
        categories=_texts(info, "category"),
        responses=_texts(info, "responseType"),
        description=_text(info, "description"),
        instruction=_text(info, "instruction"),
        areas=[
            Place(_text(area, "areaDesc"), next((code for _, code in some), ""))
            for area, some in zip(areas, codes, strict=True)
        ],
        codes=[f"{system}:{code}" for some in codes for system, code in some],
        event_codes=[f"{system}:{code}" for system, code in _named(info, "eventCode")],
        parameters=[f"{name}: {value}" for name, value in _named(info, "parameter")],
        onset=when("onset"),
        effective=when("effective"),
        expires=when("expires"),
        sent=show(parse(_text(alert, "sent")), JST),
        sender_name=_text(info, "senderName"),
        language=language,
        message_type=_text(alert, "msgType"),
        scope=_text(alert, "scope"),
        restriction=_text(alert, "restriction"),
        references=[",".join(one) for one in _references(alert)],
        web=_text(info, "web"),
        contact=_text(info, "contact"),
        remarks=_text(alert, "note"),
    )


def _official(areas: list[Any]) -> list[str]:
    """The official areas, each once: of every area block the first code that is known here."""
    found: dict[str, None] = {}
    for area in areas:
        known = map(geocode.area, _named(area, "geocode"))
        first = next((one for one in known if one is not None), None)
        if first is not None:
            found[first] = None
    return list(found)


def _geometry(areas: list[Any], where: str, faults: list[Finding]) -> bytes | None:
    """The polygons and circles of all areas as one shape (WKB); None where there are none."""
    rings = [ring for area in areas for ring in _rings(area)]
    if not rings:
        return None
    if sum(map(len, rings)) > _CORNERS:
        what = f"shapes of more than {_CORNERS} corners are left out"
        faults.append(Finding("warning", where, what, "send outlines that are less fine"))
        return None
    import shapely

    parts = [shapely.make_valid(shapely.Polygon(ring)) for ring in rings if len(ring) > 1]
    parts += [shapely.Point(*ring[0]) for ring in rings if len(ring) == 1]
    whole = shapely.union_all(parts)
    areal = [one for one in shapely.get_parts(whole) if one.geom_type == "Polygon"]
    if areal and whole.geom_type == "GeometryCollection":
        whole = shapely.union_all(areal)
    found: bytes = shapely.to_wkb(whole, byte_order=1, output_dimension=2)
    return None if whole.is_empty else found


def _rings(area: Any) -> Iterator[Ring]:
    """Outlines in longitude, latitude; a circle of no radius is its centre alone."""
    for written in _texts(area, "polygon"):
        corners = (one.split(",") for one in written.split())
        yield tuple((float(longitude), float(latitude)) for latitude, longitude in corners)
    for written in _texts(area, "circle"):
        centre, radius = written.split()
        latitude, longitude = map(float, centre.split(","))
        yield _circle(longitude, latitude, float(radius) * 1000)


def _circle(longitude: float, latitude: float, radius: float) -> Ring:
    """A circle on the sphere, its radius in metres, within the frame of the map."""
    north = radius / _DEGREE
    if north == 0:
        return ((longitude, latitude),)
    east = north / max(math.cos(math.radians(latitude)), 1e-3)
    corners = []
    for number in range(_CIRCLE):
        angle = 2 * math.pi * number / _CIRCLE
        x, y = longitude + east * math.sin(angle), latitude + north * math.cos(angle)
        corners.append((min(max(x, -180.0), 180.0), min(max(y, -90.0), 90.0)))
    return (*corners, corners[0])
