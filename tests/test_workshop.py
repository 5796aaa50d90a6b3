"""Products in a process of their own: what happens to it happens to nobody else."""

from __future__ import annotations

import json
import multiprocessing
import multiprocessing.spawn
import os
import signal
import time
from collections.abc import Callable, Iterator
from multiprocessing import resource_tracker
from pathlib import Path
from typing import Any

import pytest

from made import outside
from noroshi.core.label import OPERATOR
from noroshi.engine.node import Node
from noroshi.engine.workshop import read_standings
from noroshi.store import open_store
from run import Node as Command
from served import Served

FEATURE = {"type": "Feature", "geometry": None}
SHELTER, COUNT = "disaster.shelter", "report.indicator"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "home"
    folder.mkdir()
    (folder / "settings.toml").write_text(
        '[sources.test]\nlabel = "public"\n[web]\ncreate = ["disaster.shelter"]\n'
    )
    return folder


@pytest.fixture
def node(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    made = tmp_path / "made"
    made.mkdir()
    outside(made, "counting", "together", "slow", "fragile", wait=tmp_path / "wait")
    path = os.environ.get("PYTHONPATH", "")
    monkeypatch.setenv("PYTHONPATH", f"{made}{os.pathsep}{path}" if path else str(made))
    with Served(home) as served:
        yield served


def say(node: Served, token: str, name: str, people: int, city: str = "99201") -> float:
    said = {"name": name, "headcount": people, "area": f"city:{city}00"}
    feature = {**FEATURE, "id": name, "properties": said}
    answer = node.http.post(f"/collections/{SHELTER}/items", json=feature,
                            headers={"Authorization": f"Bearer {token}"})  # fmt: skip
    assert answer.status_code == 202, answer.text
    return time.monotonic()


def counted(node: Served) -> list[float]:
    answer = node.http.get(f"/collections/{COUNT}/items")
    if answer.status_code == 404:
        return []
    return sorted(one["properties"]["value"] for one in answer.json()["features"])


def until(what: Callable[[], Any], seconds: float = 20) -> Any:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = what()
        if found:
            return found
        time.sleep(0.03)
    raise AssertionError(f"it never came: {what()!r}")


def process_of(node: Served) -> int:
    """The process in which the products of a node run: its child that is served less."""
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == node.process.pid and int(fields[16]) > os.nice(0):
            return int(path.parent.name)
    return 0


def test_what_a_product_says_is_there_soon_and_a_slow_one_holds_up_nobody(
    node: Served, home: Path, tmp_path: Path
) -> None:
    token = node.token("--send", "--source", "test")
    (tmp_path / "wait").touch()
    say(node, token, "甲", 3)
    until(lambda: counted(node) == [3.0])
    until(lambda: read_standings(home)["technology/slow"].state == "running")
    say(node, token, "乙", 4)
    until(lambda: counted(node) == [7.0])
    until(lambda: [one["properties"]["title"] for one in node.http.get(
        "/collections/cyber.incident/items").json()["features"]] == ["7"])  # fmt: skip
    (tmp_path / "wait").unlink()


def test_killed_in_the_middle_it_loses_nothing_and_says_nothing_twice(
    node: Served, home: Path
) -> None:
    token = node.token("--send", "--source", "test")
    say(node, token, "甲", 1)
    until(lambda: counted(node) == [1.0])
    killed = 0
    for number in range(2, 22):
        say(node, token, f"所{number}", 1, f"992{number:02d}")
        if number % 7 == 0:
            process = until(lambda: process_of(node))
            os.kill(process, signal.SIGKILL)
            killed += 1
    until(lambda: counted(node) == [1.0] * 21, 40)
    assert killed == 3
    healed = until(lambda: (found := node.http.get("/health").json()["checks"]["products"])["ok"]
                   and found)  # fmt: skip
    assert healed["ok"] is True
    store = open_store(home)
    said = [one.version.key for one in store.changes(OPERATOR, after=0, kinds=[COUNT])]
    store.close()
    assert len(said) == len(set(said)) == 21


def test_what_fails_is_told_with_its_part_and_the_node_ends_with_all_it_began(
    node: Served, home: Path
) -> None:
    token = node.token("--send", "--source", "test")
    operator = node.token("--read", "own")
    say(node, token, "壊", 1, "99207")
    until(lambda: read_standings(home).get("technology/fragile") is not None
          and read_standings(home)["technology/fragile"].failures)  # fmt: skip
    assert "city:9920700" in read_standings(home)["technology/fragile"].failures[0]
    checks = node.http.get("/health", headers={"Authorization": f"Bearer {operator}"}).json()
    assert checks["status"] == "warn"
    assert checks["checks"]["products"]["each"]["technology/fragile"]["state"] == "failing"
    assert "each" not in node.http.get("/health").json()["checks"]["products"]
    told = json.loads(Command(home)("doctor", "--json", code=1).stdout)
    assert "a node runs" in told["products_told"]
    assert told["products"]["technology/fragile"].startswith("failing since 20")
    assert told["products"]["technology/counting"].startswith("idle since 20")
    (problem,) = told["problems"]
    assert problem.startswith("product technology/fragile fails: city:9920700: ")
    process = process_of(node)
    node.process.send_signal(signal.SIGINT)
    node.process.wait(timeout=20)
    until(lambda: not Path(f"/proc/{process}").exists())


def test_a_node_that_has_only_begun_ends_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither what reads nor what computes has loaded what it needs, and nothing was offered."""
    resource_tracker.ensure_running()
    slow = tmp_path / "python"
    slow.write_text("#!/bin/sh\nexec sleep 30\n")
    slow.chmod(0o700)
    monkeypatch.setattr(multiprocessing.spawn, "_python_exe", os.fsencode(slow))
    others = set(multiprocessing.active_children())
    node = Node(tmp_path / "home")
    node.start()
    node.changed({"*"})
    until(lambda: len(set(multiprocessing.active_children()) - others) == 2)
    begun = time.monotonic()
    node.stop()
    assert time.monotonic() - begun < 4
    assert set(multiprocessing.active_children()) <= others
