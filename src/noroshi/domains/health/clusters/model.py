"""The prospective space-time permutation scan, and what usually differs from place to place.

Kulldorff 2001, J R Stat Soc A 164:61; Kulldorff et al. 2005, PLoS Med 2:e59
(https://doi.org/10.1371/journal.pmed.0020059). Cases of the weeks scanned and of the weeks they are
compared with are one table of areas by weeks. A cylinder is a circle of areas and the newest weeks;
under the null hypothesis a case's place and week have nothing to do with each other, so that
with all margins fixed E = (cases of the areas) (cases of the weeks) / (all cases). The most
unlikely cylinder is the one of the highest likelihood ratio

    c log(c / E) + (C - c) log((C - c) / (C - E))   where c > E,

and its p-value is how often tables drawn with the same margins have a higher one anywhere.

Diseases that come in waves vary more than independent cases do, everywhere and always. As in
Zhang, Zhang & Lin 2012 (Stat Med 31:762) the ratio is divided by the dispersion, here that of each
cylinder, 1 + v E: v is the relative variance of the risk of its areas, from the areas' variance and
their correlation with distance as measured in the weeks compared with; and the tables drawn have
that variance too. Where nothing but chance was found in these weeks, v = 0, and the test is exactly
the permutation test.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]
Counts = NDArray[np.int64]

#: Distance (km) at which the correlation of risks has fallen to 1/e: in the weekly tables of
#: 2023-2024 it is 0.2-0.6 below 80 km, 0.1-0.3 at 100 km, none at 300 km.
REACH = 100.0
#: Weeks taken together when the ordinary variance is measured.
_BLOCK = 4
#: Standard residuals beyond this are outbreaks of their own, not what is usual.
_OUTBREAK = 3.0
#: Cells with fewer expected cases say nothing of the variance, and so many cells are needed.
_LEAST, _ENOUGH = 1.0, 30
#: With fewer cases in the weeks scanned the highest ratio takes few values: no Gumbel then.
_SMOOTH = 50
#: Draws of the first round; where as many as this share are higher, no more are made.
_FIRST, _CLEARLY = 99, 0.1


class Usual(NamedTuple):
    """How risks usually differ: the variance of an area's relative risk beyond chance, and which
    part of it is shared by neighbours."""

    variance: float
    shared: float

    def covariance(self, distance: Values) -> Values:
        """Of areas that lie so far apart (km)."""
        own = (1 - self.shared) * np.eye(len(distance))
        found: Values = self.variance * (self.shared * np.exp(-distance / REACH) + own)
        return found


class Cylinders(NamedTuple):
    """Circles of areas: `inside` (circles × areas, 0 or 1), the places of their areas from the
    centre outwards, and their radius (km)."""

    inside: Values
    areas: list[tuple[int, ...]]
    radius: list[float]


class Found(NamedTuple):
    """One cylinder: places of its areas, how many of the newest weeks, and what is in it."""

    areas: tuple[int, ...]
    weeks: int
    observed: int
    expected: float
    relative_risk: float
    ratio: float
    dispersion: float
    p_value: float
    radius: float


def circles(distance: Values, weights: Values, most: int, share: float) -> Cylinders:
    """Each circle around each area with at most `most` areas and `share` of all `weights`, once.

    Areas without weight are in no circle.
    """
    seen: dict[frozenset[int], tuple[tuple[int, ...], float]] = {}
    total = weights.sum()
    for centre in np.flatnonzero(weights > 0):
        order = np.argsort(distance[centre], kind="stable")
        order = order[weights[order] > 0][:most]
        within = np.cumsum(weights[order]) <= share * total
        for count in range(1, int(within.sum()) + 1):
            places = tuple(int(one) for one in order[:count])
            seen.setdefault(frozenset(places), (places, float(distance[centre, places[-1]])))
    inside = np.zeros((len(seen), len(weights)))
    for row, (places, _) in enumerate(seen.values()):
        inside[row, list(places)] = 1
    return Cylinders(inside, [one[0] for one in seen.values()], [one[1] for one in seen.values()])


def usual(reference: Counts, distance: Values) -> Usual:
    """What is usual, from the counts (weeks × areas) of the weeks compared with.

    The variance is that with which Pearson's residuals of four weeks together, none counted as
    more than 3, have a mean square of one.
    """
    blocks = len(reference) // _BLOCK
    if blocks < 3:
        return Usual(0.0, 0.0)
    kept = reference[len(reference) - blocks * _BLOCK :]
    seen = kept.reshape(blocks, _BLOCK, -1).sum(1).astype(float)
    total = seen.sum()
    expected = seen.sum(1, keepdims=True) * seen.sum(0) / max(total, 1.0)
    counted = expected >= _LEAST
    if counted.sum() < _ENOUGH:
        return Usual(0.0, 0.0)
    areas = int((seen.sum(0) > 0).sum())
    free = (1 - 1 / blocks) * (1 - 1 / max(areas, 2))

    def residuals(variance: float) -> Values:
        found = (seen - expected) / np.sqrt(expected + variance * expected**2 + 1e-300)
        clipped: Values = np.where(counted, np.clip(found, -_OUTBREAK, _OUTBREAK), 0.0)
        return clipped

    def excess(variance: float) -> float:
        return float((residuals(variance) ** 2)[counted].mean()) - free

    if excess(0.0) <= 0:
        return Usual(0.0, 0.0)
    low, high = 0.0, 4.0
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (middle, high) if excess(middle) > 0 else (low, middle)
    left = residuals(high)
    near = np.exp(-distance / REACH) * (1 - np.eye(len(distance)))
    pairs = counted.astype(float)
    # Of each residual only this part is of risks; the rest is chance, which nobody shares.
    signal = np.where(counted, np.sqrt(high * expected / (1 + high * expected)), 0.0)
    weight = np.einsum("ta,ab,tb->", signal, near**2, signal * pairs)
    shared = np.einsum("ta,ab,tb->", left, near, left) / max(float(weight), 1e-9)
    return Usual(high, float(np.clip(shared, 0.0, 1.0)))


class Scan(NamedTuple):
    """A table to be scanned: `newest` cases (weeks scanned × areas, oldest week first),
    `before` cases of each area in the weeks compared with, and what is usual."""

    newest: Counts
    before: Counts
    cylinders: Cylinders
    covariance: Values
    least: int

    @property
    def areas(self) -> Counts:
        """Cases of each area in all weeks."""
        found: Counts = self.before + self.newest.sum(0)
        return found

    @property
    def total(self) -> int:
        """All cases."""
        return int(self.areas.sum())

    @property
    def expected(self) -> Values:
        """Expected cases of cylinders (number of newest weeks × circles)."""
        weeks = np.cumsum(self.newest[::-1].sum(1))
        found: Values = np.outer(weeks / max(self.total, 1), self.cylinders.inside @ self.areas)
        return found

    @property
    def dispersion(self) -> Values:
        """Dispersion of cylinders (number of newest weeks × circles)."""
        inside, areas = self.cylinders.inside, self.areas.astype(float)
        weighted = inside * areas
        of_all = np.maximum(weighted.sum(1), 1.0)
        relative = np.einsum("za,ab,zb->z", weighted, self.covariance, weighted) / of_all**2
        found: Values = 1 + relative * self.expected
        return found


def ratios(counts: Values, expected: Values, total: int, least: int) -> Values:
    """Kulldorff's log likelihood ratio of cylinders (… × weeks × circles); 0 where there are no
    more cases than expected, or fewer than `least`."""
    high = (counts > expected) & (counts >= least)
    inside = np.where(high, counts, 1.0)
    by_chance = np.where(high, expected, 1.0)
    rest = np.maximum(total - inside, 1e-9)
    found = inside * np.log(inside / by_chance) + rest * np.log(rest / (total - by_chance))
    clipped: Values = np.where(high, np.maximum(found, 0.0), 0.0)
    return clipped


def cumulated(newest: Values, cylinders: Cylinders) -> Values:
    """Cases of cylinders (… × number of newest weeks × circles) from (… × weeks × areas)."""
    found: Values = np.cumsum(newest[..., ::-1, :], axis=-2) @ cylinders.inside.T
    return found


def scan(table: Scan, draws: int, level: float, seed: int, most: int = 5) -> list[Found]:
    """The most unlikely cylinders that have no area in common, with p-values of at most `level`.

    `draws`: tables drawn; few where it is soon clear that nothing is unlikely.
    """
    if table.newest.sum() < table.least or not table.cylinders.areas:
        return []
    expected, dispersion = table.expected, table.dispersion
    seen = cumulated(table.newest.astype(float), table.cylinders)
    plain = ratios(seen, expected, table.total, table.least)
    scaled = plain / dispersion
    highest = float(scaled.max())
    if highest <= 0:
        return []
    rng = np.random.Generator(np.random.PCG64(seed))
    chance: list[float] = []
    for size in _rounds(draws):
        drawn = draw(table, size, rng)
        counts = cumulated(drawn, table.cylinders)
        chance += highest_ratios(counts, expected, dispersion, table.total, table.least).tolist()
        if sum(one >= highest for one in chance) > _CLEARLY * len(chance):
            return []
    by_chance = np.array(chance)
    smooth = table.newest.sum() >= _SMOOTH
    results: list[Found] = []
    taken: set[int] = set()
    order = np.argsort(-scaled, axis=None, kind="stable")
    for place in order:
        weeks, circle = np.unravel_index(place, scaled.shape)
        areas = table.cylinders.areas[circle]
        value = float(scaled[weeks, circle])
        if value <= 0 or len(results) == most:
            break
        if taken.intersection(areas):
            continue
        p = p_value(value, by_chance, smooth)
        if p > level:
            break
        taken.update(areas)
        c, e = float(seen[weeks, circle]), float(expected[weeks, circle])
        outside = (table.total - c) / (table.total - e)
        results.append(Found(
            areas, int(weeks) + 1, int(c), e, c / e / outside if outside else math.inf,
            float(plain[weeks, circle]), float(dispersion[weeks, circle]), p,
            table.cylinders.radius[circle],
        ))  # fmt: skip
    return results


def highest_ratios(
    counts: Values, expected: Values, dispersion: Values, total: int, least: int
) -> Values:
    """The highest ratio divided by dispersion of each drawn table (draws × weeks × circles).

    A ratio is at most (c - E)² C / (2 E (C - E)), as c log(c / E) - (c - E) <= (c - E)² / 2E: those
    that cannot be the highest need no logarithms.
    """
    size = len(counts)
    counts, flat = counts.reshape(size, -1), expected.ravel()
    scale = dispersion.ravel()
    steep = total / (2 * np.maximum(flat, 1e-12) * np.maximum(total - flat, 1e-12)) / scale
    excess = np.where(counts >= least, np.maximum(counts - flat, 0), 0)
    bound = excess * excess * steep
    draws, top = np.arange(size), bound.argmax(1)
    found: Values = ratios(counts[draws, top], flat[top], total, least) / scale[top]
    draw_of, place = np.nonzero((bound >= found[:, None]) & (bound > 0))
    values = ratios(counts[draw_of, place], flat[place], total, least) / scale[place]
    np.maximum.at(found, draw_of, values)
    return found


def _rounds(draws: int) -> Iterator[int]:
    yield min(_FIRST, draws)
    left = draws - min(_FIRST, draws)
    while left > 0:  # some at a time: each takes circles × weeks numbers
        yield min(left, 1000)
        left -= 1000


def p_value(value: float, by_chance: Values, smooth: bool) -> float:
    """How often chance gives `value` or more: the rank among draws, and beyond the tenth highest
    the Gumbel distribution of their mean and variance (Abrams, Kleinman & Kulldorff 2010, Int J
    Health Geogr 9:61) where the highest ratio is nearly continuous (`smooth`)."""
    higher = int((by_chance >= value * (1 - 1e-9)).sum())
    if higher >= 10 or not smooth or by_chance.std() == 0:
        return (higher + 1) / (len(by_chance) + 1)
    scale = by_chance.std(ddof=1) * math.sqrt(6) / math.pi
    centre = by_chance.mean() - np.euler_gamma * scale
    return max(-math.expm1(-math.exp(-(value - centre) / scale)), 1e-12)


def draw(table: Scan, size: int, rng: np.random.Generator) -> Values:
    """Tables (size × weeks × areas) with the margins of `table`, where a case's place and week have
    nothing to do with each other but for the risks that differ as usual.

    Cases of each week are drawn without replacement from what all areas have; where risks differ,
    from that times a log-normal risk, rounded up or down by lot.
    """
    weeks = table.newest.sum(1)
    active = np.flatnonzero(table.areas)
    pool = np.repeat(table.areas[None, active], size, 0)
    covariance = table.covariance[np.ix_(active, active)]
    if covariance.any():
        variance = np.log1p(covariance)
        values, vectors = np.linalg.eigh(variance)
        shocks = rng.standard_normal((size, len(active))) * np.sqrt(np.maximum(values, 0))
        risk = np.exp(shocks @ vectors.T - np.diag(variance) / 2)
        wanted = pool * risk
        wanted *= table.total / wanted.sum(1, keepdims=True)
        pool = np.floor(wanted + rng.random(wanted.shape)).astype(np.int64)
        short = np.maximum(int(weeks.sum()) - pool.sum(1), 0)  # rounding may leave too few
        pool[:, np.argmax(table.areas[active])] += short
    found = np.zeros((size, len(weeks), len(table.areas)))
    for week, cases in enumerate(weeks):
        if not cases:
            continue
        left = np.full(size, cases)
        others = pool.sum(1)
        for place, area in enumerate(active):
            others -= pool[:, place]
            given = rng.hypergeometric(pool[:, place], others, left)
            found[:, week, area] = given
            left -= given
            pool[:, place] -= given
    return found
