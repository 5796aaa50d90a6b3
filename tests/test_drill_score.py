"""A drill is scored as can be worked out by hand; and the score's picture is the store's."""

from __future__ import annotations

import hashlib
import tempfile
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import drilling
from data import cases
from noroshi import kinds
from noroshi.core.label import OPERATOR, PUBLIC
from noroshi.core.place import point
from noroshi.core.record import Action, Edition, Mode, Record
from noroshi.core.time import FOREVER, MINUTE, now
from noroshi.feeds.drill import matching
from noroshi.feeds.drill.clock import Clock
from noroshi.feeds.drill.faults import Faults, inject
from noroshi.feeds.drill.pictures import issued, shown
from noroshi.feeds.drill.play import play
from noroshi.feeds.drill.scene import Fact
from noroshi.feeds.drill.score import Scores, score
from noroshi.feeds.drill.sinks.home import HomeSink
from noroshi.feeds.drill.statements import Statement, from_home, from_url
from noroshi.feeds.drill.truth import Heading
from noroshi.store import Incoming, Outcome, Query, Store, open_store
from served import Served

START = drilling.START
SHELTER, ROAD = "disaster.shelter", "disaster.road"


def heading(**more: Any) -> Heading:
    given = {"scenario": "made", "start": START - MINUTE, "hours": 61 / 60, "speed": 0.0, **more}
    return Heading(**given)


def minute(number: float) -> int:
    return START + round(number * MINUTE)


_ids = iter(range(1, 10**9))


def said(
    key: str, time: float, *, source: str = "a", kind: str = SHELTER, ended: bool = False,
    at: tuple[float, float] | None = None, recorded: float | None = None,
    begins: float | None = None, **body: Any,
) -> Statement:  # fmt: skip
    return Statement(
        kind, f"{source}/{key}", key, source, (minute(time), int(ended), 0, next(_ids)),
        minute(time), minute(time if recorded is None else recorded),
        minute(time if begins is None else begins), FOREVER, ended, body,
        None if at is None else point(*at),
    )  # fmt: skip


def fact(key: str, time: float, *, kind: str = SHELTER, gone: bool = False, **body: Any) -> Fact:
    at = body.pop("at", None)
    return Fact(minute(time), kind, key, body, at, gone=gone)


# --- in closed form ----------------------------------------------------------------------------


def test_complete_late_and_wrong_can_be_worked_out_by_hand() -> None:
    facts = [fact("s1", 0, status="open", headcount=100),
             fact("s1", 30, headcount=200, status="open"),
             fact("s2", 0, status="open", headcount=50)]  # fmt: skip
    stated = [
        said("s1", 6, status="open", headcount=100),
        said("s1", 42, status="open", headcount=200),
    ]
    one = score(heading(), facts, stated).kinds[SHELTER]
    assert (one.facts, one.shown, one.complete) == (3, 2, pytest.approx(2 / 3))
    assert (one.things, one.seen) == (2, 1)
    assert (one.late.p50, one.late.max) == (9 * 60, 12 * 60)
    assert one.late.p90 == pytest.approx(360 + 0.9 * 360)
    # Shown from 6 to 60: 100 while 200 was true, from 30 to 42.
    assert one.wrong == pytest.approx(12 / 54)
    assert one.fields["headcount"].wrong == pytest.approx(12 / 54)
    assert one.fields["headcount"].mean == pytest.approx(100 * 12 / 54)
    assert one.fields["headcount"].max == 100
    assert one.fields["status"].wrong == 0
    assert one.absent == pytest.approx((6 + 60) / 120)
    assert (one.false, one.outlived) == (0, 0)


def test_what_agrees_is_not_late_however_early_it_was_said() -> None:
    facts = [fact("s1", 0, status="open"), fact("s1", 20, status="closed")]
    stated = [said("s1", -30, status="open"), said("s1", 25, status="closed")]
    one = score(heading(), facts, stated).kinds[SHELTER]
    assert one.complete == 1
    assert (one.late.p50, one.late.max) == (150, 300)


def test_a_fact_that_was_skipped_is_not_taken_for_a_later_one_that_says_the_same() -> None:
    facts = [fact("r", 0, kind=ROAD, status="closed"), fact("r", 10, kind=ROAD, status="open"),
             fact("r", 20, kind=ROAD, status="closed")]  # fmt: skip
    one = score(heading(), facts, [said("r", 25, kind=ROAD, status="closed")]).kinds[ROAD]
    assert (one.facts, one.shown) == (3, 1)
    assert one.late.max == 300


def test_one_statement_may_show_two_facts_about_different_fields() -> None:
    facts = [fact("s1", 0, status="open"), fact("s1", 10, status="open", headcount=30)]
    one = score(heading(), facts, [said("s1", 15, status="open", headcount=31)]).kinds[SHELTER]
    assert (one.shown, one.late.max) == (2, 900)
    assert one.wrong == 0, "31 of 30 is within what counting by hand allows"


def test_what_is_no_more_is_to_go_from_the_picture() -> None:
    facts = [fact("s1", 0, status="open"), fact("s1", 30, gone=True)]
    stated = [said("s1", 0, status="open"), said("s1", 40, ended=True)]
    one = score(heading(), facts, stated).kinds[SHELTER]
    assert (one.facts, one.shown, one.late.max) == (2, 2, 600)
    assert one.outlived == pytest.approx(10 / 40)
    never = score(heading(), facts, []).kinds[SHELTER]
    assert (never.facts, never.shown) == (1, 0)


def test_false_things_are_counted_with_their_source() -> None:
    facts = [fact("s1", 0, status="open")]
    stated = [said("s1", 0, status="open"), said("ghost", 5, source="b", status="open"),
              said("ghost", 9, source="b", ended=True)]  # fmt: skip
    one = score(heading(), facts, stated).kinds[SHELTER]
    assert (one.false, one.examples) == (1, ["ghost"])
    assert one.sources["b"].false == 1
    assert one.sources["a"].false == 0


def test_what_two_say_of_one_thing_is_what_was_said_last() -> None:
    facts = [fact("s1", 0, status="open"), fact("s1", 30, status="closed")]
    stated = [said("s1", 10, source="city", status="open"),
              said("other-id", 36, source="prefecture", status="closed", code="s1")]  # fmt: skip
    one = score(heading(), facts, stated).kinds[SHELTER]
    assert (one.shown, one.false) == (2, 0)
    assert one.wrong == pytest.approx(6 / 50)
    assert one.sources["city"].late.max == 600
    assert one.sources["prefecture"].late.max == 360
    assert one.sources["city"].wrong == pytest.approx(6 / 26)


def test_swapped_coordinates_are_a_wrong_position() -> None:
    facts = [fact("s1", 0, status="open", at=(144.7, 27.5))]
    right = score(heading(), facts, [said("s1", 0, status="open", at=(144.7005, 27.5))])
    assert right.kinds[SHELTER].wrong == 0
    assert right.kinds[SHELTER].fields["position"].max == pytest.approx(49, abs=1)
    swapped = score(heading(), facts, [said("s1", 0, status="open", at=(27.5, 144.7))])
    assert swapped.kinds[SHELTER].wrong == 1
    assert (swapped.kinds[SHELTER].fields["position"].max or 0) > 1e7


def test_an_order_for_several_districts_is_about_each() -> None:
    kind = "disaster.evacuation_order"
    facts = [fact(f"5120100000{one}", 0, kind=kind, level=4) for one in (1, 2, 3)]
    stated = [said("order-1", 5, kind=kind, level=4, kind_="避難指示",
                   district_codes=["51201000001", "51201000002"])]  # fmt: skip
    one = score(heading(), facts, stated).kinds[kind]
    assert (one.things, one.seen, one.shown) == (3, 2, 2)


def test_a_record_stands_from_when_it_is_valid_until_it_runs_out() -> None:
    facts = [fact("s1", 0, status="open")]
    stated = [said("s1", 5, begins=15, status="open")]
    assert score(heading(), facts, stated).kinds[SHELTER].late.max == 900
    short = [msgspec.structs.replace(said("s1", 5, status="open"), valid_to=minute(20))]
    assert score(heading(), facts, short).kinds[SHELTER].absent == pytest.approx(45 / 60)


def test_what_was_so_when_the_drill_began_is_not_late() -> None:
    facts = [fact("s1", -1, status="open"), fact("s1", 20, status="closed")]
    stated = [said("s1", 15, status="open"), said("s1", 21, status="closed")]
    one = score(heading(), facts, stated).kinds[SHELTER]
    assert (one.facts, one.shown) == (2, 2)
    assert (one.late.p50, one.late.max) == (60, 60)


def test_between_two_facts_a_moving_quantity_may_have_any_value_between() -> None:
    kind = "disaster.dam"
    facts = [fact("d1", 0, kind=kind, level=100.0, operation="normal"),
             fact("d1", 60, kind=kind, level=110.0, operation="normal")]  # fmt: skip
    stated = [said("d1", time, kind=kind, level=level, operation="normal")
              for time, level in ((0, 100.0), (20, 104.0), (40, 112.0))]  # fmt: skip
    one = score(heading(), facts, stated).kinds[kind]
    assert one.wrong == pytest.approx(20 / 60, abs=1e-3)
    assert one.fields["level"].max == 2


def test_what_is_told_in_another_kind_is_found_there() -> None:
    facts = [fact("51303000008001", 0, kind="disaster.isolation", name="赤峰", persons=12),
             fact("damage/51201", 0, kind="disaster.report", attributes={"dead": 2})]  # fmt: skip
    stated = [
        said("51303000008001", 5, kind="disaster.report", category="孤立集落", title="孤立地区",
             attributes={"人数": "12"}),
        said("51201", 6, kind="disaster.report", category="人的被害・建物被害", title="架空市",
             attributes={"死者": "2"}),
        said("call-7", 6, kind="disaster.report", category="火災", title="火災"),
    ]  # fmt: skip
    found = score(heading(), facts, stated).kinds
    assert (found["disaster.isolation"].complete, found["disaster.isolation"].wrong) == (1, 0)
    assert (found["disaster.report"].complete, found["disaster.report"].wrong) == (1, 0)
    assert found["disaster.report"].false == found["disaster.isolation"].false == 0


def test_what_a_product_says_and_what_was_reported_are_scored_apart() -> None:
    kind = "disaster.isolation"
    facts = [fact("51303000008001", 0, kind=kind, name="赤峰", persons=12)]
    stated = [
        said("51303000008001", 5, kind="disaster.report", category="孤立集落", title="孤立地区",
             attributes={"人数": "15"}),
        said("51303000008001", 2, kind=kind, status="isolated", code="51303000008001", persons=12),
        said("51303000009001", 2, kind=kind, status="possible", code="51303000009001", persons=3),
    ]  # fmt: skip
    found = score(heading(), facts, stated)
    assert (found.kinds[kind].complete, found.kinds[kind].wrong) == (1, 0)
    assert found.kinds[kind].late.p50 == 120
    assert found.kinds[kind].false == 0, "what may be so is not said to be so"
    assert found.kinds[f"{kind} (disaster.report)"].fields["persons"].mean == 3
    assert found.total.facts == 1


def test_what_a_record_does_not_claim_it_does_not_show() -> None:
    """A settlement that may be cut off is not shown as such; a road that a product calls passable
    is not shown as closed."""
    kind = "disaster.isolation"
    facts = [fact("v", 0, kind=kind, persons=10), fact("v", 30, kind=kind, gone=True)]
    stated = [said("v", 5, kind=kind, code="v", status="isolated", persons=10),
              said("v", 40, kind=kind, code="v", status="possible", persons=10),
              said("w", 9, kind=kind, code="w", status="possible", persons=10)]  # fmt: skip
    one = score(heading(), facts, stated).kinds[kind]
    assert (one.complete, one.late.max, one.false) == (1, 600, 0)
    assert one.outlived == pytest.approx(10 / 35)
    link = "disaster.road_state"
    facts = [fact("r", 0, kind=ROAD, status="alternating"), fact("r", 30, kind=ROAD, gone=True)]
    stated = [said("r", 5, kind=link, code="r", status="restricted"),
              said("x", 5, kind=link, code="x", status="passable"),
              said("r", 32, kind=link, code="r", status="passable")]  # fmt: skip
    two = score(heading(), facts, stated).kinds[ROAD]
    assert (two.complete, two.wrong, two.false) == (1, 0, 0)
    assert two.outlived == pytest.approx(2 / 27)


def test_a_row_for_several_links_is_told_by_each_and_a_count_of_none_is_not_false() -> None:
    link = "disaster.road_state"
    facts = [fact("r1", 0, kind=ROAD, status="closed", remarks="r1 r2")]
    stated = [said("r2", 5, kind=link, code="r2", status="closed")]
    one = score(heading(), facts, stated).kinds[ROAD]
    assert (one.complete, one.false) == (1, 0)
    report, kind = "disaster.report", "disaster.damage_total"
    facts = [fact("damage/51201", 0, kind=report, attributes={"dead": 1})]
    stated = [said("51201", 5, kind=kind, level="municipality", dead=1, missing=0),
              said("51202", 5, kind=kind, dead=0, missing=0),
              said("51000", 5, kind=kind, level="prefecture", dead=1)]  # fmt: skip
    two = score(heading(), facts, stated).kinds[report]
    assert (two.complete, two.wrong, two.false) == (1, 0, 0)
    ghost = said("51203", 6, kind=kind, dead=2)
    assert score(heading(), facts, [*stated, ghost]).kinds[report].false == 1


def test_where_only_presence_is_told_the_words_of_the_truth_are_not_compared() -> None:
    kind = "disaster.inundation"
    facts = [fact("g", 10, kind=kind, area=500.0), fact("g", 20, kind=kind, area=900.0),
             fact("g", 40, kind=kind, gone=True)]  # fmt: skip
    stated = [said("river/g", 12, kind=kind, code="g", place="river", probability=0.3),
              said("road/x", 12, kind=kind, code="x", place="road", probability=0.3),
              said("river/g", 45, kind=kind, ended=True)]  # fmt: skip
    one = score(heading(), facts, stated).kinds[kind]
    assert (one.facts, one.shown, one.wrong, one.false) == (2, 2, 0, 0)
    assert one.late.max == 300
    assert one.untold == ["area"]


def test_every_way_in_which_something_is_told_names_fields_and_kinds_that_there_are() -> None:
    for kind, more in matching.ALSO.items():
        for way in more:
            body = kinds.all_kinds()[way.told].body
            there = {one.encode_name for one in msgspec.structs.fields(body)}
            named = {*way.fields.values(), *way.where, *way.unless, *way.claims, *way.by}
            named -= {"name"} if "name" not in there else set()
            assert {one.partition(".")[0] for one in named} - {"code"} <= there, (kind, way.told)


def test_what_nobody_tells_is_not_wrong() -> None:
    facts = [fact("s1", 0, status="open", mood="bad"), fact("s2", 0, status="open", mood="good")]
    stated = [said("s1", 5, status="open"), said("s2", 5, status="open")]
    one = score(heading(), facts, stated).kinds[SHELTER]
    assert (one.complete, one.wrong, one.untold) == (1, 0, ["mood"])
    none = score(heading(), facts, []).kinds[SHELTER]
    assert (none.facts, none.complete) == (2, 0)


def test_in_real_time_it_is_also_told_when_the_node_knew() -> None:
    facts = [fact("s1", 0, status="open")]
    stated = [said("s1", 5, recorded=7, status="open")]
    real = heading(speed=1.0, begun=START - MINUTE)
    one = score(real, facts, stated).kinds[SHELTER]
    assert one.late.max == 300
    assert one.late_recorded is not None
    assert one.late_recorded.max == 420
    assert score(heading(), facts, stated).kinds[SHELTER].late_recorded is None


def test_an_earlier_drill_of_the_same_hours_does_not_count() -> None:
    facts = [fact("s1", 0, status="open", headcount=10)]
    old = said("s1", 1, status="open", headcount=10, recorded=-90)
    new = said("s1", 30, status="open", headcount=10)
    begun = heading(begun=minute(-60))
    assert score(begun, facts, [old, new]).kinds[SHELTER].late.max == 1800
    assert score(begun, facts, [old]).kinds[SHELTER].late.max == 60, "the same to the byte"
    before = said("s1", -5, status="open", headcount=10, recorded=-90)
    assert score(begun, facts, [before, new]).kinds[SHELTER].late.max == 0


# --- of a node ---------------------------------------------------------------------------------


def played(home: Path, faults: Faults | None = None) -> tuple[Heading, list[Fact]]:
    events = list(drilling.play(drilling.world(), START, 1))
    sink = HomeSink(home, label=PUBLIC)
    begun = now()
    play(inject(events, faults or Faults(), 1), Clock.begin(START, 0), sink)
    sink.close()
    facts = [one for one in events if isinstance(one, Fact)]
    return heading(begun=begun), facts


def test_a_whole_drill_scores_as_its_senders_behave(tmp_path: Path) -> None:
    head, facts = played(tmp_path)
    found = score(head, facts, from_home(tmp_path, {one.kind for one in facts}))
    # Every fact is told five minutes later, whole.
    one = found.kinds[SHELTER]
    assert (one.facts, one.shown, one.complete) == (36, 36, 1)
    assert (one.late.p50, one.late.max) == (300, 300)
    assert (one.false, one.seen) == (0, 6)
    assert set(one.sources) == {"drill/town-51201", "drill/town-51301"}
    assert found.total.complete == 1


def test_messages_that_are_lost_are_missing_from_the_score(tmp_path: Path) -> None:
    head, facts = played(tmp_path, Faults(lose=0.5))
    one = score(head, facts, from_home(tmp_path, {SHELTER})).kinds[SHELTER]
    assert 0 < one.complete < 1


def test_the_score_is_the_same_over_http(tmp_path: Path) -> None:
    head, facts = played(tmp_path)
    kinds = {one.kind for one in facts}
    near = score(head, facts, from_home(tmp_path, kinds))
    with Served(tmp_path) as node:
        far = score(head, facts, from_url(node.url, "", kinds))
    assert msgspec.to_builtins(far) == msgspec.to_builtins(near)


# --- against the store -------------------------------------------------------------------------


def _give(store: Store, editions: list[Edition]) -> None:
    for number, edition in enumerate(editions):
        data = f"{number} {edition}".encode()
        outcome = Outcome(editions=[edition], stated=len(edition.records))
        store.commit([(Incoming(data, hashlib.sha256(data).digest(), "a", label=PUBLIC), outcome)])


_steps = st.lists(
    st.tuples(st.integers(0, 50), st.sampled_from(["state", "cancel", "part"]),
              st.dictionaries(st.sampled_from("abc"), st.integers(0, 3), max_size=3)),
    min_size=1, max_size=8, unique_by=lambda one: one[0],
)  # fmt: skip


@given(_steps, st.randoms(use_true_random=False))
@settings(max_examples=cases(40), deadline=None)
def test_what_the_score_takes_for_the_picture_is_what_the_store_shows(
    steps: list[tuple[int, str, dict[str, int]]], random: Any
) -> None:
    editions = [
        Edition(
            "s", minute(time),
            [Record(SHELTER, key, msgspec.json.encode({"name": key, "headcount": value}))
             for key, value in sorted(values.items())],
            action=Action.CANCEL if what == "cancel" else Action.ISSUE, mode=Mode.EXERCISE,
            effective=minute(time), whole=what != "part",
        )
        for time, what, values in steps
    ]  # fmt: skip
    random.shuffle(editions)
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(Path(folder))
        _give(store, editions)
        moment = max(now(), store.recorded())
        stated = from_home(Path(folder), {SHELTER})
        streams: dict[str, list[Statement]] = {}
        for one in stated:
            streams.setdefault(one.key, []).append(one)
        for at in range(-1, 53):
            query = Query(OPERATOR, minute(at), moment, SHELTER, Mode.EXERCISE)
            want = {one.key: one.fields()["headcount"] for one in store.picture(query)}
            got = {
                key: span.statement.body["headcount"]
                for key, stream in streams.items()
                for span in shown([stream], issued)
                if span.statement is not None and span.start <= minute(at) < span.end
            }
            assert got == want
        store.close()


def test_the_score_of_nothing_is_nothing() -> None:
    empty: Scores = score(heading(), [], [said("s1", 1)])
    assert empty.kinds == {}
    assert (empty.total.facts, empty.total.complete) == (0, 0)
