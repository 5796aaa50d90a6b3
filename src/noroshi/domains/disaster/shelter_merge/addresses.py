"""Addresses within a municipality, in a form to compare: what is not a number, and the numbers."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from noroshi.domains.disaster.shelter_merge.letters import BRACKETED, HIRAGANA, as_number, plain


class Address(NamedTuple):
    """An address within its municipality: what stands before the first number, all that is not a
    number, and the numbers (丁目, 番, 号) in order."""

    town: str
    text: str
    numbers: tuple[int, ...]


_PREFECTURE = re.compile(
    "^(?:北海道|東京都|(?:京都|大阪)府|(?:神奈川|和歌山|鹿児島|[^市区町村郡]{2})県)"
)
_DISTRICT = re.compile(r"^[^\d市区町村]{1,5}郡(?=.{1,6}[町村])")
_MUNICIPALITY = re.compile(r"^(?:四日市市|廿日市市|野々市市|[^\d]{1,6}?[市区町村])(?=.)")
_LOT = re.compile(r"(?:丁目|番地割|地割|番地の|番地|番|号|の|ノ)(?=\d|$|-)")


@lru_cache(maxsize=1 << 13)
def short_town(text: str) -> str:
    """A municipality's own name: 石川県鳳珠郡能登町 is 能登町, 名古屋市千種区 is 名古屋市."""
    name = _DISTRICT.sub("", _PREFECTURE.sub("", plain(text)))
    found = re.match(r"(.+市)(?=[^市]+区$)", name)
    return found[1] if found else name


@lru_cache(maxsize=1 << 16)
def read_address(text: str, town: str = "") -> Address | None:
    """An address in the municipality called `town`, taken apart; None for an empty one."""
    whole = re.sub(r"\s+", "", BRACKETED.sub("", plain(text)))
    whole = re.sub(r"(?<=\d)ー(?=\d)", "-", whole)
    rest = _PREFECTURE.sub("", whole)
    if town and _DISTRICT.sub("", rest).startswith(town):
        rest = _DISTRICT.sub("", rest)[len(town) :]
    elif rest != whole or not town:
        rest = _MUNICIPALITY.sub("", _DISTRICT.sub("", rest), count=1)
    # 田鶴浜町二144: a kanji numeral before a number is the katakana that looks like it.
    rest = re.sub(r"(?<=[^\d〇一二三四五六七八九十百])([二八])(?=\d)", _lookalike, rest)
    rest = re.sub(r"[〇一二三四五六七八九十百]+(?=丁目|番|号|条|線|地割)", as_number, rest)
    rest = re.sub(r"^(?:大字|字)|大字|小字|字(?=[^\d-])", "", rest)
    rest = re.sub(r"(?<=[ぁ-んァ-ヶ])部(?=\d)", "", rest)
    rest = re.sub(r"[ヶケがガヵ]", "が", rest)
    rest = re.sub(r"[之乃ノ](?=[一-龠])", "の", rest)
    rest = _LOT.sub("-", rest).replace("丁目", "-")
    rest = re.sub(r"-+", "-", rest).translate(HIRAGANA).strip("-")
    found = re.match(r"([^\d]*)((?:[\d-]+(?:[^\d-]{1,4}(?=\d))?)*)", rest)
    if not rest or found is None:
        return None
    lot = found[2]
    numbers = tuple(int(one) for one in re.findall(r"\d{1,9}", lot))
    letters = re.sub(r"[\d-]+", "#", found[1] + lot).rstrip("#")
    return Address(found[1].rstrip("-"), letters, numbers)


def _lookalike(found: re.Match[str]) -> str:
    return {"二": "ニ", "八": "ハ"}[found[1]]
