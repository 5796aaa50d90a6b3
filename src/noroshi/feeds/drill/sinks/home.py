"""A drill straight into a node's home, also while `noroshi serve` runs on it."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Mapping
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import msgspec

from noroshi.core.errors import NoroshiError
from noroshi.core.record import Mode
from noroshi.engine.heard import Heard
from noroshi.engine.intake import Full, Intake
from noroshi.engine.products import Keeper, Turn
from noroshi.engine.runner import Runner
from noroshi.engine.settings import DRILL, Source, load_settings
from noroshi.engine.sharing import Sharings
from noroshi.feeds.drill.scene import Message
from noroshi.feeds.drill.sinks import Tally
from noroshi.store import Receipt, open_store

#: Seconds between two looks at whether products are due that nobody else computes; and how many
#: times as long as the last look took, so that most of the time is for what arrives.
_LOOK, _REST = 3.0, 2
#: Messages on their way at once: as many as are surely read before the intake's patience ends, so
#: that a burst is not put off.
_UNDER_WAY = 48
#: Seconds in which what is kept unread at the end is to be read.
_PATIENCE = 120.0


class HomeSink:
    """Takes messages in as source `drill/ORGANISATION`. `label`: under which, where a message does
    not keep one of its own (None: that of the settings). `mappings`: how the tables of a source are
    to be read, where the settings say nothing of it.

    Products are computed by a node that serves the home; where none does, by this sink.
    """

    def __init__(
        self,
        home: Path,
        label: int | None = None,
        mappings: Mapping[str, dict[str, Any]] | None = None,
    ) -> None:
        self.tally = Tally()
        self._home = home
        self.store = open_store(home)
        try:
            self._settings = load_settings(home, Sharings(self.store).number)
        except NoroshiError:
            self.store.close()
            raise
        self._label, self._mappings = label, mappings or {}
        self._sources: dict[tuple[str, int | None], Source] = {}
        self._under_way: deque[tuple[str, Future[Receipt]]] = deque()
        self._intake = Intake(self.store, self._settings, lambda kinds: None)
        self._ending = threading.Event()
        #: Products that failed, as they were told last.
        self.failures: list[str] = []
        self._products = threading.Thread(target=self._compute, name="products", daemon=True)
        self._intake.start()
        self._products.start()

    def send(self, message: Message) -> None:
        """See `Sink.send`."""
        source = self._source(message)
        while True:
            try:
                future = self._intake.offer(message.data, message.name, source)
                break
            except Full:
                if not self._intake.alive:
                    raise NoroshiError("the store takes nothing in any more") from None
                time.sleep(0.02)
        self._under_way.append((message.name, future))
        while self._under_way and (
            len(self._under_way) > _UNDER_WAY or self._under_way[0][1].done()
        ):
            self._settle()

    def close(self) -> None:
        """See `Sink.close`."""
        try:
            until = time.monotonic() + _PATIENCE
            while self._intake.alive and any(self._intake.backlog) and time.monotonic() < until:
                time.sleep(0.02)
            self._intake.stop()
            self._ending.set()
            self._products.join()
            while self._under_way:
                self._settle()
        finally:
            self._ending.set()
            self.store.close()

    def _source(self, message: Message) -> Source:
        key = message.source, message.label
        found = self._sources.get(key)
        if found is None:
            found = self._settings.source(f"{DRILL}/{message.source}")
            label = message.label if message.label is not None else self._label
            if label is not None:
                found = msgspec.structs.replace(found, label=label)
            if found.mapping is None and message.source in self._mappings:
                found = msgspec.structs.replace(found, mapping=self._mappings[message.source])
            assert found.mode is not Mode.ACTUAL
            self._sources[key] = found
        return found

    def _settle(self) -> None:
        name, future = self._under_way.popleft()
        receipt = future.result()
        self.tally.note(name, receipt.state, receipt.records, receipt.reason)

    def _compute(self) -> None:
        """Compute products, unless a node runs on this home and does."""
        turn = Turn(self._home)
        if not turn.take():
            return
        runner = Runner(
            self.store, Keeper(self.store, self._settings.releases),
            params=self._settings.products, releases=self._settings.releases,
        )  # fmt: skip
        heard = Heard(self.store, lambda: self._settings)
        try:
            rest = _LOOK
            while not self._ending.wait(rest):
                begun = time.monotonic()
                heard.round()
                runner.settle()
                rest = max(_LOOK, _REST * (time.monotonic() - begun))
            heard.round()
            runner.settle()
        except Exception as error:  # a store that is locked; whoever computes next makes it good
            self.failures.append(f"{type(error).__name__}: {error}")
        finally:
            for name, one in runner.standings.items():
                if one.failures:
                    self.failures.append(f"{name}: {'; '.join(one.failures)}")
            turn.give()
