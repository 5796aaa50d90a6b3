"""Helpers of the tests of written weather telegrams: schema, samples' paths, and reading back.

Schema and samples are JMA's, and looked at where they are there; that they are, and refuse what is
wrong, is a test of its own. Reading back needs neither.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import shapely
from hypothesis import strategies as st
from lxml import etree

from data import DATA, jma_files
from noroshi import formats
from noroshi.core.record import Edition, Mode
from noroshi.core.time import parse
from noroshi.formats import Hints
from noroshi.formats.jma_xml.writing.regions import Division, Group, Region
from noroshi.formats.jma_xml.writing.telegram import Area

SCHEMA = DATA / "jma_xml" / "schema" / "jmx.xsd"
NOON = parse("2031-09-17T12:00:00+09:00")
PREFECTURE = "風早県"
PLACES = {
    "510011": [("汐見市", "5120100"), ("白浪町", "5130100")],
    "510012": [("鳴瀬市", "5120200")],
    "510021": [("奥鳴瀬村", "5130200"), ("霧立町", "5130300")],
}
REGION = Region(
    PREFECTURE,
    "510000",
    (
        Division(
            "沿岸",
            "510010",
            (
                Group("沿岸北部", "510011", tuple(Area(*one) for one in PLACES["510011"])),
                Group("沿岸南部", "510012", tuple(Area(*one) for one in PLACES["510012"])),
            ),
        ),
        Division(
            "山地",
            "510020",
            (Group("山地", "510021", tuple(Area(*one) for one in PLACES["510021"])),),
        ),
    ),
    office="風早地方気象台",
    prefecture=PREFECTURE,
)
CODES = [place.code for place in REGION.municipalities]
NAMES = {place.code: place.name for place in REGION.municipalities}

#: Whole minutes of a few decades.
times = st.integers(parse("2026-06-01T00:00:00Z") // 60_000_000, 2_000_000_000 // 60 * 2).map(
    lambda minute: minute * 60_000_000
)
hours = st.integers(1, 48).map(lambda count: count * 3_600_000_000)
names = st.text("風早汐見鳴瀬霧立白浪川橋本上下東西", min_size=1, max_size=6)


@cache
def schema() -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(SCHEMA))


def invalid(data: bytes) -> list[str]:
    """What the official schema has against a telegram; nothing where there is no schema."""
    if not SCHEMA.exists():
        return []
    found = schema()
    found.validate(etree.fromstring(data))
    return [f"line {one.line}: {one.message}" for one in found.error_log]


def read(data: bytes) -> list[Edition]:
    """The editions of a telegram that is valid and is read without faults, as an exercise."""
    assert invalid(data) == []
    reading = formats.read(data, Hints())
    assert reading.faults == []
    assert {one.mode for one in reading.editions} == {Mode.EXERCISE}
    return reading.editions


def bodies(editions: list[Edition], kind: str) -> dict[str, Any]:
    """Decoded bodies of a kind by key, which must not repeat."""
    from noroshi.kinds import decode

    found = [one for edition in editions for one in edition.records if one.kind == kind]
    assert len({one.key for one in found}) == len(found)
    return {one.key: decode(kind, one.body) for one in found}


def paths(root: etree._Element, above: str = "") -> set[str]:
    """Every path of elements and attributes under `root`."""
    path = f"{above}/{etree.QName(root).localname}"
    found = {path} | {f"{path}@{etree.QName(name).localname}" for name in root.attrib}
    for child in root:
        if isinstance(child.tag, str):
            found |= paths(child, path)
    return found


@cache
def real_paths(pattern: str) -> frozenset[str]:
    """The paths in all real telegrams whose file names match; empty without any."""
    files = jma_files(pattern)
    return frozenset().union(*(paths(etree.parse(path).getroot()) for path in files))


def strange_paths(data: bytes, *patterns: str) -> set[str]:
    """Paths of a telegram that no real one of its type has; none where there are no real ones."""
    known = frozenset().union(*(real_paths(one) for one in patterns))
    return paths(etree.fromstring(data)) - known if known else set()


def point(geometry: bytes | None) -> tuple[float, float]:
    """Longitude and latitude of a point in well-known binary."""
    assert geometry is not None
    found = shapely.from_wkb(geometry)
    return found.x, found.y
