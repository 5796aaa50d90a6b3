"""Answers what LINE brought: in the order of each person, several persons at a time.

An answer goes by the reply token, once and while it is good; when it is not good any more, as a
push message through the queue of what is sent to people. Before a reply is made that it will be is
kept: after a crash it is not known whether it arrived, and it goes by the queue, where the same
answer is sent once. So a crash loses nothing, and in that one moment may say something twice.
"""

from __future__ import annotations

import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import monotonic

from filelock import FileLock, Timeout

from noroshi.channels import personal
from noroshi.channels.chat.door import Door, door
from noroshi.channels.chat.turns import Said, Turn
from noroshi.channels.line import wording
from noroshi.channels.line.messaging import Answer, Messaging
from noroshi.channels.line.webhook import CHANNEL, Event, read
from noroshi.channels.sending.queue import Item, enqueue
from noroshi.channels.sending.sender import Down
from noroshi.core.record import Mode
from noroshi.core.time import HOUR, SECOND, now
from noroshi.engine.node import Node
from noroshi.engine.settings_people import Line
from noroshi.store import FAULTS, line_events
from noroshi.store.line_events import Waiting
from noroshi.store.people import Contact

log = logging.getLogger("noroshi")

#: For how long (µs) after it came a reply token is used: LINE says one minute.
LIFETIME = 50 * SECOND
#: Persons answered at a time; seconds between two looks; how often what fails is tried, and for
#: how long (µs) an answer is worth sending.
AT_ONCE, IDLE, TRIES, WORTH = 8, 1.0, 5, 6 * HOUR
#: Seconds before something is tried again, doubled each time.
FIRST_WAIT = 0.5
NOT_THIS = {
    "ja": "これは {読|よ}めません。"
          "{文字|もじ}・{場所|ばしょ}・{写真|しゃしん}で {送|おく}ってください。",
    "en": "This cannot be read here. Please send text, a location or a picture.",
}  # fmt: skip
NO_PICTURE = {
    "ja": "{写真|しゃしん}を {受|う}け{取|と}れませんでした。"
          "もう{一度|いちど} {送|おく}るか、{文字|もじ}で {書|か}いて ください。",
    "en": "The picture could not be received. Send it again, or write what you see.",
}  # fmt: skip
SORRY = {
    "ja": "すみません。いま {答|こた}えられません。もう{一度|いちど} {送|おく}ってください。\n"
          "{命|いのち}が あぶない ときは、すぐ 119に {電話|でんわ}してください。",
    "en": "Sorry, no answer can be given now. Please send it again.\n"
          "If life is in danger, call 119 now.",
}  # fmt: skip
#: What somebody who adds the account is taken to have pressed.
WELCOME = "ask:help"


class Answering:
    """The answers of one home; of several processes one gives them. A
    `noroshi.engine.node.Delivery`. Raises NoroshiError naming the setting that is wrong."""

    name = "line answers"

    def __init__(
        self, node: Node, settings: Line, *, listening: Door | None = None,
        lifetime: int = LIFETIME,
    ) -> None:  # fmt: skip
        self._node, self._people = node, node.people
        self.mode = Mode[settings.mode.upper()]
        self._messaging = Messaging(settings, private=node.settings.web.allow_private)
        self._door = listening or door(node)
        self._lifetime, self._base = lifetime, node.settings.web.url.rstrip("/")
        self._lock = FileLock(Path(node.people.path).parent / "line-answers.lock")
        self._stopping, self._news = threading.Event(), threading.Event()
        self._busy: set[str] = set()
        self._tried: dict[bytes, tuple[int, float]] = {}
        self._thread = threading.Thread(target=self._run, name=self.name, daemon=True)

    @property
    def error(self) -> str:
        """Why nothing goes out; empty where it does."""
        return self._messaging.error

    @property
    def behind(self) -> int:
        """How many messages are not answered yet."""
        return line_events.count(self._people)

    def start(self) -> None:
        """Begin to answer."""
        self._thread.start()

    def nudge(self) -> None:
        """Something came."""
        self._news.set()

    def stop(self) -> None:
        """End, once what was begun is answered. The rest waits."""
        self._stopping.set()
        self._news.set()
        if self._thread.ident is not None:
            self._thread.join(timeout=30)

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._lock.acquire(timeout=0)
                break
            except Timeout:
                self._stopping.wait(IDLE)
        else:
            return
        try:
            with ThreadPoolExecutor(AT_ONCE, self.name) as threads:
                while not self._stopping.is_set():
                    self._look(threads)
        finally:
            self._messaging.close()
            self._lock.release()

    def _look(self, threads: ThreadPoolExecutor) -> None:
        """Hand on what waits of everybody who is not being answered."""
        self._news.clear()
        ahead = IDLE
        try:
            for one in line_events.waiting(self._people, 4 * AT_ONCE + len(self._busy)):
                if one.contact in self._busy or len(self._busy) >= 2 * AT_ONCE:
                    continue
                _, when = self._tried.get(one.event, (0, 0.0))
                if when > monotonic():
                    ahead = min(ahead, when - monotonic())
                    continue
                self._busy.add(one.contact)
                threads.submit(self._answer, one)
        except FAULTS as error:
            log.error("%s: the file of people cannot be used: %s", self.name, error)
        self._news.wait(max(ahead, 0.01))

    def _answer(self, one: Waiting) -> None:
        """Answer one event, or leave it for later."""
        try:
            contact = self._people.get(Contact, id=one.contact)
            if contact is None:  # erased meanwhile, and this with it
                return
            self._one(one, read(one.body), contact)
            line_events.answered(self._people, one)
            self._tried.pop(one.event, None)
        except Down as down:
            self._later(one, str(down))
        except FAULTS as error:
            self._later(one, f"the file of people cannot be used: {error}")
        except Exception:  # a defect of ours must not lose a message, nor hold up those after it
            log.exception("a message of LINE could not be answered")
            self._later(one, "a mistake of this node; its log says where")
        finally:
            self._busy.discard(one.contact)
            self._news.set()

    def _later(self, one: Waiting, why: str) -> None:
        tries, _ = self._tried.get(one.event, (0, 0.0))
        if tries + 1 < TRIES:
            self._tried[one.event] = tries + 1, monotonic() + FIRST_WAIT * 2**tries
            return
        log.error("a message of LINE is given up: %s", why)
        self._tried.pop(one.event, None)
        contact = self._people.get(Contact, id=one.contact)
        if contact is not None:
            event = read(one.body)
            self._push(event, contact, [Said(SORRY[_language(contact)])])
        line_events.answered(self._people, one)

    def _one(self, one: Waiting, event: Event, contact: Contact) -> None:
        if event.type == "unfollow":  # nobody can be reached there any more, and nothing is kept
            personal.erase(self._node, contact)
            return
        said = self._said(event, contact)
        if said:
            self._tell(one, event, contact, said)

    def _said(self, event: Event, contact: Contact) -> list[Said]:
        at, message = self._door.moment(self.mode), event.message
        if event.type == "follow":
            return self._hear(event, Turn(choice=WELCOME, at=at), contact)
        if event.type == "postback" and event.postback is not None:
            pressed = event.postback.data
            choice = pressed.removeprefix(wording.PRESSED)
            known = pressed.startswith(wording.PRESSED)
            return self._hear(event, Turn(choice=choice, at=at), contact) if known else []
        if event.type != "message" or message is None:
            return []
        if message.type == "text":
            return self._hear(event, Turn(text=message.text, at=at), contact)
        if message.type == "location" and message.longitude is not None:
            assert message.latitude is not None
            place = message.longitude, message.latitude
            return self._hear(event, Turn(position=place, at=at), contact)
        if message.type == "image" and message.contentProvider.type == "line":
            picture = self._messaging.picture(message.id)
            if picture is None:
                return [Said(NO_PICTURE[_language(contact)])]
            return self._hear(event, Turn(picture=picture, at=at), contact)
        return [Said(NOT_THIS[_language(contact)])]

    def _hear(self, event: Event, turn: Turn, contact: Contact) -> list[Said]:
        return self._door.hear(
            self.mode, CHANNEL, event.source.userId, turn, id=event.webhookEventId,
            language=_language(contact),
        ).said  # fmt: skip

    def _tell(self, one: Waiting, event: Event, contact: Contact, said: list[Said]) -> None:
        """Reply, or push where the reply can no longer be made."""
        if event.replyToken and not one.begun and now() - one.received < self._lifetime:
            messages = wording.messages(said, self.mode, self._base)
            line_events.begin(self._people, one.event)
            if self._reply(one, event, messages):
                return
        self._push(event, contact, said)

    def _reply(self, one: Waiting, event: Event, messages: list[dict[str, object]]) -> bool:
        """True once the reply was taken; False where it will not be."""
        doubtful, wait = False, FIRST_WAIT
        while True:
            answer = self._messaging.reply(event.replyToken, messages)
            if answer is Answer.TAKEN:
                return True
            # A token that is in its time, and was used by nobody else, is spent on this answer.
            if answer is Answer.SPENT:
                return doubtful
            if answer is Answer.REFUSED:
                log.error("LINE refuses a reply: %s", self._messaging.error)
                return False
            doubtful = doubtful or answer is Answer.UNKNOWN
            left = (one.received + self._lifetime - now()) / SECOND
            if wait > left or self._stopping.wait(wait):
                return False
            wait *= 2

    def _push(self, event: Event, contact: Contact, said: list[Said]) -> None:
        enqueue(self._people, [Item(
            contact.id, f"line/{event.webhookEventId}", "",
            wording.as_text(said, self.mode, self._base), mode=self.mode,
            urgent=True, deadline=now() + WORTH, language=_language(contact),
        )])  # fmt: skip


def _language(contact: Contact) -> str:
    return "en" if contact.language == "en" else "ja"
