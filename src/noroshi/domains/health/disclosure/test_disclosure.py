"""Nothing that is told, alone or together, gives a small cell away."""

from __future__ import annotations

import random
from collections.abc import Sequence

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from noroshi.core import weeks
from noroshi.core.capability import run
from noroshi.core.label import OWN, PUBLIC
from noroshi.core.record import Action, Mode, Version
from noroshi.core.time import DAY, FOREVER
from noroshi.domains import get
from noroshi.domains.health.disclosure.audit import Bound, audit
from noroshi.domains.health.disclosure.model import Table, disclose
from noroshi.domains.health.disclosure.products import Params, build, disclosed
from noroshi.kinds import decode, encode
from noroshi.kinds.notifications import AreaCount, Notifications
from noroshi.kinds.notifications_disclosed import AreaDisclosed, NotificationsDisclosed

NAME, KIND = "health/disclosure", "health.notifications"
PLACES = ("01", "13", "22", "27", "40", "47")
FIRST = weeks.number("2031-W01")


def table(
    week: int, counts: Sequence[int], late: Sequence[int] = (), before: Notifications | None = None
) -> Notifications:
    """A week in which the prefectures of PLACES notified `counts`, and so many came late."""
    late = late or [0] * len(counts)
    sums = [one.cumulative or 0 for one in before.areas] if before else [0] * len(counts)
    areas = [
        AreaCount(code=code, count=count, cumulative=so_far + count + more)
        for code, count, so_far, more in zip(PLACES, counts, sums, late, strict=False)
    ]
    return Notifications(
        disease="ehec", name="腸管出血性大腸菌感染症", system="all_case",
        week=weeks.numbered(FIRST + week), count=sum(counts),
        cumulative=sum(one.cumulative or 0 for one in areas), areas=areas,
    )  # fmt: skip


def year(*rows: Sequence[int], late: Sequence[Sequence[int]] = ()) -> list[Notifications]:
    found: list[Notifications] = []
    for number, row in enumerate(rows):
        more = late[number] if late else ()
        found.append(table(number, row, more, found[-1] if found else None))
    return found


def told(
    bodies: Sequence[Notifications], threshold: int = 5, **options: bool
) -> list[NotificationsDisclosed]:
    tables = [
        Table(weeks.number(body.week),
              np.array([body.count, *(one.count for one in body.areas)]),
              np.array([body.cumulative, *(one.cumulative for one in body.areas)]))
        for body in bodies
    ]  # fmt: skip
    codes = [one.code for one in bodies[0].areas]
    found = disclose(tables, threshold, **options)
    return [disclosed(body, codes, one, threshold)
            for body, one in zip(bodies, found, strict=True)]  # fmt: skip


def back(body: NotificationsDisclosed, what: str = "count") -> set[str]:
    found = {one.code for one in body.areas if what in one.suppressed}
    return found | ({""} if what in body.suppressed else set())


def versions(bodies: Sequence[Notifications], label: int = OWN) -> list[Version]:
    return [
        Version(
            id=number, kind=KIND, key=body.disease, series="institute/ehec", mode=Mode.ACTUAL,
            action=Action.ISSUE, issued=number * 7 * DAY, serial=0, recorded=number * 7 * DAY,
            valid_from=number * 7 * DAY, valid_to=FOREVER, ended_at=FOREVER,
            ended_recorded=FOREVER, label=label, source="institute", message=None, area=None,
            geometry=None, confidence=None, basis=(), body=encode(body),
        )
        for number, body in enumerate(bodies, start=1)
    ]  # fmt: skip


def breaches(
    bodies: Sequence[Notifications], said: Sequence[NotificationsDisclosed], threshold: int
) -> list[tuple[Bound, int]]:
    """Small counts of which a reader knows more than that they are small."""
    truth = {
        (body.week, code): count
        for body in bodies
        for code, count in [("", body.count), *((one.code, one.count) for one in body.areas)]
    }
    # That a country's total is at least the number of its areas that have any is told anyway.
    floor = {(body.week, ""): len(back(body) - {""}) for body in said}
    found = []
    for one in audit(said, bodies, threshold - 1):
        count = truth[one.week, one.code] or 0
        assert one.low <= count
        if count < threshold:
            low = min(max(floor.get((one.week, one.code), 1), 1), count)
            if one.low > low or one.high < threshold - 1:
                found.append((one, count))
    return found


# --- one week -----------------------------------------------------------------------------------


def test_a_small_count_takes_the_smallest_large_one_with_it_and_zeros_are_told() -> None:
    (one,) = told(year([3, 20, 0, 7, 9, 0]))
    assert back(one) == {"01", "27"}
    assert one.count == 39
    assert [area.count for area in one.areas] == [None, 20, 0, None, 9, 0]
    (alone,) = told(year([3, 0, 0, 0, 0, 0]))
    assert back(alone) == {"", "01"}, "the total is small itself"


def test_counts_that_can_only_be_one_are_not_told_by_their_sum() -> None:
    (one,) = told(year([1, 1, 1, 1, 1, 1]))
    assert back(one) == {"", *PLACES}
    (other,) = told(year([1, 4, 3, 1, 0, 0]))
    assert back(other) == {"01", "13", "22", "27"}
    assert other.count == 9


def test_a_rate_is_kept_back_with_its_count_and_where_there_is_no_count() -> None:
    areas = [
        AreaCount(code="01", count=3, per_sentinel=0.3),
        AreaCount(code="13", count=40, per_sentinel=2.0),
        AreaCount(code="22", count=8, per_sentinel=0.8),
        AreaCount(code="27", per_sentinel=0.1),
    ]
    body = Notifications(disease="rsv", name="ＲＳ", system="sentinel", week="2031-W03",
                         count=51, per_sentinel=1.2, areas=areas)  # fmt: skip
    (edition,) = build({KIND: versions([body])}, Params(threshold=5))
    said: NotificationsDisclosed = decode(edition.records[0].kind, edition.records[0].body)
    assert [one.per_sentinel for one in said.areas] == [None, 2.0, None, None]
    assert [one.suppressed for one in said.areas] == [
        ["count", "per_sentinel"], [], ["count", "per_sentinel"], ["per_sentinel"],
    ]  # fmt: skip
    assert (said.count, said.per_sentinel) == (51, 1.2)


# --- over the weeks -----------------------------------------------------------------------------


def test_a_small_count_is_not_the_difference_of_two_cumulative_counts() -> None:
    said = told(year([9, 30, 0, 0, 12, 0], [2, 31, 0, 0, 11, 0], [9, 28, 0, 0, 10, 0]))
    assert said[0].areas[0].cumulative == 9
    assert [one.areas[0].cumulative for one in said[1:]] == [None, None]
    assert said[2].areas[1].cumulative == 89, "of large counts it is told every week"


def test_a_cumulative_count_is_told_again_once_several_small_counts_hide_in_it() -> None:
    rows = [[3, 4, 8, 6, 20, 0], [4, 3, 7, 6, 20, 0], [3, 4, 8, 6, 20, 0], [4, 3, 9, 6, 20, 0]]
    said = told(year(*rows))
    assert any(one.cumulative for body in said[1:] for one in body.areas[:2])
    assert not breaches(year(*rows), said, 5)


def test_what_came_late_is_a_small_cell_too() -> None:
    late = [[0] * 6, [1, 0, 0, 0, 0, 0], [5, 0, 0, 0, 0, 0]]
    said = told(year(*[[20, 30, 40, 50, 60, 70]] * 3, late=late))
    assert [one.areas[0].cumulative for one in said] == [20, None, 66]
    assert [one.areas[1].cumulative for one in said] == [30, 60, 90]


def test_a_missing_week_keeps_cumulative_counts_back_and_a_new_year_begins_anew() -> None:
    bodies = year(*[[20, 30, 40, 50, 60, 70]] * 4)
    said = told([bodies[0], bodies[1], bodies[3]])
    assert [one.cumulative for one in said] == [270, 540, None]
    inputs = {KIND: versions([*bodies, msgspec.structs.replace(bodies[0], week="2032-W01")])}
    (edition,) = build(inputs, Params())
    assert edition.records[0].basis == (5,)


def test_a_week_that_is_told_again_does_not_give_itself_away() -> None:
    first = table(0, [3, 20, 7, 6, 30, 0])
    again = table(0, [3, 19, 7, 6, 30, 0])  # one case less, and so in the country
    said = told([first, again])
    assert back(said[0]) == {"01", "27"}
    assert back(said[1]) == {"", "01", "13", "27"}
    assert said[1].areas[4].count == 30
    grown = table(0, [3, 80, 7, 6, 30, 0])
    assert told([first, grown])[1].areas[1].count == 80, "a large correction is told"


def test_a_week_that_comes_after_a_later_one_tells_zeros_only() -> None:
    bodies = year([9, 30, 0, 0, 12, 0], [9, 30, 0, 0, 12, 0])
    said = told([bodies[1], bodies[0]])
    assert back(said[1]) == {"", "01", "13", "40"}


ROWS = st.integers(0, 10**6)


@settings(max_examples=10, deadline=None)
@given(ROWS, st.sampled_from([3, 5, 10]), st.booleans(), st.booleans())
def test_no_reader_works_out_more_of_a_small_count_than_that_it_is_small(
    seed: int, threshold: int, lately: bool, again: bool
) -> None:
    """Of all that was told of a year, by linear programming, knowing what came late."""
    chance = random.Random(seed)
    means = [chance.choice([0.2, 1, 3, 8, 20]) for _ in PLACES]
    rows = [[round(chance.expovariate(1 / mean)) for mean in means] for _ in range(9)]
    late = [[chance.choice([0, 0, 1, 6]) if lately else 0 for _ in PLACES] for _ in rows]
    bodies = year(*rows, late=late)
    if again:  # one week is told twice, unchanged
        bodies.insert(5, bodies[4])
    said = told(bodies, threshold)
    assert not breaches(bodies, said, threshold)
    cut = chance.randrange(1, len(bodies))
    assert told(bodies[:cut], threshold) == said[:cut], "what comes later changes nothing"


def test_the_audit_finds_what_plain_suppression_gives_away() -> None:
    bodies = year([3, 20, 0, 7, 9, 0], [2, 20, 0, 7, 9, 0])
    said = told(bodies)
    naive = [
        msgspec.structs.replace(body, areas=[
            msgspec.structs.replace(one, suppressed=["count"] if one.code == "01" else [],
                                    count=None if one.code == "01" else true.count,
                                    cumulative=true.cumulative)
            for one, true in zip(body.areas, source.areas, strict=True)
        ])
        for body, source in zip(said, bodies, strict=True)
    ]  # fmt: skip
    assert audit(naive) == [Bound("2031-W01", "01", 3, 3), Bound("2031-W02", "01", 2, 2)]
    assert {one for one, _ in breaches(bodies, naive, 5)} == set(audit(naive))


# --- the product --------------------------------------------------------------------------------


def test_what_is_public_already_is_left_as_it_is() -> None:
    bodies = year([3, 20, 0, 7, 9, 0])
    assert run(NAME, get(NAME), {KIND: versions(bodies, PUBLIC)}) == []
    (edition,) = run(NAME, get(NAME), {KIND: versions(bodies)})
    assert edition.series == "product/health/disclosure/disease:ehec/all_case"


@pytest.mark.parametrize("threshold", [5, 10])
def test_no_small_number_is_anywhere_in_what_is_told(threshold: int) -> None:
    bodies = year([3, 20, 1, 7, 9, 0], [2, 20, 4, 7, 9, 0], [1, 2, 4, 1, 1, 0])
    for number in range(1, len(bodies) + 1):
        (edition,) = build({KIND: versions(bodies[:number])}, Params(threshold=threshold))
        said: NotificationsDisclosed = decode(edition.records[0].kind, edition.records[0].body)
        rows: list[NotificationsDisclosed | AreaDisclosed] = [said, *said.areas]
        for one in rows:
            for value in (one.count, one.cumulative):
                assert not value or value >= threshold
        assert edition.records[0].basis == tuple(range(1, number + 1))
