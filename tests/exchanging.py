"""Two or more nodes in one process, and what one sends to another, without a line between."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import msgspec

from noroshi import kinds
from noroshi.channels.peers import Provider
from noroshi.channels.wishes import choose
from noroshi.core.label import OPERATOR, Reader
from noroshi.core.record import Action, Edition, Mode, Record, Version
from noroshi.core.time import FOREVER
from noroshi.engine.exchange import Exchange
from noroshi.engine.inbox import open_envelope
from noroshi.engine.peers import Peer, Wish
from noroshi.engine.reading import read_outcome
from noroshi.engine.settings import Settings
from noroshi.engine.sharing import Sharings
from noroshi.formats import Hints
from noroshi.formats.exchange.batch import ENVELOPE, IDENTITY, WITHHELD
from noroshi.formats.exchange.envelope import unpack
from noroshi.store import Incoming, Outcome, Query, open_store

KIND = "disaster.report"
START = 1_700_000_000_000_000


class Hub:
    """A node's store and its exchange."""

    def __init__(self, home: Path, org: str) -> None:
        self.home, self.org = home, org
        self.store = open_store(home)
        self.sharings = Sharings(self.store)
        self.exchange = Exchange(home, self.store, Settings(), self.sharings)
        if self.exchange.trust.own is None:
            self.exchange.trust.create(org, org, org, "", ())
            self.store.exchange.begin()
        self.provider = Provider(self.store, self.exchange, lambda wish: choose(self.store, wish))
        self._at = 0

    def say(
        self, text: str, label: int, *, key: str = "a", series: str = "", issued: int = 0,
        cancel: bool = False, body: dict[str, object] | None = None,
    ) -> bytes:  # fmt: skip
        """Take in a message that says something. Returns its hash."""
        self._at += 1
        data = f"{self.org} {self._at} {text}".encode()
        said = kinds.encode(kinds.get(KIND).body(title=text)) if body is None else (
            msgspec.json.encode(body))  # fmt: skip
        records = [] if cancel else [Record(KIND, key, said)]
        edition = Edition(
            series or f"{self.org}/report/{key}", issued or START + self._at, records,
            action=Action.CANCEL if cancel else Action.ISSUE, effective=0,
        )  # fmt: skip
        incoming = Incoming(data, sha256(data).digest(), self.org, f"{self._at}.txt", label)
        self.store.commit([(incoming, Outcome(editions=[edition], format="test", stated=1))])
        return incoming.sha

    def holds(self, kind: str, who: Reader = OPERATOR) -> bool:
        """Whether there is anything of a kind in the picture, at some time since 2020."""
        query = Query(who, 1_577_836_800_000_000, FOREVER - 1, kind, until=FOREVER - 1)
        return any(True for _ in self.store.picture(query))

    def warn(self, label: int) -> bytes:
        """Take in a weather warning, of which an alert level is made. Returns its hash."""
        folder = Path(__file__).parents[1] / "src/noroshi/domains/disaster/alert_level/samples"
        data = (folder / "levels_printed/1_rain.xml").read_bytes().replace(b"2031-", b"2024-")
        outcome = read_outcome(data, Hints(received=1))
        self.store.commit([(Incoming(data, sha256(data).digest(), self.org, label=label), outcome)])
        return sha256(data).digest()

    def meets(self, other: Hub, **terms: object) -> None:
        """Each becomes the other's peer; `terms` are what the other gets here."""
        for one, two in ((self, other), (other, self)):
            one.exchange.trust.accept(two.exchange.trust.own_document)
            if two.org not in one.exchange.peers.all():
                one.exchange.peers.put(Peer(org=two.org))
        self.terms(other, **terms)

    def terms(self, other: Hub, **terms: object) -> None:
        """Change what another gets here."""
        peer = self.exchange.peers.all()[other.org]
        self.exchange.peers.put(msgspec.structs.replace(peer, **terms))

    def pull(self, other: Hub, wish: Wish | None = None, most: int = 2**24) -> int:
        """Take in everything that another has for this node. Returns how many envelopes came."""
        count = 0
        while some := self._pull(other, wish or Wish(), most):
            count += some
        return count

    def _pull(self, other: Hub, wish: Wish, most: int) -> int:
        other.exchange.seal()
        peer = other.exchange.peers.get(self.org)
        _, heads = other.provider.heads(peer, -1)
        for document in other.provider.identities(peer, self.exchange.trust.serials()):
            self.exchange.trust.accept(document)
        wants = []
        for origin, stream, last, _ in heads.heads:
            known = self.store.exchange.stream(origin, stream)
            have = known.seq if known else 0
            if have < last:
                wants.append((origin, stream, have + 1, 0))
            elif (run := self.store.exchange.withheld(origin, stream)) is not None:
                wants.append((origin, stream, *run))
        taken, before = 0, self.store.exchange.counts()
        for frame in other.provider.frames(peer, wants, wish, most):
            assert frame[:1] in (ENVELOPE, WITHHELD, IDENTITY)
            signed, content = unpack(frame[1:]) if frame[:1] == ENVELOPE else (frame[1:], None)
            one = open_envelope(signed, content, self.exchange.trust, self.exchange.limits)
            self.store.exchange.receive([one])
            taken += 1
        self.sharings.refresh()
        return taken if self.store.exchange.counts() != before else 0

    def titles(self, reader: Reader = OPERATOR, as_of: int = FOREVER - 1) -> list[str]:
        """What the picture says."""
        return sorted(title(one) for one in self.picture(reader, as_of))

    def picture(self, reader: Reader = OPERATOR, as_of: int = FOREVER - 1) -> list[Version]:
        """The picture of what is said here."""
        return list(self.store.picture(Query(reader, FOREVER - 1, as_of, KIND, Mode.ACTUAL)))


def title(version: Version) -> str:
    """What a version says."""
    return str(version.fields()["title"])
