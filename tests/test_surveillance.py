"""The rules by which it is said how a disease stands in an area."""

from __future__ import annotations

from noroshi.channels.surveillance.level import UNKNOWN, level_of, trend_of
from noroshi.core import weeks


def test_a_warning_lasts_until_its_end_value() -> None:
    def level(rates: list[float | None]) -> int | None:
        return level_of("influenza", rates, 100, False).number

    assert level([9.99]) == 0
    assert level([10]) == 2
    assert level([30, 12]) == 3
    assert level([30, None, 10]) == 3
    assert level([30, 9.9]) == 0
    assert level([30, 9.9, 12]) == 2


def test_a_level_is_not_known_where_nobody_could_compare() -> None:
    assert level_of("measles", [], 3, None) == (None, level_of("measles", [], 3, None).word,
                                                UNKNOWN["past"])  # fmt: skip
    assert level_of("measles", [], 3, None, compared=False).why == UNKNOWN["compared"]
    assert level_of("measles", [], None, None).why == UNKNOWN["reported"]
    # A count that is kept back is known to be there: nothing may say that there is none.
    assert level_of("measles", [], None, None, kept_back=True).why == UNKNOWN["kept_back"]
    assert level_of("measles", [], None, False).number is None
    assert level_of("measles", [], 0, None).number == 0
    assert level_of("measles", [], 3, True).number == 1


def test_a_trend_is_said_only_where_the_counts_show_it() -> None:
    assert trend_of([40, 50, 90, 110]).direction == 1
    assert trend_of([90, 110, 40, 50]).direction == -1
    assert trend_of([1000, 1000, 1010, 1000]).direction == 0
    assert trend_of([2, 3, 3, 4]).direction is None
    assert trend_of([0, 0, 1, 0]).direction is None
    assert trend_of([5, None, 9, 30]).direction is None
    assert trend_of([5, 9, 30]).direction is None


def test_weeks_with_holidays_are_not_compared_with_others() -> None:
    fell = [90, 110, 40, 30]
    assert trend_of(fell, weeks.number("2031-W01")).direction is None  # the clinics were shut
    assert trend_of(fell, weeks.number("2031-W10")).direction == -1
