"""Epidemiological weeks: ISO 8601 weeks, Monday to Sunday, written `2024-W07`.

Japan's weekly reports count in these weeks (国立健康危機管理研究機構 報告週対応表), as Europe's do.
A week has a *number*, which rises by one from each week to the next, whatever the year.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from functools import lru_cache

from noroshi.core.time import JST, from_datetime

_WEEK = re.compile(r"(\d{4})-W(\d\d)")


def name(year: int, week: int) -> str:
    """The name of a week of a year. Raises ValueError where the year has no such week."""
    date.fromisocalendar(year, week, 1)
    return f"{year:04}-W{week:02}"


@lru_cache(maxsize=4096)
def monday(week: str) -> date:
    """The first day of a week. Raises ValueError for what is not a week."""
    found = _WEEK.fullmatch(week)
    if found is None:
        raise ValueError(f"not a week: {week!r}; write it as 2024-W07")
    return date.fromisocalendar(int(found[1]), int(found[2]), 1)


def number(week: str) -> int:
    """The week's number. Raises ValueError for what is not a week."""
    return monday(week).toordinal() // 7  # day 1 (0001-01-01) is a Monday: 1 // 7 = 0


def numbered(number: int) -> str:
    """The week of a number: the other way about."""
    year, week, _ = date.fromordinal(number * 7 + 1).isocalendar()
    return name(year, week)


def of_day(day: date) -> str:
    """The week that a day is in."""
    year, week, _ = day.isocalendar()
    return name(year, week)


def begins(week: str) -> int:
    """When a week begins in Japan: microseconds UTC."""
    return from_datetime(datetime.combine(monday(week), time(), JST))


def ends(week: str) -> int:
    """When a week is over in Japan: the beginning of the next one, microseconds UTC. Raises
    ValueError for what is not a week, or the last one of all."""
    try:
        after = monday(week) + timedelta(7)
    except OverflowError:
        raise ValueError(f"nothing comes after {week}") from None
    return from_datetime(datetime.combine(after, time(), JST))
