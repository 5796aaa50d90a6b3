"""Columns of many values in little memory: texts that mostly differ, codes that mostly repeat."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from noroshi.channels.tiling.fields import Scalar

Rows = npt.NDArray[np.intp]
Mask = npt.NDArray[np.bool_]


def _says(value: Any) -> bool:
    if isinstance(value, bool | str):
        return bool(value)
    # Tiles hold whole numbers of 64 bits.
    return isinstance(value, float) or (isinstance(value, int) and abs(value) < 2**63)


class Texts:
    """Texts one after another in one block of bytes. Immutable; `take` and `join` share it."""

    def __init__(
        self, blob: bytes, starts: npt.NDArray[np.int64], ends: npt.NDArray[np.int64]
    ) -> None:
        self.blob, self.starts, self.ends = blob, starts, ends

    @classmethod
    def of(cls, values: Sequence[bytes]) -> Texts:
        """A column of these values; an empty one stands for none."""
        lengths = np.fromiter(map(len, values), np.int64, len(values))
        ends = np.cumsum(lengths)
        return cls(b"".join(values), ends - lengths, ends)

    def __getitem__(self, row: int) -> str | None:
        found = self.blob[self.starts[row] : self.ends[row]]
        return found.decode() if found else None

    def take(self, rows: Mask) -> Texts:
        """The column of some rows."""
        return Texts(self.blob, self.starts[rows], self.ends[rows])

    def join(self, other: Texts) -> Texts:
        """This column and, after it, another."""
        shift = len(self.blob)
        return Texts(
            self.blob + other.blob,
            np.concatenate((self.starts, other.starts + shift)),
            np.concatenate((self.ends, other.ends + shift)),
        )

    @property
    def size(self) -> int:
        """Bytes it takes."""
        return len(self.blob) + self.starts.nbytes + self.ends.nbytes


class Codes:
    """Values by their number in a list; -1 stands for none. Immutable."""

    def __init__(self, values: Sequence[Scalar], codes: npt.NDArray[np.int32]) -> None:
        self.values, self.codes = values, codes

    @classmethod
    def of(cls, values: Sequence[Any]) -> Codes:
        """A column of these values. What is no scalar, empty or False counts as none."""
        known: dict[tuple[type, Scalar], int] = {}
        codes = np.fromiter(
            (
                known.setdefault((type(value), value), len(known)) if _says(value) else -1
                for value in values
            ),
            np.int32,
            len(values),
        )
        return cls([value for _, value in known], codes)

    def __getitem__(self, row: int) -> Scalar | None:
        code = self.codes[row]
        return None if code < 0 else self.values[code]

    def take(self, rows: Mask) -> Codes:
        """The column of some rows."""
        return Codes(self.values, self.codes[rows])

    def join(self, other: Codes) -> Codes:
        """This column and, after it, another."""
        known = {(type(value), value): code for code, value in enumerate(self.values)}
        moved = [known.setdefault((type(value), value), len(known)) for value in other.values]
        # The last entry is what -1 picks.
        codes = np.array([*moved, -1], np.int32)[other.codes]
        return Codes([value for _, value in known], np.concatenate((self.codes, codes)))

    def count(self, rows: Rows, groups: Rows, number: int) -> npt.NDArray[np.int64]:
        """How often each value (column) comes in each of `number` groups (row), of these rows."""
        codes = self.codes[rows]
        said = codes >= 0
        width = len(self.values)
        flat = np.bincount(groups[said] * width + codes[said], minlength=number * width)
        return flat.reshape(number, width)

    @property
    def size(self) -> int:
        """Bytes it takes, about."""
        return self.codes.nbytes + 80 * len(self.values)


Column = Texts | Codes
