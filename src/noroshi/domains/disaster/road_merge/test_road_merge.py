"""Roads, merged: what is said of a road, found on the network, and weighed."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
import shapely

from noroshi.core.errors import InvalidRecord
from noroshi.core.record import Version
from noroshi.core.time import DAY, HOUR, parse
from noroshi.domains.disaster.road_merge.matching import Limits, match
from noroshi.domains.disaster.road_merge.network import network, number_in, ranks_in
from noroshi.domains.disaster.road_merge.products import Params, build
from noroshi.domains.samples import inputs_of, moment_of
from noroshi.kinds import decode, encode
from noroshi.kinds.road import Road
from noroshi.kinds.road_state import RoadState

CASE = Path(__file__).parent / "samples" / "six_statements"
INPUTS = inputs_of("disaster/road_merge", CASE)
AT = moment_of(CASE) or 0
NET = network(INPUTS["infrastructure.road_link"])
LIMITS = Limits(30.0, 300.0, 0.5)


def states(
    inputs: dict[str, list[Version]], at: int = AT, params: Params | None = None
) -> dict[str, RoadState]:
    return {
        record.key: decode(record.kind, record.body)
        for edition in build(inputs, params or Params(), at)
        for record in edition.records
    }


def only(*keys: str, **changes: object) -> dict[str, list[Version]]:
    """The sample with some of its statements, all of them changed alike."""
    some = [msgspec.structs.replace(one, **changes) for one in INPUTS["disaster.road"]
            if one.key in keys]  # fmt: skip
    return {**INPUTS, "disaster.road": some}


def found(said: Road, shape: str | None = None, key: str = "x") -> dict[str, tuple[str, ...]]:
    wkb = None if shape is None else shapely.to_wkb(shapely.from_wkt(shape))
    return {NET.links[one.link].code: one.why for one in match(NET, said, key, wkb, None, LIMITS)}


# --- matching -----------------------------------------------------------------------------------


def test_a_line_beside_a_road_is_that_road_and_not_the_ones_it_meets() -> None:
    along = "LINESTRING (144.6002 27.50012, 144.6198 27.50012)"
    assert set(found(Road(name="国道901号"), along)) == {"L1", "L2"}
    assert set(found(Road(), "LINESTRING (144.6105 27.5, 144.613 27.5)")) == {"L2"}, "a part of it"


def test_a_line_across_a_road_is_not_that_road() -> None:
    assert found(Road(category="国道"), "LINESTRING (144.605 27.499, 144.605 27.501)") == {}


def test_the_number_decides_between_roads_near_a_point() -> None:
    corner = "POINT (144.6102 27.5003)"
    assert set(found(Road(number="91", category="県道"), corner)) == {"L5"}
    assert set(found(Road(name="国道９０１号"), corner)) <= {"L1", "L2"}
    assert found(Road(name="国道902号", number="902"), corner) == {}, "another road is not near"


def test_a_point_between_two_links_says_so_and_scores_less() -> None:
    ((_, why),) = found(Road(category="国道"), "POINT (144.61 27.5)").items()
    assert "ambiguous" in why


def test_a_code_counts_only_where_something_else_agrees() -> None:
    assert found(Road(code="L3"), "POINT (144.65 27.55)") == {}
    assert found(Road(code="L3")) == {}
    assert set(found(Road(code="L3", municipality="例示町"))) == {"L3"}
    assert "not_place" in found(Road(code="L3", name="例示橋"), "POINT (144.65 27.55)")["L3"]


def test_code_and_place_on_one_route_name_the_stretch_between() -> None:
    said = Road(code="L1", name="国道901号", category="国道")
    assert set(found(said, "LINESTRING (144.611 27.5, 144.619 27.5)")) == {"L1", "L2"}
    elsewhere = found(said, "LINESTRING (144.6201 27.501, 144.6201 27.509)")
    assert set(elsewhere) == {"L1"}, "a place on another road is not believed"
    assert "not_place" in elsewhere["L1"]


def test_a_name_alone_names_a_bridge_and_not_a_whole_route() -> None:
    assert set(found(Road(name="例示橋"))) == {"L3"}
    assert found(Road(name="例示橋", municipality="他の市")) == {}
    assert found(Road(name="町道", category="町道")) == {}


@pytest.mark.parametrize(("text", "number", "ranks"), [
    ("一般国道８号", "8", {"national"}),
    ("主要地方道　県道12号港町線", "12", {"prefectural"}),
    ("都道府県道", "", {"prefectural"}),
    ("市区町村道", "", {"municipal", "lane"}),
    ("永浦自動車道", "", {"expressway"}),
    ("林道奥線", "", {"lane"}),
    ("例示橋", "", set()),
])  # fmt: skip
def test_words_for_roads_are_understood(text: str, number: str, ranks: set[str]) -> None:
    assert (number_in(text), set(ranks_in(text))) == (number, ranks)


# --- weighing -----------------------------------------------------------------------------------


def test_the_newest_statement_counts_and_the_other_stays_beside_it() -> None:
    one = states(INPUTS)["L2"]
    assert (one.status, one.conflicts) == ("restricted", ["sources_differ"])
    assert [each.status for each in one.statements] == ["alternating", "closed"]


def test_a_statement_that_fits_no_link_is_kept_by_itself() -> None:
    (one,) = [each for each in states(INPUTS).values() if each.unmatched]
    assert (one.name, one.status, one.code) == ("林道奥線", "closed", "")


def test_passages_after_a_closure_contradict_it_and_do_not_open_the_road() -> None:
    one = states(INPUTS)["L6"]
    assert (one.status, one.conflicts) == ("closed", ["passed_after_closure"])
    assert one.passages[0].vehicles == 7
    few = states(INPUTS, params=Params(least_vehicles=8))["L6"]
    assert (few.passages, few.conflicts) == ([], [])


def test_passages_before_the_closure_was_last_told_are_no_evidence() -> None:
    again = only("a2", issued=parse("2031-07-02T18:45:00+09:00"))
    assert states(again)["L6"].conflicts == []


def test_what_a_sender_lists_no_more_opens_a_road_only_against_another_and_says_so() -> None:
    with_other = states(INPUTS)["L4"]
    assert [one.status for one in with_other.statements] == ["lifted", "unknown"]
    assert states(only("a5")) == {}, "nobody says anything of it now"


def test_a_closure_is_old_after_a_day_of_silence_and_stays_closed() -> None:
    inputs = only("a2")
    (edition,) = build(inputs, Params(), AT)
    (record,) = edition.records
    turns = record.valid_to or 0
    assert turns == inputs["disaster.road"][0].issued + 24 * HOUR
    later = states(inputs, turns)["L6"]
    assert (later.status, later.old) == ("closed", True)
    (after,) = build(inputs, Params(), turns + 2 * HOUR)
    assert (after.issued, after.effective) == (turns, turns)


def test_an_old_opening_is_no_longer_known() -> None:
    (first,) = only("a2")["disaster.road"]
    said = Road(status="open", code="L6", municipality="例示町")
    opened = msgspec.structs.replace(first, body=encode(said))
    inputs = {**INPUTS, "disaster.road": [opened], "infrastructure.probe_passage": []}
    assert states(inputs)["L6"].status == "passable"
    assert states(inputs, first.issued + 2 * DAY)["L6"].status == "unknown"


def test_a_sender_who_goes_on_telling_of_others_is_not_silent() -> None:
    inputs = only("a2", "a4")
    fresh = [msgspec.structs.replace(one, issued=one.issued + 20 * HOUR) if one.key == "a4" else one
             for one in inputs["disaster.road"]]  # fmt: skip
    at = AT + 31 * HOUR
    assert not states({**inputs, "disaster.road": fresh}, at)["L6"].old
    assert states(inputs, at)["L6"].old


def test_passages_open_what_nobody_knew() -> None:
    (first,) = only("a2")["disaster.road"]
    said = Road(status_text="確認中", code="L6", municipality="例示町")
    unknown = msgspec.structs.replace(first, body=encode(said))
    one = states({**INPUTS, "disaster.road": [unknown]})["L6"]
    assert (one.status, one.conflicts, len(one.passages)) == ("passable", [], 1)


def test_a_passage_without_link_and_line_or_with_a_bad_time_is_refused() -> None:
    (first, *_) = INPUTS["infrastructure.probe_passage"]
    noon = b'"2031-07-02T12:00:00+09:00"'
    for body in (b'{"start":%b,"end":%b,"vehicles":9}' % (noon, noon),
                 b'{"start":"noon","end":%b,"vehicles":9,"link":"L1"}' % noon):  # fmt: skip
        bad = msgspec.structs.replace(first, body=body, geometry=None)
        with pytest.raises(InvalidRecord):
            build({**INPUTS, "infrastructure.probe_passage": [bad]}, Params(), AT)


def test_without_a_network_everything_stays_visible() -> None:
    every = states({**INPUTS, "infrastructure.road_link": []})
    assert len(every) == 6
    assert all(one.unmatched for one in every.values())
