"""Subscribing, confirming, changing, ending. A contact has one subscription in each mode.

By e-mail nothing holds before the person opened the link in the one mail that they get (confirmed
opt-in). A link carries its own proof, made with the key of the file: nothing of it is kept.
"""

from __future__ import annotations

import base64
import hmac
import re
import secrets
import unicodedata
from collections.abc import Iterator

import msgspec

from noroshi.channels.subscribers.limits import CODES, LETTERS, spend
from noroshi.channels.subscribers.match import Body
from noroshi.channels.subscribers.needs import NEEDS, least_level
from noroshi.channels.subscribers.places import MOST, Place, checked, place_tokens
from noroshi.core.errors import NoroshiError, NotFound
from noroshi.core.record import Mode
from noroshi.core.time import DAY, HOUR, now
from noroshi.core.typed import decoder
from noroshi.store.people import Contact, PeopleFile
from noroshi.store.subscribers import (
    RequestRow,
    SubscriptionRow,
    file_subscription,
    last_of,
    next_subscription,
)
from noroshi.store.subscribers import ending as ids_ending

#: How long a request waits for its confirmation, and a code for LINE; a link to manage is good.
WAITS, CODE_WAITS, LINKED = DAY, HOUR, 30 * DAY
#: How long a subscription holds without its holder confirming it anew.
KEEP = 400 * DAY
#: How long before its end a holder is asked.
REMINDED = 30 * DAY
#: How long a contact is kept after it was last in touch.
AFTER = 90 * DAY
LANGUAGES = ("ja", "easy", "en")
#: Without letters and digits that are taken for each other (Crockford's base 32).
_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_CODE = re.compile(r"[0-9A-Za-z]{4}[-ー‐ ]{0,3}[0-9A-Za-z]{4}")


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody wants to hear of: places, needs, in which language, from which level on."""

    places: tuple[Place, ...]
    needs: frozenset[str] = frozenset()
    language: str = "ja"
    level: int = 3


class Subscription(Wanted, frozen=True, kw_only=True):
    """What a contact hears of in a mode, and until when."""

    contact: str
    channel: str
    mode: Mode
    created: int
    expires: int


def subscribe(
    people: PeopleFile, contact: Contact, wanted: Wanted, mode: Mode = Mode.ACTUAL, *,
    keep: int = KEEP,
) -> Subscription:  # fmt: skip
    """What a contact hears of from now on, instead of what it was. To be called where the person
    is known to hold the contact's address: they wrote from it, or opened a link sent there.

    Raises NoroshiError for what cannot be subscribed to.
    """
    body, time = _body(wanted), now()
    with people.changing():
        held = people.get(SubscriptionRow, contact=contact.id, mode=int(mode))
        id = held.id if held else next_subscription(people)
        row = SubscriptionRow(
            id, contact.id, contact.channel, int(mode), wanted.language,
            least_level(body.level, body.needs),
            people.vault.seal(msgspec.json.encode(body), f"subscriptions/{id}"),
            held.created if held else time, time, time + keep,
        )  # fmt: skip
        file_subscription(people, row, place_tokens(people.vault, body.places))
        extend(people, contact.id, row.expires)
    return _told(row, body)


def extend(people: PeopleFile, contact: str, expires: int) -> None:
    """Keep a contact for at least as long as what hangs on it."""
    held = people.get(Contact, id=contact)
    if held is not None and held.expires < expires:
        people.put(msgspec.structs.replace(held, expires=expires))


def subscription(
    people: PeopleFile, contact: Contact, mode: Mode = Mode.ACTUAL
) -> Subscription | None:
    """What a contact hears of, or None."""
    row = people.get(SubscriptionRow, contact=contact.id, mode=int(mode))
    if row is None or row.expires <= now():
        return None
    opened = people.vault.open(row.body, f"subscriptions/{row.id}")
    return _told(row, decoder(Body).decode(opened))


def unsubscribe(
    people: PeopleFile, contact: Contact, mode: Mode = Mode.ACTUAL, *, keep: int = AFTER
) -> bool:  # fmt: skip
    """End a subscription, and what was asked for and not confirmed; True if there was one. The
    contact stays for as long as what else hangs
    on it, or for `keep` after it was last in touch."""
    with people.changing():
        people.remove(RequestRow, contact=contact.id, mode=int(mode))
        ended = people.remove(SubscriptionRow, contact=contact.id, mode=int(mode)) > 0
        held = people.get(Contact, id=contact.id) if ended else None
        if held is not None:
            needed = max(held.used + keep, last_of(people, contact.id))
            people.put(msgspec.structs.replace(held, expires=min(held.expires, needed)))
    return ended


def renew(
    people: PeopleFile, contact: Contact, mode: Mode = Mode.ACTUAL, *, keep: int = KEEP
) -> None:
    """Let a subscription hold for `keep` from now. Raises NotFound."""
    held = subscription(people, contact, mode)
    if held is None:
        raise NotFound("there is no subscription", remedy="subscribe again")
    subscribe(people, contact, held, mode, keep=keep)


def request(
    people: PeopleFile, channel: str, address: str, wanted: Wanted, mode: Mode = Mode.ACTUAL
) -> tuple[Contact, str]:
    """Keep what somebody asks for at an address that is not known to be theirs. Returns the
    contact, and the secret that is to be sent there, once. What that contact hears of so far
    holds until it is confirmed.

    Raises NoroshiError; TooOften where the address was written to too often.
    """
    body, time, secret = _body(wanted), now(), secrets.token_urlsafe(24)
    with people.changing():
        spend(people, LETTERS, channel, address)
        # Who asks may be anybody: what is kept of a person is not kept longer for it.
        contact = people.known(channel, address) or people.meet(channel, address, keep=WAITS)
        people.remove(RequestRow, contact=contact.id, mode=int(mode))
        _ask(people, secret, contact, wanted, body, mode, time + WAITS)
    return contact, secret


def confirm(people: PeopleFile, secret: str, *, keep: int = KEEP) -> tuple[Contact, Subscription]:
    """What was asked for holds, once: the secret is used up. Raises NotFound for one that is none,
    was used, or is older than a day."""
    with people.changing():
        asked = _asked(people, secret)
        contact = people.get(Contact, id=asked.contact)
        assert contact is not None
        found = subscribe(people, contact, _wanted(people, asked), Mode(asked.mode), keep=keep)
        people.remove(RequestRow, id=asked.id)
    return contact, found


def pending(people: PeopleFile, secret: str) -> Wanted:
    """What a secret would confirm; it is not used by looking. Raises NotFound."""
    return _wanted(people, _asked(people, secret))


def request_code(people: PeopleFile, wanted: Wanted, mode: Mode = Mode.ACTUAL) -> str:
    """Keep what somebody asks for until they say the code in a chat (LINE): ABCD-EFGH, for an
    hour. Raises NoroshiError."""
    body, time = _body(wanted), now()
    code = "".join(secrets.choice(_LETTERS) for _ in range(8))
    with people.changing():
        contact = people.meet("code", code, keep=CODE_WAITS)
        _ask(people, code, contact, wanted, body, mode, time + CODE_WAITS)
    return f"{code[:4]}-{code[4:]}"


def confirm_code(
    people: PeopleFile, contact: Contact, text: str, *, keep: int = KEEP
) -> Subscription:
    """What was asked for with a code holds for the contact that said it. Raises NotFound for one
    that is none; TooOften where this contact tried too many."""
    spend(people, CODES, contact.id)
    with people.changing():
        asked = _asked(people, plain_code(text))
        found = subscribe(people, contact, _wanted(people, asked), Mode(asked.mode), keep=keep)
        people.remove(Contact, id=asked.contact)
    return found


def code_in(text: str) -> str:
    """The code for `confirm_code` that a message is, or nothing: four and four letters or digits,
    and no other word."""
    written = unicodedata.normalize("NFKC", text).strip() if len(text) <= 20 else ""
    found = plain_code(written)
    # A word of eight letters is no code: one is written with its mark, or has digits in it.
    if not _CODE.fullmatch(written) or set(found) - set(_LETTERS):
        return ""
    return found if len(found) == 8 and re.search("[-ー‐0-9]", written) else ""


def plain_code(text: str) -> str:
    """A code as it was given out: small letters, marks, O for 0 and I or L for 1 are forgiven."""
    kept = "".join(
        one
        for one in unicodedata.normalize("NFKC", text).upper()
        if one.isascii() and one.isalnum()
    )
    return kept.translate(str.maketrans("OIL", "011"))


def _ask(
    people: PeopleFile, secret: str, contact: Contact, wanted: Wanted, body: Body, mode: Mode,
    expires: int,
) -> None:  # fmt: skip
    sealed = people.vault.seal(msgspec.json.encode(body), f"subscription_requests/{contact.id}")
    people.add(RequestRow(
        people.vault.blind("confirm", secret), contact.id, int(mode), wanted.language, body.level,
        sealed, now(), expires,
    ))  # fmt: skip


def _asked(people: PeopleFile, secret: str) -> RequestRow:
    found = people.get(RequestRow, id=people.vault.blind("confirm", secret[:100]))
    if found is None or found.expires <= now():
        raise NotFound(
            "this is not known, was used already, or is too old", remedy="ask for it again"
        )
    return found


def _wanted(people: PeopleFile, asked: RequestRow) -> Wanted:
    opened = people.vault.open(asked.body, f"subscription_requests/{asked.contact}")
    body = decoder(Body).decode(opened)
    return Wanted(places=body.places, needs=body.needs, language=asked.language, level=body.level)


def _body(wanted: Wanted) -> Body:
    if not 1 <= len(wanted.places) <= MOST:
        raise NoroshiError(f"subscribe to 1 to {MOST} places, not {len(wanted.places)}",
                           where="places")  # fmt: skip
    unknown = set(wanted.needs) - NEEDS.keys()
    if unknown:
        raise NoroshiError(f"no need {sorted(unknown)[0]!r}", where="needs",
                           remedy=f"one of {', '.join(NEEDS)}")  # fmt: skip
    if not 1 <= wanted.level <= 5:
        raise NoroshiError(f"no alert level {wanted.level}", where="level", remedy="1 to 5")
    if not wanted.language.isascii() or not 2 <= len(wanted.language) <= 12:
        raise NoroshiError(f"no language {wanted.language!r}", where="language")
    places = tuple(dict.fromkeys(map(checked, wanted.places)))
    return Body(places=places, needs=wanted.needs, level=wanted.level)


def _told(row: SubscriptionRow, body: Body) -> Subscription:
    return Subscription(
        places=body.places, needs=body.needs, language=row.language, level=body.level,
        contact=row.contact, channel=row.channel, mode=Mode(row.mode), created=row.created,
        expires=row.expires,
    )  # fmt: skip


def link_proof(people: PeopleFile, contact: str, use: str, until: int = 0) -> str:
    """The last part of a link for a contact: what it is good for (`manage`, `stop`), until when
    (microseconds; 0: always), and the proof that this node made it."""
    mac = people.vault.blind("link", use, contact, str(until))[:18]
    return f"{contact}.{until:x}.{base64.urlsafe_b64encode(mac).decode()}"


def linked(people: PeopleFile, text: str, use: str) -> Contact:
    """Whose link it is. Raises NotFound for one that this node did not make, or is over."""
    contact, _, rest = text.partition(".")
    ends = rest.partition(".")[0]
    try:
        until = int(ends or "0", 16) if len(ends) < 20 else -1
    except ValueError:
        until = -1
    good = link_proof(people, contact, use, until).encode()
    held = people.get(Contact, id=contact) if until >= 0 and len(text) < 200 else None
    same = hmac.compare_digest(good, text.encode("utf-8", "replace"))
    if held is None or not same or (until and until <= now()) or held.expires <= now():
        raise NotFound("this link is not good any more", remedy="ask for a new one")
    return held


def ending(people: PeopleFile, within: int) -> Iterator[Subscription]:
    """Subscriptions that end within so many microseconds: their holders are to be asked whether
    they want to go on."""
    time = now()
    for id in ids_ending(people, time, time + within):
        row = people.get(SubscriptionRow, id=id)
        if row is not None:
            opened = people.vault.open(row.body, f"subscriptions/{row.id}")
            yield _told(row, decoder(Body).decode(opened))
