"""What officers read of reports and incidents: words, signs and ages of a row."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from noroshi.channels.reports.queue import Entry, Told
from noroshi.core.time import HOUR, MINUTE
from noroshi.web.answers import jst


class Word(NamedTuple):
    """In Japanese and English; `sign` is one character that tells it without colour."""

    ja: str
    en: str
    sign: str


CATEGORY: Mapping[str, Word] = {
    "trapped": Word("閉じ込め・取り残し", "People trapped", "閉"),
    "injury": Word("けが人", "People hurt", "傷"),
    "fire": Word("火災", "Fire", "火"),
    "flood": Word("浸水", "Flooding", "浸"),
    "landslide": Word("土砂崩れ", "Landslide", "崩"),
    "road": Word("道路の異常", "Road damaged", "道"),
    "outage": Word("停電・通信障害", "Outage", "停"),
    "water": Word("断水・漏水", "Water supply", "水"),
    "supply": Word("物資不足", "Supplies missing", "物"),
    "shelter": Word("避難所の状況", "Shelter", "避"),
    "rumour": Word("未確認のうわさ", "Rumour", "噂"),
    "safe": Word("無事", "Safe", "無"),
    "other": Word("その他", "Other", "他"),
}
STATE: Mapping[str, Word] = {
    "new": Word("未対応", "New", "●"),
    "confirmed": Word("確認済み", "Confirmed", "◎"),
    "dispatched": Word("出動・手配中", "Dispatched", "▶"),
    "resolved": Word("対応完了", "Resolved", "✓"),
    "dismissed": Word("対応しない", "Dismissed", "×"),
}
#: What a button says that sets a state.
ACT: Mapping[str, tuple[str, str]] = {
    "confirmed": ("確認した", "Confirm"),
    "dispatched": ("出動・手配した", "Dispatched"),
    "resolved": ("対応が終わった", "Resolved"),
    "dismissed": ("対応しない", "Dismiss"),
    "new": ("未対応に戻す", "Open again"),
}
PLACED: Mapping[str, tuple[str, str]] = {
    "position": ("端末の位置", "position of the device"),
    "picture": ("写真の位置", "position of the photo"),
    "name": ("地名から", "by the name of the place"),
    "area": ("市町村のみ", "municipality only"),
}
#: Words for a probability, each from this one on: Mastrandrea et al. 2010, Guidance Note for Lead
#: Authors of the IPCC Fifth Assessment Report on Consistent Treatment of Uncertainties, table 1.
_SURE = (
    (0.99, "ほぼ確実", "virtually certain"), (0.9, "可能性が非常に高い", "very likely"),
    (0.66, "可能性が高い", "likely"), (0.33, "どちらとも言えない", "about as likely as not"),
    (0.1, "可能性が低い", "unlikely"), (0.0, "可能性が非常に低い", "very unlikely"),
)  # fmt: skip


def certainty(body: Any, ja: bool) -> str:
    """How sure it is in words and number; what an officer has found is said as that."""
    if body.state in ("confirmed", "dispatched", "resolved"):
        return "職員が確認" if ja else "confirmed by an officer"
    if body.state == "dismissed":
        return "職員が対応しないと判断" if ja else "dismissed by an officer"
    least = next(one for one in _SURE if body.certainty >= one[0])
    return f"{least[1 if ja else 2]} {round(body.certainty * 100)}%"


def age(time: int, at: int, ja: bool) -> str:
    """How long ago something was, in the largest unit that is worth saying."""
    past = max(0, at - time)
    if past < MINUTE:
        return "今" if ja else "now"
    if past < 2 * HOUR:
        n = past // MINUTE
        return f"{n}分前" if ja else f"{n} min ago"
    if past < 48 * HOUR:
        n = past // HOUR
        return f"{n}時間前" if ja else f"{n} h ago"
    n = past // (24 * HOUR)
    return f"{n}日前" if ja else f"{n} days ago"


def row(one: Entry, at: int, ja: bool, names: Mapping[str, str]) -> dict[str, Any]:
    """An incident as the template shows it. `names`: municipalities by area."""
    body = one.body
    word = CATEGORY.get(body.category, CATEGORY["other"])
    town = names.get(one.town, "")
    return {
        "key": one.key, "category": body.category, "sign": word.sign,
        "title": word.ja if ja else word.en, "danger": body.danger,
        "place": "・".join(part for part in (town, body.place) if part),
        "reporters": body.reporters, "reports": body.reports, "denied": body.denied,
        "persons": body.persons, "depth": None if body.depth is None else round(body.depth * 100),
        "first": jst(one.first), "last": jst(one.last),
        "first_age": age(one.first, at, ja), "last_age": age(one.last, at, ja),
        "certainty": certainty(body, ja), "state": body.state,
        "state_word": STATE[body.state].ja if ja else STATE[body.state].en,
        "state_sign": STATE[body.state].sign, "distress": distress(body.title, ja),
        "radius": round(body.radius), "at": one.position,
    }  # fmt: skip


def distress(title: str, ja: bool) -> str:
    """Those in distress whom the title of an incident names beside what it is."""
    _, _, others = title.rpartition("（")
    named = others.removesuffix("の通報あり）").split("、") if others.endswith("）") else ()
    found = [word for word in CATEGORY.values() if word.ja in named]
    return "、".join(one.ja for one in found) if ja else ", ".join(one.en.lower() for one in found)


def report_row(one: Told, at: int, ja: bool) -> dict[str, Any]:
    """A report as the template shows it; nothing of who made it."""
    body, version = one.body, one.version
    word = CATEGORY.get(body.category, CATEGORY["other"])
    triage = one.triage
    state = None if triage is None else STATE[triage.state]
    return {
        "key": version.key, "title": word.ja if ja else word.en, "sign": word.sign,
        "time": jst(version.issued), "age": age(version.issued, at, ja), "danger": body.danger,
        "seen": jst(body.seen) if body.seen else "", "place": body.place,
        "placed": PLACED.get(body.placed, ("", ""))[not ja],
        "depth": None if body.depth is None else round(body.depth * 100),
        "persons": body.persons, "detail": body.detail, "service": body.service,
        "facility": body.facility, "picture": body.picture, "language": body.language,
        "sees": body.sees, "aside": triage is not None and triage.state == "dismissed"
        and not triage.of,
        "state": "" if state is None else (state.ja if ja else state.en),
        "answer": "" if triage is None else (triage.answer or triage.answer_en),
        "note": "" if triage is None else triage.note_,
        "decided": "" if one.decided is None else jst(one.decided), "words": None,
    }  # fmt: skip
