"""Cyber incidents: attacks and failures of systems that people depend on."""

from __future__ import annotations

from typing import Annotated

import msgspec

from noroshi.kinds import Extra, LayerTitle, kind, note


@kind("cyber.incident", en="Cyber incident", ja="サイバー事案", layer="cyber")
class Incident(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One incident at one organisation, and what it does to its work."""

    title: Annotated[str, note("件名", "what it is, in one line")]
    organisation: Annotated[str, note("組織", "whose systems are affected")] = ""
    facility: Annotated[str, note("施設コード", "code of the facility it is at")] = ""
    category: Annotated[
        str,
        note(
            "分類",
            "ransomware, malware, phishing, denial_of_service, intrusion, leak, defacement, "
            "system_failure or other",
        ),
    ] = "other"
    status: Annotated[
        str,
        note("状況", "suspected, ongoing, contained, recovering, resolved or unknown"),
    ] = "unknown"
    impact: Annotated[str, note("影響", "what no longer works for people, in words")] = ""
    systems: Annotated[list[str], note("影響システム", "systems affected: 電子カルテ …")] = []
    started: Annotated[str | None, note("発生日時", "when it began, RFC 3339")] = None
    reported: Annotated[str | None, note("報告日時", "when it was reported, RFC 3339")] = None
    resolved: Annotated[str | None, note("復旧日時", "when it was over, RFC 3339")] = None
    expected: Annotated[
        str | None, note("復旧見込み", "when it is forecast to be over, RFC 3339")
    ] = None
    advice: Annotated[str, note("対処", "what others should do or watch for")] = ""
    code: Annotated[str, note("識別ID", "the sender's own identifier of the incident")] = ""
    municipality: Annotated[str, note("市区町村名", "name of the municipality as written")] = ""
    remarks: Annotated[str, note("備考", "remarks as written")] = ""
    extra: Extra = {}
    layer: LayerTitle = ""
