"""The door of the conversation: every channel brings in here what people say, and here alone it is
looked at whether somebody says too much.

A limit slows one contact and says so, with 119 in the same breath; words of danger are never held
back by it.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from functools import cache
from typing import Protocol
from weakref import WeakKeyDictionary

import msgspec

from noroshi.channels.chat.language.gazetteer import Gazetteer
from noroshi.channels.chat.language.normal import plain
from noroshi.channels.chat.language.understand import in_peril, understand
from noroshi.channels.chat.limits import (
    MESSAGES,
    NEW,
    PERIL,
    PICTURES,
    REPORTS,
    Spent,
)
from noroshi.channels.chat.turns import Fact, Said, Turn
from noroshi.channels.subscribers.limits import network
from noroshi.core.record import Mode
from noroshi.core.time import FOREVER, SECOND, now
from noroshi.engine.access import duration
from noroshi.engine.clocks import DrillClock
from noroshi.engine.node import Node
from noroshi.kinds.resident_report import REPORT
from noroshi.store.conversations import due_conversations

#: Locks among which contacts are spread: what one says is heard one after another.
_LOCKS = 256
#: For how long (µs) a drill is taken to go as it went.
_REST = 2 * SECOND
DANGER = {
    "ja": "⚠ {命|いのち}が あぶない ときは、すぐ 119に {電話|でんわ}してください。",
    "en": "⚠ If life is in danger, call 119 now.",
}
_WAIT = {
    "ja": "たくさん {書|か}いて いるので、すこし {待|ま}ってください。"
          "{wait}{後|あと}に また {書|か}けます。\n"
          "この メッセージは まだ {受|う}け{取|と}って いません。",
    "en": "You are writing a lot. Please wait: you can write again in {wait}.\n"
          "This message has not been taken yet.",
}  # fmt: skip
_NEW = {
    "ja": "いま この {場所|ばしょ}から {新|あたら}しく {使|つか}う {人|ひと}が "
          "とても {多|おお}いです。"
          "{wait}{後|あと}に もう {一度|いちど} {送|おく}ってください。\n"
          "この メッセージは まだ {受|う}け{取|と}って いません。",
    "en": "Very many people are starting from your network just now. Please send it again in "
          "{wait}.\nThis message has not been taken yet.",
}  # fmt: skip


class Listener(Protocol):
    """Who answers (`noroshi.channels.chat.desk.Desk`)."""

    def hear(self, channel: str, address: str, turn: Turn, *, id: str = "") -> list[Said]:
        """What is said to a turn; to the same `id` again the same, and nothing is done twice."""
        ...

    def settle(self, at: int) -> int:
        """File what was left half told and is due by `at`. Returns how many."""
        ...


class Heard(msgspec.Struct, frozen=True):
    """What is said to a turn. `wait`: it was not taken, and may be sent again after so many
    seconds (0: it was taken)."""

    said: list[Said]
    wait: int = 0


class Door:
    """The door of one node. `clock` gives microseconds that never go back."""

    def __init__(
        self, node: Node, listener: Callable[[Mode], Listener],
        clock: Callable[[], int] = lambda: time.monotonic_ns() // 1000,
    ) -> None:  # fmt: skip
        self._node, self._people = node, node.people
        self._listener, self._clock = listener, clock
        self._drill: DrillClock | None = None
        self._looked = 0
        self._listeners: dict[Mode, Listener] = {}
        self._making = threading.Lock()
        self._messages, self._reports = Spent(MESSAGES), Spent(REPORTS)
        self._pictures, self._peril, self._new = Spent(PICTURES), Spent(PERIL), Spent(NEW)
        self._turns = [threading.Lock() for _ in range(_LOCKS)]

    def moment(self, mode: Mode) -> int:
        """The time now (µs UTC); in an exercise that is played, its own."""
        if mode is not Mode.EXERCISE:
            return now()
        if self._drill is None or self._clock() - self._looked > _REST:
            self._drill = self._drill or DrillClock(self._node.store)
            self._drill.look()
            self._looked = self._clock()
        return self._drill.time(mode, now())

    def listener(self, mode: Mode) -> Listener:
        """Who answers in a mode."""
        with self._making:
            found = self._listeners.get(mode)
            if found is None:
                found = self._listeners[mode] = self._listener(mode)
        return found

    def settle(self) -> int:
        """File the reports that were left half told and are due, in every mode. Returns how
        many."""
        count = 0
        for mode in Mode:
            # Who answers is made only where somebody has spoken.
            if due_conversations(self._people, int(mode), FOREVER, 1):
                count += self.listener(mode).settle(self.moment(mode))
        return count

    def hear(
        self, mode: Mode, channel: str, address: str, turn: Turn, *, id: str = "",
        address_of_net: str = "", language: str = "ja", chosen: bool = False,
    ) -> Heard:  # fmt: skip
        """What is said to a turn of the person at `address`. `address_of_net`: the network address
        it came from (empty: from a provider, that keeps its own limits); `language`: in which the
        person is told to wait, and, where they have `chosen` it, is answered."""
        who = (channel, address)
        with self._turns[hash(who) % _LOCKS]:
            held = self._held_back(mode, who, turn, address_of_net, language)
            if held is not None:
                return held
            listener = self.listener(mode)
            if chosen:
                self._choose(listener, who, turn.at, language)
            said = listener.hear(channel, address, turn, id=id)
            if any(_filed(fact) for one in said for fact in one.facts):
                self._reports.take(who, self._clock())
        return Heard(said)

    def _choose(self, listener: Listener, who: tuple[str, str], at: int, language: str) -> None:
        """From now on the person is answered in the language of the page they look at."""
        contact = self._people.known(*who)
        if contact is None or contact.language != language:
            keep = duration(self._node.settings.people.keep)
            self._people.meet(*who, keep=keep, language=language)
            if contact is not None:
                listener.hear(*who, Turn(choice=f"lang:{language}", at=at))

    def _held_back(
        self, mode: Mode, who: tuple[str, str], turn: Turn, net: str, language: str
    ) -> Heard | None:
        at = self._clock()
        new = bool(net) and self._people.known(*who) is None
        wait = self._new.take(network(net), at) if new else 0
        words = _NEW if wait else _WAIT
        wait = wait or self._messages.take(who, at)
        if not wait and turn.picture is not None:
            wait = self._pictures.take(who, at)
        if not wait and (over := self._reports.wait(who, at)) and _reports(turn):
            wait = over
        if not wait:
            return None
        peril = in_peril(plain(turn.text).text)
        if peril and self._peril.take(who, at) == 0:
            return None
        seconds = -(-wait // SECOND)
        said = Said(words[language].replace("{wait}", _spoken(seconds, language)))
        danger = Said(DANGER[language], urgent=peril)
        return Heard([danger, said] if peril else [said, danger], seconds)


def _filed(fact: Fact) -> bool:
    """Whether an answer rests on a report taken in this very turn: of earlier ones it is told as
    of records, whose source are residents."""
    return fact.kind == REPORT and fact.source == "chat"


def _reports(turn: Turn) -> bool:
    """Whether a turn reports something: asked only of who has reported very much already."""
    if turn.picture is not None or turn.position is not None:
        return True
    intents = understand(turn.text, _no_places(), at=turn.at).intents
    return any(one.startswith("report_") for one in intents)


@cache
def _no_places() -> Gazetteer:
    return Gazetteer()


def _spoken(seconds: int, language: str) -> str:
    minutes = -(-seconds // 60)
    if language == "en":
        return f"{seconds} s" if seconds <= 90 else f"{minutes} min"
    return f"{seconds}{{秒|びょう}}" if seconds <= 90 else f"{minutes}{{分|ふん}}"


_DOORS: WeakKeyDictionary[Node, Door] = WeakKeyDictionary()
_LOCK = threading.Lock()


def door(node: Node, made: Door | None = None) -> Door:
    """The door of a node, made at its first use (or `made`): one, whatever the channel."""

    def desk(mode: Mode) -> Listener:
        from noroshi.channels.chat.desk import Desk

        found: Listener = Desk(node, mode)
        return found

    with _LOCK:
        found = _DOORS.get(node)
        if found is None:
            found = _DOORS[node] = made or Door(node, desk)
        return found
