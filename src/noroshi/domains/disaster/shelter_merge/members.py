"""Rows of lists of shelters as members of a facility: which list, which code, where."""

from __future__ import annotations

import re
from typing import NamedTuple

from noroshi.core.place import bounds
from noroshi.core.record import Version
from noroshi.domains.disaster.shelter_merge.addresses import read_address
from noroshi.domains.disaster.shelter_merge.evidence import Row
from noroshi.domains.disaster.shelter_merge.letters import read_reading
from noroshi.domains.disaster.shelter_merge.names import read_name
from noroshi.kinds.shelter import Shelter

#: Series of lists of designated places: they say what a place is for, never that it is open.
_MASTERS = re.compile("gsi_shelter/|shelters/(?:emergency|shelter|listed)/")
#: 共通ID of the national list (国土地理院「指定緊急避難場所・指定避難所データ」): E and 13 signs.
_COMMON = re.compile(r"E\d{10}[0-9A-Z]{3}")
#: An identifier that can be told from a running number.
_CODE = re.compile(r"(?=.*\d)[0-9A-Za-z_-]{6,40}")


class Member(NamedTuple):
    """A version, what it says, and what it is compared by. `master`: it stands in a list of
    designated places. `rank`: how sure its identifier is, the surest first."""

    version: Version
    said: Shelter
    row: Row
    master: bool
    rank: tuple[int, str, str]


def member(version: Version, said: Shelter, town: str) -> Member:
    """A member in the municipality called `town`."""
    code = next((one for one in (said.code, version.key) if _CODE.fullmatch(one)), "")
    row = Row(
        version.series,
        version.key,
        read_name(said.name, town),
        read_reading(said.kana),
        read_address(said.address, town) if said.address else None,
        re.sub(r"\D", "", said.phone) if said.phone else "",
        code,
        position(version.geometry),
    )
    master = _MASTERS.match(version.series) is not None
    return Member(version, said, row, master, _rank(version, code, master))


def _rank(version: Version, code: str, master: bool) -> tuple[int, str, str]:
    """共通ID of emergency sites come before those of shelters, since that list is the larger, so
    that it most often stays the anchor."""
    if _COMMON.fullmatch(code):
        surety = 0 if code[11] == "2" else 1
    elif code:
        surety = 2 if master else 3
    else:
        surety = 4 if master else 5
    return surety, code or version.key, version.series


def position(geometry: bytes | None) -> tuple[float, float] | None:
    """The middle of a geometry, None without one or where it is nowhere on Earth."""
    if geometry is None:
        return None
    west, south, east, north = bounds(geometry)
    longitude, latitude = (west + east) / 2, (south + north) / 2
    if not (-180 <= longitude <= 180 and -90 <= latitude <= 90):
        return None
    return longitude, latitude
