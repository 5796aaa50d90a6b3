"""The desk: where turns of all channels arrive. It keeps conversations, knows what it has heard
already, does what a step wants done, and is safe for many threads.

A message counts as heard once its answer is kept. Where the process dies before, the provider
sends it again and it is taken again: a report may then be there twice, and is never lost.
"""

from __future__ import annotations

import logging
import threading
from time import monotonic

import msgspec

from noroshi.channels.chat import state as states
from noroshi.channels.chat.effecting import Doing, Filing, code_in
from noroshi.channels.chat.engine import step
from noroshi.channels.chat.known import Known
from noroshi.channels.chat.language.understand import understand
from noroshi.channels.chat.language.understood import Understood
from noroshi.channels.chat.phrases import in_language
from noroshi.channels.chat.phrases import report as told
from noroshi.channels.chat.phrases import talk as say
from noroshi.channels.chat.pictures import Pictures
from noroshi.channels.chat.rephrase import Rephraser, rephraser
from noroshi.channels.chat.state import State
from noroshi.channels.chat.taking import settle
from noroshi.channels.chat.turns import Said, Turn
from noroshi.channels.reports import filing as reporting
from noroshi.core.record import Mode
from noroshi.core.time import DAY, HOUR, now
from noroshi.engine.access import duration
from noroshi.engine.node import Node
from noroshi.store.conversations import Conversation, Heard, due_conversations
from noroshi.store.people import Contact

log = logging.getLogger("noroshi")

#: How answers begin that are not about the real world.
MARKS = {Mode.EXERCISE: ("【訓練】", "[EXERCISE] "), Mode.TEST: ("【試験】", "[TEST] ")}
#: A picture beyond this [bytes], and a text beyond this [characters], is not taken.
MOST_PICTURE, MOST_TEXT = 8 * 2**20, 2_000
#: Seconds between two looks for reports that were left half told, and how many go at once.
_LOOK, _AT_ONCE = 20.0, 50
_LOCKS = 256
_said = msgspec.json.Decoder(list[Said])


class Desk:
    """The conversation of one node in one mode. `filing` keeps reports; without one the node's own
    way is taken, if it has one."""

    def __init__(
        self, node: Node, mode: Mode = Mode.ACTUAL, *, filing: Filing | None = None
    ) -> None:
        self._node, self._mode = node, mode
        self._people = node.people
        #: What answers are made from.
        self.pictures = Pictures(node, mode)
        self._known = Known(node, self.pictures)
        self._filing = filing or reporting
        self._keep = duration(node.settings.people.keep)
        self._rephrase: Rephraser | None = rephraser(node.settings.chat)
        self._locks = [threading.Lock() for _ in range(_LOCKS)]
        self._settling = threading.Lock()
        self._settled = monotonic()

    def hear(self, channel: str, address: str, turn: Turn, *, id: str = "") -> list[Said]:
        """What is said to a turn of the person at `address`, in order.

        `id` is the provider's id of the message: the same id again is given the same answer, and
        nothing is done twice. What goes wrong is said to the person and logged; only a file of
        people that cannot be used raises.
        """
        if not self._node.settings.chat.enabled:
            return self._marked([Said(in_language(say.OFF, "ja"))], "ja")
        contact = self._contact(channel, address)
        with self._locks[hash(contact.id) % _LOCKS]:
            blind = self._people.vault.blind("heard", id) if id else b""
            if id and (before := self._before(contact, blind)) is not None:
                return before
            found = self._take(contact, turn, blind)
        if monotonic() - self._settled > _LOOK:
            self.settle(turn.at)
        return found

    def moment(self) -> int:
        """What time it is in this mode: in an exercise, in the drill that is played."""
        return self.pictures.moment(0)

    def warm(self, at: int | None = None) -> None:
        """Make what answers stand on, so that the first person does not wait for it."""
        moment = self.pictures.moment(at or now())
        understand("避難所はどこですか", self._known.gazetteer(moment), at=moment)

    # --- conversations ------------------------------------------------------------------------

    def _contact(self, channel: str, address: str) -> Contact:
        """Kept for longer once an hour: not at each message, for each writes to the disk."""
        found = self._people.known(channel, address)
        if found is None or now() - found.used > HOUR:
            found = self._people.meet(channel, address, keep=self._keep)
        return found

    def _before(self, contact: Contact, blind: bytes) -> list[Said] | None:
        row = self._people.get(Heard, contact=contact.id, mode=int(self._mode), id=blind)
        if row is None:
            return None
        return _said.decode(self._people.vault.open(row.said, _where(contact, blind)))

    def _load(self, contact: Contact, at: int) -> State:
        row = self._people.get(Conversation, contact=contact.id, mode=int(self._mode))
        if row is None:
            ja = contact.language in ("", "ja", "easy")
            return State(language="ja" if ja else "en", chosen=bool(contact.language))
        return states.read(self._people.vault.open(row.state, f"conversations/{contact.id}"), at)

    def _save(self, contact: Contact, state: State, said: list[Said], blind: bytes) -> None:
        sealed = self._people.vault.seal(states.write(state), f"conversations/{contact.id}")
        kept = self._people.vault.seal(msgspec.json.encode(said), _where(contact, blind))
        time = now()

        def save() -> None:
            if self._people.get(Contact, id=contact.id) is None:
                return  # erased meanwhile, by another way
            self._people.put(Conversation(
                contact.id, int(self._mode), sealed, time, state.due, time + states.KEPT
            ))  # fmt: skip
            if blind:
                self._people.put(Heard(contact.id, int(self._mode), blind, kept, time + DAY))

        self._people.together(save)

    # --- a turn -------------------------------------------------------------------------------

    def _take(self, contact: Contact, turn: Turn, blind: bytes) -> list[Said]:
        at = self.pictures.moment(turn.at)
        turn = msgspec.structs.replace(turn, text=turn.text[:MOST_TEXT], at=at)
        state = self._load(contact, at)
        said: list[Said] = []
        if turn.picture is not None and len(turn.picture) > MOST_PICTURE:
            said.append(Said(in_language(told.TOO_LARGE, state.language)))
            turn = msgspec.structs.replace(turn, picture=None)
        doing = Doing(self._node, self._mode, self._known, self._filing, contact, state, at)
        if code := code_in(turn.text):
            said = self._marked([doing.confirm(code)], state.language)
            self._save(contact, state, said, blind)
            return said
        try:
            state, answers, effects = step(state, turn, self._understand(turn), self._known)
        except Exception:  # whatever it is, somebody who may be in danger is answered
            log.exception("a turn could not be answered")
            return self._marked([*said, Said(in_language(say.CALL_FIRST, state.language),
                                             urgent=True),
                                 Said(in_language(say.TRY_AGAIN, state.language))],
                                state.language)  # fmt: skip
        said += answers
        doing = Doing(self._node, self._mode, self._known, self._filing, contact, state, at)
        for effect in effects:
            said += doing.do(effect)
        said = self._marked(self._rephrased(said, state.language), state.language)
        if doing.state is not None:
            self._save(contact, doing.state, said, blind)
        return said

    def _understand(self, turn: Turn) -> Understood:
        if not turn.text.strip():
            return Understood("ja")
        return understand(turn.text, self._known.gazetteer(turn.at), at=turn.at)

    def _rephrased(self, said: list[Said], language: str) -> list[Said]:
        if self._rephrase is None:
            return said
        return [self._rephrase(one, language) for one in said]

    def _marked(self, said: list[Said], language: str) -> list[Said]:
        """Each message of an exercise says so, once, at its beginning."""
        mark = MARKS.get(self._mode)
        if mark is None:
            return said
        head = mark[language == "en"]
        return [msgspec.structs.replace(one, text=head + one.text) for one in said]

    # --- reports that were left half told -----------------------------------------------------

    def settle(self, at: int) -> int:
        """File the reports that were left half told and are due by `at` (µs; drill time in
        exercises). Returns how many. To be called now and then; `hear` does, too."""
        if not self._settling.acquire(blocking=False):
            return 0
        try:
            self._settled = monotonic()
            moment, count = self.pictures.moment(at), 0
            for id in due_conversations(self._people, int(self._mode), moment, _AT_ONCE):
                with self._locks[hash(id) % _LOCKS]:
                    count += self._settle(id, moment)
            return count
        finally:
            self._settling.release()

    def _settle(self, id: str, at: int) -> int:
        contact = self._people.get(Contact, id=id)
        if contact is None:
            return 0
        state = self._load(contact, at)
        if state.draft is None or (state.due or 0) > at:
            return 0
        filing = settle(state.draft, state.waiting, state.language)
        state = msgspec.structs.replace(state, draft=None, waiting=(), question=None)
        doing = Doing(self._node, self._mode, self._known, self._filing, contact, state, at)
        for effect in filing:
            doing.do(effect)
        if doing.state is not None:
            self._save(contact, doing.state, [], b"")
        return len(filing)


def _where(contact: Contact, blind: bytes) -> str:
    return f"heard/{contact.id}/{blind.hex()}"
