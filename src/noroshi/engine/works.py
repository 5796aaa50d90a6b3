"""What waits for each product of a runner, and how it stands."""

from __future__ import annotations

import math
from concurrent.futures import Future

import msgspec

from noroshi.core.capability import Capability
from noroshi.engine.gathered import Series
from noroshi.engine.product import Product, Ran

#: Seconds after which what failed is tried again at first.
RETRY = 5.0


class Standing(msgspec.Struct, omit_defaults=True):
    """How a product stands. `state`: idle, waiting, running, failing or broken; times in µs UTC,
    `seconds` of its last run; `cursor`: the version up to which it was computed."""

    state: str = "idle"
    cursor: int = 0
    since: int = 0
    ran: int = 0
    seconds: float = 0.0
    parts: int = 0
    stored: int = 0
    failures: list[str] = []


class Taken(msgspec.Struct):
    """What a run has taken from its product's inbox, to be put back if it fails."""

    inbox: dict[Series, int]
    whole: bool
    retry: bool
    #: The version of the first that came.
    first: int
    #: The version up to which this is all that came.
    seen: int


class Work:
    """One product, and what waits for it."""

    def __init__(self, name: str, capability: Capability) -> None:
        self.name, self.capability = name, capability
        self.standing = Standing()
        self.product: Product | None = None
        self.inbox: dict[Series, int] = {}
        #: The version of the first change in the inbox.
        self.first = 0
        self.upstream: set[str] = set()
        self.future: Future[Ran] | None = None
        self.taken = Taken({}, False, False, 0, 0)
        #: Everything is to be computed: it was never, or with other code or parameters.
        self.whole = False
        self.begun = self.waiting_since = self.not_before = self.again = 0.0
        self.wait = RETRY

    @property
    def wants(self) -> bool:
        """True if there is something to compute."""
        return bool(self.inbox) or self.whole

    @property
    def behind(self) -> float:
        """The first version that is not in what it has said; infinity where all is."""
        if self.future is not None:
            return 0 if self.taken.whole else self.taken.first
        return 0 if self.whole else self.first if self.inbox else math.inf
