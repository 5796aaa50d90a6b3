"""What is kept of one person, for that person: to see, take along, change, end and erase."""

from __future__ import annotations

from typing import Any

import msgspec
from starlette.responses import Response

from noroshi.channels import personal
from noroshi.channels.advice.actions import Both
from noroshi.channels.safety.groups import groups_of
from noroshi.channels.sending.channels import mode_of
from noroshi.channels.subscribers import letters
from noroshi.channels.subscribers.limits import ALL_LETTERS, LETTERS, TooOften, spend
from noroshi.channels.subscribers.needs import NEEDS
from noroshi.channels.subscribers.subscribing import (
    linked,
    renew,
    subscription,
    unsubscribe,
)
from noroshi.core.errors import NotFound
from noroshi.core.record import Mode
from noroshi.core.time import DAY, now
from noroshi.store.people import Contact
from noroshi.web import params
from noroshi.web.cookies import CHAT, RESIDENT, take_back
from noroshi.web.login import led
from noroshi.web.residents import (
    count,
    keep_contact,
    keep_subscription,
    known,
    masked,
    people,
    remember,
    resident,
    resident_page,
)
from noroshi.web.routing import Asked, Param, operation
from noroshi.web.subscribe import LEVELS

#: A subscription that ends within this is said to.
_SOON = 30 * DAY
_HTML = {"text/html": {"type": "string"}}
_PROOF = {"proof": {"type": "string", "maxLength": 200}}
_NOTE = Param("note", "What to say", "表示する文", {"type": "string", "maxLength": 20})
_COMMON: dict[str, Any] = {
    "tag": "Residents", "private": True, "same_origin": True, "produces": _HTML,
}  # fmt: skip
NOTES = {
    "confirmed": Both("{申|もう}し{込|こ}みが できました。", "You are subscribed."),
    "changed": Both("{登録|とうろく}を かえました。", "It is changed."),
    "renewed": Both("{続|つづ}けて {届|とど}きます。", "It goes on."),
    "stopped": Both("お{知|し}らせを やめました。", "You receive no more alerts."),
    "erased": Both("あなたの ことを すべて {消|け}しました。",
                   "All that was kept of you is erased."),
    "sent": Both("{登録|とうろく}が あれば、メールを {送|おく}りました。",
                 "If the address is known here, a letter was sent."),
    "often": Both("さっき メールを {送|おく}りました。あとで ためしてください。",
                  "A letter was sent just now. Try again later."),
    "tick": Both("{消|け}す ときは、チェックを つけてください。", "Tick the box to erase."),
}  # fmt: skip


@operation(
    "/me", en="What is kept of you", ja="住民向け：登録の内容を見る・変える・消す",
    params=(_NOTE, params.MODE), **_COMMON,
)  # fmt: skip
def me(asked: Asked) -> Response:
    """What is kept of who this browser is known for; else where to ask for one's link."""
    note = NOTES.get(asked.params.get("note", ""))
    contact = resident(asked)
    if contact is None:
        return resident_page(asked, "me_who.html", note=note, mail=_mails(asked))
    held = subscription(people(asked), contact, asked.mode)
    return resident_page(
        asked, "me.html", note=note, wanted=held, needs=NEEDS, levels=LEVELS,
        channel=contact.channel, who=masked(people(asked).address(contact), contact.channel),
        soon=held is not None and held.expires - now() < _SOON,
        groups=groups_of(people(asked), contact, asked.mode), contact=contact,
    )  # fmt: skip


@operation(
    "/me/{proof}", en="Open your link", ja="自分のリンクを開く", params=(params.MODE,),
    path_params=_PROOF, **_COMMON,
)  # fmt: skip
def own_link(asked: Asked) -> Response:
    """A button: who only looks at a link is not let in by it, and nobody is by another's."""
    try:
        contact = linked(people(asked), asked.path["proof"], "manage")
    except NotFound:
        return _over(asked)
    return resident_page(
        asked, "me_open.html", proof=asked.path["proof"], act="open",
        who=masked(people(asked).address(contact), contact.channel),
    )  # fmt: skip


@operation(
    "/me/open", method="POST", en="Open your link", ja="自分のリンクを開く", params=(params.MODE,),
    refuses=(403, 404, 429), **_COMMON,
)  # fmt: skip
def opened(asked: Asked) -> Response:
    """This browser is the person's from now on."""
    count(asked)
    try:
        contact = linked(people(asked), asked.form_fields.get("proof", ""), "manage")
    except NotFound:
        return _over(asked)
    return remember(asked, led(asked, "/me", **_mode(asked)), contact)


@operation(
    "/me/link", method="POST", en="Ask for your link by e-mail",
    ja="自分のリンクをメールで受け取る",
    params=(params.MODE,), refuses=(403, 429), **_COMMON,
)  # fmt: skip
def ask_link(asked: Asked) -> Response:
    """The same answer whether the address is known or not."""
    count(asked)
    name, _, domain = asked.form_fields.get("email", "").strip().rpartition("@")
    address = f"{name}@{domain.lower()}"[:300]
    try:
        spend(people(asked), LETTERS, "email", address)
        contact = people(asked).known("email", address)
        if contact is not None and _mails(asked):
            spend(people(asked), ALL_LETTERS)
            base = asked.node.settings.web.url.rstrip("/") or asked.base
            letters.post(people(asked), letters.own_link(people(asked), contact, base,
                                                         asked.language, asked.mode))  # fmt: skip
    except TooOften:
        return led(asked, "/me", note="often", **_mode(asked))
    return led(asked, "/me", note="sent", **_mode(asked))


@operation(
    "/me/change", method="POST", en="End, renew or erase", ja="やめる・続ける・消す",
    params=(params.MODE,), refuses=(403, 429), **_COMMON,
)  # fmt: skip
def change(asked: Asked) -> Response:
    """`act`: stop, renew, forget (this browser) or erase (everything, with `sure`)."""
    contact, act = known(asked), asked.form_fields.get("act", "")
    if act == "stop":
        unsubscribe(people(asked), contact, asked.mode, keep=keep_contact(asked))
        return led(asked, "/me", note="stopped", **_mode(asked))
    if act == "renew":
        renew(people(asked), contact, asked.mode, keep=keep_subscription(asked))
        return led(asked, "/me", note="renewed", **_mode(asked))
    if act == "erase" and not asked.form_fields.get("sure"):
        return led(asked, "/me", note="tick", **_mode(asked))
    if act == "erase":
        _erase(asked, contact)
        response = led(asked, "/me", note="erased", **_mode(asked))
    else:
        response = led(asked, "/me", **_mode(asked))
    for one in (RESIDENT, CHAT):  # also who they are in the conversation: it opens this page too
        take_back(response, asked.scope, one)
    return response


@operation(
    "/me/export", method="POST", en="All that is kept of you, as a file",
    ja="自分についての情報をファイルで受け取る", params=(params.MODE,), refuses=(403,),
    **(_COMMON | {"produces": {"application/json": {"type": "object"}}}),
)  # fmt: skip
def export(asked: Asked) -> Response:
    """JSON, with what was sealed opened."""
    contact = known(asked)
    found = msgspec.json.encode(personal.export(asked.node, contact))
    _audited(asked, "resident.exported", contact)
    headers = {"Content-Disposition": 'attachment; filename="noroshi-me.json"'}
    return Response(msgspec.json.format(found, indent=2), headers=headers,
                    media_type="application/json")  # fmt: skip


@operation(
    "/unsubscribe/{proof}", en="End what you receive", ja="お知らせをやめる",
    params=(params.MODE,), path_params=_PROOF, **_COMMON,
)  # fmt: skip
def stop_page(asked: Asked) -> Response:
    """A button, for people; mail programs POST here by themselves."""
    try:
        contact = linked(people(asked), asked.path["proof"], "stop")
    except NotFound:
        return _over(asked)
    return resident_page(
        asked, "me_open.html", proof=asked.path["proof"], act="stop",
        who=masked(people(asked).address(contact), contact.channel),
    )  # fmt: skip


@operation(
    "/unsubscribe/{proof}", method="POST", en="End what you receive by one click (RFC 8058)",
    ja="ワンクリックでお知らせをやめる", path_params=_PROOF, tag="Residents", private=True,
    params=(params.MODE,), produces={"text/plain": {"type": "string"}},
)  # fmt: skip
def stop_by_mail(asked: Asked) -> Response:
    """For the provider of one's mail: no cookie, no page, no question (RFC 8058 §3.1). In every
    mode; once more changes nothing."""
    contact = linked(people(asked), asked.path["proof"], "stop")
    for mode in Mode:
        unsubscribe(people(asked), contact, mode, keep=keep_contact(asked))
    return Response("unsubscribed\n", media_type="text/plain",
                    headers={"Cache-Control": "no-store"})  # fmt: skip


@operation(
    "/me/stop", method="POST", en="End what you receive", ja="お知らせをやめる",
    params=(params.MODE,), refuses=(403, 404, 429), **_COMMON,
)  # fmt: skip
def stop(asked: Asked) -> Response:
    """The button of `stop_page`."""
    count(asked)
    try:
        contact = linked(people(asked), asked.form_fields.get("proof", ""), "stop")
    except NotFound:
        return _over(asked)
    for mode in Mode:
        unsubscribe(people(asked), contact, mode, keep=keep_contact(asked))
    return led(asked, "/me", note="stopped", **_mode(asked))


def _erase(asked: Asked, contact: Contact) -> None:
    _audited(asked, "resident.erased", contact)
    personal.erase(asked.node, contact)


def _audited(asked: Asked, action: str, contact: Contact) -> None:
    asked.node.directory.audit.append(
        f"contact:{contact.id}", action, f"contact:{contact.id}", {"channel": contact.channel}
    )


def _over(asked: Asked) -> Response:
    return resident_page(asked, "subscribe_done.html", 404, step="over", code="", friend="")


def _mails(asked: Asked) -> bool:
    return mode_of(asked.node.settings, "email") is asked.mode


def _mode(asked: Asked) -> dict[str, str]:
    return {"mode": asked.params["mode"]} if "mode" in asked.params else {}
