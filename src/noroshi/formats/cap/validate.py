"""What CAP 1.2 requires of a document: its structure (§3.4, the XML schema), and what only the
words of its data dictionary say (§3.2): conditional elements, identifiers, references, rings."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from lxml import etree

from noroshi.core.errors import UnreadableMessage
from noroshi.core.time import parse
from noroshi.formats import Finding, Hints
from noroshi.formats.cap import NAMESPACE
from noroshi.formats.cap import message as words
from noroshi.formats.jma_xml.telegram import parse_xml

#: Element, least and most times (None: any), in the order of the schema.
Part = tuple[str, int, int | None]
_ALERT: tuple[Part, ...] = (
    ("identifier", 1, 1), ("sender", 1, 1), ("sent", 1, 1), ("status", 1, 1), ("msgType", 1, 1),
    ("source", 0, 1), ("scope", 1, 1), ("restriction", 0, 1), ("addresses", 0, 1),
    ("code", 0, None), ("note", 0, 1), ("references", 0, 1), ("incidents", 0, 1),
    ("info", 0, None),
)  # fmt: skip
_INFO: tuple[Part, ...] = (
    ("language", 0, 1), ("category", 1, None), ("event", 1, 1), ("responseType", 0, None),
    ("urgency", 1, 1), ("severity", 1, 1), ("certainty", 1, 1), ("audience", 0, 1),
    ("eventCode", 0, None), ("effective", 0, 1), ("onset", 0, 1), ("expires", 0, 1),
    ("senderName", 0, 1), ("headline", 0, 1), ("description", 0, 1), ("instruction", 0, 1),
    ("web", 0, 1), ("contact", 0, 1), ("parameter", 0, None), ("resource", 0, None),
    ("area", 0, None),
)  # fmt: skip
_AREA: tuple[Part, ...] = (
    ("areaDesc", 1, 1), ("polygon", 0, None), ("circle", 0, None), ("geocode", 0, None),
    ("altitude", 0, 1), ("ceiling", 0, 1),
)  # fmt: skip
_RESOURCE: tuple[Part, ...] = (
    ("resourceDesc", 1, 1), ("mimeType", 1, 1), ("size", 0, 1), ("uri", 0, 1), ("derefUri", 0, 1),
    ("digest", 0, 1),
)  # fmt: skip
_PAIR: tuple[Part, ...] = (("valueName", 1, 1), ("value", 1, 1))
_INSIDE = {
    "alert": _ALERT, "info": _INFO, "area": _AREA, "resource": _RESOURCE, "eventCode": _PAIR,
    "parameter": _PAIR, "geocode": _PAIR,
}  # fmt: skip
_WORDS = {
    "status": words.STATUSES, "msgType": words.TYPES, "scope": words.SCOPES,
    "category": words.CATEGORIES, "responseType": words.RESPONSES, "urgency": words.URGENCIES,
    "severity": words.SEVERITIES, "certainty": words.CERTAINTIES,
}  # fmt: skip
_DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[-+]\d\d:\d\d", re.ASCII)
_NUMBER = re.compile(r"[-+]?\d{1,9}(\.\d{1,20})?", re.ASCII)
_RESTRICTED = re.compile(r"[\s,<&]")
_SIGNATURE = "{http://www.w3.org/2000/09/xmldsig#}"
_INSTANCE = "{http://www.w3.org/2001/XMLSchema-instance}"
#: How many findings are told of one document.
MOST = 100


def validate(data: bytes, hints: Hints) -> list[Finding]:
    """Everything that is wrong with a CAP 1.2 document. Never raises for bad input."""
    try:
        root = parse_xml(data, hints.limits)
    except UnreadableMessage as error:
        return [Finding("error", error.where or hints.name, error.what, error.remedy)]
    if root.tag != f"{{{NAMESPACE}}}alert":
        return [Finding("error", str(root.tag), "the root is not an alert of CAP 1.2",
                        f'the namespace is "{NAMESPACE}"')]  # fmt: skip
    found: list[Finding] = []
    for where, what in _element(root, "alert"):
        found.append(Finding("error", where, what))
        if len(found) == MOST:
            break
    return found


Wrong = Iterator[tuple[str, str]]


def _element(element: etree._Element, name: str) -> Wrong:
    where = f"{name} (line {element.sourceline})"
    parts = _INSIDE[name]
    order = [one for one, _, _ in parts]
    counts = dict.fromkeys(order, 0)
    at = 0
    if _is_loose(element.text) or any(_is_loose(child.tail) for child in element):
        yield where, "text stands between elements"
    yield from _attributes(element, where)
    for child in element:
        space, _, local = str(child.tag).rpartition("}")
        if name == "alert" and space + "}" == _SIGNATURE:
            continue
        if space != "{" + NAMESPACE or local not in counts:
            yield where, f"{child.tag} has no place here"
            continue
        if order.index(local) < at:
            yield where, f"{local} comes too late; the order is fixed"
        at = max(at, order.index(local))
        counts[local] += 1
        if local in _INSIDE:
            yield from _element(child, local)
        else:
            yield from _value(child, local)
    for one, least, most in parts:
        if counts[one] < least:
            yield where, f"{one} is missing"
        elif most is not None and counts[one] > most:
            yield where, f"{one} stands there {counts[one]} times"
    if name == "alert":
        yield from _conditions(element, where)


def _is_loose(text: str | None) -> bool:
    return bool(text and text.strip(" \t\r\n"))


def _attributes(element: etree._Element, where: str) -> Wrong:
    for name in element.attrib:
        if not str(name).startswith(_INSTANCE):
            yield where, f"attribute {name!s} has no place here"


def _conditions(alert: etree._Element, where: str) -> Wrong:
    """§3.2.1: what one element requires of another."""
    said = {str(one.tag).rpartition("}")[2]: (one.text or "").strip() for one in alert}
    if (said.get("scope") == "Restricted") != ("restriction" in said):
        yield where, "restriction is there if, and only if, the scope is Restricted"
    if said.get("scope") == "Private" and not said.get("addresses"):
        yield where, "an alert of scope Private has addresses"
    if said.get("msgType") in ("Update", "Cancel", "Ack", "Error") and not said.get("references"):
        yield where, f"an alert of type {said['msgType']} has references"


def _value(element: etree._Element, name: str) -> Wrong:
    value = element.text or ""
    where = f"{name} (line {element.sourceline})"
    yield from _attributes(element, where)
    if len(element):
        yield where, "holds other elements"
    elif name in _WORDS and value not in _WORDS[name]:
        yield where, f"{value[:40]!r} is not one of {', '.join(_WORDS[name])}"
    elif name in _CHECKS and not _CHECKS[name](value):
        yield where, f"{value[:60]!r} is not written as CAP wants it"


def _is_date(value: str) -> bool:
    if not _DATE.fullmatch(value):
        return False
    try:
        parse(value)
    except (ValueError, OverflowError):
        return False
    return True


def _is_word(value: str) -> bool:
    return bool(value) and not _RESTRICTED.search(value)


def _are_references(value: str) -> bool:
    """`sender,identifier,sent`, separated by blanks."""
    parts = [one.split(",") for one in value.split()]
    return bool(parts) and all(
        len(one) == 3 and one[0] and one[1] and _is_date(one[2]) for one in parts
    )


def _pair(text: str) -> tuple[float, float] | None:
    """Latitude and longitude on the globe."""
    numbers = text.split(",")
    if len(numbers) != 2 or not all(map(_NUMBER.fullmatch, numbers)):
        return None
    latitude, longitude = map(float, numbers)
    return (latitude, longitude) if abs(latitude) <= 90 and abs(longitude) <= 180 else None


def _is_ring(value: str) -> bool:
    corners = [_pair(one) for one in value.split()]
    return len(corners) >= 4 and None not in corners and corners[0] == corners[-1]


def _is_circle(value: str) -> bool:
    parts = value.split()
    if len(parts) != 2 or _pair(parts[0]) is None or not _NUMBER.fullmatch(parts[1]):
        return False
    return float(parts[1]) >= 0


_CHECKS: dict[str, Callable[[str], bool]] = {
    "identifier": _is_word, "sender": _is_word, "references": _are_references,
    "polygon": _is_ring, "circle": _is_circle, "event": bool, "areaDesc": bool,
    "language": lambda value: bool(re.fullmatch(r"[a-zA-Z]{1,8}(-[a-zA-Z0-9]{1,8})*", value)),
    **dict.fromkeys(("sent", "effective", "onset", "expires"), _is_date),
}  # fmt: skip
