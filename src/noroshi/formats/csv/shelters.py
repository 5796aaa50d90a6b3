"""Tables of shelters that need no mapping: their headers are known.

The headers are those of 自治体標準オープンデータセット「指定緊急避難場所一覧」 (デジタル庁) and of
its forerunner 推奨データセット, of the tables of 国土地理院, and of lists of open shelters that
municipalities make of them by adding 人数 and 時点.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from noroshi.core.place import city
from noroshi.formats.csv.mapping import Columns, Field, Names, text
from noroshi.formats.csv.rows import Row, restore_code
from noroshi.formats.japanese import header

HAZARDS = (
    "洪水",
    "崖崩れ、土石流及び地滑り",
    "高潮",
    "地震",
    "津波",
    "大規模な火事",
    "内水氾濫",
    "火山現象",
)
"""Kinds of disaster that a site is designated for (災害対策基本法施行令 第二十条の三)."""

#: What the law calls the two kinds of place, by `facility` (災害対策基本法 第四十九条の四・七).
DESIGNATIONS = {"emergency_site": "指定緊急避難場所", "shelter": "指定避難所"}

NAMES = ["名称", "施設名", "施設名称", "施設・場所名", "避難所名", "避難所名称"]
NAMES += ["避難場所名", "避難場所名称", "避難施設名", "避難先名称(避難所・避難場所)"]
KEYS = ("共通ID", "ID", "施設ID", "避難所ID", "識別ID")
_NUMBERS = ("NO", "No.", "番号", "通し番号")
_TIMES = ("時点", "基準日時", "基準時刻", "情報日時", "集計日時", "更新日時", "最終更新日時")
_HEADCOUNT = ["避難者数", "避難人数", "避難者", "現在避難者数", "収容者数", "受入人数", "人数"]
_EMERGENCY = header("指定避難所との重複"), header("指定避難所との住所同一")
_SHELTER = header("指定緊急避難場所との重複"), header("指定緊急避難場所との住所同一")
_OPEN_ONLY = [*_HEADCOUNT, "開設状況", "避難世帯数", "混雑状況"]

_STATUS: dict[str, Any] = {
    **dict.fromkeys(("開設", "開設中", "開設済", "開設済み", "open"), "open"),
    **dict.fromkeys(("閉鎖", "閉鎖済", "閉鎖済み", "閉所", "解消", "closed"), "closed"),
    **dict.fromkeys(("未開設", "開設前", "開設準備中", "準備中", "未開設(準備中)"), "not_open"),
    **dict.fromkeys(("常設", "permanent"), "permanent"),
    **dict.fromkeys(("不明", "unknown"), "unknown"),
    "*": "other",
}
_CROWDING: dict[str, Any] = {
    **dict.fromkeys(("空いています", "空き", "空きあり", "余裕あり", "空", "free"), "free"),
    **dict.fromkeys(("やや混雑", "混雑", "混雑しています", "congested"), "congested"),
    **dict.fromkeys(("満員", "満", "満室", "受入不可", "full"), "full"),
    "*": "unknown",
}
_FIELDS: dict[str, Names | Field] = {
    "name": NAMES,
    "kana": ["名称_カナ", "名称_かな", "名称(カナ)", "フリガナ", "ふりがな", "施設名_カナ"],
    "status": Field(column=["開設状況", "開設状態", "状況"], values=_STATUS),
    "category": ["避難所種別", "避難所区分", "種別", "施設種別呼称"],
    "designation": ["指定区分"],
    "hazards": Field(
        flags={f"{prefix}{hazard}": hazard for hazard in HAZARDS for prefix in ("災害種別_", "")}
    ),
    "headcount": Field(column=_HEADCOUNT, unit="人"),
    "households": Field(column=["避難世帯数", "世帯数"], unit="世帯"),
    "capacity": Field(
        column=["想定収容人数", "収容人数", "収容可能人数", "収容人員", "定員"],
        unit="人",
        otherwise="capacity_text",
    ),
    "crowding": Field(column=["混雑状況", "混雑度"], values=_CROWDING),
    "address": ["所在地_連結表記", "住所", "所在地", "施設所在地"],
    "municipality": Field(
        column=["地方公共団体名", "都道府県名及び市町村名"],
        join=["所在地_都道府県", "所在地_市区町村", "都道府県名", "市区町村名"],
    ),
    "phone": ["電話番号", "連絡先電話番号", "TEL"],
    "opened": ["開設日時", "開設時刻"],
    "closed": ["閉鎖日時", "閉鎖時刻"],
    "reason": ["開設理由"],
    "remarks": ["備考", "特記事項"],
}
_SPECIFIC = {
    header(name)
    for name in (
        *NAMES[3:],
        *(name for name in _OPEN_ONLY if name != "人数"),
        *(f"災害種別_{hazard}" for hazard in HAZARDS),
        "共通ID",
        "想定収容人数",
        "指定避難所との重複",
        "対象となる町会・自治会",
    )
}
_TOTALS = ["合計", "計", "総計", "小計", "総数", "合計人数"]


def recognise(columns: Iterable[str]) -> Columns | None:
    """The mapping of a table of shelters by its columns (as `japanese.header` writes them).

    A table of shelters has a column with a name and one that only such tables have. None for any
    other table.
    """
    present = set(columns)
    known = [name for name in NAMES if header(name) in present]
    if not known or not present & _SPECIFIC:
        return None
    key: Names = next((name for name in KEYS if header(name) in present), "")
    if not key:
        # A running number is an identity only together with the municipality that counts.
        number = next((name for name in _NUMBERS if header(name) in present), "")
        place = ["全国地方公共団体コード", "市区町村コード", "都道府県コード又は市区町村コード"]
        counting = [name for name in place if header(name) in present][:1]
        key = [*counting, number] if number else known[0]
    fields: dict[str, Names | Field] = {**_FIELDS}
    if isinstance(key, str) and key in KEYS:
        fields["code"] = key
    facility = _facility(present)
    if facility:
        fields["facility"] = Field(value=facility)
        fields["designation"] = Field(column=["指定区分"], value=DESIGNATIONS[facility])
    return Columns(
        kind="disaster.shelter",
        key=key,
        time=next((name for name in _TIMES if header(name) in present), ""),
        longitude=["経度", "longitude", "lon"],
        latitude=["緯度", "latitude", "lat"],
        area=[
            "所在地_全国地方公共団体コード",
            "全国地方公共団体コード",
            "市区町村コード",
            "都道府県コード又は市区町村コード",
        ],
        skip=dict.fromkeys([*known, *KEYS, *_NUMBERS, "地区", "地区名"], _TOTALS),
        fields=fields,
    )


def _facility(present: set[str]) -> str:
    """Which of the two official lists a table is, by the column that refers to the other."""
    if present.intersection(_EMERGENCY):
        return "emergency_site"
    return "shelter" if present.intersection(_SHELTER) else ""


def refine(fields: dict[str, Any]) -> None:
    """A shelter with people in it is open, where the table has no column that says so."""
    if "status" not in fields and (fields.get("headcount") or 0) > 0:
        fields["status"] = "open"


def series(columns: Iterable[str], rows: Sequence[Row], otherwise: str) -> str:
    """The series of a table of shelters: which of its lists, and whose.

    A table that counts people or says what is open is the list of open shelters. Whose it is, is
    the municipality that more than half of the rows name, so that a row beyond the border does
    not make it another's; else the prefecture; else `otherwise`.
    """
    present = set(columns)
    role = _facility(present).removesuffix("_site") or "listed"
    if present & {header(name) for name in _OPEN_ONLY}:
        role = "open"
    for owners in (_MUNICIPALITIES, _PREFECTURES):
        named = Counter(filter(None, (_owner(row, owners) for row in rows)))
        for name, count in named.most_common(1):
            if 2 * count > len(rows):
                return f"shelters/{role}/{name}"
    return f"shelters/{role}/{otherwise}".rstrip("/")


_PREFECTURES = (("所在地_都道府県",), ("都道府県名",))
_MUNICIPALITIES = (
    ("地方公共団体名",),
    ("都道府県名及び市町村名",),
    ("所在地_都道府県", "所在地_市区町村"),
    ("都道府県名", "市区町村名"),
)
_CODES = ("全国地方公共団体コード", "都道府県コード又は市区町村コード", "市区町村コード")


def _owner(row: Row, owners: Iterable[tuple[str, ...]]) -> str:
    for columns in owners:
        written = "".join(text(row.get(header(name))) for name in columns)
        if written:
            return written
    for name in _CODES if owners is _MUNICIPALITIES else ():
        code = text(row.get(header(name)))
        if code:
            try:
                return city(restore_code(code))
            except ValueError:
                return code
    return ""
