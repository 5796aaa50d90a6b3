"""Infectious diseases that are notified in Japan: codes, names, categories.

Source: 感染症の予防及び感染症の患者に対する医療に関する法律 (1998) 第六条 and its ordinances, as
of 2025; English names as the weekly reports (IDWR) of the Japan Institute for Health Security use
them. `aliases` are names under which a disease was reported before it was renamed.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

import msgspec


class Disease(msgspec.Struct, frozen=True):
    """A disease: the code that stays when a name changes, its names, and its category by law
    (1–5). `kana` is the reading of the Japanese name, "" where it has no kanji."""

    code: str
    ja: str
    en: str
    category: int
    aliases: tuple[str, ...] = ()
    kana: str = ""


_TABLE = """
ebola|エボラ出血熱|Ebola virus disease|1
cchf|クリミア・コンゴ出血熱|Crimean-Congo haemorrhagic fever|1
smallpox|痘そう|Smallpox|1
south_american_hf|南米出血熱|South American haemorrhagic fever|1
plague|ペスト|Plague|1
marburg|マールブルグ病|Marburg virus disease|1
lassa|ラッサ熱|Lassa fever|1
polio|急性灰白髄炎|Poliomyelitis|2
tuberculosis|結核|Tuberculosis|2
diphtheria|ジフテリア|Diphtheria|2
sars|重症急性呼吸器症候群|Severe acute respiratory syndrome|2
mers|中東呼吸器症候群|Middle East respiratory syndrome|2
avian_flu_h5n1|鳥インフルエンザ（Ｈ５Ｎ１）|Avian influenza (H5N1)|2
avian_flu_h7n9|鳥インフルエンザ（Ｈ７Ｎ９）|Avian influenza (H7N9)|2
cholera|コレラ|Cholera|3
shigellosis|細菌性赤痢|Shigellosis|3
ehec|腸管出血性大腸菌感染症|Enterohaemorrhagic Escherichia coli infection|3
typhoid|腸チフス|Typhoid fever|3
paratyphoid|パラチフス|Paratyphoid fever|3
hepatitis_e|Ｅ型肝炎|Hepatitis E|4
west_nile|ウエストナイル熱|West Nile fever|4
hepatitis_a|Ａ型肝炎|Hepatitis A|4
echinococcosis|エキノコックス症|Echinococcosis|4
mpox|エムポックス|Mpox|4
yellow_fever|黄熱|Yellow fever|4
psittacosis|オウム病|Psittacosis|4
omsk_hf|オムスク出血熱|Omsk haemorrhagic fever|4
relapsing_fever|回帰熱|Relapsing fever|4
kyasanur|キャサヌル森林病|Kyasanur forest disease|4
q_fever|Ｑ熱|Q fever|4
rabies|狂犬病|Rabies|4
coccidioidomycosis|コクシジオイデス症|Coccidioidomycosis|4
zika|ジカウイルス感染症|Zika virus disease|4
sfts|重症熱性血小板減少症候群|Severe fever with thrombocytopenia syndrome|4
hfrs|腎症候性出血熱|Haemorrhagic fever with renal syndrome|4
western_equine|西部ウマ脳炎|Western equine encephalitis|4
tick_encephalitis|ダニ媒介脳炎|Tick-borne encephalitis|4
anthrax|炭疽|Anthrax|4
chikungunya|チクングニア熱|Chikungunya fever|4
scrub_typhus|つつが虫病|Scrub typhus|4
dengue|デング熱|Dengue fever|4
eastern_equine|東部ウマ脳炎|Eastern equine encephalitis|4
avian_flu_other|鳥インフルエンザ（Ｈ５Ｎ１及びＨ７Ｎ９を除く）|Avian influenza (other)|4
nipah|ニパウイルス感染症|Nipah virus infection|4
spotted_fever|日本紅斑熱|Japanese spotted fever|4
japanese_encephalitis|日本脳炎|Japanese encephalitis|4
hantavirus|ハンタウイルス肺症候群|Hantavirus pulmonary syndrome|4
b_virus|Ｂウイルス病|B virus disease|4
glanders|鼻疽|Glanders|4
brucellosis|ブルセラ症|Brucellosis|4
venezuelan_equine|ベネズエラウマ脳炎|Venezuelan equine encephalitis|4
hendra|ヘンドラウイルス感染症|Hendra virus infection|4
typhus|発しんチフス|Epidemic typhus|4
botulism|ボツリヌス症|Botulism|4
malaria|マラリア|Malaria|4
tularemia|野兎病|Tularaemia|4
lyme|ライム病|Lyme disease|4
lyssavirus|リッサウイルス感染症|Lyssavirus infection|4
rift_valley|リフトバレー熱|Rift Valley fever|4
melioidosis|類鼻疽|Melioidosis|4
legionellosis|レジオネラ症|Legionellosis|4
leptospirosis|レプトスピラ症|Leptospirosis|4
rocky_mountain|ロッキー山紅斑熱|Rocky Mountain spotted fever|4
amoebiasis|アメーバ赤痢|Amoebiasis|5
viral_hepatitis|ウイルス性肝炎|Viral hepatitis (other than A and E)|5
cre|カルバペネム耐性腸内細菌目細菌感染症|Carbapenem-resistant Enterobacterales infection|5
flaccid_paralysis|急性弛緩性麻痺|Acute flaccid paralysis|5
encephalitis|急性脳炎|Acute encephalitis|5
cryptosporidiosis|クリプトスポリジウム症|Cryptosporidiosis|5
cjd|クロイツフェルト・ヤコブ病|Creutzfeldt-Jakob disease|5
stss|劇症型溶血性レンサ球菌感染症|Streptococcal toxic shock syndrome|5
hiv_aids|後天性免疫不全症候群|HIV infection and AIDS|5
giardiasis|ジアルジア症|Giardiasis|5
invasive_hib|侵襲性インフルエンザ菌感染症|Invasive Haemophilus influenzae disease|5
invasive_meningococcal|侵襲性髄膜炎菌感染症|Invasive meningococcal disease|5
invasive_pneumococcal|侵襲性肺炎球菌感染症|Invasive pneumococcal disease|5
varicella_hospital|水痘（入院例）|Varicella (hospitalised)|5
congenital_rubella|先天性風しん症候群|Congenital rubella syndrome|5
syphilis|梅毒|Syphilis|5
cryptococcosis|播種性クリプトコックス症|Disseminated cryptococcosis|5
tetanus|破傷風|Tetanus|5
vrsa|バンコマイシン耐性黄色ブドウ球菌感染症|Vancomycin-resistant Staphylococcus aureus infection|5
vre|バンコマイシン耐性腸球菌感染症|Vancomycin-resistant Enterococcus infection|5
pertussis|百日咳|Pertussis|5
rubella|風しん|Rubella|5
measles|麻しん|Measles|5
mdr_acinetobacter|薬剤耐性アシネトバクター感染症|Drug-resistant Acinetobacter infection|5
influenza|インフルエンザ|Influenza|5
covid19|COVID-19|COVID-19|5
rsv|ＲＳウイルス感染症|Respiratory syncytial virus infection|5
pharyngoconjunctival|咽頭結膜熱|Pharyngoconjunctival fever|5
strep_a|Ａ群溶血性レンサ球菌咽頭炎|Group A streptococcal pharyngitis|5
gastroenteritis|感染性胃腸炎|Infectious gastroenteritis|5
varicella|水痘|Varicella|5
hfmd|手足口病|Hand, foot and mouth disease|5
erythema_infectiosum|伝染性紅斑|Erythema infectiosum|5
exanthem_subitum|突発性発しん|Exanthem subitum|5
herpangina|ヘルパンギーナ|Herpangina|5
mumps|流行性耳下腺炎|Mumps|5
haemorrhagic_conjunctivitis|急性出血性結膜炎|Acute haemorrhagic conjunctivitis|5
keratoconjunctivitis|流行性角結膜炎|Epidemic keratoconjunctivitis|5
bacterial_meningitis|細菌性髄膜炎|Bacterial meningitis|5
aseptic_meningitis|無菌性髄膜炎|Aseptic meningitis|5
mycoplasma|マイコプラズマ肺炎|Mycoplasma pneumonia|5
chlamydia_pneumonia|クラミジア肺炎|Chlamydial pneumonia (other than psittacosis)|5
rotavirus|感染性胃腸炎（ロタウイルス）|Infectious gastroenteritis (rotavirus)|5
ari|急性呼吸器感染症|Acute respiratory infection|5
"""

#: Names that they had before, or have elsewhere.
_ALIASES = {
    "mpox": ("サル痘",),
    "avian_flu_other": ("鳥インフルエンザ（Ｈ５Ｎ１を除く）",),
    "cre": (
        "カルバペネム耐性腸内細菌感染症",
        "カルバペネム耐性腸内細菌科細菌感染症",
    ),
    "covid19": (
        "新型コロナウイルス感染症",
        "新型コロナウイルス感染症（COVID-19）",
    ),
    "rsv": ("RSウイルス",),
    "chlamydia_pneumonia": ("クラミジア肺炎（オウム病を除く）",),
}

#: Readings of names with kanji, in hiragana.
_READINGS = """
ebola えぼらしゅっけつねつ
cchf くりみあ・こんごしゅっけつねつ
smallpox とうそう
south_american_hf なんべいしゅっけつねつ
marburg まーるぶるぐびょう
lassa らっさねつ
polio きゅうせいかいはくずいえん
tuberculosis けっかく
sars じゅうしょうきゅうせいこきゅうきしょうこうぐん
mers ちゅうとうこきゅうきしょうこうぐん
avian_flu_h5n1 とりいんふるえんざ
avian_flu_h7n9 とりいんふるえんざ
shigellosis さいきんせいせきり
ehec ちょうかんしゅっけつせいだいちょうきんかんせんしょう
typhoid ちょうちふす
hepatitis_e いーがたかんえん
west_nile うえすとないるねつ
hepatitis_a えーがたかんえん
echinococcosis えきのこっくすしょう
yellow_fever おうねつ
psittacosis おうむびょう
omsk_hf おむすくしゅっけつねつ
relapsing_fever かいきねつ
kyasanur きゃさぬるしんりんびょう
q_fever きゅーねつ
rabies きょうけんびょう
coccidioidomycosis こくしじおいですしょう
zika じかういるすかんせんしょう
sfts じゅうしょうねつせいけっしょうばんげんしょうしょうこうぐん
hfrs じんしょうこうせいしゅっけつねつ
western_equine せいぶうまのうえん
tick_encephalitis だにばいかいのうえん
anthrax たんそ
chikungunya ちくんぐにあねつ
scrub_typhus つつがむしびょう
dengue でんぐねつ
eastern_equine とうぶうまのうえん
avian_flu_other とりいんふるえんざ
nipah にぱういるすかんせんしょう
spotted_fever にほんこうはんねつ
japanese_encephalitis にほんのうえん
hantavirus はんたういるすはいしょうこうぐん
b_virus びーういるすびょう
glanders びそ
brucellosis ぶるせらしょう
venezuelan_equine べねずえらうまのうえん
hendra へんどらういるすかんせんしょう
typhus ほっしんちふす
botulism ぼつりぬすしょう
tularemia やとびょう
lyme らいむびょう
lyssavirus りっさういるすかんせんしょう
rift_valley りふとばれーねつ
melioidosis るいびそ
legionellosis れじおねらしょう
leptospirosis れぷとすぴらしょう
rocky_mountain ろっきーさんこうはんねつ
amoebiasis あめーばせきり
viral_hepatitis ういるすせいかんえん
cre かるばぺねむたいせいちょうないさいきんもくさいきんかんせんしょう
flaccid_paralysis きゅうせいしかんせいまひ
encephalitis きゅうせいのうえん
cryptosporidiosis くりぷとすぽりじうむしょう
cjd くろいつふぇると・やこぶびょう
stss げきしょうがたようけつせいれんさきゅうきんかんせんしょう
hiv_aids こうてんせいめんえきふぜんしょうこうぐん
giardiasis じあるじあしょう
invasive_hib しんしゅうせいいんふるえんざきんかんせんしょう
invasive_meningococcal しんしゅうせいずいまくえんきんかんせんしょう
invasive_pneumococcal しんしゅうせいはいえんきゅうきんかんせんしょう
varicella_hospital すいとう（にゅういんれい）
congenital_rubella せんてんせいふうしんしょうこうぐん
syphilis ばいどく
cryptococcosis はしゅせいくりぷとこっくすしょう
tetanus はしょうふう
vrsa ばんこまいしんたいせいおうしょくぶどうきゅうきんかんせんしょう
vre ばんこまいしんたいせいちょうきゅうきんかんせんしょう
pertussis ひゃくにちぜき
rubella ふうしん
measles ましん
mdr_acinetobacter やくざいたいせいあしねとばくたーかんせんしょう
rsv あーるえすういるすかんせんしょう
pharyngoconjunctival いんとうけつまくねつ
strep_a えーぐんようけつせいれんさきゅうきんいんとうえん
gastroenteritis かんせんせいいちょうえん
varicella すいとう
hfmd てあしくちびょう
erythema_infectiosum でんせんせいこうはん
exanthem_subitum とっぱつせいほっしん
mumps りゅうこうせいじかせんえん
haemorrhagic_conjunctivitis きゅうせいしゅっけつせいけつまくえん
keratoconjunctivitis りゅうこうせいかくけつまくえん
bacterial_meningitis さいきんせいずいまくえん
aseptic_meningitis むきんせいずいまくえん
mycoplasma まいこぷらずまはいえん
chlamydia_pneumonia くらみじあはいえん
rotavirus かんせんせいいちょうえん（ろたういるす）
ari きゅうせいこきゅうきかんせんしょう
"""


@cache
def diseases() -> dict[str, Disease]:
    """Every disease by its code, in the order of the weekly reports."""
    readings = dict(line.split() for line in _READINGS.split("\n") if line)
    found = {}
    for line in _TABLE.split("\n"):
        if line:
            code, ja, en, category = line.split("|")
            aliases, kana = _ALIASES.get(code, ()), readings.get(code, "")
            found[code] = Disease(code, ja, en, int(category), aliases, kana)
    return found


@cache
def _codes() -> dict[str, str]:
    return {
        _plain(name): one.code for one in diseases().values() for name in (one.ja, *one.aliases)
    }


def _plain(name: str) -> str:
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", name)).casefold()


def code_of(name: str) -> str:
    """The code of the disease that a Japanese name means, however wide its letters are; the name
    itself where it is not known, so that a new disease is kept and not lost."""
    return _codes().get(_plain(name), _plain(name))


def named(code: str) -> Disease | None:
    """The disease of a code, None where it is not known."""
    return diseases().get(code)
