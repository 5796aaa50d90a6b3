"""Ingest by HTTP: durable before it is acknowledged, for nobody without a token."""

from __future__ import annotations

import hashlib
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from run import Node
from served import Served
from telegrams import telegram


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    home = tmp_path_factory.mktemp("node")
    (home / "settings.toml").write_text(
        '[sources.test]\nlabel = "public"\n[limits]\nmessage_bytes = 2000000\n'
    )
    with Served(home) as served:
        yield served


@pytest.fixture(scope="module")
def token(node: Served) -> str:
    return node.token("--send", "--source", "test")


def test_a_telegram_is_taken_in_and_its_bytes_can_be_had_again(node: Served, token: str) -> None:
    data = telegram(headline="受付の試験")
    answer = node.post(data, token, params={"name": "one.xml"})
    assert answer.status_code == 202
    told = answer.json()
    assert told["id"] == hashlib.sha256(data).hexdigest()
    assert (told["state"], told["records"]) == ("read", 1)
    assert answer.headers["location"] == f"{node.url}/messages/{told['id']}"
    state = node.http.get(answer.headers["location"]).json()
    assert (state["state"], state["name"], state["source"]) == ("read", "one.xml", "test")
    content = node.http.get(f"/messages/{told['id']}/content")
    assert content.content == data
    assert content.headers["content-type"] == "text/plain; charset=utf-8"
    assert node.post(data, token).json()["state"] == "duplicate"
    assert len(node.http.get(f"/messages/{told['id']}").json()["arrivals"]) == 2


def test_what_cannot_be_read_is_kept_with_its_reason(node: Served, token: str) -> None:
    answer = node.post(b"\x00\x01 nothing that is known", token)
    assert answer.status_code == 202
    assert answer.json()["state"] == "quarantined"
    assert "format" in answer.json()["reason"]
    listed = node.http.get("/messages?state=quarantined").json()["messages"]
    assert [one["id"] for one in listed] == [answer.json()["id"]]


def test_nothing_is_writable_without_a_token_that_says_so(node: Served) -> None:
    data = telegram(headline="許可なし")
    assert node.http.post("/messages", content=data).status_code == 401
    assert node.post(data, "noroshi_wrong_secret").status_code == 401
    reader = node.token("--read", "own")
    assert node.post(data, reader).status_code == 403
    sha = hashlib.sha256(data).hexdigest()
    assert node.http.get(f"/messages/{sha}").status_code == 404


def test_messages_of_others_do_not_exist_for_who_may_not_see_them(node: Served) -> None:
    data = telegram(headline="内部")
    mine = node.token("--send", "--source", "inside")
    answer = node.post(data, mine)
    where = f"/messages/{answer.json()['id']}"
    for path in (where, where + "/content"):
        assert node.http.get(path).status_code == 404
    told = node.token("--read", "own")
    assert node.http.get(where, headers={"Authorization": f"Bearer {told}"}).status_code == 200


def test_too_large_is_refused_before_it_is_read(node: Served, token: str) -> None:
    assert node.post(b"x" * 2_000_001, token).status_code == 413

    def endless() -> Iterator[bytes]:
        for _ in range(100):
            yield b"x" * 100_000

    try:
        answer = node.http.post("/messages", content=endless(),
                                headers={"Authorization": f"Bearer {token}"})  # fmt: skip
        assert answer.status_code == 413
    except OSError:
        pass  # the server hung up on us: also an answer


def test_a_large_message_is_acknowledged_first_and_read_after(node: Served, token: str) -> None:
    padding = f"<!-- {'x' * 1_200_000} -->".encode()
    data = telegram(headline="大きな電文").replace(b"</Report>", padding + b"</Report>")
    told = node.post(data, token).json()
    assert told["state"] == "waiting"
    for _ in range(100):
        state = node.http.get(f"/messages/{told['id']}").json()["state"]
        if state == "read":
            break
        time.sleep(0.1)
    assert state == "read"


def test_a_created_feature_must_fit_its_kind(node: Served, token: str) -> None:
    headers = {"Authorization": f"Bearer {token}"}

    def create(kind: str, **feature: object) -> tuple[int, str]:
        body = {"type": "Feature", "geometry": None, "properties": {}, **feature}
        answer = node.http.post(f"/collections/{kind}/items", json=body, headers=headers)
        return answer.status_code, answer.json().get("reason", answer.text)

    assert create("disaster.report", properties={"title": "x"})[0] == 202
    status, reason = create("disaster.report", properties={"title": "x", "colour": "red"})
    assert status == 202
    assert "properties.colour: not a field" in reason
    assert "title" in create("disaster.report")[1]
    assert create("disaster.weather_warning", properties={"area_name": "x"})[0] == 405
    assert create("no.such.kind")[0] == 404
    assert create("disaster.report", type="Thing")[0] == 400


def test_what_was_acknowledged_survives_a_kill(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text('[sources.test]\nlabel = "public"\n')
    acknowledged: list[str] = []
    with Served(tmp_path) as node:
        token = node.token("--send", "--source", "test")
        for number in range(40):
            acknowledged.append(node.post(telegram(headline=f"その{number}"), token).json()["id"])
        os.kill(node.process.pid, signal.SIGKILL)
    kept = {one["id"] for one in Node(tmp_path).lines("messages", "--json")}
    assert set(acknowledged) <= kept
