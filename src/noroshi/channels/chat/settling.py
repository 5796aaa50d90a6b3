"""Files the reports of those who left before they had told all, also while nobody else speaks."""

from __future__ import annotations

import logging
import threading

from noroshi.engine.node import Node

log = logging.getLogger("noroshi")

#: Seconds between two looks.
EVERY = 20.0


class Settling:
    """A thread of a node. A `noroshi.engine.node.Delivery`."""

    name, behind = "half-told reports", 0

    def __init__(self, node: Node) -> None:
        self._node = node
        #: Why nothing is filed just now; empty where nothing is wrong.
        self.error = ""
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name=self.name, daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End, promptly."""
        self._ended.set()
        if self._thread.ident is not None:
            self._thread.join(timeout=10)

    def _run(self) -> None:
        # What understands people is loaded only where a node has run for a while.
        while not self._ended.wait(EVERY):
            try:
                from noroshi.channels.chat.door import door

                door(self._node).settle()
                self.error = ""
            except Exception as error:  # it is tried again
                self.error = f"{type(error).__name__}: {error}"
                log.error("half-told reports are not filed: %s", self.error)
