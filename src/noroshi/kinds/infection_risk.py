"""Risk of infections in a disaster: likelihood × importance by disease, with what each rests on."""

from __future__ import annotations

from typing import Annotated

import msgspec

from noroshi.kinds import kind, note

Grade = Annotated[int, msgspec.Meta(ge=1, le=3)]


class RiskEvidence(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One thing that is known and speaks for or against."""

    factor: Annotated[
        str,
        note(
            "要因",
            "crowding, water, power, flood, injury, debris, season, circulation, alarm, syndrome "
            "or usual (where nothing is the matter)",
        ),
    ]
    axis: Annotated[
        str, note("評価軸", "opportunity, situation, or empty where it changes neither")
    ] = ""
    effect: Annotated[int, note("影響", "by how much it raises the grade; 0: told only")] = 0
    what: Annotated[str, note("内容", "what is known, in Japanese")]
    what_en: Annotated[str, note("内容（英語）", "the same in English")]
    time: Annotated[str, note("時点", "as of when, RFC 3339")] = ""
    source: Annotated[str, note("元の情報", "series and key of the record that says so")] = ""


class RiskCell(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One disease: how likely it spreads, how much it matters, and both together; 1 low, 2 middle,
    3 high."""

    disease: Annotated[str, note("疾病コード", "code of the disease or syndrome")]
    name: Annotated[str, note("疾病名", "its Japanese name")]
    name_en: Annotated[str, note("疾病名（英語）", "its English name")]
    group: Annotated[
        str, note("区分", "crowding, water_food, flood_debris, vaccine or outdoor")
    ]  # fmt: skip
    opportunity: Annotated[Grade, note("感染伝播の機会", "chances of transmission: 1 few, 3 many")]
    situation: Annotated[
        Grade, note("感染伝播の状況", "1 calm, 2 worse in part, 3 worse altogether")
    ]
    likelihood: Annotated[Grade, note("流行する可能性", "1 low, 2 middle, 3 high")]
    importance: Annotated[
        Grade, note("公衆衛生上の重要性", "by attack rate and fatality: 1 low, 2 middle, 3 high")
    ]
    risk: Annotated[Grade, note("リスク評価", "1 low, 2 middle, 3 high")]
    evidence: Annotated[list[RiskEvidence], note("根拠", "what it rests on")] = []
    unknown: Annotated[
        list[str], note("不明の要因", "factors that count and of which nothing is known")
    ] = []


class ShelterCell(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A disease whose risk in one shelter is higher than in the municipality as a whole."""

    key: Annotated[str, note("避難所キー", "key of the shelter")]
    name: Annotated[str, note("避難所名", "name of the shelter")]
    disease: Annotated[str, note("疾病コード", "code of the disease or syndrome")]
    disease_name: Annotated[str, note("疾病名", "its Japanese name")]
    likelihood: Annotated[Grade, note("流行する可能性", "1 low, 2 middle, 3 high")]
    risk: Annotated[Grade, note("リスク評価", "1 low, 2 middle, 3 high")]
    evidence: Annotated[list[RiskEvidence], note("根拠", "what is so in this shelter")] = []


@kind(
    "health.risk",
    en="Risk of infections in a disaster",
    ja="被災地・避難所の感染症リスク",
    layer="medical",
)
class InfectionRisk(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A municipality with people in shelters: what infections are to be feared, and why."""

    municipality: Annotated[str, note("市区町村名", "name of the municipality as written")] = ""
    open: Annotated[int, note("開設避難所数", "shelters that are open")] = 0
    sheltered: Annotated[
        int | None, note("避難者数", "people in them, as far as reported [persons]")
    ] = None
    without_headcount: Annotated[
        int, note("人数未報告", "open shelters that report no headcount")
    ] = 0
    week: Annotated[str, note("報告週", "newest ISO week of notifications that is used")] = ""
    highest: Annotated[Grade, note("最も高いリスク", "of all diseases: 1 low, 2 middle, 3 high")]
    cells: Annotated[
        list[RiskCell], note("疾病別", "each disease, the highest risk first")
    ] = []  # fmt: skip
    shelters: Annotated[
        list[ShelterCell], note("避難所別", "shelters in which a risk is higher, highest first")
    ] = []
