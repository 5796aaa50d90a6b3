"""Isolation: what is cut off, and what frees it, against the plainest of computations."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import combinations
from pathlib import Path

import msgspec
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from data import cases
from noroshi.core.record import Version
from noroshi.domains.disaster.isolation.forest import Forest
from noroshi.domains.disaster.isolation.products import Params, build
from noroshi.domains.disaster.isolation.relief import Way, pairs, reached, since, singles, steps
from noroshi.domains.samples import inputs_of
from noroshi.kinds import decode, encode
from noroshi.kinds.isolation import Isolation, Reopening
from noroshi.kinds.road_state import RoadState

CASE = Path(__file__).parent / "samples" / "two_valleys"
NAME = "disaster/isolation"

Edges = list[tuple[int, int]]


# --- the network in pieces ----------------------------------------------------------------------


@st.composite
def networks(draw: st.DrawFn) -> tuple[int, Edges, list[int], list[int]]:
    """Nodes, edges (parallel ones and loops too), the closure of each (−1: open), and since when
    each is closed."""
    nodes = draw(st.integers(1, 9))
    node = st.integers(0, nodes - 1)
    edges = draw(st.lists(st.tuples(node, node), max_size=14))
    closures = [draw(st.integers(-1, 4)) for _ in edges]
    times = [draw(st.integers(0, 5)) for _ in edges]
    return nodes, edges, closures, times


def apart(nodes: int, edges: Iterable[tuple[int, int]]) -> list[frozenset[int]]:
    """The component of each node, by plain search."""
    beside: dict[int, set[int]] = {node: {node} for node in range(nodes)}
    for one, other in edges:
        beside[one].add(other)
        beside[other].add(one)
    found = []
    for node in range(nodes):
        seen, stack = {node}, [node]
        while stack:
            for other in beside[stack.pop()] - seen:
                seen.add(other)
                stack.append(other)
        found.append(frozenset(seen))
    return found


def pieces_of(nodes: int, edges: Edges, closed: Sequence[int]) -> list[int]:
    ends = np.array(edges, np.int64).reshape(-1, 2)
    return Forest(nodes, ends[:, 0], ends[:, 1]).pieces(np.array(closed, np.int64)).tolist()


def ways_of(
    nodes: int, edges: Edges, closures: list[int], times: list[int]
) -> tuple[list[int], list[Way]]:
    closed = [at for at, one in enumerate(closures) if one >= 0]
    piece = pieces_of(nodes, edges, closed)
    zero = piece[0]
    piece = [0 if one == zero else one + 1 for one in piece]
    return piece, [Way(piece[edges[at][0]], piece[edges[at][1]], closures[at], times[at])
                   for at in closed]  # fmt: skip


@settings(max_examples=cases(120), deadline=None)
@given(networks())
def test_the_pieces_are_the_components_of_what_is_open(
    network: tuple[int, Edges, list[int], list[int]],
) -> None:
    nodes, edges, closures, _ = network
    closed = [at for at, one in enumerate(closures) if one >= 0]
    found = pieces_of(nodes, edges, closed)
    wanted = apart(
        nodes, [one for one, closure in zip(edges, closures, strict=True) if closure < 0]
    )
    for one, other in combinations(range(nodes), 2):
        assert (found[one] == found[other]) == (wanted[one] == wanted[other])


@settings(max_examples=cases(120), deadline=None)
@given(networks())
def test_what_one_reopening_frees_and_what_only_a_pair_does_is_found_by_trying_them_all(
    network: tuple[int, Edges, list[int], list[int]],
) -> None:
    nodes, edges, closures, _ = network
    piece, ways = ways_of(*network)

    def freed(*opened: int) -> set[int]:
        """Nodes that node 0 reaches with some closures open, and not before."""

        def open_(some: Sequence[int]) -> frozenset[int]:
            return apart(nodes, [edge for edge, closure in zip(edges, closures, strict=True)
                                 if closure < 0 or closure in some])[0]  # fmt: skip

        return set(open_(opened) - open_(()))

    def nodes_in(some: Iterable[int]) -> set[int]:
        return {node for node in range(nodes) if piece[node] in set(some)}

    alone = singles(ways)
    every = sorted({one for one in closures if one >= 0})
    for closure in every:
        assert nodes_in(alone.get(closure, ())) == freed(closure)
    both = pairs(ways, alone)
    for pair in combinations(every, 2):
        more = freed(*pair) - freed(pair[0]) - freed(pair[1])
        assert (pair in both) == bool(more)
        if more:
            assert nodes_in(both[pair]) == freed(*pair)
    count = steps(ways)
    for node in range(nodes):
        assert (count.get(piece[node], 0) == 1) == any(node in freed(one) for one in every)
        assert (piece[node] == 0 or piece[node] in count) == (node in freed(*every) | nodes_in({0}))


@settings(max_examples=cases(100), deadline=None)
@given(networks())
def test_it_is_cut_off_since_the_last_way_was_closed(
    network: tuple[int, Edges, list[int], list[int]],
) -> None:
    nodes, edges, closures, times = network
    piece, ways = ways_of(*network)
    found = since(ways)

    def reaches(moment: int) -> frozenset[int]:
        return apart(nodes, [
            edge for edge, closure, time in zip(edges, closures, times, strict=True)
            if closure < 0 or time > moment
        ])[0]  # fmt: skip

    ever = reaches(-1)
    for node in range(nodes):
        if piece[node] == 0 or node not in ever:
            assert piece[node] not in found
        else:
            assert found[piece[node]] == min(t for t in range(7) if node not in reaches(t))


def test_a_long_road_is_no_deeper_than_the_stack_allows() -> None:
    nodes = 20_000
    edges = [(at, at + 1) for at in range(nodes - 1)]
    piece = pieces_of(nodes, edges, [4, 10_000])
    assert [piece[4], piece[5], piece[-1]] == [piece[0], piece[10_000], piece[10_001]]
    assert len(set(piece)) == 3
    assert reached([Way(0, 1, 0, 0), Way(2, 3, 0, 0)]) == {0, 1}


# --- the product --------------------------------------------------------------------------------


def told(inputs: dict[str, list[Version]], params: Params | None = None) -> dict[str, Isolation]:
    return {
        record.key: decode(record.kind, record.body)
        for edition in build(inputs, params or Params())
        for record in edition.records if record.kind == "disaster.isolation"
    }  # fmt: skip


def order(inputs: dict[str, list[Version]], params: Params | None = None) -> list[Reopening]:
    return [
        decode(record.kind, record.body)
        for edition in build(inputs, params or Params())
        for record in edition.records if record.kind == "disaster.reopening"
    ]  # fmt: skip


def changed(
    inputs: dict[str, list[Version]], code: str, **fields: object
) -> dict[str, list[Version]]:
    """The inputs with another state of one link."""
    states = []
    for one in inputs["disaster.road_state"]:
        body: RoadState = decode(one.kind, one.body)
        if body.code == code:
            body = msgspec.structs.replace(body, **fields)
        states.append(msgspec.structs.replace(one, body=encode(body)))
    return {**inputs, "disaster.road_state": states}


INPUTS = inputs_of(NAME, CASE)


def test_a_settlement_without_an_open_road_is_isolated_and_one_behind_an_unknown_link_may_be() -> None:  # fmt: skip  # noqa: E501
    found = told(INPUTS)
    assert {key: one.status for key, one in found.items()} == {
        "S1": "isolated", "S2": "isolated", "S3": "isolated", "S5": "possible", "S4": "reported",
        "report//created/disaster.report/r3": "reported",
    }  # fmt: skip
    assert (found["S5"].uncertain, found["S5"].reopen) == (["L7"], [])


def test_reported_and_computed_stand_side_by_side() -> None:
    found = told(INPUTS)
    assert (found["S2"].persons, found["S2"].reports[0].persons) == (18, 17)
    assert [one.persons for one in found["S4"].reports] == [20], "by its name"
    assert found["report//created/disaster.report/r3"].name == "名無沢"


def test_the_reopening_that_frees_most_comes_first_and_a_pair_only_where_none_alone_helps() -> None:
    found = order(INPUTS)
    assert [(one.order, one.links, one.persons, one.more) for one in found] == [
        (1, ["L2"], 51, None), (1, ["L5"], 51, None),
        (3, ["L2", "L3"], 69, 18), (3, ["L3", "L5"], 69, 18),
    ]  # fmt: skip
    assert (told(INPUTS)["S2"].needs, told(INPUTS)["S1"].needs) == (2, 1)


def test_links_that_one_statement_closes_are_reopened_together() -> None:
    (first, *_) = [one for one in INPUTS["disaster.road_state"] if one.key == "L2"]
    said = decode(first.kind, first.body).statements
    found = order(changed(INPUTS, "L3", statements=said))
    assert [(one.links, one.persons) for one in found][:2] == [(["L2", "L3"], 69), (["L5"], 51)]


def test_a_closure_that_vehicles_have_passed_only_may_isolate() -> None:
    found = told(changed(INPUTS, "L2", conflicts=["passed_after_closure"]))
    assert (found["S1"].status, found["S1"].uncertain) == ("possible", ["L2", "L6"])
    weak = told(changed(INPUTS, "L2", score=0.5))
    assert weak["S1"].status == "possible"
    assert told(changed(INPUTS, "L2", score=0.5), Params(sure_score=0.4))["S1"].status == "isolated"


def test_a_road_that_somebody_still_calls_closed_is_not_taken_for_open() -> None:
    found = told(changed(INPUTS, "L2", status="restricted", conflicts=["sources_differ"]))
    assert found["S1"].status == "possible"


def test_who_has_no_road_on_any_day_is_not_cut_off() -> None:
    away = [
        msgspec.structs.replace(one, body=one.body.replace(b'"start":"T"', b'"start":"G"'))
        if one.key == "L7" else one for one in INPUTS["infrastructure.road_link"]
    ]  # fmt: skip
    assert "S5" not in told({**INPUTS, "infrastructure.road_link": away})


def test_without_offices_the_largest_part_must_be_reached_and_the_record_says_so() -> None:
    places = [one for one in INPUTS["infrastructure.facility"] if one.key != "G1"]
    found = told({**INPUTS, "infrastructure.facility": places})
    assert {one.reference for one in found.values() if one.reference} == {"largest"}
    assert found["S1"].status == "isolated", "most people live at the office's end"
    named = told(INPUTS, Params(reference="C"))
    assert named["S4"].status == "isolated"
    assert named["S4"].reference == "C"


def test_without_a_list_of_settlements_each_inhabited_square_is_one() -> None:
    office = [one for one in INPUTS["infrastructure.facility"] if one.key == "G1"]
    found = told({**INPUTS, "infrastructure.facility": office, "disaster.report": []})
    assert {key: (one.persons, one.counted) for key, one in found.items()} == {
        "M1": (18, "mesh"), "M2": (40, "mesh"),
    }  # fmt: skip


def test_who_lives_near_an_open_road_too_is_reached_where_the_extent_says_so() -> None:
    assert told(INPUTS, Params(extent=1_500))["S1"].status == "isolated"
    assert "S3" not in told(INPUTS, Params(extent=1_500))
