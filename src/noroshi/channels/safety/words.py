"""What the safety check says, in やさしい日本語 and English."""

from __future__ import annotations

from collections.abc import Sequence

from noroshi.channels.advice.actions import Both
from noroshi.channels.advice.plain import say_age, say_time, with_kana
from noroshi.channels.safety.answers import OLD, Answer, Told
from noroshi.channels.safety.groups import Group

STATES: dict[str, Both] = {
    "safe": Both("{無事|ぶじ}です", "Safe"),
    "help": Both("{助|たす}けが いります", "Needs help"),
    "injured": Both("けがを しています", "Injured"),
    "evacuating": Both("にげて います", "Evacuating"),
    "none": Both("まだ こたえて いません", "Has not answered"),
}
#: Shape before the words, so that colour is never alone.
MARKS = {"safe": "○", "help": "！", "injured": "✚", "evacuating": "→", "none": "？"}
SORTS: dict[str, Both] = {
    "household": Both("{家族|かぞく}", "Household"),
    "organisation": Both("{会社|かいしゃ}・{団体|だんたい}", "Organisation"),
    "school": Both("{学校|がっこう}", "School"),
}
UNKNOWN = Both("その {人|ひと}の ことは、ここでは わかりません。", "That person is not known here.")
#: 災害用伝言ダイヤル: NTT東日本・西日本, https://www.ntt-east.co.jp/saigai/voice171/.
ELSEWHERE = Both(
    "{電話|でんわ}の 171か、web171 で {伝言|でんごん}を きく ことが できます。",
    "Look for messages by telephone (171) or at web171 (https://www.web171.jp).",
)
NOBODY = Both(
    "グループに {入|はい}って いないので、だれにも つたわりません。",
    "You are in no group, so nobody is told.",
)
DANGER = Both(
    "{命|いのち}が あぶない ときは、119に {連絡|れんらく}してください。",
    "If your life is in danger, call 119: this does not call for rescue.",
)


def say_answer(answer: Answer | None, at: int, language: str) -> str:
    """An answer with its time and age as of `at`; old ones are said to be old."""
    english = language == "en"
    state = STATES[answer.state if answer else "none"]
    said = state.en if english else state.ja
    if answer is None:
        return said
    place, note = _quoted(answer.place), _quoted(answer.note)
    if place:
        said += f" ({place})" if english else f"（{place}）"
    if note:
        said += f": “{note}”" if english else f"「{note}」"
    spoken = "en" if english else "ja"
    age = max(0, at - answer.at)
    when = f"{say_time(answer.at, at, spoken)}, {say_age(age, spoken)}"
    if not english:
        when = when.replace(", ", "、")
    if age > OLD:
        when += ". Old: it may be otherwise now" if english else "。{古|ふる}い こたえです"
    return f"{said} [{when}]" if english else f"{said}（{when}）"


def say_asked(found: Sequence[tuple[Group, Told]], at: int, language: str) -> list[str]:
    """What is known of somebody who was asked for, one sentence each; else that it is not known,
    and where else to ask."""
    if not found:
        return [one.en if language == "en" else one.ja for one in (UNKNOWN, ELSEWHERE)]
    shape = "{} ({}): {}" if language == "en" else "{}（{}）：{}"
    return [
        shape.format(_quoted(told.name), _quoted(group.name), say_answer(told.answer, at, language))
        for group, told in found
    ]


def _quoted(text: str) -> str:
    """What people wrote cannot pass for a reading."""
    return with_kana(text, "")
