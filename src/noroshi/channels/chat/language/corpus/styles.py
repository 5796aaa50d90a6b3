"""Ways in which the same sentence is written: politely, in fear, in a dialect, in kana, wrongly.

A style changes the words around the slots only; slots stand as private characters meanwhile.
"""

# Tables of words: broken lines would hide the pairs.
# ruff: noqa: E501

from __future__ import annotations

import random
import re
from collections.abc import Callable

_Rules = tuple[tuple[str, str], ...]
_KANSAI: _Rules = (
    ("ありませんか", "あらへん？"), ("てください", "てくれへん"), ("ください", "ちょうだい"),
    ("ですか", "なん？"), ("ますか", "ます？"), ("ません", "まへん"), ("ている", "とる"),
    ("ています", "とります"), ("てます", "てまんねん"), ("てる", "とる"), ("でした", "やった"),
    ("です", "や"), ("どうしたら", "どないしたら"), ("いいの", "ええの"), ("いい？", "ええん？"),
    ("本当", "ほんま"), ("しまった", "してもた"), ("だめ", "あかん"), ("ない$", "へん"),
    ("から", "さかい"),
)  # fmt: skip
_TOHOKU: _Rules = (
    ("ありませんか", "ねえべか"), ("てください", "てけろ"), ("ください", "けろ"),
    ("ですか", "だべか"), ("ますか", "ますべか"), ("ません", "ねえ"), ("ています", "てる"),
    ("でした", "だった"), ("です", "だ"), ("どこ", "どご"), ("でしょうか", "だべか"),
    ("いいの", "いいんだべか"), ("ない", "ねえ"), ("とても", "うんと"), ("ている", "てら"),
)  # fmt: skip
_KYUSHU: _Rules = (
    ("ありませんか", "なかですか"), ("てください", "てくれんね"), ("ですか", "ね？"),
    ("ますか", "ますと？"), ("ません", "んばい"), ("ています", "とるとです"), ("ている", "とー"),
    ("てる", "とる"), ("です", "ばい"), ("ない", "なか"), ("いい", "よか"), ("から", "けん"),
    ("ですが", "ばってん"), ("だめ", "いかん"), ("ひどい", "ひどか"), ("てた", "とった"),
)  # fmt: skip
_NOTO: _Rules = (
    ("ありませんか", "ないけ"), ("てください", "てくだし"), ("ですか", "け"), ("ますか", "るけ"),
    ("ません", "んげん"), ("ています", "とるげん"), ("ている", "とる"), ("てる", "とる"),
    ("です", "やわ"), ("から", "さかい"), ("だめ", "だちゃかん"), ("ない$", "んがや"),
    ("でした", "やった"), ("いい", "いいが"), ("なければ", "んなん"),
)  # fmt: skip
#: What speech to text hears instead: another word of the same sound.
_HOMOPHONES: _Rules = (
    ("避難所", "非難所"), ("避難", "非難"), ("給水", "吸水"), ("断水", "断酔"), ("停電", "定電"),
    ("火事", "家事"), ("火災", "課題"), ("川", "皮"), ("橋", "箸"), ("土砂", "度者"), ("崖", "がけ"),
    ("浸水", "心酔"), ("冠水", "完水"), ("倒木", "当木"), ("毛布", "もうふ"), ("怪我", "毛が"),
    ("救助", "急所"), ("孤立", "個立"), ("充電", "重点"), ("道路", "同路"), ("通れ", "取れ"),
    ("復旧", "普及"), ("警報", "軽法"), ("津波", "つなみ"), ("病院", "美容院"), ("薬", "くすり"),
    ("食料", "食糧"), ("水道", "推動"), ("炊き出し", "焚き出し"), ("電車", "電社"), ("運転", "うん点"),
    ("通知", "通地"), ("登録", "当録"), ("報告", "方向"), ("通報", "通法"), ("無事", "武士"),
    ("安否", "アンピ"), ("情報", "上方"), ("準備", "順備"), ("倒壊", "東海"), ("家", "いえ"),
    ("煙", "けむり"), ("燃え", "萌え"), ("氾濫", "反乱"), ("決壊", "血塊"), ("埋まっ", "うまっ"),
    ("取り消", "鳥消"), ("削除", "作除"), ("職員", "植院"), ("意識", "異色"), ("出血", "出欠"),
)  # fmt: skip
_FILLED_PAUSES = ("えーと", "あのー", "えっと", "あの", "すみません")
_FEAR_BEFORE = ("やばい", "早く", "怖い", "うわ", "お願い", "どうしよう", "大変です")
_FEAR_AFTER = (
    "！！",
    "！！！",
    "早く！",
    "お願い！",
    "急いで",
    "もう無理",
    "どうしよう",
    "ヤバい",
    "泣",
)
_POLITE_BEFORE = (
    "恐れ入りますが、",
    "すみません、",
    "お忙しいところ失礼します。",
    "申し訳ありませんが",
)
_POLITE_AFTER = ("。よろしくお願いいたします。", "。お手数をおかけします", "。", "。どうぞよろしく")
_SMILES = ("🙏", "😭", "😱", "😢", "💦", "‼️", "❗", "🥺", "🙇‍♂️", "😰", "(>_<)", "（泣）", "w", "…")
_SOUNDS = "あいうえおかきくけこさしすせそたちつてとなにぬねのはひふへほまみむめもらりるれろ"
_STROKES = {"か": "ka", "な": "na", "の": "no", "ま": "ma", "す": "su", "て": "te", "と": "to"}
_LETTERS = "abcdefghijklmnoprstuvwy"

Style = Callable[[str, random.Random], str]


def _dialect(rules: _Rules, ends: tuple[str, ...]) -> Style:
    def say(text: str, rng: random.Random) -> str:
        said = text
        for old, new in rules:
            said = re.sub(old, new, said)
        if said == text:
            said = re.sub(r"[。！!]?$", "", text) + rng.choice(ends)
        return said

    return say


def _polite(text: str, rng: random.Random) -> str:
    return rng.choice(_POLITE_BEFORE) + re.sub(r"[。！!]$", "", text) + rng.choice(_POLITE_AFTER)


def _panicked(text: str, rng: random.Random) -> str:
    said = re.sub(r"(ください|です|ます)[。！!]?$", r"\1", text)
    before = rng.choice(("", *_FEAR_BEFORE))
    return before + rng.choice(("", " ", "、")) * bool(before) + said + rng.choice(_FEAR_AFTER)


def _voice(text: str, rng: random.Random) -> str:
    said = re.sub(r"[、。！？!?]", "", text)
    heard = [pair for pair in _HOMOPHONES if pair[0] in said]
    for old, new in rng.sample(heard, min(len(heard), 2)):
        said = said.replace(old, new, 1)
    return rng.choice(("", *_FILLED_PAUSES)) + said


def _typo(text: str, rng: random.Random) -> str:
    kana = [at for at, one in enumerate(text) if "ぁ" <= one <= "ん"]
    if not kana:
        return text + rng.choice(("l", "っっd", "、、", "s"))
    at = rng.choice(kana)
    sort = rng.randrange(5)
    if sort == 0:
        return text[:at] + text[at + 1 :]
    if sort == 1:
        return text[:at] + text[at] + text[at:]
    if sort == 2 and at + 1 < len(text) and at + 1 in kana:
        return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    if sort == 3 and text[at] in _STROKES:
        return text[:at] + _STROKES[text[at]][0] + text[at:]
    return text[:at] + rng.choice(_SOUNDS) + text[at + 1 :]


def _smiling(text: str, rng: random.Random) -> str:
    first = rng.choice(_SMILES)
    if rng.random() < 0.3:
        return first + text + rng.choice(_SMILES)
    return text + first * rng.choice((1, 1, 2, 3))


def _english_smiling(text: str, rng: random.Random) -> str:
    return text + rng.choice(_SMILES[:9]) * rng.choice((1, 1, 2, 3))


def _english_typo(text: str, rng: random.Random) -> str:
    letters = [at for at, one in enumerate(text) if one.isascii() and one.isalpha()]
    if len(letters) < 4:
        return text
    at = rng.choice(letters[1:])
    sort = rng.randrange(3)
    if sort == 0:
        return text[:at] + text[at + 1 :]
    if sort == 1 and at + 1 < len(text):
        return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    return text[:at] + rng.choice(_LETTERS) + text[at + 1 :]


def _english_polite(text: str, rng: random.Random) -> str:
    return (
        rng.choice(("excuse me, ", "sorry, ", "hello, "))
        + text
        + rng.choice((", thank you", " please", "."))
    )


def _english_panic(text: str, rng: random.Random) -> str:
    return (
        rng.choice(("", "oh god ", "please hurry ", "omg "))
        + text
        + rng.choice(("!!!", " hurry!!", " please!!", "!"))
    )


STYLES: dict[str, dict[str, Style]] = {
    "ja": {
        "polite": _polite, "panicked": _panicked, "voice": _voice, "typo": _typo,
        "emoji": _smiling,
        "kansai": _dialect(_KANSAI, ("やで", "ねん", "わ")),
        "tohoku": _dialect(_TOHOKU, ("だべ", "んだ", "っちゃ")),
        "kyushu": _dialect(_KYUSHU, ("ばい", "たい", "とよ")),
        "noto": _dialect(_NOTO, ("げん", "がや", "わいね")),
    },
    "en": {
        "polite": _english_polite, "panicked": _english_panic, "typo": _english_typo,
        "emoji": _english_smiling, "capitals": lambda text, _: text.upper(),
        "unpunctuated": lambda text, _: re.sub(r"[,.?!']", "", text).lower(),
    },
}  # fmt: skip
