"""Places: official areas, points and boxes, and the integers by which stores find them.

An *area* is written `scheme:code`, such as `city:1720200`. A *place token* is one signed 64-bit
integer: negative for an area (so that codes with a common prefix are neighbours), non-negative
for a cell of the quadtree over longitude and latitude. One B-tree over tokens therefore serves
both "in this box" and "in this municipality".
"""

from __future__ import annotations

import contextlib
import hashlib
import struct
from collections.abc import Iterable
from functools import lru_cache

Box = tuple[float, float, float, float]
"""West, south, east, north in degrees. West may exceed east: the box crosses 180°."""

#: Code systems in use. Append only: the position is part of every stored token.
SCHEMES = (
    "city",  # JMA 市町村等, seven digits: JIS X 0402 code + 00
    "pref",  # JIS X 0401 prefecture, two digits
    "jma.forecast",  # 府県予報区, 一次細分区域, 市町村等をまとめた地域: six digits
    "jma.seismic",  # 地震情報／細分区域
    "jma.eew",  # 緊急地震速報／府県予報区 and 地方予報区
    "jma.epicentre",  # 震央地名
    "jma.tsunami",  # 津波予報区
    "jma.tsunami_station",  # 潮位観測点
    "jma.offshore_station",  # 沖合潮位観測点
    "jma.intensity_station",  # 震度観測点
    "jma.volcano",  # 火山名
    "jma.river",  # 指定河川洪水予報
    "jma.water_level_station",  # 水位観測所
    "jma.sea",  # 地方海上予報区
    "jma.station",  # 地点コード
    "jma.tornado",  # 竜巻注意情報／細分区域
    "other",
)
_SCHEME_ID = {name: number for number, name in enumerate(SCHEMES)}
_CODE_BITS = 50


def city(code: str) -> str:
    """The area of a municipality from its 5-digit JIS code, 6 digits with check digit, or JMA's 7.

    Raises ValueError for anything else, and for six digits whose check digit is wrong
    (JIS X 0402: modulus 11, weights 6 to 2).
    """
    if not code.isascii() or not code.isdigit() or len(code) not in (5, 6, 7):
        raise ValueError(f"not a municipality code: {code!r}")
    if len(code) == 6:
        if check_digit(code[:5]) != int(code[5]):
            raise ValueError(f"wrong check digit in municipality code {code!r}")
        code = code[:5]
    return "city:" + code.ljust(7, "0")


def check_digit(code: str) -> int:
    """The sixth digit of a five-digit municipality code (JIS X 0402)."""
    total = sum(int(digit) * weight for digit, weight in zip(code, (6, 5, 4, 3, 2), strict=True))
    return (11 - total % 11) % 10


def municipality(area: str | None) -> str:
    """The area of the whole municipality that an area is, or is a part of: JMA's parts share its
    first five digits, and a ward of a designated city counts for the city, for which JMA warns.
    Empty for what is not in one municipality.

    Codes whose third digit is 1 are designated cities (…0) and their wards, but for Tokyo's
    special wards, each of which is a municipality (JIS X 0402).
    """
    scheme, _, code = (area or "").partition(":")
    if scheme != "city" or len(code) != 7 or not code.isdigit():
        return ""
    if code[2] == "1" and code[:2] != "13" and code[:2] <= "47":
        cities = [one for one in _DESIGNATED if one[:3] == code[:3] and one <= code[:5]]
        code = max(cities, default=code)
    return f"city:{code[:5]}00"


#: Designated cities that have wards (地方自治法 第二百五十二条の十九, as of 2024).
_DESIGNATED = (
    "01100", "04100", "11100", "12100", "14100", "14130", "14150", "15100", "22100", "22130",
    "23100", "26100", "27100", "27140", "28100", "33100", "34100", "40100", "40130", "43100",
)  # fmt: skip


@lru_cache(maxsize=65536)
def area_token(area: str) -> int:
    """The place token of an area written `scheme:code`. Raises ValueError without a scheme."""
    scheme, separator, code = area.partition(":")
    if not separator or scheme not in _SCHEME_ID:
        raise ValueError(f"unknown area {area!r}: write it as scheme:code, e.g. city:1720200")
    if code.isascii() and code.isdigit() and len(code) <= 15:
        number = int(code)
    else:
        digest = hashlib.blake2b(code.encode(), digest_size=8).digest()
        number = int.from_bytes(digest, "big") & ((1 << _CODE_BITS) - 1) | (1 << (_CODE_BITS - 1))
    return -((_SCHEME_ID[scheme] << _CODE_BITS) | number) - 1


def area_ranges(code: str) -> list[tuple[int, int]]:
    """Token ranges that an area given by a user covers.

    `city:1720200` or any `scheme:code` covers itself. A bare code is a prefecture with all its
    municipalities (two digits), a municipality (five or six digits, or seven), or raises
    ValueError.
    """
    scheme, separator, _ = code.partition(":")
    if scheme == "pref" and separator:
        code = code.partition(":")[2]
    elif separator:
        token = area_token(code)
        return [(token, token)]
    if code.isascii() and code.isdigit() and len(code) == 2:
        first, last = area_token(f"city:{code}00000"), area_token(f"city:{code}99999")
        prefecture = area_token(f"pref:{code}")
        return [(last, first), (prefecture, prefecture)]
    if code.isascii() and code.isdigit() and len(code) == 6:
        ranges = [(token := area_token(f"jma.forecast:{code}"), token)]
        with contextlib.suppress(ValueError):
            ranges.append((token := area_token(city(code)), token))
        return ranges
    token = area_token(city(code))
    # JMA divides a few municipalities; their parts share the first five digits.
    return [(token - 99, token)] if token_code_is_whole(code) else [(token, token)]


def token_code_is_whole(code: str) -> bool:
    """True for a code of a whole municipality: five digits, or seven ending in 00."""
    return len(code) == 5 or code.endswith("00")


# --- cells -------------------------------------------------------------------------------------

#: Quadtree levels at which things are filed. Level n has cells of 360/2**n by 180/2**n degrees.
LEVELS = (0, 4, 7, 10, 13, 16, 20)
POINT_LEVEL = LEVELS[-1]
_REFINE = 3


def _spread(value: int) -> int:
    value &= 0xFFFFFFFF
    value = (value | (value << 16)) & 0x0000FFFF0000FFFF
    value = (value | (value << 8)) & 0x00FF00FF00FF00FF
    value = (value | (value << 4)) & 0x0F0F0F0F0F0F0F0F
    value = (value | (value << 2)) & 0x3333333333333333
    return (value | (value << 1)) & 0x5555555555555555


_SPREAD_LOW = [_spread(value) for value in range(1 << 10)]
_SPREAD_HIGH = [_spread(value << 10) for value in range(1 << 11)]
_X_SCALE = (1 << POINT_LEVEL) / 360.0
_Y_SCALE = (1 << POINT_LEVEL) / 180.0
_MAX_INDEX = (1 << POINT_LEVEL) - 1


def point_cell(longitude: float, latitude: float) -> int:
    """The place token of a point. Coordinates outside the globe are clamped to its edge."""
    x = int((longitude + 180.0) * _X_SCALE)
    y = int((latitude + 90.0) * _Y_SCALE)
    x = 0 if x < 0 else _MAX_INDEX if x > _MAX_INDEX else x
    y = 0 if y < 0 else _MAX_INDEX if y > _MAX_INDEX else y
    low, high = _SPREAD_LOW, _SPREAD_HIGH
    return (
        (POINT_LEVEL << 48) | low[x & 1023] | high[x >> 10] | (low[y & 1023] | high[y >> 10]) << 1
    )


def box_cell(box: Box) -> int:
    """The place token of a thing with bounds `box`: the cell of its south-west corner at the
    finest filed level whose cells are no smaller than the box."""
    west, south, east, north = box
    if west == east and south == north:
        return point_cell(west, south)
    size = max((east - west) / 360.0, (north - south) / 180.0)
    level = 0
    for candidate in LEVELS[:-1]:
        if size <= 1.0 / (1 << candidate):
            level = candidate
    shift = POINT_LEVEL - level
    morton = point_cell(west, south) & ((1 << 48) - 1)
    return (level << 48) | (morton >> (2 * shift))


def box_ranges(box: Box) -> list[tuple[int, int]]:
    """Token ranges that hold every thing filed by `box_cell` whose bounds may touch `box`.

    The ranges hold more than that: callers compare the exact bounds. A box whose west exceeds its
    east crosses 180° and is searched as two.
    """
    west, south, east, north = box
    if west > east:
        return box_ranges((west, south, 180.0, north)) + box_ranges((-180.0, south, east, north))
    size = max((east - west) / 360.0, (north - south) / 180.0)
    fitting = 0
    while fitting < POINT_LEVEL and size <= 1.0 / (1 << (fitting + 1)):
        fitting += 1
    cover = min(fitting + _REFINE, POINT_LEVEL)
    x0, x1 = _index(west + 180.0, _X_SCALE), _index(east + 180.0, _X_SCALE)
    y0, y1 = _index(south + 90.0, _Y_SCALE), _index(north + 90.0, _Y_SCALE)
    ranges: list[tuple[int, int]] = []
    for level in LEVELS:
        # A thing reaches at most one cell of its level east and north of where it is filed.
        reach = 0 if level == POINT_LEVEL else 1 << (POINT_LEVEL - level)
        at = min(cover, level)
        up, down = POINT_LEVEL - at, 2 * (level - at)
        cells = sorted(
            _spread(x) | _spread(y) << 1
            for x in range(max(x0 - reach, 0) >> up, (x1 >> up) + 1)
            for y in range(max(y0 - reach, 0) >> up, (y1 >> up) + 1)
        )
        base = level << 48
        first = last = cells[0]
        for cell in cells[1:]:
            if cell == last + 1:
                last = cell
                continue
            ranges.append((base | first << down, base | ((last + 1) << down) - 1))
            first = last = cell
        ranges.append((base | first << down, base | ((last + 1) << down) - 1))
    return ranges


def cell_box(token: int) -> Box | None:
    """Bounds of the cell of a point's token; None for any other token, whose thing may reach
    beyond its cell."""
    if token >> 48 != POINT_LEVEL:
        return None
    x, y = _compact(token), _compact(token >> 1)
    return (x / _X_SCALE - 180.0, y / _Y_SCALE - 90.0,
            (x + 1) / _X_SCALE - 180.0, (y + 1) / _Y_SCALE - 90.0)  # fmt: skip


def _compact(value: int) -> int:
    """Every second bit of the low 40 bits: the inverse of `_spread`."""
    value &= 0x5555555555
    value = (value | (value >> 1)) & 0x3333333333
    value = (value | (value >> 2)) & 0x0F0F0F0F0F
    value = (value | (value >> 4)) & 0x00FF00FF00FF
    value = (value | (value >> 8)) & 0x0000FFFF0000FFFF
    return (value | (value >> 16)) & 0xFFFFF


def _index(offset: float, scale: float) -> int:
    return min(max(int(offset * scale), 0), _MAX_INDEX)


# --- geometry as bytes -------------------------------------------------------------------------

_POINT = struct.Struct("<BIdd")
_POINT_Z = struct.Struct("<BIddd")


def point(longitude: float, latitude: float) -> bytes:
    """A point as well-known binary (OGC 06-103r4, little-endian)."""
    return _POINT.pack(1, 1, longitude, latitude)


def point_z(longitude: float, latitude: float, height: float) -> bytes:
    """A point with height in metres as ISO well-known binary."""
    return _POINT_Z.pack(1, 1001, longitude, latitude, height)


def bounds(wkb: bytes) -> Box:
    """Bounds of a geometry in little-endian well-known binary, with or without heights.

    Read here rather than by a geometry library, which takes longer to load than most messages to
    read. Raises ValueError for what is not such a geometry, or an empty one.
    """
    if len(wkb) == 21 and wkb[1] == 1:
        x, y = _XY.unpack_from(wkb, 5)
        return (x, y, x, y)
    xs: list[float] = []
    ys: list[float] = []
    try:
        _collect(wkb, 0, xs, ys)
    except (struct.error, RecursionError):
        raise ValueError("not a geometry in well-known binary") from None
    if not xs:
        raise ValueError("an empty geometry has no bounds")
    return (min(xs), min(ys), max(xs), max(ys))


_XY = struct.Struct("<dd")
_HEAD = struct.Struct("<BI")
_COUNT = struct.Struct("<I")


def _collect(wkb: bytes, at: int, xs: list[float], ys: list[float]) -> int:
    """Gather the coordinates of the geometry at `at`; returns where it ends (OGC 06-103r4 §8)."""
    order, code = _HEAD.unpack_from(wkb, at)
    if order != 1:
        raise ValueError("well-known binary is little-endian here")
    if code >> 29:  # the extended form: high bits for Z, M and a reference system
        kind, width = code & 0xFF, 2 + (code >> 31 & 1) + (code >> 30 & 1)
        at += 9 if code >> 29 & 1 else 5
    else:  # the ISO form: 1000 more for Z, 2000 for M, 3000 for both
        kind, width = code % 1000, 2 + (code // 1000 in (1, 3)) + (code // 1000 in (2, 3))
        at += 5
    if kind == 1:
        return _run(wkb, at, 1, width, xs, ys)
    (count,) = _COUNT.unpack_from(wkb, at)
    at += 4
    if kind == 2:
        return _run(wkb, at, count, width, xs, ys)
    if kind == 3:
        for _ in range(count):
            (points,) = _COUNT.unpack_from(wkb, at)
            at = _run(wkb, at + 4, points, width, xs, ys)
        return at
    if kind not in (4, 5, 6, 7):
        raise ValueError(f"geometry type {code} is not one of the seven of GeoJSON")
    for _ in range(count):
        at = _collect(wkb, at, xs, ys)
    return at


def _run(wkb: bytes, at: int, count: int, width: int, xs: list[float], ys: list[float]) -> int:
    end = at + 8 * width * count
    if end > len(wkb):
        raise ValueError("well-known binary is cut short")
    numbers = struct.unpack_from(f"<{width * count}d", wkb, at)
    xs.extend(numbers[0::width])
    ys.extend(numbers[1::width])
    return end


def cell(wkb: bytes) -> int:
    """The place token of a geometry in well-known binary."""
    if len(wkb) == 21 and wkb[1] == 1:
        x, y = struct.unpack_from("<dd", wkb, 5)
        return point_cell(x, y)
    return box_cell(bounds(wkb))


def touches(box: Box, other: Box) -> bool:
    """True if two boxes share a point. `box` may cross 180°."""
    if box[0] > box[2]:
        return touches((box[0], box[1], 180.0, box[3]), other) or touches(
            (-180.0, box[1], box[2], box[3]), other
        )
    return box[0] <= other[2] and other[0] <= box[2] and box[1] <= other[3] and other[1] <= box[3]


def union(boxes: Iterable[Box]) -> Box | None:
    """The smallest box around `boxes`, or None for none."""
    found = list(boxes)
    if not found:
        return None
    return (
        min(box[0] for box in found),
        min(box[1] for box in found),
        max(box[2] for box in found),
        max(box[3] for box in found),
    )
