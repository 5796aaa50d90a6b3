"""What to do about an infectious disease, in our own words, by the way in which it spreads.

How each disease spreads and is prevented: 厚生労働省, its pages for each disease and
「感染症法に基づく医師及び獣医師の届出について」; 国立健康危機管理研究機構
感染症情報提供サイト; for vaccines 予防接種法. Advice for everyone, not a diagnosis. Who could
infect others in a waiting room (麻しん, 風しん, 水痘: the same pages) is told to call first.
"""

from __future__ import annotations

from functools import cache

from noroshi.channels.advice.actions import Advice, Both

_WASH = Both(
    "{石|せっ}けんで {手|て}を よく {洗|あら}ってください。",
    "Wash your hands well with soap.",
)
_REST = Both(
    "{具合|ぐあい}が {悪|わる}い ときは、{休|やす}んでください。",
    "If you feel ill, stay at home and rest.",
)
_CALL = Both(
    "{病院|びょういん}へ {行|い}く まえに、{電話|でんわ}を してください。",
    "Call before you go to a doctor.",
)
_DOCTOR = Both(
    "{心配|しんぱい}な ときは、{医者|いしゃ}に {相談|そうだん}してください。",
    "If you are worried, ask a doctor.",
)

#: By way of spreading.
GROUPS: dict[str, Advice] = {
    "respiratory": Advice(
        Both("うつらない、うつさない", "Do not catch it or pass it on"),
        (
            _WASH,
            Both(
                "せきが {出|で}る ときは、マスクを してください。",
                "If you cough, wear a mask.",
            ),
            Both(
                "{部屋|へや}の {空気|くうき}を {入|い}れかえてください。",
                "Let fresh air into the room.",
            ),
            _REST,
        ),
    ),
    "vaccine": Advice(
        Both("ワクチンを たしかめる", "Check your vaccinations"),
        (
            Both(
                "{母子|ぼし}{手帳|てちょう}で、ワクチンを うったか {見|み}てください。",
                "Look in your vaccination record (母子手帳) whether you had the vaccine.",
            ),
            Both(
                "うっていない {人|ひと}は、{医者|いしゃ}か {市役所|しやくしょ}に "
                "{相談|そうだん}してください。",
                "If not, ask a doctor or your city office.",
            ),
        ),
    ),
    "call_first": Advice(
        Both("さきに {電話|でんわ}する", "Call first"),
        (
            Both(
                "{熱|ねつ}や ぶつぶつが {出|で}た ときは、"
                "{病院|びょういん}へ {行|い}く まえに {電話|でんわ}を してください。",
                "With a fever or a rash, call before you go to a doctor.",
            ),
        ),
    ),
    "enteric": Advice(
        Both("{手|て}を {洗|あら}う、よく {焼|や}く", "Wash hands, cook well"),
        (
            Both(
                "トイレの あとと、{食|た}べる まえに、{石|せっ}けんで "
                "{手|て}を {洗|あら}ってください。",
                "Wash your hands with soap after the toilet and before you eat.",
            ),
            Both(
                "{肉|にく}や {貝|かい}は、{中|なか}まで よく {焼|や}いてください。",
                "Cook meat and shellfish right through.",
            ),
            Both(
                "おなかが いたい ときや {血|ち}が {出|で}る ときは、"
                "すぐ {医者|いしゃ}に {行|い}ってください。",
                "With bad stomach pain or blood in the stool, see a doctor at once.",
            ),
        ),
    ),
    "hands": Advice(
        Both("{手|て}を {洗|あら}う", "Wash your hands"),
        (
            _WASH,
            Both(
                "タオルを {一緒|いっしょ}に {使|つか}わないでください。",
                "Do not share towels.",
            ),
            Both(
                "おむつを かえた あとは、{手|て}を {洗|あら}ってください。",
                "Wash your hands after changing nappies.",
            ),
        ),
    ),
    "ticks": Advice(
        Both("ダニに さされない", "Do not get bitten by ticks or mites"),
        (
            Both(
                "{山|やま}や {草|くさ}の {中|なか}では、{長|なが}い {服|ふく}を "
                "{着|き}てください。",
                "Wear long sleeves and trousers in woods and grass.",
            ),
            Both(
                "{虫|むし}よけを {使|つか}ってください。{帰|かえ}ったら {体|からだ}を "
                "{見|み}てください。",
                "Use repellent. Look over your body when you come home.",
            ),
            Both(
                "ダニが ついたら、とらないで {医者|いしゃ}に {行|い}ってください。",
                "If a tick is attached, do not pull it off: see a doctor.",
            ),
            Both(
                "そのあと {熱|ねつ}が {出|で}たら、{医者|いしゃ}に {行|い}ってください。",
                "If you get a fever afterwards, see a doctor.",
            ),
        ),
    ),
    "mosquitoes": Advice(
        Both("{蚊|か}に さされない", "Do not get bitten by mosquitoes"),
        (
            Both(
                "{長|なが}い {服|ふく}を {着|き}て、{虫|むし}よけを {使|つか}ってください。",
                "Wear long clothes and use repellent.",
            ),
            Both(
                "{家|いえ}の まわりの たまった {水|みず}を すててください。",
                "Empty standing water around your home.",
            ),
            Both(
                "{外国|がいこく}から {帰|かえ}って {熱|ねつ}が {出|で}たら、"
                "{医者|いしゃ}に {行|い}った {国|くに}を {話|はな}してください。",
                "With a fever after a journey, tell the doctor where you were.",
            ),
        ),
    ),
    "sexual": Advice(
        Both("{検査|けんさ}を {受|う}ける", "Get tested"),
        (
            Both(
                "{心配|しんぱい}な ときは、{保健所|ほけんじょ}で {検査|けんさ}を "
                "{受|う}けてください。{名前|なまえ}は いりません。",
                "If you are worried, get tested at a public health centre. No name is needed.",
            ),
            Both(
                "コンドームを {使|つか}ってください。",
                "Use condoms.",
            ),
            Both(
                "なおす {薬|くすり}が あります。{早|はや}く {医者|いしゃ}に {行|い}ってください。",
                "It can be treated. See a doctor early.",
            ),
        ),
    ),
    "animals": Advice(
        Both("{動物|どうぶつ}に {気|き}をつける", "Be careful with animals"),
        (
            Both(
                "{野生|やせい}の {動物|どうぶつ}や {死|し}んだ {鳥|とり}に さわらないでください。",
                "Do not touch wild animals or dead birds.",
            ),
            Both(
                "{動物|どうぶつ}に さわった あとは、{手|て}を {洗|あら}ってください。",
                "Wash your hands after touching animals.",
            ),
            Both(
                "かまれたら、すぐ {水|みず}で {洗|あら}って {医者|いしゃ}に {行|い}ってください。",
                "If bitten, wash the wound at once and see a doctor.",
            ),
        ),
    ),
    "water": Advice(
        Both("きれいな {水|みず}を {使|つか}う", "Keep water clean"),
        (
            Both(
                "おふろや {加湿器|かしつき}の {水|みず}は、{毎日|まいにち} かえて、"
                "よく {洗|あら}ってください。",
                "Change the water of baths and humidifiers every day, and clean them.",
            ),
            Both(
                "{熱|ねつ}と せきが ひどい ときは、{医者|いしゃ}に {行|い}ってください。",
                "With a high fever and a cough, see a doctor.",
            ),
        ),
    ),
    "soil": Advice(
        Both("きずを {洗|あら}う", "Wash wounds"),
        (
            Both(
                "{土|つち}や {水|みず}に さわる ときは、{手袋|てぶくろ}と {長|なが}ぐつを "
                "{使|つか}ってください。",
                "Wear gloves and boots when you handle soil or muddy water.",
            ),
            Both(
                "きずは すぐ {水|みず}で {洗|あら}って、{医者|いしゃ}に {行|い}ってください。",
                "Wash wounds at once and see a doctor.",
            ),
        ),
    ),
    "healthcare": Advice(
        Both("{病院|びょういん}では {手|て}を きれいに", "Clean hands in hospital"),
        (
            Both(
                "{病院|びょういん}に {入|はい}る ときと {出|で}る ときは、"
                "{手|て}を きれいに してください。",
                "Clean your hands when you enter and leave a hospital.",
            ),
            Both(
                "{医者|いしゃ}の くれた {薬|くすり}は、{最後|さいご}まで {飲|の}んでください。",
                "Take medicines as the doctor told you, to the end.",
            ),
        ),
    ),
    "travel": Advice(
        Both("{外国|がいこく}から {帰|かえ}った {人|ひと}へ", "Back from abroad"),
        (
            Both(
                "{外国|がいこく}から {帰|かえ}って {具合|ぐあい}が {悪|わる}い ときは、"
                "{保健所|ほけんじょ}に {電話|でんわ}を してください。",
                "If you feel ill after a journey, call a public health centre.",
            ),
            _CALL,
        ),
    ),
    "other": Advice(
        Both("{手|て}を {洗|あら}う、{早|はや}く {相談|そうだん}する", "Wash hands, ask early"),
        (_WASH, _DOCTOR),
    ),
}  # fmt: skip

#: The diseases of each group; several ways of spreading give several lots of advice.
_DISEASES = {
    "respiratory": "tuberculosis diphtheria sars mers influenza covid19 rsv strep_a mycoplasma "
    "chlamydia_pneumonia ari pertussis rubella measles mumps varicella varicella_hospital "
    "pharyngoconjunctival erythema_infectiosum invasive_hib invasive_meningococcal "
    "invasive_pneumococcal smallpox plague",
    "vaccine": "polio diphtheria tuberculosis measles rubella congenital_rubella mumps varicella "
    "varicella_hospital pertussis invasive_hib invasive_pneumococcal invasive_meningococcal "
    "influenza covid19 japanese_encephalitis tetanus rotavirus viral_hepatitis hepatitis_a",
    "call_first": "measles rubella varicella smallpox mpox",
    "enteric": "polio cholera shigellosis ehec typhoid paratyphoid hepatitis_e hepatitis_a "
    "amoebiasis cryptosporidiosis giardiasis gastroenteritis rotavirus botulism echinococcosis",
    "hands": "hfmd herpangina pharyngoconjunctival exanthem_subitum haemorrhagic_conjunctivitis "
    "keratoconjunctivitis aseptic_meningitis bacterial_meningitis encephalitis "
    "flaccid_paralysis stss strep_a",
    "ticks": "cchf sfts omsk_hf kyasanur relapsing_fever tick_encephalitis scrub_typhus "
    "spotted_fever rocky_mountain lyme q_fever tularemia typhus",
    "mosquitoes": "west_nile yellow_fever zika chikungunya dengue japanese_encephalitis malaria "
    "western_equine eastern_equine venezuelan_equine rift_valley",
    "sexual": "syphilis hiv_aids mpox viral_hepatitis amoebiasis",
    "animals": "avian_flu_h5n1 avian_flu_h7n9 avian_flu_other rabies psittacosis b_virus "
    "brucellosis nipah hendra lyssavirus hfrs hantavirus echinococcosis q_fever tularemia "
    "anthrax glanders sfts leptospirosis",
    "water": "legionellosis",
    "soil": "tetanus leptospirosis melioidosis anthrax stss coccidioidomycosis",
    "healthcare": "cre vrsa vre mdr_acinetobacter",
    "travel": "ebola cchf smallpox south_american_hf plague marburg lassa sars mers nipah "
    "yellow_fever zika",
    "other": "cjd cryptococcosis",
}


@cache
def groups_of(code: str) -> tuple[str, ...]:
    """The ways in which a disease spreads, the first one first; `other` where it is not known."""
    found = tuple(name for name, codes in _DISEASES.items() if code in codes.split())
    return found or ("other",)


def advice_for(code: str) -> Advice:
    """What everybody can do about a disease, by its code: the word of the first way in which it
    spreads, and the steps of them all."""
    groups = [GROUPS[name] for name in groups_of(code)]
    steps = dict.fromkeys(step for one in groups for step in one.steps)
    return Advice(groups[0].word, tuple(steps))
