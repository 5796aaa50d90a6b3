"""Limits on guessing: each failure makes the next attempt wait longer, and nothing is locked for
good.

Failures are counted for the account that is tried and for the address it is tried from. Many
people share a shelter's address, so its wait stays short. Where an account was logged in to from
an address before, only failures of that very pair count: nobody can shut a person out by failing
in their name from elsewhere (OWASP, "device cookies"). An attempt is counted before it is checked,
so that many at once are counted too.
"""

from __future__ import annotations

import hashlib
import ipaddress

import msgspec

from noroshi.core.errors import NotPermitted
from noroshi.core.time import DAY, MINUTE, SECOND, now
from noroshi.store.directory import Attempt, DirectoryFile

#: Failures without a wait, and the longest wait, of an account (or known pair) and of an address.
ACCOUNT_FREE, ACCOUNT_WAIT = 5, 15 * MINUTE
ADDRESS_FREE, ADDRESS_WAIT = 50, 10 * SECOND
#: Half of the failures are forgotten in this time, so that a typing error of yesterday is.
HALF = 30 * MINUTE
#: How long a pair of account and address is known after it last succeeded.
KNOWN = 30 * DAY
#: How many keys are kept: more are only met in an attack, which then forgets its own oldest.
MOST = 50_000


class TooManyAttempts(NotPermitted):
    """Too many failures: the next attempt is heard after `wait` seconds (Retry-After)."""

    def __init__(self, wait: int) -> None:
        super().__init__(
            "too many failed attempts", remedy=f"wait {wait} s and try again; nothing is locked"
        )
        self.wait = wait

    def __reduce__(self) -> tuple[object, ...]:
        return (type(self), (self.wait,))


class Attempts:
    """The failed attempts that are kept in a directory, for all processes together."""

    def __init__(self, file: DirectoryFile) -> None:
        self._file = file

    def begin(self, account: str, address: str) -> tuple[str, ...]:
        """Count an attempt on `account` from `address`. Returns the keys that it counts under, for
        `succeed`. Raises TooManyAttempts, which does not count."""
        time = now()
        with self._file.changing():
            pair = self._kept(_key("pair", account, _network(address)))
            if pair.good > time - KNOWN:
                rules = [(pair, ACCOUNT_FREE, ACCOUNT_WAIT)]
            else:
                rules = [
                    (self._kept(_key("account", account)), ACCOUNT_FREE, ACCOUNT_WAIT),
                    (self._kept(_key("address", _network(address))), ADDRESS_FREE, ADDRESS_WAIT),
                ]
            wait = max(one.next for one, _, _ in rules) - time
            if wait > 0:
                raise TooManyAttempts(-(-wait // SECOND))
            for one, free, most in rules:
                count = _faded(one, time) + 1
                pause = min(most, SECOND << min(count - free - 1, 30)) if count > free else 0
                self._file.put(Attempt(one.key, count, time + pause, time, one.good))
            self._file.forget_attempts(time - DAY, time - KNOWN, MOST)
        return tuple(one.key for one, _, _ in rules)

    def succeed(self, keys: tuple[str, ...], account: str, address: str) -> None:
        """The attempt that `begin` counted was a success: its account is free again, and the pair
        is known from now on. Failures of others from the same address still count."""
        time = now()
        pair = _key("pair", account, _network(address))
        with self._file.changing():
            for one in map(self._kept, keys):
                less = one.count - 1 if one.key.startswith("address:") else 0
                self._file.put(msgspec.structs.replace(one, count=max(0, less), next=0))
            self._file.put(Attempt(pair, 0, 0, time, time))

    def _kept(self, key: str) -> Attempt:
        found = self._file.get(Attempt, key=key) or Attempt(key)
        # A clock that was set back must not make a wait of years.
        return found if found.last <= now() else msgspec.structs.replace(found, next=0)


def _faded(one: Attempt, time: int) -> int:
    return one.count >> min(max(0, time - one.last) // HALF, 60)


def _key(sort: str, *names: str) -> str:
    """What is typed as a name may be a password: only its hash is kept."""
    text = "\0".join(name.strip().casefold() for name in names)
    return f"{sort}:{hashlib.sha256(text.encode('utf-8', 'replace')).hexdigest()[:32]}"


def _network(address: str) -> str:
    """Whoever has one IPv6 address has the 2**64 around it."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address[:100]
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped:
            return str(found.ipv4_mapped)
        return str(ipaddress.ip_network((found, 64), strict=False))
    return str(found)
