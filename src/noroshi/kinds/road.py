"""Roads: stretches that are closed, restricted or damaged."""

from __future__ import annotations

from typing import Annotated

import msgspec

from noroshi.kinds import Extra, LayerTitle, kind, note

#: Whether a road can be passed. SIP4D-ZIP 01-005-01/02 `passstts` in words that say what passes.
STATUSES = (
    "closed",
    "closed_to_large",
    "chains_required",
    "lane_restricted",
    "alternating",
    "two_way",
    "restricted",
    "open",
    "unknown",
)


@kind("disaster.road", en="Road restriction or damage", ja="道路状況", layer="roads")
class Road(msgspec.Struct, frozen=True, omit_defaults=True):
    """One stretch or point of road and what can pass it."""

    status: Annotated[
        str,
        note(
            "通行状況",
            "closed, closed_to_large, chains_required, lane_restricted, alternating, two_way, "
            "restricted, open or unknown",
        ),
    ] = "unknown"
    status_text: Annotated[str, note("通行状況（記載）", "the status in the sender's words")] = ""
    name: Annotated[str, note("路線名", "name of the road or stretch")] = ""
    kana: Annotated[str, note("路線名（かな）", "reading of the name")] = ""
    category: Annotated[str, note("道路種別", "kind of road in the sender's words")] = ""
    number: Annotated[str, note("路線番号", "number of the route as written")] = ""
    damage: Annotated[str, note("被害・障害", "what happened to it, in the sender's words")] = ""
    reason: Annotated[str, note("規制理由", "why it is restricted, in the sender's words")] = ""
    detail: Annotated[str, note("規制内容", "what the restriction is, as written")] = ""
    municipality: Annotated[str, note("市区町村名", "name of the municipality as written")] = ""
    start: Annotated[str, note("起点", "where the stretch begins, as written")] = ""
    end: Annotated[str, note("終点", "where the stretch ends, as written")] = ""
    code: Annotated[str, note("識別ID", "the sender's own identifier")] = ""
    started: Annotated[str | None, note("規制開始日時", "start of restriction, RFC 3339")] = None
    ended: Annotated[str | None, note("規制終了日時", "end of restriction, RFC 3339")] = None
    remarks: Annotated[str, note("備考", "remarks as written")] = ""
    extra: Extra = {}
    layer: LayerTitle = ""
