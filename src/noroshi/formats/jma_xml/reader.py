"""Telegrams to editions: the bulletin of each, and typed records where a reader knows the type."""

from __future__ import annotations

from collections.abc import Callable

from noroshi.core.errors import UnreadableMessage
from noroshi.core.record import Edition, Record
from noroshi.core.time import JST, show
from noroshi.formats import Finding, Hints, Reading, function
from noroshi.formats.jma_xml.telegram import IB, Element, Telegram, parse_xml, read_head
from noroshi.kinds import encode
from noroshi.kinds.bulletin import Bulletin, BulletinItem, Named

#: Which module's `read(telegram) -> list[Edition]` knows an InfoKind (ヘッダ部 スキーマの運用種別).
_HERE = "noroshi.formats.jma_xml"
READERS: dict[str, str] = {
    "緊急地震速報": f"{_HERE}.eew:read",
    "震度速報": f"{_HERE}.earthquake:read",
    "震源速報": f"{_HERE}.earthquake:read",
    "地震情報": f"{_HERE}.earthquake:read",
    "震源要素更新のお知らせ": f"{_HERE}.earthquake:read",
    "地震回数情報": f"{_HERE}.earthquake:read",
    "長周期地震動に関する観測情報": f"{_HERE}.earthquake:read",
    "南海トラフ地震に関連する情報": f"{_HERE}.nankai:read",
    "北海道・三陸沖後発地震注意情報": f"{_HERE}.nankai:read",
    "地震の活動状況等に関する情報": f"{_HERE}.nankai:read",
    "津波警報・注意報・予報": f"{_HERE}.tsunami:read",
    "津波情報": f"{_HERE}.tsunami:read",
    "噴火警報・予報": f"{_HERE}.volcano:read",
    "火山現象に関する海上警報・海上予報": f"{_HERE}.volcano:read",
    "噴火に関する火山観測報": f"{_HERE}.eruption:read",
    "噴火速報": f"{_HERE}.eruption:read",
    "火山の状況に関する解説情報": f"{_HERE}.volcano:read",
    "降灰予報": f"{_HERE}.ashfall:read",
    "指定河川洪水予報": f"{_HERE}.river:read",
    "台風解析・予報情報（３日予報）": f"{_HERE}.typhoon:read",
    "台風解析・予報情報（５日予報）": f"{_HERE}.typhoon:read",
    "気象警報・注意報": f"{_HERE}.warning:read",
    "気象特別警報報知": f"{_HERE}.warning:read",
    "気象警報・注意報時系列": f"{_HERE}.timeseries:read",
    "土砂災害警戒情報": f"{_HERE}.landslide:read",
    "記録的短時間大雨情報": f"{_HERE}.rain:read",
    "気象解説情報": f"{_HERE}.rain:read",
    "竜巻注意情報": f"{_HERE}.tornado:read",
}

TypedReader = Callable[[Telegram], list[Edition]]

#: InfoKinds of which typed readers take only some facts (a rainband out of a page of prose):
#: the bulletin keeps the whole text, and counts as typed only where such facts were found.
PARTLY = frozenset({"気象解説情報"})


def read(data: bytes, hints: Hints) -> Reading:
    """Editions of one telegram: its bulletin first, then the typed records it holds.

    A body that departs from the schema is a fault; the bulletin is kept. Raises
    UnreadableMessage for what is no telegram: bad XML, no control or head, unknown status.
    """
    telegram = read_head(parse_xml(data, hints.limits))
    typed: list[Edition] = []
    faults = telegram.faults
    path = READERS.get(telegram.info_kind)
    if path is not None and telegram.body is not None:
        reader: TypedReader = function(path)
        try:
            typed = reader(telegram)
        except UnreadableMessage as error:
            faults.append(Finding("error", error.where, error.what, error.remedy))
        except _DEPARTURES as error:
            where = f"Body of {telegram.product} ({telegram.info_kind})"
            what = f"{type(error).__name__}: {error}"
            faults.append(Finding("error", where, what, _REMEDY))
    known = any(one.records for one in typed) if telegram.info_kind in PARTLY else bool(typed)
    editions = [bulletin(telegram, known), *typed]
    return Reading(editions, faults, media_type="application/xml")


#: What a typed reader raises where a telegram departs from the schema. The headline must reach
#: people all the same, so the bulletin is kept and the departure is reported.
_DEPARTURES = (ValueError, AttributeError, TypeError, KeyError, IndexError, OverflowError)
_REMEDY = "the telegram departs from the published schema; read it again after an update"


def load() -> None:
    """Import every typed reader; see `noroshi.formats.load`."""
    for path in READERS.values():
        function(path)


def validate(data: bytes, hints: Hints) -> list[Finding]:
    """What is wrong with a telegram; nothing if it can be read whole."""
    try:
        return read(data, hints).faults
    except UnreadableMessage as error:
        return [Finding("error", error.where, error.what, error.remedy)]


def bulletin(telegram: Telegram, typed: bool) -> Edition:
    """The telegram as published, one record; a newer one of the same product, office and event
    replaces it, and a cancellation ends it but keeps its text in the history."""
    series = f"jma/bulletin/{telegram.product}/{telegram.office}/{telegram.event}"
    body = Bulletin(
        title=telegram.title,
        product=telegram.product,
        office=telegram.office,
        status=telegram.status,
        action=telegram.info_type,
        info_kind=telegram.info_kind,
        editor="" if telegram.editor == telegram.office else telegram.editor,
        event=telegram.event,
        serial=telegram.serial_text,
        headline=(telegram.head.findtext(f"{IB}Headline/{IB}Text") or "").strip(),
        text=_body_text(telegram.body, typed and telegram.info_kind not in PARTLY),
        reported=show(telegram.reported, JST),
        target=show(telegram.target, JST),
        valid_to=show(telegram.valid_to, JST),
        items=_items(telegram.head),
        typed=typed,
    )
    record = Record(
        "disaster.bulletin",
        series.removeprefix("jma/bulletin/"),
        encode(body),
        valid_to=telegram.valid_to,
    )
    return Edition(
        series=series,
        issued=telegram.reported,
        records=[record],
        action=telegram.action,
        mode=telegram.mode,
        serial=telegram.serial,
        effective=telegram.reported,
    )


def _items(head: Element) -> list[BulletinItem]:
    """Kinds and areas of the headline (Headline/Information/Item)."""
    found = []
    for information in head.iterfind(f"{IB}Headline/{IB}Information"):
        scope = information.get("type") or ""
        for item in information.iterfind(IB + "Item"):
            kinds = [_named(one) for one in item.iterfind(IB + "Kind")]
            areas = [_named(one) for one in item.iterfind(f"{IB}Areas/{IB}Area")]
            found.append(BulletinItem(kinds, areas, scope))
    return found


def _named(element: Element) -> Named:
    name = code = ""
    for child in element:
        if child.tag == IB + "Name":
            name = (child.text or "").strip()
        elif child.tag == IB + "Code":
            code = (child.text or "").strip()
    return Named(name, code)


def _body_text(body: Element, typed: bool) -> str:
    """The prose of the body: every Text where nothing else is read from it, else its comments."""
    if body is None:
        return ""
    if typed:
        parents = [
            child for child in body if child.tag.endswith(("}Comment", "}Comments", "}Text"))
        ]
    else:
        parents = [body]
    texts = [
        element.text.strip()
        for parent in parents
        for element in parent.iter("{*}Text", "{*}FreeFormComment")
        if element.text
    ]
    return "\n".join(one for one in texts if one)
