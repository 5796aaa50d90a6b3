"""Shelters: where people can go, whether it is open, and how many are there."""

from __future__ import annotations

from typing import Annotated

import msgspec

from noroshi.kinds import Extra, kind, note

#: Whether a shelter is open. SIP4D-ZIP 01-001-01 `eststts`: notopen, open, close, permanent,
#: unknown, other; a GSI list of designated places says nothing of it and stays "unknown".
STATUSES = ("open", "closed", "not_open", "permanent", "other", "unknown")


@kind("disaster.shelter", en="Shelter", ja="避難所", layer="shelters")
class Shelter(msgspec.Struct, frozen=True, omit_defaults=True):
    """One shelter or emergency evacuation site. Counts are None where nobody reported them;
    0 means that nobody is there."""

    name: Annotated[str, note("施設名称", "name of the facility")]
    kana: Annotated[str, note("施設名称（かな）", "reading of the name")] = ""
    status: Annotated[
        str, note("開設状況", "open, closed, not_open, permanent, other or unknown")
    ] = "unknown"
    category: Annotated[
        str, note("避難所種別", "kind of shelter in the sender's words (指定避難所, 福祉避難所 …)")
    ] = ""
    designation: Annotated[
        str, note("指定区分", "how it is designated, in the sender's words (指定緊急避難場所 …)")
    ] = ""
    facility: Annotated[
        str,
        note(
            "施設区分",
            "emergency_site (where to flee to), shelter (where to stay), or empty if not said",
        ),
    ] = ""
    hazards: Annotated[
        list[str], note("対象災害", "hazards it serves: 洪水, 津波, 地震 … in the sender's words")
    ] = []
    headcount: Annotated[int | None, note("避難者数", "people sheltering there [persons]")] = None
    households: Annotated[int | None, note("避難世帯数", "households sheltering there")] = None
    voluntary_headcount: Annotated[
        int | None, note("自主避難人数", "people who came of their own accord [persons]")
    ] = None
    voluntary_households: Annotated[
        int | None, note("自主避難世帯数", "households that came of their own accord")
    ] = None
    capacity: Annotated[int | None, note("収容人数", "how many it can hold [persons]")] = None
    capacity_text: Annotated[
        str, note("収容人数（記載）", "the capacity as written, where it is not one number")
    ] = ""
    crowding: Annotated[str, note("混雑状況", "free, congested, full or unknown")] = ""
    address: Annotated[str, note("住所", "address as written")] = ""
    municipality: Annotated[str, note("市区町村名", "name of the municipality as written")] = ""
    phone: Annotated[str, note("電話番号", "telephone number as written")] = ""
    code: Annotated[str, note("施設ID", "the sender's own identifier of the facility")] = ""
    opened: Annotated[str | None, note("開設日時", "when it opened, RFC 3339")] = None
    closed: Annotated[str | None, note("閉鎖日時", "when it closed, RFC 3339")] = None
    reason: Annotated[str, note("開設理由", "why it opened")] = ""
    remarks: Annotated[str, note("備考", "remarks as written")] = ""
    extra: Extra = {}
    layer: Annotated[str, note("レイヤ", "title of the layer the shelter came in")] = ""
