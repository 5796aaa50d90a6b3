"""Who may see what, now: labels with their meaning, and the labels that admit a principal.

What a label means may change at any time, in any process. The labels of a principal are worked
out once and then kept up to date by what changed, so that a change reaches every read within a
fraction of a second however many labels and readers there are.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from weakref import WeakValueDictionary

from noroshi.core.errors import NotFound
from noroshi.core.label import (
    BUILT_IN,
    NAMES,
    RECALLED,
    Label,
    Principal,
    Sharing,
    admits,
)
from noroshi.store import Store

#: Seconds for which a meaning may be out of date.
FRESH = 0.2
#: Principals whose labels are kept.
_KEPT = 2_000


class Sharings:
    """The labels of a store. `stamp` rises when any meaning changes or something is recalled."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._labels: dict[int, Label] = {}
        self._by_name: dict[str, int] = dict(NAMES)
        self.stamp = -1
        self._personal: tuple[int, frozenset[int]] = (-2, frozenset())
        self._looked = float("-inf")
        self._lock = threading.RLock()
        self._visible: OrderedDict[Principal, tuple[int, frozenset[int]]] = OrderedDict()
        self._sets: WeakValueDictionary[int, frozenset[int]] = WeakValueDictionary()
        self.refresh()

    def refresh(self) -> int:
        """Look for what has changed, at once. Returns the stamp."""
        with self._lock:
            self._looked = time.monotonic()
            stamp = self._store.label_stamp()
            if stamp != self.stamp:
                for one in self._store.labels(self.stamp):
                    old = self._labels.get(one.id)
                    if old is not None and old.name and not old.origin:
                        self._by_name.pop(old.name, None)
                    self._labels[one.id] = one
                    if one.name and not one.origin:
                        self._by_name[one.name] = one.id
                self.stamp = stamp
            return stamp

    def current(self) -> int:
        """The stamp, at most `FRESH` seconds old."""
        return self.refresh() if time.monotonic() - self._looked > FRESH else self.stamp

    def visible(self, principal: Principal) -> frozenset[int]:
        """The labels that admit `principal`; the same object while nothing changes."""
        stamp = self.current()
        with self._lock:
            kept = self._visible.get(principal)
            if kept is not None and kept[0] == stamp:
                self._visible.move_to_end(principal)
                return kept[1]
            since, seen = (-1, set[int]()) if kept is None else (kept[0], set(kept[1]))
            self._admit(principal, since, seen)
            found = frozenset(seen)
            # Equal sets are one object: what is remembered of one is found without comparing them.
            known = self._sets.get(hash(found))
            if known is None or known != found:
                self._sets[hash(found)] = known = found
            found = known
            self._visible[principal] = stamp, found
            while len(self._visible) > _KEPT:
                self._visible.popitem(last=False)
            return found

    def _admit(self, principal: Principal, since: int, seen: set[int]) -> None:
        """Bring `seen` up to date by the labels that changed after the stamp `since`."""
        seen.update(id for id, meaning in BUILT_IN.items() if admits(meaning, principal))
        made = [one for one in self._labels.values() if one.parts]
        for one in self._labels.values():
            if one.stamp > since and not one.parts:
                (seen.add if admits(one.sharing, principal) else seen.discard)(one.id)
        for one in made:
            (seen.add if seen.issuperset(one.parts) else seen.discard)(one.id)

    def all(self) -> list[Label]:
        """Every label, the built-in ones first."""
        self.current()
        names = {id: name for name, id in NAMES.items()}
        fixed = [Label(id, names[id], meaning) for id, meaning in sorted(BUILT_IN.items())]
        return fixed + [self._labels[id] for id in sorted(self._labels)]

    def get(self, id: int) -> Label | None:
        """A label of this node's own, or of a stream."""
        self.current()
        return self._labels.get(id)

    def meaning(self, id: int) -> Sharing:
        """What a label means. Raises NotFound."""
        if id in BUILT_IN:
            return BUILT_IN[id]
        one = self.get(id)
        if one is None:
            raise NotFound(f"no label {id}", remedy="`noroshi label list`")
        return self._store.meaning(id) if one.parts else one.sharing

    def number(self, name: str | int) -> int:
        """The label called `name`, or numbered so. Raises ValueError."""
        self.current()
        found = self._by_name.get(str(name))
        if found is None and str(name).isdigit() and int(name) in self._labels:
            found = int(name)
        if found is None:
            known = ", ".join(list(self._by_name)[:12])
            raise ValueError(f"unknown label {name!r}: {known}, or one made by `noroshi label set`")
        return found

    def name(self, id: int) -> str:
        """What a label is called: its name, the origin and stream it came with, or its parts."""
        if id == RECALLED:
            return "recalled"
        for name, one in NAMES.items():
            if one == id:
                return name
        label = self.get(id)
        if label is None:
            return str(id)
        if label.parts:
            return " + ".join(map(self.name, label.parts))
        return label.name if not label.origin else f"{label.origin}/{label.name}"

    def personal(self) -> frozenset[int]:
        """Labels of personal data: what they carry is left out of exports."""
        stamp = self.current()
        kept = self._personal
        if kept[0] == stamp:
            return kept[1]
        with self._lock:
            self._personal = stamp, self._find_personal()
            return self._personal[1]

    def _find_personal(self) -> frozenset[int]:
        direct = {id for id, one in self._labels.items() if one.sharing.purpose}
        return frozenset(
            direct | {id for id, one in self._labels.items() if not direct.isdisjoint(one.parts)}
        )
