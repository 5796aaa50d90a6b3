"""Asks those whose subscription ends soon whether they want to go on, while a node runs."""

from __future__ import annotations

import logging
import threading

from noroshi.channels.subscribers.letters import remind
from noroshi.store.people import PeopleFile

log = logging.getLogger("noroshi")

#: Seconds between two looks.
EVERY = 3600.0


class Reminding:
    """A `noroshi.engine.node.Delivery`. `base` is the address under which residents reach the
    node."""

    name, behind = "reminding", 0

    def __init__(self, people: PeopleFile, base: str) -> None:
        self._people, self._base = people, base.rstrip("/")
        #: Why nobody is asked just now; empty where nothing is wrong.
        self.error = ""
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name=self.name, daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End, promptly."""
        self._ended.set()
        self._thread.join(timeout=10)

    def _run(self) -> None:
        while True:
            try:
                remind(self._people, self._base)
                self.error = ""
            except Exception as error:  # it is tried again
                self.error = f"{type(error).__name__}: {error}"
                log.error("subscriptions that end are not told of: %s", self.error)
            if self._ended.wait(EVERY):
                return
