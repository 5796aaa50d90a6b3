"""Circles of readers: for whom a product is computed, and under which label it is told.

A product is computed for each circle from what that circle sees, the widest first, and once from
everything; what rests on nothing that only the narrower circle sees was said to the wider one
already. So nobody's picture depends on what they may not see, and nobody's stays behind because
of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from noroshi.core.capability import Capability, labels_of
from noroshi.core.label import BUILT_IN, FIRST_FREE, PUBLIC, RECALLED, within
from noroshi.core.parts import Inputs
from noroshi.core.record import Edition
from noroshi.store import Store

#: Products are computed for at most so many circles of readers; beyond, for those of the built-in
#: labels and for who sees everything.
_MOST = 16


class Circles:
    """The circles of one product at one moment. `seen`: the labels that each sees, by the label of
    what it is told; the widest first, and last the one that sees everything (None)."""

    def __init__(self, store: Store, capability: Capability, released: Mapping[int, int]) -> None:
        self._store, self._released = store, released
        labels = frozenset(store.labels_of(capability.consumes))
        told = {released.get(one, one) for one in labels} | {PUBLIC}
        if len(told) > _MOST:
            told = {one for one in told if one < FIRST_FREE}
        self.seen: dict[int | None, frozenset[int] | None] = {}
        for label in sorted(told):
            # Two labels that a node gave out are never taken for nested: their meaning may change.
            as_wide = {one for one in BUILT_IN if within(store.meaning(label), BUILT_IN[one])}
            also = as_wide if label in BUILT_IN else {PUBLIC}
            self.seen[label] = frozenset(
                one for one in labels if released.get(one, one) in {label, *also}
            )
        # Who sees nothing is told nothing.
        self.seen = {one: seen for one, seen in self.seen.items() if seen} or {PUBLIC: frozenset()}
        if len(self.seen) > 1:
            self.seen[None] = None
        #: Labels that are made of others, by their parts.
        self._made = {one.id: set(one.parts) for one in store.labels() if one.parts}
        #: A circle that sees all there is, if one does: the last one sees no more than it.
        self.whole = next((one for one, seen in self.seen.items() if seen == labels), None)

    def label_of(self, edition: Edition, inputs: Inputs) -> int:
        """The label under which an edition is told: of all that it rests on."""
        labels = {self._released.get(one, one) for one in labels_of(edition.records, inputs)}
        try:
            return self._store.narrowest(labels or {PUBLIC})
        except ValueError:  # personal data of several purposes is not brought together
            return RECALLED

    def seen_with(self, label: int, labels: Iterable[int]) -> list[int]:
        """Those of `labels` that whoever sees `label` sees as well, whatever they come to mean:
        what is said under another one must not show in what is said here."""
        made = self._made
        parts = made.get(label, {label})
        fixed = {one for part in parts & BUILT_IN.keys() for one in BUILT_IN
                 if within(BUILT_IN[part], BUILT_IN[one])}  # fmt: skip
        seen = {PUBLIC, *parts, *fixed}
        return [one for one in labels if one in seen or (one in made and made[one] <= seen)]
