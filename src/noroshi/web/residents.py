"""What the pages for one resident have in common: who they are, their forms, their language.

There is no account. A browser that a person used, or whose link they opened, keeps a proof which
names their contact; it is made with the key of `people.db`, and the node keeps nothing of it.
"""

from __future__ import annotations

import secrets
from typing import Any

from starlette.responses import Response

from noroshi.channels.subscribers.limits import FORMS, OWN_FORMS, TooOften, network, spend
from noroshi.channels.subscribers.subscribing import KEEP, link_proof, linked
from noroshi.core.errors import NotFound
from noroshi.core.record import Mode
from noroshi.core.time import DAY, SECOND, now
from noroshi.engine.access import duration
from noroshi.engine.clocks import DrillClock
from noroshi.store.people import Contact, PeopleFile
from noroshi.web.area import Words
from noroshi.web.conversation import contact_of
from noroshi.web.cookies import FORM, RESIDENT, cookie, give
from noroshi.web.login import address, binding
from noroshi.web.plainly import answer_plainly
from noroshi.web.routing import Asked, Moment, Problem


def people(asked: Asked) -> PeopleFile:
    """The file of residents."""
    return asked.node.people


def resident(asked: Asked) -> Contact | None:
    """The contact that this browser was remembered for, or that talks from it, or None."""
    text = cookie(asked.scope, RESIDENT)
    if text is None:
        return contact_of(asked)
    try:
        return linked(people(asked), text, "browser")
    except NotFound:
        return None


def known(asked: Asked) -> Contact:
    """As `resident`. Raises Problem where there is none."""
    found = resident(asked)
    if found is None:
        raise Problem(403, "this browser is not known here", "open the page again, or your link")
    return found


def newcomer(asked: Asked) -> Contact:
    """The contact of this browser, made where there is none: it has no address but the browser. It
    is kept for a day, unless something longer comes to hang on it."""
    return resident(asked) or people(asked).meet("web", secrets.token_urlsafe(24), keep=DAY)


def remember(asked: Asked, response: Response, contact: Contact) -> Response:
    """Let the browser prove from now on that it is this contact's."""
    proof = link_proof(people(asked), contact.id, "browser", now() + KEEP)
    give(response, asked.scope, RESIDENT, proof, lasts=KEEP // SECOND)
    return response


def count(asked: Asked) -> None:
    """Count a form against what somebody who is known here may send, or else their network: so a
    shelter's shared line shuts nobody out who is in touch already. Raises Problem (429)."""
    contact = resident(asked)
    try:
        if contact is not None:
            spend(people(asked), OWN_FORMS, contact.id)
        else:
            spend(people(asked), FORMS, network(address(asked)))
    except TooOften as error:
        raise Problem(429, str(error), headers={"Retry-After": str(error.wait)}) from None


def sender(asked: Asked) -> str:
    """The network that a request is from."""
    return network(address(asked))


def present(asked: Asked) -> int:
    """The time: in exercises that of the drill."""
    if asked.mode is Mode.EXERCISE:
        return DrillClock(asked.node.store).time(asked.mode, now())
    return now()


def resident_page(asked: Asked, template: str, status: int = 200, **values: Any) -> Response:
    """A page with forms in plain words, kept by nobody."""
    token, fresh = binding(asked)
    at = present(asked)
    moment = Moment(at, at)
    response = answer_plainly(
        asked, moment, template, ("mode",), searched=("q", "areas"),
        words=Words(asked, moment), csrf=token,
        **values,
    )  # fmt: skip
    del response.headers["ETag"]
    response.headers["Referrer-Policy"] = "same-origin"
    response.status_code = status
    if fresh is not None:
        give(response, asked.scope, FORM, fresh)
    return response


def masked(text: str, channel: str) -> str:
    """An address as it is shown to who may only have a link: h…@example.jp."""
    if channel == "email":
        name, _, domain = text.partition("@")
        return f"{name[:1]}…@{domain}"
    return channel


def keep_contact(asked: Asked) -> int:
    """How long somebody is kept who was last in touch (microseconds)."""
    return duration(asked.node.settings.people.keep)


def keep_subscription(asked: Asked) -> int:
    """How long a subscription holds (microseconds)."""
    return duration(asked.node.settings.people.subscriptions)


def keep_safety(asked: Asked) -> int:
    """How long answers are kept (microseconds)."""
    return max(DAY, duration(asked.node.settings.people.safety))
