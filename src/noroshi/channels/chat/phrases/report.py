"""Sentences by which a report is taken."""

from __future__ import annotations

from noroshi.channels.chat.phrases import sentence

ASK_PLACE = sentence(
    "どこですか。{位置|いち}を {送|おく}るか、{場所|ばしょ}の {名前|なまえ}を "
    "{書|か}いて ください。",
    "Where is it? Send your position, or write the name of the place.",
)
ASK_SPOT = sentence(
    "<name>の どの あたりですか。{位置|いち}を {送|おく}るか、{近|ちか}くの "
    "{建物|たてもの}を {書|か}いて ください。",
    "Where in <name>? Send your position, or name a building nearby.",
)
ASK_DEPTH = sentence("{水|みず}は どこまで ありますか。", "How deep is the water?")
ASK_PERSONS = sentence(
    "{助|たす}けが いる {人|ひと}は {何人|なんにん}ですか。", "How many people need help?"
)
ASK_SERVICE = sentence("{何|なに}が {止|と}まって いますか。", "What is cut off?")
ASK_PICTURE = sentence(
    "{写真|しゃしん}が あれば {送|おく}って ください。あぶない ところへは "
    "{行|い}かないで ください。",
    "If you have a photo, send it. Do not go anywhere dangerous for one.",
)
ASK_WHAT = sentence("{何|なに}の {写真|しゃしん}ですか。", "What does the photo show?")
TAKEN = {
    "trapped": sentence("{動|うご}けない {人|ひと}が いる、と {聞|き}きました。",
                        "I heard: somebody is trapped."),
    "injury": sentence("けがや {病気|びょうき}の {人|ひと}が いる、と {聞|き}きました。",
                       "I heard: somebody is hurt or ill."),
    "fire": sentence("{火事|かじ}が ある、と {聞|き}きました。", "I heard: there is a fire."),
    "flood": sentence("{水|みず}が {出|で}ている、と {聞|き}きました。",
                      "I heard: there is flooding."),
    "landslide": sentence("がけや {山|やま}が くずれた、と {聞|き}きました。",
                          "I heard: there is a landslide."),
    "road": sentence("{道|みち}が {通|とお}れない、と {聞|き}きました。",
                     "I heard: a road cannot be passed."),
    "outage": sentence("{電気|でんき}や ガスなどが {止|と}まった、と {聞|き}きました。",
                       "I heard: a supply is cut off."),
    "water": sentence("{水道|すいどう}の {水|みず}の こと、と {聞|き}きました。",
                      "I heard: it is about tap water."),
    "supply": sentence("{物|もの}が {足|た}りない、と {聞|き}きました。",
                       "I heard: something is lacking."),
    "shelter": sentence("{避難所|ひなんじょ}の ようす、と {聞|き}きました。",
                        "I heard: it is about a shelter."),
    "rumour": sentence("{人|ひと}から {聞|き}いた {話|はなし}、と {聞|き}きました。",
                       "I heard: it is something that people say."),
    "safe": sentence("{無事|ぶじ}だ、と {聞|き}きました。", "I heard: you are safe."),
    "other": sentence("{知|し}らせが ある、と {聞|き}きました。",
                      "I heard: you have something to tell."),
}  # fmt: skip
FILED = sentence(
    "{市|し}や {町|まち}に {伝|つた}えました。{番号|ばんごう}は <key> です。",
    "Passed on to the municipality. Its number is <key>.",
)
FILED_NEXT = sentence(
    "{職員|しょくいん}が {読|よ}みます。どうなったか、ここで {聞|き}けます。",
    "Staff will read it. You can ask here what became of it.",
)
NOT_CONFIRMED = sentence(
    "{本当|ほんとう}か どうかは、まだ わかりません。"
    "ほかの {人|ひと}に {広|ひろ}めないで ください。",
    "Whether it is true is not known. Please do not spread it.",
)
NO_RESCUE = sentence(
    "これは {救助|きゅうじょ}の {約束|やくそく}では ありません。{急|いそ}ぐ ときは 119です。",
    "This is no promise of rescue. In an emergency call 119.",
)
CANNOT_FILE = sentence(
    "すみません。ここでは {通報|つうほう}を {受|う}けられません。{市|し}や {町|まち}に "
    "{電話|でんわ}してください。",
    "Sorry, reports cannot be taken here. Please call your municipality.",
)
NOT_KEPT = sentence(
    "すみません。まだ {伝|つた}わって いません。もう{一度|いちど} {送|おく}って ください。",
    "Sorry, it has not been passed on yet. Please send it again.",
)
TOO_LARGE = sentence(
    "{写真|しゃしん}が {大|おお}きすぎます。"
    "{小|ちい}さい {写真|しゃしん}を {送|おく}って ください。",
    "The photo is too large. Please send a smaller one.",
)
SAFE_GROUPS = sentence(
    "あなたの {安否|あんぴ}グループにも {知|し}らせました。", "Your safety groups were told, too."
)
SAFE_NOBODY = sentence(
    "{安否|あんぴ}グループに {入|はい}って いないので、{家族|かぞく}には {伝|つた}わりません。",
    "You are in no safety group here, so your family is not told by this.",
)
SAFE_ELSEWHERE = sentence(
    "{家族|かぞく}への {知|し}らせには、171（{災害用|さいがいよう}{伝言|でんごん}ダイヤル）も "
    "{使|つか}えます。",
    "To tell your family, you can also use 171 (disaster message line).",
)

NO_REPORTS = sentence("あなたの {通報|つうほう}は ありません。", "You have sent no report.")
STATUS_LINE = sentence("・<key>：<state>", "- <key>: <state>")
STATUS_ANSWER = sentence("　{返事|へんじ}：<answer>", "  Answer: <answer>")
STATUS_TIME = sentence("　<time>（<age>）に うけとりました。", "  Received <time> (<age>).")
