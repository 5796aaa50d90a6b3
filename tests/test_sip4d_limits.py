"""SIP4D-ZIP packages that are refused, and why."""

from __future__ import annotations

import zipfile
from typing import Any

import pytest

from noroshi.core.errors import LimitExceeded, UnreadableMessage
from noroshi.core.record import Edition
from noroshi.core.time import SECOND
from noroshi.formats import Limits
from noroshi.kinds import decode
from sip4d_cases import CASES
from sip4d_packages import GEO, META, STYLE, add, base, pack
from test_sip4d_read import reading, records


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"payload_type": "RASTER"}, "RASTER"),
        ({"version": "2.0"}, "2.0"),
        ({"testflg": "本番"}, "本番"),
        ({"testflg": None}, "testflg"),
        ({"entry": []}, "entry"),
    ],
)
def test_what_cannot_be_read_says_why(change: dict[str, Any], said: str) -> None:
    files = base()
    files[META] |= change
    with pytest.raises(UnreadableMessage, match=said) as error:
        reading(files)
    assert error.value.remedy


def test_a_package_of_which_no_feature_can_be_read_is_refused() -> None:
    files = base()
    for each in files[GEO]["features"]:
        each["geometry"]["coordinates"].reverse()
    with pytest.raises(UnreadableMessage, match="none of 3 features"):
        reading(files)


@pytest.mark.parametrize(
    ("case", "limits"),
    [
        ("zip bomb: 64 MiB of zeros", Limits()),
        ("GeoJSON nested 100,000 deep", Limits()),
        ("nothing: three shelters", Limits(members=4)),
        ("nothing: three shelters", Limits(expanded_bytes=1000)),
        ("nothing: three shelters", Limits(records=2)),
        ("nothing: three shelters", Limits(depth=1)),
    ],
)
def test_limits_hold(case: str, limits: Limits) -> None:
    with pytest.raises(LimitExceeded):
        reading(CASES[case](), limits=limits)


def test_members_that_lead_out_of_the_archive_are_never_looked_up() -> None:
    data = add(pack(base()), zipfile.ZipInfo("../shelters_style.json"), b"{}")
    got = reading(data)
    assert len(records(got)) == 3
    assert any("leads out" in one.what for one in got.faults)
    layer: Edition = got.editions[0]
    assert decode("disaster.layer", layer.records[-1].body).entries[0].style == base()[STYLE]


def test_a_time_in_seconds_is_exact() -> None:
    (edition,) = reading(base()).editions
    assert edition.issued % SECOND == 0
