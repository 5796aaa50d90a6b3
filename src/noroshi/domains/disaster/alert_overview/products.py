"""The agency's level and the mayor's orders of each municipality, and how both came about."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Annotated, Literal, NamedTuple

import msgspec

from noroshi.core.capability import mode_of, newest
from noroshi.core.errors import InvalidRecord
from noroshi.core.levels import Span, Step, at, steps
from noroshi.core.parts import Inputs, Towns
from noroshi.core.record import Edition, Record, Version
from noroshi.core.time import DAY, FOREVER, JST, NEVER, parse, show
from noroshi.domains.disaster.alert_overview.model import first_departure
from noroshi.kinds import decode, encode, note
from noroshi.kinds.alert_level import AlertLevel
from noroshi.kinds.alert_overview import AlertOverview, LevelChange, OrderInForce
from noroshi.kinds.evacuation import EvacuationOrder
from noroshi.kinds.weather import WeatherOutlook

LEVEL, ORDER = "disaster.alert_level", "disaster.evacuation_order"
OUTLOOK = "disaster.weather_outlook"
Of = Literal["agency", "order"]
AGENCY: Of = "agency"
ORDERS: Of = "order"
#: Changes are told for so long; the capability asks for no longer history.
TOLD = 2 * DAY
#: Levels of orders whose record gives a kind and no level (避難情報に関するガイドライン, 2021).
KINDS = {"高齢者等避難": 3, "避難指示": 4, "緊急安全確保": 5}


class Params(msgspec.Struct, frozen=True):
    """What the reader of the product may choose."""

    missing_from: Annotated[
        int,
        msgspec.Meta(ge=3, le=5),
        note(
            "未受信を示すレベル",
            "from which level of the agency on it is told that no order as high was received",
        ),
    ] = 4


class Level(NamedTuple):
    """A level of the agency over a time."""

    version: Version
    said: AlertLevel


class Order(NamedTuple):
    """An order, in force or not."""

    version: Version
    said: EvacuationOrder
    level: int


def scope(version: Version, towns: Towns) -> list[str]:
    """The municipality. An order is of the mayor that it names, wherever its district lies."""
    area = towns.of(version)
    if version.kind == ORDER and not (version.area or "").startswith("city:"):
        said: EvacuationOrder = decode(ORDER, version.body)
        area = towns.named(said.municipality, area) or area
    return [area] if area else []


def build(inputs: Inputs, params: Params, moment: int) -> list[Edition]:
    """One edition, of one municipality; none where nothing stands, stood or is expected.

    `inputs` are of one municipality, with what ended in the last 48 hours. Raises InvalidRecord for
    a body that is not of its kind, for inputs of several municipalities or of mixed modes.
    """
    mode = mode_of(inputs)
    now = max(moment, newest(inputs))
    levels = [Level(one, decode(LEVEL, one.body)) for one in inputs[LEVEL]]
    orders = [_order(one, decode(ORDER, one.body)) for one in inputs[ORDER]]
    outlooks = {one: decode(OUTLOOK, one.body) for one in inputs[OUTLOOK]}
    area = _area([*inputs[LEVEL], *inputs[ORDER], *inputs[OUTLOOK]])

    agency = steps(Span(*_time(one.version), one.said.level) for one in levels if one.said.level)
    ordered = steps(
        Span(*_time(one.version), one.level) for one in orders if one.level and not one.said.lifted
    )
    level, expected = at(agency, now), _expected(outlooks.values())
    ahead = _next(agency, expected, now, level)
    changes = _changes(agency, ordered, now)
    standing = [one for one in orders if _stands(one.version, now) and not one.said.lifted]
    said = next((one.said for one in levels if _stands(one.version, now)), None)
    if not (said or standing or changes or (ahead and ahead.after)):
        return []
    highest = max((one.level for one in standing if one.level), default=None)
    peak = _peak(expected, now)
    body = AlertOverview(
        area_name=_name(levels, standing or orders, list(outlooks.values())),
        agency_level=level,
        agency_names=list(said.names) if said else [],
        agency_since=said.since if said else None,
        hazards=list(said.hazards) if said else [],
        order_level=highest,
        order_kind=next((one.said.kind for one in standing if one.level == highest), ""),
        orders=_grouped(standing),
        persons=_people(standing, "persons"),
        households=_people(standing, "households"),
        higher=_higher(level, highest),
        order_not_received=(level or 0) >= params.missing_from
        and (highest or 0) < min(params.missing_from, 4),
        changes=changes,
        next=ahead,
        expected_highest=peak.after if peak else None,
        expected_highest_at=_text(peak.time) if peak else None,
    )
    # Something else is to be said when a change has been told for long enough, when what is
    # expected has come, and when what stands ends.
    due = [one.time + TOLD for one in (*agency, *ordered)]
    due += [one.time for one in expected]
    due += [one.valid_to for versions in inputs.values() for one in versions]
    begun = [one.valid_from for versions in inputs.values() for one in versions]
    passed = max((one for one in (*due, *begun) if NEVER < one <= now), default=NEVER)
    ends = min((one for one in due if one > now), default=FOREVER)
    record = Record(
        "disaster.alert_overview",
        area or body.area_name,
        encode(body),
        area=area or None,
        geometry=None if area else next((one.version.geometry for one in orders), None),
        valid_to=ends if ends < FOREVER else None,
        basis=_basis(inputs, standing, orders, ordered),
    )
    issued = max(newest(inputs), passed)
    return [Edition(series="", issued=issued, records=[record], mode=mode, effective=issued)]


def _basis(
    inputs: Inputs, standing: Sequence[Order], orders: Sequence[Order], ordered: Sequence[Step]
) -> tuple[int, ...]:
    """What is said rests on the levels and outlooks, the orders that stand, and those that began or
    ended when the highest level of orders changed."""
    changed = {one.time for one in ordered}
    found = [one for one in orders if changed.intersection(_time(one.version))]
    mine = [one.version for one in (*standing, *found)]
    return tuple(sorted({one.id for one in (*mine, *inputs[LEVEL], *inputs[OUTLOOK])}))


def _area(versions: Iterable[Version]) -> str:
    areas = {
        f"city:{one.area[5:10]}00"
        for one in versions
        if one.area and one.area.startswith("city:") and len(one.area) == 12
    }
    if len(areas) > 1:
        raise InvalidRecord(
            f"inputs of several municipalities ({', '.join(sorted(areas))})",
            remedy="build each municipality on its own",
        )
    return areas.pop() if areas else ""


def _order(version: Version, said: EvacuationOrder) -> Order:
    level = said.level or next((n for name, n in KINDS.items() if said.kind.startswith(name)), 0)
    return Order(version, said, level)


def _time(version: Version) -> tuple[int, int]:
    """From when to when it stood."""
    start = version.issued if version.valid_from <= NEVER else version.valid_from
    return start, min(version.ended_at, version.valid_to)


def _stands(version: Version, now: int) -> bool:
    start, end = _time(version)
    return start <= now < end


def _name(
    levels: Sequence[Level], orders: Sequence[Order], outlooks: Sequence[WeatherOutlook]
) -> str:
    names = [one.said.area_name for one in levels] + [one.said.municipality for one in orders]
    return next(iter([*names, *(one.area_name for one in outlooks)]), "")


def _grouped(orders: Sequence[Order]) -> list[OrderInForce]:
    """Orders of the same kind for the same hazard together."""
    alike: dict[tuple[int, str, str], list[Order]] = {}
    for one in orders:
        alike.setdefault((-one.level, one.said.kind, one.said.hazard), []).append(one)
    return [
        OrderInForce(
            kind=kind,
            level=-rank or None,
            hazard=hazard,
            # An order without districts is for the whole municipality, and so is the group.
            districts=sorted({name for one in group for name in one.said.districts})
            if all(one.said.districts for one in group)
            else [],
            persons=_people(group, "persons"),
            households=_people(group, "households"),
            since=_text(min(_ordered(one) for one in group)),
        )
        for (rank, kind, hazard), group in sorted(alike.items())
    ]


def _ordered(one: Order) -> int:
    if one.said.ordered:
        try:
            return parse(one.said.ordered)
        except ValueError:
            pass  # as written by the sender: then when it was issued
    return _time(one.version)[0]


def _people(orders: Sequence[Order], field: str) -> int | None:
    """How many are meant, those of one district once: several orders may be for it."""
    counted: dict[tuple[str, ...], int] = {}
    for one in orders:
        number: int | None = getattr(one.said, field)
        if number is not None:
            places = tuple(sorted(one.said.district_codes or one.said.districts))
            counted[places] = max(counted.get(places, 0), number)
    whole = counted.pop((), None)
    if whole is not None:
        return max(whole, sum(counted.values()))
    return sum(counted.values()) if counted else None


def _higher(agency: int | None, order: int | None) -> Literal["agency", "order", "equal", ""]:
    if not agency and not order:
        return ""
    if (agency or 0) == (order or 0):
        return "equal"
    return "agency" if (agency or 0) > (order or 0) else "order"


def _changes(agency: Sequence[Step], ordered: Sequence[Step], now: int) -> list[LevelChange]:
    """What changed in the time for which it is told, newest first."""
    both = [(one, AGENCY) for one in agency] + [(one, ORDERS) for one in ordered]
    both.sort(key=lambda one: (-one[0].time, one[1]))
    return [_change(one, of) for one, of in both if now - TOLD < one.time <= now]


def _change(one: Step, of: Of, basis: str = "") -> LevelChange:
    return LevelChange(_text(one.time) or "", of, one.before, one.after, basis)


def _expected(outlooks: Iterable[WeatherOutlook]) -> list[Step]:
    """The highest level that any hazard is expected to have, over time."""
    spans = []
    for outlook in outlooks:
        for one in outlook.expected:
            for step in one.steps:
                if step.level is None:
                    continue
                try:
                    spans.append(Span(parse(step.start), parse(step.end), step.level))
                except ValueError as error:
                    raise InvalidRecord(
                        str(error), where=f"{OUTLOOK} {outlook.area_name}"
                    ) from None
    return steps(spans)


def _next(
    agency: Sequence[Step], expected: Sequence[Step], now: int, level: int | None
) -> LevelChange | None:
    """What is to change the agency's level first: the outlook, or a stated end."""
    ends = next((one for one in agency if now < one.time), None)
    looked = first_departure(expected, now, level)
    if ends and (looked is None or ends.time <= looked.time):
        return _change(ends, AGENCY, "end")
    return _change(looked, AGENCY, "outlook") if looked else None


def _peak(expected: Sequence[Step], now: int) -> Step | None:
    """When the highest level that is expected from now on begins, or began."""
    current = next((one for one in reversed(expected) if one.time <= now), None)
    found = [one for one in (current, *(one for one in expected if one.time > now)) if one]
    found = [one for one in found if one.after]
    return max(found, key=lambda one: (one.after or 0, -one.time), default=None)


def _text(time: int) -> str | None:
    return show(time, JST)
