"""A shelter as all lists together know it: one record per real facility, with who says what."""

from __future__ import annotations

from typing import Annotated

import msgspec

from noroshi.kinds import kind, note

#: Whether it is open. Nothing but a report says so: a list of designated places never does.
STATUSES = ("open", "closed", "not_open", "unknown")

Time = Annotated[str, note("時刻", "when it was stated, RFC 3339")]


class ShelterMember(msgspec.Struct, frozen=True, omit_defaults=True):
    """One row of one list that is of the facility, and why it is taken to be."""

    series: Annotated[str, note("一覧", "series of the list it stands in")]
    key: Annotated[str, note("キー", "key of the row in that list")]
    name: Annotated[str, note("名称", "name as that list writes it")]
    source: Annotated[str, note("情報源", "who sent the list")] = ""
    issued: Annotated[str | None, note("発表時刻", "when the row was issued, RFC 3339")] = None
    score: Annotated[
        float,
        note("一致の確からしさ", "probability that it is the same facility, 0–1; 1 for the anchor"),
    ] = 1.0
    why: Annotated[str, note("一致の根拠", "what speaks for it being the same facility")] = ""
    to: Annotated[str, note("照合先", "key of the row it was matched with")] = ""


class ShelterStatement(msgspec.Struct, frozen=True, omit_defaults=True):
    """What one list says of one field."""

    value: Annotated[str, note("値", "the value, as text")]
    series: Annotated[str, note("一覧", "series of the list that says it")]
    source: Annotated[str, note("情報源", "who sent the list")] = ""
    time: Annotated[str | None, note("時刻", "when it was stated, RFC 3339")] = None


class ShelterConflict(msgspec.Struct, frozen=True):
    """A field of which lists say different things, side by side, newest first."""

    field: Annotated[str, note("項目", "the field's name; position for where it is")]
    values: Annotated[list[ShelterStatement], note("各一覧の値", "what each list says")]


@kind(
    "disaster.shelter_merged",
    en="Shelter, merged from all lists",
    ja="統合避難所",
    layer="shelters",
)
class ShelterMerged(msgspec.Struct, frozen=True, omit_defaults=True):
    """One facility. Counts are None where nobody reported them; 0 means that nobody is there."""

    name: Annotated[str, note("施設名称", "name of the facility")]
    kana: Annotated[str, note("施設名称（かな）", "reading of the name")] = ""
    address: Annotated[str, note("住所", "address as written")] = ""
    municipality: Annotated[str, note("市区町村名", "name of the municipality as written")] = ""
    status: Annotated[
        str, note("開設状況", "open, closed, not_open or unknown: of the newest report")
    ] = "unknown"
    headcount: Annotated[
        int | None, note("避難者数", "people sheltering there, of the newest report [persons]")
    ] = None
    households: Annotated[
        int | None, note("避難世帯数", "households sheltering there, of the newest report")
    ] = None
    capacity: Annotated[int | None, note("収容人数", "how many it can hold [persons]")] = None
    crowding: Annotated[str, note("混雑状況", "free, congested or full; empty if not said")] = ""
    hazards: Annotated[
        list[str],
        note("対象災害", "hazards for which every list that names any says that it serves"),
    ] = []
    roles: Annotated[
        list[str],
        note(
            "施設の役割",
            "emergency_site (where to flee to), shelter (where to stay), welfare (welfare shelter)",
        ),
    ] = []
    opened: Annotated[str | None, note("開設日時", "when it opened, RFC 3339")] = None
    closed: Annotated[str | None, note("閉鎖日時", "when it closed, RFC 3339")] = None
    reported: Annotated[
        str | None,
        note(
            "報告時刻",
            "time of the newest statement of status or headcount, RFC 3339; none: nobody reported",
        ),
    ] = None
    phone: Annotated[str, note("電話番号", "telephone number as written")] = ""
    codes: Annotated[list[str], note("施設ID", "the lists' identifiers of the facility")] = []
    members: Annotated[
        list[ShelterMember], note("構成する行", "the rows of all lists that are of the facility")
    ] = []
    conflicts: Annotated[
        list[ShelterConflict], note("食い違い", "fields of which lists say different things")
    ] = []
