"""Health in shelters: what medical teams saw there in a day."""

from __future__ import annotations

from typing import Annotated

import msgspec

from noroshi.kinds import Extra, LayerTitle, kind, note


@kind(
    "health.shelter_syndrome",
    en="Syndromes seen in a shelter",
    ja="避難所の症候群別患者数",
    layer="medical",
)
class ShelterSyndrome(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One shelter's tick sheet of one day: persons seen, by what they had.

    Items as in the WHO Emergency Medical Team Minimum Data Set (2021) and the Japanese J-SPEED
    tick sheet from which it comes. A person may count under several. None: not counted.
    """

    code: Annotated[str, note("施設ID", "identifier of the shelter")] = ""
    name: Annotated[str, note("避難所名", "name of the shelter")]
    date: Annotated[str, note("日付", "the day, YYYY-MM-DD")]
    team: Annotated[str, note("チーム名", "team that saw them")] = ""
    seen: Annotated[int | None, note("診療者数", "persons seen")] = None
    headcount: Annotated[int | None, note("避難者数", "people sheltering there [persons]")] = None
    children: Annotated[int | None, note("５歳未満", "persons under 5 seen")] = None
    elderly: Annotated[int | None, note("65歳以上", "persons of 65 or more seen")] = None
    pregnant: Annotated[int | None, note("妊婦", "pregnant women seen")] = None
    fever_respiratory: Annotated[
        int | None, note("急性呼吸器感染症", "acute respiratory infection, with fever")
    ] = None
    diarrhoea: Annotated[
        int | None, note("急性水様性下痢・嘔吐", "acute watery diarrhoea or vomiting")
    ] = None
    bloody_diarrhoea: Annotated[int | None, note("急性血性下痢", "acute bloody diarrhoea")] = None
    measles: Annotated[int | None, note("麻疹疑い", "suspected measles")] = None
    rash: Annotated[int | None, note("発疹", "rash or skin disease")] = None
    jaundice: Annotated[int | None, note("急性黄疸", "acute jaundice syndrome")] = None
    tetanus: Annotated[int | None, note("破傷風疑い", "suspected tetanus")] = None
    meningitis: Annotated[int | None, note("髄膜炎疑い", "suspected meningitis")] = None
    fever: Annotated[int | None, note("原因不明の発熱", "fever of unknown cause")] = None
    injury: Annotated[int | None, note("外傷", "injuries")] = None
    burn: Annotated[int | None, note("熱傷", "burns")] = None
    heat: Annotated[int | None, note("熱中症", "heat stroke")] = None
    cold: Annotated[int | None, note("低体温症", "hypothermia")] = None
    thrombosis: Annotated[
        int | None, note("深部静脈血栓症疑い", "suspected deep-vein thrombosis")
    ] = None
    cardiovascular: Annotated[
        int | None, note("心血管疾患・高血圧", "heart disease or high blood pressure")
    ] = None
    asthma: Annotated[int | None, note("喘息・慢性肺疾患", "asthma or chronic lung disease")] = None
    diabetes: Annotated[int | None, note("糖尿病", "diabetes")] = None
    dialysis: Annotated[int | None, note("人工透析", "need dialysis")] = None
    mental: Annotated[int | None, note("メンタルヘルス", "need mental health care")] = None
    interrupted: Annotated[
        int | None, note("治療中断", "ran out of medicine, or treatment interrupted")
    ] = None
    other: Annotated[int | None, note("その他", "other conditions")] = None
    municipality: Annotated[str, note("市区町村名", "name of the municipality as written")] = ""
    remarks: Annotated[str, note("備考", "remarks as written")] = ""
    extra: Extra = {}
    layer: LayerTitle = ""
