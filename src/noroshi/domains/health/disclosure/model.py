"""Which cells of a year's weekly tables to keep back, so that no small one can be worked out.

A reader knows three sorts of equations. In a week the prefectures add up to the country; over the
weeks since a cumulative count was last told, an area's weekly counts (and what came late) add up to
its rise; and a week that is told anew repeats most of what it said. Unknown counts are therefore
edges of a graph between *week nodes* and *blocks* (an area, from one told cumulative count to the
next): a transport polytope, whose bounds are those of flows (Cox, "Network models for complementary
cell suppression", J. Am. Stat. Assoc. 90, 1995, https://doi.org/10.1080/01621459.1995.10476657;
Hundepool et al., *Statistical Disclosure Control*, Wiley 2012, ch. 4).

Decisions are made in the order in which weeks are told and are never taken back. A cell is kept
back where it is small, or where a small one could be worked out otherwise. For each small cell the
changes that a reader could not notice are looked for beforehand, along those edges; where they do
not reach every value from 1 to below the threshold, nothing more is told. That is sufficient, not
necessary: more may be kept back than an optimal choice would. `audit` works out by linear
programming what a reader can.

A reader is taken to know that what is kept back is at least 1 (zeros are told), and exactly how
many cases came late, which is more than anybody outside knows.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from noroshi.core import weeks

Whole = NDArray[np.int64]
Flags = NDArray[np.bool_]

#: No number: not reported. Counts and cumulative counts are never below 0.
NONE = -1


class Table(msgspec.Struct, frozen=True):
    """One week as it was published once. `counts` and `cumulative`: the country first, then the
    prefectures, in an order that is the same for all tables of a year; NONE: not reported."""

    week: int
    counts: Whole
    cumulative: Whole


class Told(msgspec.Struct, frozen=True):
    """Which values of a table are kept back: flags in the order of its areas."""

    counts: Flags
    cumulative: Flags


def disclose(tables: Sequence[Table], threshold: int, cumulative: bool = True) -> list[Told]:
    """What to keep back of the tables of one disease and one year, in the order in which they are
    told. A table's answer does not depend on those that follow it. `cumulative`: False keeps back
    every cumulative count but 0 (then weeks need not be looked at together)."""
    if not tables:
        return []
    year = _Year(tables, threshold)
    return [year.tell(one, cumulative) for one in tables]


class _Year:
    """What has been told of a year so far. Rows are weeks, columns prefectures."""

    def __init__(self, tables: Sequence[Table], threshold: int) -> None:
        self.t, self.width = threshold, threshold - 2
        self.weeks = sorted({one.week for one in tables})
        rows, areas = len(self.weeks), len(tables[0].counts)
        self.row = {week: row for row, week in enumerate(self.weeks)}
        self.seen = np.zeros(rows, bool)
        #: Counts as told last, with the country in column 0; and which are kept back.
        self.x = np.full((rows, areas), NONE)
        self.kept = np.zeros((rows, areas), bool)
        #: What a reader may guess from an earlier edition of the week: nothing is built upon it.
        self.barred = np.zeros((rows, areas), bool)
        #: The block that a count is in; -1: no cumulative count was told since.
        self.block = np.full((rows, areas), -1)
        self.blocks = 0
        #: The week node of a week; -1: no total is known, of it or of several together.
        self.node = np.full(rows, -1)
        #: By area: the last cumulative count told, and whether one may still be told.
        self.base = np.zeros(areas, np.int64)
        self.stuck = np.zeros(areas, bool)
        self.last: dict[int, Told] = {}
        self.said: dict[int, Table] = {}

    # --- one table --------------------------------------------------------------------------

    def tell(self, table: Table, cumulative: bool) -> Told:
        row = self.row[table.week]
        before = self.said.get(table.week)
        self.said[table.week] = table
        if before is None and self.seen[row + 1 :].any():
            return self._afterwards(table, row)
        if before is None:
            counts = self._counts(table.counts, row)
        else:
            counts = self._again(before.counts, table.counts, row)
        self.seen[row] = True
        self.x[row], self.kept[row] = table.counts, counts
        if before is not None:
            told = (before.cumulative == table.cumulative) & ~self.last[table.week].cumulative
            sums = ~told & (table.cumulative > 0)
        elif not cumulative:
            sums = table.cumulative > 0
        else:
            sums = self._cumulative(table.cumulative, row)
        self.last[table.week] = Told(counts, sums)
        return self.last[table.week]

    def _afterwards(self, table: Table, row: int) -> Told:
        """A week that is told for the first time after a later one: what was told of that one was
        weighed without it, so that nothing of it is told but zeros."""
        self.seen[row] = self.barred[row] = True
        self.x[row], self.kept[row] = table.counts, table.counts > 0
        self.block[row] = self._new_block()
        self.last[table.week] = Told(self.kept[row].copy(), table.cumulative > 0)
        return self.last[table.week]

    def _counts(self, x: Whole, row: int) -> Flags:
        """What to keep back of a week that is told for the first time: one equation, exactly."""
        t = self.t
        kept = (x > 0) & (x < t)
        whole = bool(kept[0])
        kept[0] = False
        if x[0] == NONE or whole or not kept.any():
            kept[0] = whole
            self.node[row] = -1 if x[0] == NONE or whole else self._new_node()
            return kept
        if kept.sum() < 2 or self._exposed(x[kept]):
            # The smallest of those that are not small. It depends on this table alone, so that
            # whoever computes it again, knowing less of the past, keeps back the same.
            large = [place for place in range(1, len(x)) if x[place] >= t]
            if not large:
                kept[0] = True
                return kept
            kept[min(large, key=lambda place: (x[place], place))] = True
        self.node[row] = self._new_node()
        return kept

    def _needs(self, x: Whole) -> tuple[Whole, Whole]:
        """How far a count has to be able to fall and to rise, so that `width` + 1 values of it
        are possible, the small ones first."""
        falls = np.minimum(x - 1, self.width)
        return falls, self.width - falls

    def _exposed(self, x: Whole) -> bool:
        """True if counts whose sum is known do not hide the small ones among them."""
        _, rise = self._needs(x)
        return bool(((x < self.t) & ((x - 1).sum() - (x - 1) < rise)).any())

    def _new_node(self) -> int:
        return int(self.node.max(initial=-1)) + 1

    def _again(self, before: Whole, x: Whole, row: int) -> Flags:
        """What to keep back of a week that is told once more: what was, and small changes.

        A reader takes counts that were kept back before to be the same still, so that the changed
        ones have to hide among themselves.
        """
        t = self.t
        change = np.abs(x - before)
        new = ~self.kept[row] & (x != NONE) & (
            ((x > 0) & (x < t)) | ((change > 0) & (change < t) & (before != NONE))
        )  # fmt: skip
        kept: Flags = self.kept[row] | new
        if new[1:].any() and not kept[0] and x[0] != NONE:
            mine = x[1:][new[1:]]
            # Each has to be able to move by t - 1, and the others to make up for it.
            spare = int((mine - 1).sum()) - int((mine - 1).max())
            if len(mine) < 2 or spare < t - 1:
                kept[0] = True
                if before[0] == x[0]:  # the old total gives it away as well
                    kept = x > 0
        self.barred[row] |= kept & ~self.kept[row]
        self.stuck |= self.barred[row]
        return kept

    # --- cumulative counts ------------------------------------------------------------------

    def _cumulative(self, sums: Whole, row: int) -> Flags:
        """Which cumulative counts to keep back; telling one closes a block."""
        open_ = self.block[: row + 1] < 0
        count = np.where(open_ & (self.x[: row + 1] > 0), self.x[: row + 1], 0)
        kept = open_ & self.kept[: row + 1]
        told = (sums == NONE) | ((sums == 0) & (count.sum(axis=0) == 0))
        # Weeks that are not at hand may have been told, or may come yet.
        back: Flags = ~told
        if self.seen[: row + 1].sum() < int(weeks.numbered(self.weeks[row])[6:]):
            return back
        late = sums - self.base - count.sum(axis=0)
        waiting = kept.sum(axis=0)
        spare = np.where(kept, count - 1, 0).sum(axis=0)
        for place in _order(sums):
            if told[place] or self.stuck[place]:
                continue
            if waiting[place] == 0 and 0 < abs(late[place]) < self.t:
                continue
            if place == 0:
                if not self._close_nation():
                    continue
            elif waiting[place] and not (
                waiting[place] > 1 and spare[place] >= self.width and self._close(place, row)
            ):
                continue
            self.block[: row + 1, place][open_[:, place]] = self._new_block()
            self.base[place] = sums[place]
            told[place] = True
        np.logical_not(told, out=back)
        return back

    def _new_block(self) -> int:
        self.blocks += 1
        return self.blocks - 1

    def _close(self, place: int, row: int) -> bool:
        """True if all stays hidden when a prefecture's cumulative count is told."""
        column = self.block[: row + 1, place]
        mine = column < 0
        column[mine] = self.blocks
        if self._hidden():
            return True
        column[mine] = -1
        return False

    def _close_nation(self) -> bool:
        """The same for the country: weeks without a total have one together from now on."""
        mine = (self.node < 0) & self.seen
        self.node[mine] = self._new_node()
        if self._hidden():
            return True
        self.node[mine] = -1
        return False

    def _hidden(self) -> bool:
        """True if every small count can be any number from 1 to below the threshold."""
        t, width, x = self.t, self.width, self.x[:, 1:]
        _, need = self._needs(x)
        block, node = self.block[:, 1:], self.node
        kept = self.kept[:, 1:] & ~self.barred[:, 1:]
        free = kept & (block < 0)
        spare = np.where(kept, x - 1, 0)
        # By week: how far its open counts can fall together, and how many there are that can rise.
        week_spare = np.where(free, spare, 0).sum(axis=1)
        week_open = free.sum(axis=1)
        loose, size = node < 0, int(node.max(initial=-1)) + 1
        at = np.maximum(node, 0)

        def of_nodes(values: Whole) -> NDArray[np.float64]:
            found = np.bincount(at[~loose], values[~loose], max(size, 1))[at]
            return np.where(loose, np.inf, found)

        falls, rises = of_nodes(week_spare), of_nodes(week_open)
        # Those in a block: others of the block make up for them there, and in the weeks of these
        # what is open there.
        tied = kept & (block >= 0)
        number = np.where(tied, block, 0)
        turns = np.where(tied & (rises > 0)[:, None], spare, 0)
        up = np.bincount(number[tied], turns[tied], self.blocks + 1)[number] - turns
        reach = tied & (falls >= width)[:, None]
        down = np.bincount(number[tied], reach[tied], self.blocks + 1)[number] - reach
        # So they can make up for others of their week, where it is alone with its total.
        alone = tied & ((of_nodes(np.ones_like(node)) == 1) | loose)[:, None]
        also_fall = np.where(alone & (down > 0), spare, 0)
        also_rise = alone & (up >= width)
        falling = (falls + also_fall.sum(axis=1))[:, None] - np.where(free, spare, also_fall)
        rising = (rises + also_rise.sum(axis=1))[:, None] - (free | also_rise)
        bad = (falling < need) | (rising < 1)
        bad |= tied & ((up < need) | ((x > 1) & (down < 1)))
        if (bad & kept & (x < t)).any():
            return False
        return self._totals_hidden(falls, rises, week_spare, week_open)

    def _totals_hidden(
        self, falls: NDArray[np.float64], rises: NDArray[np.float64], spare: Whole, open_: Whole
    ) -> bool:
        """The same for totals of weeks that have one only together with others."""
        total = self.x[:, 0]
        small = self.kept[:, 0] & ~self.barred[:, 0] & (total < self.t) & (self.node >= 0)
        bad = (falls - spare < self._needs(total)[1]) | (open_ < 1) | (rises - open_ < 1)
        return not (small & bad).any()


def _order(sums: Whole) -> list[int]:
    """In which order cumulative counts are tried: the country, then from the smallest, so that
    the same large prefectures are left to hide the others all year."""
    return [0, *sorted(range(1, len(sums)), key=lambda place: (int(sums[place]), place))]
