"""What a person types into the fields of an alert, as its content: on the page and the command
line alike."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from noroshi.channels.issuing.content import ACTION_OF, LEVEL_OF, LEVELLED, Content, Place
from noroshi.channels.issuing.office import Office
from noroshi.channels.issuing.words.tables import languages
from noroshi.core.errors import NoroshiError
from noroshi.core.record import Mode
from noroshi.core.time import JST, parse, show
from noroshi.engine.access import duration

#: Fields of a form, in its order; reasons are `reason-LANGUAGE`.
FIELDS = ("hazard", "level", "action", "areas", "districts", "begins", "expires", "languages",
          "channels", "alarm")  # fmt: skip


def read(
    office: Office, mode: Mode, given: Mapping[str, str], before: Content | None = None
) -> Content:
    """The content of fields as they were typed; what is left out stays as it was `before`. An empty
    field is empty. Raises NoroshiError naming the field."""
    said = before or Content()
    changes: dict[str, object] = {}
    for name in ("hazard", "action"):
        if name in given:
            changes[name] = given[name].strip()
    if "level" in given:
        changes["level"] = _level(given["level"])
    if "areas" in given:
        changes["places"] = tuple(_area(office, one) for one in _listed(given["areas"]))
    if "districts" in given:
        changes["districts"] = tuple(_district(one) for one in _listed(given["districts"]))
    for name in ("begins", "expires"):
        if name in given:
            changes[name] = _time(office, mode, name, given[name])
    for name in ("languages", "channels"):
        if name in given:
            changes[name] = tuple(_listed(given[name]))
    if "alarm" in given:
        changes["alarm"] = given["alarm"] in ("yes", "on", "true", "1")
    typed = {one: given[f"reason-{one}"].strip() for one in languages() if f"reason-{one}" in given}
    if typed:
        changes["reasons"] = {key: text for key, text in {**said.reasons, **typed}.items() if text}
    return _levelled(msgspec.structs.replace(said, **changes), given)


def shown(content: Content) -> dict[str, str]:
    """The fields of a content as they are typed: what `read` reads back."""
    return {
        "hazard": content.hazard,
        # What follows from the action is left to it, so that either can be changed by itself.
        "level": "" if content.level in (None, LEVEL_OF.get(content.action))
        else str(content.level),
        "action": content.action,
        "areas": "、".join(f"{_code(one.area)}={_named(one)}" for one in content.places),
        "districts": "、".join(map(_named, content.districts)),
        "begins": (show(content.begins, JST) or "")[:16],
        "expires": (show(content.expires, JST) or "")[:16],
        "languages": "、".join(content.languages), "channels": "、".join(content.channels),
        "alarm": "yes" if content.alarm else "no",
        **{f"reason-{one}": content.reasons.get(one, "") for one in content.languages},
    }  # fmt: skip


def _levelled(said: Content, given: Mapping[str, str]) -> Content:
    """The level follows from the action, and the action from the level, where one was not said."""
    if said.hazard not in LEVELLED:
        return said if given.get("level") else msgspec.structs.replace(said, level=None)
    if not given.get("level"):
        level = LEVEL_OF.get(said.action, said.level if "action" not in given else None)
        return msgspec.structs.replace(said, level=level)
    if "action" not in given and said.level in ACTION_OF:
        return msgspec.structs.replace(said, action=ACTION_OF[said.level])
    return said


def _level(text: str) -> int | None:
    text = text.strip()
    if not text:
        return None
    if text not in ("1", "2", "3", "4", "5"):
        raise NoroshiError(f"level: {text!r}", remedy="1 to 5, or nothing")
    return int(text)


def _listed(text: str) -> list[str]:
    for mark in ("、", "，", "\n", "\r", "\t", " ", "　"):
        text = text.replace(mark, ",")
    return [one.strip() for one in text.split(",") if one.strip()]


def _area(office: Office, text: str) -> Place:
    """An area as 17202, or with its name where that is not known here: 17202=七尾市（ななおし）."""
    code, equals, rest = text.partition("=")
    named = _district(rest)
    found = office.place(code.strip(), named.name)
    if equals and not found.kana and named.name == found.name:
        return msgspec.structs.replace(found, kana=named.kana)
    return found


def _named(place: Place) -> str:
    return f"{place.name}（{place.kana}）" if place.kana else place.name


def _district(text: str) -> Place:
    """A district as 矢田町（やたまち）, or without its reading."""
    name, _, rest = text.replace("(", "（").replace(")", "）").partition("（")
    return Place("", name.strip(), rest.rstrip("）").strip())


def _code(area: str) -> str:
    scheme, _, code = area.partition(":")
    if scheme == "city":
        return code.removesuffix("00")
    return code if scheme == "pref" else area


def _time(office: Office, mode: Mode, name: str, text: str) -> int | None:
    """A time in Japan (2026-09-01T18:00), or from now on (6h); None for nothing."""
    text = text.strip()
    if not text:
        return None
    try:
        return office.now(mode) + duration(text)
    except ValueError:
        pass
    try:
        return parse(text)
    except (ValueError, OverflowError):
        raise NoroshiError(f"{text!r} is not a time", where=name,
                           remedy="2026-09-01T18:00, or 6h from now") from None  # fmt: skip
