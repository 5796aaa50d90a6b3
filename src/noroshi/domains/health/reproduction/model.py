"""The reproduction number after Cori, Ferguson, Fraser & Cauchemez 2013, Am J Epidemiol 178:1505
(https://doi.org/10.1093/aje/kwt133), from daily and from weekly counts, of many series at once.

Cases of day t are Poisson with mean R Λ(t), where Λ(t) = Σ_k w(k) I(t-k) is the infectivity of
earlier cases and w the serial interval. With a gamma prior, R over a window has a gamma posterior
whose shape is the prior's plus the window's cases, and whose rate is the prior's plus its Λ.

Weekly counts: Nash, Bhatt, Cori & Nouvellet 2023, PLoS Comput Biol 19:e1011439: within each week
cases are taken to grow by the rate that belongs to the week's R, and R is estimated from the days
so made, in turns until neither changes. What a window of whole weeks has of cases does not depend
on how they are spread over days; only Λ does.

Uncertain serial intervals: the posterior is a mixture over mean and standard deviation of the
serial interval, here by Gauss quadrature (Golub & Welsch 1969, Math Comp 23:221) for normal
distributions that are cut off, where Cori et al. draw by lot: the same answer each time.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from noroshi.domains.health.reproduction.intervals import Serial, Uncertain

Values = NDArray[np.float64]
WEEK = 7
#: What of a serial interval lies beyond the days looked at.
TAIL = 1e-5
#: How many means and standard deviations of a serial interval R is solved for, and to how many
#: cells that is then spread.
_NODES, _CELLS = (4, 2), (6, 3)
#: Growth rates (per day) that are told apart.
_RATES = np.linspace(-1.2, 1.2, 513)


class Prior(NamedTuple):
    """The gamma prior of R."""

    mean: float = 5.0
    sd: float = 5.0

    @property
    def shape(self) -> float:
        """Its shape."""
        return (self.mean / self.sd) ** 2

    @property
    def rate(self) -> float:
        """Its rate."""
        return self.mean / self.sd**2


class Posterior(NamedTuple):
    """Gamma posteriors: shapes (…), rates (cells × …), relative variance of the rate within each
    cell (cells × …), and weights of the cells (they sum to 1).

    Where `known` is False the window or the infectivity is not known well enough.
    """

    shape: Values
    rate: Values
    within: Values
    weights: Values
    known: NDArray[np.bool_]

    def mean(self) -> Values:
        """Mean of the mixture."""
        found: Values = self.shape * np.tensordot(
            self.weights, (1 + self.within / 2) / self.rate, 1
        )
        return found

    def sd(self) -> Values:
        """Standard deviation of the mixture."""
        spread = (1 + 2 * self.within) / self.rate**2
        second = self.shape * (self.shape + 1) * np.tensordot(self.weights, spread, 1)
        found: Values = np.sqrt(np.maximum(second - self.mean() ** 2, 0))
        return found

    def last(self, weeks: int) -> Posterior:
        """The same of the last so many weeks."""
        kept = (Ellipsis, slice(-weeks, None))
        return Posterior(
            self.shape[kept], self.rate[kept], self.within[kept], self.weights, self.known[kept]
        )


def discretised_gamma(mean: Values, sd: Values, days: int) -> Values:
    """Serial intervals by day (n × days + 1, day 0 first) for n means and standard deviations
    (days; means above 1).

    Cori et al. 2013, web appendix 11: a gamma distribution shifted by one day, each day having the
    average over the hours at which the first case may have fallen ill.
    """
    from scipy import special

    shape = (((mean - 1) / sd) ** 2)[:, None]
    scale = (sd**2 / (mean - 1))[:, None]
    day = np.arange(-2.0, days + 1)
    at = np.maximum(day, 0) / scale
    own, more = special.gammainc(shape, at), special.gammainc(shape + 1, at)
    found = day * own
    moments = shape * scale * more
    weights = found[:, 2:] - 2 * (day * own)[:, 1:-1] + found[:, :-2]
    weights += 2 * moments[:, 1:-1] - moments[:, :-2] - moments[:, 2:]
    weights[:, 0] = 0
    clipped: Values = np.maximum(weights, 0)
    return clipped


def infectivity(incidence: Values, serial: Values) -> Values:
    """Λ for each day (… × days) from daily cases (… × days) and one serial interval (day 0
    first)."""
    found = np.zeros_like(incidence)
    for lag in range(1, min(len(serial), incidence.shape[-1])):
        if serial[lag]:
            found[..., lag:] += serial[lag] * incidence[..., :-lag]
    return found


def daily(
    incidence: Values, serials: Values, weights: Values, width: int, prior: Prior
) -> Posterior:
    """Posteriors of each window of `width` days that begins on the second day or later, from daily
    cases (series × days) and serial intervals (nodes × days, day 0 first).

    The first day's cases come from elsewhere, as in EpiEstim.
    """
    force = np.stack([infectivity(incidence, one) for one in serials])
    cases = _windows(incidence[..., 1:], width)
    rate = prior.rate + _windows(force[..., 1:], width)
    known = np.isfinite(cases)
    return Posterior(prior.shape + cases, rate, np.zeros_like(rate), weights, known)


def _windows(values: Values, width: int) -> Values:
    """Sums over `width` neighbours along the last axis."""
    total = np.cumsum(values, axis=-1)
    total[..., width:] -= total[..., :-width].copy()
    return total[..., width - 1 :]


class Nodes(NamedTuple):
    """Serial intervals that stand for an uncertain one.

    `serials`: by day (nodes × days, day 0 first). `gives`: what a case on each day of a week adds
    to Λ of the week `lag` later (nodes × lags × 7), `share` its mean over days. `r`: R at each of
    the growth rates (nodes × rates), `own`: what a case of a week that grows so adds to Λ of
    its own week. `cells`, `over_mean`, `over_sd` (cells × nodes) make of values at the nodes those
    at the mean of each cell, and their standard deviation in it; `weights` are the probabilities
    of the cells.
    """

    serials: Values
    gives: Values
    share: Values
    r: Values
    own: Values
    cells: Values
    over_mean: Values
    over_sd: Values
    weights: Values


@lru_cache(maxsize=64)
def nodes_of(serial: Serial) -> Nodes:
    """The serial intervals that stand for `serial`."""
    means, sds = quadrature(serial.mean, _NODES[0])[0], quadrature(serial.sd, _NODES[1])[0]
    mean, sd = (one.ravel() for one in np.meshgrid(means, sds, indexing="ij"))
    (mid, across, mass), (mid_sd, across_sd, mass_sd) = (
        _cells(serial.mean, means, _CELLS[0]), _cells(serial.sd, sds, _CELLS[1]),
    )  # fmt: skip
    cells, over_mean, over_sd, weights = (
        np.kron(one, other).astype(np.float64)
        for one, other in ((mid, mid_sd), (across, mid_sd), (mid, across_sd), (mass, mass_sd))
    )
    return _nodes(mean, sd, cells, over_mean, over_sd, weights)


def fixed(mean: float, sd: float) -> Nodes:
    """A serial interval that is known."""
    one, none = np.ones((1, 1)), np.zeros((1, 1))
    return _nodes(np.array([mean]), np.array([sd]), one, none, none, np.ones(1))


def _nodes(
    mean: Values, sd: Values, cells: Values, over_mean: Values, over_sd: Values, weights: Values
) -> Nodes:
    from scipy import special

    shape, scale = ((mean - 1) / sd) ** 2, sd**2 / (mean - 1)
    days = int(np.ceil(1 + (scale * special.gammainccinv(shape, TAIL)).max())) + 1
    serials = discretised_gamma(mean, sd, days)
    serials /= serials.sum(1, keepdims=True)
    lags = -(-days // WEEK) + 1
    padded = np.zeros((len(mean), WEEK * (lags + 1)))
    padded[:, : days + 1] = serials
    day = np.arange(WEEK)
    # From day `start` of a week to day `end` of the week `lag` later: 7 lag + end - start days.
    apart = WEEK * np.arange(lags)[:, None, None] + day[None, None, :] - day[None, :, None]
    gives = np.where(apart > 0, padded[:, np.maximum(apart, 0)], 0).sum(-1)
    r = 1 / (serials @ np.exp(-np.outer(np.arange(days + 1), _RATES)))  # Wallinga & Lipsitch 2007
    own = gives[:, 0] @ _profile(_RATES).T
    return Nodes(serials, gives, gives.mean(-1), r, own, cells, over_mean, over_sd, weights)


def _profile(rate: Values) -> Values:
    """How a week's cases are spread over its days (… × 7) where they grow by `rate` a day."""
    spread = np.exp(rate[..., None] * (np.arange(WEEK) - (WEEK - 1) / 2))
    found: Values = spread / spread.sum(-1, keepdims=True)
    return found


def _cells(value: Uncertain, nodes: Values, count: int) -> tuple[Values, Values, Values]:
    """Cut what is uncertain into `count` cells: what makes of values at the nodes those at the
    mean of each cell, and their standard deviation in it (Lagrange's polynomials), and the
    probability of each cell."""
    from scipy import special

    edges = np.linspace(value.low, value.high, count + 1)
    z = (edges - value.centre) / value.spread
    below, density = special.ndtr(z), np.exp(-z * z / 2) / np.sqrt(2 * np.pi)
    mass = np.diff(below)
    mean = -np.diff(density) / mass
    second = 1 - np.diff(z * density) / mass
    at, sd = value.centre + value.spread * mean, value.spread * np.sqrt(second - mean**2)
    slopes = (_lagrange(nodes, at + sd) - _lagrange(nodes, at - sd)) / 2
    return _lagrange(nodes, at), slopes, mass / mass.sum()


def _lagrange(nodes: Values, at: Values) -> Values:
    apart = nodes[:, None] - nodes + np.eye(len(nodes))
    others = (at[:, None, None] - nodes) / apart
    others[:, np.arange(len(nodes)), np.arange(len(nodes))] = 1
    found: Values = others.prod(-1)
    return found


def quadrature(value: Uncertain, count: int) -> tuple[Values, Values]:
    """`count` values and their weights (they sum to 1) that stand for a normal distribution cut
    off at its ends: sums over them are exact for polynomials of degree 2 count - 1."""
    fine, weights = np.polynomial.legendre.leggauss(80)
    half = (value.high - value.low) / 2
    at = value.low + half * (fine + 1)
    weights = weights * np.exp(-0.5 * ((at - value.centre) / value.spread) ** 2)
    weights = weights / weights.sum()
    # Stieltjes' recurrence of the polynomials that are orthogonal under the weights.
    main, off = np.zeros(count), np.zeros(count)
    last, now, norm = np.zeros_like(fine), np.ones_like(fine), 1.0
    for degree in range(count):
        main[degree] = (weights * fine * now * now).sum() / norm
        last, now = now, (fine - main[degree]) * now - off[degree] * last
        if degree + 1 < count:
            before, norm = norm, float((weights * now * now).sum())
            off[degree + 1] = norm / before
    roots, vectors = np.linalg.eigh(np.diag(main) + np.diag(np.sqrt(off[1:]), 1)
                                    + np.diag(np.sqrt(off[1:]), -1))  # fmt: skip
    return value.low + half * (roots + 1), vectors[0] ** 2


def weekly(counts: Values, nodes: Nodes, width: int, prior: Prior, unknown: float) -> Posterior:
    """Posteriors for each week (cells × series × weeks) over the `width` weeks that end with it,
    from weekly cases (series × weeks, NaN is not reported).

    Not `known` where a week of the window is not reported, or where more than `unknown` of the
    infectivity would come from weeks that are not reported or lie before the first.
    """
    reported = np.isfinite(counts)
    cases = np.where(reported, counts, 0.0)
    missing = _missing(reported, nodes)
    force = _force(cases, missing > unknown, nodes, prior)
    total = np.log(prior.rate + _sums(force, width))
    middle = np.exp(np.tensordot(nodes.cells, total, 1))
    within = np.tensordot(nodes.over_mean, total, 1) ** 2
    within += np.tensordot(nodes.over_sd, total, 1) ** 2
    # The prior weighs less than a tenth of what is known: else there were no cases before.
    known = (_sums((~reported).astype(float), width) == 0) & (middle.min(0) >= 10 * prior.rate)
    known &= _sums(missing, width) <= unknown * width
    known[..., : width - 1] = False
    return Posterior(prior.shape + _sums(cases, width), middle, within, nodes.weights, known)


def _missing(reported: NDArray[np.bool_], nodes: Nodes) -> Values:
    """The share of each week's infectivity that would come from weeks of which nothing is known,
    at the worst of the serial intervals, if cases had been as many each week."""
    weeks = reported.shape[-1]
    absent = (~reported).astype(float)
    found = np.zeros((len(nodes.share), *reported.shape))
    for lag in range(nodes.share.shape[1]):
        share = nodes.share[:, lag, None, None]
        if lag < weeks:
            found[..., lag:] += share * absent[..., : weeks - lag]
        found[..., :lag] += share
    worst: Values = found.max(axis=0)
    return worst


def _force(cases: Values, steady: NDArray[np.bool_], nodes: Nodes, prior: Prior) -> Values:
    """Λ of each week (nodes × series × weeks), where within each week cases grow by the rate that
    belongs to its R; where `steady`, not at all.

    What Nash et al. find by turns is found here week by week: of a week's Λ only its own part
    depends on its rate r, and R(r) Λ(r) rises with r.
    """
    series, weeks = cases.shape
    lags = nodes.gives.shape[1]
    found = np.zeros((len(nodes.r), series, weeks + lags))
    for week in range(weeks):
        own = cases[:, week]
        rate = _rate(own, prior.rate + found[:, :, week], nodes, prior)
        rate[:, steady[:, week]] = 0
        given = np.matmul(_profile(rate), nodes.gives.transpose(0, 2, 1))
        found[:, :, week : week + lags] += own[:, None] * given
    return found[:, :, :weeks]


def _rate(own: Values, before: Values, nodes: Nodes, prior: Prior) -> Values:
    """The rates r (nodes × series) at which R(r) is the R of the week: with `own` cases, and
    `before` from earlier weeks (and the prior) for Λ."""
    node = np.arange(len(nodes.r))[:, None]
    wanted = np.log(prior.shape + own)

    def excess(at: NDArray[np.intp]) -> Values:
        found: Values = np.log(nodes.r[node, at] * (before + own * nodes.own[node, at]))
        return found - wanted

    low = np.zeros(before.shape, np.intp)
    high = np.full(before.shape, len(_RATES) - 1)
    for _ in range((len(_RATES) - 1).bit_length() - 1):
        middle = (low + high) // 2
        over = excess(middle) > 0
        low, high = np.where(over, low, middle), np.where(over, middle, high)
    under, beyond = excess(low), excess(high)
    part = np.clip(-under / np.maximum(beyond - under, 1e-12), 0, 1)
    rate: Values = _RATES[low] + part * (_RATES[1] - _RATES[0])
    return rate


def _sums(values: Values, width: int) -> Values:
    """For each week the sum over the `width` that end with it, as many as there are."""
    total = np.cumsum(values, axis=-1)
    total[..., width:] -= total[..., :-width].copy()
    return total


def quantile(posterior: Posterior, probability: float) -> Values:
    """The quantile of each mixture; NaN where it is not known.

    Of one cell it is exact. Of several, the distribution in each is that of Wilson & Hilferty 1931
    (PNAS 17:684: the cube root of a gamma variable is nearly normal), moved so that it is exact
    at this quantile; then bounds of a mixture are within 1e-3 of it (tested).
    """
    from scipy import special

    known = posterior.known
    shape, rate, within = (
        posterior.shape[known],
        posterior.rate[:, known],
        posterior.within[:, known],
    )
    found = np.full(known.shape, np.nan)
    if not shape.size:
        return found
    exact = special.gammaincinv(shape, probability)
    if len(rate) == 1:
        found[known] = exact / rate[0]
        return found
    weights, root = posterior.weights[:, None], np.cbrt(rate)
    # z = steep root u - centre, where u is the cube root of R.
    steep = 3 * shape ** (1 / 6)
    centre = steep * np.cbrt(exact) - special.ndtri(probability)
    wide = np.sqrt(1 + shape * within)
    slopes = steep * root / wide
    ends = np.cbrt(exact) / root
    at, low, high = (weights * ends).sum(0), ends.min(0) / 3, ends.max(0) * 3
    for _ in range(60):
        z = slopes * at - centre / wide
        miss = (weights * special.ndtr(z)).sum(0) - probability
        steepness = (weights * slopes * np.exp(-z * z / 2)).sum(0) / np.sqrt(2 * np.pi)
        low, high = np.where(miss < 0, at, low), np.where(miss < 0, high, at)
        step = at - miss / np.maximum(steepness, 1e-300)
        after = np.where((step > low) & (step < high), step, (low + high) / 2)
        moved = np.abs(after / at - 1).max()
        at = after
        if moved < 1e-7:
            break
    found[known] = at**3
    return found
