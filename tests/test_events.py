"""Live events: nothing lost, nothing twice, nobody else's, over a node that really runs."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from run import Node
from served import Served
from telegrams import telegram

REPORT = "disaster.report"
#: What is sent here. The node has things of its own to say in between: how it heard of a source.
SENT = f"?collections={REPORT},disaster.bulletin"


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Served]:
    (tmp_path / "settings.toml").write_text(
        '[sources.test]\nlabel = "public"\n[sources.quiet]\nlabel = "own"\n'
    )
    with Served(tmp_path) as served:
        yield served


def report(node: Served, token: str, key: str, x: float = 136.0, **fields: object) -> None:
    feature = {
        "type": "Feature", "id": key, "geometry": {"type": "Point", "coordinates": [x, 35.0]},
        "properties": {"title": "橋が通れない", **fields},
    }  # fmt: skip
    answer = node.http.post(f"/collections/{REPORT}/items", json=feature,
                            headers={"Authorization": f"Bearer {token}"})  # fmt: skip
    assert answer.status_code == 202, answer.text
    assert answer.json()["state"] == "read", answer.text


def test_an_event_is_a_cloudevent_that_tells_what_was_done_to_what(node: Served) -> None:
    token = node.token("--send", "--source", "test")
    follower = node.events(f"?collections={REPORT}").ready()
    report(node, token, "R1")
    report(node, token, "R1", title="橋が通れるようになった")
    (first, second) = follower.wait(2)
    assert (first[1], second[1]) == ("create", "update")
    event = second[2]
    assert event["specversion"] == "1.0"
    assert event["type"] == "org.ogc.api.collection.item.update"
    assert event["source"].endswith(f"/collections/{REPORT}")
    assert event["id"] == str(second[0])
    assert event["data"]["properties"]["title"] == "橋が通れるようになった"
    answer = node.http.get(f"/collections/{REPORT}/items/{event['subject']}")
    assert answer.json()["properties"]["title"] == "橋が通れるようになった"
    follower.close()


def test_a_follower_that_comes_back_misses_nothing_and_meets_nothing_twice(node: Served) -> None:
    token = node.token("--send", "--source", "test")
    follower = node.events(SENT).ready()
    for number in range(5):
        report(node, token, f"A{number}")
    met = [id for id, _, _ in follower.wait(5)]
    follower.close()
    for number in range(700):  # more than one batch while it is away
        if number % 100 == 0:
            report(node, token, f"B{number}")
        else:
            node.post(telegram(headline=f"その{number}", event=f"e{number}"), token)
    back = node.events(SENT, last=met[2])
    again = [id for id, _, _ in back.wait(2 + 700, 60)]
    assert again[:2] == met[3:]
    assert again == sorted(set(again))
    assert len(again) == 702
    report(node, token, "C")
    assert back.wait(703)[-1][2]["data"]["properties"]["key"] == "C"
    back.close()


def test_many_followers_of_different_things_each_get_theirs(node: Served) -> None:
    token = node.token("--send", "--source", "test")
    west = node.events("?bbox=130,30,136.5,40").ready()
    east = node.events("?bbox=136.5,30,142,40").ready()
    red = node.events(f"?collections={REPORT}&filter=category%3D%27red%27").ready()
    drills = node.events("?mode=exercise").ready()
    report(node, token, "W", 136.0, category="red")
    report(node, token, "E", 137.0)
    report(node, token, "W", 137.0, category="blue")  # moves east, and is red no more
    keys = [(event, data["data"]["properties"]["key"]) for _, event, data in east.wait(2)]
    assert keys == [("create", "E"), ("update", "W")]
    assert [event for _, event, _ in west.wait(2)] == ["create", "update"]
    assert [event for _, event, _ in red.wait(2)] == ["create", "update"]
    assert drills.events == []
    for one in (west, east, red, drills):
        one.close()


def test_nobody_hears_of_what_they_may_not_see(node: Served) -> None:
    secret, open_ = node.token("--send", "--source", "quiet"), node.token("--send", "--source", "test")  # fmt: skip  # noqa: E501
    anyone = node.events(SENT).ready()
    insider = node.events(SENT, token=node.token("--read", "own")).ready()
    report(node, secret, "S")
    report(node, open_, "P")
    assert [data["data"]["properties"]["key"] for _, _, data in insider.wait(2)] == ["S", "P"]
    assert [data["data"]["properties"]["key"] for _, _, data in anyone.wait(1)] == ["P"]
    listed = node.http.get("/changes").json()["changes"]
    keys = [one["data"]["properties"]["key"] for one in listed]
    # That it heard of a public source is public too.
    assert [key for key in keys if key != "test"] == ["P"]
    anyone.close()
    insider.close()


def test_what_another_process_ingests_is_heard_of_too(node: Served, tmp_path: Path) -> None:
    follower = node.events("?collections=disaster.bulletin").ready()
    (tmp_path / "one.xml").write_bytes(telegram(headline="別の工程から"))
    Node(node.home)("ingest", "--source", "test", tmp_path / "one.xml")
    ((_, event, data),) = follower.wait(1)
    assert event == "create"
    assert "別の工程から" in json.dumps(data, ensure_ascii=False)
    follower.close()


def test_three_hundred_messages_from_many_senders_at_once_are_all_heard_of(node: Served) -> None:
    token = node.token("--send", "--source", "test")
    followers = [node.events(SENT).ready() for _ in range(20)]

    def send(sender: int) -> None:
        for number in range(30):
            body = telegram(headline=f"{sender}-{number}", event=f"{sender}-{number}")
            answer = node.post(body, token)
            assert answer.status_code == 202
            assert answer.json()["state"] == "read"

    threads = [threading.Thread(target=send, args=(one,)) for one in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    expected = {f"{sender}-{number}" for sender in range(10) for number in range(30)}
    for follower in followers:
        met = follower.wait(300, 30)
        ids = [id for id, _, _ in met]
        assert ids == sorted(set(ids))
        assert {data["data"]["properties"]["headline"] for _, _, data in met} == expected
        follower.close()


def test_changes_can_be_read_backwards_and_forwards(node: Served) -> None:
    token = node.token("--send", "--source", "test")
    for number in range(7):
        report(node, token, f"K{number}")
    first = node.http.get("/changes?limit=3").json()
    assert [one["data"]["properties"]["key"] for one in first["changes"]] == ["K6", "K5", "K4"]
    second = node.http.get(f"/changes?limit=10&before={first['next']}").json()
    assert [one["data"]["properties"]["key"] for one in second["changes"]][-1] == "K0"
    assert second["next"] is None
    cursor = second["changes"][0]["id"]
    forward = node.http.get(f"/changes?after={cursor}&area=17").json()
    assert forward["changes"] == []
    forward = node.http.get(f"/changes?after={cursor}").json()
    assert [one["data"]["properties"]["key"] for one in forward["changes"]] == ["K4", "K5", "K6"]


@pytest.mark.parametrize("query", ["?after=x", "?bbox=1,2,3", "?filter=1%3D", "?mode=real", "?x=1"])
def test_what_cannot_be_followed_is_refused_with_a_reason(node: Served, query: str) -> None:
    answer = node.http.get("/events" + query)
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["detail"]
