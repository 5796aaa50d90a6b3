"""Personal data on their way out: shown to those only who hold their purpose, on pages that a
person asks for, and every access is noted. Everything else leaves them out by itself: an operation
has to say that it shows them (`personal=True`).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

from noroshi.core.label import Reader
from noroshi.core.record import Version
from noroshi.engine.access import Caller
from noroshi.engine.node import Node
from noroshi.store import Arrival, Store


class Standing:
    """What a caller may see of personal data, and what they were shown of it."""

    def __init__(self, node: Node, caller: Caller, *, shown: bool) -> None:
        self._node, self._caller = node, caller
        labels, personal = caller.reader.labels, node.sharings.personal()
        held = frozenset[int]() if labels is None else labels & personal
        #: What they see without any personal data.
        self.without = caller.reader
        self.reader = caller.reader
        if labels is not None and held:
            self.without = Reader(caller.reader.name, labels - held)
            # A token that names a label by its number does not hold the purpose by that.
            held &= node.sharings.visible(caller.principal)
            self.reader = Reader(caller.reader.name, (labels - personal) | held)
        self.held = held if shown else frozenset[int]()
        if not shown:
            self.reader = self.without
        self._met: dict[str, set[str]] = {}

    def store(self) -> Store:
        """The node's store; where personal data may be met, one that notes which were."""
        return cast(Store, _Watched(self._node.store, self)) if self.held else self._node.store

    def meet(self, label: int, record: str) -> None:
        """Note that a record or message under `label` was read, if it is personal."""
        if label in self.held:
            purpose = self._node.sharings.meaning(label).purpose
            self._met.setdefault(purpose, set()).add(record)

    def tell(self) -> None:
        """Pass on to the audit log what was met."""
        for purpose, records in self._met.items():
            self._node.accesses.note(self._caller.principal.name, purpose, sorted(records))
        self._met = {}


class _Watched:
    """A store whose reads of versions and messages are noted where these are personal."""

    def __init__(self, store: Store, standing: Standing) -> None:
        self._store, self._standing = store, standing

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def _note(self, one: Version) -> Version:
        self._standing.meet(one.label, f"{one.kind}/{one.key}@{one.id}")
        return one

    def page(self, *arguments: Any) -> Any:
        found = self._store.page(*arguments)
        for one in found.versions:
            self._note(one)
        return found

    def page_ids(self, *arguments: Any) -> None:
        """Never by ids alone: what was written for others before would pass unnoted."""
        return

    def thing(self, *arguments: Any) -> Version:
        return self._note(self._store.thing(*arguments))

    def version(self, *arguments: Any) -> Version:
        return self._note(self._store.version(*arguments))

    def editions(self, *arguments: Any) -> list[Version]:
        return [self._note(one) for one in self._store.editions(*arguments)]

    def history(self, *arguments: Any) -> list[Version]:
        return [self._note(one) for one in self._store.history(*arguments)]

    def messages(self, *arguments: Any, **more: Any) -> Iterator[Arrival]:
        for one in self._store.messages(*arguments, **more):
            self._standing.meet(one.label, f"message/{one.id}")
            yield one
