"""Quantities that JMA writes as text: positions, magnitudes, times, and numbers maybe unknown.

Positions follow ISO 6709 as the elements Coordinate, Line and Polygon of elementBasis1 use it
(jmx_eb.xsd `type.Coordinate`): latitude, longitude and, where known, height in metres, each with
its sign, ended by `/`. The number of digits before the point tells degrees from degrees and
minutes, and those from degrees, minutes and seconds (ISO 6709:2022 annex H).
"""

from __future__ import annotations

import math
import re
from functools import lru_cache
from typing import NamedTuple

from noroshi.core.time import JST, SECOND, parse, show
from noroshi.formats.jma_xml.telegram import JMX, Element, Telegram

Position = tuple[float, float, float | None]
"""Longitude and latitude in degrees, and height in metres (negative: depth) or None."""

_NUMBER = r"([+-])(\d{%s})(\.\d*)?"
_POSITION = re.compile(_NUMBER % "1,6" + _NUMBER % "1,7" + r"([+-]\d+(?:\.\d*)?)?")


@lru_cache(maxsize=8192)
def coordinates(text: str) -> Position | None:
    """The one position in `text`, or None where there is none or it is no position on the globe.

    `+34.8+138.5-20000/` and `+3447.1+13829.9-23000/` are degrees, and degrees with minutes, with
    a height of -20000 m and -23000 m. Without a third number the height (depth) is unknown.
    Tokyo-datum positions (`datum="日本測地系"`) are not shifted: JMA gives them to 0.1 degree
    only, thirty times coarser than the shift.
    """
    found = _POSITION.fullmatch(text.strip().strip("/").strip())
    if found is None:
        return None
    sign_y, whole_y, part_y, sign_x, whole_x, part_x, height = found.groups()
    parts = (len(whole_y) + 1) // 2
    if parts != max(1, len(whole_x) // 2):
        return None
    latitude, longitude = _degrees(whole_y, part_y, parts), _degrees(whole_x, part_x, parts)
    if latitude is None or longitude is None or latitude > 90.0 or longitude > 180.0:
        return None
    return (
        -longitude if sign_x == "-" else longitude,
        -latitude if sign_y == "-" else latitude,
        float(height) if height else None,
    )


def _degrees(whole: str, part: str | None, parts: int) -> float | None:
    """Degrees from digits of which the last two per part are minutes, then seconds."""
    if parts == 1:
        return float(whole + (part or ""))
    cut = len(whole) - 2 * (parts - 1)
    degrees = float(whole[:cut])
    for step in range(1, parts):
        text = whole[cut + 2 * step - 2 : cut + 2 * step] + (
            (part or "") if step == parts - 1 else ""
        )
        value = float(text)
        if value >= 60.0:
            return None
        degrees += value / 60.0**step
    return round(degrees, 7)


def positions(text: str) -> list[Position]:
    """Every position of a Line or Polygon, in order; [] for an empty text.

    Raises ValueError naming the first that is malformed: without it the shape would be another.
    """
    found = []
    for part in text.split("/"):
        part = part.strip()
        if not part:
            continue
        position = coordinates(part)
        if position is None:
            raise ValueError(f"not a position: {part!r}")
        found.append(position)
    return found


def number(text: str | None) -> float | None:
    """The finite number in `text`, or None for nothing, `NaN` and what is no number."""
    if not text:
        return None
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


class Magnitude(NamedTuple):
    """A magnitude: `value` (None: unknown, or beyond what can be determined at once), its `type`
    (Mj: JMA magnitude, M: others'), `condition` (不明) and the `description` to show, such as
    Ｍ８を超える巨大地震."""

    value: float | None
    type: str
    condition: str
    description: str


def magnitude(element: Element) -> Magnitude:
    """The magnitude in an `eb:Magnitude` element (jmx_eb.xsd `type.Magnitude`)."""
    return Magnitude(
        number(element.text),
        element.get("type", ""),
        element.get("condition", ""),
        element.get("description", ""),
    )


def texts(element: Element) -> dict[str, str]:
    """The stripped texts of an element's children by tag; of a tag that repeats, the last."""
    return {child.tag: (child.text or "").strip() for child in element}


@lru_cache(maxsize=8192)
def moment(text: str) -> str | None:
    """RFC 3339 text, in JST, of a time in a telegram; None for an empty one.

    Raises ValueError for anything else.
    """
    text = text.strip()
    return show(parse(text), JST) if text else None


def sent(telegram: Telegram) -> int:
    """When the telegram was sent (Control/DateTime), in whole seconds since 1970, or 0.

    ReportDateTime is cut to the minute, in which JMA sends several flash reports without a
    serial number (samples 32-35_07_01 to _03): this tells their order.
    """
    found = telegram.head.getparent().findtext(f"{JMX}Control/{JMX}DateTime")
    try:
        return parse(found.strip()) // SECOND if found else 0
    except ValueError:
        return 0
