"""Kinds of hazard that shelters are designated for, from the words that people use.

災害対策基本法施行令 第二十条の四 names eight kinds of abnormal phenomenon; 指定緊急避難場所 are
designated for each of them. Storm, snow and waves are none of them.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

#: Words for each kind; the first that fits a text counts only for its own kind.
WORDS = {
    "inland_flood": ("内水", "浸水害"),
    "tsunami": ("津波",),
    "surge": ("高潮",),
    "landslide": ("土砂", "崖崩れ", "がけ崩れ", "崖くずれ", "土石流", "地滑り", "地すべり"),
    "flood": ("洪水", "氾濫", "河川", "ダム", "外水"),
    "earthquake": ("地震", "震度"),
    "fire": ("火事", "火災"),
    "volcano": ("火山", "噴火"),
}
#: Kinds for which any of these may be what comes: 大雨 brings inundation from inside the banks.
_WIDER = {"大雨": "inland_flood"}


@lru_cache(maxsize=4096)
def kinds_of(text: str) -> frozenset[str]:
    """The kinds of hazard that a text names.

    >>> sorted(kinds_of("崖崩れ、土石流及び地滑り")), sorted(kinds_of("暴風"))
    (['landslide'], [])
    """
    found = {kind for kind, words in WORDS.items() if any(one in text for one in words)}
    if not found:
        found = {kind for word, kind in _WIDER.items() if word in text}
    return frozenset(found)


def served(hazards: Iterable[str]) -> frozenset[str]:
    """The kinds that a shelter is designated for."""
    return frozenset().union(*map(kinds_of, hazards))
