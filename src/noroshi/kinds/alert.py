"""Alerts: what a CAP 1.2 message (OASIS Common Alerting Protocol) says, as read."""

from __future__ import annotations

from typing import Annotated

import msgspec

from noroshi.kinds import kind, note
from noroshi.kinds.bulletin import Named


@kind("disaster.alert", en="CAP alert", ja="CAP警報", layer="warnings")
class Alert(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One alert in one language. Its polygons and circles are the record's geometry."""

    identifier: Annotated[str, note("識別子", "identifier of the message")]
    sender: Annotated[str, note("発信者", "identifier of the sender")]
    event: Annotated[str, note("事象", "what happens")]
    headline: Annotated[str, note("見出し", "headline")] = ""
    urgency: Annotated[str, note("緊急性", "Immediate, Expected, Future, Past or Unknown")] = (
        "Unknown"
    )
    severity: Annotated[str, note("重大性", "Extreme, Severe, Moderate, Minor or Unknown")] = (
        "Unknown"
    )
    certainty: Annotated[str, note("確実性", "Observed, Likely, Possible, Unlikely or Unknown")] = (
        "Unknown"
    )
    categories: Annotated[list[str], note("分野", "Geo, Met, Safety, Health, Infra …")] = []
    responses: Annotated[
        list[str], note("とるべき行動の種別", "Shelter, Evacuate, Prepare, Monitor …")
    ] = []
    description: Annotated[str, note("説明", "what is the matter")] = ""
    instruction: Annotated[str, note("行動", "what people should do")] = ""
    areas: Annotated[list[Named], note("対象地域", "areas, with the first official code")] = []
    codes: Annotated[list[str], note("地域コード", "all codes of the areas, `system:code`")] = []
    event_codes: Annotated[list[str], note("事象コード", "codes of the event, `system:code`")] = []
    parameters: Annotated[list[str], note("パラメータ", "further values, `name: value`")] = []
    onset: Annotated[str | None, note("開始時刻", "when it is expected to begin, RFC 3339")] = None
    effective: Annotated[str | None, note("有効開始", "from when it is in force, RFC 3339")] = None
    expires: Annotated[str | None, note("失効時刻", "until when it is in force, RFC 3339")] = None
    sent: Annotated[str | None, note("発信時刻", "when it was sent, RFC 3339")] = None
    sender_name: Annotated[str, note("発信機関", "name of the sender")] = ""
    language: Annotated[str, note("言語", "language, RFC 3066")] = ""
    message_type: Annotated[str, note("種類", "Alert, Update, Cancel, Ack or Error")] = ""
    scope: Annotated[str, note("公開範囲", "Public, Restricted or Private")] = ""
    restriction: Annotated[str, note("配布制限", "the rule of a restricted alert")] = ""
    references: Annotated[
        list[str], note("先行する警報", "earlier messages it refers to, `sender,identifier,sent`")
    ] = []
    web: Annotated[str, note("参照先", "address of a page with more")] = ""
    contact: Annotated[str, note("連絡先", "whom to ask")] = ""
    remarks: Annotated[str, note("備考", "note on the message")] = ""
