"""Sentences of the talk itself: first words, places, what is not understood, ending."""

from __future__ import annotations

from noroshi.channels.chat.phrases import sentence

CALL_FIRST = sentence(
    "⚠ {命|いのち}が あぶない ときは、すぐ 119に {電話|でんわ}してください。",
    "⚠ If life is in danger, call 119 now.",
)
CALL_POLICE = sentence(
    "{事件|じけん}の ときは、110に {電話|でんわ}してください。", "For a crime, call 110 (police)."
)
CALL_COAST = sentence(
    "{海|うみ}の {事故|じこ}の ときは、118に {電話|でんわ}してください。",
    "For an accident at sea, call 118 (coast guard).",
)
NO_CALL = sentence(
    "ここに {書|か}いても、119には つながりません。",
    "Writing here does not reach 119.",
)
KEEP_HIGH = sentence(
    "{水|みず}が {来|き}たら、{高|たか}い {階|かい}へ {行|い}ってください。",
    "If water comes, go to an upper floor.",
)
AWAY_FROM_FIRE = sentence(
    "{火|ひ}や けむりから はなれて、{外|そと}へ {出|で}てください。",
    "Get away from fire and smoke, and go outside.",
)
AWAY_FROM_SLOPE = sentence("がけから すぐ はなれてください。", "Get away from the slope at once.")
MAKE_NOISE = sentence(
    "{体|からだ}を {動|うご}かせない ときは、{音|おと}を {出|だ}して {知|し}らせてください。",
    "If you cannot move, make noise so that people find you.",
)
HELP_HURT = sentence(
    "{血|ち}が {出|で}ている ときは、きれいな {布|ぬの}で つよく おさえてください。",
    "If somebody is bleeding, press hard with a clean cloth.",
)

GREETING = sentence(
    "こんにちは。{災害|さいがい}の ことを {答|こた}えます。",
    "Hello. I answer questions about disasters.",
)
CAN_ASK = sentence(
    "{警報|けいほう}、{避難所|ひなんじょ}、{道|みち}、{水|みず}、{停電|ていでん}などを "
    "{聞|き}けます。",
    "Ask about warnings, shelters, roads, water, power cuts and more.",
)
CAN_TELL = sentence(
    "{見|み}た ことを {知|し}らせる ことも できます。",
    "You can also tell us what you see.",
)
ONLY_RECORDS = sentence(
    "{届|とど}いた {情報|じょうほう}だけを {答|こた}えます。{人|ひと}では ありません。",
    "I answer only from what has been reported. I am not a person.",
)
THANKS = sentence("どういたしまして。{気|き}をつけて ください。", "You are welcome. Stay safe.")
CANCELLED = sentence("わかりました。やめます。", "All right, stopped.")
NOTHING_TO_CANCEL = sentence("やめる ものは ありません。", "There is nothing to stop.")
NOT_UNDERSTOOD = sentence(
    "すみません。わかりませんでした。{短|みじか}く {書|か}いて ください。",
    "Sorry, I did not understand. Please write it in a short sentence.",
)
CHOOSE = sentence("{下|した}から {選|えら}んで ください。", "Please choose from below.")
OUT_OF_SCOPE = sentence(
    "それは ここでは {答|こた}えられません。{災害|さいがい}の ことだけ {答|こた}えます。",
    "I cannot answer that here. I only answer about disasters.",
)
HOSTILE = sentence(
    "それには {答|こた}えません。{災害|さいがい}の ことを {書|か}いて ください。",
    "I do not answer that. Please write about the disaster.",
)
OFFICER = sentence(
    "{市役所|しやくしょ}・{町|まち}の {役場|やくば}に {電話|でんわ}してください。",
    "Please call your city or town office.",
)
NO_OFFICER = sentence(
    "ここでは {人|ひと}と {話|はな}せません。", "There is nobody to talk to here."
)
LANGUAGE_SET = sentence("{日本語|にほんご}で {話|はな}します。", "I will speak English.")
TRY_AGAIN = sentence(
    "いまは {答|こた}えられません。すこし {待|ま}って、もう{一度|いちど} {書|か}いて ください。",
    "I cannot answer right now. Please wait a little and write again.",
)
OFF = sentence(
    "いまは この {会話|かいわ}を {止|と}めています。", "This conversation is switched off."
)

WHERE = sentence(
    "どこの ことですか。{市|し}や {町|まち}の {名前|なまえ}を {書|か}くか、"
    "{位置|いち}を {送|おく}って ください。",
    "Which place? Write the name of the city or town, or send your position.",
)
WHICH = sentence(
    "<name>は いくつか あります。どれですか。", "There are several called <name>. Which one?"
)
ONE_OF = sentence("・<name>（<within>）", "- <name> (<within>)")
ABOUT_PLACE = sentence("<name>の ことを {答|こた}えます。", "About <name>:")
ABOUT_DEFAULT = sentence(
    "{場所|ばしょ}を {聞|き}いていないので、<name>の ことを {答|こた}えます。",
    "You named no place, so this is about <name>.",
)
PLACE_KEPT = sentence(
    "<name>の ことを {答|こた}えます。{場所|ばしょ}は いつでも かえられます。",
    "I will answer about <name>. You can change the place at any time.",
)
UNKNOWN_PLACE = sentence(
    "その {場所|ばしょ}は わかりませんでした。", "I could not tell which place that is."
)
NO_PLACES = sentence(
    "ここには {場所|ばしょ}の {地図|ちず}が ありません。", "No map of places is kept here."
)
OUTSIDE = sentence(
    "その {位置|いち}の {市|し}や {町|まち}が わかりませんでした。",
    "I could not tell which municipality that position is in.",
)

ERASE_SURE = sentence(
    "あなたの {会話|かいわ}と {登録|とうろく}を {全部|ぜんぶ} {消|け}します。いいですか。",
    "Shall I erase this conversation and all that is kept of you?",
)
ERASED = sentence(
    "{消|け}しました。{送|おく}った {通報|つうほう}は {名前|なまえ}なしで {残|のこ}ります。",
    "Erased. Reports that you sent stay, without a name.",
)
SUBSCRIBED = sentence("<name>の {知|し}らせを {送|おく}ります。", "You will get alerts for <name>.")
UNSUBSCRIBED = sentence("もう {知|し}らせを {送|おく}りません。", "You will get no more alerts.")
NO_SUBSCRIPTION = sentence("{知|し}らせの {登録|とうろく}は ありません。",
                           "You had no alerts to end.")  # fmt: skip
SUBSCRIBED_SPOT = sentence(
    "あなたの {選|えら}んだ {場所|ばしょ}の {知|し}らせを {送|おく}ります。",
    "You will get alerts for the place you chose.",
)
BAD_CODE = sentence(
    "その {番号|ばんごう}は {使|つか}えません。"
    "{新|あたら}しい {番号|ばんごう}を もらって ください。",
    "That code cannot be used. Please get a new one.",
)
CANNOT_SUBSCRIBE = sentence(
    "ここでは {知|し}らせの {登録|とうろく}が できません。", "Alerts cannot be set up here."
)
NEIGHBOUR_OVER = sentence(
    "その {質問|しつもん}は もう {終|お}わりました。", "That question is over already."
)
NEIGHBOUR_THANKS = sentence(
    "ありがとうございます。{市|し}や {町|まち}に {伝|つた}えました。",
    "Thank you. It was passed on.",
)
