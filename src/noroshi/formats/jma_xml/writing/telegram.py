"""The part all telegrams share, written: Report, Control and Head, and the way to a Body.

Source: jmx.xsd `type.report`, jmx_ib.xsd `type.head`; wording and forms as in JMA's samples.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

import msgspec
from lxml import etree

from noroshi.core.record import Action, Mode
from noroshi.core.time import DAY, HOUR, JST, MINUTE, SECOND, show, to_datetime
from noroshi.formats.jma_xml.telegram import EB, IB, JMX, METE, SEIS, VOLC, Element

__all__ = [
    "EB",
    "METE",
    "SEIS",
    "VOLC",
    "Area",
    "Element",
    "Heading",
    "Information",
    "Item",
    "Kind",
    "add",
    "body",
    "cancelled",
    "clock",
    "duration",
    "jst",
    "local",
    "named",
    "telegram",
    "wide",
]

STATUS = {Mode.ACTUAL: "通常", Mode.EXERCISE: "訓練", Mode.TEST: "試験"}
INFO_TYPE = {Action.ISSUE: "発表", Action.CORRECT: "訂正", Action.CANCEL: "取消"}


class Kind(msgspec.Struct, frozen=True):
    """What is announced: 震度６弱, 大津波警報 (52). A `condition` only where the type has one."""

    name: str
    code: str = ""
    condition: str = ""


class Area(msgspec.Struct, frozen=True):
    """A place by name and, where it has one, code."""

    name: str
    code: str = ""


class Item(msgspec.Struct, frozen=True):
    """Kinds in force in `areas`, at least one each. `code_type` says what list the codes are of
    (地震情報／細分区域). `last_kinds`: what was in force before, in the types that say so."""

    kinds: Sequence[Kind]
    areas: Sequence[Area]
    code_type: str
    last_kinds: Sequence[Kind] = ()


class Information(msgspec.Struct, frozen=True):
    """The headline for machines: `type` names its scope (震源・震度に関する情報（細分区域）)."""

    type: str
    items: Sequence[Item]


class Heading(msgspec.Struct, frozen=True, kw_only=True):
    """Control and Head of one telegram. Times are microseconds UTC, written in whole seconds.

    `product` is Control/Title (震度速報), `title` Head/Title. `sent` is Control/DateTime; None:
    as `reported`. `target` None is written as nil. `serial` None is written as empty, as in types
    that count no issues. `target_duration` in microseconds. `target_dubious`: 頃 and the like.
    """

    product: str
    title: str
    info_kind: str
    info_kind_version: str
    reported: int
    target: int | None
    event: str
    mode: Mode
    action: Action = Action.ISSUE
    serial: int | None = None
    headline: str = ""
    informations: Sequence[Information] = ()
    sent: int | None = None
    target_dubious: str = ""
    target_duration: int | None = None
    valid_to: int | None = None
    editor: str = "気象庁本庁"
    office: str = "気象庁"


def telegram(heading: Heading, body: Element) -> bytes:
    """The telegram of `heading` and a `body` made with `body()`, UTF-8 with a declaration.

    Raises ValueError for texts that XML cannot hold (control characters).
    """
    report = etree.Element(JMX + "Report", nsmap=_spaces(JMX, jmx=JMX))
    control = etree.SubElement(report, JMX + "Control")
    sent = heading.reported if heading.sent is None else heading.sent
    add(control, JMX + "Title", heading.product)
    add(control, JMX + "DateTime", _utc(sent))
    add(control, JMX + "Status", STATUS[heading.mode])
    add(control, JMX + "EditorialOffice", heading.editor)
    add(control, JMX + "PublishingOffice", heading.office)
    _head(report, heading)
    report.append(body)
    written: bytes = etree.tostring(report, encoding="UTF-8", xml_declaration=False)
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + written + b"\n"


def _spaces(default: str, **prefixed: str) -> Any:
    """Prefixes to namespaces; the stubs of lxml do not know that there is one without prefix."""
    return {None: default[1:-1]} | {prefix: one[1:-1] for prefix, one in prefixed.items()}


def _head(report: Element, heading: Heading) -> None:
    head = etree.SubElement(report, IB + "Head", nsmap=_spaces(IB))
    add(head, IB + "Title", heading.title)
    add(head, IB + "ReportDateTime", jst(heading.reported))
    if heading.target is None:
        etree.SubElement(head, IB + "TargetDateTime", {_NIL: "true"}, nsmap={"xsi": _XSI})
    else:
        add(head, IB + "TargetDateTime", jst(heading.target))
    if heading.target_dubious:
        add(head, IB + "TargetDTDubious", heading.target_dubious)
    if heading.target_duration is not None:
        add(head, IB + "TargetDuration", duration(heading.target_duration))
    if heading.valid_to is not None:
        add(head, IB + "ValidDateTime", jst(heading.valid_to))
    add(head, IB + "EventID", heading.event)
    add(head, IB + "InfoType", INFO_TYPE[heading.action])
    add(head, IB + "Serial", "" if heading.serial is None else str(heading.serial))
    add(head, IB + "InfoKind", heading.info_kind)
    add(head, IB + "InfoKindVersion", heading.info_kind_version)
    headline = add(head, IB + "Headline")
    add(headline, IB + "Text", heading.headline)
    for information in heading.informations:
        scope = add(headline, IB + "Information", type=information.type)
        for item in information.items:
            _item(add(scope, IB + "Item"), item)


def _item(element: Element, item: Item) -> None:
    for tag, kinds in ((IB + "Kind", item.kinds), (IB + "LastKind", item.last_kinds)):
        for kind in kinds:
            child = named(element, tag, kind.name, kind.code)
            if kind.condition:
                add(child, IB + "Condition", kind.condition)
    areas = add(element, IB + "Areas", codeType=item.code_type)
    for area in item.areas:
        named(areas, IB + "Area", area.name, area.code)


_XSI = "http://www.w3.org/2001/XMLSchema-instance"
_NIL = f"{{{_XSI}}}nil"


# --- bodies ------------------------------------------------------------------------------------


def body(namespace: str) -> Element:
    """An empty Body in `namespace`: METE, SEIS or VOLC."""
    return etree.Element(namespace + "Body", nsmap=_spaces(namespace, jmx_eb=EB))


def cancelled(namespace: str, text: str) -> Element:
    """The Body of a cancellation in SEIS or VOLC: only the `text` that says what is withdrawn.
    A body in METE has no Text (jmx_mete.xsd `type.Body`)."""
    root = body(namespace)
    add(root, namespace + "Text", text)
    return root


def add(parent: Element, tag: str, text: str | None = None, **attributes: str) -> Element:
    """A new last child of `parent`. `tag` holds its namespace: `SEIS + "Area"`."""
    child = etree.SubElement(parent, tag, attributes)
    if text:
        child.text = text
    return child


def named(parent: Element, tag: str, name: str, code: str = "", **attributes: str) -> Element:
    """A new last child that begins with a Name and, unless empty, a Code, in its own namespace."""
    child = etree.SubElement(parent, tag, attributes)
    namespace = tag[: tag.index("}") + 1]
    etree.SubElement(child, namespace + "Name").text = name
    if code:
        etree.SubElement(child, namespace + "Code").text = code
    return child


# --- values as texts ---------------------------------------------------------------------------


def local(time: int) -> datetime:
    """`time` in JST, for prose."""
    return to_datetime(time, JST)


def clock(time: int) -> str:
    """`time` as JMA's prose has it: `１１日０５時０７分`, a day before the tenth as `　５日`."""
    moment = local(time)
    day = str(moment.day).rjust(2, "　")
    return wide(f"{day}日{moment.hour:02d}時{moment.minute:02d}分")


@lru_cache(maxsize=4096)
def jst(time: int) -> str:
    """`2011-03-11T14:46:18+09:00`; parts of a second are cut, as JMA does."""
    shown = show(time - time % SECOND, JST)
    if shown is None:
        raise ValueError(f"not a time that can be written: {time}")
    return shown


@lru_cache(maxsize=1024)
def _utc(time: int) -> str:
    shown = show(time - time % SECOND)
    if shown is None:
        raise ValueError(f"not a time that can be written: {time}")
    return shown


def duration(time: int) -> str:
    """`time` (microseconds, not negative) as xs:duration in whole seconds: `PT6H`, `P1DT12H`."""
    if time < 0:
        raise ValueError(f"a duration is not negative: {time}")
    days, rest = divmod(time, DAY)
    parts = []
    for unit, letter in ((HOUR, "H"), (MINUTE, "M"), (SECOND, "S")):
        count, rest = divmod(rest, unit)
        if count:
            parts.append(f"{count}{letter}")
    clock = "T" + "".join(parts) if parts else ""
    day = f"{days}D" if days else ""
    return f"P{day}{clock}" if day or clock else "PT0S"


_WIDE = str.maketrans(
    "0123456789.-+ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "０１２３４５６７８９．－＋" + "".join(chr(letter + 0xFEE0) for letter in range(65, 91)),
)


def wide(value: int | str, digits: int = 1) -> str:
    """`value` in the full-width digits and capitals of JMA's prose; numbers padded to `digits`."""
    return str(value).zfill(digits).translate(_WIDE)
