"""How often one person may write, and how many new people may come from one place: allowances that
come back with time (token buckets).

Everybody in a shelter shares one address, so nothing that a known contact sends counts for their
network: what one writes too often slows that one alone. Only who is new counts for the network,
and widely: an address from which ever new people come is a machine's, not a shelter's.

Nothing is locked, and nothing here is written down: an allowance that is forgotten is a full one.
The memory is bounded; who was longest away, and so is nearest to full, is forgotten first.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Hashable

import msgspec

from noroshi.core.time import MINUTE, SECOND

#: Contacts and networks that are remembered.
MOST = 100_000


class Allowance(msgspec.Struct, frozen=True):
    """`most` at once, and one more after `every` microseconds."""

    most: int
    every: int


#: What one contact may send: messages, reports, pictures; and, when that is spent, messages whose
#: words say that a life is in danger.
MESSAGES = Allowance(20, 6 * SECOND)
REPORTS = Allowance(15, 4 * MINUTE)
PICTURES = Allowance(10, 6 * MINUTE)
PERIL = Allowance(5, MINUTE)
#: Contacts that are new, from one network: 500 telephones of a shelter at once, and more after.
NEW = Allowance(600, 2 * SECOND)


class Spent:
    """How much of an allowance each key has spent. Times are microseconds of one clock; one that
    is set back makes nobody wait longer. Safe for threads."""

    def __init__(self, allowance: Allowance, most: int = MOST) -> None:
        self.allowance, self._most = allowance, most
        self._spent: OrderedDict[Hashable, tuple[float, int]] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._spent)

    def wait(self, key: Hashable, at: int) -> int:
        """Microseconds until one more may be taken: 0 where it may be now."""
        with self._lock:
            over = self._left(key, at) + 1 - self.allowance.most
        return max(0, int(over * self.allowance.every))

    def take(self, key: Hashable, at: int) -> int:
        """Take one, and return 0; or, where nothing is left, the microseconds until there is."""
        with self._lock:
            spent = self._left(key, at)
            over = spent + 1 - self.allowance.most
            if over > 0:
                return max(1, int(over * self.allowance.every))
            self._spent[key] = spent + 1, at
            self._spent.move_to_end(key)
            while len(self._spent) > self._most:
                self._spent.popitem(last=False)
        return 0

    def _left(self, key: Hashable, at: int) -> float:
        spent, then = self._spent.get(key, (0.0, at))
        return max(0.0, spent - max(0, at - then) / self.allowance.every)
