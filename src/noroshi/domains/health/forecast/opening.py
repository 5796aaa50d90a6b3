"""How much of a week clinics are open in Japan: what a forecast of visits knows beforehand.

Source: 国民の祝日に関する法律 (昭和23年法律第178号), with the dates moved for 2019 (皇位継承) and
for 2020 and 2021 (五輪特措法); the New Year's closure (12月29日–1月3日, 行政機関の休日に関する法律)
and the custom of お盆. Equinoxes by the usual approximation, good for 1980–2099.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache

_DAY = timedelta(1)
#: Share of a day on which clinics are closed though it is no holiday.
_CUSTOM = {
    (12, 29): 0.5, (12, 30): 1.0, (12, 31): 1.0, (1, 2): 1.0, (1, 3): 1.0,
    (8, 13): 0.5, (8, 14): 0.5, (8, 15): 0.5,
}  # fmt: skip
_SATURDAY = 0.5
_FIXED = ((1, 1), (2, 11), (4, 29), (5, 3), (5, 4), (5, 5), (11, 3), (11, 23))
#: Months and ordinals of the Mondays 成人の日, 海の日, 敬老の日, スポーツの日.
_MONDAYS = ((1, 2), (7, 3), (9, 3), (10, 2))
_ENTHRONEMENT = ((4, 30), (5, 1), (5, 2), (10, 22))
#: 海の日, スポーツの日 and 山の日 of the years of the Olympic games.
_GAMES = {2020: ((7, 23), (7, 24), (8, 10)), 2021: ((7, 22), (7, 23), (8, 8))}


@cache
def open_share(week: int) -> float:
    """Share of the usual five and a half days on which clinics are open in the week of a number
    (`noroshi.core.weeks`); never less than a tenth."""
    monday = date.fromordinal(week * 7 + 1)
    closed = 0.0
    for place in range(6):
        day = monday + place * _DAY
        usual = 1.0 if place < 5 else _SATURDAY
        share = 1.0 if day in holidays(day.year) else _CUSTOM.get((day.month, day.day), 0.0)
        closed += usual * share
    return max(0.1, 1 - closed / (5 + _SATURDAY))


@cache
def holidays(year: int) -> frozenset[date]:
    """The holidays of a year from 2008 on, with those moved from a Sunday and between two."""
    found = {date(year, *one) for one in _FIXED}
    found |= {
        date(year, 3, _equinox(20.8431, year)), date(year, 9, _equinox(23.2488, year)),
    }  # fmt: skip
    if year != 2019:  # no 天皇誕生日 in the year of the accession
        found.add(date(year, 2, 23) if year >= 2020 else date(year, 12, 23))
    else:
        found |= {date(year, *one) for one in _ENTHRONEMENT}
    if year in _GAMES:
        found |= {date(year, *one) for one in _GAMES[year]}
        found |= {_monday(year, *one) for one in _MONDAYS if one[0] in (1, 9)}
    else:
        found |= {_monday(year, *one) for one in _MONDAYS}
        if year >= 2016:
            found.add(date(year, 8, 11))
    for day in sorted(found):
        if day.weekday() == 6:  # 第三条第二項
            while day in found:
                day += _DAY
            found.add(day)
    between = {
        day + _DAY for day in found
        if day + 2 * _DAY in found and day + _DAY not in found and (day + _DAY).weekday() != 6
    }  # fmt: skip  # 第三条第三項
    return frozenset(found | between)


def _equinox(at: float, year: int) -> int:
    return int(at + 0.242194 * (year - 1980) - (year - 1980) // 4)


def _monday(year: int, month: int, ordinal: int) -> date:
    first = date(year, month, 1)
    return first + ((7 - first.weekday()) % 7 + 7 * (ordinal - 1)) * _DAY
