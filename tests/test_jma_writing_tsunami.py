"""Tsunami telegrams, written and read again; and real ones, written from what they say."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data import cases, jma_files, needs_data
from noroshi.core.time import DAY, MINUTE
from noroshi.formats.jma_xml.writing import tsunami, waves
from noroshi.formats.jma_xml.writing.issue import Issue
from noroshi.formats.jma_xml.writing.source import Source
from noroshi.formats.jma_xml.writing.telegram import Area
from rewriting import I, S, again, check, paths, plain, root
from seismic_values import (
    NOW,
    SOURCE,
    issues,
    jst,
    names,
    places,
    real_paths,
    same_source,
    sources,
    times,
)
from seismology import bodies

OF_ITS_OWN = "津波到達予想時刻・予想される津波の高さに関する情報を更新しました。\n"
TSUNAMIS = ("VTSE41", "VTSE51", "VTSE52")


# --- real telegrams ----------------------------------------------------------------------------


@needs_data("jma_xml/samples")
@pytest.mark.parametrize("code", TSUNAMIS)
def test_the_values_of_a_real_telegram_make_its_body_again(code: str) -> None:
    for path in jma_files(f"*{code}*"):
        tree = root(path.read_bytes())
        data = again(code, tree)
        check(data)
        assert plain(root(data).find(S + "Body")) == plain(tree.find(S + "Body")), path.name


@needs_data("jma_xml/samples")
@pytest.mark.parametrize("code", TSUNAMIS)
def test_the_values_of_a_real_telegram_make_its_head_again(code: str) -> None:
    for path in jma_files(f"*{code}*"):
        tree = root(path.read_bytes())
        if tree.findtext(f"{I}Head/{I}InfoType") == "取消":
            continue  # its time of target is that of what it withdraws
        real, made = tree.find(I + "Head"), root(again(code, tree)).find(I + "Head")
        text = real.find(f"{I}Headline/{I}Text")
        if text.text:  # a sentence of its own in one sample
            text.text = text.text.replace(OF_ITS_OWN, "")
        for head in (real, made):
            headline = head.find(I + "Headline")
            # Areas of the headline are groups of coasts, of which the body says nothing.
            for information in headline.findall(I + "Information"):
                for areas in information.iter(I + "Areas"):
                    areas[:] = []
        assert plain(made) == plain(real), path.name


# --- written and read --------------------------------------------------------------------------

revised = st.sampled_from(["", waves.ADDED, waves.UPDATED])
coming = st.builds(
    waves.First,
    st.none() | times,
    st.sampled_from(["", waves.AT_ONCE, waves.ARRIVING, waves.ARRIVED]),
    st.just(""),
    revised,
)
firsts = st.builds(
    waves.First,
    st.none() | times,
    st.sampled_from(["", waves.UNIDENTIFIED]),
    st.sampled_from(["", "押し", "引き"]),
    revised,
)
expected_heights = st.one_of(
    st.sampled_from([waves.HUGE, waves.HIGH, waves.UNTOLD]),
    st.floats(0, 40).map(waves.expected),
)
observed_heights = st.builds(
    waves.observed, st.floats(0, 40), at_least=st.booleans(), rising=st.booleans()
)


def highests(heights: st.SearchStrategy[waves.Height]) -> st.SearchStrategy[waves.Highest]:
    return st.builds(
        waves.Highest,
        st.none() | heights,
        st.none() | times,
        st.sampled_from(["", waves.GRAVE, waves.OBSERVING, waves.FAINT, waves.MISSING]),
        revised,
    )


in_force = st.sampled_from(
    [waves.MAJOR_WARNING_ISSUED, waves.MAJOR_WARNING, waves.WARNING, waves.ADVISORY, waves.SLIGHT]
)


@st.composite
def coasts(draw: st.DrawFn, *, gauges: int = 0) -> list[waves.Coast]:
    found = []
    for number in range(draw(st.integers(1, 5))):
        last = draw(in_force | st.just(waves.NONE))
        kind = waves.succeed(draw(in_force | st.just(waves.NONE)), last)
        found.append(
            waves.Coast(
                draw(names),
                f"9{number:02d}",
                kind,
                last,
                draw(st.none() | coming),
                draw(st.none() | st.builds(waves.Highest, expected_heights, revised=revised)),
                [
                    waves.Gauge(
                        draw(names), f"51{number}{n:02d}", draw(coming), draw(st.none() | times)
                    )
                    for n in range(draw(st.integers(0, gauges)))
                ],
            )
        )
    return found


@st.composite
def observations(draw: st.DrawFn, *, offshore: bool) -> list[waves.Observation]:
    return [
        waves.Observation(
            draw(names),
            f"51{number:03d}",
            draw(firsts),
            draw(st.none() | highests(observed_heights)),
            None if offshore else draw(places),
            draw(st.sampled_from(["ＧＰＳ波浪計", "水圧計"])) if offshore else "",
        )
        for number in range(draw(st.integers(1, 5)))
    ]


def same_waves(first: waves.First | None, highest: waves.Highest | None, read: Any) -> None:
    first, highest = first or waves.First(), highest or waves.Highest()
    assert read.arrival == jst(first.arrival, MINUTE)
    assert read.arrival_condition == first.condition
    assert read.initial == first.initial
    assert read.arrival_revised == first.revised
    assert read.height_time == jst(highest.time, MINUTE)
    assert read.height_condition == highest.condition
    assert read.height_revised == highest.revised
    height = highest.height or waves.Height(None, "")
    assert (read.height, read.height_text, read.height_state) == (
        height.metres,
        height.words,
        height.state,
    )


def one_event(issue: Issue, count: int) -> Issue:
    """An issue on as many earthquakes as there are sources."""
    events = " ".join(str(20260303040500 + n) for n in range(max(count, 1)))
    return msgspec.structs.replace(issue, event=events)


@given(issues, coasts(), st.lists(sources, max_size=2), st.none() | times)
@settings(max_examples=cases(60), deadline=None)
def test_a_warning_is_read_as_it_was_written(
    issue: Issue, told: list[waves.Coast], behind: list[Source], valid_to: int | None
) -> None:
    issue = one_event(issue, len(behind))
    data = tsunami.warning(issue, told, behind, valid_to=valid_to)
    assert data == tsunami.warning(issue, told, behind, valid_to=valid_to)
    editions = check(data)
    assert {edition.mode for edition in editions} == {issue.mode}
    read = bodies(editions, "disaster.tsunami_warning")
    assert list(read) == [one.code for one in told]
    for one in told:
        found = read[one.code]
        assert found.name == one.name
        assert (found.kind, found.kind_code) == (one.kind.name, one.kind.code)
        assert (found.last_kind, found.last_kind_code) == (one.last_kind.name, one.last_kind.code)
        assert found.lifted == (one.kind.name.endswith("解除"))
        assert found.events == issue.event.split()
        same_waves(one.first, one.highest, found)
    quakes = bodies(editions, "disaster.tsunami_source")
    assert len(quakes) == len(behind)
    for source, quake in zip(behind, quakes.values(), strict=True):
        same_source(source, quake, MINUTE)


@given(issues, coasts(gauges=3), observations(offshore=False), times, st.booleans())
@settings(max_examples=cases(60), deadline=None)
def test_arrivals_and_observations_are_read_as_they_were_written(
    issue: Issue,
    told: list[waves.Coast],
    seen: list[waves.Observation],
    at: int,
    arrivals: bool,
) -> None:
    if arrivals:
        editions = check(tsunami.arrivals(issue, told, [SOURCE], seen))
    else:
        editions = check(tsunami.observations(issue, seen, at, [SOURCE], told))
    expected = bodies(editions, "disaster.tsunami_arrival")
    for one in told:
        if one.first is not None or one.highest is not None:
            same_waves(one.first, one.highest, expected.pop(f"area/{one.code}"))
        for gauge in one.gauges:
            found = expected.pop(f"station/{gauge.code}")
            assert (found.name, found.coast_code) == (gauge.name, one.code)
            assert found.high_tide == jst(gauge.high_tide, MINUTE)
            same_waves(gauge.first, None, found)
    assert expected == {}
    same_observations(seen, bodies(editions, "disaster.tsunami_observation"))


def same_observations(seen: list[waves.Observation], read: dict[str, Any]) -> None:
    assert read.keys() == {one.code for one in seen}
    for one in seen:
        found, place = read[one.code], one.coast or Area("", "")
        assert (found.name, found.coast, found.coast_code) == (one.name, place.name, place.code)
        assert found.offshore == (one.coast is None)
        assert found.sensor == one.sensor
        same_waves(one.first, one.highest, found)


@given(
    issues,
    observations(offshore=True),
    times,
    st.lists(
        st.builds(waves.Estimate, names, st.just("951"), coming, highests(expected_heights)),
        max_size=1,
    ),
)
@settings(max_examples=cases(40), deadline=None)
def test_offshore_observations_are_read_as_they_were_written(
    issue: Issue, seen: list[waves.Observation], at: int, estimates: list[waves.Estimate]
) -> None:
    editions = check(tsunami.offshore(issue, seen, at, [SOURCE], estimates))
    same_observations(seen, bodies(editions, "disaster.tsunami_observation"))
    read = bodies(editions, "disaster.tsunami_estimate")
    assert len(read) == len(estimates)
    for one in estimates:
        assert read[one.code].name == one.name
        same_waves(one.first, one.highest, read[one.code])


@needs_data("jma_xml/samples")
@pytest.mark.parametrize("code", TSUNAMIS)
def test_no_element_is_used_that_jma_does_not_use(code: str) -> None:
    known = set().union(*(real_paths(one) for one in TSUNAMIS))

    @given(issues, coasts(gauges=2), observations(offshore=code == "VTSE52"))
    @settings(max_examples=cases(20), deadline=None)
    def used(issue: Issue, told: list[waves.Coast], seen: list[waves.Observation]) -> None:
        if code == "VTSE41":
            data = tsunami.warning(issue, told, [SOURCE], text="解説", valid_to=NOW + DAY)
        elif code == "VTSE51":
            data = tsunami.observations(issue, seen, NOW, [SOURCE], told)
        else:
            data = tsunami.offshore(issue, seen, NOW, [SOURCE])
        assert paths(root(data)) <= known

    used()
