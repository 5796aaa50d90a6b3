"""The alert level of a municipality: what the warnings in force there amount to."""

from __future__ import annotations

from typing import Annotated

import msgspec

from noroshi.kinds import kind, note

Level = Annotated[int, msgspec.Meta(ge=1, le=5)]


class HazardLevel(msgspec.Struct, frozen=True, omit_defaults=True):
    """One warning in force, and the level it stands for."""

    hazard: Annotated[str, note("現象", "hazard, as the warning names it: 大雨, 土砂災害 …")]
    name: Annotated[str, note("名称", "name of the warning as printed")]
    office: Annotated[str, note("発表官署", "publishing office")]
    products: Annotated[list[str], note("情報名称", "the issuer's products that say so")]
    since: Annotated[str, note("開始時刻", "since when it has been said unchanged, RFC 3339")]
    level: Annotated[
        Level | None,
        note("警戒レベル", "alert level 1–5; none where no level is defined for it"),
    ] = None
    basis: Annotated[
        str, note("レベルの根拠", "printed in the telegram, or derived from the published table")
    ] = ""
    category: Annotated[str, note("区分", "emergency, danger, warning or advisory")] = ""
    until: Annotated[str | None, note("終了時刻", "its stated end, RFC 3339")] = None
    part: Annotated[str, note("区域", "the part of the municipality it is for")] = ""


@kind(
    "disaster.alert_level",
    en="Alert level equivalent of warnings (not an evacuation order)",
    ja="警戒レベル相当（気象庁等の情報による。避難指示等ではない）",
    layer="warnings",
)
class AlertLevel(msgspec.Struct, frozen=True, omit_defaults=True):
    """The highest level that warnings in force give a municipality, and each hazard's own.

    This is what the weather agency says. An evacuation order is the mayor's decision and
    another kind of record.
    """

    area_name: Annotated[str, note("市町村", "municipality")]
    level: Annotated[
        Level | None,
        note("警戒レベル", "highest alert level 1–5; none where no warning in force has a level"),
    ] = None
    basis: Annotated[
        str,
        note("レベルの根拠", "of the highest: printed in a telegram, or derived from the table"),
    ] = ""
    category: Annotated[
        str,
        note(
            "区分", "most serious of what gives the highest: emergency, danger, warning, advisory"
        ),
    ] = ""
    names: Annotated[
        list[str], note("根拠となる情報", "names of the warnings that give the highest level")
    ] = []
    hazards: Annotated[
        list[HazardLevel],
        note("現象別", "each warning in force, highest level first, with its own level"),
    ] = []
    products: Annotated[list[str], note("情報名称", "products it was computed from")] = []
    offices: Annotated[list[str], note("発表官署", "offices it was computed from")] = []
    since: Annotated[
        str | None,
        note("開始時刻", "since when what gives the highest has been said unchanged, RFC 3339"),
    ] = None
    until: Annotated[
        str | None,
        note("終了時刻", "when the highest level ends by its own statement, RFC 3339"),
    ] = None
