"""What senders say of each feeder and zone: the latest is taken, what differs is kept."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from noroshi.core.record import Version
from noroshi.core.time import FOREVER, HOUR, JST, parse, show
from noroshi.kinds import decode
from noroshi.kinds.lifeline import Outage
from noroshi.kinds.lifeline_state import FeederState, OutageConflict

OUTAGE = "infrastructure.outage"


class Said(NamedTuple):
    """One statement about one feeder, zone or area, from `time` to `ended`."""

    version: Version
    body: Outage
    time: int
    ended: int

    @property
    def out(self) -> int | None:
        """Customers without supply; None where nobody counted them."""
        if self.body.customers_out is not None:
            return self.body.customers_out
        if self.body.status == "restored":
            return 0
        return self.body.customers_total if self.body.status == "out" else None

    @property
    def status(self) -> str:
        """Out, partial, restored or unknown; by the count where there is one."""
        if self.body.customers_out == 0:
            return "restored"
        total = self.body.customers_total
        if self.body.customers_out is not None and total:
            return "out" if self.body.customers_out >= total else "partial"
        if self.body.status == "unknown" and self.body.customers_out:
            return "partial"
        return self.body.status

    @property
    def sender(self) -> str:
        """Who says so."""
        return self.body.operator or self.version.source

    @property
    def origin(self) -> tuple[str, str]:
        """In whose place a later statement of the same sender stands."""
        return self.version.series, self.version.key

    @property
    def since(self) -> int:
        """Since when, as far as it is said."""
        return min(moment(self.body.since, self.time), self.time)


class Thing(NamedTuple):
    """A feeder, zone or area (`code`; empty for all of the municipality, then by operator) with
    the statement that is taken, those of others that stand, and all that the taken sender said
    of it, in order."""

    code: str
    taken: Said
    others: tuple[Said, ...]
    told: tuple[Said, ...]


def moment(text: str | None, otherwise: int) -> int:
    """A time as written, or another where it is not given or not a time."""
    if not text:
        return otherwise
    try:
        return parse(text)
    except (ValueError, OverflowError):
        return otherwise


def text(time: int | None) -> str | None:
    """A time for people here, RFC 3339 with the zone."""
    return None if time is None else show(time, JST)


def statements(versions: Iterable[Version]) -> list[Said]:
    """Every statement, in order of time. Raises InvalidRecord for a body that is no outage."""
    found = []
    for version in versions:
        body: Outage = decode(OUTAGE, version.body)
        found.append(Said(version, body, version.issued, min(version.ended_at, version.valid_to)))
    return sorted(found, key=lambda one: (one.time, one.version.series, one.version.key))


class Supply(NamedTuple):
    """What is told of one service in the finest terms that anybody tells it in: feeders and zones,
    or totals of the municipality by operator, or else a total of nobody in particular; and the
    coarser totals, which are compared and never added."""

    things: list[Thing]
    totals: list[Said]


def supplies(said: Sequence[Said], at: int) -> dict[str, Supply]:
    """By service, what stands at a moment."""
    spoke: dict[str, int] = {}
    for one in said:
        ended = one.ended if one.ended <= at else one.time
        series = one.version.series
        spoke[series] = max(spoke.get(series, one.time), one.time, ended)
    groups: dict[tuple[str, int, str], list[Said]] = {}
    for one in said:
        rank, code = _thing(one.body)
        groups.setdefault((one.body.service, rank, code), []).append(one)
    found: dict[str, dict[int, list[Thing]]] = {}
    for (service, rank, code), some in sorted(groups.items()):
        thing = _taken(code, some, spoke, at)
        if thing is not None:
            found.setdefault(service, {}).setdefault(rank, []).append(thing)
    return {
        service: Supply(
            ranks[min(ranks)],
            [one.taken for rank in sorted(ranks) if rank > min(ranks) for one in ranks[rank]],
        )
        for service, ranks in found.items()
    }


def _thing(body: Outage) -> tuple[int, str]:
    """What a statement is about: how coarse (0: a feeder, zone or quarter; 1: all of an operator
    in the municipality; 2: all), and by which name it is told from others."""
    if body.code:
        return 0, body.code
    if body.name and body.name != body.municipality and body.name != body.operator:
        return 0, body.name
    if body.districts:
        return 0, "、".join(sorted(body.districts))
    return (1, body.operator) if body.operator else (2, "")


def _taken(code: str, some: Sequence[Said], spoke: dict[str, int], at: int) -> Thing | None:
    """The statement of the sender that spoke last among those that stand; None if none does."""
    standing = [one for one in some if one.ended > at]
    if not standing:
        return None

    def order(one: Said) -> tuple[int, int, str]:
        return spoke[one.version.series], one.time, one.version.series

    taken = max(standing, key=order)
    latest = {one.origin: one for one in standing if one.origin != taken.origin}
    told = [one for one in some if one.origin == taken.origin]
    return Thing(code, taken, tuple(latest.values()), tuple(told))


def conflicts(found: Supply) -> list[OutageConflict]:
    """Where others say something else of a feeder or zone, or of all, than what is taken."""
    kept = [
        OutageConflict(
            code=one.code, name=one.taken.body.name, taken=_in_words(one.taken),
            other=_in_words(other),
        )
        for one in found.things
        for other in one.others
        if _differ(one.taken, other)
    ]  # fmt: skip
    counts = [one.taken.out for one in found.things]
    out = sum(one for one in counts if one is not None)
    if None not in counts:
        newest = text(max(one.taken.time for one in found.things))
        kept += [
            OutageConflict(
                taken=f"{len(counts)} feeders or zones: {out} ({newest})", other=_in_words(total)
            )
            for total in found.totals
            if total.out is not None and _apart(out, total.out)
        ]
    return kept


def _differ(one: Said, other: Said) -> bool:
    """True where they cannot both be so: a tenth is a matter of counting."""
    if (one.status == "restored") != (other.status == "restored"):
        return True
    if one.out is None or other.out is None:
        return False
    return _apart(one.out, other.out)


def _apart(one: int, other: int) -> bool:
    return abs(one - other) > max(5, 0.1 * max(one, other))


def _in_words(one: Said) -> str:
    count = "" if one.out is None else f" {one.out}"
    return f"{one.sender}: {one.status}{count} ({text(one.time)})"


def feeder_state(one: Thing) -> FeederState:
    """A thing for people."""
    body = one.taken.body
    return FeederState(
        name=body.name, code=body.code, status=one.taken.status, customers_out=one.taken.out,
        customers_total=body.customers_total,
        since=None if one.taken.status == "restored" else text(one.taken.since),
        expected=body.expected, observed=text(one.taken.time), sender=one.taken.sender,
    )  # fmt: skip


def course(one: Thing, at: int) -> tuple[float, list[tuple[float, float]]]:
    """Since when its customers are out and how many at which time, as the sender of what is taken
    told it, in hours. What was unlisted for a while had supply then."""
    told: list[tuple[float, float]] = []
    for number, said in enumerate(one.told):
        if said.out is None:
            continue
        told.append((said.time / HOUR, float(said.out)))
        after = one.told[number + 1].time if number + 1 < len(one.told) else FOREVER
        if said.ended <= at and said.ended < after:
            told.append((said.ended / HOUR, 0.0))
    return one.told[0].since / HOUR, told
