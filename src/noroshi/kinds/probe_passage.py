"""Passages of probe vehicles: positive evidence that a road can be passed."""

from __future__ import annotations

from typing import Annotated

import msgspec

from noroshi.kinds import LayerTitle, kind, note


@kind("infrastructure.probe_passage", en="Probe vehicles passed", ja="通行実績", layer="roads")
class ProbePassage(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Vehicles that passed a stretch within a time. The stretch is named by its link, or is the
    line of the record's geometry."""

    start: Annotated[str, note("期間の始め", "start of the time in which they passed, RFC 3339")]
    end: Annotated[str, note("期間の終わり", "end of that time, RFC 3339")]
    vehicles: Annotated[int, msgspec.Meta(ge=0), note("通過台数", "vehicles that passed")]
    link: Annotated[str, note("リンクコード", "code of the link; empty: see the line")] = ""
    provider: Annotated[str, note("提供者", "whose vehicles, as written")] = ""
    layer: LayerTitle = ""
