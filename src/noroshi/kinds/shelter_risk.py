"""Shelters in danger or in want, and whether there is room for those who may come."""

from __future__ import annotations

from typing import Annotated

import msgspec

from noroshi.kinds import kind, note
from noroshi.kinds.exposure import Range


class Reason(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One thing that is wrong with a shelter, who says so, and since when."""

    reason: Annotated[
        str,
        note(
            "理由",
            "in_hazard (inside a hazard's area), not_designated (open though not designated for a "
            "hazard that is in force in its municipality), over_capacity, nearly_full, no_power, "
            "no_water (cut off), power_partly, water_partly (some customers of its line are cut "
            "off), silent (no report for long), never_reported",
        ),
    ]
    grade: Annotated[
        str, note("重大性", "danger (act now), warning (check now) or notice (keep in mind)")
    ]
    what: Annotated[str, note("内容", "the hazard, order or outage by its name")] = ""
    hazard: Annotated[
        str,
        note(
            "災害種別", "flood, inland_flood, surge, landslide, tsunami, earthquake, fire, volcano"
        ),
    ] = ""
    level: Annotated[int | None, note("警戒レベル", "alert level 1–5 of the hazard")] = None
    designated: Annotated[
        bool | None,
        note("対象災害の指定", "true: designated for this hazard; none: nobody says for which"),
    ] = None
    place: Annotated[
        str,
        note(
            "位置の根拠",
            "how it is known to be there: polygon (its point is inside), district (its address "
            "is), municipality, line (supplied by that line or zone)",
        ),
    ] = ""
    share: Annotated[
        float | None,
        note("割合", "people there per capacity; or share of the line's customers cut off, 0–1"),
    ] = None
    since: Annotated[str | None, note("開始時刻", "since when, RFC 3339")] = None
    source: Annotated[str, note("元の情報", "series and key of the record that says so")] = ""


@kind("disaster.shelter_risk", en="Shelters at risk", ja="避難所の危険・不足", layer="shelters")
class ShelterRisk(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """An open shelter and what is wrong with it; no reason: nothing of what is checked is known
    to be wrong, which is not to say that it is safe."""

    name: Annotated[str, note("施設名称", "name of the shelter")]
    codes: Annotated[list[str], note("施設コード", "codes of the shelter")] = []
    municipality: Annotated[str, note("市区町村名", "name of the municipality")] = ""
    address: Annotated[str, note("住所", "address as written")] = ""
    grade: Annotated[
        str, note("重大性", "the gravest reason's: danger, warning, notice; none without a reason")
    ] = "none"
    reasons: Annotated[list[Reason], note("理由", "what is wrong, the gravest first")] = []
    headcount: Annotated[int | None, note("避難者数", "people there [persons]")] = None
    capacity: Annotated[int | None, note("収容人数", "how many it can hold [persons]")] = None
    reported: Annotated[str | None, note("最終報告", "time of its last report, RFC 3339")] = None
    not_checked: Annotated[
        list[str],
        note(
            "未確認の事項",
            "what could not be checked: place (it has no point), capacity, headcount, hazards "
            "(nobody says for which it is designated), power, water (no outage says of its line)",
        ),
    ] = []


class Room(msgspec.Struct, frozen=True, omit_defaults=True):
    """Shelters of one state, and whom they can hold."""

    shelters: Annotated[int, note("施設数", "how many there are")]
    unsafe: Annotated[
        int, note("危険・指定外", "of these, in a hazard's area, or not designated for one")
    ]
    room: Annotated[
        Range,
        note(
            "収容力",
            "persons they can hold. low: those known to be safe and of known capacity; best: "
            "those not known to be unsafe; high: all of them",
        ),
    ]


class Expected(msgspec.Struct, frozen=True, omit_defaults=True):
    """Evacuees to expect because of one hazard."""

    what: Annotated[str, note("内容", "order or hazard, by name")]
    hazard: Annotated[str, note("災害種別", "flood, landslide, surge, tsunami, earthquake …")]
    persons: Annotated[Range, note("対象人数", "people ordered or exposed [persons]")]
    rate: Annotated[
        list[float], note("避難率", "share that is expected in shelters: low, best, high")
    ]
    evacuees: Annotated[Range, note("避難者数の見込み", "evacuees in shelters [persons]")]
    source: Annotated[str, note("元の情報", "series and key of the exposure")] = ""


@kind(
    "disaster.shelter_demand",
    en="Expected evacuees and room in shelters",
    ja="避難者数の見込みと収容力",
    layer="shelters",
)
class ShelterDemand(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """How many may come to the shelters of a municipality, and how many these can hold."""

    municipality: Annotated[str, note("市区町村名", "name of the municipality")]
    state: Annotated[
        str,
        note(
            "判定",
            "short (even the least expected exceed the most that all shelters hold), may_be_short "
            "(the best estimates do), open_more (those open do not suffice for the best estimate, "
            "with the others they do), enough, or unknown (no capacity is known)",
        ),
    ]
    expected: Annotated[
        Range, note("避難者数の見込み", "people in shelters at the peak, with those already there")
    ]
    sheltered: Annotated[int, note("現在の避難者数", "people reported in shelters [persons]")]
    open: Annotated[Room, note("開設中", "shelters that are open")]
    ready: Annotated[Room, note("未開設", "designated shelters that are not open")]
    missing: Annotated[
        Range | None,
        note("不足", "people for whom there is no room in any shelter; none where there is"),
    ] = None
    because: Annotated[list[Expected], note("内訳", "what makes people come, the most first")] = []
    without_headcount: Annotated[
        int, note("人数未報告", "open shelters that report no headcount")
    ] = 0
    without_capacity: Annotated[int, note("定員不明", "shelters whose capacity is not known")] = 0
    population: Annotated[Range | None, note("人口", "residents of the municipality")] = None
