"""How a node says that it is well, and how its sources stand: truly, and to nobody too much."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from run import Node
from served import Served
from telegrams import telegram

SETTINGS = """
[sources.open]
label = "public"
[sources.hidden-city]
label = "own"
[sources."x\\"} 1\\nnoroshi_source_up{source=\\"y"]
label = "public"
"""
HOSTILE = 'x"} 1\nnoroshi_source_up{source="y'


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Served]:
    (tmp_path / "settings.toml").write_text(SETTINGS)
    with Served(tmp_path) as served:
        yield served


def issued(ago: timedelta) -> str:
    return (datetime.now(UTC) - ago).isoformat(timespec="seconds")


def states(node: Served, token: str = "") -> dict[str, str]:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    answer = node.http.get("/sources", headers=headers)
    assert answer.status_code == 200
    return {one["name"]: one["state"] for one in answer.json()["sources"]}


def test_a_node_that_works_says_so(node: Served) -> None:
    answer = node.http.get("/health")
    assert answer.status_code == 200
    assert answer.json()["status"] == "pass"
    assert answer.headers["cache-control"] == "no-store"


def test_content_of_83_days_ago_makes_its_source_stale_although_it_just_came(node: Served) -> None:
    token = node.token("--send", "--source", "open")
    node.post(telegram(reported=issued(timedelta(days=83))), token)
    assert states(node) == {"open": "stale"}
    (told,) = node.http.get("/sources").json()["sources"]
    assert told["age_s"] == pytest.approx(83 * 86400, abs=3600)
    assert "83" in told["reason"]
    assert "83日" in told["reason_ja"]
    node.post(telegram(reported=issued(timedelta(minutes=1)), serial=2), token)
    assert states(node)["open"] != "stale"


def test_a_source_is_shown_to_those_only_who_may_read_it(node: Served) -> None:
    sender = node.token("--send", "--source", "hidden-city")
    assert node.post(telegram(reported=issued(timedelta(minutes=1))), sender).status_code == 202
    assert states(node) == {}
    assert "hidden-city" in states(node, node.token("--read", "own"))
    for path in ("/sources", "/metrics", "/health", "/summary"):
        answer = node.http.get(path)
        assert answer.status_code == 200
        assert "hidden-city" not in answer.text, path
    reader = node.token("--read", "own")
    told = node.http.get("/metrics", headers={"Authorization": f"Bearer {reader}"}).text
    assert "hidden-city" not in told


def test_what_cannot_be_read_is_counted_with_its_source(node: Served) -> None:
    token = node.token("--send", "--source", "open")
    assert node.post(b"<Report", token).json()["state"] == "quarantined"
    (told,) = node.http.get("/sources").json()["sources"]
    assert told["quarantined"] == 1
    assert told["state"] == "unknown"


def test_metrics_are_what_prometheus_reads(node: Served) -> None:
    token = node.token("--send", "--source", "open")
    node.post(telegram(reported=issued(timedelta(minutes=2))), token)
    answer = node.http.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    found = {one.name: one.samples for one in text_string_to_metric_families(answer.text)}
    assert found["noroshi_source_arrivals"][0].labels == {"source": "open"}
    assert found["noroshi_source_arrivals"][0].value == 1
    assert 100 < found["noroshi_source_age_seconds"][0].value < 300
    assert "noroshi_intake_waiting_messages" not in found
    monitor = {"Authorization": f"Bearer {node.token('--read', 'own')}"}
    answer = node.http.get("/metrics", headers=monitor)
    found = {one.name: one.samples for one in text_string_to_metric_families(answer.text)}
    assert found["noroshi_intake_waiting_messages"][0].value == 0
    assert found["noroshi_disk_free_bytes"][0].value > 0


def test_a_source_that_names_itself_like_a_metric_spoils_nothing(node: Served) -> None:
    # A token refuses such a name; the operator's own command does not, for old sources have any.
    with pytest.raises(subprocess.CalledProcessError):
        node.token("--send", "--source", HOSTILE)
    file = node.home / "telegram.xml"
    file.write_bytes(telegram(reported=issued(timedelta(minutes=2))))
    Node(node.home)("ingest", file, "--source", HOSTILE, "--label", "public")
    metrics = list(text_string_to_metric_families(node.http.get("/metrics").text))
    up = [one for family in metrics for one in family.samples if one.name == "noroshi_source_up"]
    assert [one.labels["source"] for one in up] == [HOSTILE]
    page = node.http.get("/sources", headers={"Accept": "text/html"})
    assert page.status_code == 200


def test_a_wrong_token_is_told_and_not_taken_for_nobody(node: Served) -> None:
    for path in ("/sources", "/health", "/metrics"):
        answer = node.http.get(path, headers={"Authorization": "Bearer noroshi_x_y"})
        assert answer.status_code == 401, path
