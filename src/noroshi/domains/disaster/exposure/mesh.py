"""Grid squares of the Japanese standard (JIS X 0410): where a code is."""

from __future__ import annotations

from noroshi.core.errors import InvalidRecord
from noroshi.core.place import Box

#: How many parts a square of 30″ × 45″ (基準地域メッシュ, 1 km) is divided into along each side, by
#: the number of digits of the code: 8, then quarters of quarters.
_FINE = {8: 1, 9: 2, 10: 4, 11: 8}
#: Latitudes and longitudes of the 1 km square [degrees].
_HEIGHT, _WIDTH = 1 / 120, 1 / 80


def cell(code: str) -> tuple[int, int, int]:
    """Parts along a side (1, 2, 4, 8), column and row of the square, counted from 0° N 100° E.

    Codes of 8 (1 km), 9 (500 m), 10 (250 m) and 11 digits (125 m) are read: JIS X 0410:2002, the
    grids that the census is published in. Raises InvalidRecord for others.
    """
    parts = _FINE.get(len(code))
    if parts is None or not (code.isascii() and code.isdigit()):
        raise _bad(code)
    digits = [int(one) for one in code]
    if digits[4] > 7 or digits[5] > 7:
        raise _bad(code)
    row = int(code[:2]) * 80 + digits[4] * 10 + digits[6]
    column = int(code[2:4]) * 80 + digits[5] * 10 + digits[7]
    for quarter in digits[8:]:
        if not 1 <= quarter <= 4:  # 1 south-west, 2 south-east, 3 north-west, 4 north-east
            raise _bad(code)
        row, column = 2 * row + (quarter - 1) // 2, 2 * column + (quarter - 1) % 2
    return parts, column, row


def square(code: str) -> Box:
    """West, south, east, north of a square [degrees]. Raises InvalidRecord as `cell` does.

    >>> square("53394611")
    (139.7625, 35.675, 139.775, 35.68333333333333)
    """
    parts, column, row = cell(code)
    width, height = _WIDTH / parts, _HEIGHT / parts
    return (
        100 + column * width, row * height, 100 + (column + 1) * width, (row + 1) * height,
    )  # fmt: skip


def _bad(code: str) -> InvalidRecord:
    return InvalidRecord(
        f"{code!r} is no grid square of 1 km to 125 m",
        where="infrastructure.population_mesh code",
        remedy="JIS X 0410: 8 digits for 1 km, 9 for 500 m, 10 for 250 m, 11 for 125 m",
    )
