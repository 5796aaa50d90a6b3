"""Shelters, each once: what all senders together say of it."""

from __future__ import annotations

from typing import Annotated

import msgspec

from noroshi.kinds import kind, note


@kind("disaster.shelter_merged", en="Shelter (merged)", ja="避難所（統合）", layer="shelters")
class ShelterMerged(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One shelter. Provisional."""

    name: Annotated[str, note("施設名称", "name of the facility")]
    municipality: Annotated[str, note("市区町村名", "name of the municipality")] = ""
    status: Annotated[str, note("開設状況", "open, closed, not_open or unknown")] = "unknown"
    headcount: Annotated[int | None, note("避難者数", "people there [persons]")] = None
    capacity: Annotated[int | None, note("収容人数", "how many it can hold [persons]")] = None
    hazards: Annotated[list[str], note("対象災害", "hazards it serves")] = []
    reported: Annotated[str | None, note("報告時刻", "last report, RFC 3339")] = None
    codes: Annotated[list[str], note("施設コード", "codes of the facility")] = []
    address: Annotated[str, note("住所", "address as written")] = ""
