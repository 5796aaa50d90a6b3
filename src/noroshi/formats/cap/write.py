"""An alert to the bytes of one CAP 1.2 document. The same alert gives the same bytes."""

from __future__ import annotations

import re
from collections.abc import Iterable

from lxml import etree

from noroshi.core.errors import InvalidRecord
from noroshi.core.time import FOREVER, JST, NEVER, SECOND, to_datetime
from noroshi.formats.cap import NAMESPACE
from noroshi.formats.cap.message import Alert, Area, Info, Named, Reference, Ring

#: Characters of a text at most, so that a document stays of a size that any receiver takes.
HEADLINE, SHORT, LONG = 160, 300, 4_000
_CUT = "…"
#: What XML 1.0 has no way to write (its production 2), and marks that turn the order of writing.
_UNWRITABLE = re.compile(
    "[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]|[\u202a-\u202e\u2066-\u2069]"
)
#: §3.2.1: an identifier or sender has no spaces, commas, `<` or `&`.
_RESTRICTED = re.compile(r"[\s,<&]+")


def write(alert: Alert) -> bytes:
    """The document of an alert, UTF-8. Text is cut to what a receiver can be expected to show, and
    loses what XML cannot say. Raises InvalidRecord for a time of sending that has no date."""
    root = etree.Element(f"{{{NAMESPACE}}}alert", nsmap={None: NAMESPACE})  # type: ignore[dict-item]
    sent = stamp(alert.sent)
    if sent is None:
        raise InvalidRecord("the time of issue has no date", where=alert.identifier)
    _put(root, "identifier", word(alert.identifier))
    _put(root, "sender", word(alert.sender))
    _put(root, "sent", sent)
    _put(root, "status", alert.status)
    _put(root, "msgType", alert.type)
    _put(root, "source", text(alert.source, SHORT))
    _put(root, "scope", alert.scope)
    _put(root, "restriction", text(alert.restriction, LONG))
    _put(root, "addresses", " ".join(map(_address, alert.addresses)))
    _put(root, "note", text(alert.note, SHORT))
    _put(root, "references", " ".join(filter(None, map(_reference, alert.references))))
    for info in alert.infos:
        _info(etree.SubElement(root, f"{{{NAMESPACE}}}info"), info)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def stamp(time: int | None) -> str | None:
    """A time as CAP writes it (§3.3.2): seconds, and a zone in digits. None for none."""
    if time is None or not NEVER < time < FOREVER:
        return None
    try:
        return to_datetime(time // SECOND * SECOND, JST).isoformat()
    except OverflowError:
        return None


def text(value: str, most: int) -> str:
    """`value` without what XML cannot say, at most so many characters."""
    clean = _UNWRITABLE.sub("", value.replace("\r\n", "\n").replace("\r", "\n")).strip()
    return clean if len(clean) <= most else clean[: most - 1].rstrip() + _CUT


def word(value: str) -> str:
    """`value` as an identifier or sender may be written; `unknown` where nothing is left."""
    return _RESTRICTED.sub("-", text(value, SHORT)).strip("-") or "unknown"


def _address(value: str) -> str:
    """§3.2.1: addresses are separated by spaces, and those with spaces stand in quotes."""
    clean = text(value, SHORT).replace('"', "'")
    return f'"{clean}"' if re.search(r"\s", clean) else clean


def _reference(one: Reference) -> str:
    sent = stamp(one.sent)
    return "" if sent is None else f"{word(one.sender)},{word(one.identifier)},{sent}"


def _info(element: etree._Element, info: Info) -> None:
    _put(element, "language", info.language)
    for category in info.categories:
        _put(element, "category", category)
    _put(element, "event", text(info.event, SHORT) or "-")
    for response in info.responses:
        _put(element, "responseType", response)
    _put(element, "urgency", info.urgency)
    _put(element, "severity", info.severity)
    _put(element, "certainty", info.certainty)
    _named(element, "eventCode", info.codes)
    _put(element, "effective", stamp(info.effective))
    _put(element, "onset", stamp(info.onset))
    _put(element, "expires", stamp(info.expires))
    _put(element, "senderName", text(info.sender_name, SHORT))
    _put(element, "headline", text(info.headline, HEADLINE))
    _put(element, "description", text(info.description, LONG))
    _put(element, "instruction", text(info.instruction, LONG))
    _put(element, "contact", text(info.contact, SHORT))
    _named(element, "parameter", info.parameters)
    for area in info.areas:
        _area(etree.SubElement(element, f"{{{NAMESPACE}}}area"), area)


def _area(element: etree._Element, area: Area) -> None:
    _put(element, "areaDesc", text(area.description, SHORT) or "-")
    for ring in area.rings:
        _put(element, "polygon", _corners(ring))
    _named(element, "geocode", area.codes)


def _corners(ring: Ring) -> str:
    """§3.2.4: pairs of latitude,longitude, separated by spaces; the first and last are the same."""
    return " ".join(f"{latitude:.5f},{longitude:.5f}" for longitude, latitude in ring)


def _named(element: etree._Element, name: str, pairs: Iterable[Named]) -> None:
    for key, value in pairs:
        clean = text(value, SHORT)
        if clean:
            one = etree.SubElement(element, f"{{{NAMESPACE}}}{name}")
            _put(one, "valueName", text(key, SHORT) or "-")
            _put(one, "value", clean)


def _put(element: etree._Element, name: str, value: str | None) -> None:
    if value:
        etree.SubElement(element, f"{{{NAMESPACE}}}{name}").text = value
