"""What the time bar rests on: pieces that give the picture of any moment, and densities."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from noroshi.core.label import OWN
from noroshi.core.place import point
from noroshi.core.record import Action, Mode
from noroshi.core.time import DAY, HOUR, MINUTE, now, parse, show
from noroshi.store import open_store
from served import Served
from test_summary import SHELTER, edition, give

Pieces = list[list[float | None]]


def among(pieces: Pieces, at: float, as_of: float) -> bool:
    """Whether a version is in the picture: the rule as the page computes it (ms)."""
    for vf, vt, rf, rt, sv, sr in pieces:
        true = (vf is None or vf <= at) and (vt is None or at < vt)
        known = (rf is None or rf <= as_of) and (rt is None or as_of < rt)
        replaced = sv is not None and sr is not None and sv <= at and sr <= as_of
        if true and known and not replaced:
            return True
    return False


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, int, list[int]]:
    """A home in which editions came late, out of order, and were taken back; the moment that all
    of it is about, and the times at which it was recorded."""
    home = tmp_path_factory.mktemp("timeline")
    store = open_store(home)
    drawn = random.Random(7)
    start = now() - 10 * HOUR
    recorded = []
    for number in range(60):
        key = drawn.choice("ABCDEF")
        issued = start + drawn.randrange(0, 9 * 60) * MINUTE
        action = Action.CANCEL if drawn.random() < 0.2 else Action.ISSUE
        more: dict[str, Any] = {}
        if drawn.random() < 0.3:
            more["valid_to"] = issued + drawn.randrange(5, 200) * MINUTE
        if drawn.random() < 0.5:
            more["geometry"] = point(135 + drawn.random() * 4, 35)
        give(store, [edition(key, issued, action=action, serial=number, **more)])
        recorded.append(store.recorded())
        time.sleep(0.002)
    give(store, [edition("Z", start, mode=Mode.EXERCISE)])
    give(store, [edition("Q", start)], label=OWN)
    store.close()
    return home, start, recorded


@pytest.fixture(scope="module")
def node(filled: tuple[Path, int, list[int]]) -> Iterator[Served]:
    with Served(filled[0]) as served:
        yield served


def window(start: int, end: int) -> str:
    return f"from={show(start)}&to={show(end)}"


def timeline(node: Served, query: str) -> dict[str, Any]:
    answer = node.http.get(f"/collections/{SHELTER}/timeline?{query}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def record(feature: dict[str, Any]) -> int:
    number: int = feature["properties"]["record_id"]
    return number


def test_pieces_give_the_picture_of_any_moment(
    node: Served, filled: tuple[Path, int, list[int]]
) -> None:
    _, start, recorded = filled
    end = start + 10 * HOUR
    found = timeline(node, window(start - HOUR, end))
    assert found["complete"] is True
    drawn = random.Random(3)
    sizes = set()
    known = [*drawn.sample(recorded, 25), recorded[-1], now()]
    for as_of in known:
        at = drawn.choice([
            start + drawn.randrange(0, 10 * 60) * MINUTE, start + drawn.randrange(0, 10 * HOUR),
        ])  # fmt: skip
        path = f"/collections/{SHELTER}/items?datetime={show(at)}&as-of={show(as_of)}"
        answer = node.http.get(path)
        assert answer.status_code == 200, answer.text
        wanted = {record(one) for one in answer.json()["features"]}
        computed = {record(one) for one in found["features"]
                    if among(one["pieces"], at / 1000, as_of / 1000)}  # fmt: skip
        assert computed == wanted, (show(at), show(as_of))
        sizes.add(len(wanted))
    assert len(sizes) > 2, "the moments should differ"


def test_a_feature_of_the_timeline_is_the_feature_of_the_items(
    node: Served, filled: tuple[Path, int, list[int]]
) -> None:
    _, start, _ = filled
    lines = {record(one): one for one in timeline(node, window(start, now()))["features"]}
    items = node.http.get(f"/collections/{SHELTER}/items").json()["features"]
    assert items
    for one in items:
        line = {name: value for name, value in lines[record(one)].items() if name != "pieces"}
        assert line == {name: one[name] for name in line}


def test_what_was_not_true_in_the_window_is_left_out(
    node: Served, filled: tuple[Path, int, list[int]]
) -> None:
    _, start, _ = filled
    assert timeline(node, window(start - 3 * DAY, start - 2 * DAY))["features"] == []


def test_more_than_the_limit_is_not_called_complete(
    node: Served, filled: tuple[Path, int, list[int]]
) -> None:
    _, start, _ = filled
    whole = timeline(node, window(start, now()))
    count = len(whole["features"])
    assert count > 10
    cut = timeline(node, window(start, now()) + "&limit=5")
    assert (cut["complete"], len(cut["features"])) == (False, 5)
    exact = timeline(node, window(start, now()) + f"&limit={count}")
    assert (exact["complete"], len(exact["features"])) == (True, count)


def test_drills_and_what_is_not_public_stay_out(
    node: Served, filled: tuple[Path, int, list[int]]
) -> None:
    _, start, _ = filled
    keys = {one["properties"]["key"] for one in timeline(node, window(start, now()))["features"]}
    assert keys == set("ABCDEF")
    drill = timeline(node, window(start, now()) + "&mode=exercise")["features"]
    assert [one["properties"]["key"] for one in drill] == ["Z"]


def test_a_box_leaves_out_what_lies_elsewhere(
    node: Served, filled: tuple[Path, int, list[int]]
) -> None:
    _, start, _ = filled
    west = timeline(node, window(start, now()) + "&bbox=135,34,137,36")["features"]
    whole = timeline(node, window(start, now()))["features"]
    wanted = {record(one) for one in whole
              if one["geometry"] and one["geometry"]["coordinates"][0] <= 137}  # fmt: skip
    assert wanted
    assert {record(one) for one in west} == wanted


def density(node: Served, query: str) -> dict[str, Any]:
    answer = node.http.get(f"/density?{query}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_density_counts_records_where_they_belong(
    node: Served, filled: tuple[Path, int, list[int]]
) -> None:
    _, start, recorded = filled
    end = start + 9 * HOUR
    found = density(node, window(start, end) + "&bins=9")
    assert (found["bins"], len(found["recorded"]), len(found["issued"])) == (9, 9, 9)
    editions = node.http.get(f"/changes?limit=1000&collections={SHELTER}").json()["changes"]
    hours = [0] * 9
    for one in editions:
        issued = parse(one["data"]["properties"]["issued"])
        hours[(issued - start) // HOUR] += 1
    # A change tells of a cancellation what it ended; both were issued in the same window.
    assert sum(found["issued"]) == len(editions) == sum(hours)
    assert sum(found["recorded"]) == 0, "all of it was recorded after that"
    lately = density(node, window(recorded[0] - MINUTE, now()) + "&bins=50")
    assert sum(lately["recorded"]) == len(editions)


def test_density_tells_nothing_of_what_is_not_public_or_a_drill(
    node: Served, filled: tuple[Path, int, list[int]]
) -> None:
    _, start, _ = filled
    whole = window(start - DAY, now())
    drill = density(node, whole + "&bins=1&mode=exercise")
    assert drill["issued"] == [1]
    public = density(node, whole + "&bins=1")["issued"]
    token = node.token("--read", "own")
    answer = node.http.get(f"/density?{whole}&bins=1", headers={"Authorization": f"Bearer {token}"})
    assert answer.json()["issued"] == [public[0] + 1]


@pytest.mark.parametrize(
    "query",
    ["from=2024-01-02&to=2024-01-01", "from=x", "bins=0", "mode=drill", "wrong=1",
     "to=" + quote("2024-01-01T00:00:00+09:00") + "&from=" + quote("2024-01-01T00:00:00+09:00")],
)  # fmt: skip
def test_wrong_windows_are_told_so(node: Served, query: str) -> None:
    answer = node.http.get(f"/density?{query}")
    assert answer.status_code == 400
    assert answer.headers["content-type"].startswith("application/problem+json")


def test_the_timeline_of_a_kind_that_is_not_is_not_found(node: Served) -> None:
    assert node.http.get("/collections/disaster.nothing/timeline").status_code == 404
    assert node.http.get(f"/collections/{SHELTER}/timeline?limit=0").status_code == 400
