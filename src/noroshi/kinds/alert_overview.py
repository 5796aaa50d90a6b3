"""Two answers beside each other: what the weather agency warns of, and what the mayor ordered."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from noroshi.kinds import kind, note
from noroshi.kinds.alert_level import HazardLevel, Level


class OrderInForce(msgspec.Struct, frozen=True, omit_defaults=True):
    """Evacuation orders in force of one kind and for one hazard."""

    kind: Annotated[str, note("種別", "高齢者等避難, 避難指示 or 緊急安全確保")]
    level: Annotated[Level | None, note("警戒レベル", "alert level of the order, 3–5")] = None
    hazard: Annotated[str, note("対象災害", "what it is for: 洪水, 土砂災害 …")] = ""
    districts: Annotated[list[str], note("対象地区", "districts it is for; none: all")] = []
    persons: Annotated[int | None, note("対象人数", "people it is for [persons]")] = None
    households: Annotated[int | None, note("対象世帯数", "households it is for")] = None
    since: Annotated[str | None, note("発令日時", "when the first of them was given")] = None


class LevelChange(msgspec.Struct, frozen=True, omit_defaults=True):
    """A level that became another."""

    time: Annotated[str, note("時刻", "when, RFC 3339")]
    of: Annotated[
        Literal["agency", "order"],
        note("区分", "agency: equivalent level of warnings; order: level of evacuation orders"),
    ]
    before: Annotated[Level | None, note("変更前", "level before; none: none in force")] = None
    after: Annotated[Level | None, note("変更後", "level after; none: none in force")] = None
    basis: Annotated[
        str,
        note(
            "根拠",
            "of what is expected: outlook (the agency's table of expected levels) or end (the "
            "stated end of what is in force); empty for what has happened",
        ),
    ] = ""


@kind(
    "disaster.alert_overview",
    en="Alert level and evacuation orders side by side",
    ja="警戒レベルと避難情報（併記）",
    layer="warnings",
)
class AlertOverview(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """The agency's level and the mayor's orders in one municipality, kept apart.

    The first is what observations and forecasts amount to, the second a decision. Neither is
    derived from the other.
    """

    area_name: Annotated[str, note("市町村", "municipality")]
    agency_level: Annotated[
        Level | None,
        note("警戒レベル相当（気象情報等）", "highest equivalent level of warnings in force, 1–5"),
    ] = None
    agency_names: Annotated[
        list[str], note("根拠となる情報", "names of the warnings that give that level")
    ] = []
    agency_since: Annotated[
        str | None, note("相当情報の開始", "since when these have been said unchanged, RFC 3339")
    ] = None
    hazards: Annotated[
        list[HazardLevel], note("現象別", "each warning in force with its own level")
    ] = []
    order_level: Annotated[
        Level | None, note("避難情報のレベル", "highest level of orders in force, 3–5")
    ] = None
    order_kind: Annotated[str, note("避難情報の種別", "kind of that order, as given")] = ""
    orders: Annotated[
        list[OrderInForce], note("発令中の避難情報", "orders in force, the highest first")
    ] = []
    persons: Annotated[
        int | None,
        note("対象人数", "people under any order, each district counted once [persons]"),
    ] = None
    households: Annotated[
        int | None, note("対象世帯数", "households under any order, each district counted once")
    ] = None
    higher: Annotated[
        Literal["agency", "order", "equal", ""],
        note("高い方", "which of the two is higher: agency, order or equal; empty: neither"),
    ] = ""
    order_not_received: Annotated[
        bool,
        note(
            "避難情報未受信",
            "true: the agency's level is 4 or more (see the product's parameter) and no order of "
            "level 4 or more has been received; the municipality may have given one all the same",
        ),
    ] = False
    changes: Annotated[
        list[LevelChange], note("経過", "changes of either in the last 48 hours, newest first")
    ] = []
    next: Annotated[
        LevelChange | None,
        note("次に見込まれる変化", "next change of the agency's level that is expected or stated"),
    ] = None
    expected_highest: Annotated[
        Level | None,
        note("今後の最大", "highest level the agency's table expects from now on"),
    ] = None
    expected_highest_at: Annotated[
        str | None, note("今後の最大の開始", "when that level is expected to begin, RFC 3339")
    ] = None
