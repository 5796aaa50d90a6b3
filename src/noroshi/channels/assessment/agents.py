"""What causes each assessed disease, how it passes on, and how long until people fall ill.

From 厚生労働省「感染症法に基づく医師及び獣医師の届出について」
(https://www.mhlw.go.jp/stf/seisakunitsuite/bunya/kenkou_iryou/kenkou/kekkaku-kansenshou/kekkaku-kansenshou11/01.html)
and Heymann (ed.), Control of Communicable Diseases Manual, 20th ed. 2015, in our words.
"""

from __future__ import annotations

from typing import NamedTuple


class Agent(NamedTuple):
    """In Japanese: the agent, how it passes on, the incubation period."""

    agent: str
    passes: str
    incubation: str


AGENTS = {
    "ari": Agent("各種のウイルス・細菌", "飛沫・接触", "病原体による（多くは１～７日）"),
    "influenza": Agent("インフルエンザウイルス", "飛沫・接触", "１～４日"),
    "covid19": Agent("SARS-CoV-2", "飛沫・エアロゾル・接触", "２～７日"),
    "tuberculosis": Agent("結核菌", "空気", "数か月～数年"),
    "invasive_meningococcal": Agent("髄膜炎菌", "飛沫", "２～10日"),
    "gastroenteritis": Agent(
        "ノロウイルス・ロタウイルス・細菌など",
        "経口・接触・吐物",
        "ノロ１～２日、細菌性は数時間～数日",
    ),
    "ehec": Agent("志賀毒素を産生する大腸菌", "経口・接触", "３～８日"),
    "leptospirosis": Agent("レプトスピラ", "汚染された水・土から皮膚・粘膜", "３～14日"),
    "legionellosis": Agent("レジオネラ属菌", "エアロゾル・粉じんの吸入（人からはうつらない）",
                           "２～10日"),
    "tetanus": Agent("破傷風菌の毒素", "土で汚れた傷（人からはうつらない）", "３～21日"),
    "wound": Agent("ブドウ球菌・レンサ球菌・水中の細菌など", "傷", "１日～数日"),
    "measles": Agent("麻しんウイルス", "空気", "10～12日"),
    "rubella": Agent("風しんウイルス", "飛沫", "14～21日"),
    "varicella": Agent("水痘・帯状疱疹ウイルス", "空気・接触", "10～21日"),
    "mumps": Agent("ムンプスウイルス", "飛沫・接触", "12～25日"),
    "pertussis": Agent("百日咳菌", "飛沫", "７～10日"),
    "scrub_typhus": Agent("オリエンチア・ツツガムシ", "ツツガムシ幼虫", "10～14日"),
    "spotted_fever": Agent("日本紅斑熱リケッチア", "マダニ", "２～８日"),
    "sfts": Agent("SFTSウイルス", "マダニ（体液・動物からも）", "６～14日"),
}  # fmt: skip

#: What is done about each group of diseases in shelters, in our words, after 日本環境感染学会
#: 「大規模自然災害の被災地における感染制御マネージメントの手引き」(2014).
MEASURES = {
    "crowding": (
        "居住間隔（１人当たり３～４㎡以上）と換気を確保し、症状のある人の区域を分ける。",
        "咳エチケットとマスクを呼びかけ、発熱者を毎日確認する。",
    ),
    "water_food": (
        "手洗い用の水・石けん、なければ手指消毒剤を確保し、トイレを１日数回消毒する。",
        "調理者の体調を確認し、加熱と早期の喫食を徹底する。",
    ),
    "flood_debris": (
        "片付けでは長靴・手袋・マスクを使い、傷は洗って医師に相談する（破傷風トキソイド）。",
        "浸水した浴槽・循環水を使わない。高熱・黄疸・呼吸困難は早く受診する。",
    ),
    "vaccine": (
        "発疹と発熱のある人は直ちに分けて医師に相談する。",
        "予防接種歴を確認し、定期接種の機会を続ける。",
    ),
    "outdoor": ("屋外作業では肌を出さず、作業後に刺し口を確かめる。",),
}
