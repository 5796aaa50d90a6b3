"""A resident's conversation on this node's page: the browser's session, what was said in it, and
how it is drawn.

The session is a random number in a cookie that no script reads, with a mark that it was made here:
without it nobody can begin ever new ones by making up cookies. It is the contact's address.
"""

from __future__ import annotations

import base64
import hmac
import secrets
from typing import Any

import msgspec
from starlette.responses import Response

from noroshi.channels.advice import plain
from noroshi.channels.chat.door import Heard, door
from noroshi.channels.chat.spoken import label, language_of, lines, spoken
from noroshi.channels.chat.turns import Fact, Said, Turn
from noroshi.channels.sending import queue
from noroshi.channels.subscribers.subscribing import linked
from noroshi.core.errors import NotFound
from noroshi.core.record import Mode
from noroshi.core.time import DAY, SECOND, now, show
from noroshi.engine.node import Node
from noroshi.store import sendings, web_turns
from noroshi.store.people import Contact, PeopleFile
from noroshi.store.web_turns import WebTurn
from noroshi.web import cookies
from noroshi.web.routing import Asked

CHANNEL = "web"
#: For how long (µs) after the last turn the page shows a conversation, and its cookie lasts.
LASTS = 3 * DAY
_SECRET, _MARK = 16, 12


class Session(msgspec.Struct, frozen=True):
    """Whose browser it is: the contact's address, and what its cookie holds. `new`: it came
    without one."""

    address: str
    text: str
    new: bool

    def give(self, response: Response, asked: Asked) -> None:
        """Let the browser keep it, from now on as long as it lasts."""
        cookies.give(response, asked.scope, cookies.CHAT, self.text, lasts=LASTS // SECOND)


def session_of(asked: Asked) -> Session:
    """The session that the browser brings, if it was made here, or else a new one."""
    brought = cookies.cookie(asked.scope, cookies.CHAT) or ""
    address, _, mark = brought.partition(".")
    people = asked.node.people
    if address and hmac.compare_digest(mark.encode(), _mark(people, address).encode()):
        return Session(address, brought, new=False)
    known = _remembered(asked)
    address = known or secrets.token_urlsafe(_SECRET)
    return Session(address, f"{address}.{_mark(people, address)}", new=not known)


def _remembered(asked: Asked) -> str:
    """The address of who this browser is known for by another page, where it is the browser's."""
    text = cookies.cookie(asked.scope, cookies.RESIDENT)
    try:
        contact = None if text is None else linked(asked.node.people, text, "browser")
    except NotFound:
        return ""
    if contact is None or contact.channel != CHANNEL:
        return ""
    return asked.node.people.address(contact)


def contact_of(asked: Asked) -> Contact | None:
    """Who talks to this node from this browser, or None."""
    session = session_of(asked)
    return None if session.new else asked.node.people.known(CHANNEL, session.address)


def _mark(people: PeopleFile, address: str) -> str:
    return base64.urlsafe_b64encode(people.vault.blind("chat session", address)[:_MARK]).decode()


class Done(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a person did, as the page shows it again: neither their picture nor their position."""

    text: str = ""
    position: bool = False
    picture: bool = False


class Exchange(msgspec.Struct, frozen=True, omit_defaults=True):
    """A turn as it is kept: what the person did (None: what came by itself), and what was said."""

    did: Done | None = None
    said: tuple[Said, ...] = ()


class Shown(msgspec.Struct, frozen=True):
    """A turn as it is drawn."""

    number: int
    at: int
    did: Done | None
    said: tuple[Said, ...]


def hear(asked: Asked, session: Session, turn: Turn, key: str, pressed: str) -> Shown | Heard:
    """Have a turn heard, and keep it with what is said: the same `key` again gives the same, and
    nothing is done twice. Its number is 0 where nothing is kept of it. Where it was not taken, what
    is said to that, with how long to wait. `pressed` is what the quick reply says that was
    pressed."""
    node, mode = asked.node, asked.mode
    before = node.people.known(CHANNEL, session.address)
    if before is not None and (found := web_turns.kept(node.people, before.id, mode, key)):
        return shown(found)
    client = asked.scope.get("client")
    heard = door(node).hear(
        mode, CHANNEL, session.address, turn, id=f"{session.address}/{key}",
        address_of_net=client[0] if client else "-", language=asked.language,
        chosen="lang" in asked.params,
    )  # fmt: skip
    if heard.wait:
        return heard
    contact = node.people.known(CHANNEL, session.address)
    did = Done(turn.text or pressed, turn.position is not None, turn.picture is not None)
    said = Exchange(did, tuple(sorted(heard.said, key=lambda one: not one.urgent)))
    if contact is None:  # they had themselves erased: this is not kept either
        return Shown(0, now(), said.did, said.said)
    kept = _keep(node, contact, mode, key, said)
    if kept is None:  # the same was sent twice at once
        again = web_turns.kept(node.people, contact.id, mode, key)
        kept = shown(again) if again is not None else None
    return kept or Shown(0, now(), said.did, said.said)


def _keep(node: Node, contact: Contact, mode: Mode, key: str, said: Exchange) -> Shown | None:
    at, words = now(), msgspec.json.encode(said)
    number = web_turns.keep(node.people, contact.id, mode, key, at, words, at + LASTS)
    return None if number is None else Shown(number, at, said.did, said.said)


def since(asked: Asked, session: Session, number: int) -> list[Shown]:
    """What was said after a turn; what waited to be told to this person is among it, from now
    on."""
    node, mode = asked.node, asked.mode
    contact = node.people.known(CHANNEL, session.address)
    if contact is None:
        return []
    if sendings.waiting_for(node.people, contact.id, mode):
        # In one transaction: what counts as received stands in the conversation.
        with node.people.changing():
            for one in queue.collect(node.people, contact, mode):
                text = "\n".join(filter(None, (one.title, one.text)))
                said = Exchange(None, (Said(text, link=one.link, urgent=one.urgent),))
                _keep(node, contact, mode, f"sending/{one.key}", said)
    return [shown(one) for one in web_turns.since(node.people, contact.id, mode, number)]


def shown(kept: WebTurn) -> Shown:
    """A turn that was kept."""
    said = msgspec.json.decode(kept.words, type=Exchange)
    return Shown(kept.number, kept.at, said.did, said.said)


def record_link(fact: Fact, root: str, language: str) -> str:
    """Where the record behind an answer can be read; empty for an official place, which has no
    page."""
    if "." not in fact.kind:
        return ""
    return f"{root}/collections/{fact.kind}/items/{fact.id}?f=html&lang={language}"


def address(link: str, root: str) -> str:
    """A link in an answer, as it stands in a page; what is no address of the web is none."""
    if link.startswith("/") and not link.startswith("//"):
        return root + link
    return link if link.startswith(("https://", "http://")) else ""


def as_json(one: Shown, mode: Mode, root: str, html: str) -> dict[str, Any]:
    """A turn for programs: what was said as plain text and as HTML, with its sources."""
    return {
        "number": one.number, "at": show(one.at),
        "did": None if one.did is None else {
            "text": one.did.text, "position": one.did.position, "picture": one.did.picture,
        },
        "said": [said_json(said, mode, root) for said in one.said], "html": html,
    }  # fmt: skip


def said_json(said: Said, mode: Mode, root: str) -> dict[str, Any]:
    """What is said, for programs."""
    language = language_of(said)
    return {
        "text": plain.drop_readings(spoken(said, mode)), "urgent": said.urgent,
        "html": "".join(f"<p>{plain.show_readings(one)}</p>" for one in lines(said, mode)),
        "language": language, "wants": said.wants, "link": address(said.link, root),
        "choices": [{"id": one.id, "label": label(one, said)} for one in said.choices],
        "facts": [{"kind": one.kind, "id": one.id, "issued": show(one.issued),
                   "source": one.source, "values": one.values,
                   "href": record_link(one, root, language)} for one in said.facts],
    }  # fmt: skip
