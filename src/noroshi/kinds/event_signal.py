"""Event-based surveillance: what somebody noticed, before anything is known for certain."""

from __future__ import annotations

from typing import Annotated

import msgspec

from noroshi.kinds import Extra, kind, note


@kind(
    "health.event_signal",
    en="Signal of event-based surveillance",
    ja="イベントベースサーベイランスの探知情報",
    layer="medical",
)
class EventSignal(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One signal: a report of the news, a hospital, a laboratory or residents that may be of an
    outbreak, and how far it has been verified (WHO, early detection, assessment and response to
    acute public health events, 2014). A later statement of the same id takes its place, so that a
    signal that was discarded stays as history. Never write names of patients into it."""

    title: Annotated[str, note("件名", "what was noticed, in a line")]
    date: Annotated[str, note("探知日", "day it was noticed, YYYY-MM-DD")] = ""
    onset: Annotated[str, note("発生日", "day it began, YYYY-MM-DD")] = ""
    disease: Annotated[
        str, note("疾病コード", "code of the disease, where one is named (noroshi.kinds.diseases)")
    ] = ""
    disease_name: Annotated[str, note("疾病名", "disease as written")] = ""
    syndrome: Annotated[str, note("症候群", "syndrome as written: 急性胃腸炎 …")] = ""
    place: Annotated[str, note("場所", "place as written")] = ""
    setting: Annotated[str, note("施設の種類", "school, shelter, hospital … as written")] = ""
    count: Annotated[int | None, note("患者数", "persons said to be ill [persons]")] = None
    deaths: Annotated[int | None, note("死亡者数", "persons said to have died [persons]")] = None
    exposed: Annotated[int | None, note("曝露者数", "persons exposed [persons]")] = None
    source_type: Annotated[
        str, note("情報源の種別", "news, hospital, laboratory, resident, officer, other or unknown")
    ] = "unknown"
    source_name: Annotated[str, note("情報源", "newspaper or institution, never a person")] = ""
    url: Annotated[str, note("URL", "where it can be read, http or https")] = ""
    verification: Annotated[
        str, note("検証状況", "unverified, verifying, verified or discarded")
    ] = "unverified"
    risk: Annotated[
        str, note("リスク評価", "low, moderate, high, very_high; empty: not assessed")
    ] = ""
    response: Annotated[str, note("対応", "what was done, as written")] = ""
    updated: Annotated[str | None, note("更新日時", "as of when, RFC 3339")] = None
    municipality: Annotated[str, note("市区町村名", "name of the municipality as written")] = ""
    remarks: Annotated[str, note("備考", "remarks as written")] = ""
    extra: Extra = {}
