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
#: Groups that mean the same everywhere; any other travels as the organisations in it.
_SHARED_GROUPS = frozenset({"group:responders", "group:isut"})
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
        self._checked: tuple[int, int] | None = None
        #: Labels of which something was not sent, because nobody else may see them.
        self._stay: set[int] = set()
        self.faults: dict[str, str] = {}

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
        sealed = self._relabel(state)
        due = self._store.exchange.due(ROUND)
        dropped: list[int] = []
        wires: dict[int, travelling.Travelling | None] = {}
        for one in due:
            if one.label not in wires:
                wires[one.label] = self.travels(one.label)
            if wires[one.label] is None:
                dropped.append(one.id)
                self._stay.add(one.label)
        if dropped:
            self._store.exchange.drop(dropped)
        # In the order in which things came, across streams: an origin's times rise with it.
        envelopes: list[Sealed] = []
        heads: dict[int, Stream | Sealed | None] = {}
        for label, some in _runs(due, wires):
            wire = wires[label]
            assert wire is not None
            envelopes += self._seal(label, wire, some, heads)
        if envelopes:
            self._store.exchange.seal(envelopes)
        return sealed + len(envelopes)

    def _relabel(self, state: int) -> int:
        """Say of every stream whose label travels otherwise now that it does."""
        mark = self._sharings.current(), state
        if mark == self._checked:
            return 0
        changes: list[Sealed] = []
        heads: dict[int, Stream | Sealed | None] = {}
        for one in self._store.exchange.streams():
            if one.origin != self._trust.org or one.label in BUILT_IN:
                continue
            wire = self.travels(one.label) or _nobody_else(self._trust.org)
            written = cbor.write(travelling.to_wire(wire))
            if written == one.wire:
                continue
            heads[one.label] = one
            content = control.write_control(control.Relabel(wire))
            envelope = self._envelope(one.label, wire, "control", content, heads)
            changes.append(msgspec.structs.replace(envelope, was=one.wire))
        if changes:
            self._store.exchange.seal(changes)
        if any(self.travels(label) is not None for label in self._stay):
            self._stay.clear()
            self._store.exchange.begin()  # what nobody might have before is due now
        self._checked = mark
        return len(changes)

    def _seal(
        self,
        label: int,
        wire: travelling.Travelling,
        some: list[Due],
        heads: dict[int, Stream | Sealed | None],
    ) -> list[Sealed]:
        made: list[Item] = []
        carried: list[tuple[int, bytes]] = []
        used: list[int] = []
        for one in some:
            used.append(one.id)
            if one.sort == EDITIONS:
                item = self._item(one)
                if item is not None:
                    made.append(item)
                    if one.message is not None:
                        carried.append((one.message, item.sha))
        if some[0].sort != EDITIONS:
            shas = tuple(one.sha for one in some if one.sha is not None)
            content = control.write_control(control.Recall(shas, some[0].name[:1000]))
            envelope = self._envelope(label, wire, "control", content, heads)
        elif made:
            try:
                content = items.write_items(made)
                envelope = self._envelope(label, wire, "editions", content, heads)
            except (ValueError, NoroshiError) as error:
                if len(some) > 1:
                    return [two for one in some for two in self._seal(label, wire, [one], heads)]
                self.faults[made[0].name] = str(error)
                self._store.exchange.drop(used)
                return []
        else:
            self._store.exchange.drop(used)
            return []
        return [msgspec.structs.replace(envelope, due=tuple(used), carried=tuple(carried))]

    def _envelope(
        self,
        label: int,
        wire: travelling.Travelling,
        type: str,
        content: bytes,
        heads: dict[int, Stream | Sealed | None],
    ) -> Sealed:
        org = self._trust.org
        if label not in heads:
            heads[label] = self._store.exchange.stream(org, label)
        head = heads[label]
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
    """What is due, in runs of the same label and sort that go into one envelope each."""
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
            and (last[1][0].sort, last[1][0].name if one.sort != EDITIONS else "")
            == (one.sort, one.name if one.sort != EDITIONS else "")
            and len(last[1]) < TOGETHER
            and size + weight <= TOGETHER_BYTES
        ):
            last[1].append(one)
            size += weight
        else:
            found.append((one.label, [one]))
            size = weight
    return found
