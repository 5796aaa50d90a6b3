"""What the headings of tick sheets mean, in English and Japanese.

Numbers and names: WHO Emergency Medical Team Minimum Data Set for reporting, daily reporting form
version 1.0 (2017), MDS 1–50. `JPN1.00` is the draft with 46 numbers that Japanese record systems
were given in 2017. J-SPEED (災害時の診療録のあり方に関する合同委員会, 2018) is read by its names:
its numbers are its own.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

import msgspec

from noroshi.formats.japanese import header

#: MDS number, field of `health.shelter_syndrome`, names beside those of the kind.
_TABLE = """
1|male|male|男|男性|男性数
2|female|femalenonpregnant|nonpregnantfemale|女性非妊娠|女性妊娠なし|女性|女
3|pregnant|femalepregnant|pregnantfemale|pregnant|妊婦|女性妊娠あり|妊産婦
4|head_injury|majorhead/spineinjury|majorhead/face/spineinjury|重症外傷頭・脊椎|重症外傷頭部・脊椎|頭部・脊椎の重症外傷
5|torso_injury|majortorsoinjury|重症外傷体幹|体幹の重症外傷
6|limb_injury|majorextremityinjury|重症外傷四肢|四肢の重症外傷
7|moderate_injury|moderateinjury|中等症外傷|中等症の外傷
8|minor_injury|minorinjury|軽症外傷|軽症の外傷
9|fever_respiratory|acuterespiratoryinfection|acuterespiratoryinfections|ari|急性呼吸器感染症|急性呼吸器感染
10|diarrhoea|acutewaterydiarrhea|acutewaterydiarrhoea|awd|急性水様性下痢|急性水様性下痢・嘔吐|急性水様性下痢症|消化器感染症、食中毒|消化器感染症・食中毒|消化器感染症
11|bloody_diarrhoea|acutebloodydiarrhea|acutebloodydiarrhoea|abd|急性血性下痢|急性血性下痢症
12|jaundice|acutejaundicesyndrome|ajs|急性黄疸|急性黄疸症候群
13|measles|suspectedmeasles|measlessuspected|麻疹疑い|麻しん疑い
14|meningitis|suspectedmeningitis|meningitissuspected|髄膜炎疑い
15|tetanus|suspectedtetanus|tetanussuspected|破傷風疑い|破傷風
16|flaccid_paralysis|acuteflaccidparalysis|afp|急性弛緩性麻痺
17|haemorrhagic_fever|acutehaemorrhagicfever|acutehemorrhagicfever|ahf|急性出血熱|急性出血熱症候群
18|fever|feverofunknownorigin|fuo|原因不明の発熱|不明熱|発熱
19|additional_19
20|additional_20
21|additional_21
22|additional_22
23|surgical_emergency|surgicalemergencynontrauma|surgicalemergency|外傷以外の緊急の外科的医療ニーズ|外科的緊急
24|medical_emergency|medicalemergencynoninfectious|medicalemergency|感染症以外の緊急の内科的医療ニーズ|内科的緊急
25|rash|skindisease|skindiseases|皮膚疾患|発疹
26|mental|acutementalhealthproblem|acutementalhealthproblems|acutementalhealthandpsychosocialproblem|緊急のメンタルケアニーズ|緊急のメンタル・ケアニーズ|急性の精神保健問題|メンタルヘルス|こころの相談
27|obstetric|obstetriccomplications|obstetriccomplicated|産科合併症|緊急の産科支援ニーズ|産科支援ニーズ
28|malnutrition|severeacutemalnutritionsam|severeacutemalnutrition|sam|重度の急性栄養不良|重症急性栄養失調
29|other|otherdiagnosis,notspecifiedabove|otherdiagnosisnotspecifiedabove|otherdiagnosis|掲載以外の疾病|その他の疾病|その他
30|major_procedure|majorprocedure|majorprocedureexcludingmds31|majorprocedureexcludingmds32|majorprocedureexceptlimbamputationandobsteric|大手術
31|amputation|limbamputationexcludingdigits|limbamputation|四肢切断
32|minor_procedure|minorsurgicalprocedure|minorprocedure|小手術
33|delivery|normalvaginaldeliverynvd|normalvaginaldelivery|nvd|正常分娩
34|caesarean|caesareansection|cesareansection|帝王切開
35|obstetric_procedure|obstetricsothers|その他の産科処置
36|discharged|dischargewithoutmedicalfollowup|dischargewithoutf/u|医療フォローアップ不要|再診不要|診療終了再診不要
37|follow_up|dischargewithmedicalfollowup|dischargewithf/u|医療フォローアップ必要|要再診|診療終了要再診
38|left|dischargeagainstmedicaladvice|leftagainstmedicaladvice|自己退院|治療拒否・自己退院
39|referred|referral|referral/transfer|紹介|搬送|紹介・転送|紹介・搬送
40|admitted|admission|入院
41|dead_on_arrival|deadonarrival|到着時死亡|来院時死亡
42|died|deathwithinfacility|施設内死亡
43|rehabilitation|requiringlongtermrehabilitation|長期リハビリ要|長期リハビリテーション必要
44|direct|directlyrelatedtoevent|directlyrelatedtodisaster|災害に直接関連|直接的関連
45|indirect|indirectlyrelatedtoevent|indirectlyrelatedtodisaster|災害に間接関連|間接的関連
46|unrelated|notrelatedtoevent|notrelatedtodisaster|災害に関連なし|関連なし
47|vulnerable_child|vulnerablechild|要保護児童|要保護の子ども
48|vulnerable_adult|vulnerableadult|要保護成人|要保護の大人
49|sexual_violence|sexualgenderbasedviolencesgbv|sexual&genderbasedviolence|sexualgenderbasedviolence|sgbv|性暴力|性暴力・ジェンダーに基づく暴力
50|violence|violencenonsgbv|暴力性暴力以外|その他の暴力
0|seen|consultations|totalconsultations|newconsultations|totalnewconsultations|patients|totalpatients|診療者数|受診者数|診療件数|総診療件数|患者数|新規受診者数
0|headcount|evacuees|sheltered|headcount|避難者数|避難者|避難人数
0|infants|<1|under1|age<1|1歳未満|0歳
0|children|<5|under5|0-4|u5|age<5|5歳未満|0-4歳|0~4歳
0|minors|5-17|age5-17|5-17歳|5~17歳
0|adults|18-64|age18-64|18-64歳|18~64歳
0|elderly|65+|>=65|age65+|65-|65歳以上
0|injury|injuries|trauma|外傷|けが
0|burn|burns|熱傷
0|heat|heatstroke|heatillness|熱中症
0|cold|hypothermia|低体温症
0|thrombosis|dvt|深部静脈血栓症疑い|深部静脈血栓症|深部静脈血栓症/肺・脳・心血栓塞栓症疑い
0|cardiovascular|cardiovasculardisease|心血管疾患・高血圧|心血管疾患
0|hypertension|hypertension|高血圧状態|高血圧
0|asthma|asthma|asthma/copd|喘息・慢性肺疾患|気管支喘息発作|喘息
0|diabetes|diabetes|糖尿病
0|dialysis|dialysis|人工透析|人工透析ニーズ
0|interrupted|treatmentinterruption|interruptedtreatment|治療中断
0|stress|disasterstressrelatedsymptoms|災害ストレス関連諸症状
0|wound|wounds|創傷
0|fracture|fractures|骨折
0|care|緊急の介護/看護ケアニーズ|緊急の介護・看護ケアニーズ|緊急の介護・看護ニーズ
"""
_META = {
    "date": "h|日付|活動日|診療日|報告日|年月日|date|dateofactivity|activitydate|reportdate|day",
    "organisation": "a|派遣元|派遣元組織|組織名|組織|organization|organisation|organizationname",
    "team": "b|チーム名|チーム|医療チーム名|救護班名|救護班|team|teamname|emt|emtname",
    "name": "m|避難所名|避難所|施設名|施設名称|活動場所|診療場所|診療地点|救護所名|facility"
            "|facilityname|shelter|sheltername|location|site|sitename|nameofhealthfacility",
    "code": "施設id|避難所id|施設コード|facilityid|facilitycode|shelterid|sitecode",
    "municipality": "k|市町村|市区町村|市区町村名|市町村名|municipality|city|admin2|district",
    "prefecture": "j|都道府県|都道府県名|prefecture|admin1|state|province",
    "longitude": "経度|longitude|lon|lng",
    "latitude": "緯度|latitude|lat",
    "geotag": "n|geotag|gps|緯度経度",
    "area": "市区町村コード|全国地方公共団体コード|municipalitycode",
    "remarks": "備考|特記事項|コメント|remarks|comments|comment",
    "time": "集計時刻|報告日時|報告時刻|送信日時|reporttime|submitted",
    "agegroup": "mdsa|年齢区分|agegroup|agecategory",
    "age": "age|年齢",
    "sexcode": "mds1-3|性別|sex|gender",
    "version": "ver|version|mdsversion",
    # Of persons: never kept. d, e and f are the team's contact.
    "personal": "d|e|f|id|m/y|担当者|担当者名|担当者氏名|記入者|記入者名|記入者氏名|報告者|報告者名"
                "|報告者氏名|責任者|責任者名|医師名|連絡先|電話番号|電話|メール|メールアドレス|住所"
                "|contact|contactperson|contactname|phone|email|e-mail|name|address",
}  # fmt: skip
#: Headings of whom a row is: where there is one, each row is of one patient (`patient`).
_PATIENT = re.compile(
    r"(?:患者(?:さん)?の?)?(?:氏名|姓名|生年月日|カルテ|診療録|診察券|被保険者|イニシャル)"
    r"(?:id|no|番号|カナ|かな|漢字|フリガナ|ふりがな)*"
    r"|(?:患者|症例)(?:さん)?の?(?:id|no|番号|コード|名|名前|カナ|フリガナ|ふりがな)(?:番号)?"
    r"|(?:patients?|pts?|patient's|medicalrecord|record|chart|case)"
    r"(?:id|ids|no|num|number|name|initials|code|identifier|dob|dateofbirth|mrn)"
    r"|mrn|dob|dateofbirth|birthdate|birthday|(?:first|last|family|given|full)name|surname"
)
#: The draft's numbers from 19 on, as those of version 1.0.
_DRAFT = (
    *(23, 24, 25, 26, 27, 28, 29, 30, 32, 31, 33, 34, 35, 36, 37, 40, 39, 38, 41, 42, 43),
    *range(44, 51),
)
FIRST_OF_DRAFT = 19
#: Fields of persons whom others may harm: told to those alone who have to know.
PROTECTED = ("vulnerable_child", "vulnerable_adult", "sexual_violence", "violence")
TRAUMA = ("head_injury", "torso_injury", "limb_injury", "moderate_injury", "minor_injury")


class Heading(msgspec.Struct, frozen=True):
    """What a heading means: a `field` with an MDS `number` (0: none), of `part` under5, over5 or
    all; or what stands beside the counts (`meta`). Both empty: nothing that is known."""

    field: str = ""
    number: int = 0
    part: str = "all"
    meta: str = ""


_BY_NUMBER: dict[int, str] = {}
_BY_NAME: dict[str, tuple[str, int]] = {}
_NOISE = re.compile(r"[\s_:*※()\[\]<>・、,./&-]")


def _plain(text: str) -> str:
    """A name as it is compared: without signs, which every office sets otherwise."""
    return _NOISE.sub("", header(text))


def _bare(text: str) -> str:
    return header(text).strip("*※ ")


for _line in _TABLE.strip().splitlines():
    _number, _field, *_names = _line.split("|")
    if int(_number):
        _BY_NUMBER[int(_number)] = _field
    for _name in _names:
        # Ages are told apart by their signs alone.
        for _form in {_bare(_name)} | ({_plain(_name)} if _name[0] not in "<>0156" else set()):
            _BY_NAME[_form] = _field, int(_number)
_META_OF = {_bare(name): meta for meta, names in _META.items() for name in names.split("|")}

_MDS = re.compile(r"mds[ _-]?(?:no\.?)?0*(\d{1,2})(?!\d)[.:)_ -]*(.*)")
_NUMBERED = re.compile(r"(?:no\.?)?\d{1,2}[.:)、番]*[_ ]*(?=\D)(.+)")
_UNDER = re.compile(r"[\[(_: /-]*(?:<5|<5y|under5|u5|5歳未満)(?:歳|yrs?|years)?[\])]*$")
_OVER = re.compile(r"[\[(_: /-]*(?:>=5|≧5|≥5|5\+|over5|5plus|5歳以上)(?:歳|yrs?|years)?[\])]*$")
_ALL = re.compile(r"[\[(_: /-]*(?:total|合計|計|総数)[\])]*$")
_UNIT = re.compile(r"[\[(](?:人|名|件|人数|件数|n)[\])]$")


@lru_cache(maxsize=4096)
def heading_of(text: str, draft: bool = False) -> Heading:
    """What a heading of a tick sheet means. `draft`: bare numbers are those of JPN1.00."""
    if len(text) > 200:
        return Heading()
    bare = _UNIT.sub("", _bare(text))
    if bare in _META_OF:
        return Heading(meta=_META_OF[bare])
    if _PATIENT.fullmatch(_plain(text)):
        return Heading(meta="patient")
    # With its spaces: MDS9 5+ is not MDS95.
    spaced = unicodedata.normalize("NFKC", text).lower().strip("*※ ")
    for pattern, part in ((_UNDER, "under5"), (_OVER, "over5"), (_ALL, "all")):
        short = pattern.sub("", spaced)
        if short and short != spaced and (one := _named(_bare(short), draft)).field:
            return msgspec.structs.replace(one, part=part)
    return _named(bare, draft)


def _named(bare: str, draft: bool) -> Heading:
    found = _BY_NAME.get(bare) or _BY_NAME.get(_plain(bare) or bare)
    if found is not None:
        return Heading(found[0], found[1])
    mds = _MDS.fullmatch(bare)
    if mds is not None:
        # The name says more than the number, which is another's in another version.
        named = mds[2] and (_BY_NAME.get(mds[2]) or _BY_NAME.get(_plain(mds[2])))
        return Heading(*named) if named else _numbered(int(mds[1]), draft)
    numbered = _NUMBERED.fullmatch(bare)
    if numbered is not None:
        named = _BY_NAME.get(numbered[1]) or _BY_NAME.get(_plain(numbered[1]) or " ")
        if named is not None and named[0] not in ("infants", "children", "minors", "adults"):
            return Heading(*named)
    return Heading()


def _numbered(number: int, draft: bool) -> Heading:
    if draft and number >= FIRST_OF_DRAFT:
        at = number - FIRST_OF_DRAFT
        number = _DRAFT[at] if at < len(_DRAFT) else 0
    field = _BY_NUMBER.get(number, "")
    return Heading(field, number) if field else Heading()
