"""The page on which a resident subscribes to alerts: places, needs, language, and how they come.

Without an account and without scripts (but for Web Push, which is a script's to give). By e-mail
nothing holds before the link in the one letter was opened; by LINE a code is said to the account;
by push the browser itself asks its person. See docs/subscribe.md.
"""

from __future__ import annotations

import re
from typing import Any

import msgspec
from starlette.responses import Response

from noroshi.channels.advice.actions import Both
from noroshi.channels.advice.plain import romanise
from noroshi.channels.advice.towns import Town, find_town, prefectures
from noroshi.channels.sending.channels import mode_of
from noroshi.channels.sending.push import read_subscription
from noroshi.channels.subscribers import letters
from noroshi.channels.subscribers.limits import ALL_LETTERS, TooOften, spend
from noroshi.channels.subscribers.needs import NEEDS
from noroshi.channels.subscribers.places import LONGEST, Place
from noroshi.channels.subscribers.subscribing import (
    Subscription,
    Wanted,
    confirm,
    pending,
    request,
    request_code,
    subscribe,
    subscription,
)
from noroshi.core.errors import NoroshiError, NotFound
from noroshi.formats.boundaries import Place as Official
from noroshi.store.people import Contact
from noroshi.web import params
from noroshi.web.login import led
from noroshi.web.places import boundaries_of
from noroshi.web.push import push_key
from noroshi.web.residents import (
    count,
    keep_subscription,
    masked,
    people,
    remember,
    resident,
    resident_page,
)
from noroshi.web.routing import Asked, Param, Problem, operation

#: Places that a form has; the levels from which one may be told.
MOST = 5
LEVELS = {
    2: Both("{早|はや}めに {知|し}りたい（レベル2から）", "Early (from level 2)"),
    3: Both("お{年寄|としよ}りなどが にげる ときから（レベル3から）",
            "When older people leave (from level 3)"),
    4: Both("みんなが にげる ときだけ（レベル4から）", "Only when everyone leaves (from level 4)"),
}  # fmt: skip
RADII = (0, 300, 1000, 3000)
_EMAIL = re.compile(r"[!-?A-~]{1,64}@[A-Za-z0-9.-]+\.[A-Za-z0-9-]{2,}")
_POINT = re.compile(r"\s*(-?\d{1,3}(?:\.\d+)?)\s*[,、]\s*(-?\d{1,3}(?:\.\d+)?)\s*")
_HTML = {"text/html": {"type": "string"}}
_SECRET = {"secret": {"type": "string", "maxLength": 100}}
_NAME = Param("q", "Name, reading or code of a municipality", "市区町村の名前・よみ・コード",
              {"type": "string", "maxLength": 100}, "ななお")  # fmt: skip
_AREAS = Param("areas", "Municipalities that were chosen: codes with commas",
               "えらんだ市区町村", {"type": "string", "maxLength": 60}, "17202")  # fmt: skip
_COMMON: dict[str, Any] = {
    "tag": "Residents", "private": True, "same_origin": True, "produces": _HTML,
}  # fmt: skip

WRONG = {
    "places": Both("{町|まち}を 1つ {以上|いじょう} えらんでください。",
                   "Choose at least one town."),
    "email": Both("メールアドレスが ただしく ありません。", "This is not an e-mail address."),
    "point": Both("{位置|いち}は、37.04, 136.97 のように {書|か}いてください。",
                  "Write a position like 37.04, 136.97."),
    "channel": Both("お{知|し}らせの {方法|ほうほう}を えらんでください。",
                    "Choose how you want to be told."),
    "push": Both("この ブラウザーでは つかえません。", "This browser cannot do that."),
    "often": Both("この アドレスには、さっき メールを {送|おく}りました。あとで ためしてください。",
                  "A letter was sent to this address just now. Try again later."),
    "words": Both("{名前|なまえ}が {長|なが}すぎます。", "A name is too long."),
}  # fmt: skip


@operation(
    "/subscribe", en="Subscribe to alerts: choose places and needs",
    ja="住民向け：お知らせを申し込む", params=(_NAME, _AREAS, params.MODE), **_COMMON,
)  # fmt: skip
def form(asked: Asked) -> Response:
    """The search for a place, or the form for those that were chosen. HTML."""
    asked.form("html")
    text = asked.params.get("q", "").strip()
    if len(text) > 100:
        raise Problem(400, "q is longer than 100 characters")
    held = _held(asked)
    towns = _towns(asked, asked.params.get("areas", ""))
    if not towns and held is not None and "areas" not in asked.params:
        towns = _known_towns(asked, held)
    found: list[Official] = []
    if text:
        found, _ = boundaries_of(asked.node).areas.find("city", None, text, 30)
        found = [one for one in found if one.level != "part"]
        if not found:
            found = _by_code(asked, text)
    return _form(asked, towns, found=found, text=text, given=_given(held, towns), held=held)


@operation(
    "/subscribe", method="POST", en="Subscribe to alerts", ja="お知らせを申し込む",
    params=(_AREAS, params.MODE), refuses=(403, 429), **_COMMON,
)  # fmt: skip
def send(asked: Asked) -> Response:
    """The form as it was with what is wrong; or what is to be done next: open the letter, say the
    code; or done."""
    count(asked)
    given = {name: text.strip() for name, text in asked.form_fields.items()}
    towns = _towns(asked, asked.params.get("areas", ""))
    try:
        wanted = _wanted(given, towns)
        return _asked_for(asked, given, wanted)
    except _Wrong as wrong:
        return _form(asked, towns, given=given, wrong=wrong.name, held=_held(asked), status=400)
    except NoroshiError as error:
        if isinstance(error, Problem):
            raise
        name = "words" if error.where.startswith("place.") else "places"
        return _form(asked, towns, given=given, wrong=name, held=_held(asked), status=400)


@operation(
    "/subscribe/confirm/{secret}", en="Confirm what was asked for", ja="申し込みを確認する",
    params=(params.MODE,), path_params=_SECRET, **_COMMON,
)  # fmt: skip
def confirmation(asked: Asked) -> Response:
    """What would hold, and a button: a mail program that only looks confirms nothing."""
    secret = asked.path["secret"]
    try:
        wanted = pending(people(asked), secret)
    except NotFound:
        return resident_page(asked, "subscribe_done.html", 404, step="over", code="", friend="")
    return resident_page(asked, "subscribe_confirm.html", secret=secret, wanted=wanted,
                         needs=NEEDS, levels=LEVELS)  # fmt: skip


@operation(
    "/subscribe/confirm", method="POST", en="Confirm", ja="確認する", params=(params.MODE,),
    refuses=(403, 404, 429), **_COMMON,
)  # fmt: skip
def confirmed(asked: Asked) -> Response:
    """From now on it holds; to what is kept."""
    count(asked)
    try:
        contact, _ = confirm(people(asked), asked.form_fields.get("secret", ""),
                             keep=keep_subscription(asked))  # fmt: skip
    except NotFound:
        return resident_page(asked, "subscribe_done.html", 404, step="over", code="", friend="")
    return remember(asked, led(asked, "/me", note="confirmed", **_mode(asked)), contact)


class _Wrong(Exception):
    """A field that cannot be, by its name in WRONG."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


def _asked_for(asked: Asked, given: dict[str, str], wanted: Wanted) -> Response:
    channel = given.get("channel", "")
    own = resident(asked)
    if channel == "own" and own is not None and own.channel != "web":
        subscribe(people(asked), own, wanted, asked.mode, keep=keep_subscription(asked))
        return led(asked, "/me", note="changed", **_mode(asked))
    if channel == "email" and _can(asked)["email"]:
        return _letter(asked, given, wanted)
    if channel == "line" and _can(asked)["line"]:
        code = request_code(people(asked), wanted, asked.mode)
        return resident_page(asked, "subscribe_done.html", step="line", code=code,
                             friend=asked.node.settings.people.line_friend)  # fmt: skip
    if channel == "push" and _can(asked)["push"]:
        address = _push(given.get("push", ""))
        contact = people(asked).meet("push", address, keep=keep_subscription(asked))
        subscribe(people(asked), contact, wanted, asked.mode, keep=keep_subscription(asked))
        return remember(asked, led(asked, "/me", note="confirmed", **_mode(asked)), contact)
    raise _Wrong("channel")


def _letter(asked: Asked, given: dict[str, str], wanted: Wanted) -> Response:
    name, _, domain = given.get("email", "").rpartition("@")
    address = f"{name}@{domain.lower()}"
    if not _EMAIL.fullmatch(address) or len(address) > 254 or ".." in address:
        raise _Wrong("email")
    try:
        spend(people(asked), ALL_LETTERS)
        contact, secret = request(people(asked), "email", address, wanted, asked.mode)
    except TooOften:
        raise _Wrong("often") from None
    base = asked.node.settings.web.url.rstrip("/") or asked.base
    letters.post(people(asked), letters.confirmation(contact, secret, base, wanted.language,
                                                     asked.mode))  # fmt: skip
    return resident_page(asked, "subscribe_done.html", step="email", code="", friend="")


def _push(text: str) -> str:
    """What a browser gave for being pushed to (PushSubscription.toJSON), in one form only."""
    try:
        return msgspec.json.encode(read_subscription(text[:4000])).decode()
    except (ValueError, NoroshiError):
        raise _Wrong("push") from None


def _wanted(given: dict[str, str], towns: list[Town]) -> Wanted:
    """What a form asks for. Raises _Wrong."""
    if not towns:
        raise _Wrong("places")
    places = tuple(_place(given, number, town) for number, town in enumerate(towns))
    level, language = given.get("level", "3"), given.get("language", "easy")
    return Wanted(
        places=places, needs=frozenset(one for one in NEEDS if given.get(f"need_{one}")),
        language=language if language in ("ja", "easy", "en") else "easy",
        level=int(level) if level in ("2", "3", "4") else 3,
    )  # fmt: skip


def _place(given: dict[str, str], number: int, town: Town) -> Place:
    label, district = given.get(f"label{number}", ""), given.get(f"district{number}", "")
    if max(len(label), len(district)) > LONGEST:
        raise _Wrong("words")
    point, radius = None, 0.0
    if text := given.get(f"point{number}", ""):
        found = _POINT.fullmatch(text)
        if not found or not (abs(float(found[1])) <= 90 and abs(float(found[2])) <= 180):
            raise _Wrong("point")
        # To some 10 m: no nearer than serves them.
        point = (round(float(found[2]), 4), round(float(found[1]), 4))
        chosen = given.get(f"radius{number}", "0")
        radius = float(chosen) if chosen in map(str, RADII) else 0.0
    return Place(area=town.area, name=town.name or town.code, label=label, district=district,
                 point=point, radius=radius, within=tuple(sorted(town.parents)))  # fmt: skip


def _towns(asked: Asked, text: str) -> list[Town]:
    """The towns of codes with commas. Raises Problem."""
    codes = list(dict.fromkeys(one for one in text.split(",") if one))
    if len(codes) > MOST:
        raise Problem(400, f"more than {MOST} places")
    try:
        return [find_town(boundaries_of(asked.node).areas, one) for one in codes]
    except NotFound as error:
        raise Problem(400, str(error), "search by name") from None


def _known_towns(asked: Asked, held: Subscription) -> list[Town]:
    """The towns of a subscription, as far as they are known."""
    found = []
    for one in held.places:
        try:
            found.append(find_town(boundaries_of(asked.node).areas, one.area.partition(":")[2]))
        except NotFound:
            continue
    return found[:MOST]


def _by_code(asked: Asked, text: str) -> list[Official]:
    try:
        town = find_town(boundaries_of(asked.node).areas, text)
    except NotFound:
        return []
    return [Official(town.area, town.name or town.code, "municipality")]


def _held(asked: Asked) -> Subscription | None:
    own = resident(asked)
    return None if own is None else subscription(people(asked), own, asked.mode)


def _given(held: Subscription | None, towns: list[Town]) -> dict[str, str]:
    """A subscription as the fields of the form."""
    if held is None:
        return {}
    given = {f"need_{one}": "1" for one in held.needs}
    given |= {"language": held.language, "level": str(held.level), "channel": "own"}
    for number, town in enumerate(towns):
        for one in held.places:
            if one.area == town.area:
                given |= {f"label{number}": one.label, f"district{number}": one.district,
                          f"radius{number}": f"{one.radius:.0f}"}  # fmt: skip
                if one.point:
                    given[f"point{number}"] = f"{one.point[1]:.4f}, {one.point[0]:.4f}"
    return given


def _can(asked: Asked) -> dict[str, bool]:
    """The channels that carry this mode: a drill reaches no live one."""
    found = {
        one: mode_of(asked.node.settings, one) is asked.mode for one in ("email", "line", "push")
    }
    return found | {"push": found["push"] and bool(push_key(asked.node))}


def _mode(asked: Asked) -> dict[str, str]:
    return {"mode": asked.params["mode"]} if "mode" in asked.params else {}


def _form(
    asked: Asked, towns: list[Town], *, given: dict[str, str], found: list[Official] | None = None,
    text: str = "", wrong: str = "", held: Subscription | None = None, status: int = 200,
) -> Response:  # fmt: skip
    own: Contact | None = resident(asked) if held is not None else None
    can = _can(asked)
    names = prefectures(boundaries_of(asked.node).areas)
    return resident_page(
        asked, "subscribe.html", status, towns=towns, found=found or [], text=text, given=given,
        wrong=WRONG.get(wrong), needs=NEEDS, levels=LEVELS, radii=RADII, can=can, most=MOST,
        codes=",".join(one.code for one in towns), any=any(can.values()) or own is not None,
        push_key=push_key(asked.node) if can["push"] else "",
        own=masked(people(asked).address(own), own.channel) if own else "", longest=LONGEST,
        without=lambda code: ",".join(one.code for one in towns if one.code != code),
        homes=lambda place: "".join(names.get(one.partition(":")[2], ("",))[0]
                                    for one in place.parents), romaji=romanise,
    )  # fmt: skip
