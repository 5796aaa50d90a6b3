"""Names of facilities as Japanese offices write them, in a form to compare.

One place has many names: 七尾市立 第一小学校（体育館）, 第1小学校, 七尾市第一小. Here a name is
taken apart into what names the premises and what names a part of them; nothing is guessed that
the text does not say.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from noroshi.domains.disaster.shelter_merge.letters import (
    BRACKETED,
    HIRAGANA,
    SPACES,
    arabic,
    plain,
)

#: Parts of premises: what stands behind a facility's name and does not make it another facility.
_PART = (
    r"屋内体育館|屋内運動場|屋外運動場|屋内多目的\w{0,3}|体育館棟?|体育室|アリーナ|講堂|武道場|武道館|柔剣道場|柔道場|剣道場|格技場"
    r"|グラウンド|グランド|グラント|校庭|園庭|運動場|運動広場|多目的広場|多目的グラウンド|広場|前庭|中庭|駐車場|立体駐車場|敷地|構内"
    r"|運動用地|空地|校地|校舎棟?|園舎|教室棟?|普通教室|特別教室|各教室|教室|管理棟|本館|新館|別館|東館|西館|南館|北館|建物|屋内|屋外"
    r"|屋上|廊下|階段|踊り?場|通路|ホール|大ホール|ロビー|多目的ホール|会議室|大会議室|和室|遊戯室|ランチルーム|特別棟|屋体|プール"
    r"|スペース|ベランダ|バルコニー|境内|農村広場|芝生広場"
)
_FLOOR = r"(?:地下)?\d+(?:階|F|f)(?:建て?)?(?:以上|部分)?(?:の階)?"
_JOIN = (
    r"(?:洪水|浸水|津波|高潮|土砂災害|地震|大雨)(?:時は|時|は)?"
    r"|[~〜\-及びおよび並びに又はまたはとのや&+]|含む|含め|除く|部分|一部|1部|全体|等|など"
    r"|周辺|側|内|前|横|裏|東|西|南|北|中|新|旧|第?\d+|[A-Da-d]|号?棟"
)
_TAIL = re.compile(rf"(?:{_PART}|{_FLOOR}|{_JOIN})++")
_HAS_PART = re.compile(rf"{_PART}|{_FLOOR}")
#: What is written in brackets and is no other name: when a place is used, or what sort it is.
_REMARK = re.compile(
    "注意|場合|時は|時のみ|休校|使用|指定|避難|洪水|浸水|津波|高潮|土砂|地震|不可|のみ|計画|対象|優先|廃校|閉校|閉館|株式会社"
    "|^(?:地区)?(?:公民館|集会所|集会場|会館|センター|コミセン|体育館|児童館|図書館|小学校|中学校|保育園|幼稚園|幼児園)$"
)
#: A place beside a facility, at which nobody is on its premises: the hill behind a school.
_BESIDE = re.compile("裏山|裏高台|高台|法面|避難路|付近|(?<=.)[裏上]$")
#: Words at which the name of an institution ends; a part may follow.
_INSTITUTION = re.compile(
    r"(?:小学校|中学校|高等学校|高校|中等教育学校|義務教育学校|支援学校|養護学校|専門学校|専修学校|各種学校|聾学校|盲学校|学園|学院|大学"
    r"|短大|分校|小中学校|学校|幼稚園|保育園|保育所|こども園|子ども園|公民館|センター|センタ|会館|集会所|集会場|公園|役場|市役所|役所|支所"
    r"|庁舎|体育館|分館|会堂|公会堂|ホーム|荘|寺|神社|院|プラザ|クラブ|キャンパス|施設|ホール|文化館|交流館|福祉館|児童館|自治会館|苑|ビル"
    r"|団地|住宅|マンション|工場|駅|生活館|コミセン|市民館|住民館|区民館|資料館|図書館|研修館|改善センター|の里|の郷|ドーム|校)"
)
_ESTATES = {"団地", "住宅", "ビル", "マンション"}
_FOUNDER = re.compile(
    r"^(?:学校法人|社会福祉法人|医療法人|独立行政法人|国立大学法人|一般社団法人)+"
    r"|^(?:.{2,3}[都道府県])?(?:[^都道府県市区町村立]{1,6}[市区町村])?[都道府市区町村]?立(?=..)"
    r"|^(?:公立|私立|国立|県立|組合立)(?=..)"
)
_FORMER = re.compile(r"^[旧元](?=..)|跡地?施設|跡地?|\(旧\)|閉校|休校中?|廃校")
#: Ways of writing one word, and the one that is compared.
_SAME = {
    "高等学校": "高校", "コミュニティー?センター?|コミセン": "コミセン", "子ども|子供": "こども",
    "集会場": "集会所", "ふれ合い|触れ合い|触合い": "ふれあい", "生き生き|活き活き": "いきいき",
    "コミュニティー?": "コミ", "グラウンド|グラント": "グランド",
    "[町村]役場": "役場", "小学$": "小学校", "(?<=[^小大高])小$": "小学校",
    "(?<=..)(?<![田山野村島川水里])中$": "中学校",
    "(?:自治|町内|町|区|地区)会?(?=会館|集会所|公民館)": "",
}  # fmt: skip
_WAYS = re.compile("|".join(f"({way})" for way in _SAME))
_WORDS = ("", *_SAME.values())
#: Words for what a facility is, by family: a hall that a municipality renames stays in its family.
_TYPES = (
    ("schools", "小中学校|中学校高校|中高校|中高等学校|義務教育学校"),
    ("school1", "小学校"), ("school2", "中学校"), ("school3", "高校"), ("school", "学園"),
    ("special", "支援学校|養護学校|盲学校|聾学校"), ("university", "大学|短大"),
    ("nursery", "こども園|幼稚園|保育園|保育所|幼児園|児童園"),
    ("gym", "体育館|武道館|アリーナ|体育センター"),
    ("hall", "公民館|公民分館|コミセン|地区センター|地域センター|交流センター|市民センター"
             "|町民センター|村民センター|区民センター"
             "|まちづくりセンター|地域づくりセンター|ふれあいセンター|生活改善センター|活性化センター|農村環境改善センター|研修センター"
             "|生涯学習センター|自治会館|市民館|住民館|区民館|生活館|交流館|集会所|会館|会堂|公会堂|集落センター|センター|館"),
    ("park", "公園|広場|緑地|グランド|運動場|球場|競技場|遊園地?"),
    ("office", "役場|市役所|区役所|庁舎|支所|出張所"), ("temple", "神社|寺|教会"),
    ("home", "特別養護老人ホーム|老人ホーム|ホーム|荘|苑|園"), ("parking", "駐車場"),
)  # fmt: skip
_TYPE = tuple((family, re.compile(f"(?:{words})$")) for family, words in _TYPES)
_GA = re.compile("(?<=[^ァ-ヶー])[ヶケがガゕヵカ](?=[一-龠])")
_NO = re.compile("(?<=[一-龠々])[ノ之乃の](?=[一-龠])")
_ORDINAL = re.compile(r"第(?=\d)|(?<!\d)0+(?=\d)")
_UNSAID = str.maketrans({"ー": None, "-": None, "ヶ": "が", "ゖ": "が"})
_SCHOOLS = {"schools", "school1", "school2", "school3", "special", "university", "nursery"}
_SIDES = re.compile("[東西南北中上下前後左右内外新旧大小]")


class Name(NamedTuple):
    """A facility's name taken apart.

    `full`: all of it, as compared. `core`: what names the premises, without founder, part and
    former state. `skeleton` and `numbers`: the core with its numbers taken out. `stem` and
    `family`: the core without the word for what it is, and that word's family. `part`: the part of
    the premises, empty where the whole is meant. `aliases`: other names given in brackets.
    `pairs`: the core's bigrams. `former`: it says that it no longer serves its old use.
    `beside`: a place beside the premises is meant.
    """

    full: str
    core: str
    skeleton: str
    numbers: tuple[str, ...]
    stem: str
    family: str
    part: str
    aliases: tuple[str, ...]
    pairs: frozenset[str]
    former: bool
    beside: bool


@lru_cache(maxsize=1 << 16)
def read_name(text: str, town: str = "") -> Name:
    """The name of a facility in the municipality called `town` (七尾市), taken apart."""
    whole = plain(text)
    aliases, parts = [], []
    for found in BRACKETED.finditer(whole):
        inner = SPACES.sub("", found[1] or found[0][1:])
        if _HAS_PART.search(inner):
            parts.append(inner)
        elif len(inner) >= 3 and not _REMARK.search(inner):
            aliases.append(inner)
    outside = BRACKETED.sub("", whole).strip() or whole
    former = bool(_FORMER.search(whole))
    body = SPACES.sub("", outside)
    head, tail = _split(body) if _HAS_PART.search(body) else (body, "")
    if parts and not tail:
        # 工業高校（校舎）第３ is a third building, not a third school.
        last = max(_INSTITUTION.finditer(body), key=re.Match.end, default=None)
        if last and 0 < len(body) - last.end() <= 3 and last[0] not in _ESTATES:
            head, tail = body[: last.end()], body[last.end() :]
    if tail:
        parts.insert(0, tail)
    if _FORMER.search(head):
        head = _FORMER.sub("", head) or head
    head = _same(_without_founder(head, town))
    core = _fold(head)
    skeleton = re.sub(r"\d+", "#", core)
    stem, family = _typed(head)
    return Name(
        full=_fold(_same(SPACES.sub("", whole))),
        core=core,
        skeleton=skeleton,
        numbers=tuple(re.findall(r"\d+", core)),
        stem=_fold(stem),
        family=family,
        part=_fold("".join(parts)),
        aliases=tuple(sorted({_fold(_same(_without_founder(one, town))) for one in aliases})),
        pairs=_pairs(core),
        former=former,
        beside=bool(_BESIDE.search(head)),
    )


def _split(text: str) -> tuple[str, str]:
    """The name and the part of the premises behind it: 城東中学校, 屋内運動場2階."""
    for found in _INSTITUTION.finditer(text):
        rest = arabic(text[found.end() :])
        if rest and _HAS_PART.search(rest) and _TAIL.fullmatch(rest):
            return text[: found.end()], rest
    return text, ""


def _without_founder(text: str, town: str) -> str:
    short = _FOUNDER.sub("", text)
    name = plain(town)
    for head in (name, name[:-1] if name.endswith(("町", "村", "市")) and len(name) > 2 else ""):
        if head and name and short.startswith(name) and len(short) > len(name) + 1:
            short = short[len(name) :]
            break
    short = re.sub(r"^[市町村区]?立(?=..)", "", short)
    return short or text


def _fold(text: str) -> str:
    """As names are compared: numbers Arabic, kana hiragana without long marks, small words same."""
    text = arabic(text)
    text = _GA.sub("が", text)
    text = _NO.sub("の", text)
    text = _ORDINAL.sub("", text)
    return text.translate(HIRAGANA).translate(_UNSAID).lower()


def _same(text: str) -> str:
    return _WAYS.sub(lambda found: _WORDS[found.lastindex or 0], text)


def _typed(text: str) -> tuple[str, str]:
    for family, words in _TYPE:
        found = words.search(text)
        if found is not None and found.start() > 0:
            return text[: found.start()], family
    return text, ""


def _pairs(text: str) -> frozenset[str]:
    return frozenset(text[at : at + 2] for at in range(len(text) - 1)) or frozenset((text,))


def alike(one: frozenset[str], other: frozenset[str]) -> float:
    """The share of bigrams that two texts have in common (Dice 1945), 0–1."""
    return 2 * len(one & other) / (len(one) + len(other))


def opposed(one: Name, other: Name) -> str:
    """Why two names are of different facilities though they look alike; empty if nothing says so.

    第一 and 第二; 東 and 西; a primary and a middle school of one name.
    """
    if one.core == other.core:
        return ""
    if one.skeleton == other.skeleton and one.numbers != other.numbers:
        return "numbers"
    if one.beside != other.beside:
        return "beside"
    if one.stem == other.stem and "schools" in (one.family, other.family):
        return ""
    if one.family != other.family and {one.family, other.family} <= _SCHOOLS:
        return "kinds of school"
    if len(one.core) == len(other.core):
        differing = [(a, b) for a, b in zip(one.core, other.core, strict=True) if a != b]
        if len(differing) == 1 and all(_SIDES.fullmatch(sign) for sign in differing[0]):
            return "sides"
    return ""
