"""A product over its history: what it says, or would have said, at each moment at which something
changed, from what was known as of a time. The same question has the same answer for ever."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import msgspec

from noroshi.core.capability import Capability
from noroshi.core.label import OPERATOR, PUBLIC, Reader
from noroshi.core.parts import Inputs, Towns
from noroshi.core.record import Edition, Mode, Version
from noroshi.core.time import FOREVER
from noroshi.engine.circles import Circles
from noroshi.engine.gathered import Gathered
from noroshi.engine.product import Product, versions_of
from noroshi.store import Store


class Said(msgspec.Struct, frozen=True):
    """What a product says from a moment on, under a label. Ids are numbers in this answer."""

    moment: int
    label: int
    edition: Edition


class Rehearsal(Product):
    """A product that says things without keeping them, to one reader."""

    def __init__(
        self, store: Store, name: str, capability: Capability, reader: Reader, as_of: int,
        *, towns: Towns, params: msgspec.Struct | None = None, modes: Sequence[Mode] = tuple(Mode),
    ) -> None:  # fmt: skip
        super().__init__(store, name, capability, self._note, towns=towns, params=params,
                         as_of=as_of)  # fmt: skip
        self.said: list[Said] = []
        self.reader, self._modes = reader, modes
        self._here: dict[tuple[Mode, str], list[Version]] = {}

    def _gather(self, circles: Circles, changes: Sequence[Any], moment: int) -> bool:
        circles.seen, circles.whole = {PUBLIC: self.reader.labels}, PUBLIC
        if self._gathered:
            self._gathered[PUBLIC].refresh((), moment)
        else:
            self._gathered = {PUBLIC: Gathered(
                self._store, self.capability, self._towns, self.reader, moment, self._clock,
                self._as_of,
            )}  # fmt: skip
        dirty = self._gathered[PUBLIC].dirty
        dirty.difference_update([part for part in dirty if part.mode not in self._modes])
        return False

    def _is_of(self, circles: Circles, edition: Edition, of: Inputs, label: int) -> bool:
        return True  # there is one reader, who is told all

    def _note(self, source: str, label: int, editions: Sequence[Edition]) -> int:
        self.said += [Said(self._moment, label, one) for one in editions]
        for edition in editions:
            self._here[edition.mode, edition.series] = list(versions_of(edition, source, label))
        return len(editions)

    def _said(self, mode: Mode, series: str | None) -> Iterable[tuple[int, Version]]:
        for (of_mode, name), versions in self._here.items():
            if of_mode == mode and series in (None, name):
                yield from ((PUBLIC, one) for one in versions)

    def standing(self) -> list[Version]:
        """What it says last, in the order of series and key."""
        found = [one for versions in self._here.values() for one in versions]
        return sorted(found, key=lambda one: (one.mode, one.series, one.kind, one.key))


def play(product: Product, start: int, end: int) -> Iterator[tuple[int, list[str]]]:
    """Run a product at `start` and at every moment until `end` at which something changes by
    itself; yields each moment, and what failed."""
    moment = start
    while True:
        ran = product.run((), moment)
        yield moment, ran.failures
        following = product.due()
        if following > end or following >= FOREVER:
            return
        moment = max(following, moment + 1)


def rehearse(
    store: Store, name: str, capability: Capability, start: int, end: int, as_of: int,
    *, towns: Towns, params: msgspec.Struct | None = None, reader: Reader = OPERATOR,
    modes: Sequence[Mode] = tuple(Mode),
) -> tuple[Rehearsal, list[str]]:  # fmt: skip
    """What a product says from `start` to `end`, as known `as_of`, to a reader, keeping nothing;
    and what failed on the way."""
    rehearsal = Rehearsal(store, name, capability, reader, as_of, towns=towns, params=params,
                          modes=modes)  # fmt: skip
    failures: list[str] = []
    for _, failed in play(rehearsal, start, end):
        failures += [one for one in failed if one not in failures]
    return rehearsal, failures
