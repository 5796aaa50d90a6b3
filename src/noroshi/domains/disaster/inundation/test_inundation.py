"""Probability of inundation: more water never lowers it, and silence never speaks against it."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from noroshi.core.capability import run
from noroshi.core.errors import InvalidRecord
from noroshi.core.record import Mode, Version
from noroshi.domains import get
from noroshi.domains.disaster.inundation import model
from noroshi.domains.disaster.inundation.model import Places, River, Site
from noroshi.domains.samples import inputs_of

NAME = "disaster/inundation"
TOWN = Path(__file__).parent / "samples" / "town"
STATE, FORECAST, LINK, FACILITY = get(NAME).consumes


def bodies(inputs: dict[str, list[Version]], mode: Mode = Mode.ACTUAL) -> dict[str, dict[str, Any]]:
    return {
        record.key: json.loads(record.body)
        for edition in run(NAME, get(NAME), inputs)
        for record in edition.records
        if edition.mode is mode
    }


def said(inputs: dict[str, list[Version]], key: str, **fields: Any) -> dict[str, list[Version]]:
    """The inputs with some fields of one state otherwise."""
    changed = [
        msgspec.structs.replace(one, body=json.dumps({**json.loads(one.body), **fields}).encode())
        if one.key == key else one
        for one in inputs[STATE]
    ]  # fmt: skip
    return {**inputs, STATE: changed}


@pytest.fixture(scope="module")
def town() -> dict[str, list[Version]]:
    return inputs_of(NAME, TOWN)


def test_a_street_at_a_wet_sensor_is_probably_wet_and_one_on_a_hill_is_not_told(
    town: dict[str, list[Version]],
) -> None:
    found = bodies(town)
    assert found["road/K0"]["cause"] == "sensor"
    assert found["road/K0"]["probability"] >= 0.5
    assert "road/K3" not in found


def test_a_dry_sensor_makes_the_street_beside_it_less_probable(
    town: dict[str, list[Version]],
) -> None:
    without = {**town, STATE: [one for one in town[STATE] if one.key != "sensor:F4"]}
    assert bodies(without)["road/K2"]["probability"] >= 0.1
    assert "road/K2" not in bodies(town)


def test_a_sensor_that_falls_silent_no_longer_speaks_against_water(
    town: dict[str, list[Version]],
) -> None:
    without = {**town, STATE: [one for one in town[STATE] if one.key != "sensor:F4"]}
    silent = bodies(said(town, "sensor:F4", state="silent", last_state="dry", step=None))
    assert silent["road/K2"]["probability"] >= bodies(without)["road/K2"]["probability"]
    assert silent["sensor/F4"].get("observed", False) is False


def test_a_silent_sensor_is_told_as_an_estimate(town: dict[str, list[Version]]) -> None:
    found = bodies(town)
    assert "observed" not in found["sensor/F2"]
    assert 0 < found["sensor/F2"]["probability"] < 0.5
    assert found["sensor/F1"]["observed"] is True


def test_an_overflow_that_a_forecast_tells_of_counts_more_than_the_level_alone(
    town: dict[str, list[Version]],
) -> None:
    with_it, alone = bodies(town), bodies({**town, FORECAST: []})
    assert with_it["river/R1"]["confirmed"] is True
    assert with_it["river/R1"]["length"] > alone["river/R1"]["length"]


def test_without_known_elevations_it_says_so(town: dict[str, list[Version]]) -> None:
    found = bodies({**town, FACILITY: []})
    assert "elevation" not in found["road/K0"]


def test_a_street_without_a_line_is_refused(town: dict[str, list[Version]]) -> None:
    bare = [msgspec.structs.replace(one, geometry=None) for one in town[LINK]]
    with pytest.raises(InvalidRecord, match="line"):
        run(NAME, get(NAME), {**town, LINK: bare})


# --- more water never lowers a probability ------------------------------------------------------

PLACES = Places(
    np.array([0.0, 80.0, 900.0, 3_000.0]), np.array([0.0, 30.0, -400.0, 100.0]),
    np.array([2.0, 2.3, 1.0, np.nan]), np.array([0.0, 50.0, 700.0, 4_000.0]),
)  # fmt: skip
REACH = 150.0
METRES = st.floats(-1_000, 1_000)
HEIGHTS = st.one_of(st.floats(-5, 60), st.just(math.nan))
SITES = st.builds(
    Site, METRES, METRES, HEIGHTS, st.one_of(st.none(), st.sampled_from([0.01, 0.25, 0.98])),
    st.floats(0, 1), st.tuples(st.floats(0, 80), st.floats(0, 200)),
)  # fmt: skip
RIVERS = st.builds(
    River, METRES, METRES, HEIGHTS, st.floats(-3, 2), st.floats(0, 24), st.booleans()
)


def probable(rivers: list[River], sites: list[Site]) -> np.ndarray[Any, Any]:
    """The probabilities at the places, put together as the product does."""
    dry, left, there = np.ones(4), np.ones(4), np.zeros(4)
    for one in model.rivers(PLACES, rivers):
        dry = dry * (1 - one)
    for site, wet in zip(sites, model.sites(sites), strict=True):
        near, here, other = model.around(PLACES, site, wet, REACH)
        there[near] = np.maximum(there[near], here)
        left[near] *= other if site.wet is not None else 1.0
    found: np.ndarray[Any, Any] = 1 - (1 - (1 - dry) * left) * (1 - there)
    return found


@settings(max_examples=60, deadline=None)
@given(st.lists(RIVERS, max_size=3), st.lists(SITES, min_size=1, max_size=4), st.data())
def test_more_water_never_lowers_a_probability(
    rivers: list[River], sites: list[Site], data: st.DataObject
) -> None:
    before = probable(rivers, sites)
    assert ((before >= 0) & (before <= 1)).all()
    more = list(sites)
    at = data.draw(st.integers(0, len(sites) - 1))
    one = more[at]
    rain = one.rain or (0.0, 0.0)
    more[at] = one._replace(
        wet=None if one.wet is None else max(one.wet, data.draw(st.sampled_from([0.25, 0.98]))),
        depth=one.depth + data.draw(st.floats(0, 1)),
        rain=(rain[0] + data.draw(st.floats(0, 30)), rain[1] + data.draw(st.floats(0, 30))),
    )
    assert (probable(rivers, more) >= before - 1e-12).all()
    assert (np.array(model.sites(more)) >= np.array(model.sites(sites)) - 1e-12).all()
    if rivers:
        rise = data.draw(st.floats(0, 3))
        higher = rivers[0]._replace(
            surface=rivers[0].surface + rise, share=rivers[0].share + rise, confirmed=True
        )
        assert (probable([higher, *rivers[1:]], sites) >= before - 1e-12).all()


@settings(max_examples=60, deadline=None)
@given(st.lists(RIVERS, max_size=2), st.lists(SITES, min_size=1, max_size=4))
def test_silence_is_never_worth_as_much_as_dry(rivers: list[River], sites: list[Site]) -> None:
    dry = [sites[0]._replace(wet=0.01), *sites[1:]]
    silent = [sites[0]._replace(wet=None), *sites[1:]]
    assert (probable(rivers, silent) >= probable(rivers, dry) - 0.01).all()


def test_elevations_between_known_ones_lie_between_them() -> None:
    known = np.array([[0.0, 0.0, 2.0], [100.0, 0.0, 4.0]])
    z, near = model.interpolated(np.array([0.0, 50.0]), np.array([0.0, 0.0]), known)
    assert z[0] == pytest.approx(2.2)
    assert (z[1], near[1]) == (pytest.approx(3.0), 50.0)
    assert np.isnan(model.interpolated(np.zeros(1), np.zeros(1), np.zeros((0, 3)))[0]).all()
