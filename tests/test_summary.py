"""The summary: how much there is of each kind, as this reader may know, at this moment."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from data import DATA, JMA_SAMPLES, needs_data
from noroshi.core.label import OPERATOR, OWN, PUBLIC
from noroshi.core.place import point
from noroshi.core.record import Action, Edition, Mode, Record
from noroshi.core.time import DAY, HOUR, SECOND, now, parse, show
from noroshi.engine.live import Live
from noroshi.engine.present import Present
from noroshi.kinds import encode
from noroshi.kinds.report import Report
from noroshi.kinds.shelter import Shelter
from noroshi.store import Incoming, Outcome, Store, open_store
from run import Node
from served import Served

SHELTER, REPORT = "disaster.shelter", "disaster.report"


def give(store: Store, editions: Sequence[Edition], label: int = PUBLIC) -> None:
    data = repr([(one.series, one.issued) for one in editions]).encode()
    incoming = Incoming(data, hashlib.sha256(data).digest(), "test", label=label)
    store.commit([(incoming, Outcome(editions=editions, stated=1))])


def edition(key: str, issued: int, *, kind: str = SHELTER, **more: Any) -> Edition:
    body = Shelter(name=key) if kind == SHELTER else Report(title=key)
    times = {name: more.pop(name) for name in ("valid_to", "geometry") if name in more}
    record = Record(kind, key, encode(body), valid_from=issued, **times)
    return Edition(f"{kind}/{key}", issued, [record], effective=issued, **more)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "settings.toml").write_text('[sources.test]\nlabel = "public"\n')
    present = now()
    store = open_store(tmp_path)
    give(store, [edition("A", present - 3 * HOUR, geometry=point(137.0, 37.0)),
                 edition("B", present - 2 * HOUR), edition("B", present - HOUR),
                 edition("C", present - 2 * DAY),
                 edition("C", present - DAY, action=Action.CANCEL)])  # fmt: skip
    give(store, [edition("S", present - HOUR, kind=REPORT)], label=OWN)
    give(store, [edition("D", present - HOUR, mode=Mode.EXERCISE),
                 edition("E", present - HOUR, mode=Mode.EXERCISE),
                 edition("F", present - HOUR, mode=Mode.EXERCISE),
                 edition("T", present - HOUR, mode=Mode.TEST)])  # fmt: skip
    store.close()
    return tmp_path


@pytest.fixture
def node(home: Path) -> Iterator[Served]:
    with Served(home) as served:
        yield served


def summary(node: Served, query: str = "", token: str = "") -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    answer = node.http.get(f"/summary{query}", headers=headers)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    found["by_id"] = {one["id"]: one for one in found["collections"]}
    return found


def test_counts_are_of_what_is_in_the_picture(node: Served) -> None:
    found = summary(node)
    shelters = found["by_id"][SHELTER]
    assert shelters["count"] == 2
    assert shelters["located"] is True
    assert (shelters["title"], shelters["title_en"], shelters["layer"]) == (
        "避難所", "Shelter", "shelters",
    )  # fmt: skip
    items = node.http.get(f"/collections/{SHELTER}/items").json()["features"]
    assert len(items) == 2
    issued = [parse(one["properties"]["issued"]) for one in items]
    recorded = [parse(one["properties"]["recorded"]) for one in items]
    assert parse(shelters["newest_issued"]) == max(issued)
    assert parse(shelters["newest_recorded"]) == max(recorded)


def test_kinds_of_which_there_never_was_anything_are_not_listed(node: Served) -> None:
    assert set(summary(node)["by_id"]) == {SHELTER}


def test_what_a_reader_may_not_see_is_not_even_counted(node: Served) -> None:
    token = node.token("--read", "own")
    assert summary(node, token=token)["by_id"][REPORT]["count"] == 1
    assert REPORT not in summary(node)["by_id"]
    assert REPORT in summary(node, token=token)["by_id"]


def test_an_exercise_is_counted_apart_and_announced(node: Served) -> None:
    assert summary(node)["other_modes"] == {"exercise": 3, "test": 1}
    drill = summary(node, "?mode=exercise")
    assert drill["mode"] == "exercise"
    assert drill["by_id"][SHELTER]["count"] == 3
    assert drill["other_modes"] == {"actual": 2, "test": 1}


def test_the_summary_of_a_past_moment_is_of_that_moment(node: Served) -> None:
    moment = show(now() - 36 * HOUR)
    assert summary(node, f"?datetime={moment}")["by_id"][SHELTER]["count"] == 1  # only C
    before = summary(node, f"?as-of={show(now() - HOUR)}")
    assert before["by_id"][SHELTER]["count"] == 0, "nothing was recorded then"


def test_a_new_record_counts_at_once(node: Served) -> None:
    token = node.token("--send", "--source", "test")
    assert REPORT not in summary(node)["by_id"]
    for number in (1, 2):
        feature = {"type": "Feature", "id": f"R{number}", "geometry": None,
                   "properties": {"title": "通行止め"}}  # fmt: skip
        answer = node.http.post(f"/collections/{REPORT}/items", json=feature,
                                headers={"Authorization": f"Bearer {token}"})  # fmt: skip
        assert answer.status_code == 202
        found = summary(node)
        assert found["by_id"][REPORT]["count"] == number
        assert found["by_id"][REPORT]["located"] is False
        assert parse(found["recorded"]) >= parse(found["by_id"][REPORT]["newest_recorded"])


def test_nothing_kept_is_older_than_the_last_commit(tmp_path: Path) -> None:
    """Whoever follows the store may be a moment behind; whoever asks must not be."""
    store = open_store(tmp_path)
    present = Present(store, Live(store))  # which never starts, so it is always behind
    for number in (1, 2, 3):
        give(store, [edition(f"{number}", now() - HOUR)])
        for _ in range(2):
            found = present.get("tally", SHELTER, Mode.ACTUAL, OPERATOR, store.tally)
            assert found.count == number
    store.close()


def test_what_runs_out_by_the_clock_leaves_the_count_without_a_commit(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    end = now() + 6 * SECOND
    give(store, [edition("A", now() - HOUR), edition("B", now() - HOUR, valid_to=end)])
    store.close()
    with Served(tmp_path) as node:
        counted = summary(node)["by_id"][SHELTER]["count"]
        if now() < end - SECOND:
            assert counted == 2
        # An answer may be given again for up to a second.
        time.sleep(max(0.0, (end - now()) / SECOND + 1.2))
        assert summary(node)["by_id"][SHELTER]["count"] == 1


def test_wrong_questions_are_told_so(node: Served) -> None:
    for query in ("?mode=drill", "?datetime=yesterday", "?as-of=x", "?limit=1"):
        assert node.http.get(f"/summary{query}").status_code == 400, query


@needs_data("jma_xml/samples", "sip4d_zip")
def test_every_count_over_real_data_is_that_of_the_items(tmp_path: Path) -> None:
    run = Node(tmp_path)
    telegrams = sorted(JMA_SAMPLES.glob("*VXSE5*"))[:12] + sorted(JMA_SAMPLES.glob("*VPWW5*"))[:8]
    assert len(telegrams) == 20
    run("ingest", "--source", "jma", "--label", "public", *telegrams,
        *sorted((DATA / "sip4d_zip").glob("shelters_drill*")))  # fmt: skip
    with Served(tmp_path) as node:
        for mode in ("actual", "exercise"):
            found = summary(node, f"?mode={mode}")
            assert sum(one["count"] for one in found["collections"]) > 50
            for one in found["collections"]:
                path, items = f"/collections/{one['id']}/items?limit=10000&mode={mode}", 0
                while path:
                    page = node.http.get(path).json()
                    items += len(page["features"])
                    following = [each for each in page["links"] if each["rel"] == "next"]
                    path = following[0]["href"] if following else ""
                assert one["count"] == items, (mode, one["id"])
