"""The models' forecasts as one: at each week every model counts as well as it did until then."""

from __future__ import annotations

import msgspec
import numpy as np

from noroshi.domains.health.forecast.course import HORIZONS, Course
from noroshi.domains.health.forecast.models import MODELS
from noroshi.domains.health.forecast.quantiles import Values, wis

#: A model's score counts as if so many weeks more had been scored like the mean of all models.
_PRIOR = 10.0


class Walk(msgspec.Struct, frozen=True):
    """Forecasts at every week of a course, as they would have been made then.

    `quantiles`: (weeks, horizons, 23); `single`: (models, weeks, horizons, 23), in the order of
    `MODELS`; `weights`: (models, weeks, horizons), sums of 1 where there is a forecast.
    """

    quantiles: Values
    single: Values
    weights: Values


def walk(course: Course, power: float, half_life: float) -> Walk:
    """Forecast from every week of `course`.

    Quantiles are means of the models' quantiles (Vincent averaging: Lichtendahl et al. 2013,
    https://doi.org/10.1287/mnsc.1120.1667) under weights that fall with the `power` of each
    model's mean score (WIS) in the past, of which what is `half_life` weeks old counts half.
    """
    single = np.stack([model(course) for model in MODELS.values()])
    weights = np.stack([
        _weights(single[:, :, place], course.target(horizon), horizon, power, half_life)
        for place, horizon in enumerate(HORIZONS)
    ], axis=2)  # fmt: skip
    some = weights.sum(axis=0) > 0
    mixed = (np.nan_to_num(single) * weights[..., None]).sum(axis=0)
    # Means of what rises rise; the last bit of a sum may not.
    mixed = np.maximum.accumulate(mixed, axis=-1)
    return Walk(np.where(some[..., None], mixed, np.nan), single, weights)


def _weights(
    forecasts: Values, target: Values, horizon: int, power: float, half_life: float
) -> Values:
    """Weights (models, weeks) from scores that were known: a forecast is scored `horizon` weeks
    after it was made, in weeks in which every model that has begun has one."""
    told = ~np.isnan(forecasts).any(axis=-1)
    scores = wis(forecasts, target[None])
    models, count = scores.shape
    fade = 0.5 ** (1 / half_life)
    sums, numbers = np.zeros(models), np.zeros(models)
    past, known = np.zeros((models, count)), np.zeros((models, count))
    for place in range(count):
        made = place - horizon
        if made >= 0:
            sums, numbers = sums * fade, numbers * fade
            if not np.isnan(scores[:, made]).any():
                sums, numbers = sums + scores[:, made], numbers + 1
        past[:, place], known[:, place] = sums, numbers
    mean = past.mean(axis=0, keepdims=True)
    relative = np.where(mean > 0, past / np.where(mean > 0, mean, 1), 1.0)
    relative = (relative * known + _PRIOR) / (known + _PRIOR)
    weights = np.maximum(relative, 1e-3) ** -power * told
    total = weights.sum(axis=0)
    found: Values = weights / np.where(total > 0, total, 1)
    return found
