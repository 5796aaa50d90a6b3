"""Names and codes of weather warnings since May 2026, and the words that go with them.

Source: 気象庁「新たな防災気象情報について（令和８年～）」 (levels in the names, 危険警報); codes as
in samples 15_16 and 15_17. 特別警報 keep the codes of samples 15_08 to 15_15 (33, 35 to 38), with
レベル５ in the names of those that have levels; 39 and 19 are those of JMA's table of codes.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from noroshi.formats.jma_xml.writing.telegram import Kind

#: The category of a warning, least serious first: rank, and the word its name ends in.
CATEGORIES = {
    "advisory": "注意報",
    "warning": "警報",
    "danger": "危険警報",
    "emergency": "特別警報",
}
RANK = {category: rank for rank, category in enumerate(CATEGORIES)}
LEVELS = {"advisory": 2, "warning": 3, "danger": 4, "emergency": 5}

#: Degrees of danger: of hazards with alert levels by level, of others by category.
LEVEL_DEGREES = {
    1: Kind("警戒レベル２未満", "11"),
    2: Kind("警戒レベル２", "21"),
    3: Kind("警戒レベル３相当", "31"),
    4: Kind("警戒レベル４相当", "41"),
    5: Kind("警戒レベル５相当", "51"),
}
DEGREES = {
    "": Kind("注意報級未満", "01"),
    "advisory": Kind("注意報級", "20"),
    "warning": Kind("警報級", "30"),
    "emergency": Kind("特別警報級", "50"),
}


class Hazard(msgspec.Struct, frozen=True):
    """A hazard: its warnings by category, what its degree of danger is called, and what headlines
    warn of. `levelled`: its warnings have alert levels."""

    kinds: Mapping[str, Kind]
    degree: str
    words: Mapping[str, str]
    levelled: bool = False


def _levelled(stem: str, codes: str, degree: str, words: str) -> Hazard:
    kinds = {
        category: Kind(f"レベル{level}{stem}{CATEGORIES[category]}", code)
        for (category, _), level, code in zip(
            LEVELS.items(), "２３４５", codes.split(), strict=True
        )
    }
    return Hazard(kinds, degree, dict.fromkeys(kinds, words), levelled=True)


def _plain(degree: str, **kinds: str) -> Hazard:
    """Each category as `name code words`; words are what the name is about unless given."""
    found, words = {}, {}
    for category, text in kinds.items():
        name, code, *more = text.split()
        found[category] = Kind(name, code)
        words[category] = more[0] if more else name.removesuffix(CATEGORIES[category])
    return Hazard(found, degree, words)


HAZARDS: dict[str, Hazard] = {
    "大雨": _levelled("大雨", "10 03 43 33", "大雨浸水危険度", "低い土地の浸水や川の増水"),
    "土砂災害": _levelled("土砂災害", "29 09 49 39", "土砂災害危険度", "土砂災害"),
    "高潮": _levelled("高潮", "19 08 48 38", "高潮危険度", "高潮"),
    "暴風": _plain(
        "風危険度",
        advisory="強風注意報 15",
        warning="暴風警報 05",
        emergency="暴風特別警報 35",
    ),
    "暴風雪": _plain(
        "風危険度",
        advisory="風雪注意報 13",
        warning="暴風雪警報 02",
        emergency="暴風雪特別警報 32",
    ),
    "波浪": _plain(
        "波危険度",
        advisory="波浪注意報 16 高波",
        warning="波浪警報 07 高波",
        emergency="波浪特別警報 37 高波",
    ),
    "大雪": _plain(
        "雪危険度",
        advisory="大雪注意報 12",
        warning="大雪警報 06",
        emergency="大雪特別警報 36",
    ),
    "雷": _plain("雷危険度", advisory="雷注意報 14 急な強い雨や落雷"),
    "融雪": _plain("融雪危険度", advisory="融雪注意報 17"),
    "濃霧": _plain("濃霧危険度", advisory="濃霧注意報 20"),
    "乾燥": _plain("乾燥危険度", advisory="乾燥注意報 21 空気の乾燥"),
    "なだれ": _plain("なだれ危険度", advisory="なだれ注意報 22"),
    "低温": _plain("低温危険度", advisory="低温注意報 23"),
    "霜": _plain("霜危険度", advisory="霜注意報 24"),
    "着雪": _plain("着雪危険度", advisory="着雪注意報 26"),
    "着氷": _plain("着氷危険度", advisory="着氷注意報 25"),
}


class Product(msgspec.Struct, frozen=True):
    """One of the seven telegrams: its hazards, the name in brackets of Control/Title, and what
    Head/Title ends in ("": the advisories themselves, 雷・濃霧注意報)."""

    hazards: tuple[str, ...]
    name: str
    title: str

    @property
    def control(self) -> str:
        """Control/Title."""
        return f"気象警報・注意報（Ｒ０６）（{self.name}）"


#: By telegram type.
PRODUCTS = {
    "VPWW55": Product(("大雨",), "大雨", "大雨警報・注意報"),
    "VPWW56": Product(("土砂災害",), "土砂", "土砂災害警報・注意報"),
    "VPWW57": Product(("高潮",), "高潮", "高潮警報・注意報"),
    "VPWW58": Product(("暴風", "暴風雪"), "暴風", "暴風警報・注意報"),
    "VPWW59": Product(("波浪",), "波浪", "波浪警報・注意報"),
    "VPWW60": Product(("大雪",), "大雪", "大雪警報・注意報"),
    "VPWW61": Product(
        ("雷", "融雪", "濃霧", "乾燥", "なだれ", "低温", "霜", "着雪", "着氷"), "その他注意報", ""
    ),
}
PRODUCT_OF = {hazard: type for type, one in PRODUCTS.items() for hazard in one.hazards}


def change(last: str | None, now: str | None) -> str:
    """発表状況 of a warning whose category was `last` and is `now`; None for none in force."""
    if now is None:
        return "発表警報・注意報はなし" if last is None else "解除"
    if last is None or RANK[now] > RANK[last]:
        return "発表"
    return "継続" if now == last else f"{CATEGORIES[last]}から{CATEGORIES[now]}"
