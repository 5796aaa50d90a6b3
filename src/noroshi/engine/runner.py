"""Runs products when their inputs change: each in its turn, none waiting for a slow or failing one.

The store is followed by the numbers of its versions. What changed goes to the products that
consume it; a product runs after those it depends on, unless they take too long. Changes that come
while a product runs are taken together the next time.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Executor, Future
from graphlib import CycleError, TopologicalSorter
from typing import Any, Protocol

from noroshi import domains
from noroshi.core.label import OPERATOR
from noroshi.core.record import Edition
from noroshi.core.time import FOREVER, NEVER, SECOND, now
from noroshi.engine.clocks import DrillClock, WallClock
from noroshi.engine.gathered import Series
from noroshi.engine.methods import Method, Telling
from noroshi.engine.places import PLACES
from noroshi.engine.product import Product, Ran
from noroshi.engine.towns import Borders
from noroshi.engine.works import RETRY, Standing, Taken, Work
from noroshi.kinds.exercise import SESSION
from noroshi.store import Store

log = logging.getLogger("noroshi")

#: Seconds for which a product waits for another that it depends on.
PATIENCE = 1.0
#: Seconds after which what failed is tried again, at most.
RETRY_MOST = 300.0
#: A product rests for this share of the time that its last run took, and at most so long (s): what
#: comes meanwhile is taken together, and the others get their turn.
_SHARE, _REST = 0.5, 2.0
#: Seconds between two looks although nothing came.
LONGEST = 1.0
#: Seconds between two notes of how far products have come.
_SAVE, _SAVE_BUSY = 1.0, 10.0
#: The names under which a store keeps up to which version all products were computed, and when one
#: is due although nothing comes.
DONE, DUE = "products", "products due"
#: Seconds that a product has for itself: several at once would each be as late as the last.
_TURN = 0.5
#: Changes that are read at once.
_BATCH = 2_000


class Keeper(Protocol):
    """Keeps what products say, and how far they have come. A store does."""

    def publish(self, editions: Sequence[Edition], *, source: str, label: int) -> int:
        """See `Store.publish`."""
        ...

    def mark_all(self, values: Mapping[str, int]) -> None:
        """See `Store.mark_all`."""
        ...


class Runner:
    """Products of one store. `keeper` keeps what they say; `executor`: where they run, without one
    they run at once, in `step`; `wake` is called, in any thread, when one has finished.
    `params`: parameters by product, as the settings give them; `releases`: how far an owner lets
    results go; `suspended`: products that wait before they are tried again; `clock`: what time it
    is for products (None: that of the world, and of a drill that is played).
    """

    def __init__(
        self,
        store: Store,
        keeper: Keeper,
        *,
        params: Mapping[str, Mapping[str, Any]] | None = None,
        releases: Mapping[str, Mapping[int, int]] | None = None,
        executor: Executor | None = None,
        suspended: Iterable[str] = (),
        wake: Callable[[], None] = lambda: None,
        clock: WallClock | None = None,
    ) -> None:
        self._store, self._keeper = store, keeper
        self._releases, self._executor, self._wake = releases or {}, executor, wake
        self._params = params or {}
        self._towns, self._clock = Borders(store), clock or DrillClock(store)
        self._generation = -1
        self._stamp, self._places = store.label_stamp(), store.marked(PLACES)
        self._marked: dict[str, int] = {}
        self._saved = 0.0
        self.cursor = store.latest()
        self._works: dict[str, Work] = {}
        self._methods: dict[str, Method] = {}
        self.broken: dict[str, str] = {}
        for name, capability in domains.all_capabilities().items():
            if isinstance(capability, domains.Broken):
                self.broken[name] = capability.error
                continue
            self._works[name] = Work(name, capability)
        self._order = self._sort()
        known = store.kinds(OPERATOR)
        for name, work in list(self._works.items()):
            work.standing.cursor = store.marked(f"product {name}")
            # Of what a product needs nothing is loaded before there is something for it; but who
            # sets parameters is told at once where they are wrong.
            kinds = {*work.capability.consumes, *work.capability.produces}
            if name in self._params or not known.isdisjoint(kinds):
                try:
                    self._method(name)
                    work.whole = self._is_behind(work)
                except Exception as error:  # a capability's own code, or a wrong parameter
                    self.broken[name] = str(error)
                    del self._works[name]
        self._order = [name for name in self._order if name in self._works]
        self._consumers: dict[str, list[Work]] = {}
        for work in self._works.values():
            for kind in work.capability.consumes:
                self._consumers.setdefault(kind, []).append(work)
        for name in set(suspended) & self._works.keys():
            self._works[name].again = time.monotonic() + RETRY_MOST
            self._works[name].standing.failures = ["it took too long and was ended"]
            self._works[name].standing.state = "failing"

    def _method(self, name: str) -> Method:
        """The method of a product. Raises NoroshiError, or whatever its code does."""
        if name not in self._methods:
            capability = self._works[name].capability
            self._methods[name] = Method.of(name, capability, self._params.get(name))
        return self._methods[name]

    def _stamp_of(self, name: str) -> int:
        """A number that changes with a product's code, its parameters and its releases."""
        return self._method(name).stamp(self._releases.get(name, {}))

    def _is_behind(self, work: Work) -> bool:
        """True if something came that was not computed, or would be computed otherwise now."""
        store, name = self._store, work.name
        return (
            work.standing.cursor < self.cursor
            or store.marked(f"method {name}") != self._stamp_of(name)
            or store.marked(f"labels {name}") != self._stamp
            or store.marked(f"places {name}") != self._places
            or 0 < store.marked(f"due {name}") <= now()
        )

    def _sort(self) -> list[str]:
        """Names in an order in which each comes after those it depends on."""
        makers: dict[str, set[str]] = {}
        for work in self._works.values():
            for kind in work.capability.produces:
                makers.setdefault(kind, set()).add(work.name)
        while True:
            graph: dict[str, set[str]] = {}
            for work in self._works.values():
                found = [makers.get(kind, set()) for kind in work.capability.consumes]
                work.upstream = graph[work.name] = set().union(*found) - {work.name}
            try:
                return list(TopologicalSorter(graph).static_order())
            except CycleError as error:
                circle = sorted(set(error.args[1]))
                for name in circle:
                    self.broken[name] = f"products depend on each other: {', '.join(circle)}"
                    self._works.pop(name, None)
                for names in makers.values():
                    names.difference_update(circle)

    @property
    def standings(self) -> dict[str, Standing]:
        """How each product stands."""
        found = {name: work.standing for name, work in self._works.items()}
        for name, error in self.broken.items():
            found[name] = Standing("broken", failures=[error])
        return dict(sorted(found.items()))

    @property
    def running(self) -> dict[str, float]:
        """For how long (s) each running product has run."""
        present = time.monotonic()
        return {one.name: present - one.begun for one in self._works.values() if one.future}

    def follow(self) -> None:
        """Read what was committed since, and hand it to the products that it concerns."""
        generation = self._store.generation()
        if generation == self._generation:
            return
        self._generation = generation
        stamp, places = self._store.label_stamp(), self._store.marked(PLACES)
        if (stamp, places) != (self._stamp, self._places):
            # Other readers see other things, something was recalled, or borders are new.
            self._stamp, self._places = stamp, places
            self._towns = Borders(self._store)
            for work in self._works.values():
                work.whole = work.whole or work.product is not None or work.standing.cursor > 0
        more, otherwise = True, False
        while more:
            news = self._store.news(self.cursor, _BATCH)
            for one in news:
                series = Series(one.kind, one.mode, one.series)
                otherwise = otherwise or one.kind == SESSION
                for work in self._consumers.get(one.kind, ()):
                    if not work.inbox:
                        work.first = one.id
                    effect = work.inbox.get(series, NEVER)
                    work.inbox[series] = max(effect, one.valid_from)
            if news:
                self.cursor = news[-1].id
            more = len(news) == _BATCH
        if otherwise and self._clock.look():  # a drill begins or ends: its moment is another one
            for work in self._works.values():
                work.whole = work.whole or work.product is not None

    def step(self) -> float:
        """Take in what has finished and begin what is due. Returns for how long (s) nothing will
        be to do if nothing comes."""
        self.follow()
        works = [self._works[name] for name in self._order]
        for work in works:
            if work.future is not None and work.future.done():
                self._finish(work, work.future)
        idle, present = LONGEST, time.monotonic()
        # Who has waited longest has the next turn, or under a steady flow the last would have none.
        for work in sorted(works, key=lambda one: one.waiting_since or present):
            if work.future is None:
                turn = max((one.begun for one in works if one.future), default=0.0) + _TURN
                idle = min(idle, self._consider(work, turn))
        self._save()
        return idle

    def _consider(self, work: Work, turn: float) -> float:
        """Begin a product if it is its turn, not before the time `turn`; for how long it need not
        be looked at."""
        present, standing = time.monotonic(), work.standing
        due = FOREVER if work.product is None else work.product.due()
        failing = bool(standing.failures)
        retry = failing and present >= work.again
        blocked = failing and not retry and work.product is None
        if blocked or not (work.wants or retry or due <= now()):
            wait = work.again - present if failing else LONGEST
            return min(wait, max(0.0, (due - now()) / SECOND))
        work.waiting_since = work.waiting_since or present
        if standing.state == "idle":
            standing.state, standing.since = "waiting", now()
        if present < work.not_before:
            return work.not_before - present
        if present - work.waiting_since < PATIENCE and self._waits(work):
            return work.waiting_since + PATIENCE - present
        if present < turn:
            return turn - present
        self._begin(work, retry)
        return LONGEST if work.future is not None else 0.0

    def _waits(self, work: Work) -> bool:
        """True while something that it depends on is not as far as what waits for it. What comes
        to that meanwhile is not waited for, or under a steady flow nothing would ever be told."""
        first = 0 if work.whole or not work.inbox else work.first
        above = (self._works[name] for name in work.upstream)
        return any(one.behind <= first for one in above if one.future or not one.standing.failures)

    def _begin(self, work: Work, retry: bool) -> None:
        taken = Taken(work.inbox, work.whole, retry, work.first, self.cursor)
        work.taken, work.inbox, work.whole = taken, {}, False
        work.begun, work.waiting_since = time.monotonic(), 0.0
        work.standing.state, work.standing.since = "running", now()
        moment = max(now(), self._store.recorded())

        def compute() -> Ran:
            if work.product is None or taken.whole:
                method = self._method(work.name)
                work.product = Product(
                    self._store, work.name, work.capability,
                    Telling(self._store, self._keeper.publish, method), towns=self._towns,
                    params=method.params, released=self._releases.get(work.name),
                    clock=self._clock,
                )  # fmt: skip
            return work.product.run(taken.inbox.items(), moment, retry=taken.retry)

        if self._executor is not None:
            work.future = self._executor.submit(compute)
            work.future.add_done_callback(lambda future: self._wake())
            return
        here: Future[Ran] = Future()
        try:
            here.set_result(compute())
        except Exception as error:
            here.set_exception(error)
        self._finish(work, here)
        self.follow()  # those that come after it in this step take what it said

    def _finish(self, work: Work, future: Future[Ran]) -> None:
        """Note what came of a run."""
        standing, present = work.standing, time.monotonic()
        work.future = None
        standing.seconds = round(present - work.begun, 3)
        standing.ran = now()
        if self._executor is not None:
            work.not_before = present + min(standing.seconds * _SHARE, _REST)
        error = future.exception()
        if error is None:
            ran = future.result()
            standing.stored += ran.stored
            standing.parts += ran.parts
            failures = ran.failures
        else:
            # What is held in memory may be half up to date.
            work.product = None
            work.inbox = {**work.taken.inbox, **work.inbox}
            work.first = work.taken.first
            work.whole = True
            failures = [f"{type(error).__name__}: {error}"]
        if failures:
            if failures != standing.failures:
                log.warning("%s: %s", work.name, "; ".join(failures))
            if error is not None or work.taken.retry or not standing.failures:
                work.again = present + work.wait
                work.wait = min(work.wait * 2, RETRY_MOST)
            standing.state, standing.failures = "failing", failures
        else:
            work.wait = RETRY
            standing.state, standing.failures = "idle", []
            standing.cursor = work.taken.seen
        standing.since = now()

    def _save(self, *, last: bool = False) -> None:
        """Keep how far the products have come: a node that starts again begins there."""
        present = time.monotonic()
        busy = any(one.future is not None or one.wants for one in self._works.values())
        if not last and present - self._saved < (_SAVE_BUSY if busy else _SAVE):
            return
        values: dict[str, int] = {}
        for name, work in self._works.items():
            if work.future is not None or work.product is None or work.standing.failures:
                continue
            if not work.wants:
                work.standing.cursor = self.cursor
            due = work.product.due()
            values |= {
                f"product {name}": work.standing.cursor, f"labels {name}": self._stamp,
                f"places {name}": self._places, f"method {name}": self._stamp_of(name),
                f"due {name}": 0 if due >= FOREVER else due,
            }  # fmt: skip
        failing = [one for one in self._works.values() if one.standing.failures or one.wants]
        if not failing and not busy:
            values[DONE] = self.cursor
            values[DUE] = min((values[one] for one in values if one.startswith("due ")
                               and values[one]), default=0)  # fmt: skip
        changed = {name: value for name, value in values.items()
                   if self._marked.get(name) != value}  # fmt: skip
        if changed:
            self._keeper.mark_all(changed)
            self._marked |= changed
        self._saved = present

    def settle(self, most: float = FOREVER) -> None:
        """Step until nothing is to be done but to try again what failed, at most so long (s)."""
        until = time.monotonic() + most
        while time.monotonic() < until:
            idle = self.step()
            self.follow()  # what was just said is what others wait for
            works = self._works.values()
            if not any(one.future or (one.wants and not one.standing.failures) for one in works):
                break
            time.sleep(min(idle, 0.02))
        self._save(last=True)
