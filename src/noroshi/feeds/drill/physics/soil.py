"""Water in the ground: the three tanks of Ishihara and Kobatake (1979), as the weather agency
runs them for its soil water index (土壌雨量指数) and its runoff index of rivers.

Ishihara, Y. and Kobatake, S. (1979): Runoff model for flood forecasting. Bull. Disas. Prev. Res.
Inst., Kyoto Univ. 29, 27–43. Parameters as published by the agency (granite basin).
"""

from __future__ import annotations

import msgspec
import numpy as np
import numpy.typing as npt

Field = npt.NDArray[np.float64]

#: Heights of the side outlets [mm] and their coefficients [1/h]; seepage downwards [1/h].
HEIGHTS = ((15.0, 60.0), (15.0,), (15.0,))
OUTLETS = ((0.10, 0.15), (0.05,), (0.01,))
SEEPAGE = (0.12, 0.05, 0.01)


class Ground(msgspec.Struct):
    """The course of water in the ground, by step and cell: `index` is the soil water index [mm],
    `runoff` what flows off [mm/h], `lost` what seeps below the third tank [mm/h]."""

    index: Field
    runoff: Field
    lost: Field


def drain(rain: Field, hours: float, wet: tuple[float, float, float] = (3.0, 15.0, 30.0)) -> Ground:
    """The ground under `rain` [mm/h] (steps, cells), a step being `hours` long. `wet`: what is in
    the tanks [mm] at first: an ordinary day of the rainy season.

    All rain is found again: in the index, in the runoff or in what is lost.
    """
    steps, cells = rain.shape
    tanks = [np.full(cells, one) for one in wet]
    found = Ground(*(np.empty((steps, cells)) for _ in range(3)))
    for step in range(steps):
        inflow = rain[step] * hours
        off = np.zeros(cells)
        for number, tank in enumerate(tanks):
            held = tank + inflow
            out = np.zeros(cells)
            for height, coefficient in zip(HEIGHTS[number], OUTLETS[number], strict=True):
                out += coefficient * hours * np.maximum(held - height, 0.0)
            inflow = SEEPAGE[number] * hours * held
            tanks[number] = held - out - inflow
            off += out
        found.index[step] = tanks[0] + tanks[1] + tanks[2]
        found.runoff[step] = off / hours
        found.lost[step] = inflow / hours
    return found
