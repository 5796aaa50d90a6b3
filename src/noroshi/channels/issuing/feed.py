"""What was issued, for whoever asks: CAP 1.2 documents, and Atom and RSS feeds of what is in force.

A feed holds what is in force, and for a day how what was in force was cancelled, so that who
follows it hears of the end as well. It is of one mode; those of exercises say so in every line.
"""

from __future__ import annotations

import re
from email.utils import format_datetime

from lxml import etree

from noroshi.channels.alerts.compose import Sender, alert, sender
from noroshi.channels.alerts.package import atom
from noroshi.channels.issuing.office import Office, series
from noroshi.core.label import ANONYMOUS, Reader
from noroshi.core.record import Action, Mode, Version
from noroshi.core.time import DAY, JST, to_datetime
from noroshi.engine.sharing import Sharings
from noroshi.formats.cap.message import Alert
from noroshi.formats.cap.write import HEADLINE, LONG, text, write
from noroshi.kinds import decode
from noroshi.kinds.issued_alert import ISSUED, IssuedAlert
from noroshi.store import Query

_ID = re.compile(r"([0-9a-f]{16})\.([1-9][0-9]{0,5})")
#: Entries of a feed at most, the newest.
_MOST = 200
_TITLES = {
    Mode.ACTUAL: "{}：発令中の緊急情報 / Alerts in force",
    Mode.EXERCISE: "【訓練 EXERCISE】{}：訓練の緊急情報 / Exercise alerts, not real",
    Mode.TEST: "【試験 TEST】{}：試験の緊急情報 / Test alerts, not real",
}


def document_id(version: Version) -> str:
    """By what `/alerts/{id}.xml` names an edition."""
    return f"{version.key}.{version.serial}"


def document(office: Office, id: str, reader: Reader = ANONYMOUS) -> bytes | None:
    """The CAP document of an edition; None for what there is none of, or not for this reader."""
    found = _ID.fullmatch(id)
    if found is None:
        return None
    for mode in Mode:
        for version in office.editions(found[1], mode):
            if version.serial == int(found[2]) and reader.sees(version.label):
                made = cap(office, version, reader)
                return None if made is None else write(made)
    return None


def cap(office: Office, version: Version, reader: Reader = ANONYMOUS) -> Alert | None:
    """An edition as a CAP alert, referring to those of its alert that still stood."""
    mode = Mode(version.mode)
    editions = [one for one in office.editions(version.key, mode) if reader.sees(one.label)]
    said: IssuedAlert = decode(ISSUED, version.body)
    shape = version.geometry or office.outline(said.areas)
    meaning = Sharings(office.store).meaning(version.label)
    return alert(version, editions, by(office), meaning, shape)


def by(office: Office) -> Sender:
    """Who sends them."""
    return sender(office.settings.node)


def listed(office: Office, mode: Mode, reader: Reader = ANONYMOUS) -> list[Version]:
    """What a feed lists, newest first."""
    now, known = office.now(mode), office.known()
    standing = [one for one in office.in_force(mode) if reader.sees(one.label)]
    keys = {one.key for one in standing}
    lately = Query(reader, now - DAY, known, ISSUED, mode, until=now)
    ended: dict[str, Version] = {}
    for one in office.store.picture(lately):
        if one.key in keys or one.key in ended or one.series != series(one.key):
            continue
        last = office.editions(one.key, mode)[-1:]
        if last and last[0].action is Action.CANCEL and now - DAY < last[0].issued <= now:
            ended[one.key] = last[0]
    shown = [*standing, *(one for one in ended.values() if reader.sees(one.label))]
    return sorted(shown, key=lambda one: (-one.issued, one.key))[:_MOST]


def alerts(office: Office, mode: Mode, base: str, reader: Reader) -> list[tuple[Alert, str]]:
    """The alerts of a feed and the address of each."""
    found = []
    for one in listed(office, mode, reader):
        made = cap(office, one, reader)
        if made is not None:
            found.append((made, f"{base}/alerts/{document_id(one)}.xml"))
    return found


def atom_feed(office: Office, mode: Mode, base: str, reader: Reader = ANONYMOUS) -> bytes:
    """The Atom feed (RFC 4287). Its time is that of its newest alert, so that it only changes
    where what is in force does."""
    found = alerts(office, mode, base, reader)
    sender = by(office)
    newest = max((one.sent for one, _ in found), default=0)
    name, own = f"noroshi {sender.id} {ISSUED} {mode.name}", f"{base}/alerts.atom{_query(mode)}"
    return atom(found, sender, name, title(office, mode), newest, own)


def rss_feed(office: Office, mode: Mode, base: str, reader: Reader = ANONYMOUS) -> bytes:
    """The same as RSS 2.0, whose items tell the Japanese text."""
    found = alerts(office, mode, base, reader)
    root = etree.Element("rss", version="2.0")
    channel = etree.SubElement(root, "channel")
    _put(channel, "title", text(title(office, mode), HEADLINE))
    _put(channel, "link", f"{base}/alerts.rss{_query(mode)}")
    _put(channel, "description", text(title(office, mode), HEADLINE))
    _put(channel, "language", "ja")
    for one, href in found:
        item = etree.SubElement(channel, "item")
        first = one.infos[0]
        _put(item, "title", text(first.headline, HEADLINE))
        _put(item, "link", href)
        _put(item, "description", text(f"{first.instruction}\n{first.description}", LONG))
        etree.SubElement(item, "guid", isPermaLink="false").text = one.identifier
        _put(item, "pubDate", format_datetime(to_datetime(one.sent, JST)))
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def title(office: Office, mode: Mode) -> str:
    """What a feed is called."""
    return _TITLES[mode].format(office.caller.name)


def _query(mode: Mode) -> str:
    return "" if mode is Mode.ACTUAL else f"?mode={mode.name.lower()}"


def _put(element: etree._Element, name: str, value: str) -> None:
    etree.SubElement(element, name).text = value
