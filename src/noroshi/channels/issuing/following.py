"""What issues alerts while a node runs: rules that hear changes, and the clock that ends alerts,
takes up what a crash left, and hands what was issued on to be sent."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

import msgspec

from noroshi.channels.deliver import Delivery
from noroshi.channels.issuing.drafts import ISSUED_STATE, Draft, audited
from noroshi.channels.issuing.lifecycle import CLOCK, expire, lapse, resume
from noroshi.channels.issuing.office import Office, of_node
from noroshi.channels.issuing.rules import Heeding
from noroshi.channels.sending import fan_out
from noroshi.core.label import OPERATOR
from noroshi.core.record import Version
from noroshi.core.time import now
from noroshi.engine.node import Node
from noroshi.store import Change

log = logging.getLogger("noroshi")

#: Seconds between two looks at the clock when nothing changes.
TICK = 1.0
#: Seconds between two looks at least, however much is committed.
GAP = 0.2
HandOver = Callable[[Version], object]
"""Hands an edition on to be sent; told of one edition again, it sends it once."""


class Drafting:
    """The way from a rule's changes to its drafts (see `channels.deliver.Way`)."""

    batch = 50

    def __init__(self, heeding: Heeding, drafted: Callable[[], None]) -> None:
        self._heeding, self._drafted = heeding, drafted

    def open(self) -> None:
        """Nothing is to be opened."""

    def send(self, changes: list[Change]) -> None:
        """Draft what they draft; what goes by itself goes at once."""
        for one in changes:
            drafted = self._heeding.hear(one)
            if drafted is not None and drafted.needed == 0:
                self._drafted()

    def close(self) -> None:
        """Nothing is open."""


class Clock:
    """A thread that ends alerts when their time is over, takes up what was decided, and hands on
    what was issued: by this process, or by a command beside it (see `engine.node.Delivery`)."""

    name = "alerts"

    def __init__(self, office: Office, hand_over: HandOver | None) -> None:
        self._office, self._hand_over = office, hand_over
        self.error = ""
        self._news, self._stopping = threading.Event(), threading.Event()
        self._deafen: Callable[[], None] | None = None
        self._thread = threading.Thread(target=self._run, name=self.name, daemon=True)

    @property
    def behind(self) -> int:
        """How many editions are still to be handed on."""
        return len(waiting(self._office)) if self._hand_over is not None else 0

    def start(self, node: Node) -> None:
        """Begin, and look whenever something was committed."""
        self._deafen = node.live.listen(self._news.set)
        self._thread.start()

    def nudge(self) -> None:
        """Look at once."""
        self._news.set()

    def stop(self) -> None:
        """End."""
        if self._deafen is not None:
            self._deafen()
            self._deafen = None
        self._stopping.set()
        self._news.set()
        if self._thread.ident is not None:
            self._thread.join(timeout=10)

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._news.clear()
            try:
                step(self._office, self._hand_over)
                self.error = ""
            except Exception as error:  # one alert's trouble must not end the others for good
                self.error = f"{type(error).__name__}: {error}"
                log.exception("alerts wait")
            self._news.wait(TICK)
            self._stopping.wait(GAP)


def step(office: Office, hand_over: HandOver | None) -> None:
    """Everything that is due now."""
    resume(office)
    expire(office)
    lapse(office)
    if hand_over is None:
        return
    failed: Exception | None = None
    for draft in waiting(office):
        try:
            hand_over(office.store.version(draft.version, OPERATOR))
        except Exception as error:  # it is tried again; those behind it go out
            log.exception("alert %s, edition %d waits", draft.alert, draft.version)
            failed = failed or error
            continue
        with office.people.changing():
            audited(office, CLOCK.name, "alert.hand_over", draft, {"version": draft.version})
            office.people.put(msgspec.structs.replace(draft, handed=now()))
    if failed is not None:
        raise failed


def waiting(office: Office) -> list[Draft]:
    """Editions that were issued and not yet handed on, oldest first."""
    found = office.people.all(Draft, state=ISSUED_STATE, handed=0)
    return sorted(found, key=lambda one: one.version)


def followers(node: Node) -> list[Clock | Delivery]:
    """What issues a node's alerts, not yet started. Raises NoroshiError naming the setting."""
    office = of_node(node)
    clock = Clock(office, lambda version: fan_out.start(node, version))
    found: list[Clock | Delivery] = [clock]
    for name, rule in node.settings.alerts.items():
        heeding = Heeding(office, name, rule)
        way = Drafting(heeding, clock.nudge)
        found.append(Delivery(f"alerts.{name}", node.store, heeding.wanted, way))
    return found
