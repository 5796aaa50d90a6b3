"""Totals of damage by municipality and prefecture: which number stands, and who says what."""

from __future__ import annotations

from typing import Annotated

import msgspec

from noroshi.kinds import Scalar, kind, note

Number = int | float


class Statement(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What one source says of one item. Without `value` it says that it does not know (調査中)."""

    source: Annotated[str, note("情報源", "who says so: the office it names, or the sender")]
    role: Annotated[
        str, note("機関の別", "municipality, prefecture, fire, police or other")
    ] = "other"  # fmt: skip
    time: Annotated[str, note("時点", "as of when, RFC 3339")] = ""
    value: Annotated[Number | None, note("値", "the number; none where it gives none")] = None
    text: Annotated[str, note("記載", "as written, where that is not just the number")] = ""
    column: Annotated[str, note("項目名（記載）", "what the source calls the item")] = ""


class DamageItem(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One item of the form: the number that stands, why, and the statements side by side."""

    item: Annotated[str, note("項目", "the item: name of the field")]
    name: Annotated[str, note("項目名", "the item as the form calls it")]
    unit: Annotated[str, note("単位", "人, 棟, 世帯, 箇所, ha …")]
    value: Annotated[Number | None, note("値", "the number that stands; none: not reported")] = None
    low: Annotated[Number | None, note("最小", "least that any source says")] = None
    high: Annotated[Number | None, note("最大", "most that any source says")] = None
    source: Annotated[str, note("採用した情報源", "whose number stands")] = ""
    time: Annotated[str, note("時点", "as of when the number that stands is, RFC 3339")] = ""
    rule: Annotated[
        str,
        note(
            "採用の理由",
            "own: newest of the municipality's own reports; own_stale: these are too old, so the "
            "newest of another; prefecture, fire, police, other: newest of these, the municipality "
            "says nothing; sum: sum over municipalities; stated: no municipality says anything, so "
            "what the prefecture states",
        ),
    ] = ""
    disputed: Annotated[bool, note("不一致", "true: sources differ")] = False
    statements: Annotated[
        list[Statement], note("各情報源の値", "the newest statement of each source")
    ] = []
    reported: Annotated[
        int | None, note("報告市町村数", "of a prefecture: municipalities in the sum")
    ] = None
    not_reported: Annotated[
        list[str], note("未報告市町村", "of a prefecture: municipalities without a number")
    ] = []
    stated: Annotated[
        Number | None, note("都道府県発表の計", "the total that the prefecture itself states")
    ] = None
    difference: Annotated[
        Number | None, note("差", "the prefecture's stated total less the sum")
    ] = None


class Unread(msgspec.Struct, frozen=True, omit_defaults=True):
    """A column that is no item of the form: listed, not dropped."""

    column: Annotated[str, note("項目名（記載）", "what the source calls it")]
    value: Annotated[Scalar, note("値", "what it says")]
    source: Annotated[str, note("情報源", "who says so")]
    time: Annotated[str, note("時点", "as of when, RFC 3339")] = ""


# The order is that of the form: 火災・災害等即報要領 (昭和59年10月15日 消防災第267号) 別記
# 第４号様式（その２）; what an item means is in 災害報告取扱要領 (昭和45年4月10日 消防防第246号).
# 負傷者計, 大規模・中規模・準半壊 and 火災発生 are what sources give that do not divide, or divide
# further.
@kind("disaster.damage_total", en="Damage total", ja="被害集計", layer="reports")
class DamageTotal(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Damage in one municipality, or of a prefecture, by the items of 第４号様式.

    None means that nobody reported the item, never that there was none. Numbers of several
    sources are compared, never added.
    """

    area_name: Annotated[str, note("市町村・都道府県", "municipality or prefecture")]
    level: Annotated[str, note("集計の単位", "municipality or prefecture")] = "municipality"
    dead: Annotated[int | None, note("死者", "people who died, 災害関連死 included [persons]")] = (
        None
    )
    related_dead: Annotated[
        int | None,
        note(
            "うち災害関連死者",
            "of the dead, those who died of what followed from the disaster [persons]",
        ),
    ] = None
    missing: Annotated[
        int | None,
        note("行方不明者", "people whose whereabouts are unknown and who may have died [persons]"),
    ] = None
    severe: Annotated[
        int | None, note("重傷者", "injured who need a month of treatment or more [persons]")
    ] = None
    slight: Annotated[
        int | None, note("軽傷者", "injured who need less than a month of treatment [persons]")
    ] = None
    injured: Annotated[
        int | None, note("負傷者計", "all injured, where a source gives them together [persons]")
    ] = None
    destroyed: Annotated[int | None, note("全壊", "dwellings destroyed [buildings]")] = None
    destroyed_households: Annotated[
        int | None, note("全壊世帯", "households in dwellings destroyed [households]")
    ] = None
    destroyed_persons: Annotated[
        int | None, note("全壊人員", "people in dwellings destroyed [persons]")
    ] = None
    half: Annotated[
        int | None, note("半壊", "dwellings half destroyed, as the source counts them [buildings]")
    ] = None
    half_households: Annotated[
        int | None, note("半壊世帯", "households in dwellings half destroyed [households]")
    ] = None
    half_persons: Annotated[
        int | None, note("半壊人員", "people in dwellings half destroyed [persons]")
    ] = None
    large_half: Annotated[
        int | None,
        note(
            "大規模半壊", "dwellings half destroyed on a large scale, where given apart [buildings]"
        ),
    ] = None
    medium_half: Annotated[
        int | None,
        note(
            "中規模半壊",
            "dwellings half destroyed on a middle scale, where given apart [buildings]",
        ),
    ] = None
    near_half: Annotated[
        int | None, note("準半壊", "dwellings nearly half destroyed, where given apart [buildings]")
    ] = None
    partial: Annotated[int | None, note("一部破損", "dwellings partly damaged [buildings]")] = None
    partial_households: Annotated[
        int | None, note("一部破損世帯", "households in dwellings partly damaged [households]")
    ] = None
    partial_persons: Annotated[
        int | None, note("一部破損人員", "people in dwellings partly damaged [persons]")
    ] = None
    above_floor: Annotated[
        int | None, note("床上浸水", "dwellings flooded above the floor [buildings]")
    ] = None
    above_floor_households: Annotated[
        int | None, note("床上浸水世帯", "households flooded above the floor [households]")
    ] = None
    above_floor_persons: Annotated[
        int | None, note("床上浸水人員", "people flooded above the floor [persons]")
    ] = None
    below_floor: Annotated[
        int | None, note("床下浸水", "dwellings flooded below the floor [buildings]")
    ] = None
    below_floor_households: Annotated[
        int | None, note("床下浸水世帯", "households flooded below the floor [households]")
    ] = None
    below_floor_persons: Annotated[
        int | None, note("床下浸水人員", "people flooded below the floor [persons]")
    ] = None
    public_buildings: Annotated[
        int | None,
        note(
            "公共建物", "public buildings (not dwellings) destroyed or half destroyed [buildings]"
        ),
    ] = None
    other_buildings: Annotated[
        int | None,
        note(
            "非住家その他",
            "other buildings (not dwellings) destroyed or half destroyed [buildings]",
        ),
    ] = None
    paddy_lost: Annotated[
        float | None, note("田の流失・埋没", "paddies washed away or buried [ha]")
    ] = None
    paddy_flooded: Annotated[float | None, note("田の冠水", "paddies under water [ha]")] = None
    field_lost: Annotated[
        float | None, note("畑の流失・埋没", "fields washed away or buried [ha]")
    ] = None
    field_flooded: Annotated[float | None, note("畑の冠水", "fields under water [ha]")] = None
    schools: Annotated[
        int | None, note("文教施設", "schools and other places of education [places]")
    ] = None
    hospitals: Annotated[int | None, note("病院", "hospitals [places]")] = None
    roads: Annotated[int | None, note("道路", "places at which roads are damaged [places]")] = None
    bridges: Annotated[int | None, note("橋りょう", "bridges [places]")] = None
    rivers: Annotated[
        int | None, note("河川", "places at which rivers or their banks are damaged [places]")
    ] = None
    ports: Annotated[int | None, note("港湾", "ports [places]")] = None
    erosion_control: Annotated[int | None, note("砂防", "works of erosion control [places]")] = None
    waste_plants: Annotated[int | None, note("清掃施設", "plants for waste [places]")] = None
    landslides: Annotated[int | None, note("崖くずれ", "landslides [places]")] = None
    railways: Annotated[
        int | None, note("鉄道不通", "stretches of railway on which nothing runs [places]")
    ] = None
    ships: Annotated[int | None, note("被害船舶", "ships and boats lost or damaged [ships]")] = None
    water: Annotated[int | None, note("水道", "customers without water [customers]")] = None
    telephone: Annotated[int | None, note("電話", "telephone lines that do not work [lines]")] = (
        None
    )
    electricity: Annotated[int | None, note("電気", "customers without power [customers]")] = None
    gas: Annotated[int | None, note("ガス", "customers without gas [customers]")] = None
    block_walls: Annotated[
        int | None, note("ブロック塀等", "walls of blocks or stone that fell [places]")
    ] = None
    victim_households: Annotated[
        int | None,
        note(
            "り災世帯数",
            "households that cannot live as before: 全壊, 半壊 or 床上浸水 [households]",
        ),
    ] = None
    victims: Annotated[int | None, note("り災者数", "members of these households [persons]")] = None
    fires: Annotated[
        int | None, note("火災発生", "fires, where a source gives them together [fires]")
    ] = None
    fires_building: Annotated[int | None, note("火災（建物）", "fires of buildings [fires]")] = None
    fires_dangerous: Annotated[
        int | None, note("火災（危険物）", "fires of dangerous goods [fires]")
    ] = None
    fires_other: Annotated[int | None, note("火災（その他）", "other fires [fires]")] = None
    disputed: Annotated[list[str], note("不一致の項目", "items of which sources differ")] = []
    municipalities: Annotated[
        int | None, note("市町村数", "of a prefecture: how many there are, where that is known")
    ] = None
    reported: Annotated[
        int | None, note("報告市町村数", "of a prefecture: municipalities that reported anything")
    ] = None
    not_reported: Annotated[
        list[str], note("未報告市町村", "of a prefecture: municipalities that reported nothing")
    ] = []
    oldest: Annotated[str, note("最古の時点", "as of when the oldest number is, RFC 3339")] = ""
    newest: Annotated[str, note("最新の時点", "as of when the newest number is, RFC 3339")] = ""
    sources: Annotated[list[str], note("情報源", "everyone who says anything")] = []
    items: Annotated[list[DamageItem], note("項目別", "each item with its statements")] = []
    unread: Annotated[
        list[Unread], note("読み取れない項目", "columns that are no item of the form")
    ] = []


#: Items in the order of the form: field, Japanese name, unit.
ITEMS: dict[str, tuple[str, str]] = {
    "dead": ("死者", "人"), "related_dead": ("うち災害関連死者", "人"),
    "missing": ("行方不明者", "人"), "severe": ("重傷者", "人"), "slight": ("軽傷者", "人"),
    "injured": ("負傷者計", "人"), "destroyed": ("全壊", "棟"),
    "destroyed_households": ("全壊世帯", "世帯"), "destroyed_persons": ("全壊人員", "人"),
    "half": ("半壊", "棟"), "half_households": ("半壊世帯", "世帯"),
    "half_persons": ("半壊人員", "人"), "large_half": ("大規模半壊", "棟"),
    "medium_half": ("中規模半壊", "棟"), "near_half": ("準半壊", "棟"),
    "partial": ("一部破損", "棟"), "partial_households": ("一部破損世帯", "世帯"),
    "partial_persons": ("一部破損人員", "人"), "above_floor": ("床上浸水", "棟"),
    "above_floor_households": ("床上浸水世帯", "世帯"),
    "above_floor_persons": ("床上浸水人員", "人"), "below_floor": ("床下浸水", "棟"),
    "below_floor_households": ("床下浸水世帯", "世帯"),
    "below_floor_persons": ("床下浸水人員", "人"), "public_buildings": ("公共建物", "棟"),
    "other_buildings": ("非住家その他", "棟"), "paddy_lost": ("田の流失・埋没", "ha"),
    "paddy_flooded": ("田の冠水", "ha"), "field_lost": ("畑の流失・埋没", "ha"),
    "field_flooded": ("畑の冠水", "ha"), "schools": ("文教施設", "箇所"),
    "hospitals": ("病院", "箇所"), "roads": ("道路", "箇所"), "bridges": ("橋りょう", "箇所"),
    "rivers": ("河川", "箇所"), "ports": ("港湾", "箇所"), "erosion_control": ("砂防", "箇所"),
    "waste_plants": ("清掃施設", "箇所"), "landslides": ("崖くずれ", "箇所"),
    "railways": ("鉄道不通", "箇所"), "ships": ("被害船舶", "隻"), "water": ("水道", "戸"),
    "telephone": ("電話", "回線"), "electricity": ("電気", "戸"), "gas": ("ガス", "戸"),
    "block_walls": ("ブロック塀等", "箇所"), "victim_households": ("り災世帯数", "世帯"),
    "victims": ("り災者数", "人"), "fires": ("火災発生", "件"),
    "fires_building": ("火災（建物）", "件"), "fires_dangerous": ("火災（危険物）", "件"),
    "fires_other": ("火災（その他）", "件"),
}  # fmt: skip
