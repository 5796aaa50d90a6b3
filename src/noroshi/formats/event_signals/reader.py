"""Lists of signals to records: by a mapping of our own, with the rules of all tables."""

from __future__ import annotations

import re
from typing import Any

import msgspec

from noroshi.core.errors import UnreadableMessage
from noroshi.core.record import Record
from noroshi.core.time import JST, show
from noroshi.formats import Finding, Hints, Limits, Reading, function
from noroshi.formats.csv.table import read_rows
from noroshi.formats.event_signals import MARKS
from noroshi.formats.japanese import header, parse_time
from noroshi.kinds import decode, encode
from noroshi.kinds.diseases import named
from noroshi.kinds.event_signal import EventSignal

_LEAST = 3
_KEYS = ("ID", "識別ID", "管理番号", "整理番号", "signal_id", "id")
#: Words of senders, as `japanese.header` writes them.
_SOURCES = {
    **dict.fromkeys(("news", "media", "報道", "新聞", "ニュース"), "news"),
    **dict.fromkeys(("hospital", "clinic", "医療機関", "病院", "診療所"), "hospital"),
    **dict.fromkeys(("laboratory", "lab", "検査機関", "衛生研究所", "検査"), "laboratory"),
    **dict.fromkeys(("resident", "public", "住民", "市民", "通報"), "resident"),
    **dict.fromkeys(("officer", "保健所", "行政", "施設"), "officer"),
    **dict.fromkeys(("other", "その他"), "other"), "*": "other",
}  # fmt: skip
_VERIFICATION = {
    **dict.fromkeys(("unverified", "未検証", "未確認"), "unverified"),
    **dict.fromkeys(("verifying", "検証中", "確認中"), "verifying"),
    **dict.fromkeys(("verified", "confirmed", "検証済", "検証済み"), "verified"),
    **dict.fromkeys(("確認済", "確認済み"), "verified"),
    **dict.fromkeys(("discarded", "dismissed", "否定", "却下", "除外", "取下げ"), "discarded"),
}  # fmt: skip
_RISK = {
    **dict.fromkeys(("low", "低", "低い", "小"), "low"),
    **dict.fromkeys(("moderate", "medium", "中", "中程度"), "moderate"),
    **dict.fromkeys(("high", "高", "高い", "大"), "high"),
    **dict.fromkeys(("very_high", "veryhigh", "非常に高い", "極めて高い"), "very_high"),
    **dict.fromkeys(("未評価", "none", "-"), None),
}  # fmt: skip
_FIELDS: dict[str, Any] = {
    "title": ["件名", "タイトル", "title"],
    "date": ["探知日", "detected", "date"],
    "onset": ["発生日", "発症日", "onset"],
    "disease_name": ["疾病名", "疾患名", "疾病", "disease_name", "disease"],
    "syndrome": ["症候群", "syndrome"],
    "place": ["場所", "発生場所", "place"],
    "setting": ["施設の種類", "施設種別", "setting"],
    "count": {"column": ["患者数", "有症者数", "人数", "count", "cases"], "unit": "人"},
    "deaths": {"column": ["死亡者数", "死者数", "deaths"], "unit": "人"},
    "exposed": {"column": ["曝露者数", "exposed"], "unit": "人"},
    "source_type": {"column": ["情報源種別", "情報源の種別", "source_type"], "values": _SOURCES},
    "source_name": ["情報源", "source_name", "source"],
    "url": ["URL", "リンク", "url"],
    "verification": {
        "column": ["検証状況", "確認状況", "verification"], "values": _VERIFICATION,
    },
    "risk": {"column": ["リスク評価", "リスク", "risk"], "values": _RISK},
    "response": ["対応", "対応状況", "response"],
    "updated": ["更新日時", "時点", "updated"],
    "municipality": ["市区町村名", "市町村名", "市町村", "municipality"],
    "remarks": ["備考", "remarks"],
}  # fmt: skip
_URL = re.compile(r"https?://[^\s\"'<>]{1,1990}")


def mapping(key: str, source: str, rows: str = "") -> dict[str, Any]:
    """The mapping of a list whose rows are told apart by the column `key`."""
    found: dict[str, Any] = {
        "kind": "health.event_signal", "key": key, "series": f"event-signals/{source}",
        "longitude": ["経度", "longitude", "lon"], "latitude": ["緯度", "latitude", "lat"],
        "area": ["全国地方公共団体コード", "市区町村コード", "municipality_code"],
        "whole": False, "fields": _FIELDS,
    }  # fmt: skip
    return found | ({"rows": rows} if rows else {})


def is_table(head: bytes, cut: bool) -> bool:
    """True if a line of `head` has three of the columns that only lists of signals have."""
    try:
        rows = read_rows(head[: head.rfind(b"\n") + 1] or head if cut else head, Limits()).rows
    except UnreadableMessage:
        return False
    return any(len(set(MARKS) & set(map(header, cells[:200]))) >= _LEAST for _, cells in rows[:30])


def read(data: bytes, hints: Hints) -> Reading:
    """The signals of one list, each in force from when the list arrived until another of its id.

    A sender's mapping file goes before ours. Raises UnreadableMessage where no column tells the
    signals apart; a row that cannot be read is a Finding.
    """
    inside = data[:64].removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"{"
    reader = function(f"noroshi.formats.{'json_rows' if inside else 'csv'}.reader:read")
    if hints.mapping is not None:
        given: Reading = reader(data, hints)
        return given
    reading: Reading | None = None
    for key in _KEYS:
        ours = mapping(key, hints.source, "event_signals" if inside else "")
        try:
            reading = reader(data, msgspec.structs.replace(hints, mapping=ours))
        except UnreadableMessage as error:
            if "has no column" not in error.what:
                raise
            continue
        if any(edition.records for edition in reading.editions):
            break
    if reading is None:
        raise UnreadableMessage(
            "no column tells the signals apart", remedy=f"one of {', '.join(_KEYS)}"
        )
    for edition in reading.editions:
        edition.records[:] = [_finished(one, reading.faults) for one in edition.records]
    return reading


def _finished(record: Record, faults: list[Finding]) -> Record:
    """The record with days as days, a known disease's code, and no link but one of the web."""
    body: EventSignal = decode(record.kind, record.body)
    changes: dict[str, Any] = {}
    for field in ("date", "onset"):
        if written := getattr(body, field):
            try:
                changes[field] = (show(parse_time(written), JST) or "")[:10]
            except ValueError as error:
                changes[field] = ""
                changes.setdefault("extra", dict(body.extra))[field] = written
                faults.append(
                    Finding("warning", f"{record.key}, {field}", str(error), "2024-01-09")
                )
    if body.url and not _URL.fullmatch(body.url):
        changes["url"] = ""
        faults.append(Finding("warning", f"{record.key}, url", "no link of http or https",
                              "it is left out"))  # fmt: skip
    if body.disease_name and (found := find_disease(body.disease_name)):
        changes["disease"] = found
    if not changes:
        return record
    return msgspec.structs.replace(record, body=encode(msgspec.structs.replace(body, **changes)))


def find_disease(name: str) -> str:
    """The code of a disease by its Japanese or English name or code; "" for one not known."""
    from noroshi.kinds.diseases import code_of

    for one in (code_of(name), name.strip().lower().replace(" ", "_")):
        if one and (known := named(one)) is not None:
            return known.code
    return ""
