"""The part all telegrams share: Control and Head (辞書・スキーマ 管理部, ヘッダ部)."""

from __future__ import annotations

from typing import Any

import msgspec
from lxml import etree

from noroshi.core.errors import UnreadableMessage
from noroshi.core.record import Action, Edition, Mode, Record
from noroshi.core.time import parse
from noroshi.formats import Finding, Limits

JMX = "{http://xml.kishou.go.jp/jmaxml1/}"
IB = "{http://xml.kishou.go.jp/jmaxml1/informationBasis1/}"
EB = "{http://xml.kishou.go.jp/jmaxml1/elementBasis1/}"
METE = "{http://xml.kishou.go.jp/jmaxml1/body/meteorology1/}"
SEIS = "{http://xml.kishou.go.jp/jmaxml1/body/seismology1/}"
VOLC = "{http://xml.kishou.go.jp/jmaxml1/body/volcanology1/}"

Element = Any
"""An lxml element; its stubs do not know the C type."""

_MODES = {"通常": Mode.ACTUAL, "訓練": Mode.EXERCISE, "試験": Mode.TEST}
_ACTIONS = {"訂正": Action.CORRECT, "取消": Action.CANCEL}


class Telegram(msgspec.Struct):
    """A telegram's control and head, with the elements that typed readers go on from.

    Times are microseconds UTC. `serial` is 0 where none is printed. Typed readers add to `faults`
    what they have to leave out of a telegram that they can read otherwise.
    """

    product: str
    status: str
    mode: Mode
    editor: str
    office: str
    title: str
    reported: int
    target: int | None
    valid_to: int | None
    event: str
    info_type: str
    action: Action
    serial: int
    serial_text: str
    info_kind: str
    head: Element
    body: Element
    faults: list[Finding] = msgspec.field(default_factory=list)

    def edition(
        self,
        series: str,
        records: list[Record],
        *,
        effective: int | None = None,
        whole: bool = True,
    ) -> Edition:
        """An edition of `series` with this telegram's time, action, mode and serial.

        A cancellation ends the series, whatever `records` hold.
        """
        return Edition(
            series=series,
            issued=self.reported,
            records=[] if self.action is Action.CANCEL else records,
            action=self.action,
            mode=self.mode,
            serial=self.serial,
            effective=effective,
            whole=whole,
        )


def parse_xml(data: bytes, limits: Limits) -> Element:
    """The root element of `data`, without entities, DTD, network, or unbounded depth.

    Raises UnreadableMessage with line and column.
    """
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
        # Blanks between elements say nothing, and are a third of the nodes.
        remove_blank_text=True,
        collect_ids=False,
    )
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        line, column = error.position
        where = f"line {line}, column {column}"
        what = str(error.msg).removesuffix(f", {where}")
        raise UnreadableMessage(
            f"not well-formed XML: {what}", where=where, remedy="ask the sender for it again"
        ) from None
    except ValueError as error:
        raise UnreadableMessage(f"not readable as XML: {error}") from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise UnreadableMessage(
            "a document type declaration is not accepted",
            where="DOCTYPE",
            remedy="send the telegram without it; JMA telegrams have none",
        )
    return root


def read_head(root: Element) -> Telegram:
    """Control and Head of the telegram at `root`. Raises UnreadableMessage saying what is wrong."""
    control, head = root.find(JMX + "Control"), root.find(IB + "Head")
    if control is None or head is None:
        missing = "Control" if control is None else "Head"
        raise UnreadableMessage(f"no {missing} element", where="Report")
    c = {child.tag.rpartition("}")[2]: (child.text or "").strip() for child in control}
    h = {child.tag.rpartition("}")[2]: (child.text or "").strip() for child in head}
    status = c.get("Status", "")
    if status not in _MODES:
        raise UnreadableMessage(
            f"unknown status {status!r}: cannot tell whether this is real",
            where="Control/Status",
            remedy="one of 通常, 訓練, 試験 is required",
        )
    try:
        reported = parse(h.get("ReportDateTime", ""))
        target = parse(h["TargetDateTime"]) if h.get("TargetDateTime") else None
        valid_to = parse(h["ValidDateTime"]) if h.get("ValidDateTime") else None
    except (ValueError, OverflowError) as error:
        raise UnreadableMessage(str(error), where="Head") from None
    serial = h.get("Serial", "")
    return Telegram(
        product=c.get("Title", ""),
        status=status,
        mode=_MODES[status],
        editor=c.get("EditorialOffice", ""),
        office=c.get("PublishingOffice", ""),
        title=h.get("Title", ""),
        reported=reported,
        target=target,
        valid_to=valid_to,
        event=h.get("EventID", ""),
        info_type=h.get("InfoType", ""),
        action=_ACTIONS.get(h.get("InfoType", ""), Action.ISSUE),
        serial=int(serial) if serial.isascii() and serial.isdigit() and len(serial) < 10 else 0,
        serial_text=serial,
        info_kind=h.get("InfoKind", ""),
        head=head,
        body=next((child for child in root if child.tag.endswith("}Body")), None),
    )


def text(element: Element, path: str) -> str:
    """The stripped text at `path` below `element`, or ""."""
    found = element.findtext(path)
    return found.strip() if found else ""
