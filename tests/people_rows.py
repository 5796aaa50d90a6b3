"""One row in every table with personal data, filled with words that can be looked for."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from noroshi.channels.safety import groups as safety
from noroshi.channels.safety.answers import report_safe
from noroshi.channels.sending.queue import Item, enqueue
from noroshi.channels.subscribers.places import Place
from noroshi.channels.subscribers.subscribing import Wanted, request, subscribe
from noroshi.core.record import Mode
from noroshi.core.time import DAY, now
from noroshi.store import line_events, sendings, web_turns
from noroshi.store.conversations import Conversation, Heard
from noroshi.store.filed import AskedNeighbour, Filed
from noroshi.store.people import Contact, PeopleFile

#: What must not be found in an encrypted file, nor in one that was erased from.
WORDS = ("hanako@example.jp", "自宅の裏", "みなと地区", "dialysis", "山田さんの家族", "山田はな子",
         "体育館のすみ", "薬がありません", "136.9512", "橋本さんの返事", "550 5.1.1",
         "裏山の話", "裏山の返事", "窓口の話", "窓口の電文")  # fmt: skip


def _subscriptions(people: PeopleFile, contact: Contact) -> None:
    place = Place(area="city:1720200", name="例示市", label="自宅の裏", district="みなと地区",
                  point=(136.9512, 37.0467), radius=300.0)  # fmt: skip
    wanted = Wanted(places=(place,), needs=frozenset({"dialysis"}))
    subscribe(people, contact, wanted)
    request(people, contact.channel, people.address(contact), wanted, Mode.EXERCISE)


def _safety(people: PeopleFile, contact: Contact) -> None:
    safety.found(people, contact, "山田さんの家族", "山田はな子", lasting=True)
    report_safe(people, contact, "help", place="体育館のすみ", note="薬がありません")


def _reports(people: PeopleFile, contact: Contact) -> None:
    time = now()
    people.put(Filed("f0f0", 0, contact.id, time, "", time + DAY))
    people.put(AskedNeighbour("f1f1", 0, contact.id, time, expires=time + DAY))


def _sendings(people: PeopleFile, contact: Contact) -> None:
    own = Item(contact.id, "1", "受付", "橋本さんの返事", deadline=now() + DAY)
    enqueue(people, [own, msgspec.structs.replace(own, key="2", alert="A", text="避難指示")])
    sendings.end_address(people, contact.id, f"550 5.1.1 {people.address(contact)}")


def _conversations(people: PeopleFile, contact: Contact) -> None:
    time, id = now(), b"a keyed hash"
    words = people.vault.seal("裏山の話".encode(),
                              f"conversations/{contact.id}")  # fmt: skip
    people.put(Conversation(contact.id, 0, words, time, None, time + DAY))
    said = people.vault.seal("裏山の返事".encode(), f"heard/{contact.id}/{id.hex()}")
    people.put(Heard(contact.id, 0, id, said, time + DAY))


def _doors(people: PeopleFile, contact: Contact) -> None:
    time = now()
    web_turns.keep(people, contact.id, Mode.ACTUAL, "k", time, "窓口の話".encode(), time + DAY)
    line_events.add(people, [("E1", contact.id, "窓口の電文".encode())])


#: Table → what fills it for a contact. Whoever adds a table adds its line here.
FILLS: dict[str, Callable[[PeopleFile, Contact], None]] = {
    "contacts": lambda people, contact: None,
    "subscriptions": _subscriptions, "subscription_requests": _subscriptions,
    "safety_members": _safety, "safety_answers": _safety,
    "filed": _reports, "asked": _reports,
    "sendings": _sendings, "unreachable": _sendings,
    "conversations": _conversations, "heard": _conversations,
    "web_turns": _doors, "line_events": _doors,
}  # fmt: skip


def fill(people: PeopleFile) -> Contact:
    """A contact with something in every table."""
    contact = people.meet("email", "hanako@example.jp", keep=DAY, language="ja")
    for one in dict.fromkeys(FILLS.values()):
        one(people, contact)
    return contact
