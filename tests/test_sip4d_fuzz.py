"""Whatever bytes arrive: a reading, or UnreadableMessage; findings, never a crash."""

from __future__ import annotations

import io
import json
import random
import zipfile
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from noroshi.core.errors import NoroshiError, UnreadableMessage
from noroshi.formats import Hints, Limits
from noroshi.formats.sip4d_zip import recognises
from noroshi.formats.sip4d_zip.read import read
from noroshi.formats.sip4d_zip.validate import validate
from noroshi.formats.sip4d_zip.write import write
from noroshi.kinds import decode
from sip4d_cases import CASES, checker, nied
from sip4d_packages import COLUMNS, GEO, META, STYLE, base, line, universal
from test_sip4d_validate import damage
from test_sip4d_write import said, versions

HINTS = Hints(limits=Limits(expanded_bytes=4 * 2**20, message_bytes=2**20))


def stored(files: dict[str, Any]) -> bytes:
    """An archive without compression, so that changed bytes reach the JSON."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, value in files.items():
            content = value if isinstance(value, bytes) else json.dumps(value, ensure_ascii=False)
            archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), content)
    return buffer.getvalue()


BASES = (
    stored(base()),
    CASES["nothing: three shelters"](),
    stored(universal(line([136.0, 37.0], [136.1, 37.1]))),
)


def survives(data: bytes) -> None:
    """Assert that reading and checking `data` end as promised, and that records are sound."""
    recognises(data)
    findings = validate(data, HINTS)
    assert all(one.severity in ("error", "warning") for one in findings)
    try:
        got = read(data, HINTS)
    except UnreadableMessage:
        assert any(one.severity == "error" for one in findings)
        return
    for edition in got.editions:
        for record in edition.records:
            assert record.key
            decode(record.kind, record.body)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from(BASES),
    st.lists(
        st.tuples(st.floats(0, 1), st.binary(min_size=0, max_size=6), st.integers(0, 6)), max_size=6
    ),
)
def test_changed_bytes(data: bytes, changes: list[tuple[float, bytes, int]]) -> None:
    for place, new, gone in changes:
        at = int(place * len(data))
        data = data[:at] + new + data[at + gone :]
    survives(data)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from([META, GEO, COLUMNS, STYLE]),
    st.lists(
        st.tuples(st.floats(0, 1), st.binary(max_size=4), st.integers(0, 4)), min_size=1, max_size=4
    ),
)
def test_changed_bytes_inside_a_file_that_is_whole_as_an_archive(
    name: str, changes: list[tuple[float, bytes, int]]
) -> None:
    content = json.dumps(base()[name], ensure_ascii=False).encode()
    for place, new, gone in changes:
        at = int(place * len(content))
        content = content[:at] + new + content[at + gone :]
    survives(stored(base() | {name: content}))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=12,
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from([META, GEO, COLUMNS, STYLE]), JSON)
def test_any_json_in_any_file(name: str, value: Any) -> None:
    survives(stored(base() | {name: json.dumps(value).encode()}))


@settings(max_examples=150, deadline=None)
@given(JSON, JSON)
def test_any_geometry_and_property(geometry: Any, value: Any) -> None:
    files = base()
    files[GEO]["features"][0]["geometry"] = geometry
    files[GEO]["features"][1]["geometry"]["coordinates"] = geometry
    files[GEO]["features"][2]["properties"] |= {"name": value, "id": value, "starttime": value}
    survives(stored(files))


@pytest.mark.parametrize("seed", range(3))
def test_what_can_be_read_can_be_written_and_read_again(seed: int) -> None:
    pick = random.Random(seed)
    for _ in range(40):
        files = pick.choice((base, lambda: universal(line([136.0, 37.0], [136.1, 37.1]))))()
        damage(files, pick)
        try:
            first = read(stored(files), HINTS)
        except UnreadableMessage:
            continue
        try:
            data = write(versions(first))
        except NoroshiError:
            continue
        if checker() is not None:
            assert nied(data) == ("pass", []), files
        second = read(data, HINTS)
        placed = {one[1] for one in said(first) if one[2] is not None}
        assert {one[1] for one in said(second)} == placed
