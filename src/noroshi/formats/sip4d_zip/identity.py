"""Which thing a feature is: its sender's identifier, or else its name and position."""

from __future__ import annotations

from collections import Counter
from hashlib import blake2b
from typing import Any

import msgspec

from noroshi.core.record import Record
from noroshi.formats.sip4d_zip.geometry import centre
from noroshi.kinds.report import Report

#: Attributes of a report that name the thing, by Japanese name or property name.
_NAMES = (
    "名称", "施設名称", "施設名", "区間名称", "路線名", "地点名", "箇所名", "河川名", "件名",
    "name", "title", "pointname", "rivername", "市区町村名", "cityname",
)  # fmt: skip


def written(value: Any) -> str:
    """An identifier as a key, "" for what identifies nothing."""
    if isinstance(value, str):
        text = value.strip()
        return "" if text in ("", "-", "0") else text[:200]
    return str(value) if type(value) is int and value != 0 else ""


def name_and_place(body: msgspec.Struct, geometry: bytes | None, content: bytes) -> str:
    """A key from what the thing is called and where it is, to about a metre.

    Without a position, a digest of all that is said of it stands for the place.
    """
    if isinstance(body, Report):
        name = next((text for n in _NAMES if (text := written(body.attributes.get(n)))), "")
    else:
        name = getattr(body, "name", "") or getattr(body, "municipality", "")
    if geometry is None:
        return f"{name[:80]}~{blake2b(content, digest_size=8).hexdigest()}"
    longitude, latitude = centre(geometry)
    return f"{name[:80]}@{longitude:.5f},{latitude:.5f}"


def assign_keys(features: list[tuple[str, msgspec.Struct, Record]]) -> list[str]:
    """A key for each feature of a layer, given (identifier or "", body, record).

    Features of one identifier, which a sender should not have, are told apart by name and place,
    and where even these agree by number, in the order of what they say: never by row.
    """
    places = [name_and_place(body, one.geometry, one.body) for _, body, one in features]
    keys = [written or place for (written, _, _), place in zip(features, places, strict=True)]
    count = Counter(keys)
    keys = [
        f"{key}/{place}" if count[key] > 1 and key != place else key
        for key, place in zip(keys, places, strict=True)
    ]
    count = Counter(keys)
    if len(count) == len(keys):
        return keys
    order = sorted(
        range(len(keys)), key=lambda at: (features[at][2].body, features[at][2].geometry or b"")
    )
    seen: Counter[str] = Counter()
    for at in order:
        key = keys[at]
        seen[key] += 1
        if seen[key] > 1:
            keys[at] = f"{key}#{seen[key]}"
    return keys
