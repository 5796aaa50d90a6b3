"""What this node says, into envelopes: signed once, numbered by stream, kept as they are sent."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256

import msgspec

from noroshi.core.errors import NoroshiError
from noroshi.core.label import BUILT_IN, NAMES, OWN, Sharing, checked
from noroshi.core.record import Edition
from noroshi.core.time import now
from noroshi.engine.reading import read_outcome
from noroshi.engine.settings import Settings
from noroshi.engine.sharing import Sharings
from noroshi.engine.trust import Trust
from noroshi.formats import Hints
from noroshi.formats.exchange import cbor, control, items
from noroshi.formats.exchange import sharing as travelling
from noroshi.formats.exchange.envelope import Envelope, digest, write_envelope
from noroshi.formats.exchange.items import MOST_DATA, Item
from noroshi.store import QUARANTINED, Store, unpack
from noroshi.store.exchange import EDITIONS, Due, Sealed, Stream

#: Messages that are looked at in one round, and how much of them one envelope carries.
ROUND, TOGETHER, TOGETHER_BYTES = 512, 200, 512 * 1024
#: Records of one envelope: peers take no more.
MOST_RECORDS = 200_000
#: Groups that mean the same everywhere; any other travels as the organisations in it.
_SHARED_GROUPS = frozenset({"group:responders", "group:isut"})
#: Marks a label of which something stays here, also when this process is killed.
_STAYS = "stays/{}"
_NAMES = {id: name for name, id in NAMES.items()}
_editions = msgspec.msgpack.Decoder(list[Edition])


class Outbox:
    """Makes envelopes of what is due. `members` gives the organisations in a group. One thread of
    one process uses it; where another was quicker, it begins again."""

    def __init__(
        self,
        store: Store,
        settings: Settings,
        sharings: Sharings,
        trust: Trust,
        members: Callable[[str], frozenset[str]],
    ) -> None:
        self._store, self._settings, self._sharings = store, settings, sharings
        self._trust, self._members = trust, members
        self._last = 0
        #: As of when labels were looked at: whether they travel otherwise, and whether at all.
        self._checked: tuple[int, int] | None = None
        self._looked: tuple[int, int] | None = None
        #: Labels of which something was not sent, because nobody else may see them.
        self._stay: set[int] | None = None
        self.faults: dict[str, str] = {}
        #: How far peers have streams of this node of which it has less itself.
        self.ahead: dict[int, int] = {}

    def travels(self, label: int) -> travelling.Travelling | None:
        """A label as others get it; None for one that nobody else may see."""
        if label in BUILT_IN:
            return None if label == OWN else _NAMES[label]
        meaning, clauses = self._sharings.meaning(label), []
        own = f"org:{self._trust.org}"
        for clause in meaning.audience:
            atoms: set[str] = set()
            for atom in clause:
                if atom == "own":
                    atoms.add(own)
                elif atom.startswith("org:") or atom in _SHARED_GROUPS:
                    atoms.add(atom)
                elif atom.startswith("group:"):
                    members = self._members(atom.removeprefix("group:"))
                    atoms.update(f"org:{one}" for one in members)
            if atoms <= {own}:
                return None
            clauses.append(tuple(atoms))
        try:
            return checked(msgspec.structs.replace(meaning, audience=tuple(clauses), tlp=""))
        except ValueError:
            return None

    def build(self, state: int = 0) -> int:
        """Seal what is due. `state` changes when memberships do, so that labels are looked at
        again. Returns how many envelopes were sealed."""
        present = self._sharings.refresh(), state
        if present != self._looked:
            self._let_go()
            self._looked = present
        due = self._store.exchange.due(ROUND, self._behind())
        # Only now: a label that was narrowed before something was said holds for it.
        mark, stay = (self._sharings.refresh(), state), self._staying()
        wires: dict[int, travelling.Travelling | None] = {}
        heads: dict[int, Stream | Sealed | None] = {}
        dropped: list[int] = []
        for one in due:
            if self._wire(one.label, wires) is None:
                dropped.append(one.id)
                if one.label not in stay:
                    stay.add(one.label)
                    self._store.mark(_STAYS.format(one.label), 1)
        if dropped:
            self._store.exchange.drop(dropped)
        # What is taken back is so before anybody new may see its stream.
        envelopes = self._recall([one for one in due if one.sort != EDITIONS], heads)
        if mark != self._checked:
            envelopes += self._relabel(wires, heads)
        # In the order in which things came, across streams: an origin's times rise with it.
        for label, some in _runs([one for one in due if one.sort == EDITIONS], wires):
            wire = wires[label]
            assert wire is not None
            envelopes += self._renamed(label, wire, heads)
            envelopes += self._seal(label, wire, some, heads)
        if envelopes:
            self._store.exchange.seal(envelopes)
        self._checked = mark
        return len(envelopes)

    def _let_go(self) -> None:
        """Let what nobody might have before be due, where somebody may have it now."""
        stay = self._staying()
        if any(self.travels(label) is not None for label in stay):
            self._store.exchange.begin()
            for label in stay:
                self._store.mark(_STAYS.format(label), 0)
            stay.clear()

    def _staying(self) -> set[int]:
        """Labels of which something was not sent, because nobody else might see them."""
        if self._stay is None:
            labels = [one.id for one in self._sharings.all()]
            self._stay = {one for one in labels if self._store.marked(_STAYS.format(one))}
        return self._stay

    def _behind(self) -> set[int]:
        """Streams of this node of which a peer has more than it has itself: whatever were sealed
        now would be a second envelope under a number."""
        org, found = self._trust.org, set[int]()
        for stream, seq in list(self.ahead.items()):
            known = self._store.exchange.stream(org, stream)
            if known is not None and known.seq >= seq:
                del self.ahead[stream]
            else:
                found.add(stream)
        return found

    def _wire(
        self, label: int, wires: dict[int, travelling.Travelling | None]
    ) -> travelling.Travelling | None:
        """How a label travels, the same for the whole of a round."""
        if label not in wires:
            wires[label] = self.travels(label)
        return wires[label]

    def _recall(self, due: list[Due], heads: dict[int, Stream | Sealed | None]) -> list[Sealed]:
        """Say of what was sent that it is taken back, to those who were given it."""
        found: list[Sealed] = []
        together: dict[tuple[int, str], list[Due]] = {}
        for one in due:
            together.setdefault((one.label, one.name[:1000]), []).append(one)
        for (label, reason), some in together.items():
            head = self._head(label, heads)
            used = tuple(one.id for one in some)
            if head is None:
                self._store.exchange.drop(used)
                continue
            wire = travelling.from_wire(cbor.read(head.wire, 2**20, where="label"))
            shas = tuple(one.sha for one in some if one.sha is not None)
            content = control.write_control(control.Recall(shas, reason))
            envelope = self._envelope(label, wire, "control", content, heads)
            found.append(msgspec.structs.replace(envelope, due=used))
        return found

    def _relabel(
        self,
        wires: dict[int, travelling.Travelling | None],
        heads: dict[int, Stream | Sealed | None],
    ) -> list[Sealed]:
        """Say of every stream whose label travels otherwise now that it does."""
        changes: list[Sealed] = []
        behind = self._behind()
        for one in self._store.exchange.streams():
            if one.origin != self._trust.org or one.label in BUILT_IN or one.stream in behind:
                continue
            wire = self._wire(one.label, wires) or _nobody_else(self._trust.org)
            changes += self._renamed(one.label, wire, heads)
        return changes

    def _renamed(
        self, label: int, wire: travelling.Travelling, heads: dict[int, Stream | Sealed | None]
    ) -> list[Sealed]:
        """The envelope that says how the label of a stream travels from here on, where that is
        another way than before."""
        head = self._head(label, heads)
        if head is None or head.wire == cbor.write(travelling.to_wire(wire)):
            return []
        content = control.write_control(control.Relabel(wire))
        envelope = self._envelope(label, wire, "control", content, heads)
        return [msgspec.structs.replace(envelope, was=head.wire)]

    def _head(self, label: int, heads: dict[int, Stream | Sealed | None]) -> Stream | Sealed | None:
        if label not in heads:
            heads[label] = self._store.exchange.stream(self._trust.org, label)
        return heads[label]

    def _seal(
        self,
        label: int,
        wire: travelling.Travelling,
        some: list[Due],
        heads: dict[int, Stream | Sealed | None],
    ) -> list[Sealed]:
        made: list[Item] = []
        carried: list[tuple[int, bytes]] = []
        used = tuple(one.id for one in some)
        for one in some:
            item = self._item(one)
            if item is not None:
                made.append(item)
                if one.message is not None:
                    carried.append((one.message, item.sha))
        if not made:
            self._store.exchange.drop(used)
            return []
        try:
            content = items.write_items(made)
            envelope = self._envelope(label, wire, "editions", content, heads)
        except (ValueError, NoroshiError) as error:
            if len(some) > 1:
                return [two for one in some for two in self._seal(label, wire, [one], heads)]
            self.faults[made[0].name] = str(error)
            self._store.exchange.drop(used)
            return []
        return [msgspec.structs.replace(envelope, due=used, carried=tuple(carried))]

    def _envelope(
        self,
        label: int,
        wire: travelling.Travelling,
        type: str,
        content: bytes,
        heads: dict[int, Stream | Sealed | None],
    ) -> Sealed:
        org = self._trust.org
        head = self._head(label, heads)
        self._last = max(now(), (self._last or self._store.exchange.latest(org)) + 1)
        media = items.MEDIA_TYPE if type == EDITIONS else control.MEDIA_TYPE
        envelope = Envelope(
            org, label, (head.seq if head else 0) + 1, head.hash if head else bytes(32),
            self._last, wire, "editions" if type == EDITIONS else "control", media,
            sha256(content).digest(), len(content),
        )  # fmt: skip
        signed = write_envelope(envelope, self._trust.signing(self._last))
        written = cbor.write(travelling.to_wire(wire))
        sealed = Sealed(org, label, label, written, envelope.seq, self._last, signed, content,
                        digest(signed))  # fmt: skip
        heads[label] = sealed
        return sealed

    def _item(self, one: Due) -> Item | None:
        """A message as its item; read again where what it says is not at hand."""
        if one.message is None:
            assert one.content is not None
            return Item(
                sha256(one.content).digest(), one.name, one.name, "", "", now(), None,
                _editions.decode(one.content), derived=True,
            )  # fmt: skip
        assert one.sha is not None
        assert one.data is not None
        assert one.size is not None
        data = unpack(one.data, one.size)
        if one.content is not None:
            editions = _editions.decode(one.content)
        else:
            source = self._settings.source(one.source or "")
            hints = Hints(one.file_name or "", one.received or 0, source.name, source.mapping,
                          limits=self._settings.limits)  # fmt: skip
            outcome = read_outcome(data, hints)
            if outcome.state == QUARANTINED:
                self.faults[one.file_name or one.sha.hex()[:12]] = outcome.reason
                return None
            editions = list(outcome.editions)
        if not editions:
            return None
        if sum(len(edition.records) for edition in editions) > MOST_RECORDS:
            self.faults[one.file_name or one.sha.hex()[:12]] = f"more than {MOST_RECORDS} records"
            return None
        return Item(
            one.sha, one.file_name or "", one.source or "", one.format or "",
            one.media_type or "", one.received or 0, data if len(data) <= MOST_DATA else None,
            editions,
        )  # fmt: skip


def _nobody_else(org: str) -> Sharing:
    return Sharing(audience=((f"org:{org}",),))


def _runs(
    due: list[Due], wires: dict[int, travelling.Travelling | None]
) -> list[tuple[int, list[Due]]]:
    """What is due, in runs of the same label that go into one envelope each."""
    found: list[tuple[int, list[Due]]] = []
    size = 0
    for one in due:
        if wires.get(one.label) is None:
            continue
        weight = len(one.data or b"") + len(one.content or b"")
        last = found[-1] if found else None
        if (
            last is not None
            and last[0] == one.label
            and len(last[1]) < TOGETHER
            and size + weight <= TOGETHER_BYTES
        ):
            last[1].append(one)
            size += weight
        else:
            found.append((one.label, [one]))
            size = weight
    return found
