"""A document to the bytes of one EDXL-DE 1.0 distribution. The same document, the same bytes."""

from __future__ import annotations

import re

from lxml import etree

from noroshi.core.errors import InvalidRecord
from noroshi.formats.cap.write import LONG, SHORT, stamp
from noroshi.formats.cap.write import text as shown
from noroshi.formats.lalert import BODY, ENVELOPE
from noroshi.formats.lalert.message import OPEN, STATUSES, TYPES, Document

#: Names of the lists that keywords are from (§3.2.1 `keyword`): ours.
CATEGORIES, MUNICIPALITIES = f"{BODY}:category", f"{BODY}:municipality"

#: Delete and C1: XML 1.0 §2.2 lets them stand and discourages them.
_CONTROL = re.compile("[\x7f-\x9f]")


def write(document: Document) -> bytes:
    """The distribution, UTF-8, its elements in the order of EDXL-DE 1.0 §3.2.1 to §3.2.3. Text is
    cut, and loses what XML cannot say, as in CAP. Raises InvalidRecord for a time of sending that
    has no date, and for a status, type or reference that §3.2.1 has no place for."""
    sent = _checked(document)
    root = etree.Element(f"{{{ENVELOPE}}}EDXLDistribution", nsmap={None: ENVELOPE})  # type: ignore[dict-item]
    _put(root, "distributionID", document.distribution)
    _put(root, "senderID", text(document.sender, SHORT))
    _put(root, "dateTimeSent", sent)
    _put(root, "distributionStatus", document.status)
    _put(root, "distributionType", document.type)
    _put(root, "combinedConfidentiality", OPEN)
    _put(root, "language", "ja")
    _keyword(root, "keyword", CATEGORIES, (document.body.category,))
    _keyword(root, "keyword", MUNICIPALITIES, document.area.municipalities)
    for one in document.references:
        moment = stamp(one.sent)
        if moment is not None:
            name = f"{one.distribution},{text(one.sender, SHORT)},{moment}"
            _put(root, "distributionReference", name)
    _area(root, document)
    content = _element(root, "contentObject")
    _put(content, "contentDescription", text(document.title, SHORT))
    _put(content, "confidentiality", OPEN)
    embedded = _element(_element(content, "xmlContent"), "embeddedXMLContent")
    _report(embedded, document, sent)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def _checked(document: Document) -> str:
    """The time of sending, of a document that can be written."""
    sent = stamp(document.sent)
    if sent is None:
        raise InvalidRecord("the time of issue has no date", where=document.id)
    if document.status not in STATUSES or document.type not in TYPES:
        said = f"{document.status} {document.type}"
        raise InvalidRecord(f"no status and type of EDXL-DE 1.0: {said}", where=document.id)
    if (document.type == "Report") is bool(document.references):
        raise InvalidRecord("an Update or Cancel, and only they, refer to what was sent before",
                            where=document.id)  # fmt: skip
    return sent


def _area(root: etree._Element, document: Document) -> None:
    """§3.2.2, in its order: polygons, country, subdivisions."""
    area = document.area
    if not area.prefectures and not area.rings:
        return
    target = _element(root, "targetArea")
    for ring in area.rings:
        corners = (f"{latitude:.5f},{longitude:.5f}" for longitude, latitude in ring)
        _put(target, "polygon", " ".join(corners))
    if area.prefectures:
        _put(target, "country", "JP")
    for one in area.prefectures:
        _put(target, "subdivision", one)


def _report(parent: etree._Element, document: Document, sent: str) -> None:
    """Our own body: a head that says which revision of which document it is, and what is told."""
    report = etree.SubElement(parent, f"{{{BODY}}}Report", nsmap={None: BODY})  # type: ignore[dict-item]
    head = _element(report, "Head", BODY)
    _put(head, "title", text(document.title, SHORT), BODY)
    _put(head, "status", document.status, BODY)
    _put(head, "type", document.type, BODY)
    _put(head, "documentID", document.id, BODY)
    _put(head, "documentRevision", str(document.revision), BODY)
    if document.previous is not None:
        _put(head, "previousDocumentRevision", str(document.previous), BODY)
    _put(head, "issued", sent, BODY)
    _put(head, "publisher", text(document.publisher, SHORT), BODY)
    told = _element(_element(report, "Body", BODY), document.body.category, BODY)
    for name, value in document.body.fields:
        _put(told, name, text(value, LONG), BODY)
    for language, value in document.body.texts:
        clean = text(value, LONG)
        if clean:
            one = _element(told, "text", BODY)
            one.set("language", text(language, SHORT) or "und")
            one.text = clean


def text(value: str, most: int) -> str:
    """`value` without control characters and what XML cannot say, at most so many characters."""
    return shown(_CONTROL.sub("", value), most)


def _keyword(parent: etree._Element, name: str, urn: str, values: tuple[str, ...]) -> None:
    """A list and values of it (§3.2.5)."""
    if values:
        keyword = _element(parent, name)
        _put(keyword, "valueListUrn", urn)
        for value in values:
            _put(keyword, "value", value)


def _element(parent: etree._Element, name: str, namespace: str = ENVELOPE) -> etree._Element:
    return etree.SubElement(parent, f"{{{namespace}}}{name}")


def _put(parent: etree._Element, name: str, value: str, namespace: str = ENVELOPE) -> None:
    if value:
        _element(parent, name, namespace).text = value
