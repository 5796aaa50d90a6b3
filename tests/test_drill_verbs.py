"""`noroshi drill`, as it is typed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner, Result

import drilling
from noroshi.cli import noroshi
from noroshi.core.errors import NoroshiError, NotFound
from noroshi.core.label import OPERATOR, OWN, PUBLIC
from noroshi.core.record import Mode
from noroshi.core.time import now
from noroshi.feeds.drill import scenarios, worlds
from noroshi.kinds.exercise import SESSION
from noroshi.store import Query, open_store
from served import Served

SMALL = scenarios.Entry("drilling:SMALL", "A small drill", "小さな訓練")


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(scenarios.SCENARIOS, "small", SMALL)
    monkeypatch.setattr(worlds, "_make", lambda seed, number: drilling.world(number, seed))
    monkeypatch.setattr(
        worlds, "scaled", lambda world, count: [drilling.world(one) for one in range(count)]
    )


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


def run(home: Path, *arguments: object, code: int = 0) -> Result:
    done = CliRunner().invoke(noroshi, ["--home", str(home), "drill", *map(str, arguments)])
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    assert done.exit_code == code, done.output
    return done


def summary(done: Result) -> Any:
    return json.loads(done.stdout.splitlines()[-1])


def pictures(home: Path, kind: str, mode: Mode = Mode.EXERCISE) -> list[Any]:
    store = open_store(home)
    moment = max(now(), store.recorded())
    found = list(store.picture(Query(OPERATOR, moment, moment, kind, mode, lapsed=True)))
    store.close()
    return found


START = ("--start", "2026-01-01T09:00", "--speed", "max")


def test_a_drill_is_played_and_scored(home: Path) -> None:
    done = run(home, "run", "small", *START, "--label", "public", "--json")
    said = summary(done)
    assert said["played"]["messages"] == 24
    assert said["taken"]["quarantined"] == 0
    assert "24 messages 電文, 36 facts 事実" in done.stderr
    assert {one.label for one in pictures(home, "disaster.shelter")} == {PUBLIC}
    found = json.loads(run(home, "score", "--json").stdout)
    assert found["total"]["complete"] == 1
    assert found["kinds"]["disaster.shelter"]["late"]["max"] == 300
    assert found["heading"]["world"] == ["51"]
    table = run(home, "score").stdout
    assert "disaster.shelter\t36\t100.0%\t5 min\t5 min\t5 min" in table
    assert "drill/town-51201" in table


def test_same_seed_and_start_same_files(home: Path, tmp_path: Path) -> None:
    for one in ("a", "b"):
        run(home, "run", "small", *START, "--seed", 3, "--into", f"{tmp_path / one}/",
            "--faults", "reorder=0.2,delay=0.2,repeat=0.2,lose=0.1,corrupt=0.1")  # fmt: skip
    files = sorted(path.name for path in (tmp_path / "a").iterdir())
    assert "truth.jsonl" in files
    assert files == sorted(path.name for path in (tmp_path / "b").iterdir())
    for name in files:
        first, second = ((tmp_path / one / name).read_bytes() for one in "ab")
        if name == "truth.jsonl":  # its heading says when it was played
            first, second = (one.partition(b"\n")[2] for one in (first, second))
        assert first == second, name
    assert not (home / "noroshi.db").exists(), "nothing is taken in"


def test_the_page_hears_of_the_drill_and_of_its_end(home: Path) -> None:
    run(home, "run", "small", *START)
    (session,) = pictures(home, SESSION)
    body = session.fields()
    assert (body["state"], body["scenario"], body["title_ja"]) == ("ended", "small", "小さな訓練")
    assert body["begins"] == "2026-01-01T00:00:00Z"
    assert body["ends"] == "2026-01-01T01:00:00Z"
    assert body["clock"] == "2026-01-01T01:00:00Z"
    assert session.label == OWN
    assert pictures(home, SESSION, Mode.ACTUAL) == []


def test_many_prefectures_at_once(home: Path) -> None:
    said = summary(run(home, "run", "small", *START, "--scale", 3, "--json"))
    assert said["played"]["messages"] == 72
    store = open_store(home)
    sources = {one.source for one in store.messages(OPERATOR)}
    store.close()
    assert {"drill/town-51201-51", "drill/town-51201-53", "drill/control"} <= sources
    assert (
        "leave out --number"
        in run(home, "run", "small", "--scale", 3, "--number", 1, code=2).stderr
    )


def test_over_http_with_the_token_of_the_environment(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Served(tmp_path / "node") as node:
        monkeypatch.setenv("NOROSHI_TOKEN", node.token("--send", "--source", "drill",
                                                       "--read", "own"))  # fmt: skip
        said = summary(run(home, "run", "small", *START, "--into", node.url, "--json"))
        assert said["taken"]["read"] == 24 + 2
        assert len(pictures(tmp_path / "node", "disaster.shelter")) == 6
        far = json.loads(run(home, "score", "--into", node.url, "--json").stdout)
        near = json.loads(run(home, "score", "--into", tmp_path / "node", "--json").stdout)
        assert far == near
        assert far["total"]["complete"] == 1
        monkeypatch.setenv("NOROSHI_TOKEN", "noroshi_wrong")
        with pytest.raises(NoroshiError, match="token"):
            run(home, "run", "small", "--into", node.url)


def test_what_is_not_there_is_told_with_what_is(home: Path) -> None:
    with pytest.raises(NotFound, match="typhoon"):
        run(home, "run", "tyhpoon")
    with pytest.raises(NotFound, match=r"did you mean small\?"):
        run(home, "run", "smal")
    assert "not one of reorder" in run(home, "run", "small", "--faults", "lost=1", code=2).stderr
    assert "is not a speed" in run(home, "run", "small", "--speed", "quick", code=2).stderr
    with pytest.raises(NoroshiError, match="no truth"):
        run(home, "score")
    with pytest.raises(NoroshiError, match=r"write .*files/"):
        run(home, "run", "small", "--into", home / "files")
    assert "--label" in run(home, "run", "small", "--label", "nobody", code=2).stderr


def test_the_scenarios_are_listed(home: Path) -> None:
    names = [json.loads(line)["name"] for line in run(home, "list", "--json").stdout.splitlines()]
    assert names == ["typhoon", "nankai", "multithreat", "small"]
    assert "台風" in run(home, "list").stdout


def test_a_world_is_kept_and_made_anew_only_by_another_maker(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[int] = []

    def make(seed: int, number: int) -> Any:
        made.append(number)
        return drilling.world(number, seed)

    first = worlds.world_of(home, 1, 2, make)
    kept = worlds.world_of(home, 1, 2, make)
    assert made == [2]
    assert (kept.land.elevation == first.land.elevation).all()
    assert kept.land.elevation.dtype == first.land.elevation.dtype
    for one in (first, kept):
        one.land = None  # type: ignore[assignment]
    assert msgspec.to_builtins(kept) == msgspec.to_builtins(first)
    monkeypatch.setattr(worlds, "maker", lambda: "another")
    worlds.world_of(home, 1, 2, make)
    assert made == [2, 2]
    (home / "drill" / "world-1-2" / "land.npz").write_bytes(b"cut off")
    worlds.world_of(home, 1, 2, make)
    assert made == [2, 2, 2]
    with pytest.raises(NotFound, match="0 to 46"):
        worlds.world_of(home, 1, 47, make)


_SCRIPT = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell may have let it be ignored
sys.path.insert(0, {tests!r})
import drilling
from noroshi.cli import main
from noroshi.feeds.drill import scenarios, worlds
if __name__ == "__main__":
    scenarios.SCENARIOS["small"] = scenarios.Entry("drilling:SMALL", "a", "b")
    worlds._make = lambda seed, number: drilling.world(number, seed)
    sys.argv = ["noroshi", "--home", {home!r}, "drill", "run", "small", "--speed", "300"]
    main()
"""


def test_an_interrupt_ends_it_with_what_was_sent(home: Path, tmp_path: Path) -> None:
    script = tmp_path / "drill.py"
    tests = str(Path(drilling.__file__).parent)
    script.write_text(_SCRIPT.format(tests=tests, home=str(home)))
    process = subprocess.Popen([sys.executable, script], stderr=subprocess.PIPE, text=True,
                               env={**os.environ, "LANG": "C.UTF-8"})  # fmt: skip
    try:
        until = time.monotonic() + 60
        while time.monotonic() < until:
            time.sleep(0.2)
            if (home / "drill" / "truth.jsonl").exists():
                break
        time.sleep(2.5)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=60)
    finally:
        process.kill()
    assert process.returncode == 130, said
    assert "Traceback" not in said
    assert "ended early 中断" in said
    (session,) = pictures(home, SESSION)
    assert session.fields()["state"] == "stopped"
