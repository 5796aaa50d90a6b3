"""Names of what is built: after the place it stands in, and each only once."""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from noroshi.feeds.drill.world.model import District

#: What a district's name ends in, and how that is read.
_ENDINGS = (
    ("町", ("ちょう", "まち")),
    ("村", ("むら", "そん")),
    ("地区", ("ちく",)),
    ("区", ("く",)),
)
_CHOME = re.compile(r"[一二三四五六七八九十]+丁目$")
_CHOME_KANA = re.compile(
    r"(いっ|に|さん|よん|ご|ろく|なな|はっ|きゅう|じゅっ|じゅう.{0,3})ちょうめ$"
)
_VARIANTS = (
    ("", ""), ("東", "ひがし"), ("西", "にし"), ("南", "みなみ"), ("北", "きた"),
    ("中央", "ちゅうおう"), ("新", "しん"), ("上", "かみ"), ("下", "しも"), ("第二", "だいに"),
    ("第三", "だいさん"), ("第四", "だいよん"), ("第五", "だいご"), ("第六", "だいろく"),
    ("第七", "だいなな"), ("第八", "だいはち"), ("第九", "だいきゅう"), ("第十", "だいじゅう"),
)  # fmt: skip

#: Family names (invented doctors and founders), with their readings.
FAMILIES = (
    ("有村", "ありむら"), ("磯部", "いそべ"), ("宇田", "うだ"), ("江原", "えはら"),
    ("奥津", "おくつ"), ("柏木", "かしわぎ"), ("木島", "きじま"), ("久米", "くめ"),
    ("小森", "こもり"), ("沢渡", "さわたり"), ("潮田", "しおた"), ("須磨", "すま"),
    ("瀬川", "せがわ"), ("高見", "たかみ"), ("千葉", "ちば"), ("津島", "つしま"),
    ("寺西", "てらにし"), ("戸田", "とだ"), ("中根", "なかね"), ("西尾", "にしお"),
    ("野口", "のぐち"), ("浜崎", "はまさき"), ("早瀬", "はやせ"), ("檜山", "ひやま"),
    ("古川", "ふるかわ"), ("堀江", "ほりえ"), ("真鍋", "まなべ"), ("三上", "みかみ"),
    ("宗像", "むなかた"), ("森下", "もりした"), ("八木", "やぎ"), ("湯浅", "ゆあさ"),
    ("吉村", "よしむら"), ("若林", "わかばやし"), ("渡会", "わたらい"), ("安西", "あんざい"),
    ("大槻", "おおつき"), ("笠原", "かさはら"), ("桑田", "くわた"), ("坂口", "さかぐち"),
)  # fmt: skip


def stem(district: District) -> tuple[str, str]:
    """A district's name and reading without 丁目, or else without 町: what a school is named."""
    name, kana = district.name.removeprefix("大字").removeprefix("字"), district.kana
    kana = kana.removeprefix("おおあざ").removeprefix("あざ")
    if _CHOME.search(name):
        return _CHOME.sub("", name), _CHOME_KANA.sub("", kana)
    for ending, readings in _ENDINGS:
        if name.endswith(ending) and len(name) > len(ending) + 1:
            name = name.removesuffix(ending)
            kana = next((kana.removesuffix(one) for one in readings if kana.endswith(one)), kana)
            break
    return name, kana


class Names:
    """Names given in one world. `give` never gives a name twice."""

    def __init__(self) -> None:
        self._given: set[str] = set()

    def give(
        self, name: tuple[str, str], before: tuple[str, str], after: tuple[str, str]
    ) -> dict[str, Any]:
        """`before` + `name` + `after`, with a word before `name` where others have it already:
        潮見小学校, 東潮見小学校, 第二潮見小学校."""
        for word, reading in _VARIANTS:
            found = f"{before[0]}{word}{name[0]}{after[0]}"
            if found not in self._given:
                self._given.add(found)
                return {"name": found, "kana": f"{before[1]}{reading}{name[1]}{after[1]}"}
        count = 11
        while (found := f"{before[0]}第{count}{name[0]}{after[0]}") in self._given:
            count += 1
        self._given.add(found)
        return {"name": found, "kana": f"{before[1]}だい{count}{name[1]}{after[1]}"}


def family(rng: np.random.Generator) -> tuple[str, str]:
    """A family name and its reading."""
    return FAMILIES[int(rng.integers(len(FAMILIES)))]
