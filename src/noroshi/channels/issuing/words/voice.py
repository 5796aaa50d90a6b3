"""What loudspeakers read out: the fixed form of 防災行政無線, with readings `{漢字|かな}`.

The form is our own, after what municipalities say (examples of the order are in 内閣府（防災担当）
「避難情報に関するガイドライン」): who speaks, the alarm, level and action, where, until when, why,
what to do, all of it again, who spoke. Each line is one short sentence, with a pause after it. An
exercise says so first and last, so that whoever hears either end of it knows.
"""

from __future__ import annotations

import re

import msgspec

from noroshi.channels.advice.plain import with_kana
from noroshi.channels.issuing.content import Content, Place
from noroshi.channels.issuing.words import moments
from noroshi.channels.issuing.words.tables import table
from noroshi.core.record import Mode

_ALARM = "{緊急放送|きんきゅうほうそう}、{緊急放送|きんきゅうほうそう}。"
_AGAIN = "{繰|く}り{返|かえ}します。"
_READINGS = {
    "save_life": "{緊急安全確保|きんきゅうあんぜんかくほ}", "evacuate": "{避難指示|ひなんしじ}",
    "evacuate_early": "{高齢者等避難|こうれいしゃとうひなん}",
    "prepare": "{避難|ひなん}の{準備|じゅんび}", "shelter_in": "{屋内退避|おくないたいひ}",
    "avoid": "{近|ちか}づかないこと",
    "monitor": "{今後|こんご}の{情報|じょうほう}に{注意|ちゅうい}",
    "information": "お{知|し}らせ", "all_clear": "{解除|かいじょ}",
}  # fmt: skip
#: Who is to hear it as an alarm.
_ALARMING = ("save_life", "evacuate", "evacuate_early", "shelter_in")
_MARKED = re.compile(r"\{([^{}|]+)\|([^{}|]+)\}")
_TOWN = re.compile(r"(.+?)(市|区|町|村)(?:役所|役場)?")
_TAILS = {"市": ("し",), "区": ("く",), "町": ("ちょう", "まち"), "村": ("むら", "そん")}


class Caller(msgspec.Struct, frozen=True):
    """Who issues alerts: the organisation's name, how it is read, and its name in English."""

    name: str
    kana: str = ""
    english: str = ""


def broadcast(content: Content, kind: str, mode: Mode, by: Caller) -> str:
    """The whole of it, a sentence a line, read twice."""
    drill = _drill(mode)
    body = _body(content, kind)
    lines = [*drill, station(by), *body, _AGAIN, *body, station(by), *drill]
    return "\n".join(lines)


def aloud(text: str) -> str:
    """A text as it is read, in kana as far as readings are known: for speech synthesis."""
    return _MARKED.sub(r"\2", text)


def station(by: Caller) -> str:
    """The call: こちらは、防災ななおです。 for 七尾市; the name as it is for what is no town."""
    found = _TOWN.fullmatch(by.name)
    if found is None:
        return f"こちらは、{with_kana(by.name, by.kana)}です。"
    kana = by.kana
    for tail in _TAILS[found[2]]:
        if kana.endswith(tail) and len(kana) > len(tail):
            kana = kana.removesuffix(tail)
            break
    return f"こちらは、{{防災|ぼうさい}}{with_kana(found[1], kana)}です。"


def _drill(mode: Mode) -> list[str]:
    if mode is Mode.EXERCISE:
        return ["これは{訓練|くんれん}です。これは{訓練|くんれん}です。"]
    if mode is Mode.TEST:
        return ["これは{試験放送|しけんほうそう}です。"]
    return []


def _body(content: Content, kind: str) -> list[str]:
    easy = table("easy")
    action = _READINGS[content.action]
    hazard = easy.hazards[content.hazard].name
    where = "、".join(_said(one) for one in content.districts or content.places)
    if kind in ("cancel", "expire"):
        ended = "{解除|かいじょ}しました。" if kind == "cancel" else "{終了|しゅうりょう}しました。"
        return [f"{where}に{{出|だ}}していた、{action}を{ended}", *_sentences(_CLEAR)]
    found = []
    if content.action in _ALARMING and content.alarm:
        found.append(_ALARM)
    level = ""
    if content.level is not None:
        level = f"{{警戒|けいかい}}レベル{{{content.level}|{moments.number(content.level)}}}、"
    found.append(f"{level}{action}。")
    head = {"extend": "{引|ひ}き{続|つづ}き、", "correct": "{訂正|ていせい}です。",
            "update": "{新|あたら}しい{情報|じょうほう}です。"}.get(kind, "")  # fmt: skip
    found.append(f"{head}{where}に、{hazard.replace(' ', '')}の{action}を{{出|だ}}しています。")
    if content.expires is not None:
        found.append(f"{_moment(content.expires)}までです。")
    own = content.reasons.get("ja", "")
    if own:
        found += _sentences(own)
    elif easy.hazards[content.hazard].reason:
        found += _sentences(easy.hazards[content.hazard].reason.replace(" ", ""))
    found += _sentences(easy.actions[content.action].do.replace(" ", ""))
    return found


_CLEAR = "まだ{危険|きけん}な{所|ところ}があります。{気|き}をつけてください。"


def _said(place: Place) -> str:
    return with_kana(place.name, place.kana)


def _moment(time: int) -> str:
    at = moments.parts(time)
    minute = f"{{{at['minute']}分|{at['minute_kana']}}}" if at["minute"] else ""
    return f"{{{at['day']}日|{at['day_kana']}}}の{{{at['hour']}時|{at['hour_kana']}}}{minute}"


def _sentences(text: str) -> list[str]:
    return [f"{one}。" for one in text.split("。") if one.strip()]
