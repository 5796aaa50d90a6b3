"""A baseline: intents by keywords, as the chat services of municipalities have them.

Written before any score was seen, with the same care for synonyms and for kana as a person would
take who writes such rules in a day: an intent needs one word of its subject and, where questions
and reports share a subject, a word that asks.
"""

# Tables of words: a line is a rule.
# ruff: noqa: E501

from __future__ import annotations

import re

_ASKS = re.compile(
    r"[?？]|ですか|ますか|でしょうか|教えて|おしえて|知りたい|どこ|いつ|何時|ありませんか|ある$|かな$|け$|の$|"
    r"\b(?:where|when|is|are|can|how|what|which|any|does|do|need)\b",
    re.I,
)
_QUESTIONS = {
    "ask_alerts": r"警報|注意報|警戒レベル|避難指示|避難情報|震度|津波|サイレン|水位|alert|warning|tsunami|siren",
    "ask_evacuate": r"(?:逃げ|避難し|避難す|家を出).*(?:方が|ほうが|べき|いい)|どうすれば|どうしたら|should (?:i|we)|evacuate",
    "ask_shelter": r"避難所|避難場所|ひなんじょ|泊まれ|寝る場所|shelter|evacuation cent",
    "ask_route": r"行き方|道順|ルート|どうやって行|どう行|安全な道|迂回|案内|how do i get|route to|directions|way to",
    "ask_road": r"(?:道路|国道|県道|高速|橋|トンネル|道).*(?:通れ|通行|状況|走れ|渡れ)|通行止め|road|highway|bridge",
    "ask_water": r"給水|飲み水|水を?(?:もら|配|汲)|きゅうすい|drinking water|water (?:truck|station)|get water",
    "ask_food": r"食べ物|食料|炊き出し|ご飯|おにぎり|弁当|スーパー|コンビニ|食事|food|meal|eat|hungry",
    "ask_charging": r"充電|じゅうでん|コンセント|電源|charge|charging|battery",
    "ask_toilet": r"トイレ|便所|お手洗い|といれ|toilet|restroom|bathroom",
    "ask_medical": r"病院|医者|診療|薬局|薬|救護所|透析|診て|hospital|doctor|clinic|pharmacy|medicine",
    "ask_outage": r"(?:停電|断水|電気|水道|ガス|電話|ネット).*(?:復旧|いつ|直|戻|再開|見込み)|power.*back|restored",
    "ask_train": r"電車|列車|新幹線|バス|運行|運転再開|空港|飛行機|フェリー|train|bus|flight|airport",
    "ask_prepare": r"準備|備え|備蓄|持ち出し|非常食|用意|ハザードマップ|prepare|emergency bag|pack",
    "ask_safety": r"安否|連絡が取れ|行方不明|無事か|探して|見つからな|伝言ダイヤル|missing|can't reach|looking for",
    "ask_report_status": r"(?:通報|報告|送った|連絡した).*(?:どう|結果|届|対応|その後)|my report",
    "ask_source": r"情報源|出典|根拠|いつの情報|どこの(?:情報|発表)|誰が|信用|source|how do you know|how old",
}  # fmt: skip
_STATEMENTS = {
    "report_fire": r"火事|火災|燃え|煙|炎|出火|爆発|かじです|fire|smoke|burning|flames",
    "report_injury": r"けが|怪我|ケガ|負傷|出血|血が|骨折|意識|息を?して|倒れてい|救急車|injur|bleeding|unconscious|ambulance",
    "report_trapped": r"閉じ込め|下敷き|生き埋め|取り残|挟まれ|流された|溺れ|救助|助けて|孤立|trapped|stuck|rescue|drown",
    "report_flood": r"浸水|冠水|水没|氾濫|決壊|床上|床下|水が(?:来|き|入)|あふれ|flood|levee|overflow|water is",
    "report_landslide": r"土砂|崖崩れ|がけ崩れ|土石流|地すべり|落石|斜面|山崩れ|landslide|slope|rocks",
    "report_road": r"陥没|倒木|道.*(?:塞|ふさ|割れ|ひび|穴)|通れません|通れない|橋が落|blocked|hole in the road|fallen tree",
    "report_outage": r"停電し|停電中|電気が(?:つか|消え|来)|圏外|つながらない|ガスが(?:止|出)|no power|blackout|power is out",
    "report_water": r"断水し|断水中|水が出|水道管|漏水|濁っ|蛇口|no running water|pipe burst|tap",
    "report_supply": r"足りない|足りません|不足|なくなりそう|届いていません|届いていない|物資を|running out|short of|need blankets",
    "report_shelter": r"(?:避難所|体育館|学校|公民館).*(?:満員|いっぱい|寒|暑|壊れ|閉ま|入れ)|shelter (?:is|are)|full",
    "report_rumour": r"デマ|噂|うわさ|拡散|フェイク|詐欺|って本当|rumou?r|fake|is it true",
    "report_safe": r"無事です|無事に|大丈夫です|けがなし|怪我なし|生きて|被害なし|避難しました|safe|i am ok|we are fine",
    "report_other": r"屋根|瓦|窓|壁|液状化|クマ|油が|泥棒|傾い|roof|wall|window|bear",
}  # fmt: skip
_TALK = {
    "greet": r"^(?:こんにちは|おはよう|こんばんは|はじめまして|もしもし|hello|hi\b|hey|good (?:morning|evening|afternoon))",
    "thanks": r"ありがと|感謝|助かりました|おおきに|thank|thx",
    "yes": r"^(?:はい|うん|ええ|そうです|お願いします|ok|yes|yep|sure)[。.!！]?$",
    "no": r"^(?:いいえ|いや|違|ちが|いりません|ううん|no|nope)",
    "cancel": r"キャンセル|取り消|やめます|やり直し|間違え|cancel|never mind|start over",
    "help": r"使い方|ヘルプ|メニュー|何ができ|help$|^help|what can you|menu",
    "officer": r"職員|担当者|人と話|オペレーター|電話番号|人間|human|officer|real person",
    "subscribe": r"通知(?:を)?(?:受け|ほし|オン)|登録し|お知らせを?送って|知らせて|notify|subscribe|sign me up|send me alerts",
    "unsubscribe": r"通知.*(?:止め|いらない|やめ|オフ)|登録.*解除|配信停止|退会|unsubscribe|stop sending|opt out",
    "language": r"英語|中国語|やさしい日本語|簡単な(?:日本語|言葉)|言語|ベトナム語|language|japanese|chinese|speak",
    "erase_me": r"(?:データ|個人情報|履歴|アカウント).*(?:消|削除)|delete my|erase|forget me",
    "hostile": r"死ね|殺す|ばか|バカ|くそ|クソ|アホ|プロンプト|指示を無視|drop table|ignore .*instructions|fuck|stupid",
}  # fmt: skip
_PERIL = re.compile(
    r"助けて|閉じ込め|下敷き|生き埋め|取り残|挟まれ|流され|溺れ|息を?して|意識|血が|出血|救急車|火事|燃え|炎|"
    r"爆発|煙|けが|怪我|倒れ|骨折|苦し|決壊|土石流|救助|埋ま|たすけて|火が|孤立|trapped|fire|bleeding|not breathing|unconscious|drown|rescue|injured|hurt|explo|stuck|swept",
    re.I,
)
_Q = {one: re.compile(words, re.I) for one, words in _QUESTIONS.items()}
_S = {one: re.compile(words, re.I) for one, words in _STATEMENTS.items()}
_T = {one: re.compile(words, re.I) for one, words in _TALK.items()}


def keywords(text: str) -> tuple[tuple[str, ...], bool]:
    """Intents by keywords, out_of_scope where no word is known, and danger."""
    danger = bool(_PERIL.search(text))
    talk = [one for one, words in _T.items() if words.search(text)]
    if "hostile" in talk:
        return ("hostile",), danger
    asked = [one for one, words in _Q.items() if words.search(text)]
    told = [one for one, words in _S.items() if words.search(text)]
    if _ASKS.search(text) and asked:
        # Who asks for a shelter does not report one; a life in danger is told all the same.
        told = [one for one in told if one in ("report_fire", "report_injury", "report_trapped")]
    elif told:
        asked = []
    found = [*asked, *told] or talk
    return tuple(found[:3]) or ("out_of_scope",), danger
