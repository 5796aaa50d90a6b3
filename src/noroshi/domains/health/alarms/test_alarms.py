"""False-discovery control: q-values by the definition, and which alarms stand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from noroshi.domains.health.alarms.model import q_values
from noroshi.domains.health.alarms.products import Params, build
from noroshi.domains.samples import inputs_of
from noroshi.kinds import decode
from noroshi.kinds.outbreak_alarm import OutbreakAlarm

CASE = Path(__file__).parent / "samples" / "several"


def alarms(params: Params) -> dict[str, OutbreakAlarm]:
    made = build(inputs_of("health/alarms", CASE), params)
    return {one.key: decode(one.kind, one.body) for edition in made for one in edition.records}


def test_the_example_of_benjamini_and_hochberg_rejects_four_of_fifteen() -> None:
    found = q_values(np.array([
        0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240,
        0.4262, 0.5719, 0.6528, 0.7590, 1.0000,
    ]))  # fmt: skip
    assert (found <= 0.05).sum() == 4


@given(st.lists(st.floats(0, 1), max_size=30), st.booleans())
def test_q_values_are_in_the_order_of_p_values_and_no_smaller(p: list[float], adapt: bool) -> None:
    values = np.array(p)
    found = q_values(values)
    assert (found >= values * (1 - 1e-12)).all()
    assert (np.diff(found[np.argsort(values, kind="stable")]) >= 0).all()
    assert (q_values(values, adapt) <= found).all()


def test_a_series_without_a_past_alarms_by_the_ensemble_and_has_no_q_value() -> None:
    found = alarms(Params())
    assert found["measles/91"].q_value is None
    assert "measles/92" not in found


def test_an_old_week_gives_no_alarm_however_unusual_it_was() -> None:
    assert not any(key.startswith("rubella") for key in alarms(Params()))


def test_the_share_of_false_alarms_bounds_what_stands() -> None:
    assert {"legionellosis/00", "legionellosis/91"} < set(alarms(Params()))
    assert "legionellosis/94" in alarms(Params(false_share=0.5))
    assert "legionellosis/94" not in alarms(Params(false_share=0.03))
