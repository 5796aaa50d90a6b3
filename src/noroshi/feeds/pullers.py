"""All that a node asks its peers: a `Puller` for each that has an address, as the peers change."""

from __future__ import annotations

import logging
import threading

import msgspec

from noroshi.core.errors import NoroshiError
from noroshi.core.time import show
from noroshi.engine.node import Node
from noroshi.feeds.peers import Puller

log = logging.getLogger("noroshi")


class Pullers:
    """The pullers of a node: one for each peer that has an address, as the peers change."""

    def __init__(self, node: Node) -> None:
        self.node = node
        self.pullers: dict[str, Puller] = {}
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="peers", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End them all."""
        self._stopping.set()
        self._thread.join(timeout=10)
        for one in self.pullers.values():
            one.stop()

    @property
    def error(self) -> str:
        """Why nothing comes from some peers; empty where it does from all."""
        return "; ".join(f"{org}: {one.error}" for org, one in self.pullers.items() if one.error)

    @property
    def behind(self) -> int:
        """How many envelopes are known of that are not here yet."""
        return sum(one.behind for one in self.pullers.values())

    def each(self) -> dict[str, dict[str, object]]:
        """How it goes with each peer."""
        return {
            org: {"url": one.peer.url, **msgspec.to_builtins(one.status),
                  "last": show(one.status.last) if one.status.last else None}
            for org, one in self.pullers.items()
        }  # fmt: skip

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._look()
            except NoroshiError as error:
                log.error("%s", error)
            self._stopping.wait(0.5)

    def _look(self) -> None:
        active = self.node.exchange.active
        wanted = {
            org: peer for org, peer in self.node.exchange.peers.all().items()
            if active and peer.url and not peer.stopped
        }  # fmt: skip
        for org, puller in list(self.pullers.items()):
            if wanted.get(org) != puller.peer:
                self.pullers.pop(org)
                puller.stop()
        for org, peer in wanted.items():
            if org not in self.pullers:
                self.pullers[org] = Puller(self.node, peer)
                self.pullers[org].start()
