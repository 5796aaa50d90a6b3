"""The letters that a person gets before any alert: to confirm, and with their link."""

from __future__ import annotations

import hashlib

import msgspec

from noroshi.channels.sending.queue import Item, enqueue
from noroshi.channels.subscribers.subscribing import LINKED, REMINDED, WAITS, ending, link_proof
from noroshi.core.record import Mode
from noroshi.core.time import now
from noroshi.store.people import Contact, PeopleFile


class Letter(msgspec.Struct, frozen=True):
    """One letter: to whom (a contact's id), under which key (the same is sent once), what it says,
    and until when it may be sent (microseconds)."""

    contact: str
    key: str
    title: str
    text: str
    link: str
    mode: Mode
    deadline: int
    language: str


def confirmation(contact: Contact, secret: str, base: str, language: str, mode: Mode) -> Letter:
    """The one letter that goes to an address before its holder confirmed anything. `base`: the
    address of the node's pages."""
    link = f"{base}/subscribe/confirm/{secret}" + _query(mode, language)
    if language == "en":
        title = "Confirm your alerts"
        text = (
            "Somebody, perhaps you, asked for disaster alerts at this address.\n"
            "Open the link within 24 hours and press the button to receive them.\n"
            "If it was not you, do nothing: nothing more will be sent."
        )
    else:
        title = "防災のお知らせの確認"
        text = (
            "このメールアドレスに防災のお知らせを送る申し込みがありました。\n"
            "24時間以内に下のリンクを開いて、ボタンを押すと届くようになります。\n"
            "心当たりがなければ、何もしないでください。これ以上は送りません。"
        )
    # The queue keeps its keys as they are: nothing of the secret may be in one.
    key = "confirm/" + hashlib.sha256(secret.encode()).hexdigest()[:16]
    return Letter(contact.id, key, title, text, link, mode, now() + WAITS, language)


def own_link(people: PeopleFile, contact: Contact, base: str, language: str, mode: Mode) -> Letter:
    """The letter with the link by which a person sees, changes and ends what is kept of them."""
    time = now()
    link = manage_link(people, contact.id, base) + _query(mode, language)
    if language == "en":
        title = "Your link"
        text = (
            "With this link you see, change and end what you receive. It is good for 30 days.\n"
            "Give it to nobody."
        )
    else:
        title = "登録の確認・変更のリンク"
        text = (
            "このリンクで、登録の内容を見たり、変えたり、やめたりできます。30日間使えます。\n"
            "ほかの人に渡さないでください。"
        )
    return Letter(contact.id, f"link/{time}", title, text, link, mode, time + WAITS, language)


def remind(people: PeopleFile, base: str, *, within: int = REMINDED) -> int:
    """Ask those whose subscription ends within so many microseconds whether they want to go on:
    each once for each end, however often this is called. Returns how many end soon."""
    count = 0
    for one in ending(people, within):
        if one.mode is not Mode.ACTUAL:
            continue
        link = manage_link(people, one.contact, base) + _query(one.mode, one.language)
        if one.language == "en":
            title = "Your alerts end soon"
            text = "Open the link and press “Keep it going” to go on receiving alerts."
        else:
            title = "お知らせがもうすぐ終わります"
            text = "続けて受け取るときは、リンクを開いて「続ける」を押してください。"
        post(people, Letter(one.contact, f"renew/{one.expires}", title, text, link, one.mode,
                            one.expires, one.language))  # fmt: skip
        count += 1
    return count


def manage_link(people: PeopleFile, contact: str, base: str) -> str:
    """Where a contact manages what they receive, for 30 days: to be put into what is sent to
    them."""
    return f"{base}/me/{link_proof(people, contact, 'manage', now() + LINKED)}"


def stop_link(people: PeopleFile, contact: str, base: str) -> str:
    """Where one ends everything by one click, for good: the List-Unsubscribe of a mail (RFC 2369),
    which takes the POST of RFC 8058."""
    return f"{base}/unsubscribe/{link_proof(people, contact, 'stop')}"


def _query(mode: Mode, language: str) -> str:
    given = [f"mode={mode.name.lower()}"] if mode is not Mode.ACTUAL else []
    given += ["lang=en"] if language == "en" else []
    return "?" + "&".join(given) if given else ""


def post(people: PeopleFile, letter: Letter) -> None:
    """Hand a letter over to be sent; durable on return. The same again adds nothing."""
    enqueue(people, [Item(
        contact=letter.contact, key=letter.key, title=letter.title, text=letter.text,
        link=letter.link, urgent=True, mode=letter.mode, deadline=letter.deadline,
        language=letter.language,
    )])  # fmt: skip
