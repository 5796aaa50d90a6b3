"""Saying in other words what was decided: an OpenAI-compatible endpoint, off by default.

It is given sentences of ours and words of public records, never what a person wrote or where they
are. What comes back is sent only if it holds every number, name, time, place and level of the
original and none besides; otherwise, and where it takes too long, the original is sent. What is
urgent, asks something, or tells of a person's own report is never given out.
"""

from __future__ import annotations

import logging
import os
import re
import unicodedata
from time import monotonic
from typing import Any

import msgspec

from noroshi.channels.advice.plain import drop_readings
from noroshi.channels.chat.turns import Said
from noroshi.core.errors import NoroshiError
from noroshi.engine.addresses import Lookup, checked_url, guarded_client
from noroshi.engine.settings_people import Chat

log = logging.getLogger("noroshi")

#: Seconds that a person waits for other words, in all.
PATIENCE = 2.0
#: Seconds for which the endpoint is left alone after it failed.
_REST = 60.0
_LONGEST = 2_000
#: Facts that are of the person, not of the picture.
_PERSONAL = frozenset({"way", "line", "own", "disaster.resident_report", "disaster.triage"})
_ASK = {
    "ja": "次の文を、意味を変えずに、やさしい日本語で言いかえてください。数字、名前、時刻、場所、"
          "レベル、記号はそのまま全部残し、何も加えないでください。文だけを返してください。",
    "en": "Say the following in plain English without changing what it means. Keep every number, "
          "name, time, place, level and sign exactly, and add nothing. Return the text only.",
}  # fmt: skip
_NUMBER = re.compile(
    r"[0-9０-９]+(?:[.,:][0-9０-９]+)*|[一二三四五六七八九十百千万〇]+(?=[人件時分日月年号階度])"
)
_LATIN = re.compile(r"\b[A-Z][A-Za-z-]+\b")
_KANJI = re.compile(r"[\u4e00-\u9fff々〆ヶ]{2,}|[ァ-ヴー]{3,}")
#: Words that turn what is said into its opposite, or a duty into a wish.
_TURNS = re.compile(
    r"ない|ません|なく|ぬ\b|ず\b|禁止|やめ|解除|安全|危険|危な|あぶな|閉|開|満員|いっぱい|"
    r"\b(?:not?|never|n't|without|safe|danger(?:ous)?|open|closed|full|lifted|avoid)\b", re.I
)  # fmt: skip


def rephraser(settings: Chat) -> Rephraser | None:
    """What says things in other words by the settings, or None where it is off. Raises
    NoroshiError for an address that may not be asked."""
    if not settings.rephrase_url:
        return None
    where = "settings.toml: chat.rephrase_url"
    url = checked_url(settings.rephrase_url, private=settings.rephrase_private, where=where)
    key = ""
    if settings.rephrase_key_env:
        key = os.environ.get(settings.rephrase_key_env, "")
        if not key:
            raise NoroshiError(
                f"the environment variable {settings.rephrase_key_env} is not set", where=where
            )
    return Rephraser(str(url), settings.rephrase_model, key, private=settings.rephrase_private)


class Rephraser:
    """Asks the endpoint at `url` (…/chat/completions)."""

    def __init__(
        self, url: str, model: str, key: str = "", *, private: bool = False,
        lookup: Lookup | None = None,
    ) -> None:  # fmt: skip
        self._url, self._model, self._key = url, model, key
        self._client = guarded_client(
            private=private, connect=PATIENCE / 2, answer=PATIENCE, lookup=lookup
        )
        self._rests = 0.0

    def __call__(self, said: Said, language: str) -> Said:
        """`said` in other words, or as it is."""
        if not may_leave(said) or monotonic() < self._rests:
            return said
        original = drop_readings(said.text)
        words = self._ask(original, language)
        if words is None or not same(original, words, said):
            return said
        return msgspec.structs.replace(said, text=words)

    def _ask(self, text: str, language: str) -> str | None:
        asked = {
            "model": self._model, "temperature": 0.2, "max_tokens": 1_000,
            "messages": [{"role": "system", "content": _ASK[language]},
                         {"role": "user", "content": text}],
        }  # fmt: skip
        headers = {"Content-Type": "application/json"}
        if self._key:
            headers["Authorization"] = f"Bearer {self._key}"
        try:
            return self._read(msgspec.json.encode(asked), headers)
        except Exception as error:  # whatever it is, the person is answered
            self._rests = monotonic() + _REST
            log.warning("nothing is rephrased for %d s: %s", _REST, type(error).__name__)
            return None

    def _read(self, data: bytes, headers: dict[str, str]) -> str | None:
        ends = monotonic() + PATIENCE
        found = bytearray()
        with self._client.stream("POST", self._url, content=data, headers=headers) as answer:
            answer.raise_for_status()
            for piece in answer.iter_bytes():
                found += piece
                if monotonic() > ends or len(found) > 64 * 1024:
                    raise TimeoutError("the answer is too late or too long")
        content: Any = msgspec.json.decode(bytes(found))["choices"][0]["message"]["content"]
        return content.strip() if isinstance(content, str) else None


def may_leave(said: Said) -> bool:
    """True for what may be given to the endpoint: nothing urgent, no question, nothing of a person,
    no sign of danger."""
    if said.urgent or said.wants or not said.facts or "⚠" in said.text:
        return False
    if len(said.text) > _LONGEST or any(one.kind in _PERSONAL for one in said.facts):
        return False
    return not re.search(r"11[089]|171|7119", said.text)


def same(original: str, words: str, said: Said) -> bool:
    """True if `words` say no other number, name, time, place or level than `original`, and all of
    these: as often, and in the same order; and turn nothing into its opposite."""
    one, other = _plain(original), _plain(drop_readings(words))
    if not other or len(other) > 2 * len(one) + 100 or re.search(r"https?:|www\.|@|[{}|<>]", other):
        return False
    values = sorted({_plain(value) for fact in said.facts for value in fact.values}, key=len)
    if _order(one, values) != _order(other, values):
        return False
    for pattern in (_NUMBER, _LATIN):
        if pattern.findall(one) != pattern.findall(other):
            return False
    if {each for each in _KANJI.findall(other) if each not in one}:
        return False
    return sorted(_TURNS.findall(one.lower())) == sorted(_TURNS.findall(other.lower()))


def _order(text: str, values: list[str]) -> list[str]:
    """The values as they follow one another in a text, the longest first where several begin."""
    found = []
    pattern = "|".join(re.escape(one) for one in reversed(values) if one)
    if pattern:
        found = re.findall(pattern, text)
    return found


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).split())
