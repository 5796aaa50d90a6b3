"""The syndromes that are watched in shelters: their usual rate, how few are enough, what to do.

Usual rates are those of clinics in 6 shelters in the three weeks after the earthquake of 2011:
median 13.1 acute respiratory infections and 1.6 gastroenteritis for each 1,000 person-days (Kawano
et al., Disaster Med Public Health Prep 8(1), 2014, 58-64; others were not seen there). For the
others no rate is published; they are ours, set low, and soon outweighed by what is counted.

Few that are enough: WHO, Outbreak surveillance and response in humanitarian emergencies (EWARN),
WHO/HSE/GAR/DCE/2012.1, asks that one suspected measles and small numbers of meningitis, jaundice
and bloody diarrhoea are looked into at once. The numbers here are ours, for a shelter.
"""

from __future__ import annotations

from typing import NamedTuple


class Syndrome(NamedTuple):
    """A field of `health.shelter_syndrome`. `rate`: persons for each 1,000 person-days. `watch`
    and `alarm`: so many in three days are enough whatever is usual (0: only by statistics).
    `spreads`: from person to person, or from one source to several shelters."""

    code: str
    ja: str
    en: str
    rate: float
    watch: int
    alarm: int
    spreads: bool
    actions: tuple[str, ...]


SYNDROMES = {
    one.code: one
    for one in (
        Syndrome("fever_respiratory", "急性呼吸器感染症", "acute respiratory infection", 13.1, 0,
                 0, True, ("separate", "mask", "air", "test", "report")),
        Syndrome("diarrhoea", "急性水様性下痢・嘔吐", "acute watery diarrhoea or vomiting", 1.6, 0,
                 0, True, ("hands", "vomit", "toilet", "separate", "food", "report")),
        Syndrome("bloody_diarrhoea", "急性血性下痢", "acute bloody diarrhoea", 0.05, 1, 2, True,
                 ("hands", "toilet", "food", "stool", "report_now")),
        Syndrome("measles", "麻疹疑い", "suspected measles", 0.01, 1, 1, True,
                 ("separate_air", "confirm", "contacts", "report_now")),
        Syndrome("rash", "発疹", "rash or skin disease", 1.5, 0, 0, True,
                 ("separate", "confirm", "report")),
        Syndrome("jaundice", "急性黄疸", "acute jaundice syndrome", 0.02, 1, 2, True,
                 ("hands", "food", "confirm", "report_now")),
        Syndrome("tetanus", "破傷風疑い", "suspected tetanus", 0.01, 1, 0, False,
                 ("hospital", "wounds", "report_now")),
        Syndrome("meningitis", "髄膜炎疑い", "suspected meningitis", 0.01, 1, 2, True,
                 ("hospital", "contacts", "report_now")),
        Syndrome("fever", "原因不明の発熱", "fever of unknown cause", 1.5, 0, 0, True,
                 ("separate", "confirm", "report")),
        Syndrome("heat", "熱中症", "heat stroke", 0.3, 0, 0, False, ("cool", "report")),
        Syndrome("cold", "低体温症", "hypothermia", 0.1, 0, 0, False, ("warm", "report")),
    )
}  # fmt: skip

#: What to do, in both languages: 厚生労働省「避難所における感染対策マニュアル」(2011), 日本環境
#: 感染学会「大規模自然災害の被災地における感染制御マネージメントの手引き」(2014), in our words.
ACTIONS = {
    "hands": ("流水と石けんでの手洗い（水がなければ手袋と手指消毒）を徹底する",
              "Wash hands with soap and running water; without water use gloves and disinfectant"),
    "vomit": ("吐物・便は次亜塩素酸ナトリウムで処理し、処理者は手袋とマスクを着ける",
              "Clean vomit and stool with hypochlorite, in gloves and a mask"),
    "toilet": ("トイレを発症者用に分け、１日数回消毒する",
               "Keep a toilet for the ill and disinfect it several times a day"),
    "separate": ("発症者と同室者の生活区域を分ける",
                 "Give the ill, and those who share their room, an area of their own"),
    "separate_air": ("直ちに個室に移し、部屋の空気を分ける",
                     "Move to a single room at once, with its own air"),
    "mask": ("マスク着用と咳エチケットを呼びかける", "Ask for masks and covered coughs"),
    "air": ("１時間に１回以上換気し、居住間隔を広げる",
            "Air the rooms at least once an hour and put people further apart"),
    "test": ("インフルエンザ・COVID-19の検査を医師に相談する",
             "Ask a doctor for tests for influenza and COVID-19"),
    "food": ("炊き出し・配食の経路と飲用水を確認し、保存食を残す",
             "Check meals and drinking water, and keep samples of food"),
    "stool": ("便検体を採り、腸管出血性大腸菌・赤痢を調べる",
              "Take stool samples for E. coli (EHEC) and Shigella"),
    "confirm": ("医師の診察を受け、検体検査で確かめる",
                "Have a doctor see them, and samples tested"),
    "contacts": ("接触者を書き出し、予防接種歴・予防投薬を医師と確認する",
                 "List contacts; with a doctor check vaccination and preventive treatment"),
    "hospital": ("直ちに医療機関へ搬送する", "Take to a hospital at once"),
    "wounds": ("がれき作業などでの外傷者を探し、洗浄と破傷風トキソイドを医師に相談する",
               "Look for others with wounds; ask a doctor about cleaning and tetanus toxoid"),
    "cool": ("涼しい場所・水分・塩分を確保し、重い者は搬送する",
             "Give a cool place, water and salt; take serious cases to a hospital"),
    "warm": ("暖房・毛布・床の断熱を確保し、重い者は搬送する",
             "Give heating, blankets and an insulated floor; take serious cases to a hospital"),
    "report": ("保健所・保健医療福祉調整本部に今日中に報告する",
               "Report to the health centre and the health coordination office today"),
    "report_now": ("保健所に直ちに電話で報告する", "Report to the health centre by telephone now"),
}  # fmt: skip
