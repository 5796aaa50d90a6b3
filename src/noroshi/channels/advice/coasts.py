"""Tsunami forecast areas and the prefectures whose coast they are.

Which municipality lies on which coast is not in the telegrams; the prefecture is in most names.
Source: 気象庁「津波予報区について」
(https://www.data.jma.go.jp/eqev/data/joho/t-yohokuinfo.html), 66 areas. Most are named after their
prefecture; this table has the others.
"""

from __future__ import annotations

_OTHERS = {
    "オホーツク海沿岸": ("01",), "陸奥湾": ("02",), "東京湾内湾": ("12", "13", "14"),
    "伊豆諸島": ("13",), "小笠原諸島": ("13",), "相模湾・三浦半島": ("14",), "佐渡": ("15",),
    "伊勢・三河湾": ("23", "24"), "淡路島南部": ("28",), "隠岐": ("32",),
    "有明・八代海": ("40", "41", "42", "43"), "壱岐・対馬": ("42",),
    "種子島・屋久島地方": ("46",), "奄美群島・トカラ列島": ("46",),
    "奄美諸島・トカラ列島": ("46",), "沖縄本島地方": ("47",),
    "大東島地方": ("47",), "宮古島・八重山地方": ("47",),
}  # fmt: skip

#: JIS X 0401 prefectures.
PREFECTURES = dict(
    zip(
        (f"{number:02}" for number in range(1, 48)),
        [
            "北海道",
            "青森県",
            "岩手県",
            "宮城県",
            "秋田県",
            "山形県",
            "福島県",
            "茨城県",
            "栃木県",
            "群馬県",
            "埼玉県",
            "千葉県",
            "東京都",
            "神奈川県",
            "新潟県",
            "富山県",
            "石川県",
            "福井県",
            "山梨県",
            "長野県",
            "岐阜県",
            "静岡県",
            "愛知県",
            "三重県",
            "滋賀県",
            "京都府",
            "大阪府",
            "兵庫県",
            "奈良県",
            "和歌山県",
            "鳥取県",
            "島根県",
            "岡山県",
            "広島県",
            "山口県",
            "徳島県",
            "香川県",
            "愛媛県",
            "高知県",
            "福岡県",
            "佐賀県",
            "長崎県",
            "熊本県",
            "大分県",
            "宮崎県",
            "鹿児島県",
            "沖縄県",
        ],
        strict=True,
    )
)


def prefectures_of(coast: str) -> tuple[str, ...]:
    """Codes of the prefectures on a coast, by its name; () for a name that is not known: it may
    be any coast."""
    if coast in _OTHERS:
        return _OTHERS[coast]
    return tuple(code for code, name in PREFECTURES.items() if coast.startswith(name))


#: Readings of prefectures, for pages of places without imported readings.
READINGS = dict(
    zip(
        PREFECTURES,
        [
            "ほっかいどう",
            "あおもりけん",
            "いわてけん",
            "みやぎけん",
            "あきたけん",
            "やまがたけん",
            "ふくしまけん",
            "いばらきけん",
            "とちぎけん",
            "ぐんまけん",
            "さいたまけん",
            "ちばけん",
            "とうきょうと",
            "かながわけん",
            "にいがたけん",
            "とやまけん",
            "いしかわけん",
            "ふくいけん",
            "やまなしけん",
            "ながのけん",
            "ぎふけん",
            "しずおかけん",
            "あいちけん",
            "みえけん",
            "しがけん",
            "きょうとふ",
            "おおさかふ",
            "ひょうごけん",
            "ならけん",
            "わかやまけん",
            "とっとりけん",
            "しまねけん",
            "おかやまけん",
            "ひろしまけん",
            "やまぐちけん",
            "とくしまけん",
            "かがわけん",
            "えひめけん",
            "こうちけん",
            "ふくおかけん",
            "さがけん",
            "ながさきけん",
            "くまもとけん",
            "おおいたけん",
            "みやざきけん",
            "かごしまけん",
            "おきなわけん",
        ],
        strict=True,
    )
)
