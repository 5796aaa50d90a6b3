"""Letters as Japanese offices write them, in the form in which names and addresses are compared.

Width and compatibility forms: Unicode NFKC (UAX #15). Old and new forms of kanji: 常用漢字表
(内閣告示第二号, 2010), which gives the older form in brackets, and the variants of names.
"""

from __future__ import annotations

import re
import unicodedata

from noroshi.formats.japanese import kanji_number

#: An older or variant form of a kanji, and the one that is compared.
_OLD = (
    "髙高﨑崎嵜崎澤沢濱浜邊辺邉辺齋斎齊斉國国學学體体廣広舘館嶋島嶌島吞呑挾挟龍竜櫻桜"
    "惠恵藏蔵會会縣県區区圓円來来眞真禮礼條条彌弥瀧滝鐵鉄關関檜桧籠篭與与萬万壽寿榮栄"
    "澁渋淺浅鷗鴎德徳﨔欅靜静應応實実寶宝獻献藝芸驛駅醫医聰聡團団圖図鹽塩淨浄濟済灣湾"
    "兒児假仮峯峰嶽岳槇槙桒桑栁柳爲為豐豊邨村亞亜佛仏傳伝冨富劔剣劍剣勞労參参單単壺壷"
    "奧奥將将專専廳庁戶戸拂払據拠擴拡收収敎教數数曉暁曾曽枡桝淵渕渴渇溪渓滿満犧犠獨独"
    "畫画當当發発盡尽祕秘稻稲穗穂竈釜粹粋經経綠緑總総繩縄繪絵缺欠聲声臺台舊旧莊荘蘆芦"
    "處処號号螢蛍裝装覺覚觀観讚讃豫予貳弐轉転辨弁辯弁遙遥醬醤釋釈錢銭鑛鉱陷陥險険雙双"
    "靈霊頰頬顏顔顯顕飮飲驗験髮髪鬪闘鷄鶏麥麦黃黄黑黒默黙齒歯龜亀"
)
_NEW = str.maketrans(dict(zip(_OLD[::2], _OLD[1::2], strict=True)))
_HYPHENS = str.maketrans(dict.fromkeys("‐‑‒–—―−－ｰ─━", "-"))
HIRAGANA = str.maketrans({code: code - 0x60 for code in range(ord("ァ"), ord("ヶ") + 1)})

#: How long a text may be that is compared; the rest of a longer one is left out.
_LONGEST = 120

KANJI_NUMBER = re.compile("[〇一二三四五六七八九十百]+")
BRACKETED = re.compile(r"[(\[〔【《〈「『](.*?)[)\]〕】》〉」』]|[(\[〔【].*$")
SPACES = re.compile(r"[\s・･,、。./_:;※*\"'’`|]+")


def plain(text: str) -> str:
    """Compatibility forms folded, hyphens made one, kanji in their new form, no spaces around."""
    folded = unicodedata.normalize("NFKC", text[:_LONGEST]).translate(_HYPHENS).translate(_NEW)
    return folded.strip()


def arabic(text: str) -> str:
    """With Arabic for kanji numerals: 第二 is 第2, 三島 is 3島."""
    return KANJI_NUMBER.sub(as_number, text)


def as_number(found: re.Match[str]) -> str:
    """The Arabic numeral for a match of kanji numerals; what is no number stays."""
    try:
        return str(kanji_number(found[0]))
    except ValueError:
        return found[0]


def read_reading(text: str) -> str:
    """A reading (kana) as compared."""
    return re.sub("[ー-]", "", SPACES.sub("", plain(text)).translate(HIRAGANA))
