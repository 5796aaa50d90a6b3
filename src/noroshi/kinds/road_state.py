"""Roads, merged: what can pass each link of the network, by everything that is said about it."""

from __future__ import annotations

from typing import Annotated

import msgspec

from noroshi.kinds import kind, note

#: What can pass a link, the worst last but one; unknown is not a state of the road.
STATES = ("passable", "restricted", "closed", "unknown")


class RoadStatement(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What one sender says of the link."""

    source: Annotated[str, note("情報源", "id of the source")]
    key: Annotated[str, note("識別ID", "the record's key in its series")]
    status: Annotated[
        str, note("通行状況", "in the words of disaster.road; lifted: no longer listed")
    ]
    reported: Annotated[str, note("発表日時", "when the sender said so first, RFC 3339")]
    text: Annotated[str, note("通行状況（記載）", "the status in the sender's words")] = ""
    name: Annotated[str, note("路線名", "name of the road as written")] = ""
    reason: Annotated[str, note("規制理由", "why, in the sender's words")] = ""
    detail: Annotated[str, note("規制内容", "what the restriction is, as written")] = ""
    started: Annotated[str | None, note("規制開始日時", "start of restriction, RFC 3339")] = None
    ended: Annotated[str | None, note("規制終了予定日時", "announced end, RFC 3339")] = None
    score: Annotated[float, note("照合の確からしさ", "how sure the match is, 0–1")] = 0.0
    why: Annotated[
        list[str],
        note(
            "照合の根拠",
            "what agrees: code, line, point, area, name, number, rank, municipality, stretch "
            "(between code and place on one route), alike (another sender says it of the same "
            "link); what does not: not_place, not_name, not_number, not_rank, not_municipality, "
            "ambiguous",
        ),
    ] = []
    old: Annotated[bool, note("古い情報", "the sender has long said nothing new")] = False


class RoadPassage(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Vehicles that passed the link after it was last said to be closed."""

    source: Annotated[str, note("情報源", "id of the source")]
    vehicles: Annotated[int, note("通過台数", "vehicles that passed")]
    start: Annotated[str, note("期間の始め", "start of the time in which, RFC 3339")]
    end: Annotated[str, note("期間の終わり", "end of the time in which, RFC 3339")]


@kind("disaster.road_state", en="Roads, merged", ja="道路の通行状況（統合）", layer="roads")
class RoadState(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One link about which something is said, or a statement that no link was found for."""

    status: Annotated[str, note("通行状況", "passable, restricted, closed or unknown")]
    code: Annotated[str, note("リンクコード", "code of the link; empty where unmatched")] = ""
    name: Annotated[str, note("路線名", "name of the route, bridge or tunnel")] = ""
    rank: Annotated[
        str, note("道路種別", "expressway, national, prefectural, municipal, lane or other")
    ] = ""
    route: Annotated[str, note("路線コード", "number or code of the route")] = ""
    municipality: Annotated[str, note("市区町村名", "name of the municipality as written")] = ""
    since: Annotated[str | None, note("開始日時", "since when it is so, RFC 3339")] = None
    until: Annotated[str | None, note("解除予定日時", "announced end, RFC 3339")] = None
    reason: Annotated[str, note("規制理由", "why, in the words of the statement that counts")] = ""
    restrictions: Annotated[
        list[str],
        note("規制の種類", "what holds: closed_to_large, alternating, lane_restricted …"),
    ] = []
    no_large: Annotated[
        bool, note("大型車通行不可", "a statement says that large vehicles cannot pass")
    ] = False
    statements: Annotated[
        list[RoadStatement], note("各機関の情報", "each source's statement, the newest first")
    ] = []
    passages: Annotated[
        list[RoadPassage], note("通行実績", "vehicles that passed after it was reported closed")
    ] = []
    conflicts: Annotated[
        list[str],
        note(
            "食い違い",
            "sources_differ: they do not say the same; passed_after_closure: passable by "
            "evidence, reported closed; place_differs: code and position do not agree",
        ),
    ] = []
    score: Annotated[float, note("照合の確からしさ", "of the statement that counts, 0–1")] = 0.0
    old: Annotated[bool, note("古い情報", "nothing new from the senders for long")] = False
    unmatched: Annotated[bool, note("リンク未特定", "no link of the network was found for it")] = (
        False
    )
