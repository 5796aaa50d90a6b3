"""Names of places in a text: municipalities, districts, facilities, roads, stations.

Found by looking up, at each character, only the lengths that any name beginning with its two
characters has; so the time is that of the text, whatever the number of names.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from noroshi.channels.chat.language.normal import Plain
from noroshi.channels.chat.language.spellings import Form, spell
from noroshi.channels.chat.language.understood import Mention, Named
from noroshi.channels.chat.language.words import Word
from noroshi.core.prefectures import PREFECTURES, READINGS
from noroshi.formats.boundaries import Place

_LEVELS = frozenset(("municipality", "designated_city", "ward"))
_AFTER = frozenset("のでにはがもへをとかまっやけさ、。,.!?！？ \n（)）」・〜~ー")
_BEFORE = frozenset("のでにはがもへをと、。,.!?！？ \n（(「・")
_JOINTS = frozenset(("", "の", " ", "、", ",", "町の"))
_PERSON = re.compile(r"(?:さん|くん|君|ちゃん|様|氏|先生)|\s?と(?:申|いい|言い)")
_NUMBERED_ROAD = re.compile(
    r"(?:国道|県道|府道|都道|市道|道道)\s?\d{1,4}\s?号?線?|(?<![\d第])\d{1,3}号線"
)
_NUMBERED_LATIN = re.compile(r"\b(?:(?:national |prefectural )?(?:route|road)|highway) ?\d{1,4}\b")
_LATIN_WORD = re.compile(r"[a-z0-9']+")
_LONGEST_LATIN = 6


class _Hit(NamedTuple):
    start: int
    end: int
    entries: tuple[int, ...]


class _Entry(NamedTuple):
    kind: str
    named: Named


class Gazetteer:
    """Names of places, built once, read by many; a new one replaces it when records change.

    `places` are official areas as `store.places()` gives them; those that are not municipalities
    or wards are passed over. `named` are further names by kind: district, facility, road,
    station. The prefectures are always known.
    """

    def __init__(
        self, places: Iterable[Place] = (), named: Iterable[tuple[str, Named]] = ()
    ) -> None:
        self._entries: list[_Entry] = []
        self._spelt: dict[str, int | tuple[int, ...]] = {}
        self._latin: dict[str, int | tuple[int, ...]] = {}
        self._prefectures_of: dict[str, set[str]] = {}
        for code, name in PREFECTURES.items():
            self._add("prefecture", Named(name, READINGS.get(code, ""), f"pref:{code}"))
        for one in _areas(places):
            self._prefectures_of.setdefault(one.name, set()).add(one.within)
            self._add("area", one)
        for kind, one in named:
            self._add(kind, one)
        lengths: dict[str, set[int]] = {}
        for text in self._spelt:
            lengths.setdefault(text[:2], set()).add(len(text))
        self._lengths = {head: tuple(sorted(all_, reverse=True)) for head, all_ in lengths.items()}

    def __len__(self) -> int:
        return len(self._entries)

    def mentions(self, text: Plain, words: list[Word]) -> tuple[Mention, ...]:
        """The places that `text` names, in its order, not overlapping; `words` are its words
        (empty for English). Offsets are those of the text as it was given."""
        hits = self._scan(text.text, words) if words else self._scan_latin(text.text)
        found = []
        for start, end, entries in self._join(text.text, list(hits)):
            first, last = text.span(start, end)
            named = tuple(self._entries[one].named for one in entries)
            kind = self._entries[entries[0]].kind if entries else "road"
            found.append(Mention(text.text[start:end], first, last, named,
                                 "area" if kind == "prefecture" else kind))  # fmt: skip
        return tuple(found)

    def _add(self, kind: str, one: Named) -> None:
        number = len(self._entries)
        self._entries.append(_Entry(kind, one))
        for text, form in dict(reversed([*spell(kind, one)])).items():
            if len(text) < 2:
                continue
            table = self._latin if form >= Form.LATIN else self._spelt
            code = number * 8 + form
            known = table.get(text)
            if known is None:
                table[text] = code
            else:
                table[text] = (*(known if isinstance(known, tuple) else (known,)), code)

    def _scan(self, text: str, words: list[Word]) -> Iterator[_Hit]:
        sense = _Sense(text, words)
        at = 0
        while at < len(text) - 1:
            hit = self._longest(text, at, sense)
            if hit is None and (road := _NUMBERED_ROAD.match(text, at)):
                hit = _Hit(at, road.end(), ())
            if hit is None:
                at += 1
                continue
            yield hit
            at = hit.end

    def _longest(self, text: str, at: int, sense: _Sense) -> _Hit | None:
        for length in self._lengths.get(text[at : at + 2], ()):
            codes = self._spelt.get(text[at : at + length])
            if codes is None or at + length > len(text):
                continue
            by_form: dict[Form, list[int]] = {}
            for code in codes if isinstance(codes, tuple) else (codes,):
                by_form.setdefault(Form(code % 8), []).append(code // 8)
            for form in sorted(by_form):
                kept = [one for one in by_form[form]
                        if sense.allows(at, at + length, form, self._entries[one].kind)]  # fmt: skip  # noqa: E501
                if kept:
                    return _Hit(at, at + length, tuple(kept))
        return None

    def _scan_latin(self, text: str) -> Iterator[_Hit]:
        lower = text.lower()
        if len(lower) != len(text):
            return
        found = [(one.start(), one.end()) for one in _LATIN_WORD.finditer(lower)]
        roads = {one.start(): one.end() for one in _NUMBERED_LATIN.finditer(lower)}
        at = 0
        while at < len(found):
            for count in range(min(_LONGEST_LATIN, len(found) - at), 0, -1):
                start, end = found[at][0], found[at + count - 1][1]
                name = " ".join(lower[a:b] for a, b in found[at : at + count])
                kept = self._latin_entries(name, text[start:end])
                if kept:
                    yield _Hit(start, end, kept)
                    at += count
                    break
            else:
                if end := roads.get(found[at][0], 0):
                    yield _Hit(found[at][0], end, ())
                    while at < len(found) and found[at][0] < end:
                        at += 1
                else:
                    at += 1

    def _latin_entries(self, name: str, written: str) -> tuple[int, ...]:
        codes = self._latin.get(name, ())
        by_form: dict[Form, list[int]] = {}
        for code in codes if isinstance(codes, tuple) else (codes,):
            by_form.setdefault(Form(code % 8), []).append(code // 8)
        if Form.LATIN in by_form:
            return tuple(by_form[Form.LATIN])
        # What is written small is rather a word than a name, unless it is long.
        if not written[:1].isupper() and len(name) < 5:
            return ()
        return tuple(by_form.get(Form.LATIN_BASE, ()))

    def _join(self, text: str, hits: list[_Hit]) -> list[_Hit]:
        """石川県の輪島市 is one mention; and what a text says of where decides between names."""
        areas = {one for hit in hits if len(hit.entries) >= 1 for one in hit.entries
                 if self._entries[one].kind in ("area", "prefecture")}  # fmt: skip
        found: list[_Hit] = []
        for hit in hits:
            others = areas - set(hit.entries)
            kept = tuple(one for one in hit.entries if any(self._holds(o, one) for o in others))
            one = _Hit(hit.start, hit.end, kept or hit.entries)
            if found and text[found[-1].end : one.start] in _JOINTS:
                wider = found[-1]
                inner = tuple(e for e in one.entries
                              if any(self._holds(w, e) for w in wider.entries))  # fmt: skip
                if inner:
                    found[-1] = _Hit(wider.start, one.end, inner)
                    continue
            found.append(one)
        return found

    def _holds(self, wider: int, inner: int) -> bool:
        name, within = self._entries[wider].named.name, self._entries[inner].named.within
        if not within:
            return False
        if name == within:
            return True
        if self._entries[wider].kind == "prefecture":
            return name in self._prefectures_of.get(within, ()) or within.startswith(name)
        return within.endswith(name) or within.startswith(name)


class _Sense:
    """Whether a spelling in its place is a name, by the words around it."""

    def __init__(self, text: str, words: list[Word]) -> None:
        self._text = text
        self._starts = {one.start: number for number, one in enumerate(words)}
        self._ends = {one.end: number for number, one in enumerate(words)}
        self._words = words
        kanji = sum("\u4e00" <= one <= "\u9fff" for one in text)
        self._in_kana = kanji * 8 <= len(text)

    def allows(self, start: int, end: int, form: Form, kind: str) -> bool:
        before, after = self._text[start - 1 : start], self._text[end : end + 1]
        aligned = start in self._starts and end in self._ends
        if form in (Form.FULL, Form.ALIAS):
            if end - start <= 2 and kind != "area":
                return aligned and self._is_noun(start, end) and self._stands(start, end)
            if kind == "area" and self._text[end - 1] == "市" and after == "場":
                return False
            return start in self._starts or not _is_kanji(before)
        if form is Form.BASE:
            return aligned and self._is_noun(start, end) and self._stands(start, end)
        opened = not before or before in _BEFORE or start in self._starts
        closed = not after or after in _AFTER
        if form is Form.KANA:
            return end - start >= 4 and opened and (closed or end in self._ends)
        return (end - start >= 3 and self._in_kana and opened and closed
                and not self._is_common(start, end))  # fmt: skip

    def _is_noun(self, start: int, end: int) -> bool:
        first, last = self._starts[start], self._ends[end]
        inner = self._words[first : last + 1]
        if len(inner) == 1 and not inner[0].is_name:
            # A name that the dictionary knows as a word only: there must be more to it.
            return end - start >= 2 and self._text[end : end + 2] in (
                "地区",
                "周辺",
                "付近",
                "方面",
            )
        return all(one.speech[0] in ("名詞", "接頭辞", "接尾辞", "形状詞") for one in inner)

    def _stands(self, start: int, end: int) -> bool:
        """Not the name of a person, nor a part of a longer word."""
        if _PERSON.match(self._text, end):
            return False
        after = self._text[end : end + 1]
        if _is_kanji(after) and after not in "周付全方内市町村区地駅在出行":
            following = self._starts.get(end)
            if following is None or "人名" in self._words[following].speech:
                return False
            if len(self._words[following].normal) == 1:
                return False
        return not _is_kanji(self._text[start - 1 : start]) or start in self._starts

    def _is_common(self, start: int, end: int) -> bool:
        first, last = self._starts.get(start), self._ends.get(end)
        if first is None or last is None:
            return False
        inner = self._words[first : last + 1]
        return (len(inner) == 1 and not inner[0].is_name) or any(
            one.speech[0] in ("動詞", "形容詞", "代名詞", "副詞") and one.end - one.start > 1
            for one in inner
        )  # fmt: skip


def _is_kanji(one: str) -> bool:
    return bool(one) and ("\u4e00" <= one <= "\u9fff" or one == "々")


def _areas(places: Iterable[Place]) -> Iterator[Named]:
    kept = {}
    names = {}
    for one in places:
        scheme, _, code = one.area.partition(":")
        names[one.area] = one.name
        if scheme == "city" and one.level in _LEVELS:
            kept[one.area] = (one, code)
    for one, code in kept.values():
        within = PREFECTURES.get(code[:2], "")
        if one.level == "ward":
            cities = [names[up] for up in one.parents if up in kept]
            within = cities[0] if cities else within
        yield Named(one.name, one.kana, one.area, within)
