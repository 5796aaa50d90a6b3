"""How messages go wrong: exchanged coordinates, clocks, silence, repetitions, damaged files.

A message that is wrong says so in `wrong`, in words; the bytes do not.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator

import msgspec
from msgspec.structs import replace

from noroshi.core.time import SECOND
from noroshi.feeds.drill.scene import Event, Message
from noroshi.formats.sip4d_zip import META_NAME

Write = Callable[[int], Message]
"""Writes a message as of a time: `lambda time: power(world, time, states)`."""


def at(message: Message, time: int) -> Message:
    """The same bytes, sent at another time than they are of: late."""
    return replace(message, time=time)


def clock_off(write: Write, time: int, seconds: float) -> Message:
    """What a sender writes at `time` whose clock is `seconds` fast (negative: slow)."""
    way = "fast" if seconds > 0 else "slow"
    told = write(time + round(seconds * SECOND))
    return replace(told, time=time, wrong=f"the clock is {abs(seconds) / 3600:g} h {way}")


def coordinates_exchanged(message: Message) -> Message:
    """A table or GeoJSON whose sender writes latitude for longitude. Columns of a table are told
    by their names (経度, 緯度 and their kin)."""
    data = message.data
    if message.name.endswith("json"):
        document = msgspec.json.decode(data)
        for feature in document["features"]:
            feature["geometry"] = _turned(feature["geometry"])
        data = msgspec.json.encode(document)
    else:
        encoding = "utf-8" if _is_utf8(data) else "cp932"
        text = data.decode(encoding)
        for east, north in _PAIRS:
            if east in text and north in text:
                head = next(line for line in text.split("\r\n") if east in line and north in line)
                turned = head.replace(east, "\0").replace(north, east).replace("\0", north)
                text = text.replace(head, turned, 1)
                break
        else:
            raise ValueError(f"{message.name}: no columns of coordinates")
        data = text.encode(encoding)
    return replace(message, data=data, wrong="longitude and latitude are exchanged")


_PAIRS = (("経度", "緯度"), ("東経", "北緯"), ("X座標", "Y座標"), ("lon", "lat"))


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _turned(geometry: dict[str, object]) -> dict[str, object]:
    def turn(value: object) -> object:
        if isinstance(value, list) and value and isinstance(value[0], int | float):
            return [value[1], value[0], *value[2:]]
        return [turn(one) for one in value] if isinstance(value, list) else value

    return {**geometry, "coordinates": turn(geometry["coordinates"])}


def silent(events: Iterable[Event], source: str, since: int, until: int) -> Iterator[Event]:
    """The events without what `source` would have sent in that time: its line is down."""
    for one in events:
        if isinstance(one, Message) and one.source == source and since <= one.time < until:
            continue
        yield one


def again(message: Message, time: int) -> Message:
    """The same bytes once more."""
    return replace(message, time=time, repeats=True)


def truncated(message: Message, share: float = 0.6) -> Message:
    """The file broke off on the way."""
    cut = message.data[: int(len(message.data) * share)]
    return replace(message, data=cut, wrong="the file is cut short")


def invalid_package(message: Message, how: str = "columns") -> Message:
    """A SIP4D-ZIP package that the validator refuses. `how`: `columns` (the attribute definition
    is missing), `number` (a count is written as text), `time` (a time without leading zeros),
    `entry` (the metadata name another file)."""
    source = zipfile.ZipFile(io.BytesIO(message.data))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in source.namelist():
            content = source.read(name)
            if how == "columns" and name.endswith("_columns.json"):
                continue
            if how == "number" and name.endswith(".geojson"):
                content = re.sub(rb'"evacueeno":(\d+)', '"evacueeno":"約\\1"'.encode(), content)
            if how == "time" and name == META_NAME:
                content = re.sub(rb'("updated": "[0-9-]+)T0?', rb"\1 ", content, count=1)
            if how == "entry" and name == META_NAME:
                content = content.replace(b'.geojson"', b'.json"', 1)
            info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            info.compress_type, info.create_system = zipfile.ZIP_DEFLATED, 3
            archive.writestr(info, content)
    return replace(message, data=out.getvalue(), wrong=_INVALID[how])


_INVALID = {
    "columns": "the attribute definition is missing from the package",
    "number": "counts of people are written as text",
    "time": "the time of update is not in the form that is required",
    "entry": "the metadata name a file that is not in the package",
}  # fmt: skip


def wrong(message: Message, why: str) -> Message:
    """A message whose content is wrong: a figure ten times too high, a closure of the wrong road.
    The next message of its sender, or a cancellation, puts it right."""
    return replace(message, wrong=why)
