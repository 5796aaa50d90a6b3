"""Sentences about warnings, evacuation, shelters and the way there."""

from __future__ import annotations

from noroshi.channels.chat.phrases import sentence

SOURCE = sentence(
    "（{情報|じょうほう}：<source>、<time>、<age>）", "(Source: <source> / <time> / <age>)"
)
OLD = sentence(
    "⚠ <age>の {古|ふる}い {情報|じょうほう}です。いまは ちがうかも しれません。",
    "⚠ This is old, from <age>. It may be different now.",
)
ASK_TOWN = sentence(
    "くわしい ことは、{市役所|しやくしょ}・{町|まち}の {役場|やくば}に {聞|き}いて ください。",
    "For more, ask your city or town office.",
)
ON_MAP = sentence("{地図|ちず}で {見|み}られます。", "See it on the map.")

LEVEL = sentence("{警戒|けいかい}<level>：", "<level>:")
NONE_IN_FORCE = sentence(
    "いま、ここに {出|で}ている {警報|けいほう}や {避難|ひなん}の {情報|じょうほう}は "
    "{届|とど}いて いません。",
    "No warning or evacuation order for this place has reached us.",
)
NOT_SAFE = sentence(
    "{安全|あんぜん}だと いう {意味|いみ}では ありません。まわりを よく {見|み}てください。",
    "That does not mean it is safe. Look around you.",
)
FEEL_DANGER = sentence(
    "あぶないと {思|おも}ったら、すぐ にげてください。", "If you feel in danger, leave at once."
)
NEWEST = sentence("{最後|さいご}の {知|し}らせは <time>（<age>）です。",
                  "The last word was <time> (<age>).")  # fmt: skip
NOTICE = sentence("・<name>", "- <name>")
NOTICE_WHERE = sentence("・<name>（<where>）", "- <name> (<where>)")
ORDER = sentence("・<name>（<hazard>）", "- <name> (<hazard>)")
ORDER_PLAIN = sentence("・<name>", "- <name>")
ORDER_LEVEL = sentence("　{警戒|けいかい}<level>です。", "  That is <level>.")
ORDER_PLACES = sentence("　{地区|ちく}：<districts>", "  Districts: <districts>")
ORDER_MORE = sentence("　ほかにも {地区|ちく}が あります。", "  There are further districts.")
ORDER_ALL = sentence("　{町|まち} {全体|ぜんたい}です。", "  For all of the municipality.")
ORDERS = sentence("{避難|ひなん}の {情報|じょうほう}：", "Evacuation orders:")
ISSUED = sentence("{市|し}や {町|まち}からの {知|し}らせ：", "Alerts of your authorities:")
ISSUED_LINE = sentence("・<text>", "- <text>")
WARNINGS = sentence("{警報|けいほう}など：", "Warnings:")
NO_ORDER = sentence(
    "いま、{避難|ひなん}の {情報|じょうほう}（{市|し}や {町|まち}が {出|だ}す もの）は "
    "{届|とど}いて いません。",
    "No evacuation order by the municipality has reached us.",
)
REPORTED = sentence("{報告|ほうこく}：<text>", "As reported: <text>")
SEEN_FIRST = sentence("あなたは いま にげてください。", "You should leave now.")
EARLY = sentence(
    "{時間|じかん}が かかる {人|ひと}なので、{早|はや}く にげてください。",
    "You may need more time: leave early.",
)
TO_DO = sentence("すること：", "What to do:")

NO_SHELTER = sentence(
    "{近|ちか}くの {開|あ}いている {避難所|ひなんじょ}は、わかりません。",
    "No open shelter near you is known.",
)
NO_SHELTER_KNOWN = sentence(
    "{避難所|ひなんじょ}の {情報|じょうほう}が ありません。", "No shelter is known here."
)
SHELTERS = sentence("{近|ちか}くの {避難所|ひなんじょ}：", "Shelters nearby:")
SHELTERS_TOWN = sentence(
    "{避難所|ひなんじょ}：（{近|ちか}い {順|じゅん}では ありません。"
    "{位置|いち}を {送|おく}ると {近|ちか}い {順|じゅん}に {答|こた}えます）",
    "Shelters (not by distance: send your position for the nearest):",
)
DESIGNATED = sentence(
    "{市|し}や {町|まち}が {決|き}めた {避難所|ひなんじょ}です。{開|あ}いているか わかりません。",
    "Designated places. Nobody says whether they are open.",
)
SHELTER_IS = sentence("・<name>：<status>", "- <name>: <status>")
SHELTER_ROAD = sentence("　{道|みち}で {約|やく} <distance>", "  about <distance> by road")
SHELTER_LINE = sentence(
    "　まっすぐ はかって <distance>（{道|みち}は わかりません）",
    "  <distance> in a straight line (the way is not known)",
)
SHELTER_ADDRESS = sentence("　{住所|じゅうしょ}：<address>", "  Address: <address>")
SHELTER_ROOM = sentence(
    "　{入|はい}れる {人数|にんずう} <capacity>、いま <headcount>",
    "  Holds <capacity>, <headcount> there now",
)
SHELTER_HOLDS = sentence("　{入|はい}れる {人数|にんずう} <capacity>", "  Holds <capacity>")
SHELTER_CROWD = sentence("　{混|こ}みぐあい：<crowding>", "  How full: <crowding>")
SHELTER_WELFARE = sentence(
    "　{福祉|ふくし}{避難所|ひなんじょ}です。{入|はい}れるか、{市|し}や {町|まち}に "
    "{聞|き}いて ください。",
    "  A welfare shelter. Ask the municipality whether you can go there.",
)
SHELTER_PHONE = sentence("　{電話|でんわ}：<phone>", "  Telephone: <phone>")
ROOM_UNKNOWN = sentence(
    "　{空|あ}きが あるか わかりません。", "  Whether there is room is not known."
)
SHELTER_FULL = sentence("　⚠ いっぱいと いう {報告|ほうこく}が あります。",
                        "  ⚠ Reported to be full.")  # fmt: skip
SHELTER_DANGER = sentence(
    "　⚠ あぶない ところに あります（<what>）。{行|い}かないで ください。",
    "  ⚠ It is in danger (<what>). Do not go there.",
)
SHELTER_DANGER_PLAIN = sentence(
    "　⚠ あぶない ところに あります。{行|い}かないで ください。",
    "  ⚠ It is in danger. Do not go there.",
)
SHELTER_DOUBT = sentence(
    "　⚠ あぶない ところに あるかも しれません（<what>）。{市|し}や {町|まち}に "
    "{聞|き}いて ください。",
    "  ⚠ It may be in danger (<what>). Ask the municipality.",
)
SHELTER_WANT = sentence("　⚠ <what>", "  ⚠ <what>")
SHELTER_NOT_FOR = sentence(
    "　⚠ いまの {災害|さいがい}の ための {場所|ばしょ}では ありません。",
    "  ⚠ It is not designated for the present hazard.",
)
SHELTER_FOR_UNKNOWN = sentence(
    "　どの {災害|さいがい}の ための {場所|ばしょ}か わかりません。",
    "  For which hazards it is meant is not known.",
)
SHELTER_UNREACHED = sentence(
    "　⚠ {安全|あんぜん}な {道|みち}が わかりません。", "  ⚠ No safe way there is known."
)
NEED_UNKNOWN = sentence(
    "{車|くるま}いす、{赤|あか}ちゃん、ペットなどの {設備|せつび}は、わかりません。"
    "{市|し}や {町|まち}に {聞|き}いて ください。",
    "What is there for wheelchairs, babies, pets and so on is not known. Ask the municipality.",
)

ROUTE_TO = sentence("<name>への {道|みち}：<distance>", "The way to <name>: <distance>")
ROUTE_NOTE = sentence(
    "{通|とお}れないと {届|とど}いた {道|みち}と {水|みず}の ある {所|ところ}を "
    "さけています。{目|め}で たしかめて ください。",
    "It avoids roads reported closed and flooded ground. Check with your own eyes.",
)
ROUTE_LEG = sentence("・<turn>、<road>を <distance>", "- <turn>, <road>, <distance>")
ROUTE_FIRST = sentence(
    "・<direction>へ、<road>を <distance>", "- Head <direction>, <road>, <distance>"
)
ROUTE_ARRIVE = sentence("・その {近|ちか}くです。", "- It is near there.")
ROUTE_REST = sentence("・その{先|さき}は {地図|ちず}を {見|み}てください。",
                      "- For the rest, see the map.")  # fmt: skip
ROUTE_AVOIDS = sentence("さけた {道|みち}：<road>（<status>）", "Avoided: <road> (<status>)")
ROUTE_IN_HAZARD = sentence(
    "⚠ この {道|みち}は あぶない {所|ところ}の {中|なか}を {通|とお}ります。",
    "⚠ This way leads through a hazard area.",
)
ROUTE_MAYBE_WET = sentence(
    "⚠ {水|みず}が あるかも しれない {道|みち}を {通|とお}ります。",
    "⚠ It leads along roads where there may be water.",
)
NO_WAY = sentence(
    "⚠ <name>への {安全|あんぜん}な {道|みち}は わかりません。",
    "⚠ No safe way to <name> is known.",
)
NO_WAY_DO = sentence(
    "むりに {行|い}かないで ください。{高|たか}い {階|かい}など、いま いちばん "
    "{安全|あんぜん}な {所|ところ}に いてください。",
    "Do not force your way. Stay at the safest place you have, such as an upper floor.",
)
NO_NETWORK = sentence(
    "ここには {道|みち}の {地図|ちず}が ありません。{道|みち}は {答|こた}えられません。",
    "No map of the roads is kept here: I cannot tell the way.",
)
STRAIGHT = sentence("まっすぐ はかって <distance> です。", "In a straight line it is <distance>.")
NEED_POSITION = sentence(
    "{道|みち}を {答|こた}えるには、いまの {位置|いち}が いります。",
    "To tell the way I need your position.",
)
NO_DESTINATION = sentence("どこへ {行|い}きますか。", "Where do you want to go?")
