"""The course of one disease, as the models see it: arrays over weeks, and nothing from later."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from noroshi.core import weeks
from noroshi.domains.health.forecast.opening import open_share
from noroshi.domains.health.forecast.quantiles import Values
from noroshi.domains.health.weekly import REDEFINED

HORIZONS = (1, 2, 3, 4)
YEAR = 365.25 / 7
#: Clinics that are closed for half a week report not half as many: the elasticity that smooths the
#: courses of 2015–2025 best.
ELASTICITY = 0.5


class Course:
    """Weekly values of a disease, NaN where not observed; `first` is the number of the first week.

    Arrays have a place for each week; what is said at a place rests on that week and earlier ones
    alone, and on the calendar.
    """

    def __init__(self, values: Values, first: int) -> None:
        self.values, self.first = values, first

    @property
    def count(self) -> int:
        """How many weeks there are."""
        return len(self.values)

    @cached_property
    def open(self) -> Values:
        """Logarithm of the share of days on which clinics are open, with that of the weeks that
        are to be forecast (four places more than weeks)."""
        numbers = range(self.first, self.first + self.count + len(HORIZONS))
        return np.log([open_share(one) for one in numbers])

    @cached_property
    def season(self) -> Values:
        """Place in the year (0–1) of each week, and of the four that follow."""
        numbers = range(self.first, self.first + self.count + len(HORIZONS))
        days = [weeks.monday(weeks.numbered(one)).timetuple().tm_yday for one in numbers]
        return np.array(days) / 365.25

    @cached_property
    def apart(self) -> Values:
        """Between each two weeks, how many weeks lie between their places in the year."""
        place = self.season[: self.count]
        found = np.abs(place[:, None] - place[None, :])
        between: Values = np.minimum(found, 1 - found) * YEAR
        return between

    @cached_property
    def age(self) -> Values:
        """At [now, then]: how many weeks ago `then` is; negative for what is still to come."""
        numbers = np.arange(self.count)
        ago: Values = (numbers[:, None] - numbers[None, :]).astype(np.float64)
        return ago

    def ahead(self, values: Values, horizon: int) -> Values:
        """At each week, by how much `values` is higher `horizon` weeks later; NaN where it is not
        known, or where the sentinels are others."""
        found = np.full(self.count, np.nan)
        found[: self.count - horizon] = values[horizon:] - values[: self.count - horizon]
        found[self._across(horizon)] = np.nan
        return found

    def before(self, values: Values, weeks_before: int) -> Values:
        """At each week, the value of so many weeks before."""
        if not weeks_before:
            return values
        found = np.full(self.count, np.nan)
        found[weeks_before:] = values[: max(0, self.count - weeks_before)]
        return found

    def target(self, horizon: int) -> Values:
        """At each week, the value that is observed `horizon` weeks later."""
        found = np.full(self.count, np.nan)
        found[: self.count - horizon] = self.values[horizon:]
        found[self._across(horizon)] = np.nan
        return found

    def mean(self, values: Values, width: int) -> Values:
        """At each week, the mean of what is known of the last `width` weeks."""
        known = ~np.isnan(values)
        sums = np.concatenate([[0.0], np.cumsum(np.where(known, values, 0))])
        counts = np.concatenate([[0], np.cumsum(known)])
        end = np.arange(1, self.count + 1)
        begin = np.maximum(0, end - width)
        number = counts[end] - counts[begin]
        found: Values = np.where(
            number > 0, (sums[end] - sums[begin]) / np.maximum(number, 1), np.nan
        )
        return found

    def _across(self, horizon: int) -> slice:
        at = REDEFINED - self.first
        return slice(max(0, at - horizon), max(0, at))
