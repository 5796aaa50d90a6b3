"""`kill -9` at any moment loses nothing that was acknowledged; two processes may ingest at once."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

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


def _command(home: Path, *paths: Path) -> list[str]:
    return [sys.executable, "-c", "from noroshi.cli import main; main()",
            "--home", str(home), "ingest", "--json", *map(str, paths)]  # fmt: skip


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
    done = subprocess.run(_command(home, folder), capture_output=True, check=True)
    took = time.perf_counter() - start
    totals = json.loads(done.stdout.splitlines()[-1])
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
            process = subprocess.Popen(_command(home, folder), stdout=out, stderr=subprocess.PIPE)
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
            subprocess.run(_command(home, folder), capture_output=True, check=True)
            assert _picture(home) == _picture(whole)
    assert cut_short >= KILLS // 3, "most kills came too late to test anything"


def test_two_processes_ingest_into_one_home_at_once(folder: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    _write(other, 600, office="別府")
    home = tmp_path / "home"
    processes = [
        subprocess.Popen(_command(home, *paths), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for paths in ((folder, other), (other, folder))
    ]
    totals = []
    for process in processes:
        out, err = process.communicate(timeout=300)
        assert process.returncode == 0, err.decode()
        totals.append(json.loads(out.splitlines()[-1]))
    assert sum(one["read"] for one in totals) == MESSAGES + 600
    assert sum(one["duplicate"] for one in totals) == MESSAGES + 600
    alone = tmp_path / "alone"
    subprocess.run(_command(alone, folder, other), capture_output=True, check=True)
    assert _picture(home) == _picture(alone)


def test_many_processes_may_make_one_home_at_once(tmp_path: Path) -> None:
    message = tmp_path / "1.xml"
    message.write_bytes(telegram(event="E"))
    for turn in range(3):
        home = tmp_path / f"home{turn}"
        processes = [
            subprocess.Popen(
                _command(home, message), stdout=subprocess.PIPE, stderr=subprocess.PIPE
            )
            for _ in range(6)
        ]
        read = 0
        for process in processes:
            out, err = process.communicate(timeout=120)
            assert process.returncode == 0, err.decode()
            read += json.loads(out.splitlines()[-1])["read"]
        assert read == 1
