"""What to do, in our own words.

The five levels and who is to leave at which: 内閣府（防災担当）「避難情報に関する
ガイドライン」令和3年5月. Levels in the names of warnings since May 2026: 気象庁「新たな防災気象情報
について（令和８年～）」. What the weather agency says is *equivalent to* a level; an evacuation
order is the municipality's. By hazard: 総務省消防庁「防災・危機管理eカレッジ」.
"""

from __future__ import annotations

from typing import NamedTuple


class Both(NamedTuple):
    """The same in やさしい日本語 (with readings) and English."""

    ja: str
    en: str


class Advice(NamedTuple):
    """A headline and what to do, in order."""

    word: Both
    steps: tuple[Both, ...]


_DANGER_SPOTS = Both(
    "あぶない ところは、がけの {近|ちか}く、{川|かわ}や "
    "{海|うみ}の {近|ちか}く、{低|ひく}い ところです。",
    "Dangerous places: near slopes, rivers and the sea, and low ground.",
)

#: By alert level (1–5).
LEVELS: dict[int, Advice] = {
    5: Advice(
        Both("{命|いのち}が あぶない", "Your life is in danger"),
        (
            Both(
                "{今|いま}すぐ、{命|いのち}を "
                "まもる ことを してください。",
                "Save your life now.",
            ),
            Both(
                "{外|そと}が あぶない ときは、{家|いえ}の "
                "{高|たか}い {階|かい}へ {行|い}ってください。",
                "If it is dangerous outside, go to an upper floor.",
            ),
            Both(
                "がけや {川|かわ}から {遠|とお}い {部屋|へや}に いてください。",
                "Stay in a room away from slopes and rivers.",
            ),
        ),
    ),
    4: Advice(
        Both("あぶない ところの {人|ひと}は、{全員|ぜんいん} にげる",
             "Everyone in a dangerous place: leave"),
        (
            Both(
                "あぶない ところに いる {人|ひと}は、{全員|ぜんいん} にげてください。",
                "Everyone in a dangerous place should leave now.",
            ),
            _DANGER_SPOTS,
            Both(
                "{外|そと}へ {出|で}る ほうが あぶない ときは、"
                "{高|たか}い {階|かい}へ {行|い}ってください。",
                "If going out is more dangerous, go to an upper floor.",
            ),
        ),
    ),
    3: Advice(
        Both("お{年寄|としよ}りなどは にげる", "Older people and those who need time: leave"),
        (
            Both(
                "にげるのに {時間|じかん}が かかる {人|ひと}は、にげてください。",
                "If you need time to get away, leave the dangerous place now.",
            ),
            Both(
                "お{年寄|としよ}り、{体|からだ}が {不自由|ふじゆう}な "
                "{人|ひと}、{赤|あか}ちゃん などです。",
                "That is: older people, people with disabilities, babies and those with them.",
            ),
            Both(
                "ほかの {人|ひと}は、にげる {準備|じゅんび}を してください。",
                "Everyone else: get ready. If you feel in danger, leave.",
            ),
            _DANGER_SPOTS,
        ),
    ),
    2: Advice(
        Both("にげる ところと {道|みち}を たしかめる", "Check where and how you would leave"),
        (
            Both(
                "あぶない ところを、ハザードマップで {見|み}てください。",
                "Look at the hazard map: is your home in a dangerous place?",
            ),
            Both(
                "にげる ところと {道|みち}を たしかめてください。",
                "Check where to go, and the way there.",
            ),
        ),
    ),
    1: Advice(
        Both("これからの {情報|じょうほう}に {気|き}をつける", "Keep an eye on the news"),
        (
            Both(
                "{天気|てんき}の {情報|じょうほう}を {見|み}てください。",
                "Follow the weather information.",
            ),
        ),
    ),
}  # fmt: skip

#: By subject, for what the levels do not say. `grave` in a subject's name: for warnings and above.
SUBJECTS: dict[str, Advice] = {
    "tsunami_grave": Advice(
        Both(
            "{海|うみ}の {近|ちか}くの {人|ひと}は、{今|いま}すぐ {高|たか}い ところへ",
            "Near the sea: go to high ground now",
        ),
        (
            Both(
                "{海|うみ}や {川|かわ}の {近|ちか}くに "
                "いる {人|ひと}は、{今|いま}すぐ にげてください。",
                "If you are near the sea or a river, leave now.",
            ),
            Both(
                "{高|たか}い ところや {津波|つなみ}{避難|ひなん}ビルへ {行|い}ってください。",
                "Go to high ground or a tsunami evacuation building.",
            ),
            Both(
                "{津波|つなみ}は {何回|なんかい}も {来|き}ます。"
                "{警報|けいほう}が おわるまで もどらないでください。",
                "Waves come again and again. Do not go back until the warning is lifted.",
            ),
        ),
    ),
    "tsunami": Advice(
        Both("{海|うみ}から はなれる", "Stay away from the sea"),
        (
            Both(
                "{海|うみ}に いる {人|ひと}は、すぐ {海|うみ}から {出|で}てください。",
                "If you are in the sea, get out at once.",
            ),
            Both(
                "{海|うみ}の {近|ちか}くに "
                "{行|い}かないでください。",
                "Keep away from the shore.",
            ),
        ),
    ),
    "landslide": Advice(
        Both("がけから はなれる", "Keep away from slopes"),
        (
            Both(
                "がけや {山|やま}の {近|ちか}くは、くずれる ことが あります。",
                "Slopes and hillsides may collapse.",
            ),
            Both(
                "{小石|こいし}が {落|お}ちる、{水|みず}が にごる ときは、すぐ はなれてください。",
                "If pebbles fall or water turns muddy, get away at once.",
            ),
        ),
    ),
    "water": Advice(
        Both("{川|かわ}や {低|ひく}い ところから はなれる", "Keep away from rivers and low ground"),
        (
            Both(
                "{川|かわ}や {用水路|ようすいろ}を {見|み}に {行|い}かないでください。",
                "Do not go to look at rivers or canals.",
            ),
            Both(
                "{地下|ちか}や、{低|ひく}い {道|みち}に {行|い}かないでください。",
                "Do not enter basements, underpasses or low roads.",
            ),
        ),
    ),
    "surge": Advice(
        Both("{海|うみ}の {近|ちか}くから はなれる", "Keep away from the coast"),
        (
            Both(
                "{海|うみ}の {近|ちか}くは、{水|みず}が {入|はい}ることが あります。",
                "The sea may flood land near the coast.",
            ),
            Both("{風|かぜ}が つよくなる まえに にげてください。",
                 "Leave before the wind becomes strong."),
        ),
    ),
    "wind": Advice(
        Both("{家|いえ}の {中|なか}に いる", "Stay indoors"),
        (
            Both(
                "じょうぶな {建物|たてもの}の {中|なか}に いてください。",
                "Stay inside a strong building.",
            ),
            Both(
                "{窓|まど}から はなれてください。カーテンを しめてください。",
                "Keep away from windows. Draw the curtains.",
            ),
        ),
    ),
    "waves": Advice(
        Both("{海|うみ}に {近|ちか}づかない", "Keep away from the shore"),
        (Both("{海|うみ}や {港|みなと}に {近|ちか}づかないでください。",
              "Keep away from the shore and harbours."),),
    ),
    "thunder": Advice(
        Both("{建物|たてもの}の {中|なか}に {入|はい}る", "Go indoors"),
        (
            Both(
                "かみなりが {聞|き}こえたら、{建物|たてもの}か "
                "{車|くるま}に {入|はい}ってください。",
                "When you hear thunder, go into a building or a car.",
            ),
            Both("{木|き}の {近|ちか}くは あぶないです。", "Trees are dangerous."),
        ),
    ),
    "snow": Advice(
        Both("できるだけ {出|で}かけない", "Avoid going out"),
        (
            Both(
                "{車|くるま}で {出|で}かけないで ください。",
                "Do not travel by car unless you must.",
            ),
            Both(
                "やねの {雪|ゆき}が {落|お}ちる ことが あります。",
                "Snow may fall from roofs.",
            ),
        ),
    ),
    "quake": Advice(
        Both("また ゆれる ことが ある", "It may shake again"),
        (
            Both(
                "また {大|おお}きく ゆれる ことが あります。",
                "Strong shaking may come again.",
            ),
            Both(
                "こわれた {建物|たてもの}や がけに {近|ちか}づかないでください。",
                "Keep away from damaged buildings and slopes.",
            ),
            Both(
                "{火|ひ}と ガスを たしかめてください。",
                "Check fire and gas.",
            ),
        ),
    ),
    "volcano": Advice(
        Both("{山|やま}に {近|ちか}づかない", "Keep away from the volcano"),
        (
            Both(
                "{入|はい}っては いけない ところに {入|はい}らないでください。",
                "Do not enter closed areas.",
            ),
            Both(
                "{石|いし}が とんで くる ときは、{建物|たてもの}に {入|はい}ってください。",
                "If rocks fall, get inside a strong building.",
            ),
        ),
    ),
    "volcano_grave": Advice(
        Both("{今|いま}すぐ にげる", "Leave now"),
        (
            Both(
                "{市|し}や {町|まち}の {話|はなし}を {聞|き}いて、すぐ にげてください。",
                "Follow your municipality and leave at once.",
            ),
            Both("{山|やま}から はなれてください。", "Get away from the volcano."),
        ),
    ),
    "volcano_early": Advice(
        Both("お{年寄|としよ}りなどは にげる", "Older people and those who need time: leave"),
        (
            Both(
                "にげるのに {時間|じかん}が かかる {人|ひと}は、にげてください。",
                "If you need time to get away, leave now.",
            ),
            Both(
                "ほかの {人|ひと}は、にげる {準備|じゅんび}を してください。",
                "Everyone else: get ready to leave.",
            ),
        ),
    ),
    "ash": Advice(
        Both("{灰|はい}を すわない", "Do not breathe in ash"),
        (
            Both(
                "マスクを してください。{目|め}を まもってください。",
                "Wear a mask. Protect your eyes.",
            ),
            Both("{車|くるま}は すべりやすいです。", "Roads become slippery."),
        ),
    ),
    "fire": Advice(
        Both("{火|ひ}に {気|き}をつける", "Be careful with fire"),
        (Both("{火|ひ}を つかう ときは、{気|き}をつけてください。", "Be careful with fire."),),
    ),
}  # fmt: skip

#: Which advice a hazard of a weather warning calls for.
SUBJECT_OF = {
    "大雨": "water", "洪水": "water", "氾濫": "water", "浸水害": "water", "融雪": "water",
    "土砂災害": "landslide", "高潮": "surge", "暴風": "wind", "強風": "wind", "竜巻": "wind",
    "暴風雪": "snow", "風雪": "snow", "大雪": "snow", "なだれ": "snow", "着雪": "snow",
    "波浪": "waves", "雷": "thunder", "乾燥": "fire",
}  # fmt: skip
