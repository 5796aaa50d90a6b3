"""Exposure: who and what is inside the area of a hazard."""

from __future__ import annotations

from typing import Annotated

import msgspec

from noroshi.kinds import kind, note
from noroshi.kinds.bulletin import Named


class Range(msgspec.Struct, frozen=True, gc=False):
    """A number that is not known exactly: never less than `low`, never more than `high` if the
    inputs are right. `best` None: nothing between them is likelier than anything else."""

    low: Annotated[int, note("下限", "no fewer than this")]
    best: Annotated[int | None, note("推計値", "best estimate; none: only the bounds are known")]
    high: Annotated[int, note("上限", "no more than this")]


class FacilityCount(msgspec.Struct, frozen=True, omit_defaults=True):
    """How many facilities of one category are inside, and which of them matter most."""

    category: Annotated[
        str, note("分類", "category of facility: hospital, school, bridge …; shelter")
    ]
    count: Annotated[Range, note("施設数", "how many are inside")]
    most_important: Annotated[
        list[Named], note("主な施設", "the most important, with their codes; not all of them")
    ] = []
    capacity: Annotated[
        int | None,
        note("収容力", "beds of hospitals, capacity of schools and shelters, together, if stated"),
    ] = None


@kind("disaster.exposure", en="Exposure", ja="曝露（影響範囲内の人口・施設）", layer="warnings")
class Exposure(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Residents and facilities inside the area of one hazard, which is the record's geometry or,
    where no boundary came with it, the record's area.

    Who is inside is not who is harmed. Residents are where the census counted them at night.
    """

    hazard_kind: Annotated[str, note("情報の種類", "kind of record that tells the hazard")]
    hazard: Annotated[str, note("現象", "the hazard: 大雨, 土砂災害, 洪水, 津波, 地震, 台風 …")]
    name: Annotated[str, note("名称", "the hazard's name as its source gives it")]
    severity: Annotated[
        str, note("程度", "how severe, in the source's words: 警報, 震度６弱, 避難指示, Severe …")
    ] = ""
    level: Annotated[int | None, note("警戒レベル", "alert level 1–5; none where undefined")] = None
    area_name: Annotated[str, note("対象地域", "the area as the source names it")] = ""
    meaning: Annotated[
        str,
        note(
            "範囲の意味",
            "what the area is: in_force (it is said of all of it), part (of some part of it only: "
            "fewer are concerned), storm (blows or may blow there), probability_circle (the "
            "typhoon's centre comes into it with 70 %: neither all of it nor only it is hit), "
            "storm_warning (storm only if the centre comes into the circle)",
        ),
    ] = "in_force"
    method: Annotated[
        str,
        note(
            "集計方法",
            "geometry (what lies in the boundary), municipality (what belongs to the municipality),"
            " districts (by stated numbers and addresses), none (its area is not known: not "
            "counted)",
        ),
    ]
    persons: Annotated[Range | None, note("人口", "residents inside [persons]")] = None
    age_0_14: Annotated[Range | None, note("0〜14歳", "aged 0–14 [persons]")] = None
    age_15_64: Annotated[Range | None, note("15〜64歳", "aged 15–64 [persons]")] = None
    age_65_74: Annotated[Range | None, note("65〜74歳", "aged 65–74 [persons]")] = None
    age_75: Annotated[Range | None, note("75歳以上", "aged 75 or more [persons]")] = None
    care: Annotated[Range | None, note("要介護者", "who need care (要介護３以上) [persons]")] = None
    households: Annotated[Range | None, note("世帯数", "households")] = None
    facilities: Annotated[list[FacilityCount], note("施設", "facilities inside, by category")] = []
    meshes: Annotated[int, note("メッシュ数", "grid squares of the census that it touches")] = 0
    meshes_cut: Annotated[
        int, note("境界のメッシュ数", "of these, squares that its edge cuts or may cut")
    ] = 0
    meshes_secret: Annotated[
        int, note("秘匿メッシュ数", "of these, squares of which a count was kept secret")
    ] = 0
    census_year: Annotated[int | None, note("基準年", "year of the census, the oldest used")] = None
    not_counted: Annotated[
        list[str],
        note(
            "未集計の事項",
            "what was left out: area (it has no known extent), population (no census), shelters "
            "(are counted by municipality only), facilities_without_place, "
            "meshes_without_place, districts_without_number (orders that state no number)",
        ),
    ] = []
    districts: Annotated[
        list[str], note("対象地区", "districts, where it is said of districts")
    ] = []
    municipalities: Annotated[
        list[str], note("対象市町村", "areas of the municipalities that it is said of, if several")
    ] = []
    since: Annotated[str | None, note("開始時刻", "since when it is in force, RFC 3339")] = None
    until: Annotated[str | None, note("終了時刻", "its stated end, RFC 3339")] = None
    target: Annotated[str | None, note("対象時刻", "the time a forecast area is for, RFC 3339")] = (
        None
    )
    source: Annotated[
        list[str], note("元の情報", "series and key of the records that tell the hazard")
    ] = []
