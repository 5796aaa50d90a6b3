"""What offices call the items of the form, and the columns that say who, where and when."""

from __future__ import annotations

import re
from collections.abc import Iterator

from noroshi.formats.japanese import header

#: Dwellings: counted in buildings, and beside these in households and persons.
_DWELLINGS = {
    "destroyed": ("全壊", "全壊家屋", "家屋全壊", "全壊流失", "流失全壊"),
    "half": ("半壊", "半壊家屋", "家屋半壊"),
    "partial": ("一部破損", "一部損壊", "一部損傷", "一部破損家屋", "一部損壊家屋"),
    "above_floor": ("床上浸水", "床上", "床上浸水家屋"),
    "below_floor": ("床下浸水", "床下", "床下浸水家屋"),
}
_OTHERS = {
    "dead": ("死者", "死亡", "死亡者"),
    "related_dead": (
        "災害関連死", "災害関連死者", "関連死", "関連死者", "うち災害関連死", "うち災害関連死者",
        "うち関連死", "うち関連死者", "死者うち災害関連死者", "死者うち災害関連死",
        "死者うち関連死",
    ),
    "missing": ("行方不明", "行方不明者", "不明", "不明者"),
    "severe": ("重傷", "重傷者", "重症", "重症者", "負傷者重傷", "負傷者重傷者", "負傷者うち重傷"),
    "slight": ("軽傷", "軽傷者", "軽症", "軽症者", "負傷者軽傷", "負傷者軽傷者", "負傷者うち軽傷"),
    "injured": ("負傷", "負傷者", "負傷者計", "負傷者合計", "負傷計", "けが人"),
    "large_half": ("大規模半壊", "半壊うち大規模半壊", "うち大規模半壊"),
    "medium_half": ("中規模半壊", "半壊うち中規模半壊", "うち中規模半壊"),
    "near_half": ("準半壊", "一部破損うち準半壊", "うち準半壊"),
    "public_buildings": ("公共建物", "非住家公共建物", "非住家公共"),
    "other_buildings": ("非住家その他", "その他非住家", "その他の非住家"),
    "paddy_lost": ("田流失埋没", "田の流失埋没", "田流出埋没", "田の流出埋没"),
    "paddy_flooded": ("田冠水", "田の冠水"),
    "field_lost": ("畑流失埋没", "畑の流失埋没", "畑流出埋没", "畑の流出埋没"),
    "field_flooded": ("畑冠水", "畑の冠水"),
    "schools": ("文教施設", "学校", "学校施設"),
    "hospitals": ("病院",),
    "roads": ("道路", "道路損壊", "道路被害"),
    "bridges": ("橋りょう", "橋梁", "橋りょう被害", "橋梁被害"),
    "rivers": ("河川", "河川被害"),
    "ports": ("港湾", "港湾被害"),
    "erosion_control": ("砂防", "砂防施設"),
    "waste_plants": ("清掃施設",),
    "landslides": ("崖くずれ", "がけくずれ", "がけ崩れ", "崖崩れ"),
    "railways": ("鉄道不通",),
    "ships": ("被害船舶", "船舶被害", "船舶"),
    "water": ("水道", "断水", "水道断水"),
    "telephone": ("電話", "電話不通"),
    "electricity": ("電気", "停電"),
    "gas": ("ガス", "ガス供給停止"),
    "block_walls": ("ブロック塀等", "ブロック塀"),
    "victim_households": ("り災世帯", "罹災世帯"),
    "victims": ("り災者", "罹災者"),
    "fires": ("火災", "火災発生", "出火", "火災計", "火災発生計"),
    "fires_building": ("火災建物", "火災発生建物", "建物火災"),
    "fires_dangerous": ("火災危険物", "火災発生危険物", "危険物火災"),
    "fires_other": ("火災その他", "火災発生その他", "その他火災", "その他の火災"),
}  # fmt: skip
_COUNTS = ("", "数", "人", "名", "人数", "棟", "棟数", "戸", "戸数", "件", "件数", "箇所", "箇所数",
           "か所", "か所数", "ヶ所", "隻", "隻数", "回線", "回線数", "世帯", "世帯数", "ha", "面積",
           "計", "累計", "合計")  # fmt: skip
_BUILDINGS = ("", "数", "棟", "棟数", "戸", "戸数", "軒", "件", "計", "合計")
_HOUSEHOLDS, _PERSONS = ("世帯", "世帯数"), ("人", "人員", "人数", "人員数")
#: What stands before an item's name where columns are grouped.
_GROUPS = re.compile(
    "^(?:人的被害|住家被害|住家の被害|住家|住宅被害|建物被害|家屋被害|物的被害|被害状況|被害|"
    "非住家被害(?=公共|その他)|その他(?=.)|り災(?=り災))(?=.)"
)
_BETWEEN = re.compile(r"[_\-/・･:：、,.()（）\[\]【】「」<>〈〉]")


def synonyms() -> Iterator[tuple[str, str]]:
    """Every name that is read, as `plain` makes it, and the item that it is."""
    for item, names in _DWELLINGS.items():
        for name in names:
            yield from ((name + end, item) for end in _BUILDINGS)
            yield from ((name + end, f"{item}_households") for end in _HOUSEHOLDS)
            yield from ((name + end, f"{item}_persons") for end in _PERSONS)
    for item, names in _OTHERS.items():
        for name in names:
            yield from ((name + end, item) for end in _COUNTS)


def plain(column: str) -> str:
    """A column's name without widths, spaces, marks between its parts, and its group."""
    name = _BETWEEN.sub("", header(column))
    if name.startswith("非住家"):
        return "非住家" + name.removeprefix("非住家").removeprefix("被害")
    while (rest := _GROUPS.sub("", name)) != name and name not in ITEM_OF:
        name = rest
    return name


ITEM_OF = dict(synonyms())

CODES = frozenset({
    "市区町村コード", "市町村コード", "団体コード", "地方公共団体コード", "全国地方公共団体コード",
    "自治体コード", "都道府県コード", "行政コード",
})  # fmt: skip
NAMES = frozenset({
    "市区町村名", "市町村名", "市町村", "市区町村", "自治体名", "自治体", "団体名",
    "地方公共団体名",
})  # fmt: skip
PREFECTURE_NAMES = frozenset({"都道府県名", "都道府県"})
REPORTERS = frozenset({
    "報告機関", "報告機関名", "発表機関", "情報源", "情報提供元", "情報提供機関", "提供機関",
    "出典", "作成者", "作成機関", "機関名", "発信機関", "報告者", "報告元",
})  # fmt: skip
TIMES = frozenset({
    "時点", "現在", "現在時刻", "報告日時", "報告時刻", "集計日時", "集計時点", "情報日時",
    "更新日時", "最終更新日時", "発表日時",
})  # fmt: skip
#: Columns that identify a row and say nothing of damage.
IDENTITY = frozenset({
    "id", "no", "no.", "番号", "uuid", "公開フラグ", "経度", "緯度", "座標", "utm", "識別id",
    "報告番号", "第何報", "報",
})  # fmt: skip
#: Columns that only a single case has: such a row is no total of a municipality.
CASES = frozenset({
    "受付番号", "件名", "覚知時刻", "覚知日時", "発生場所", "住所", "所在地", "番地", "内容",
    "氏名", "年齢", "性別", "対応状況", "現象", "被害",
})  # fmt: skip
#: What a row is called that adds the municipalities up.
TOTALS = frozenset({"計", "合計", "総計", "県計", "県合計", "府計", "都計", "道計", "全県",
                    "県全体", "都道府県計", "総合計", "県内計"})  # fmt: skip
#: A number that a source does not know, or does not give.
UNKNOWN = frozenset({
    "", "-", "--", "ー", "不明", "調査中", "確認中", "未確認", "精査中", "集計中", "報告なし",
    "未報告", "未定", "…", "...", "*",
})  # fmt: skip
