"""Early warnings, statements, counts and cancellations, written and read again."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data import cases, jma_files, needs_data
from noroshi.core.record import Action, Mode
from noroshi.core.time import SECOND, parse
from noroshi.formats.jma_xml.writing import eew, intensity, long_period, nankai
from noroshi.formats.jma_xml.writing.issue import PRODUCTS, Issue, cancellation
from noroshi.formats.jma_xml.writing.source import Accuracy, Source
from noroshi.formats.jma_xml.writing.telegram import Area
from noroshi.kinds.earthquake import EarthquakeCount
from noroshi.kinds.eew import EarlyWarning, EarlyWarningArea
from rewriting import I, S, check, paths, plain, root
from seismic_values import (
    ISSUE,
    NOW,
    SOURCE,
    issues,
    jst,
    names,
    only,
    places,
    real_paths,
    same_source,
    sources,
    times,
)
from seismology import bodies

# --- early warnings ----------------------------------------------------------------------------

classes = st.sampled_from([*intensity.INTENSITIES])
spans = st.tuples(classes, classes | st.just("over"))
shaking = st.builds(
    eew.Shaking,
    region=places,
    prefecture=places,
    district=places,
    intensity=spans,
    long_period=st.tuples(st.sampled_from("01234"), st.sampled_from("01234")),
    arrival=st.none() | times,
    warned=st.booleans(),
)
reports = st.builds(
    eew.EarlyWarning,
    source=sources,
    shaking=st.lists(shaking, max_size=8, unique_by=lambda one: one.region.code),
    accuracy=st.builds(Accuracy, *[st.integers(0, 9)] * 5),
    intensity=st.none() | spans,
    changes=st.none() | st.tuples(*[st.integers(0, 9)] * 3),
    last=st.booleans(),
)


@given(issues, reports, st.sampled_from(["VXSE43", "VXSE44", "VXSE45"]))
@settings(max_examples=cases(80), deadline=None)
def test_an_early_warning_is_read_as_it_was_written(
    issue: Issue, report: eew.EarlyWarning, code: str
) -> None:
    warned = [each for each in report.shaking if each.warned]
    write = {"VXSE43": eew.warning, "VXSE44": eew.forecast, "VXSE45": eew.motion_forecast}[code]
    if code == "VXSE43" and not warned:
        with pytest.raises(ValueError, match="warned"):
            write(issue, report)
        return
    before = {each.region.code for each in report.shaking[::2]}
    report = msgspec.structs.replace(report, warned_before=before)
    data = write(issue, report)
    assert data == write(issue, report)
    editions = check(data)
    whole: EarlyWarning = only(editions, "disaster.eew")
    same_source(report.source, whole, SECOND)
    assert whole.serial == issue.serial
    assert whole.product == PRODUCTS[code].name
    assert bool(whole.next) == report.last
    assert bool(whole.comment) == bool(warned)
    assert whole.accuracy["NumberOfMagnitudeCalculation"] == report.accuracy.stations
    if report.intensity is not None:
        assert (whole.intensity_from, whole.intensity_to) == report.intensity
    told = warned if code == "VXSE43" else report.shaking
    read: dict[str, EarlyWarningArea] = bodies(editions, "disaster.eew_area")
    assert len(read) == len(told)
    for each in told:
        found = read[f"{issue.event}/{whole.product}/{each.region.code}"]
        assert found.name == each.region.name
        assert (found.region, found.region_code) == (each.prefecture.name, each.prefecture.code)
        assert (found.intensity_from, found.intensity_to) == each.intensity
        assert found.arrival == jst(each.arrival, SECOND)
        assert bool(found.condition) == (each.arrival is None)
        assert found.kind_code == f"{int(each.warned)}{int(each.arrival is None)}"
        if code != "VXSE44":
            assert (found.long_period_from, found.long_period_to) == each.long_period


@needs_data("jma_xml/samples")
def test_an_early_warning_uses_no_element_that_jma_does_not_use() -> None:
    known = set().union(*(real_paths(code) for code in ("VXSE43", "VXSE44", "VXSE45")))
    # A magnitude unknown is in samples of other types only, and no sample is the last report.
    known |= {"/Report/Body/Earthquake/Magnitude@condition", "/Report/Body/NextAdvisory"}

    @given(issues, reports)
    @settings(max_examples=cases(30), deadline=None)
    def used(issue: Issue, report: eew.EarlyWarning) -> None:
        source = msgspec.structs.replace(
            report.source, condition="", landmark="", landmark_code="", institution=""
        )
        report = msgspec.structs.replace(report, source=source)
        assert paths(root(eew.forecast(issue, report))) <= known
        assert paths(root(eew.motion_forecast(issue, report))) <= known

    used()


def test_the_headline_of_a_warning_tells_new_regions_from_old_ones() -> None:
    one_area = {"prefecture": Area("架空", "9510"), "district": Area("架空地方", "9951")}
    report = eew.EarlyWarning(
        source=SOURCE,
        shaking=[
            eew.Shaking(
                region=Area(f"架空{n}", f"98{n}"),
                intensity=("5-", "5+"),
                arrival=NOW,
                warned=n < 3,
                **one_area,
            )
            for n in (1, 2, 3)
        ],
        warned_before=["982"],
    )
    tree = root(eew.warning(ISSUE, report))
    head = tree.find(f"{I}Head/{I}Headline")
    assert head.findtext(I + "Text") == (
        "＊＊＊これは訓練です＊＊＊\n架空沖で地震　架空地方で強い揺れ"
    )
    said = [
        (
            item.findtext(f"{I}LastKind/{I}Code"),
            [area.text for area in item.iterfind(f"{I}Areas/{I}Area/{I}Code")],
        )
        for item in head.iter(I + "Item")
    ]
    assert said == [
        ("31", ["9951"]),
        ("31", ["9510"]),
        ("31", ["982"]),
        ("00", ["981"]),
    ]


# --- statements, counts, cancellations ---------------------------------------------------------


@needs_data("jma_xml/samples")
def test_nankai_statements_of_the_samples_are_written_again() -> None:
    for path in [*jma_files("*VYSE50*"), *jma_files("*VYSE51*")]:
        tree = root(path.read_bytes())
        said = tree.find(f"{S}Body/{S}EarthquakeInfo")
        statement = nankai.Statement(
            headline=tree.findtext(f"{I}Head/{I}Headline/{I}Text"),
            text=said.findtext(S + "Text"),
            next=tree.findtext(f"{S}Body/{S}NextAdvisory") or "",
            reference=said.findtext(S + "Appendix") or "",
        )
        serial = tree.findtext(f"{I}Head/{I}Serial")
        issue = Issue(
            event=tree.findtext(f"{I}Head/{I}EventID"),
            reported=parse(tree.findtext(f"{I}Head/{I}ReportDateTime")),
            mode=Mode.ACTUAL,
            serial=int(serial) if serial else None,
        )
        name, code = (said.findtext(f"{S}InfoSerial/{S}{tag}") for tag in ("Name", "Code"))
        if "VYSE50" in path.name:
            data = nankai.extra(issue, nankai.Keyword(name, code), statement)
        else:
            data = nankai.comment(issue, statement)
        check(data)
        made = root(data)
        assert plain(made.find(S + "Body")) == plain(tree.find(S + "Body"))
        assert plain(made.find(I + "Head")) == plain(tree.find(I + "Head"))


def test_a_statement_says_its_keyword() -> None:
    statement = nankai.Statement("見出し", "本文", next="のちほど")
    editions = check(nankai.extra(ISSUE, nankai.WARNING, statement))
    found = only(editions, "disaster.seismic_information")
    assert (found.title, found.keyword, found.keyword_code, found.text, found.next) == (
        "南海トラフ地震臨時情報（巨大地震警戒）",
        "巨大地震警戒",
        "120",
        "本文",
        "のちほど",
    )
    check(nankai.regular_comment(ISSUE, statement))


@given(
    st.lists(
        st.builds(
            nankai.Count,
            st.sampled_from(["１時間地震回数", "累積地震回数"]),
            times,
            times,
            st.none() | st.integers(0, 9999),
            st.none() | st.integers(0, 9999),
        ),
        min_size=1,
        max_size=4,
        unique_by=lambda each: (each.type, each.start // SECOND),
    )
)
@settings(max_examples=cases(30), deadline=None)
def test_counts_are_read_as_they_were_written(counted: list[nankai.Count]) -> None:
    editions = check(nankai.counts(ISSUE, "地震が続いています。", counted, next="のちほど"))
    read: dict[str, EarthquakeCount] = bodies(editions, "disaster.earthquake_count")
    assert {(body.type, body.start, body.end, body.count, body.felt) for body in read.values()} == {
        (each.type, jst(each.start, SECOND), jst(each.end, SECOND), each.number, each.felt)
        for each in counted
    }


@pytest.mark.parametrize("code", PRODUCTS)
def test_a_cancellation_ends_what_it_withdraws(code: str) -> None:
    data = cancellation(ISSUE, code)
    editions = check(data)
    assert len(editions) > 1, "no series is ended"
    assert {edition.action for edition in editions} == {Action.CANCEL}
    assert {edition.mode for edition in editions} == {Mode.EXERCISE}
    assert all(edition.records == [] for edition in editions[1:])
    assert f"先ほどの、{PRODUCTS[code].title}を取り消します。" in data.decode()


@pytest.mark.parametrize("code", [code for code, type in PRODUCTS.items() if type.numbered])
def test_a_numbered_type_needs_a_serial(code: str) -> None:
    with pytest.raises(ValueError, match="numbered"):
        cancellation(msgspec.structs.replace(ISSUE, serial=None), code)


def test_each_report_of_a_burst_replaces_the_one_before_and_the_last_says_so() -> None:
    reports = [
        eew.EarlyWarning(source=SOURCE, intensity=("4", "4"), last=serial == 4)
        for serial in range(1, 5)
    ]
    burst = [
        check(eew.motion_forecast(msgspec.structs.replace(ISSUE, serial=serial), report))[1]
        for serial, report in enumerate(reports, 1)
    ]
    assert len({edition.series for edition in burst}) == 1
    assert len({edition.issued for edition in burst}) == 1, "all in the same second"
    assert [edition.serial for edition in burst] == [1, 2, 3, 4]


def test_exercise_and_test_are_told_in_the_bytes() -> None:
    for mode, status in ((Mode.EXERCISE, "訓練"), (Mode.TEST, "試験"), (Mode.ACTUAL, "通常")):
        issue = msgspec.structs.replace(ISSUE, mode=mode)
        data = intensity.source_report(issue, SOURCE, forecast=("0215",)).decode()
        assert f"<Status>{status}</Status>" in data
        assert ("これは訓練です" in data) == (mode is Mode.EXERCISE)


# --- long-period motion ------------------------------------------------------------------------

shaken = st.builds(
    long_period.Shaken,
    names,
    st.text("0123456789", min_size=7, max_size=7),
    classes,
    st.dictionaries(st.integers(1, 7), st.floats(0, 3), min_size=1),
    st.sampled_from([Area("架空県南部", "981"), Area("架空県北部", "982")]),
    st.just(Area("架空県", "51")),
)


@given(issues, sources, st.lists(shaken, max_size=6, unique_by=lambda one: one.code))
@settings(max_examples=cases(40), deadline=None)
def test_long_period_motion_is_read_as_it_was_written(
    issue: Issue, source: Source, stations: list[long_period.Shaken]
) -> None:
    felt = [one for one in stations if one.velocity >= 0.05]
    if not felt:
        with pytest.raises(ValueError, match="class 1"):
            long_period.long_period_motion(issue, source, stations)
        return
    data = long_period.long_period_motion(issue, source, stations)
    read = bodies(check(data), "disaster.long_period_motion")
    for one in felt:
        found = read[f"{issue.event}/station/{one.code}"]
        assert (found.name, found.intensity) == (one.name, one.intensity)
        assert found.velocity == pytest.approx(one.velocity, abs=0.00051)
        assert {band.seconds: band.velocity for band in found.bands} == pytest.approx(
            one.bands, abs=0.00051
        )
        assert found.long_period_class == str(long_period.long_period_class(one.velocity))
    strongest = max(long_period.long_period_class(one.velocity) for one in felt)
    assert read[issue.event].long_period_class == str(strongest)
    assert read[issue.event].category in ("34" if strongest >= 3 else "12")
    assert len([key for key in read if "/station/" in key]) == len(felt)
