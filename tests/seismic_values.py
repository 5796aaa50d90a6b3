"""Values that seismic telegrams are written from, and what must be read from them again."""

from __future__ import annotations

import string
from typing import Any

import pytest
from hypothesis import strategies as st

from data import jma_files
from noroshi.core.record import Action, Edition, Mode
from noroshi.core.time import JST, MINUTE, SECOND, parse, show
from noroshi.formats.jma_xml.writing import intensity
from noroshi.formats.jma_xml.writing.issue import Issue, event_id
from noroshi.formats.jma_xml.writing.source import Source
from noroshi.formats.jma_xml.writing.telegram import Area
from noroshi.kinds.earthquake import Source as SourceRead
from rewriting import paths, root
from seismology import bodies

NOW = parse("2026-03-03T04:05:06+09:00")
ISSUE = Issue(event=event_id(NOW), reported=NOW + 3 * MINUTE, mode=Mode.EXERCISE, serial=1)
SOURCE = Source(
    name="架空沖",
    code="999",
    detected=NOW,
    origin=NOW - 9 * SECOND,
    longitude=145.2,
    latitude=27.4,
    depth=20_000,
    magnitude=7.2,
)
STATION = intensity.Station(
    "潮見市本町＊",
    "5120131",
    "5-",
    Area("潮見市", "5120100"),
    Area("架空県南部", "981"),
    Area("架空県", "51"),
)
REGIONS = [
    intensity.Region("架空県南部", "981", "3", Area("架空県", "51")),
    intensity.Region("架空県北部", "982", "6-", Area("架空県", "51")),
    intensity.Region("架空島", "983", "2", Area("架空県", "51")),
]

names = st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=60)
digits = st.text(string.digits, min_size=1, max_size=7)
times = st.integers(parse("1995-01-01T00:00:00Z"), parse("2090-01-01T00:00:00Z"))
places = st.builds(Area, names, digits)
sources = st.builds(
    Source,
    name=names,
    code=digits,
    detected=times,
    origin=st.none() | times,
    longitude=st.floats(-180, 180),
    latitude=st.floats(-90, 90),
    depth=st.none() | st.floats(0, 700_000),
    magnitude=st.none() | st.floats(-2, 9.9),
    magnitude_type=st.sampled_from(["Mj", "M"]),
    condition=st.sampled_from(["", "仮定震源要素"]),
    landmark=st.just("") | names,
    landmark_code=st.just("") | digits,
    land_or_sea=st.sampled_from(["", "内陸", "海域"]),
    reduced_name=st.just("") | names,
    institution=st.sampled_from(["", "ＰＴＷＣ"]),
)
issues = st.builds(
    Issue,
    event=times.map(event_id),
    reported=times,
    mode=st.sampled_from(Mode),
    action=st.sampled_from([Action.ISSUE, Action.CORRECT]),
    serial=st.integers(1, 99),
    sent=st.none() | times,
)


def real_paths(code: str) -> set[str]:
    found: set[str] = set()
    for path in jma_files(f"*{code}*"):
        found |= paths(root(path.read_bytes()))
    return found


def jst(time: int | None, unit: int = MINUTE) -> str | None:
    return None if time is None else show(time - time % unit, JST)


def only(editions: list[Edition], kind: str) -> Any:
    """The body of the one record of a kind."""
    (found,) = bodies(editions, kind).values()
    return found


def same_source(source: Source, read: SourceRead, unit: int) -> None:
    assert read.name == source.name
    assert read.code == source.code
    assert read.origin == jst(source.origin, unit)
    assert read.detected == jst(source.detected, unit)
    assert read.magnitude_type == source.magnitude_type
    if source.magnitude is None:
        assert read.magnitude is None
        assert read.magnitude_text == (source.magnitude_text or "Ｍ不明")
    else:
        assert read.magnitude == pytest.approx(source.magnitude, abs=0.0501)
    if source.depth is None:
        assert read.depth is None
    else:
        assert read.depth == pytest.approx(source.depth, abs=5000)
    assert read.condition == source.condition
    assert read.landmark == source.landmark
    assert read.land_or_sea == source.land_or_sea
    assert read.institution == source.institution
