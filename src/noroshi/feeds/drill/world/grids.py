"""Small operations on grids: smooth noise, distances, blurring, enlarging."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]


def enlarged(grid: Array, rows: int, columns: int) -> Array:
    """`grid` on rows x columns cells over the same extent, by bilinear interpolation."""

    def places(new: int, old: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], Array]:
        at = np.clip((np.arange(new) + 0.5) * old / new - 0.5, 0, old - 1)
        low = np.minimum(at.astype(np.int64), old - 2)
        return low, low + 1, at - low

    top, bottom, down = places(rows, grid.shape[0])
    left, right, along = places(columns, grid.shape[1])
    across = grid[:, left] * (1 - along) + grid[:, right] * along
    result: Array = across[top] * (1 - down)[:, None] + across[bottom] * down[:, None]
    return result


def blurred(grid: Array, radius: int, times: int = 3) -> Array:
    """`grid` smoothed by `times` moving averages of 2 `radius` + 1 cells: nearly a Gaussian."""
    for axis in (0, 1):
        for _ in range(times):
            padding = [(0, 0), (0, 0)]
            padding[axis] = (radius + 1, radius)
            total = np.cumsum(np.pad(grid, padding, mode="edge"), axis=axis)
            high = np.take(total, np.arange(2 * radius + 1, total.shape[axis]), axis=axis)
            low = np.take(total, np.arange(total.shape[axis] - 2 * radius - 1), axis=axis)
            grid = (high - low) / (2 * radius + 1)
    return grid


def noise(
    random: np.random.Generator, rows: int, columns: int, scale: float, octaves: int = 4
) -> Array:
    """Smooth noise of mean 0 and standard deviation 1: `octaves` of random lattices, the first of
    `scale` cells, each next of half the scale and half the height (value noise)."""
    total = np.zeros((rows, columns))
    for octave in range(octaves):
        step = max(scale / 2**octave, 1.0)
        lattice = random.standard_normal((int(rows / step) + 5, int(columns / step) + 5))
        shift = random.random(2)
        total += _cubic(lattice, rows, columns, step, shift) / 2**octave
    return np.asarray((total - total.mean()) / total.std())


def _cubic(lattice: Array, rows: int, columns: int, step: float, shift: Array) -> Array:
    """The lattice interpolated by uniform cubic B-splines."""

    def weights(count: int, offset: float) -> tuple[npt.NDArray[np.int64], Array]:
        at = np.arange(count) / step + offset
        base = at.astype(np.int64)
        t = at - base
        parts = ((1 - t) ** 3, 3 * t**3 - 6 * t**2 + 4, 3 * (t + t**2 - t**3) + 1, t**3)
        return base, np.stack(parts) / 6

    row, down = weights(rows, float(shift[0]))
    column, along = weights(columns, float(shift[1]))
    across = sum(lattice[:, column + k] * along[k] for k in range(4))
    return np.asarray(sum(across[row + k] * down[k][:, None] for k in range(4)))


def distance(mask: Mask, limit: int) -> Array:
    """Distance [cells] of each cell to the nearest one in `mask`, exact up to `limit`, then
    `limit` (squared distances by rows, then the least over columns)."""
    height, width = mask.shape
    near = np.full(mask.shape, float(limit))
    run = np.full(width, float(limit))
    for row in range(height):
        run = np.where(mask[row], 0.0, np.minimum(run + 1, limit))
        near[row] = run
    run = np.full(width, float(limit))
    for row in range(height - 1, -1, -1):
        run = np.where(mask[row], 0.0, np.minimum(run + 1, limit))
        near[row] = np.minimum(near[row], run)
    square = near**2
    best = square.copy()
    for offset in range(1, min(limit, width - 1) + 1):
        best[:, offset:] = np.minimum(best[:, offset:], square[:, :-offset] + offset**2)
        best[:, :-offset] = np.minimum(best[:, :-offset], square[:, offset:] + offset**2)
    return np.asarray(np.minimum(np.sqrt(best), limit))


def components(mask: Mask) -> npt.NDArray[np.int64]:
    """A number from 0 for each connected part (8 neighbours) of `mask`; −1 outside.

    Rows are cut into runs, and runs that touch in the next row are joined (union-find).
    """
    height = mask.shape[0]
    change = np.diff(np.pad(mask, ((0, 0), (1, 1))).astype(np.int8), axis=1)
    row, start = np.nonzero(change == 1)
    end = np.nonzero(change == -1)[1]
    parent = list(range(row.size))

    def root(run: int) -> int:
        while parent[run] != run:
            parent[run] = parent[parent[run]]
            run = parent[run]
        return run

    first = np.searchsorted(row, np.arange(height + 1)).tolist()
    starts, ends = start.tolist(), end.tolist()
    for line in range(height - 1):
        above, below = first[line], first[line + 1]
        while above < first[line + 1] and below < first[line + 2]:
            if starts[above] <= ends[below] and starts[below] <= ends[above]:
                a, b = root(above), root(below)
                parent[max(a, b)] = min(a, b)
            if ends[above] < ends[below]:
                above += 1
            else:
                below += 1
    roots = np.array([root(run) for run in range(row.size)], np.int64)
    number = np.unique(roots, return_inverse=True)[1]
    label = np.full(mask.shape, -1, np.int64)
    label[mask] = np.repeat(number, end - start)
    return label
