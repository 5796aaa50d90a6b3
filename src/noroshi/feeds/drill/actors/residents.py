"""What residents write to the conversation of their town, in their own words.

People in danger write short, with mistakes and without saying where they are; others are polite.
The sentences are invented.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

#: What somebody sees, by category; `{place}` is a district or road, `{depth}` a depth in words.
REPORTS: dict[str, tuple[str, ...]] = {
    "landslide": (
        "{place}で裏山が崩れました", "{place}です。崖が崩れて家の庭まで土砂が来ています",
        "がけ崩れ！{place}", "{place}の斜面から石がどんどん落ちてきます",
        "{place}で土砂崩れです。家がつぶれています", "うちの裏の山がくずれた {place}",
    ),
    "injury": (
        "{place}で土砂崩れに巻き込まれてけが人がいます",
        "{place} 家に土砂が入って父がけがをしました",
        "{place}で2人けがをしています。血が出ています",
    ),
    "road": (
        "{place}の道が{cause}で通れません", "{place}で{cause}、車が通れないです",
        "{cause}で{place}のところの道路がふさがっています",
        "{place} 道路が{cause}で通行止めになってる",
    ),
    "flood": (
        "{place}で道路が冠水しています。{depth}くらいあります", "{place}、水が{depth}まで来てます",
        "家の前が川みたいになってる {place} {depth}",
        "{place}です。浸水しています、深さは{depth}です",
        "{depth}まで水が上がってきました。{place}",
    ),
    "trapped": (
        "{place}で水に囲まれて外に出られません。{depth}あります。助けてください",
        "2階に取り残されています {place}", "{place} 車が水につかって動けない、中に人がいます",
    ),
    "outage": (
        "{place}で停電しています", "電気がつきません、{place}です", "{place}ていでんしました",
        "うちだけじゃなくて{place}一帯が停電してるみたい",
    ),
    "rumour": (
        "ダムが決壊するって聞きました。本当ですか",
        "{place}の避難所に泥棒が出ているという話が回っています",
        "水道に毒が入ったとSNSで見ました",
    ),
}  # fmt: skip

#: What somebody asks.
QUESTIONS: dict[str, tuple[str, ...]] = {
    "shelter": (
        "近くの避難所はどこですか", "いま開いている避難所を教えて", "ひなんじょはどこ？",
        "避難したいです。どこに行けばいいですか", "{place}から一番近い避難所は？",
        "車いすの母がいます。行ける避難所はありますか", "犬を連れて行ける避難所ありますか",
    ),
    "alerts": (
        "いま何か警報は出ていますか", "{town}の警戒レベルはいくつ？", "避難指示は出てますか",
        "川は大丈夫ですか", "今の状況を教えてください",
    ),
    "evacuate": (
        "避難したほうがいいですか", "逃げたほうがいいんでしょうか", "まだ家にいても平気？",
    ),
    "road": (
        "{road}は通れますか", "{road}は通行止めですか？", "{road}を通って病院に行けますか",
    ),
    "outage": (
        "停電はいつ直りますか", "{town}の停電の復旧見込みは？", "電気はいつつくの",
    ),
    "water": ("水はどこでもらえますか", "断水していますか",),
    "train": ("電車は動いていますか", "電車の運転再開はいつですか",),
    "prepare": ("何を準備すればいいですか", "避難のとき持っていくものは？",),
    "unknown": ("今夜の晩ごはん何がいいかな", "宝くじの当選番号を教えて",),
}  # fmt: skip

_DEPTHS = (
    (0.12, ("足首", "10センチ")), (0.3, ("すねの半分", "20cm", "20センチ")),
    (0.55, ("ひざ", "膝", "50センチ")), (0.9, ("太もも", "70センチ")), (1.2, ("腰", "1メートル")),
    (1.6, ("胸", "1m30cm")), (9.9, ("背より高いところ", "2メートル")),
)  # fmt: skip


def say(draw: np.random.Generator, sentences: Sequence[str], **words: str) -> str:
    """One of the sentences, with what is spoken of; some people write in haste."""
    text = str(sentences[int(draw.integers(len(sentences)))]).format_map(words)
    hasty = draw.uniform()
    if hasty < 0.1:
        return text.replace("。", " ").replace("、", " ")
    if hasty < 0.16:
        return text + "！！"
    if hasty < 0.2:
        return text + "😢"
    return text


def depth_in_words(draw: np.random.Generator, depth: float) -> str:
    """How deep water is, as people say it."""
    words = next((some for most, some in _DEPTHS if depth < most), _DEPTHS[-1][1])
    return words[int(draw.integers(len(words)))]
