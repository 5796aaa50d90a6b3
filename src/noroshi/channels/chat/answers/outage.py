"""What is cut off here, and when it is likely to be back: the operator's word and the product's
forecast are told apart."""

from __future__ import annotations

from typing import Any, NamedTuple

from noroshi.channels.chat.answers.asked import OLD_OUTAGE, Asked, map_link, place_ref
from noroshi.channels.chat.phrases import in_language
from noroshi.channels.chat.phrases import supplies as say
from noroshi.channels.chat.pictures import Look, Pictures
from noroshi.channels.chat.tell import Ref, Telling, ref, told_time
from noroshi.channels.chat.turns import Said
from noroshi.channels.chat.words import SERVICE, SUPPLY
from noroshi.core.place import municipality
from noroshi.kinds import decode

AREA, OUTAGE = "infrastructure.outage_area", "infrastructure.outage"
_TOLD, _DISTRICTS = 4, 6


class Cut(NamedTuple):
    """What is cut off in a town, and the record that says so (a product's or an operator's)."""

    ref: Ref
    said: Any


def outages(pictures: Pictures, at: int) -> dict[str, list[Cut]]:
    """What is cut off by town: as merged, and by operators of services that nothing merged."""
    return pictures.kept("outages", (AREA, OUTAGE), at, lambda look: _outages(look, pictures))


def _outages(look: Look, pictures: Pictures) -> dict[str, list[Cut]]:
    found: dict[str, list[Cut]] = {}
    merged = set()
    for version in look.picture(AREA):
        said = decode(AREA, version.body)
        town = pictures.borders.of(version) or pictures.borders.named(said.area_name)
        merged.add((municipality(town), said.service))
        found.setdefault(municipality(town), []).append(Cut(ref(version), said))
    for version in look.picture(OUTAGE):
        said = decode(OUTAGE, version.body)
        town = pictures.borders.named(said.municipality) or pictures.borders.of(version)
        if (municipality(town), said.service) not in merged:
            found.setdefault(municipality(town), []).append(Cut(ref(version), said))
    return found


_ORDER = ("out", "partial", "unknown", "restored")


def answer(asked: Asked) -> Said:
    """The services that are cut off, whatever of them is known; else that nothing is known."""
    telling = asked.telling()
    found = outages(asked.pictures, asked.at).get(municipality(asked.where.area), [])
    found = sorted(found, key=lambda one: (
        _ORDER.index(one.said.status) if one.said.status in _ORDER else 2,
        -(one.said.customers_out or 0), one.ref.id,
    ))  # fmt: skip
    if not found:
        town = telling.name(place_ref(asked.where.area), asked.where.name, asked.where.kana)
        telling.say(say.OUTAGE_NONE, name=town)
    for one in found[:_TOLD]:
        _tell(telling, one)
    if len(found) > _TOLD:
        telling.say(say.OUTAGE_MORE)
    telling.say(say.OUTAGE_ASK)
    return telling.said(link=map_link(asked, asked.position, found[0].ref if found else None))


def _tell(telling: Telling, one: Cut) -> None:
    said, language = one.said, telling.language
    service = in_language(SERVICE.get(said.service, SERVICE["other"]), language)
    status = in_language(SUPPLY.get(said.status, SUPPLY["unknown"]), language)
    telling.say(say.OUTAGE_IS, service=telling.cite(one.ref, service),
                status=telling.cite(one.ref, status))  # fmt: skip
    if said.status != "restored":
        if getattr(said, "name", ""):
            telling.say(say.OUTAGE_NAME, name=telling.text(one.ref, said.name))
        if districts := getattr(said, "districts", None):
            words = telling.listed(one.ref, districts[:_DISTRICTS])
            telling.say(say.OUTAGE_DISTRICTS, districts=words)
        if said.customers_out:
            telling.say(say.OUTAGE_COUNT, count=telling.cite(one.ref, f"{said.customers_out:,}"))
        since = told_time(said.since)
        if since is not None:
            telling.say(say.OUTAGE_SINCE, time=telling.time(one.ref, since))
        _back(telling, one)
    telling.source(one.ref, told_time(said.observed), name=_teller(said), old=OLD_OUTAGE)


def _teller(said: Any) -> str:
    """Who says so: the operator; of what a product merged, the sender that spoke last."""
    feeders = [one for one in getattr(said, "feeders", ()) if one.sender]
    if feeders:
        sender: str = max(feeders, key=lambda one: one.observed or "").sender
        return sender
    return getattr(said, "operator", "")


def _back(telling: Telling, one: Cut) -> None:
    """When it will be back: the latest that an operator gives, and the product's forecast."""
    said = one.said
    expected = [said.expected] if getattr(said, "expected", None) else [
        feeder.expected for feeder in getattr(said, "feeders", ())
        if feeder.expected and feeder.status in ("out", "partial")
    ]  # fmt: skip
    times = [time for each in expected if (time := told_time(each)) is not None]
    half = getattr(said, "half", None)
    middle = None if half is None else told_time(half.at)
    if times:
        telling.say(say.OUTAGE_EXPECTED, time=telling.time(one.ref, max(times)))
    elif middle is not None:
        telling.say(say.OUTAGE_HALF, time=telling.time(one.ref, middle))
    else:
        telling.say(say.OUTAGE_NO_TIME)
