"""A node that runs: one store, who may read it, what arrives, what changed, products after it."""

from __future__ import annotations

import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Protocol

from noroshi.core.time import now
from noroshi.engine.access import Access
from noroshi.engine.accesses import Accesses
from noroshi.engine.directory import Directory
from noroshi.engine.exchange import Exchange, own_organisation
from noroshi.engine.executions import Executions
from noroshi.engine.heard import Heard
from noroshi.engine.intake import Intake
from noroshi.engine.live import Live
from noroshi.engine.people import open_people
from noroshi.engine.present import Past, Present, Written
from noroshi.engine.recalls import expire
from noroshi.engine.settings import load_settings
from noroshi.engine.sharing import Sharings
from noroshi.engine.workshop import Workshop
from noroshi.kinds.intake import INTAKE
from noroshi.store import open_store

log = logging.getLogger("noroshi")

#: Bytes of the store that are read through a memory map.
MAPPED = 2**30
#: Seconds between two looks at how sources are heard.
LISTEN = 2.0
#: Seconds between two looks for personal data whose time is over.
EXPIRE = 60.0


class Delivery(Protocol):
    """Something that carries changes out of the node, and how far behind it is."""

    @property
    def error(self) -> str:
        """Why nothing goes out; empty where it does."""
        ...

    @property
    def behind(self) -> int:
        """How many versions it has still to look at."""
        ...

    def stop(self) -> None:
        """End, promptly."""
        ...


class Node:
    """One hub of one organisation, on the store in `home`. `start` it, and `stop` it.

    Raises NoroshiError where the home cannot be used.
    """

    def __init__(self, home: Path) -> None:
        self.home = home
        self.store = open_store(home, mapped=MAPPED)
        self.sharings = Sharings(self.store)
        self.settings = load_settings(home, self.sharings.number)
        self.directory = Directory(home, own_organisation(home, self.settings))
        self.access = Access(
            home, self.sharings.visible, changed=self.sharings.current, directory=self.directory
        )
        self.accesses = Accesses(self.directory.audit)
        #: Residents in touch with this node, and what is sent to them.
        self.people = open_people(home, self.settings)
        self.live = Live(self.store)
        self.exchange = Exchange(
            home, self.store, self.settings, self.sharings, self._members, self._groups_of,
            lambda: self.directory.generation, self._alert,
        )  # fmt: skip
        self.present = Present(self.store, self.live)
        self.past = Past(self.store)
        #: Features as they were written for earlier pages, by version.
        self.written = Written()
        self.intake = Intake(self.store, self.settings, self.changed)
        #: Worker threads in which reads run. Few: they take turns with the interpreter, and
        #: SQLite gives its turn away at every row.
        self.workers = ThreadPoolExecutor(3, thread_name_prefix="read")
        self.products = Workshop(home, self.store, self.settings, self.live.nudge)
        self.executions = Executions(home)
        self._ended = threading.Event()
        self._expiring = threading.Thread(target=self._expire, name="expire", daemon=True)
        self._listening = threading.Thread(target=self._listen, name="heard", daemon=True)
        self._deliveries: dict[str, Delivery] = {}

    def deliveries(self) -> dict[str, Delivery]:
        """What carries changes out, by name."""
        return dict(self._deliveries)

    def attach(self, name: str, delivery: Delivery) -> None:
        """Let a delivery that was started run for as long as the node does."""
        self._deliveries[name] = delivery

    def start(self) -> None:
        """Begin to take messages in, to follow changes and to run products."""
        self.live.start()
        self.exchange.start()
        self.intake.start()
        self.products.start()
        self._expiring.start()
        self._listening.start()

    def stop(self) -> None:
        """End all work; what was acknowledged is durable."""
        self._ended.set()
        for thread in (self._expiring, self._listening):
            if thread.ident is not None:
                thread.join(timeout=30)
        for delivery in self._deliveries.values():
            delivery.stop()
        self.intake.stop()
        self.exchange.stop()
        self.executions.stop()
        self.products.stop()
        self.live.stop()
        self.workers.shutdown(wait=True, cancel_futures=True)
        self.store.close()
        self.accesses.stop()
        self.people.close()
        self.directory.close()

    def changed(self, kinds: set[str]) -> None:
        """To be called after a commit, with the kinds it changed."""
        self.live.nudge()
        self.exchange.nudge()
        self.products.nudge(kinds)

    def _alert(self, peer: str, what: str) -> None:
        self.directory.audit.append("node", "exchange.refused", f"org:{peer}", {"what": what})

    def _members(self, group: str) -> frozenset[str]:
        atoms = self.directory.groups().get(group, ())
        return frozenset(one.removeprefix("org:") for one in atoms if one.startswith("org:"))

    def _groups_of(self, org: str) -> frozenset[str]:
        groups = self.directory.groups().items()
        return frozenset(name for name, atoms in groups if f"org:{org}" in atoms)

    def _listen(self) -> None:
        """Tell how sources are heard, if this process is the one that computes for this home."""
        heard = Heard(self.store, lambda: self.settings)
        while not self._ended.wait(LISTEN):
            try:
                if self.products.mine and heard.round():
                    self.changed({INTAKE})
            except Exception as error:  # it is tried again
                log.error("sources are not judged: %s: %s", type(error).__name__, error)

    def _expire(self) -> None:
        """Erase personal data when its time is over."""
        while not self._ended.wait(EXPIRE):
            try:
                self.people.expire(now())
                if count := expire(self.store, self.settings, self.sharings):
                    log.info("%d messages with personal data were erased", count)
                    self.directory.audit.append("node", "personal.erased", "", {"messages": count})
                    self.changed({"*"})
            except Exception as error:  # it is tried again; `noroshi doctor` tells what is overdue
                log.error("personal data could not be erased: %s: %s", type(error).__name__, error)
