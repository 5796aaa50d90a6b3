"""Sharing labels and readers.

A label is a small integer carried by every message and record, set by its source. A reader holds
the labels it may see. Stores compare the two inside the index scan, so a check costs nothing
extra; groups, organisations and peers are further integers and need no change to a store.
"""

from __future__ import annotations

import msgspec

PUBLIC = 0
RESPONDERS = 1
OWN = 2
#: Labels below this are built in; those from here on are given out by a node.
FIRST_FREE = 16

NAMES = {"public": PUBLIC, "responders": RESPONDERS, "own": OWN}


class Reader(msgspec.Struct, frozen=True):
    """Who is reading: a name for the log, and the labels it may see (None: every label)."""

    name: str
    labels: frozenset[int] | None

    def sees(self, label: int) -> bool:
        """True if this reader may see what carries `label`."""
        return self.labels is None or label in self.labels


OPERATOR = Reader("operator", None)
ANONYMOUS = Reader("anonymous", frozenset({PUBLIC}))


def narrowest(labels: list[int]) -> int:
    """The label of something made from inputs with `labels`.

    All alike: that label. Otherwise the narrowest built-in one, or OWN where labels of different
    organisations meet, because no single one of them covers the mix.
    """
    distinct = set(labels) - {PUBLIC}
    if not distinct:
        return PUBLIC
    if len(distinct) == 1:
        return distinct.pop()
    return OWN
