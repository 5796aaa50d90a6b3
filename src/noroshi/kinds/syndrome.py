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

    Items as in the WHO Emergency Medical Team Minimum Data Set (MDS, version 1.0 of 2017, whose 50
    numbers the notes name) and the Japanese J-SPEED tick sheet from which it comes. Who is seen
    twice counts twice, and a person may count under several items. None: not counted.
    """

    code: Annotated[str, note("施設ID", "identifier of the shelter")] = ""
    name: Annotated[str, note("避難所名", "name of the shelter")]
    date: Annotated[str, note("日付", "the day, YYYY-MM-DD")]
    team: Annotated[str, note("チーム名", "team that saw them")] = ""
    seen: Annotated[int | None, note("診療者数", "persons seen")] = None
    headcount: Annotated[int | None, note("避難者数", "people sheltering there [persons]")] = None
    male: Annotated[int | None, note("男性", "MDS 1: men and boys seen")] = None
    female: Annotated[
        int | None, note("女性（妊娠なし）", "MDS 2: women and girls seen, not pregnant")
    ] = None
    infants: Annotated[int | None, note("１歳未満", "persons under 1 seen")] = None
    children: Annotated[int | None, note("５歳未満", "persons under 5 seen")] = None
    minors: Annotated[int | None, note("５〜17歳", "persons from 5 to 17 seen")] = None
    adults: Annotated[int | None, note("18〜64歳", "persons from 18 to 64 seen")] = None
    elderly: Annotated[int | None, note("65歳以上", "persons of 65 or more seen")] = None
    pregnant: Annotated[int | None, note("妊婦", "MDS 3: pregnant women seen")] = None
    fever_respiratory: Annotated[
        int | None, note("急性呼吸器感染症", "MDS 9: acute respiratory infection, with fever")
    ] = None
    diarrhoea: Annotated[
        int | None, note("急性水様性下痢・嘔吐", "MDS 10: acute watery diarrhoea or vomiting")
    ] = None
    bloody_diarrhoea: Annotated[
        int | None, note("急性血性下痢", "MDS 11: acute bloody diarrhoea")
    ] = None
    measles: Annotated[int | None, note("麻疹疑い", "MDS 13: suspected measles")] = None
    rash: Annotated[int | None, note("発疹", "MDS 25: rash or skin disease")] = None
    jaundice: Annotated[int | None, note("急性黄疸", "MDS 12: acute jaundice syndrome")] = None
    tetanus: Annotated[int | None, note("破傷風疑い", "MDS 15: suspected tetanus")] = None
    meningitis: Annotated[int | None, note("髄膜炎疑い", "MDS 14: suspected meningitis")] = None
    fever: Annotated[int | None, note("原因不明の発熱", "MDS 18: fever of unknown cause")] = None
    injury: Annotated[int | None, note("外傷", "injuries of any degree")] = None
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
    mental: Annotated[int | None, note("メンタルヘルス", "MDS 26: need mental health care")] = None
    interrupted: Annotated[
        int | None, note("治療中断", "ran out of medicine, or treatment interrupted")
    ] = None
    other: Annotated[int | None, note("その他", "MDS 29: other conditions")] = None
    flaccid_paralysis: Annotated[
        int | None, note("急性弛緩性麻痺", "MDS 16: acute flaccid paralysis")
    ] = None
    haemorrhagic_fever: Annotated[
        int | None, note("急性出血熱", "MDS 17: acute haemorrhagic fever")
    ] = None
    head_injury: Annotated[
        int | None, note("頭部・脊椎の重症外傷", "MDS 4: major injuries of head or spine")
    ] = None
    torso_injury: Annotated[
        int | None, note("体幹の重症外傷", "MDS 5: major injuries of the torso")
    ] = None
    limb_injury: Annotated[int | None, note("四肢の重症外傷", "MDS 6: major injuries of limbs")] = (
        None
    )
    moderate_injury: Annotated[int | None, note("中等症の外傷", "MDS 7: moderate injuries")] = None
    minor_injury: Annotated[int | None, note("軽症の外傷", "MDS 8: minor injuries")] = None
    surgical_emergency: Annotated[
        int | None, note("外傷以外の外科的緊急", "MDS 23: surgical emergencies other than trauma")
    ] = None
    medical_emergency: Annotated[
        int | None,
        note("感染症以外の内科的緊急", "MDS 24: medical emergencies other than infections"),
    ] = None
    obstetric: Annotated[
        int | None, note("産科合併症", "MDS 27: complications of pregnancy or birth")
    ] = None
    malnutrition: Annotated[
        int | None, note("重度の急性栄養不良", "MDS 28: severe acute malnutrition")
    ] = None
    stress: Annotated[
        int | None,
        note("災害ストレス関連諸症状", "symptoms of stress after the disaster (J-SPEED)"),
    ] = None
    hypertension: Annotated[int | None, note("高血圧状態", "high blood pressure (J-SPEED)")] = None
    wound: Annotated[int | None, note("創傷", "wounds (J-SPEED)")] = None
    fracture: Annotated[int | None, note("骨折", "fractures (J-SPEED)")] = None
    care: Annotated[
        int | None, note("緊急の介護・看護ニーズ", "urgently need nursing or care (J-SPEED)")
    ] = None
    major_procedure: Annotated[int | None, note("大手術", "MDS 30: major procedures")] = None
    amputation: Annotated[int | None, note("四肢切断", "MDS 31: amputations of limbs")] = None
    minor_procedure: Annotated[int | None, note("小手術", "MDS 32: minor surgical procedures")] = (
        None
    )
    delivery: Annotated[int | None, note("正常分娩", "MDS 33: normal deliveries")] = None
    caesarean: Annotated[int | None, note("帝王切開", "MDS 34: caesarean sections")] = None
    obstetric_procedure: Annotated[
        int | None, note("その他の産科処置", "MDS 35: other obstetric procedures")
    ] = None
    discharged: Annotated[
        int | None, note("診療終了（再診不要）", "MDS 36: discharged without follow-up")
    ] = None
    follow_up: Annotated[
        int | None, note("診療終了（要再診）", "MDS 37: discharged with follow-up")
    ] = None
    left: Annotated[
        int | None, note("治療拒否・自己退院", "MDS 38: left against medical advice")
    ] = None
    referred: Annotated[int | None, note("紹介・転送", "MDS 39: referred elsewhere")] = None
    admitted: Annotated[int | None, note("入院", "MDS 40: admitted")] = None
    dead_on_arrival: Annotated[int | None, note("到着時死亡", "MDS 41: dead on arrival")] = None
    died: Annotated[int | None, note("施設内死亡", "MDS 42: died within the facility")] = None
    rehabilitation: Annotated[
        int | None, note("長期リハビリ要", "MDS 43: require long-term rehabilitation")
    ] = None
    direct: Annotated[
        int | None, note("災害に直接関連", "MDS 44: directly related to the event")
    ] = None
    indirect: Annotated[
        int | None, note("災害に間接関連", "MDS 45: indirectly related to the event")
    ] = None
    unrelated: Annotated[int | None, note("災害に関連なし", "MDS 46: not related to the event")] = (
        None
    )
    vulnerable_child: Annotated[
        int | None, note("要保護の子ども", "MDS 47: vulnerable children")
    ] = None
    vulnerable_adult: Annotated[int | None, note("要保護の大人", "MDS 48: vulnerable adults")] = (
        None
    )
    sexual_violence: Annotated[
        int | None,
        note("性暴力・ジェンダーに基づく暴力", "MDS 49: sexual and gender-based violence"),
    ] = None
    violence: Annotated[int | None, note("その他の暴力", "MDS 50: other violence")] = None
    under_five: Annotated[
        dict[str, int], note("５歳未満の内訳", "of these items, those under 5, by field")
    ] = {}
    municipality: Annotated[str, note("市区町村名", "name of the municipality as written")] = ""
    remarks: Annotated[str, note("備考", "remarks as written")] = ""
    extra: Extra = {}
    layer: LayerTitle = ""
