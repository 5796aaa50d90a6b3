"""The peers of a node: with whom it exchanges, under what terms, in `exchange/peers.json`."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import msgspec

from noroshi.core.errors import NoroshiError, NotFound
from noroshi.core.label import CLEARANCES, Principal
from noroshi.engine.trust import FRESH, file_stamp, write_file


class Wish(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """A subscription: which records are wanted. `collections`, `area` (an official area), `bbox`
    and `filter` (CQL2 text) must all hold for at least one record of what is sent; `per_minute`
    is the most records a minute that the receiver wants to take."""

    collections: tuple[str, ...] | None = None
    area: str | None = None
    bbox: tuple[float, float, float, float] | None = None
    filter: str | None = None
    modes: tuple[str, ...] = ("actual", "exercise", "test")
    per_minute: int = 0

    @property
    def everything(self) -> bool:
        """Whether all is wished for, however slowly."""
        return msgspec.structs.replace(self, per_minute=0) == Wish()


class Peer(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An organisation that this node exchanges with.

    `url`: where its node is pulled from ("": it only pulls from here). `ca`: a file of
    certificates to trust for it; `insecure`: plain HTTP is allowed. `groups`, `clearance`,
    `compartments`, `purposes`: what it may see here beside what is public and what names it.
    `introduces`: identities of further organisations are believed on its word. `wish`: what this
    node asks it for. `per_minute`: the most records a minute it may ask for (0: no bound).
    `stopped`: nothing is exchanged.
    """

    org: str
    url: str = ""
    ca: str = ""
    insecure: bool = False
    require_pq: bool = False
    groups: tuple[str, ...] = ("responders",)
    clearance: int = 0
    compartments: tuple[str, ...] = ()
    purposes: tuple[str, ...] = ()
    introduces: bool = True
    wish: Wish = Wish()
    per_minute: int = 0
    stopped: str = ""

    def principal(self, groups: frozenset[str] = frozenset()) -> Principal:
        """Who it is to this node's labels; `groups` are those that the directory has it in."""
        names = {f"group:{one}" for one in {*self.groups, *groups}}
        return Principal(
            f"peer {self.org}", frozenset({f"org:{self.org}", *names}), self.clearance,
            frozenset(self.compartments), frozenset(self.purposes),
        )  # fmt: skip


class Peers:
    """The peers in a home's file; other processes may change it."""

    def __init__(self, home: Path) -> None:
        self._path = home / "exchange" / "peers.json"
        self._peers: dict[str, Peer] = {}
        self._seen = -1
        self._looked = float("-inf")
        self._lock = threading.RLock()
        self.generation = 0

    def all(self) -> dict[str, Peer]:
        """Every peer, by its organisation."""
        with self._lock:
            if time.monotonic() - self._looked > FRESH:
                self._refresh()
            return dict(self._peers)

    def get(self, org: str) -> Peer:
        """A peer that is not stopped. Raises NotFound, also where it is."""
        one = self.all().get(org)
        if one is None or one.stopped:
            raise NotFound(f"{org} is no peer", remedy="`noroshi peer list`")
        return one

    def put(self, peer: Peer) -> None:
        """Add or replace a peer. Raises NoroshiError for terms that cannot be."""
        if not 0 <= peer.clearance <= CLEARANCES:
            raise NoroshiError(f"clearance {peer.clearance} is not 0 to {CLEARANCES}")
        with self._lock:
            self._refresh()
            self._save({**self._peers, peer.org: peer})

    def _save(self, peers: dict[str, Peer]) -> None:
        data = msgspec.json.format(msgspec.json.encode(list(peers.values())))
        write_file(self._path, data)
        self._refresh()

    def _refresh(self) -> None:
        self._looked = time.monotonic()
        seen = file_stamp(self._path)
        if seen == self._seen:
            return
        try:
            found = msgspec.json.decode(self._path.read_bytes(), type=list[Peer]) if seen else []
        except (msgspec.DecodeError, OSError) as error:
            raise NoroshiError(
                f"the peers cannot be read: {error}", where=str(self._path)
            ) from None
        self._peers = {one.org: one for one in found}
        self._seen = seen
        self.generation += 1
