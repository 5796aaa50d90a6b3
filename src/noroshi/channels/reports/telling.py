"""What who reported is told: which report it is, what became of it, and the officer's own words."""

from __future__ import annotations

from collections.abc import Mapping

from noroshi.channels.advice.actions import Both
from noroshi.channels.advice.plain import with_kana
from noroshi.core.time import JST, to_datetime
from noroshi.kinds.resident_report import ResidentReport

#: What a report is about, in plain words.
THINGS: Mapping[str, Both] = {
    "trapped": Both("{出|で}られない {人|ひと}", "people trapped"),
    "injury": Both("けがを した {人|ひと}", "people hurt"),
    "fire": Both("{火事|かじ}", "a fire"),
    "flood": Both("{水|みず}が あふれた", "flooding"),
    "landslide": Both("がけくずれ", "a landslide"),
    "road": Both("{道|みち}の ようす", "a damaged road"),
    "outage": Both("{停電|ていでん}など", "an outage"),
    "water": Both("{水道|すいどう}の ようす", "the water supply"),
    "supply": Both("{足|た}りない もの", "missing supplies"),
    "shelter": Both("{避難所|ひなんじょ}の ようす", "a shelter"),
    "rumour": Both("{聞|き}いた はなし", "a rumour"),
    "safe": Both("{無事|ぶじ}", "being safe"),
    "other": Both("そのほか", "something else"),
}
_CALL = Both("{命|いのち}が あぶない ときは、119に {電話|でんわ}してください。",
             "If life is in danger, call 119.")  # fmt: skip
#: What is said of each state.
STATE_TOLD: Mapping[str, Both] = {
    "new": Both("{知|し}らせて くれた ことを、しらべて います。",
                "We are looking into what you reported."),
    "confirmed": Both(
        "{知|し}らせて くれた ことを、{役所|やくしょ}が {確|たし}かめました。"
        "ありがとうございます。",
        "What you reported is confirmed. Thank you.",
    ),
    "dispatched": Both(
        "たいおうする {人|ひと}が {向|む}かって います。あぶない ときは、"
        "{待|ま}たないで {先|さき}に {逃|に}げてください。",
        "Somebody is on the way. If you are in danger, do not wait: get away first.",
    ),
    "resolved": Both(
        "{知|し}らせて くれた ことは、たいおうが {終|お}わりました。まだ つづいて いる ときは、"
        "もう {一度|いちど} {知|し}らせてください。",
        "What you reported has been dealt with. If it is still so, tell us again.",
    ),
    "dismissed": Both(
        "しらべましたが、この {通報|つうほう}では {人|ひと}は {行|い}きません。"
        "まだ つづいて いる ときは、もう {一度|いちど} {知|し}らせてください。",
        "We looked into it, and nobody is sent for this report. If it is still so, tell us again.",
    ),
}  # fmt: skip
_YOURS = Both("{知|し}らせて くれた こと", "Your report")
_FROM = Both("{役所|やくしょ}から", "From the office")
_IN = Both("（{英語|えいご}）", " (in Japanese)")
_ASKED = Both(
    "{近|ちか}くで「{thing}」と {知|し}らせた {人|ひと}が います。そこから {見|み}えますか。"
    "あぶない ところには {行|い}かないでください。",
    "Somebody nearby reported {thing}. Can you see it from where you are? "
    "Do not go anywhere dangerous.",
)
_ASKED_TITLE = Both("{教|おし}えてください", "Can you see it?")


def letter(
    report: ResidentReport, time: int, state: str, answer: str, answer_en: str, language: str
) -> tuple[str, str]:
    """Title and text (with readings) for who made a report at `time`. An answer that there is in
    the other language alone is given as it is, and said to be in that."""
    english = language == "en"
    at = to_datetime(time).astimezone(JST).strftime("%H:%M")
    place = with_kana(report.place, "")
    where = ", ".join if english else "、".join
    thing = THINGS.get(report.category, THINGS["other"])[english]
    title = f"{_YOURS[english]}{': ' if english else '：'}{thing}"
    title += f"{' (' if english else '（'}{where(one for one in (place, at) if one)}"
    title += ")" if english else "）"
    lines = [STATE_TOLD[state][english]]
    own, other = (answer_en, answer) if english else (answer, answer_en)
    if own or other:
        head = _FROM[english] + ("" if own else _IN[english]) + (": " if english else "：")
        lines.append(head + with_kana(own or other, ""))
    if state in ("new", "dismissed") or report.danger:
        lines.append(_CALL[english])
    return title, "\n".join(lines)


def question(report: ResidentReport, language: str) -> tuple[str, str]:
    """Title and text of what a neighbour is asked; never who reported it, nor exactly where."""
    english = language == "en"
    thing = THINGS.get(report.category, THINGS["other"])[english]
    place = with_kana(report.place, "")
    text = _ASKED[english].replace("{thing}", thing)
    return _ASKED_TITLE[english], f"{place}\n{text}" if place else text
