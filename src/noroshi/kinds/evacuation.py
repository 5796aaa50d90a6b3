"""Evacuation orders: what a mayor tells people to do. Not a warning by the weather agency."""

from __future__ import annotations

from typing import Annotated

import msgspec

from noroshi.kinds import Extra, LayerTitle, kind, note

#: 高齢者等避難 is of level 3, 避難指示 of 4, 緊急安全確保 of 5 (災害対策基本法 第五十六条・
#: 第六十条; 内閣府 避難情報に関するガイドライン, 2021).
OrderLevel = Annotated[int, msgspec.Meta(ge=3, le=5)]


@kind("disaster.evacuation_order", en="Evacuation order", ja="避難情報", layer="warnings")
class EvacuationOrder(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What is in force for some districts of a municipality; `lifted` if it has just ended."""

    kind: Annotated[str, note("種別", "高齢者等避難, 避難指示 or 緊急安全確保")]
    level: Annotated[OrderLevel | None, note("警戒レベル", "alert level of the order, 3–5")] = None
    municipality: Annotated[str, note("市区町村名", "municipality whose mayor gave it")]
    hazard: Annotated[str, note("対象災害", "what it is for: 洪水, 土砂災害, 高潮, 津波 …")] = ""
    districts: Annotated[list[str], note("対象地区", "names of the districts; none: all")] = []
    district_codes: Annotated[
        list[str], note("対象地区コード", "codes of the districts, in the same order")
    ] = []
    households: Annotated[int | None, note("対象世帯数", "households it is for")] = None
    persons: Annotated[int | None, note("対象人数", "people it is for [persons]")] = None
    reason: Annotated[str, note("発令理由", "why, in the mayor's words")] = ""
    ordered: Annotated[str | None, note("発令日時", "when it was given, RFC 3339")] = None
    lifted: Annotated[bool, note("解除", "true: lifted, nothing is in force here")] = False
    lifted_at: Annotated[str | None, note("解除日時", "when it was lifted, RFC 3339")] = None
    code: Annotated[str, note("識別ID", "the sender's own identifier of the order")] = ""
    remarks: Annotated[str, note("備考", "remarks as written")] = ""
    extra: Extra = {}
    layer: LayerTitle = ""
