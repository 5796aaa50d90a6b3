"""Products over history: the same question has the same answer for ever, by verb and by API; and
every result leads back to messages, code and parameters."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from made import made, shelters
from noroshi.core.errors import NotFound
from noroshi.core.label import ANONYMOUS, OPERATOR, OWN
from noroshi.core.record import Mode, Version
from noroshi.core.time import HOUR, MINUTE, now, parse, show
from noroshi.domains import folder, get
from noroshi.engine.backfill import Rehearsal, rehearse
from noroshi.engine.lineage import as_object, drawn, trace
from noroshi.engine.products import run_products
from noroshi.engine.towns import Borders
from noroshi.store import Query, Store, open_store
from run import Node
from served import Served

A, B = "99201", "99202"
NAME = "technology/counting"
LEVELS = folder("disaster/alert_level") / "samples" / "levels_printed"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(tmp_path / "home")
    yield opened
    opened.close()


def over(
    store: Store, start: int, end: int, as_of: int, name: str = NAME, **more: Any
) -> Rehearsal:
    found, failures = rehearse(store, name, get(name), start, end, as_of, towns=Borders(store),
                               **more)  # fmt: skip
    assert failures == []
    return found


def said(rehearsal: Rehearsal) -> list[tuple[int, str, list[bytes]]]:
    return [(one.moment, one.edition.series, [record.body for record in one.edition.records])
            for one in rehearsal.said]  # fmt: skip


def test_it_says_what_changed_at_each_moment_and_nothing_is_kept(
    store: Store, tmp_path: Path
) -> None:
    with made(tmp_path, "counting"):
        start = now() - HOUR
        for minute, people in ((0, 1), (10, 2), (20, 2), (30, 5)):
            shelters(store, A, [("甲", people)], start + minute * MINUTE)
        found = over(store, start - MINUTE, start + 25 * MINUTE, store.recorded())
        values = [(one.moment - start, json.loads(one.edition.records[0].body)["value"])
                  for one in found.said]  # fmt: skip
        assert values == [(0, 1.0), (10 * MINUTE, 2.0)]
        assert list(store.picture(Query(OPERATOR, now(), now(), "report.indicator"))) == []


def test_what_was_not_known_then_is_not_in_it_and_never_will_be(
    store: Store, tmp_path: Path
) -> None:
    with made(tmp_path, "counting"):
        start = now() - HOUR
        shelters(store, A, [("甲", 1)], start)
        known = store.recorded()
        before = said(over(store, start, now(), known))
        shelters(store, A, [("甲", 7)], start + MINUTE)
        shelters(store, B, [("甲", 9)], start - MINUTE)
        assert said(over(store, start, now(), known)) == before
        assert said(over(store, start, now(), store.recorded())) != before
        run_products(store)
        assert said(over(store, start, now(), known)) == before, "what it said before is no input"


_STEPS = st.lists(st.tuples(st.sampled_from((A, B)), st.integers(0, 3), st.integers(0, 40)),
                  min_size=1, max_size=10)  # fmt: skip


@settings(max_examples=20, deadline=None)
@given(_STEPS)
def test_at_its_end_it_says_what_the_node_says_now(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, int, int]]
) -> None:
    folder = tmp_path_factory.mktemp("property")
    store, start = open_store(folder / "home"), now() - HOUR
    try:
        with made(folder / "made", "counting", "silent"):
            for city, count, minute in steps:
                named = [(f"{number}", number) for number in range(count)]
                shelters(store, city, named, start + minute * MINUTE)
            run_products(store)
            for name, kind in ((NAME, "report.indicator"), ("technology/silent", "disaster.layer")):
                rehearsal = over(store, start - MINUTE, now(), store.recorded(), name)
                here = {(one.series, one.key): (one.body, one.valid_from)
                        for one in rehearsal.standing() if one.valid_to > now()}  # fmt: skip
                moment = max(now(), store.recorded())
                query = Query(OPERATOR, moment, moment, kind)
                there = {(one.series, one.key): (one.body, one.valid_from)
                         for one in store.picture(query)}  # fmt: skip
                assert {key: body for key, (body, _) in here.items()} == {
                    key: body for key, (body, _) in there.items()
                }
    finally:
        store.close()


def test_a_reader_is_told_from_what_they_may_see(store: Store, tmp_path: Path) -> None:
    with made(tmp_path, "counting"):
        start = now() - HOUR
        shelters(store, A, [("甲", 1)], start)
        shelters(store, B, [("甲", 2)], start, label=OWN)
        everything = over(store, start, now(), store.recorded())
        public = over(store, start, now(), store.recorded(), reader=ANONYMOUS)
        assert len(everything.said) == 2
        assert [one.edition.series[-7:] for one in public.said] == [f"{A}00"]


def test_every_result_leads_to_messages_code_and_parameters(store: Store, tmp_path: Path) -> None:
    with made(tmp_path, "counting", "together"):
        start = now() - HOUR
        shelters(store, A, [("甲", 10), ("乙", 1)], start)
        shelters(store, B, [("丙", 20)], start, label=OWN)
        run_products(store, {}, {NAME: {"least": 5}})
        (total,) = (one for one in picture(store, "cyber.incident") if one.label == OWN)
        tree = as_object(trace(store, total.id, OPERATOR))
        assert [one["kind"] for one in tree["basis"]] == ["report.indicator"] * 2
        by_city = {one["key"][5:10]: one for one in tree["basis"]}
        assert by_city[A]["method"]["params"] == {"least": 5}
        assert len(by_city[A]["method"]["code"]) == 16
        assert {one["title"] for one in by_city[A]["basis"]} == {"避難所 甲", "避難所 乙"}
        messages = [message for one in by_city[A]["basis"] for message in one["messages"]]
        assert {one["source"] for one in messages} == {"test"}
        lines = list(drawn(trace(store, total.id, OPERATOR)))
        assert any("least=5" in line for line in lines)
        assert sum("電文" in line for line in lines) == 3
        with pytest.raises(NotFound):
            trace(store, total.id, ANONYMOUS)
        (public,) = picture(store, "cyber.incident", reader=ANONYMOUS)
        shown = json.dumps(as_object(trace(store, public.id, ANONYMOUS)), ensure_ascii=False)
        assert "丙" not in shown
        assert "method" not in shown, "parameters are the node's own"


def picture(store: Store, kind: str, reader: Any = OPERATOR) -> list[Version]:
    moment = max(now(), store.recorded())
    found = []
    for label in (0, OWN):
        if reader.sees(label):
            some = type(reader)("test", frozenset({label}))
            found += list(store.picture(Query(some, moment, moment, kind)))
    return found


def test_a_tree_of_many_is_cut_and_says_so(store: Store, tmp_path: Path) -> None:
    with made(tmp_path, "counting"):
        shelters(store, A, [(f"{number}", 1) for number in range(80)], now() - HOUR)
        run_products(store)
        (total,) = picture(store, "report.indicator")
        tree = trace(store, total.id, OPERATOR)
        assert (len(tree.basis), tree.more) == (50, 30)
        assert any("ほか 30 件" in line for line in drawn(tree))


def samples(home: Path) -> Node:
    node = Node(home)
    for path in sorted(LEVELS.glob("*.xml")):
        data = path.read_bytes().replace(b"2031-", b"2025-")
        node("ingest", "-", "--name", path.name, "--label", "public", stdin=data)
    return node


AT = ("--from", "2025-07-02T17:00", "--to", "2025-07-02T20:30")


def test_the_verbs_say_it_show_parameters_and_keep_only_when_told(tmp_path: Path) -> None:
    node = samples(tmp_path)
    lines = node.lines("run", "disaster/alert_level", *AT, "--format", "jsonl")
    assert {one["moment"] for one in lines} >= {"2025-07-02T09:00:00Z", "2025-07-02T10:30:00Z"}
    again = node.lines("run", "disaster/alert_level", *AT, "--format", "jsonl")
    assert again == lines
    assert "level=4" in node("run", "disaster/alert_level", *AT).stdout.decode()
    help_text = node("run", "disaster/alert_level", "--help").stdout.decode()
    assert "--inundation-warning-level" in help_text
    assert "大雨警報（浸水害）のレベル" in help_text
    node("run", "disaster/alert_level", "--inundation-warning-level", "9", code=3)
    node("run", "disaster/alert_level", "--inundation-warning-level", "x", code=2)
    node("run", "disaster/nothing", code=2)
    kept = node("run", "disaster/alert_level", *AT, "--keep").stdout.decode()
    assert kept.endswith(" versions\n")
    assert node("run", "disaster/alert_level", *AT, "--keep").stdout == b"0 versions\n"
    [level] = [one for one in node.features("disaster.alert_level")
               if one["properties"]["area_name"] == "架空市"]  # fmt: skip
    tree = node("explain", level["id"]).stdout.decode()
    assert "電文 message 3_landslide.xml" in tree
    assert "算出 method" in tree
    assert json.loads(node("explain", level["id"], "--json").stdout)["basis"]
    node("explain", "999999", code=3)
    node("explain", "9.nothing", code=3)


def test_processes_of_the_api_are_the_same_products(tmp_path: Path) -> None:
    samples(tmp_path)
    with Served(tmp_path) as node:
        listed = node.http.get("/processes").json()["processes"]
        assert "disaster.alert_level" in {one["id"] for one in listed}
        described = node.http.get("/processes/disaster.alert_level?lang=ja").json()
        level = described["inputs"]["inundation_warning_level"]
        assert (level["title"], level["schema"]["maximum"]) == ("大雨警報（浸水害）のレベル", 3)
        assert node.http.get("/processes/disaster.nothing").status_code == 404
        there = "/processes/disaster.alert_level/execution"
        inputs = {"datetime": "2025-07-02T17:00:00+09:00/2025-07-02T20:30:00+09:00"}
        assert node.http.post(there, json={"inputs": inputs}).status_code == 401
        sign = {"Authorization": f"Bearer {node.token('--read', 'own')}"}
        answer = node.http.post(there, json={"inputs": inputs}, headers=sign)
        assert answer.status_code == 200, answer.text
        found = answer.json()
        levels = {one["properties"]["area_name"]: one["properties"].get("level")
                  for one in found["features"]}  # fmt: skip
        assert levels == {"架空市": 4, "例示市": 4, "仮想村": None}
        assert found["failures"] == []
        for wrong in ({"inundation_warning_level": 9}, {"nothing": 1}, {"mode": "both"},
                      {"datetime": "yesterday"}, {"datetime": 5}):  # fmt: skip
            refused = node.http.post(there, json={"inputs": wrong}, headers=sign)
            assert refused.status_code == 400, wrong
            assert refused.json()["detail"]
        assert node.http.post(there, content=b"{", headers=sign).status_code == 400
        one = node.http.get("/collections/disaster.alert_level/items").json()["features"][0]
        tree = node.http.get(f"/collections/disaster.alert_level/items/{one['id']}/lineage").json()
        assert tree["record_id"] == one["properties"]["record_id"]
        assert tree["basis"][0]["messages"][0]["name"].endswith(".xml")
        assert node.http.get(
            "/collections/disaster.alert_level/items/1.nothing/lineage"
        ).status_code == 404  # fmt: skip


def test_the_drill_of_a_product_is_not_the_real_thing(store: Store, tmp_path: Path) -> None:
    with made(tmp_path, "counting"):
        shelters(store, A, [("甲", 1)], now() - HOUR, mode=Mode.EXERCISE)
        start = parse(show(now() - 2 * HOUR) or "")
        assert over(store, start, now(), store.recorded(), modes=[Mode.ACTUAL]).said == []
        assert len(over(store, start, now(), store.recorded(), modes=[Mode.EXERCISE]).said) == 1
