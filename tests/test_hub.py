"""Forecasts as a hub's file: written and read back the same, by command, output and web."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from noroshi import formats
from noroshi.channels.outputs import Writing
from noroshi.core import weeks
from noroshi.core.errors import NotFound, UnreadableMessage
from noroshi.core.label import PUBLIC
from noroshi.core.record import Mode
from noroshi.engine.settings import Output
from noroshi.formats import Hints
from noroshi.formats.hub.write import write
from noroshi.kinds import decode
from noroshi.kinds.forecast import Forecast, Horizon
from onlooker import Hub, standing_still
from run import Node as Command

LEVELS = [0.01, 0.025, 0.05, *[round(0.05 * one, 2) for one in range(2, 20)], 0.975, 0.99]
KIND = "health.forecast"


def forecast(reference: str = "2031-W50", **more: Any) -> Forecast:
    number = weeks.number(reference)
    said: dict[str, Any] = {
        "disease": "influenza", "name": "インフルエンザ", "week": reference, "reference": reference,
        "levels": LEVELS,
        "horizons": [
            Horizon(horizon=ahead, week=weeks.numbered(number + ahead),
                    quantiles=[round(float(place * ahead) / 7, 3) for place in range(23)])
            for ahead in (1, 2, 3, 4)
        ],
    }  # fmt: skip
    return Forecast(**{**said, **more})


def rows(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode())))


def back(data: bytes) -> list[tuple[Mode, Forecast]]:
    reading = formats.read(data, Hints(source="team"))
    assert reading.faults == []
    return [(one.mode, decode(KIND, record.body)) for one in reading.editions
            for record in one.records]  # fmt: skip


def test_a_file_has_the_columns_of_a_hub_and_a_row_for_each_quantile() -> None:
    data = write([forecast()])
    assert data.splitlines()[0] == (
        b"reference_date,target,horizon,target_end_date,location,output_type,output_type_id,value"
    )
    found = rows(data)
    assert len(found) == 4 * 23
    first = found[1]
    assert first == {
        "reference_date": "2031-12-14", "target": "wk inc influenza per sentinel", "horizon": "1",
        "target_end_date": "2031-12-21", "location": "JP", "output_type": "quantile",
        "output_type_id": "0.025", "value": "0.143",
    }  # fmt: skip
    for one in found:  # the week ends `horizon` weeks after the reference date
        days = date.fromisoformat(one["target_end_date"]) - date.fromisoformat(
            one["reference_date"]
        )
        assert days.days == 7 * int(one["horizon"])


@settings(max_examples=15, deadline=None)
@given(
    st.lists(st.floats(0, 1e5).map(lambda one: float(f"{one:.4g}")), min_size=23, max_size=23),
    st.sampled_from(["influenza", "rsv", "しらない病"]), st.sampled_from(["00", "01", "47"]),
    st.sampled_from(list(Mode)),
)  # fmt: skip
def test_what_is_written_is_read_back_the_same(
    values: list[float], disease: str, code: str, mode: Mode
) -> None:
    number = weeks.number("2031-W50")
    said = [Horizon(horizon=one, week=weeks.numbered(number + one), quantiles=sorted(values))
            for one in (1, 2)]  # fmt: skip
    one = forecast(disease=disease, code=code, horizons=said)
    [(read_mode, found)] = back(write([one], mode))
    assert read_mode is mode
    assert msgspec.structs.replace(found, name=one.name) == one


def test_other_targets_places_and_types_are_left_out_and_told_once() -> None:
    data = write([forecast()]).decode()
    more = [
        "2023-11-18,wk inc flu hosp,1,2023-11-25,US,quantile,0.5,3",
        "2023-11-18,wk inc flu hosp,2,2023-12-02,US,quantile,0.5,3",
        "2031-12-14,wk inc influenza per sentinel,1,2031-12-21,25,quantile,0.5,3",
        "2031-12-14,wk inc influenza per sentinel,1,2031-12-21,JP,mean,NA,3",
        "2031-12-14,wk inc rsv per sentinel,1,2031-12-28,JP,quantile,0.5,3",
        "2031-12-14,wk inc rsv per sentinel,1,2031-12-21,JP,quantile,0.5,-3",
    ]
    reading = formats.read((data + "\n".join(more) + "\n").encode(), Hints())
    assert len(reading.editions) == 1
    told = [one.what.split(":")[0] for one in reading.faults]
    assert told == [
        "target 'wk inc flu hosp'", "location '25'", "output_type 'mean'",
        "target_end_date 2031-12-28 is not 1 weeks after 2031-12-14", "level 0.5, value -3",
    ]  # fmt: skip


def test_quantiles_that_cross_are_no_forecast() -> None:
    data = write([forecast()]).replace(b"0.025,0.143", b"0.025,0.9")
    reading = formats.read(data, Hints())
    assert reading.editions == []
    assert [one.what for one in reading.faults] == ["the quantiles of horizon 1 cross"]


def test_a_week_past_all_calendars_costs_its_own_forecast_alone() -> None:
    last = b"9999-12-24,wk inc rsv per sentinel,1,9999-12-31,JP,quantile,0.5,3\n"
    reading = formats.read(write([forecast()]) + last, Hints())
    assert len(reading.editions) == 1
    assert [one.where for one in reading.faults] == ["rsv 00 9999-12-24"]


def test_a_file_without_a_date_is_refused() -> None:
    data = write([forecast()]).replace(b"reference_date,", b"day,", 1)
    assert formats.recognise(data) is formats.get("hub")
    with pytest.raises(UnreadableMessage, match="reference_date"):
        formats.read(data, Hints())


# --- ways out -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    with standing_still():
        found = Hub(tmp_path_factory.mktemp("home"))
        for number, (key, series, mode, body) in enumerate((
            ("influenza", "product/health/forecast/disease:influenza", Mode.ACTUAL, forecast()),
            ("influenza", "hub/team/influenza", Mode.ACTUAL, forecast(value=3.0)),
            ("pertussis", "p", Mode.ACTUAL, forecast(disease="pertussis", horizons=[], levels=[],
                                                     missing="not_reported")),
            ("rsv", "r", Mode.EXERCISE, forecast(disease="rsv")),
        )):  # fmt: skip
            found.state(str(number), PUBLIC, key=key, series=series, kind=KIND, mode=mode,
                        body=msgspec.to_builtins(body))  # fmt: skip
        yield found
        found.close()


def test_the_web_gives_it_for_forecasts_only(hub: Hub) -> None:
    answer = hub.ask(f"/collections/{KIND}/items", f="hub")
    assert answer.status == 200
    assert answer.header("content-type") == "text/csv; charset=utf-8"
    assert answer.header("content-disposition").endswith('.csv"')
    assert {one["target"] for one in rows(answer.body)} == {"wk inc influenza per sentinel"}
    drill = hub.ask(f"/collections/{KIND}/items", f="hub", mode="exercise")
    assert {one["target"] for one in rows(drill.body)} == {"EXERCISE wk inc rsv per sentinel"}
    assert hub.ask("/collections/disaster.report/items", f="hub").status == 400
    for kind, offered in ((KIND, True), ("disaster.report", False)):
        links = hub.ask(f"/collections/{kind}/items").json()["links"]
        assert any("f=hub" in one["href"] for one in links) is offered


def test_the_command_writes_it_and_says_what_is_not_in_it(hub: Hub, tmp_path: Path) -> None:
    out = tmp_path / "forecast.csv"
    command = Command(hub.node.home)
    times = ["--at", "2026-01-02T00:00", "--as-of", "2026-01-02T00:00"]
    done = command("export", "hub", "--kind", KIND, "--out", out, *times)
    assert back(out.read_bytes()) == [(Mode.ACTUAL, forecast())]
    told = done.stderr.decode()
    assert "pertussis: there is no forecast (not_reported)" in told
    assert "left out 1 of the same targets" in told
    assert "1 records written" in told


def test_an_output_of_another_kind_is_a_wrong_setting(hub: Hub) -> None:
    wanted = Output(to="file:/x", format="hub", collections=("disaster.report",), every="1h")
    with pytest.raises(NotFound, match=r"disaster\.report: not what hub holds"):
        Writing(hub.node.store, "x", wanted, "settings.toml: outputs.x")
