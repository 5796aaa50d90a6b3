"""What residents report: what they see, where, and how sure it is; their words are kept apart."""

from __future__ import annotations

from typing import Annotated

import msgspec

from noroshi.kinds import kind, note
from noroshi.kinds.reporter import REPORTER

#: What a report is about, from what it is graver to be wrong about on.
CATEGORIES = (
    "trapped", "injury", "fire", "flood", "landslide", "road", "outage", "water", "supply",
    "shelter", "rumour", "safe", "other",
)  # fmt: skip
REPORT, WORDS = "disaster.resident_report", "disaster.resident_words"
#: Kinds whose records are personal data, whatever label a sender has.
PERSONAL = frozenset({REPORTER, WORDS})


@kind(REPORT, en="Report by a resident", ja="住民からの通報", layer="reports")
class ResidentReport(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One thing that one person saw, as they said it to this node. Not confirmed by anybody.

    Where it is stands in the record's geometry, or else in its area.
    """

    category: Annotated[
        str,
        note(
            "分類",
            "trapped, injury, fire, flood, landslide, road, outage, water (no tap water, leak), "
            "supply, shelter, rumour, safe or other",
        ),
    ]
    danger: Annotated[bool, note("生命の危険", "life is in danger, as the person says")] = False
    depth: Annotated[float | None, note("浸水深", "depth of water [m]")] = None
    persons: Annotated[int | None, note("人数", "people concerned [persons]")] = None
    seen: Annotated[str | None, note("確認時刻", "when it was seen, RFC 3339")] = None
    place: Annotated[str, note("場所", "name of the place as it was understood")] = ""
    placed: Annotated[
        str,
        note(
            "位置の根拠",
            "position (sent by the device), picture (from the photo, agreed to), name (a place "
            "that was named), area (only the municipality)",
        ),
    ] = "name"
    facility: Annotated[str, note("施設コード", "code of the shelter or facility it is about")] = ""
    picture: Annotated[bool, note("写真", "there is a picture")] = False
    detail: Annotated[
        str, note("詳細", "what the category does not say, in fixed words: toilet, cold, full …")
    ] = ""
    service: Annotated[str, note("供給種別", "of an outage: power, water, gas, telecom")] = ""
    language: Annotated[str, note("言語", "language of the report, ja or en")] = "ja"
    channel: Annotated[str, note("経路", "web, line, cli, drill …")] = ""
    about: Annotated[
        str, note("問い合わせた通報", "key of the report that a neighbour was asked about")
    ] = ""
    sees: Annotated[
        bool | None,
        note("近隣の確認", "of a neighbour: true: they see it too; false: it is not so"),
    ] = None
    reporter: Annotated[
        str, note("通報者の記号", "same person, same mark within a day; tells nobody who it is")
    ] = ""


@kind(WORDS, en="Words of a resident's report", ja="住民からの通報の文面", layer="reports")
class ResidentWords(
    msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True, kw_only=True
):  # fmt: skip
    """What a person wrote, and their picture without its metadata: personal data, under the label
    for these. Its key is that of the report."""

    text: Annotated[str, note("文面", "as written")] = ""
    picture: Annotated[
        str, note("写真", "the picture without metadata, JPEG or PNG, base64")
    ] = ""  # fmt: skip
    report: Annotated[str, note("通報の種別", "kind of the report it belongs to")] = REPORT
