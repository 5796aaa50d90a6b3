"""A picture of one kind, ready to be drawn: positions and the few fields that tiles carry."""

from __future__ import annotations

import itertools
import struct
from collections.abc import Collection, Iterable
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from noroshi.channels.features import thing_id
from noroshi.channels.tiling.columns import Codes, Column, Texts
from noroshi.channels.tiling.fields import fields_of
from noroshi.channels.tiling.grid import Numbers, project, project_pairs
from noroshi.core.record import Version

Thing = tuple[int, str]
"""Series number and key."""

_XY = struct.Struct("<dd")
_stamps = itertools.count(1)


class Layer:
    """Versions that have a geometry, as columns. Immutable; two of them never share a `stamp`.

    `x`, `y` are world coordinates of a point, or of the centre of a shape's bounds; `extent` is
    the larger side of its bounds, 0 for a point. `shapes` and `boxes` (west, north, east, south,
    world) are of rows `shaped`, the others are points.
    `newest` is the latest recorded time of all versions, `unlocated` how many have no geometry.
    """

    def __init__(
        self,
        kind: str,
        ids: npt.NDArray[np.int64],
        things: npt.NDArray[np.int64],
        position: tuple[Numbers, Numbers, Numbers],
        columns: dict[str, Column],
        shaped: npt.NDArray[np.intp],
        shapes: npt.NDArray[Any],
        boxes: Numbers,
        recorded: npt.NDArray[np.int64],
        unlocated: dict[int, int],
    ) -> None:
        self.kind, self.ids, self.things = kind, ids, things
        self.x, self.y, self.extent = position
        self.columns = columns
        self.shaped, self.shapes, self.boxes = shaped, shapes, boxes
        self.recorded = recorded
        self._unlocated = unlocated
        self.stamp = next(_stamps)
        self.newest = max(
            int(recorded.max()) if len(recorded) else 0, max(unlocated.values(), default=0)
        )
        self.unlocated = len(unlocated)
        import shapely

        self.size = (
            ids.nbytes * 6 + sum(one.size for one in columns.values()) + boxes.nbytes
            + 16 * int(shapely.get_num_coordinates(shapes).sum()) + 300 * len(shapes)
            + 100 * len(unlocated) + 2_000
        )  # fmt: skip

    def __len__(self) -> int:
        return len(self.ids)

    def replace(self, gone: Collection[Thing], versions: Iterable[Version]) -> Layer:
        """The layer without the things `gone` (by series number and key), and with `versions`."""
        marks = np.fromiter((hash(one) for one in gone), np.int64, len(gone))
        stay = ~np.isin(self.things, marks)
        new = build_layer(self.kind, versions)
        unlocated = {
            mark: time for mark, time in self._unlocated.items() if mark not in set(marks.tolist())
        }
        kept = stay[self.shaped]
        place = np.cumsum(stay) - 1
        count = int(stay.sum())
        return Layer(
            self.kind,
            np.concatenate((self.ids[stay], new.ids)),
            np.concatenate((self.things[stay], new.things)),
            (
                np.concatenate((self.x[stay], new.x)),
                np.concatenate((self.y[stay], new.y)),
                np.concatenate((self.extent[stay], new.extent)),
            ),
            {name: _joined(one.take(stay), new.columns[name])
             for name, one in self.columns.items()},
            np.concatenate((place[self.shaped[kept]], new.shaped + count)),
            np.concatenate((self.shapes[kept], new.shapes)),
            np.concatenate((self.boxes[kept], new.boxes)),
            np.concatenate((self.recorded[stay], new.recorded)),
            {**unlocated, **new._unlocated},
        )  # fmt: skip


def _joined(one: Column, other: Column) -> Column:
    if isinstance(one, Texts):
        assert isinstance(other, Texts)
        return one.join(other)
    assert isinstance(other, Codes)
    return one.join(other)


def build_layer(kind: str, versions: Iterable[Version]) -> Layer:
    """A layer of versions of `kind`. Raises NotFound for a kind that is not declared."""
    import shapely

    fields = fields_of(kind)
    names = fields.texts + fields.codes
    ids: list[int] = []
    things: list[int] = []
    recorded: list[int] = []
    points: list[tuple[float, float]] = []
    shaped: list[int] = []
    wkbs: list[bytes] = []
    unlocated: dict[int, int] = {}
    texts: dict[str, list[bytes]] = {name: [] for name in ("id", *fields.texts)}
    codes: dict[str, list[Any]] = {name: [] for name in ("area", *fields.codes)}
    for version in versions:
        mark = hash((version.series_id, version.key))
        wkb = version.geometry
        if wkb is None:
            unlocated[mark] = version.recorded
            continue
        if len(wkb) in (21, 29) and wkb[1:5] in _POINTS:
            points.append(_XY.unpack_from(wkb, 5))
        else:
            shaped.append(len(ids))
            wkbs.append(wkb)
            points.append((0.0, 0.0))
        ids.append(version.id)
        things.append(mark)
        recorded.append(version.recorded)
        texts["id"].append(thing_id(version).encode())
        codes["area"].append(version.area)
        try:
            said = fields.decoder.decode(version.body)
        except msgspec.DecodeError:
            said = None
        for name in fields.texts:
            value = getattr(said, name, None)
            texts[name].append(value.encode() if isinstance(value, str) else b"")
        for name in fields.codes:
            codes[name].append(getattr(said, name, None))
    pairs = np.array(points, np.float64).reshape(-1, 2)
    x, y = project(pairs[:, 0], pairs[:, 1])
    extent = np.zeros(len(ids))
    shapes = shapely.transform(shapely.force_2d(shapely.from_wkb(wkbs)), project_pairs)
    broken = ~shapely.is_valid(shapes)
    shapes[broken] = shapely.make_valid(shapes[broken])
    boxes = shapely.bounds(shapes).reshape(-1, 4)
    rows = np.array(shaped, np.intp)
    x[rows], y[rows] = (boxes[:, 0] + boxes[:, 2]) / 2, (boxes[:, 1] + boxes[:, 3]) / 2
    # A shape is drawn as one: also one whose bounds have no width.
    extent[rows] = np.maximum(boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1])
    columns: dict[str, Column] = {name: Texts.of(values) for name, values in texts.items()}
    columns |= {name: Codes.of(values) for name, values in codes.items()}
    order = ["id", "area", *names]
    return Layer(
        kind,
        np.array(ids, np.int64),
        np.array(things, np.int64),
        (x, y, extent),
        {name: columns[name] for name in order},
        rows,
        shapes,
        boxes,
        np.array(recorded, np.int64),
        unlocated,
    )


#: Geometry types of points in little-endian well-known binary: plain, and with a height.
_POINTS = (b"\x01\x00\x00\x00", b"\xe9\x03\x00\x00")
