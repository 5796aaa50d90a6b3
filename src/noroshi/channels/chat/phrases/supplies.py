"""Sentences about roads, supplies, outages, and what is not known here."""

from __future__ import annotations

from noroshi.channels.chat.phrases import sentence

ROAD_IS = sentence("・<road>：<status>", "- <road>: <status>")
ROAD_IN = sentence("　{場所|ばしょ}：<place>", "  Where: <place>")
ROAD_WHY = sentence("　わけ：<reason>", "  Why: <reason>")
ROAD_UNTIL = sentence("　<time>までの {予定|よてい}", "  Until <time> as announced")
ROADS_HERE = sentence("{届|とど}いている {道|みち}の {情報|じょうほう}：", "Roads, as reported:")
ROAD_NONE = sentence(
    "<road>の {規制|きせい}の {情報|じょうほう}は {届|とど}いて いません。",
    "No restriction of <road> has reached us.",
)
ROADS_NONE = sentence(
    "{道|みち}の {規制|きせい}の {情報|じょうほう}は {届|とど}いて いません。",
    "No restriction of roads has reached us.",
)
ROAD_NOT_OPEN = sentence(
    "{通|とお}れると いう {意味|いみ}では ありません。",
    "That does not mean that it can be passed.",
)
ROAD_CONFLICT = sentence(
    "　{情報|じょうほう}が {食|く}いちがって います。", "  Sources do not agree."
)
ROAD_MORE = sentence("ほかにも あります。{地図|ちず}を {見|み}てください。",
                     "There are more: see the map.")  # fmt: skip
ROAD_WET = sentence(
    "・<name>：{水|みず}が あります。{近|ちか}づかないで ください。",
    "- <name>: water stands there. Keep away.",
)

WATER_AT = sentence("{水|みず}を もらえる {所|ところ}（{届|とど}いた {情報|じょうほう}）：",
                    "Where there is water, as reported:")  # fmt: skip
FOOD_AT = sentence("{食|た}べ{物|もの}が ある {所|ところ}（{届|とど}いた {情報|じょうほう}）：",
                   "Where there is food, as reported:")  # fmt: skip
CHARGING_AT = sentence("{充電|じゅうでん}できる {所|ところ}（{届|とど}いた {情報|じょうほう}）：",
                       "Where you can charge, as reported:")  # fmt: skip
TOILET_AT = sentence("トイレが ある {所|ところ}（{届|とど}いた {情報|じょうほう}）：",
                     "Where there are toilets, as reported:")  # fmt: skip
WATER_UNKNOWN = sentence(
    "{水|みず}を もらえる {所|ところ}は、まだ わかりません。",
    "Where water is given out is not known here.",
)
FOOD_UNKNOWN = sentence(
    "{食|た}べ{物|もの}を もらえる {所|ところ}は、まだ わかりません。",
    "Where food is given out is not known here.",
)
CHARGING_UNKNOWN = sentence(
    "{充電|じゅうでん}できる {所|ところ}は、まだ わかりません。",
    "Where you can charge a phone is not known here.",
)
TOILET_UNKNOWN = sentence(
    "トイレが {使|つか}える {所|ところ}は、まだ わかりません。",
    "Which toilets can be used is not known here.",
)
ASK_SHELTER = sentence(
    "{開|あ}いている {避難所|ひなんじょ}で {聞|き}いて ください。", "Ask at an open shelter."
)
PLACE_IS = sentence("・<name>", "- <name>")
PLACE_SAYS = sentence("　<text>", "  <text>")
PLACE_ROAD = sentence("　まっすぐ はかって <distance>", "  <distance> in a straight line")
PLACE_ADDRESS = sentence("　{住所|じゅうしょ}：<address>", "  Address: <address>")
PLACE_PHONE = sentence("　{電話|でんわ}：<phone>", "  Telephone: <phone>")

MEDICAL_FIRST = sentence(
    "とても {悪|わる}い ときは、119に {電話|でんわ}してください。",
    "If it is serious, call 119.",
)
MEDICAL_ASK = sentence(
    "{救急車|きゅうきゅうしゃ}を {呼|よ}ぶか まよう ときは、#7119に {相談|そうだん}できる "
    "{所|ところ}が あります。",
    "In many places you can call #7119 to ask whether you need an ambulance.",
)
HOSPITALS = sentence("{病院|びょういん}（{届|とど}いた {情報|じょうほう}）：",
                     "Hospitals, as reported:")  # fmt: skip
HOSPITAL_IS = sentence("・<name>：<status>", "- <name>: <status>")
HOSPITAL_TAKES = sentence("　{患者|かんじゃ}を {受|う}け{入|い}れて います。", "  Takes patients.")
HOSPITAL_FULL = sentence("　いまは {受|う}け{入|い}れて いません。", "  Takes no patients now.")
HOSPITAL_CALL = sentence("{行|い}く まえに {電話|でんわ}してください。", "Call before you go.")
HOSPITAL_UNKNOWN = sentence(
    "{病院|びょういん}の いまの ようすは、{届|とど}いて いません。",
    "How hospitals fare now has not reached us.",
)
HOSPITALS_LISTED = sentence(
    "{近|ちか}くの {病院|びょういん}（{開|あ}いているか わかりません）：",
    "Hospitals nearby (whether they are open is not known):",
)

OUTAGE_IS = sentence("・<service>：<status>", "- <service>: <status>")
OUTAGE_COUNT = sentence("　{止|と}まっている {家|いえ} など：<count>", "  Without supply: <count>")
OUTAGE_NAME = sentence("　{系統|けいとう}：<name>", "  Line: <name>")
OUTAGE_DISTRICTS = sentence("　{地区|ちく}：<districts>", "  Districts: <districts>")
OUTAGE_SINCE = sentence("　<time>から", "  Since <time>")
OUTAGE_EXPECTED = sentence(
    "　{会社|かいしゃ}の {見|み}こみ：<time>に なおる", "  The operator expects it back <time>"
)
OUTAGE_HALF = sentence(
    "　{計算|けいさん}した {見|み}こみ：{半分|はんぶん}が なおるのは <time>ごろ",
    "  Computed: half will be back about <time>",
)
OUTAGE_NO_TIME = sentence(
    "　いつ なおるかは、わかりません。", "  When it will be back is not known."
)
OUTAGE_NONE = sentence(
    "<name>で {電気|でんき}・{水道|すいどう}・ガスなどが {止|と}まったと いう "
    "{情報|じょうほう}は {届|とど}いて いません。",
    "No outage in <name> has reached us.",
)
OUTAGE_ASK = sentence(
    "{止|と}まっている ときは、{電力|でんりょく}{会社|がいしゃ}や {水道局|すいどうきょく}に "
    "{聞|き}いて ください。",
    "If yours is cut off, ask the power company or the water office.",
)
OUTAGE_MORE = sentence("ほかにも あります。", "There are more.")

TRAIN_UNKNOWN = sentence(
    "{電車|でんしゃ}や バスの ことは、ここでは わかりません。",
    "Trains and buses are not known here.",
)
TRAIN_ASK = sentence(
    "{駅|えき}や {鉄道|てつどう}{会社|がいしゃ}に {聞|き}いて ください。",
    "Ask the station or the railway company.",
)

PREPARE_NOW = sentence("いま {準備|じゅんび}する こと：", "What to prepare now:")
PREPARE = (
    sentence(
        "・{飲|の}む {水|みず}、{食|た}べ{物|もの}、{薬|くすり}、ライト、{電池|でんち}",
        "- Drinking water, food, medicine, a light, batteries",
    ),
    sentence(
        "・{携帯|けいたい}{電話|でんわ}を {充電|じゅうでん}してください。",
        "- Charge your phone.",
    ),
    sentence(
        "・お{金|かね}、{保険証|ほけんしょう}、パスポートや {在留|ざいりゅう}カード",
        "- Money, insurance card, passport or residence card",
    ),
    sentence(
        "・くつを はいて、{両手|りょうて}を {空|あ}けて にげてください。",
        "- Wear shoes and keep both hands free when you leave.",
    ),
    sentence(
        "・{家族|かぞく}と、にげる {所|ところ}を {決|き}めてください。",
        "- Agree with your family where to go.",
    ),
)
PREPARE_NEEDS = {
    "infant": sentence("・ミルク、おむつ、{赤|あか}ちゃんの {物|もの}",
                       "- Milk, nappies, baby things"),
    "medical": sentence("・いつもの {薬|くすり}と、お{薬|くすり}{手帳|てちょう}",
                        "- Your medicine and medicine record"),
    "older": sentence("・{眼鏡|めがね}、{入|い}れ{歯|ば}、つえ、いつもの {薬|くすり}",
                      "- Glasses, dentures, a stick, your medicine"),
    "pet": sentence("・ペットの ケージと えさ", "- A cage and food for your pet"),
    "hearing": sentence("・{補聴器|ほちょうき}の {電池|でんち}、{書|か}く {物|もの}",
                        "- Batteries for hearing aids, something to write with"),
    "wheelchair": sentence(
        "・{手伝|てつだ}ってくれる {人|ひと}に、いま {連絡|れんらく}してください。",
        "- Call those who will help you, now.",
    ),
}  # fmt: skip

SAFETY_PRIVATE = sentence(
    "{人|ひと}が {無事|ぶじ}か どうかは、ここでは {答|こた}えられません。",
    "Whether somebody is safe cannot be told here.",
)
SAFETY_GROUP = sentence(
    "{家族|かぞく}や {学校|がっこう}の {安否|あんぴ}グループが あれば、そこで {見|み}られます。",
    "If your family or school has a safety group, look there.",
)
SAFETY_171 = sentence(
    "171に {電話|でんわ}するか、web171（{災害用|さいがいよう}{伝言板|でんごんばん}）で "
    "{探|さが}して ください。",
    "Call 171 or use web171 (disaster message board) to look for them.",
)

SOURCE_OF = sentence("{前|まえ}の {答|こた}えの もとです：", "Where the last answer comes from:")
SOURCE_LINE = sentence("・<source>：<time>（<age>）", "- <source>: <time> (<age>)")
SOURCE_NONE = sentence(
    "まだ {何|なに}も {答|こた}えて いません。", "I have not told you anything yet."
)
SOURCE_FIXED = sentence(
    "{前|まえ}の {答|こた}えには {記録|きろく}が ありません。{決|き}まった {文|ぶん}です。",
    "The last answer rests on no record: these were fixed sentences.",
)
