"""How often something may be asked for: an allowance that is spent, and comes back with time.

Many people share a shelter's address, so theirs is wide and its wait is short; what is sent to one
person's address is narrow. Nothing is locked: an allowance that is spent comes back by itself
(token bucket; the ideas of `noroshi.engine.attempts`, for what is no failure). Only keyed hashes of
addresses are kept, for as long as they count.
"""

from __future__ import annotations

import ipaddress

import msgspec

from noroshi.core.errors import NotPermitted
from noroshi.core.time import HOUR, MINUTE, SECOND, now
from noroshi.store.people import PeopleFile
from noroshi.store.subscribers import LimitRow


class Allowance(msgspec.Struct, frozen=True):
    """`most` at once, and one more after `every` microseconds. `name` tells it from others."""

    name: str
    most: int
    every: int


#: Forms of strangers from one network, that is from everybody in a shelter, and of one person who
#: is known; letters to one person, and to all who ask; codes tried by one person, and from one
#: network.
FORMS = Allowance("forms", 300, SECOND // 2)
OWN_FORMS = Allowance("own forms", 60, 2 * SECOND)
LETTERS = Allowance("letters", 3, 4 * HOUR)
ALL_LETTERS = Allowance("all letters", 3_000, SECOND)
CODES = Allowance("codes", 10, 6 * MINUTE)
CODES_FROM = Allowance("codes from", 100, 2 * SECOND)


class TooOften(NotPermitted):
    """It was asked for too often: again after `wait` seconds."""

    def __init__(self, wait: int) -> None:
        super().__init__("too often", remedy=f"wait {wait} s and try again; nothing is locked")
        self.wait = wait

    def __reduce__(self) -> tuple[object, ...]:
        return (type(self), (self.wait,))


def spend(people: PeopleFile, allowance: Allowance, *who: str, at: int | None = None) -> None:
    """Count once for `who`. Raises TooOften, which does not count."""
    time = now() if at is None else at
    id = people.vault.blind("limits", allowance.name, *who)
    with people.changing():
        held = people.get(LimitRow, id=id) or LimitRow(id, 0.0, time, 0)
        # A clock that was set back must not make a wait of years.
        spent = max(0.0, held.spent - max(0, time - held.at) / allowance.every)
        if spent + 1 > allowance.most:
            raise TooOften(max(1, -int(-(spent + 1 - allowance.most) * allowance.every // SECOND)))
        ends = time + int((spent + 1) * allowance.every)
        people.put(LimitRow(id, spent + 1, time, ends))


def network(address: str) -> str:
    """Whoever has one IPv6 address has the 2**64 around it."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address[:100]
    if isinstance(found, ipaddress.IPv6Address) and not found.ipv4_mapped:
        return str(ipaddress.ip_network((found, 64), strict=False))
    return str(getattr(found, "ipv4_mapped", None) or found)
