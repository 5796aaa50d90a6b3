"""How what a node says is matched with what is true: one line for each kind.

A record speaks of the thing whose key in the truth is its own key, or stands in one of the fields
`by`; a field that is a list names several things (an order for five districts). Its values agree
with the truth's where they are equal, numbers where they differ by no more than an absolute or a
relative tolerance: what an observer rounds, or counts by hand, is not wrong. What only says which
thing it is (`IDENTITY`) is not compared.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec

from noroshi import kinds
from noroshi.core.time import SECOND, parse

#: Absolute, and relative to the true value.
Tolerance = tuple[float, float]

#: Fields that name a thing, or are words about it, and tell nothing of how it is.
IDENTITY = frozenset({
    "code", "name", "kana", "title", "layer", "remarks", "address", "municipality", "operator",
    "owner", "category", "capacity", "served", "customers_total", "event", "level_name",
})  # fmt: skip

#: For numbers of which a kind says nothing: rounding only. Times (tolerances in seconds): a minute.
ROUNDING: Tolerance = (1e-6, 0.01)
_MINUTE = 60.0


class Match(msgspec.Struct, frozen=True, kw_only=True):
    """How the records of one kind are matched.

    `numbers`: tolerances by field. `place`: metres that a position may be off. `moving`: quantities
    that the truth tells only now and then: until it tells the next, any value between is true.
    `told`: the kind of record in which it is told, where that is another; of those only the ones
    with the values of `where`. `fields`: what a field of the truth is called there; `words`: by
    field of the truth, what its words are of those there. `before`: what may stand before a
    record's key in the key of the truth. `claims`: fields of which one must be written for a record
    to say how its thing is: a list of designated shelters says of none that it is open. `unless`:
    values with which a record says that there is nothing, or that it does not know. `presence`:
    what is told is only that there is such a thing, in other words than the truth's. `parts`: the
    field of the truth that lists the codes of all that the thing consists of; a record about one of
    them is about it. `counts`: numbers (by their names in the truth) that are all 0 or left out
    where a record says that nothing happened, which is not false.
    """

    by: tuple[str, ...] = ("code", "name")
    numbers: Mapping[str, Tolerance] = {}
    place: float = 200.0
    moving: tuple[str, ...] = ()
    told: str = ""
    where: Mapping[str, str] = {}
    fields: Mapping[str, str] = {}
    before: tuple[str, ...] = ("",)
    claims: tuple[str, ...] = ()
    words: Mapping[str, Mapping[str, str]] = {}
    unless: Mapping[str, tuple[str, ...]] = {}
    presence: bool = False
    parts: str = ""
    counts: tuple[str, ...] = ()


#: Stands for the fields of a thing of which only its presence is told.
PRESENCE = "there"

_COUNTED: Tolerance = (3, 0.1)
_LEVEL: Tolerance = (0.05, 0.0)
_FLOW: Tolerance = (1.0, 0.1)
_RAIN: Tolerance = (1.0, 0.05)
#: Totals of damage: the truth's names, and those of 第４号様式.
_DAMAGE = {
    "dead": "死者", "missing": "行方不明者", "severe": "重傷", "slight": "軽傷",
    "destroyed": "全壊", "half": "半壊", "partial": "一部破損", "above_floor": "床上浸水",
    "below_floor": "床下浸水", "fires": "火災",
}  # fmt: skip

MATCHES: dict[str, Match] = {
    "disaster.shelter": Match(
        numbers={"headcount": _COUNTED, "households": _COUNTED, "opened": (600, 0.0)},
        claims=("status", "headcount"),
    ),
    "disaster.road": Match(place=1_000),
    "disaster.report": Match(
        before=("damage/", ""), where={"category": "人的被害・建物被害"},
        counts=tuple(f"attributes.{true}" for true in _DAMAGE),
        fields={f"attributes.{true}": f"attributes.{said}" for true, said in _DAMAGE.items()},
    ),
    "disaster.isolation": Match(
        # Cut off, or said to be; one that may be is no claim.
        by=("code",), unless={"status": ("possible",)},
        numbers={"persons": _COUNTED, "households": _COUNTED, "over75": _COUNTED,
                 "care": _COUNTED},
    ),
    # Warnings without a level amount to none.
    "disaster.alert_level": Match(claims=("level",)),
    "disaster.evacuation_order": Match(
        by=("code", "district_codes"), numbers={"persons": _COUNTED, "households": _COUNTED},
        place=2_000,
    ),
    "disaster.river_level": Match(
        by=("code",), moving=("observed.level", "observed.discharge"),
        numbers={"observed.level": _LEVEL, "observed.discharge": _FLOW},
    ),
    "disaster.dam": Match(
        moving=("level", "storage", "storage_ratio", "inflow", "outflow"),
        numbers={"level": _LEVEL, "storage": (1e4, 0.01), "storage_ratio": (0.01, 0.0),
                 "inflow": _FLOW, "outflow": _FLOW, "rain_hour": _RAIN, "rain_total": _RAIN},
    ),
    "disaster.rain_gauge": Match(
        by=("code",), moving=("rain_hour", "rain_total"),
        numbers={"rain_hour": _RAIN, "rain_total": _RAIN},
    ),
    "disaster.flood_sensor": Match(by=("code",), numbers={"depth": (0.1, 0.0)}),
    # Of the probabilities of inundation, what is said of the streets by a gauge.
    "disaster.inundation": Match(
        by=("code",), where={"place": "river"}, place=4_000, presence=True
    ),
    "disaster.typhoon": Match(
        by=("event",), where={"step": "analysis"}, moving=("pressure", "wind"), place=100_000,
        numbers={"pressure": (500, 0.0), "wind": (2.5, 0.0)},
    ),
    "disaster.earthquake": Match(
        by=("event",), numbers={"magnitude": (0.2, 0.0), "depth": (10_000, 0.0)}, place=20_000
    ),
    "disaster.intensity": Match(by=("code",), numbers={"instrumental": (0.1, 0.0)}),
    "disaster.tsunami_warning": Match(by=("code",), numbers={"height": (0.0, 0.5)}),
    "disaster.tsunami_arrival": Match(
        by=("code",), numbers={"arrival": (900, 0.0)}, claims=("arrival",)
    ),
    "disaster.tsunami_observation": Match(
        by=("code",), numbers={"height": (0.1, 0.1), "height_time": (300, 0.0)}
    ),
    "infrastructure.outage": Match(numbers={"customers_out": _COUNTED}),
    "infrastructure.base_station": Match(by=("code",), numbers={"battery": (1_800, 0.1)}),
    "health.hospital_status": Match(
        numbers={"power_left": (1_800, 0.1), "severe": _COUNTED, "moderate": _COUNTED,
                 "inpatients": _COUNTED, "beds_free": _COUNTED, "transfers": _COUNTED}
    ),
    "health.shelter_syndrome": Match(numbers={"headcount": _COUNTED, "seen": _COUNTED}),
    # That there is an outbreak, from the second case until its alarm; a watch is no claim.
    "health.shelter_alarm": Match(
        by=("codes",), where={"syndrome": "diarrhoea"}, unless={"level": ("watch",)}, presence=True
    ),
    "cyber.incident": Match(by=("code", "facility")),
}  # fmt: skip

#: What is told in records of another kind as well, or instead. Where a product puts together what
#: senders say, that is scored beside it: the product is to be no worse.
ALSO: dict[str, tuple[Match, ...]] = {
    "disaster.isolation": (
        Match(
            told="disaster.report", where={"category": "孤立集落"},
            fields={"persons": "attributes.人数", "households": "attributes.世帯"},
            numbers={"persons": _COUNTED, "households": _COUNTED},
        ),
    ),
    "disaster.shelter": (
        Match(
            told="disaster.shelter_merged", by=("codes",), claims=("status", "headcount"),
            numbers=MATCHES["disaster.shelter"].numbers,
        ),
    ),
    "disaster.road": (
        Match(
            # A row for a stretch, or for the flooded streets of a quarter, has one place.
            told="disaster.road_state", by=("code",), place=3_000, parts="remarks",
            fields={"started": "since"},
            words={"status": {"restricted": "alternating"}},
            unless={"status": ("passable", "unknown")},
        ),
    ),
    "disaster.report": (
        Match(
            told="disaster.damage_total", before=("damage/",), where={"level": "municipality"},
            counts=tuple(f"attributes.{true}" for true in _DAMAGE),
            fields={f"attributes.{true}": true for true in _DAMAGE},
        ),
    ),
    "disaster.alert_level": (
        Match(
            told="disaster.alert_overview", fields={"level": "agency_level"},
            claims=("agency_level",),
        ),
    ),
    "disaster.river_level": (
        Match(
            told="disaster.flood_state", by=("code",), where={"of": "river"},
            fields={"observed.level": "level"}, moving=("observed.level",),
            numbers={"observed.level": _LEVEL}, unless={"state": ("silent", "unknown")},
        ),
    ),
    "disaster.rain_gauge": (
        Match(
            told="disaster.flood_state", by=("code",), where={"of": "rain"}, moving=("rain_hour",),
            numbers={"rain_hour": _RAIN}, unless={"state": ("silent", "unknown")},
        ),
    ),
    "disaster.flood_sensor": (
        Match(
            told="disaster.flood_state", by=("code",), where={"of": "sensor"},
            unless={"state": ("silent", "unknown")},
        ),
    ),
    "infrastructure.base_station": (
        Match(
            told="infrastructure.station_outlook", by=("code",), fields={"status": "state"},
            words={"status": {"working": "on", "on_battery": "on", "expected_dark": "off",
                              "dark": "off"}},
            unless={"state": ("unknown",)},
        ),
    ),
}  # fmt: skip


def of(kind: str) -> Match:
    """How a kind is matched."""
    return MATCHES.get(kind) or Match()


def ways(kind: str) -> list[Match]:
    """How a kind is matched in each kind of record in which it is told, its own first."""
    return [of(kind), *ALSO.get(kind, ())]


def names(match: Match, key: str, body: Mapping[str, Any]) -> Iterator[list[str]]:
    """What a record may be about, the surest first: its key, then the fields `by`."""
    yield [one + key for one in match.before]
    for field in match.by:
        value = get(body, field)
        if isinstance(value, list):
            yield [str(one) for one in value]
        elif value not in (None, ""):
            yield [str(value)]


def get(body: Mapping[str, Any], field: str) -> Any:
    """The value of a field; a dot leads into an object."""
    value: Any = body
    for part in field.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value


def flat(body: Mapping[str, Any], head: str = "") -> dict[str, Any]:
    """The fields of a body that are compared, those of objects inside it with a dot."""
    found: dict[str, Any] = {}
    for name, value in body.items():
        if isinstance(value, Mapping):
            found |= flat(value, f"{head}{name}.")
        elif name not in IDENTITY:
            found[head + name] = value
    return found


def kinds_told(kinds: Iterable[str]) -> set[str]:
    """The kinds of record in which what is true of `kinds` is told."""
    return {way.told or kind for kind in kinds for way in ways(kind)}


def tells(kind: str, match: Match, body: Mapping[str, Any]) -> bool:
    """True for a record in which it is told."""
    return (
        all(_written(kind, match, body, field) == value for field, value in match.where.items())
        and not any(_written(kind, match, body, field) in some
                    for field, some in match.unless.items())
        and (not match.claims or any(get(body, field) is not None for field in match.claims))
    )  # fmt: skip


def said(kind: str, match: Match, body: Mapping[str, Any], field: str) -> Any:
    """What a record says of a field, in the words of the truth."""
    value = _written(kind, match, body, match.fields.get(field, field))
    words = match.words.get(field)
    return words.get(value, value) if words and isinstance(value, str) else value


def _written(kind: str, match: Match, body: Mapping[str, Any], name: str) -> Any:
    """The value of a field: where nothing is written, the kind's default, which never is."""
    value = get(body, name)
    return defaults(match.told or kind).get(name) if value is None else value


_DEFAULTS: dict[str, dict[str, Any]] = {}


def defaults(kind: str) -> dict[str, Any]:
    """The values that the fields of a kind have where nothing is written, as in JSON."""
    if kind not in _DEFAULTS:
        declared = kinds.all_kinds().get(kind)
        _DEFAULTS[kind] = {
            one.encode_name: one.default
            for one in (msgspec.structs.fields(declared.body) if declared else ())
            if isinstance(one.default, str | bool | int | float)
        }
    return _DEFAULTS[kind]


def difference(true: Any, stated: Any, then: Any = None) -> float | None:
    """By how much a stated number is off, `then` being what is true next where the quantity moves;
    None where any of them is no number."""
    low = high = number(true)
    off = number(stated)
    if low is None or high is None or off is None:
        return None
    after = number(then)
    if after is not None:
        low, high = min(low, after), max(high, after)
    return max(low - off, off - high, 0.0)


def number(value: Any) -> float | None:
    """A value as a number, also one that is written as text."""
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            return None
    if isinstance(value, bool) or not isinstance(value, int | float) or math.isnan(value):
        return None
    return float(value)


def agree(match: Match, field: str, true: Any, stated: Any, then: Any = None) -> bool:
    """True where what is stated is true, within the tolerance of the field."""
    off = None if isinstance(true, str) else difference(true, stated, then)
    if off is not None:
        absolute, relative = match.numbers.get(field, ROUNDING)
        return off <= max(absolute, relative * abs(float(true)))
    if isinstance(true, list | tuple) and isinstance(stated, list | tuple):
        return sorted(map(str, true)) == sorted(map(str, stated))
    if isinstance(true, str) and isinstance(stated, str) and true != stated:
        return _times_agree(true, stated, match.numbers.get(field, (_MINUTE, 0.0))[0])
    return bool(true == stated)


def _times_agree(true: str, stated: str, within: float) -> bool:
    if not (true[:2].isdigit() and stated[:2].isdigit() and "T" in true):
        return False
    try:
        return abs(parse(true) - parse(stated)) <= within * SECOND
    except ValueError:
        return False
