"""`kill -9` at any moment loses nothing that was acknowledged; two processes may ingest at once."""

from __future__ import annotations

import json
import random
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import called
from noroshi.core.label import OPERATOR
from noroshi.core.time import now
from noroshi.store import Query, open_store
from telegrams import telegram

MESSAGES = 1500
KILLS = 12


def _write(folder: Path, count: int, office: str = "架空") -> None:
    folder.mkdir()
    for number in range(count):
        # Every tenth replaces an earlier one, so that supersession is cut through as well.
        event = f"{number - 5 if number % 10 == 9 else number:05d}"
        reported = f"2026-01-01T{number // 60 % 24:02d}:{number % 60:02d}:00+09:00"
        data = telegram(office, event=event, reported=reported, serial=number)
        (folder / f"{number:05d}.xml").write_bytes(data)


def _ingested(home: Path, *paths: Path) -> dict[str, int]:
    """Take files in; what it counts at the end."""
    done = called.run("ingest", "--json", *paths, home=home)
    assert done.returncode == 0, done.stderr.decode()
    totals: dict[str, int] = json.loads(done.stdout.splitlines()[-1])
    return totals


def _at_once(calls: list[tuple[Path, ...]]) -> list[dict[str, int]]:
    """The same, each a home and files, by as many processes at once."""
    with ThreadPoolExecutor(len(calls)) as waiting:
        return list(waiting.map(lambda one: _ingested(*one), calls))


def _picture(home: Path) -> list[tuple[str, bytes]]:
    store = open_store(home)
    moment = now()
    query = Query(OPERATOR, moment, moment, "disaster.bulletin")
    found = sorted((one.key, one.body) for one in store.picture(query))
    assert store.check() == []
    store.close()
    return found


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("telegrams") / "in"
    _write(path, MESSAGES)
    return path


@pytest.fixture(scope="module")
def undisturbed(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, float]:
    home = tmp_path_factory.mktemp("undisturbed")
    start = time.perf_counter()
    totals = _ingested(home, folder)
    took = time.perf_counter() - start
    assert (totals["read"], totals["quarantined"]) == (MESSAGES, 0)
    return home, took


def test_killed_at_random_moments_it_keeps_what_it_acknowledged_and_opens_clean(
    folder: Path, undisturbed: tuple[Path, float], tmp_path: Path
) -> None:
    whole, took = undisturbed
    rng = random.Random(20240101)
    acknowledged: set[str] = set()
    cut_short = 0
    for number in range(KILLS):
        # A fresh home for every third kill, so that making the store is cut through as well.
        home = tmp_path / str(number // 3)
        output = tmp_path / f"out{number}"
        if number % 3 == 0:
            acknowledged = set()
        with output.open("wb") as out:
            process = called.start("ingest", "--json", folder, home=home, stdout=out)
            time.sleep(rng.uniform(0.05, took))
            process.kill()
            process.wait()
        lines = output.read_bytes().split(b"\n")
        complete = [json.loads(line) for line in lines[:-1]]
        cut_short += not any("messages" in line for line in complete)
        acknowledged |= {line["id"] for line in complete if "id" in line}
        store = open_store(home)
        kept = {one.id: one.state for one in store.messages(OPERATOR)}
        assert acknowledged <= kept.keys()
        assert store.check() == []
        for id in sorted(acknowledged)[:: max(1, len(acknowledged) // 20)]:
            assert store.message(id, OPERATOR)
        store.close()
        if number % 3 == 2:
            _ingested(home, folder)
            assert _picture(home) == _picture(whole)
    assert cut_short >= KILLS // 3, "most kills came too late to test anything"


def test_two_processes_ingest_into_one_home_at_once(folder: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    _write(other, 600, office="別府")
    home = tmp_path / "home"
    totals = _at_once([(home, folder, other), (home, other, folder)])
    assert sum(one["read"] for one in totals) == MESSAGES + 600
    assert sum(one["duplicate"] for one in totals) == MESSAGES + 600
    alone = tmp_path / "alone"
    _ingested(alone, folder, other)
    assert _picture(home) == _picture(alone)


def test_many_processes_may_make_one_home_at_once(tmp_path: Path) -> None:
    message = tmp_path / "1.xml"
    message.write_bytes(telegram(event="E"))
    for turn in range(3):
        home = tmp_path / f"home{turn}"
        assert sum(one["read"] for one in _at_once([(home, message)] * 6)) == 1
