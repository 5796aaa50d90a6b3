"""Residents of a drill: what they say fits what is so, and their answers are scored against it."""

from __future__ import annotations

from collections import Counter
from functools import cache
from itertools import islice
from typing import Any

from noroshi.core.time import MINUTE
from noroshi.feeds.drill.answered import Answer, Incident, Share, metres, score_answers
from noroshi.feeds.drill.scenarios.typhoon import TYPHOON
from noroshi.feeds.drill.scene import Event, Fact, Message, Utterance
from noroshi.kinds.resident_report import CATEGORIES
from stormy_world import stormy_world

START = 1_788_220_800_000_000  # 2026-09-01T09:00+09:00
WORLD = stormy_world()
HERE, THERE, FAR = (136.0, 30.0), (136.01, 30.0), (136.5, 30.0)


@cache
def played(residents: int) -> tuple[Event, ...]:
    return tuple(TYPHOON.play(WORLD, START, 1, residents=residents))


def spoken() -> list[Utterance]:
    return [one for one in played(2_000) if isinstance(one, Utterance)]


def test_what_organisations_send_is_the_same_whether_residents_speak_or_not() -> None:
    without, beside = (
        [one for one in played(count) if isinstance(one, Message)] for count in (0, 2_000)
    )
    assert without == beside
    assert not any(isinstance(one, Utterance) for one in played(0))


def test_events_come_in_order_of_time_and_the_same_each_time() -> None:
    times = [one.time for one in played(2_000)]
    assert times == sorted(times)
    again = tuple(islice(TYPHOON.play(WORLD, START, 1, residents=2_000), 1_500))
    assert again == played(2_000)[:1_500]
    assert any(isinstance(one, Utterance) for one in again)


def test_people_tell_of_what_is_so_where_and_when_they_are() -> None:
    there: dict[str, Fact] = {}
    told: Counter[str] = Counter()
    for one in played(2_000):
        if isinstance(one, Fact) and one.kind == "disaster.incident":
            if one.gone:
                del there[one.key]
            else:
                there[one.key] = one
        elif isinstance(one, Utterance) and one.incident:
            truth = there[one.incident]
            assert one.reports in CATEGORIES
            assert truth.at is not None
            assert metres(truth.at, one.at) < 6_000
            assert (one.depth is not None) == (truth.body["category"] == "flood")
            told[truth.body["category"]] += 1
    assert set(told) == {"landslide", "road", "flood", "outage"}
    rumours = [one for one in spoken() if one.reports == "rumour"]
    assert rumours
    assert not any(one.incident for one in rumours)


def _fact(minutes: int, kind: str, key: str, at: Any = HERE, **body: Any) -> Fact:
    return Fact(START + minutes * MINUTE, kind, key, body, at, gone=not body)


def _said(minutes: int, at: Any = HERE, **what: Any) -> Utterance:
    return Utterance(time=START + minutes * MINUTE, person=f"p{minutes}", text="…", at=at,
                     municipality="51301", **what)  # fmt: skip


TRUTH = [
    _fact(0, "disaster.shelter", "A", status="open", headcount=10, capacity=20),
    _fact(0, "disaster.shelter", "B", THERE, status="open", headcount=0, capacity=20),
    _fact(0, "disaster.shelter", "C", FAR, status="open", headcount=0, capacity=20),
    _fact(30, "disaster.shelter", "A", status="open", headcount=20, capacity=20),
    _fact(0, "disaster.road", "r1", status="closed", remarks="r1 r2"),
    _fact(60, "disaster.road", "r1"),
    _fact(10, "disaster.incident", "fire", category="fire"),
    _fact(10, "disaster.incident", "slide", category="landslide"),
    _fact(20, "disaster.incident", "flood/1", category="flood"),
]
ROUTES = {"r1": "route 1", "r2": "route 1", "r3": "route 3"}


def test_a_shelter_is_right_where_it_is_open_with_room_and_not_far() -> None:
    answers = [
        Answer(utterance=_said(5, asks="shelter"), text="A", shelters=("A",)),
        Answer(
            utterance=_said(40, asks="shelter"), text="A is full by now", shelters=("A", "list-A")
        ),
        Answer(utterance=_said(41, asks="shelter"), text="B", shelters=("B",)),
        Answer(utterance=_said(42, asks="shelter"), text="far", shelters=("C",)),
        Answer(utterance=_said(43, asks="shelter"), text="not known"),
    ]
    found = score_answers(answers, [], TRUTH, ROUTES)
    assert found.shelter == Share(3, 5)
    assert found.near == Share(2, 3)


def test_a_road_is_right_where_what_is_said_of_its_route_is_so() -> None:
    answers = [
        Answer(utterance=_said(5, asks="road", about="route 1"), text="", closed=("r2",)),
        Answer(utterance=_said(6, asks="road", about="route 1"), text="no closure known"),
        Answer(utterance=_said(7, asks="road", about="route 3"), text="no closure known"),
        Answer(utterance=_said(70, asks="road", about="route 1"), text="", closed=("r1",)),
    ]
    found = score_answers(answers, [], TRUTH, ROUTES)
    assert found.road_closed == Share(1, 2)
    assert found.road_open == Share(1, 2)


def test_reports_that_are_together_are_counted_in_pairs_and_incidents_by_when_they_were_known() -> (
    None
):
    reports = [("1", "fire"), ("2", "fire"), ("3", "slide"), ("4", "slide"), ("5", ""),
               ("6", "flood/1"), ("7", "flood/1"), ("8", "flood/2")]  # fmt: skip
    answers = [
        Answer(utterance=_said(12, reports="fire", incident=incident), text="thanks", filed=key,
               category="fire" if incident != "slide" else "landslide")
        for key, incident in reports
    ]  # fmt: skip
    answers.append(Answer(utterance=_said(13, reports="fire", incident="fire"), text="?"))
    incidents = [
        Incident("a", START + 20 * MINUTE, ("1", "2", "3")),
        Incident("b", START + 40 * MINUTE, ("4", "5")),
        Incident("c", START + 40 * MINUTE, ("6", "7", "8")),
    ]
    found = score_answers(answers, incidents, TRUTH, ROUTES)
    assert found.pairs_precision == Share(1, 4)
    assert found.pairs_recall == Share(1, 2)
    assert found.reports == Share(8, 9)
    assert found.category == Share(6, 8)
    assert found.incidents == Share(4, 4)
    assert (found.late.p50, found.late.max) == (600.0, 1200.0)


def test_what_no_record_tells_is_honest_only_without_one() -> None:
    answers = [
        Answer(utterance=_said(1, asks="train"), text="not known here"),
        Answer(utterance=_said(2, asks="train"), text="it runs", facts=1, wrong=("it runs",)),
    ]
    found = score_answers(answers, [], TRUTH, ROUTES)
    assert found.honest == Share(1, 2)
    assert found.wrong_facts == 1
