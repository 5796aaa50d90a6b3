"""Alerts of a picture as one file: a document each, and an index of them as an Atom feed.

A receiver of CAP takes one XML document for each alert. Several come in a ZIP archive: every
document under the UUID of its identifier, and `index.xml`, an Atom feed (RFC 4287) that lists them
newest first, as OASIS "Emergency CAP Feeds v1.0" has it.
"""

from __future__ import annotations

import io
import uuid
import zipfile
from collections.abc import Container, Iterable, Iterator, Mapping
from functools import cache
from typing import Any

import msgspec
from lxml import etree

from noroshi import kinds
from noroshi.channels.alerts.compose import SAYS, Sender, alert
from noroshi.channels.match import Keep
from noroshi.core.errors import InvalidRecord
from noroshi.core.record import Action, Mode, Version
from noroshi.core.time import DAY, show
from noroshi.engine.sharing import Sharings
from noroshi.formats.cap import MEDIA_TYPE
from noroshi.formats.cap.message import Alert
from noroshi.formats.cap.write import HEADLINE, stamp, text, write
from noroshi.store import Query, Store

#: For how long the end of something is told.
ENDED = DAY
#: Kinds whose editions replace earlier ones for all times, and how many changes of them are looked
#: through for what was called off.
_ESTIMATES = {"disaster.eruption_flash", "disaster.eruption_flash_area"}
_LATELY = 1_000
#: The date of every member: the same alerts give the same bytes.
_DATE = (1980, 1, 1, 0, 0, 0)
_ATOM = "http://www.w3.org/2005/Atom"


class Packed(msgspec.Struct):
    """The archive, how many alerts are in it, and what was left out and why."""

    data: bytes
    count: int
    notes: list[str]


def pack(
    store: Store,
    query: Query,
    by: Sender,
    keep: Keep | None = None,
    shapes: Mapping[str, bytes | None] | None = None,
) -> Packed:
    """The alerts of the picture that `query` asks for, and of what ended in the day before.

    Personal data is left out, whoever asks. `shapes` are outlines (WKB) by area, for what has no
    outline of its own.
    """
    labels = Sharings(store)
    personal = labels.personal()
    meaning = cache(labels.meaning)
    found: list[Alert] = []
    other: dict[str, int] = {}
    for version in things(store, query, keep, SAYS):
        if version.label in personal:
            continue
        if version.kind not in SAYS:
            other[version.kind] = other.get(version.kind, 0) + 1
            continue
        editions = [
            one
            for one in store.editions(
                version.kind, version.series_id, version.key, query.reader, query.as_of
            )
            if one.label not in personal
        ]
        shape = version.geometry
        if shape is None or len(shape) == 21:
            shape = (shapes or {}).get(version.area or "")
        made = alert(version, editions, by, meaning(version.label), shape)
        if made is not None:
            found.append(made)
    notes = [f"{count} of {kind} left out: no kind of alert" for kind, count in other.items()]
    return _archive(found, query, by, notes)


def things(store: Store, query: Query, keep: Keep | None, of: Container[str]) -> Iterator[Version]:
    """What stands, and of the kinds `of` how what stood in the day before ended. What has run out
    by its own statement needs no word."""
    standing: set[tuple[int, str]] = set()
    for one in store.picture(query):
        standing.add((one.series_id, one.key))
        if keep is None or keep(one):
            yield one
    looked: set[tuple[int, str]] = set()
    start = query.at - ENDED
    before = msgspec.structs.replace(query, at=start, until=query.at)
    for as_of in (query.as_of, *_taken_back(store, query)):
        for one in store.picture(msgspec.structs.replace(before, as_of=as_of)):
            thing = (one.series_id, one.key)
            if thing in standing or thing in looked or one.kind not in of:
                continue
            if keep is not None and not keep(one):
                continue
            looked.add(thing)
            *_, last = store.editions(one.kind, *thing, query.reader, query.as_of)
            if last.action is Action.CANCEL and start < last.issued <= query.at:
                yield last


def _taken_back(store: Store, query: Query) -> Iterator[int]:
    """Moments of knowing just before an estimate was called off for all times: the picture as it
    is known now does not have it, and those who were alerted must still hear."""
    wanted = _ESTIMATES if query.kind is None else _ESTIMATES & {query.kind}
    if not wanted:
        return
    for change in store.changes(query.reader, limit=_LATELY, kinds=wanted):
        one = change.version
        ended = one.action is Action.CANCEL and one.mode is query.mode
        if ended and query.at - ENDED < one.issued <= query.at and one.recorded <= query.as_of:
            yield one.recorded - 1


def _archive(found: Iterable[Alert], query: Query, by: Sender, notes: list[str]) -> Packed:
    once = {one.identifier: one for one in found}
    documents: list[tuple[Alert, str, bytes]] = []
    for one in sorted(once.values(), key=lambda one: (-one.sent, one.identifier)):
        try:
            name = one.identifier.rpartition(":")[2] + ".xml"
            documents.append((one, name, write(one)))
        except InvalidRecord as error:
            notes.append(f"left out: {error}")
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        members = [(name, data) for _, name, data in documents]
        index = _index([(one, name) for one, name, _ in documents], query, by)
        for name, data in [("index.xml", index), *members]:
            archive.writestr(zipfile.ZipInfo(name, _DATE), data, zipfile.ZIP_DEFLATED)
    return Packed(buffer.getvalue(), len(documents), notes)


def _index(listed: list[tuple[Alert, str]], query: Query, by: Sender) -> bytes:
    """The Atom feed of an archive. Its time is that of the picture."""
    kind = query.kind or query.series or ""
    name = f"noroshi {by.id} {kind} {query.mode.name}"
    return atom(listed, by, name, _title(query), query.at)


def atom(
    listed: list[tuple[Alert, str]], by: Sender, name: str, title: str, updated: int, own: str = ""
) -> bytes:  # fmt: skip
    """An Atom feed of alerts and where each is; `name` identifies it, `own` is its address."""
    feed = etree.Element(f"{{{_ATOM}}}feed", nsmap={None: _ATOM})  # type: ignore[dict-item]
    _put(feed, "id", f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_OID, name)}")
    _put(feed, "title", text(title, HEADLINE))
    _put(feed, "updated", show(updated) or "1970-01-01T00:00:00Z")
    _put(etree.SubElement(feed, f"{{{_ATOM}}}author"), "name", text(by.id, HEADLINE) or "noroshi")
    if own:
        etree.SubElement(feed, f"{{{_ATOM}}}link", rel="self", href=own)
    for one, file in listed:
        entry = etree.SubElement(feed, f"{{{_ATOM}}}entry")
        _put(entry, "id", one.identifier)
        _put(entry, "title", text(one.infos[0].headline, HEADLINE) or one.identifier)
        _put(entry, "updated", stamp(one.sent) or "")
        _put(entry, "summary", f"{one.status} {one.type}")
        etree.SubElement(entry, f"{{{_ATOM}}}link", rel="alternate", type=MEDIA_TYPE, href=file)
    return etree.tostring(feed, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def _title(query: Query) -> str:
    known = kinds.all_kinds().get(query.kind or "")
    title = f"{known.ja} / {known.en}" if known is not None else query.series or "CAP"
    return title if query.mode is Mode.ACTUAL else f"{query.mode.name} {title}"


def _put(element: Any, name: str, value: str) -> None:
    etree.SubElement(element, f"{{{_ATOM}}}{name}").text = value
