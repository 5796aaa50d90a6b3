"""What a reader can work out of all that was told: the attack against which `model` defends.

Bounds of each count that was kept back, by linear programming over everything told of a year
(HiGHS: Huangfu & Hall, Math. Program. Comput. 10, 2018, https://doi.org/10.1007/s12532-017-0130-5).
The equations are those of a flow, so that the bounds are whole numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from noroshi.core import weeks
from noroshi.kinds.notifications import AreaCount, Notifications
from noroshi.kinds.notifications_disclosed import AreaDisclosed, NotificationsDisclosed

NATION = ""


class Bound(NamedTuple):
    """What a reader knows of a count that was kept back: it is from `low` to `high` (at least)."""

    week: str
    code: str
    low: int
    high: int


def audit(
    told: Sequence[NotificationsDisclosed],
    truth: Sequence[Notifications] = (),
    most: int = 0,
) -> list[Bound]:
    """The bounds of every count kept back, from all that was told of one disease in one year, in
    the order in which it was told.

    `truth`: of the same tables, where given, the reader is taken to know how many cases came late
    and by how much totals differ from their parts; without, that there are none. A `high` of
    `most` or above is told as `most`, where that is not 0: it is quicker. What is told must be
    possible (ValueError if it is not: then nothing can be concluded).
    """
    system = _System(told, truth)
    return system.bounds(most)


class _System:
    def __init__(
        self, told: Sequence[NotificationsDisclosed], truth: Sequence[Notifications]
    ) -> None:
        #: What is not known, and its number; and of each week and area what is known last.
        self.names: list[tuple[str, str]] = []
        self.cells: dict[tuple[str, str], int | None] = {}
        self.numbers: dict[tuple[str, str], int] = {}
        self.rows: list[tuple[dict[int, float], float]] = []
        late, excess = _known(truth)
        sums: dict[str, tuple[int, float]] = {}
        for place, body in enumerate(told):
            self._week(body, excess[place] if excess else 0)
            number = weeks.number(body.week)
            for code, area in _areas(body):
                if area.cumulative is None:
                    continue
                since, before = sums.get(code, (0, 0.0))
                if number <= since:
                    continue
                more = late[place].get(code, 0) if late else 0
                self._rise(code, since, number, area.cumulative - more - before)
                sums[code] = number, area.cumulative - more

    def _week(self, body: NotificationsDisclosed, excess: float) -> None:
        row: dict[int, float] = {}
        value = -excess
        for code, area in _areas(body):
            sign = -1.0 if code == NATION else 1.0
            key = body.week, code
            if "count" in area.suppressed:
                if self.cells.get(key, 0) is not None:  # new, or told before
                    self.numbers[key] = len(self.names)
                    self.names.append(key)
                self.cells[key] = None
                row[self.numbers[key]] = sign
            else:
                self.cells[key] = area.count or 0
                value -= sign * (area.count or 0)
        if body.count is not None or "count" in body.suppressed:
            self.rows.append((row, value))

    def _rise(self, code: str, since: int, until: int, value: float) -> None:
        """The counts of an area over some weeks add up to a rise."""
        row: dict[int, float] = {}
        for (week, area), known in self.cells.items():
            if area != code or not since < weeks.number(week) <= until:
                continue
            if known is None:
                row[self.numbers[week, area]] = 1.0
            else:
                value -= known
        self.rows.append((row, value))

    def bounds(self, most: int) -> list[Bound]:
        low, high = self._solve(1.0, most), self._solve(-1.0, most)
        return [
            Bound(week, code, low[number], high[number])
            for number, (week, code) in enumerate(self.names)
        ]

    def _solve(self, sign: float, most: int) -> list[int]:
        """The least (`sign` 1) or the greatest (-1) value of each unknown.

        Many are settled by one solution: as far as `most` is concerned, what is seen at its end in
        any solution need not be looked at alone.
        """
        from scipy.optimize import linprog
        from scipy.sparse import csr_array

        size = len(self.names)
        rows = [one for one in self.rows if one[0]]
        if not size:
            return []
        equal: Any = csr_array(
            (
                [value for row, _ in rows for value in row.values()],
                (
                    [number for number, (row, _) in enumerate(rows) for _ in row],
                    [column for row, _ in rows for column in row],
                ),
            ),
            shape=(len(rows), size),
        )
        right = np.array([value for _, value in rows])

        def solve(which: Sequence[int]) -> Any:
            """A solution in which the sum of some is least, or as many as can be at `most`."""
            costs = np.zeros(size)
            if sign > 0 or len(which) == 1:
                costs[list(which)] = sign
                found = linprog(costs, A_eq=equal if rows else None,
                                b_eq=right if rows else None, bounds=(1, 10_000_000),
                                method="highs")  # fmt: skip
            else:
                # x = y + z with y up to `most`: the y are made large.
                wide = csr_array((equal.data, equal.indices, equal.indptr), (len(rows), size))
                extra = wide[:, list(which)]
                costs[list(which)] = -1.0
                from scipy.sparse import hstack

                limits = [(1.0, float(most) if one in set(which) else 1e7) for one in range(size)]
                limits += [(0.0, 1e7)] * len(which)
                found = linprog(np.concatenate([costs, np.zeros(len(which))]),
                                A_eq=hstack([wide, extra]) if rows else None,
                                b_eq=right if rows else None, bounds=limits,
                                method="highs")  # fmt: skip
                if found.x is not None:
                    x = found.x[:size].copy()
                    x[list(which)] += found.x[size:]
                    found.x = x
            if found.status != 0:
                raise ValueError(f"what was told cannot be: {found.message}")
            return np.rint(found.x).astype(np.int64)

        best = solve([0])
        end = 1 if sign > 0 else most
        rest = list(range(size))
        if sign > 0 or most:
            while rest:
                found = solve(rest)
                best = np.minimum(best, found) if sign > 0 else np.maximum(best, found)
                left = [one for one in rest if sign * (best[one] - end) > 0]
                if len(left) == len(rest):
                    break
                rest = left
        for one in rest:
            found = solve([one])
            best = np.minimum(best, found) if sign > 0 else np.maximum(best, found)
        return [int(min(one, most) if most and sign < 0 else one) for one in best]


def _areas(
    body: NotificationsDisclosed,
) -> list[tuple[str, NotificationsDisclosed | AreaDisclosed]]:
    return [(NATION, body), *((one.code, one) for one in body.areas)]


def _known(truth: Sequence[Notifications]) -> tuple[list[dict[str, int]], list[int]]:
    """How many came late by then, by area, and by how much the total exceeds its parts."""
    late, excess = [], []
    counts: dict[str, dict[str, int]] = {}
    for body in truth:
        areas: list[tuple[str, Notifications | AreaCount]] = [(NATION, body)]
        areas += [(one.code, one) for one in body.areas]
        for code, area in areas:
            counts.setdefault(code, {})[body.week] = area.count or 0
        late.append({
            code: area.cumulative - sum(counts[code].values())
            for code, area in areas
            if area.cumulative is not None
        })  # fmt: skip
        excess.append((body.count or 0) - sum(one.count or 0 for one in body.areas))
    return late, excess
