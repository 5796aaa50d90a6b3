"""The exchange of a node with its peers: who they are, what is sent, and what went wrong."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path

import msgspec

from noroshi.core.errors import NoroshiError
from noroshi.core.label import Principal
from noroshi.core.time import now
from noroshi.engine.outbox import MOST_RECORDS, Outbox
from noroshi.engine.peers import Peer, Peers
from noroshi.engine.settings import Settings
from noroshi.engine.sharing import Sharings
from noroshi.engine.trust import Trust
from noroshi.formats import Limits
from noroshi.store import FAULTS, QUARANTINED, Incoming, Outcome, Store
from noroshi.store.exchange import OutOfStep

log = logging.getLogger("noroshi")

_TROUBLE: tuple[type[Exception], ...] = (NoroshiError, *FAULTS)
#: Seconds between two looks at what is due, where nothing says so.
TICK = 0.25
#: Bytes of an envelope or of an answer, as they come and expanded.
MOST_BYTES = 64 * 2**20
#: Seconds for which peers are waited for at the start.
ASKING = 10.0


def own_organisation(home: Path, settings: Settings) -> str:
    """Whose node this is: what the settings say, or else its identity. Raises NoroshiError where
    the two differ."""
    named, known = settings.node.organisation, Trust(home).org
    if named and known and named != known:
        raise NoroshiError(
            f"[node] organisation is {named!r}, but this node's identity is that of {known!r}",
            where=str(home / "settings.toml"), remedy="an identity keeps its name",
        )  # fmt: skip
    return named or known


def peer_limits(limits: Limits) -> Limits:
    """How much one envelope or answer of a peer may ask of this node: no more than the settings
    allow a message, and far less than they do by default."""
    return msgspec.structs.replace(
        limits, message_bytes=min(limits.message_bytes, MOST_BYTES),
        expanded_bytes=min(limits.expanded_bytes, MOST_BYTES),
        records=min(limits.records, MOST_RECORDS), members=min(limits.members, 10_000),
    )  # fmt: skip


class Alert(msgspec.Struct, frozen=True):
    """Something about a peer that an operator must look at."""

    time: int
    peer: str
    what: str


class Exchange:
    """See above.

    `members` gives the organisations in a group of the directory, `groups_of` the groups of an
    organisation, `members_state` a number that changes when these do; `tell` keeps an alert for
    good.
    """

    def __init__(
        self,
        home: Path,
        store: Store,
        settings: Settings,
        sharings: Sharings,
        members: Callable[[str], frozenset[str]] = lambda group: frozenset(),
        groups_of: Callable[[str], frozenset[str]] = lambda org: frozenset(),
        members_state: Callable[[], int] = lambda: 0,
        tell: Callable[[str, str], None] = lambda peer, what: None,
    ) -> None:
        self._store, self.limits = store, peer_limits(settings.limits)
        self.sharings, self._members, self._members_state = sharings, members, members_state
        self._groups_of = groups_of
        self.trust, self.peers = Trust(home), Peers(home)
        self._tell = tell
        self.outbox = Outbox(store, settings, sharings, self.trust, self.members)
        self.alerts: deque[Alert] = deque(maxlen=100)
        self._listeners: list[Callable[[], None]] = []
        self._wake = threading.Event()
        #: Peers that were not asked yet what they have of this node, and until when that is waited
        #: for: a store that was put back from an older copy must not say anything twice.
        self._unasked: set[str] = set()
        self._until = 0.0
        self._stopping = False
        self.error = ""
        self._thread = threading.Thread(target=self._run, name="outbox", daemon=True)

    @property
    def active(self) -> bool:
        """Whether this node has an identity to exchange under."""
        return self.trust.own is not None

    def members(self, group: str) -> frozenset[str]:
        """The organisations in a group: those of the directory, and the peers that are in it."""
        peers = {one.org for one in self.peers.all().values() if group in one.groups}
        return self._members(group) | peers

    @property
    def members_state(self) -> int:
        """A number that changes when memberships of groups do."""
        return self._members_state() * 1_000_003 + self.peers.generation

    def principal(self, peer: Peer) -> Principal:
        """Who a peer is to this node's labels."""
        return peer.principal(self._groups_of(peer.org))

    def start(self) -> None:
        """Begin to seal what is due, once peers were asked, as far as they can be reached, what
        they have of this node."""
        self._unasked = {
            one.org for one in self.peers.all().values() if one.url and not one.stopped
        }
        self._until = time.monotonic() + ASKING
        self._thread.start()

    def stop(self) -> None:
        """End."""
        self._stopping = True
        self._wake.set()
        if self._thread.ident is not None:
            self._thread.join(timeout=30)

    def nudge(self) -> None:
        """Look at what is due at once."""
        self._wake.set()

    def asked(self, org: str) -> None:
        """A peer gave back what this node had lost, or cannot be reached."""
        self._unasked.discard(org)

    def ahead(self, org: str, stream: int, seq: int) -> None:
        """A peer has more of a stream of this node than it has itself: nothing is said in it until
        that is here again."""
        self.outbox.ahead[stream] = max(seq, self.outbox.ahead.get(stream, 0))
        self.alert(
            org, f"has stream {stream} of this node beyond what is here: this store is an older "
            "copy; what is missing is asked back, and nothing said in it before that",
        )  # fmt: skip

    def listen(self, listener: Callable[[], None]) -> None:
        """Call `listener`, in some thread, whenever there is something new for peers."""
        self._listeners.append(listener)

    def announce(self) -> None:
        """Tell those who wait for it that there is something new for peers."""
        for listener in list(self._listeners):
            try:
                listener()
            except RuntimeError:  # its loop is closed
                self._listeners.remove(listener)

    def alert(self, peer: str, what: str, data: bytes = b"") -> None:
        """Let an operator know of something that a peer sent and that was refused; what it sent is
        kept in quarantine."""
        if any(one.peer == peer and one.what == what for one in self.alerts):
            return
        self.alerts.append(Alert(now(), peer, what))
        log.error("peer %s: %s", peer, what)
        try:
            if data:
                from hashlib import sha256

                incoming = Incoming(data, sha256(data).digest(), f"peer/{peer}", "envelope")
                self._store.commit([(incoming, Outcome(state=QUARANTINED, reason=what))])
            self._tell(peer, what)
        except _TROUBLE as error:
            log.error("an alert could not be kept: %s", error)

    def seal(self) -> int:
        """Seal everything that is due. Returns how many envelopes were made."""
        made = 0
        while True:
            try:
                some = self.outbox.build(self.members_state)
            except OutOfStep:  # another process was quicker
                continue
            made += some
            if not some:
                return made
            self.announce()

    def _is_waiting(self) -> bool:
        return bool(self._unasked) and time.monotonic() < self._until

    def _run(self) -> None:
        while not self._stopping:
            self._wake.wait(TICK)
            self._wake.clear()
            if self._stopping:
                return
            try:
                if self.active and not self._is_waiting():
                    if not self._store.exchange.active():
                        self._store.exchange.begin()
                    self.seal()
                self.error = ""
            except _TROUBLE as error:
                if str(error) != self.error:
                    log.error("nothing is sent to peers: %s", error)
                self.error = str(error)
                threading.Event().wait(1)
            except Exception as error:  # a defect of ours must not end the exchange
                log.exception("nothing is sent to peers")
                self.error = f"{type(error).__name__}: {error}"
                threading.Event().wait(1)
