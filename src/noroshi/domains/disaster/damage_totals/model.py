"""Which statement stands where several sources speak of one item; sums over municipalities."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from noroshi.core.time import JST, show
from noroshi.domains.disaster.damage_totals.reading import Said, Told
from noroshi.kinds.damage_total import ITEMS, DamageItem, Number, Statement

#: Whose number stands, the first first. The municipality reports (災害対策基本法 第五十三条); the
#: prefecture puts together what it was told; the others count for their own work.
ROLES = ("municipality", "prefecture", "fire", "police", "other")


class Heard(NamedTuple):
    """What one source says of one item, and in which report."""

    told: Told
    said: Said

    @property
    def order(self) -> tuple[int, int, int, str, str]:
        """The newest last, whatever the order of arrival."""
        version = self.told.version
        return self.said.time, version.issued, version.serial, self.told.source, version.series


def heard(reports: Iterable[Told]) -> dict[str, list[Heard]]:
    """By item, in the order of the form: the newest statement of each source, the most trusted
    first. Several reports of one source on one municipality replace each other; they never add."""
    found: dict[str, dict[tuple[str, str], Heard]] = {}
    for told in reports:
        for item, said in told.values.items():
            by_source = found.setdefault(item, {})
            one, key = Heard(told, said), (told.source, told.role)
            if key not in by_source or by_source[key].order < one.order:
                by_source[key] = one
    return {
        item: sorted(
            found[item].values(), key=lambda one: (ROLES.index(one.told.role), one.told.source)
        )
        for item in ITEMS
        if item in found
    }


def choose(some: Sequence[Heard], stale: int) -> tuple[Heard | None, str]:
    """The statement that stands, and the rule by which it does.

    The newest of the municipality's own, unless another is newer than it by more than `stale`
    (µs); else the newest of the next kind of office that gives a number.
    """
    numbers = [one for one in some if one.said.value is not None]
    if not numbers:
        return None, ""
    own = [one for one in numbers if one.told.role == "municipality"]
    others = [one for one in numbers if one.told.role != "municipality"]
    if own:
        newest = max(own, key=lambda one: one.order)
        late = max((one.said.time for one in others), default=newest.said.time)
        if late - newest.said.time <= stale:
            return newest, "own"
    role = min((one.told.role for one in others), key=ROLES.index)
    chosen = max((one for one in others if one.told.role == role), key=lambda one: one.order)
    return chosen, "own_stale" if own else role


def item_of(item: str, some: Sequence[Heard], stale: int) -> DamageItem:
    """One item of a municipality: the number that stands, with the statements beside it."""
    chosen, rule = choose(some, stale)
    values = [one.said.value for one in some if one.said.value is not None]
    name, unit = ITEMS[item]
    return DamageItem(
        item=item, name=name, unit=unit, value=chosen.said.value if chosen else None,
        low=min(values, default=None), high=max(values, default=None),
        source=chosen.told.source if chosen else "",
        time=_text(chosen.said.time) if chosen else "", rule=rule,
        disputed=len(set(values)) > 1, statements=[statement(one) for one in some],
    )  # fmt: skip


def statement(one: Heard) -> Statement:
    """What one source says, as it is kept."""
    said = one.said
    return Statement(
        source=one.told.source, role=one.told.role, time=_text(said.time), value=said.value,
        text=said.text, column=said.column,
    )  # fmt: skip


def total_of(
    item: str, towns: Mapping[str, DamageItem | None], stated: Sequence[Heard], stale: int
) -> DamageItem:
    """One item of a prefecture: the sum over the municipalities (by name) that report it, beside
    what the prefecture states. Who does not report counts as not reported, never as 0."""
    given = {name: one for name, one in towns.items() if one is not None and one.value is not None}
    name, unit = ITEMS[item]
    official, _ = choose(stated, stale)
    announced = official.said.value if official else None
    total = _sum(one.value for one in given.values())
    value = announced if total is None else total
    rule = "sum" if total is not None else "stated" if official else ""
    low, high = _sum(one.low for one in given.values()), _sum(one.high for one in given.values())
    known = [one for one in (low, high, announced) if one is not None]
    times = sorted(one.time for one in given.values())
    return DamageItem(
        item=item, name=name, unit=unit, value=value, low=min(known, default=None),
        high=max(known, default=None),
        source="" if rule == "sum" or official is None else official.told.source,
        # The sum is no newer than the oldest number in it.
        time=times[0] if times else _text(official.said.time) if official else "",
        rule=rule,
        disputed=any(one.disputed for one in given.values())
        or (announced is not None and total is not None and announced != total),
        statements=[statement(one) for one in stated], reported=len(given),
        not_reported=[one for one in towns if one not in given], stated=announced,
        difference=None if announced is None or total is None else _less(announced, total),
    )  # fmt: skip


def _sum(values: Iterable[Number | None]) -> Number | None:
    known = [one for one in values if one is not None]
    return _tidy(sum(known)) if known else None


def _less(one: Number, other: Number) -> Number:
    return _tidy(one - other)


def _tidy(value: Number) -> Number:
    """Hectares to the square metre, so that the order in which they are added does not show."""
    return value if isinstance(value, int) else round(value, 4)


def _text(time: int) -> str:
    return show(time, JST) or ""
