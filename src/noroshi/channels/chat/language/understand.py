"""What a resident's text says: intents, places, amounts, times, and whether a life is in danger."""

from __future__ import annotations

import re

from noroshi.channels.chat.language import amounts, moments, people
from noroshi.channels.chat.language.gazetteer import Gazetteer
from noroshi.channels.chat.language.model import Language, model, score, texts
from noroshi.channels.chat.language.normal import Plain, is_japanese, plain
from noroshi.channels.chat.language.understood import INTENTS, Guess, Mention, Understood
from noroshi.channels.chat.language.words import words

_LEAST = 0.01
_MOST_INTENTS = 3
_HOSTILE = "hostile"
#: Sentences that want to steer the machine; no report or command is taken from such a text.
_STEERING = re.compile(
    r"(?:指示|命令|ルール|制約|制限|設定|プロンプト|規則)を?(?:は)?.{0,8}(?:無視|忘れ|上書き|外し|解除し|破棄|無効)|"
    r"システム\s?プロンプト|内部プロンプト|開発者モード|管理者(?:モード|権限|パスワード|命令|です|として)|"
    r"(?:全員|全市民|全住民|みんな|全域|全利用者)(?:に|へ).{0,16}(?:送信|配信|発令|発出|出せ|流せ|送れ)|"
    r"(?:ignore|disregard|forget|override)\W.{0,24}(?:instruction|prompt|rules?|guideline)|"
    r"system prompt|developer mode|jailbreak|act as (?:an? )?(?:admin|root|system)|"
    r"^\s*(?:system|assistant|developer)\s?:|<\|?(?:system|im_start|script)|"
    r"\b(?:drop|truncate|alter)\s+table\b|\bdelete\s+from\s+\w|\bselect\s.{1,40}\sfrom\s+\w|"
    r"\bupdate\s+\w+\s+set\b|\bunion\s+select\b|'\s*or\s+1\s*=\s*1|;\s*--",
    re.I | re.M,
)
#: Words after which 119 comes first, whatever else a text says.
_PERIL = re.compile(
    r"助けて(?!くれて|もら|いただ)|たすけて(?!くれて|もら)|タスケテ|助けにきて|救急車|きゅうきゅうしゃ|消防車|"
    r"閉じ込め|とじこめ|下敷き|したじき|生き埋め|いきうめ|挟まれ|はさまれ|取り残さ|とりのこさ|溺れ|おぼれ|"
    r"流された|流されて|流されそう|ながされ|埋まっ|埋もれ|うまってる|逃げられな|にげられな|逃げ遅れ|"
    r"(?:息|呼吸)(?:を|が|は)?(?:して(?:い)?(?:な|ませ)|しとら|してへん|してね|止ま|でき)|"
    r"意識(?:が|は|も)?(?:な|無|不明|もうろう|失)|心臓.{0,4}(?:止|マッサージ)|心肺停止|"
    r"出血|血が(?:止|出|た|すご|い|ど)|血だらけ|血まみれ|大けが|大怪我|重傷|重体|"
    r"(?<!薬局)(?<!店)火事(?:で|だ|や|が(?!起きたら|あったら)|の|！|!|に|$)|かじ(?:です|だ|や)|燃えて(?!る?ゴミ)|"
    r"もえて|炎上して|爆発|火が(?:出|つ|まわ|回|上|来|迫)|火の手|火柱|煙が(?:出|上|すご|充満|来)|"
    r"死に(?:そう|かけ|たく)|死んじゃう|死ぬ(?!ほど)|殺され|破水|けいれん|痙攣|アナフィラキシー|"
    r"(?:決壊|土石流)(?!した(?:ら|って)|の恐れ|は)|"
    r"\b(?:trapped|drowning|not breathing|isn'?t breathing|can'?t breathe|unconscious|bleeding|"
    r"on fire|is burning|swept away|washed away|buried|under the rubble|ambulance|dying|"
    r"heart attack|save (?:me|us)|rescue (?:me|us)|explosion|exploded|stranded)\b|🆘",
    re.I,
)
#: … unless it asks what to do if, or says that there is none.
_SUPPOSED = re.compile(
    r"(?:たら|れば|場合|とき|時|に備え|対策|防ぐ|訓練|練習|予防)(?:は|に|の|、)?.{0,12}(?:どう|何|なに|教えて|方法|いい|\?|か$)|"
    r"\bwhat (?:should|do) (?:i|we) do if\b|\bin case of\b|\bdrill\b",
    re.I,
)


def understand(text: str, gazetteer: Gazetteer, *, at: int) -> Understood:
    """What `text` says as seen at `at` [µs], pure but for the model that the first call loads.

    Any text: control characters are nothing, what is beyond 2,000 characters is not read. Intents
    are refused (empty) where the best is more likely wrong than not, and where a text tries to
    steer the machine it is hostile and nothing else.
    """
    said = plain(text)
    language: Language = "ja" if is_japanese(said.text) or not _LATIN.search(said.text) else "en"
    places = gazetteer.mentions(said, words(said.text) if language == "ja" else [])
    guesses, intents, danger = _judge(said, places, language)
    return Understood(
        language, guesses, intents, danger, places, amounts.depth(said), amounts.persons(said),
        moments.moment(said, at), people.needs(said.text), people.severity(said.text),
    )  # fmt: skip


_LATIN = re.compile(r"[A-Za-z]")


def _judge(
    said: Plain, places: tuple[Mention, ...], language: Language
) -> tuple[tuple[Guess, ...], tuple[str, ...], bool]:
    if not said.text.strip():
        return (), (), False
    known = model()
    scored = texts(said.text, spans_of(said, places))
    scores = score(scored, known.weights[language], language)
    confidence = known.confidence(scores[: len(INTENTS)], language, len(scored) > 1)
    order = sorted(range(len(INTENTS)), key=lambda one: (-confidence[one], -scores[one]))
    guesses = tuple(
        Guess(INTENTS[one], round(float(confidence[one]), 4))
        for one in order
        if confidence[one] >= _LEAST
    )
    learnt = float(scores[-1]) >= known.facts.danger[language]
    danger = learnt or in_peril(said.text)
    if _STEERING.search(said.text):
        sure = Guess(_HOSTILE, max([one.confidence for one in guesses if one.intent == _HOSTILE],
                                   default=0.0))  # fmt: skip
        others = tuple(one for one in guesses if one.intent != _HOSTILE)
        return (Guess(_HOSTILE, max(sure.confidence, 0.9)), *others), (_HOSTILE,), danger
    return (
        guesses,
        _taken(guesses, known.facts.refuse[language], known.facts.also[language]),
        danger,
    )


def _taken(guesses: tuple[Guess, ...], refuse: float, also: float) -> tuple[str, ...]:
    if not guesses or guesses[0].confidence < refuse:
        return ()
    first = guesses[0].intent
    if first in (_HOSTILE, "out_of_scope"):
        return (first,)
    more = (one.intent for one in guesses[1:]
            if one.confidence >= also and one.intent not in (_HOSTILE, "out_of_scope"))  # fmt: skip
    return (first, *more)[:_MOST_INTENTS]


def in_peril(text: str) -> bool:
    """True where the words alone tell of a life in danger, and not of what to do if."""
    return bool(_PERIL.search(text)) and not _SUPPOSED.search(text)


def spans_of(said: Plain, places: tuple[Mention, ...]) -> list[tuple[int, int, str]]:
    """The places in the plain text, with their kinds."""
    at = {origin: number for number, origin in reversed(list(enumerate(said.source)))}
    return [(at[one.start], at[one.end], one.kind) for one in places]
