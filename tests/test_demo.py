"""`make demo`, as somebody who tries it: it plays, it ends, it leaves nothing behind, twice."""

from __future__ import annotations

import importlib.util
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from data import ROOT
from noroshi.feeds.drill.worlds import load_world, save_world
from prefecture import SEED, world

DEMO = ROOT / "demo" / "run.py"


def _made() -> None:
    """Have the prefecture made, where no demo did so before: in this process it is made once."""
    folder = ROOT / ".noroshi" / "demo" / "drill" / f"world-{SEED}-0"
    if load_world(folder) is None:
        save_world(world(), folder)


def _processes(group: int) -> list[str]:
    """The processes of a process group, without those that have ended."""
    found = subprocess.run(["ps", "-eo", "pgid=,stat=,args="], capture_output=True, text=True,
                           check=True).stdout.splitlines()  # fmt: skip
    rows = [line.split(None, 2) for line in found]
    return [args for pgid, state, args in rows if int(pgid) == group and not state.startswith("Z")]


class Demo:
    """`demo/run.py --stay`, as in a terminal of its own."""

    def __init__(self, port: int) -> None:
        self.process = subprocess.Popen(
            [sys.executable, DEMO, "--stay", "--speed", "2000", "--port", str(port)],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )  # fmt: skip
        self.said = ""

    def address(self) -> str:
        """Where it says that the page is."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.said += line
            if found := re.search(r"http://[\d.]+:\d+", line):
                return found[0]
        raise AssertionError(self.said)

    def end(self, number: int) -> int:
        """Ctrl-C: the signal goes to every process of the terminal."""
        os.killpg(self.process.pid, number)
        assert self.process.stdout is not None
        self.said += self.process.stdout.read()
        return self.process.wait(60)


def _wait(told: Callable[[], object], seconds: float) -> None:
    end = time.monotonic() + seconds
    while not told():
        assert time.monotonic() < end
        time.sleep(0.5)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_demo_plays_twice_in_a_row_and_ctrl_c_leaves_nothing(number: int) -> None:
    _made()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        demo = Demo(port)
        try:
            url = demo.address()
            assert not url.endswith(f":{port}")  # somebody else is on that one
            assert _processes(demo.process.pid)

            def shown() -> int:
                path = f"{url}/collections/disaster.weather_warning/items"
                answer = httpx.get(path, params={"mode": "exercise", "lapsed": "true"}, timeout=30)
                return int(answer.json().get("numberReturned", 0))

            _wait(shown, 240)
            actual = httpx.get(f"{url}/summary", timeout=30).json()
            assert sum(one["count"] for one in actual["collections"]) == 0
            assert actual["other_modes"]["exercise"] > 0
        finally:
            code = demo.end(number)
        assert code == 0, demo.said
        assert "Traceback" not in demo.said
        _wait(lambda: not _processes(demo.process.pid), 20)
        with pytest.raises(httpx.ConnectError):
            httpx.get(url)


def test_two_demos_have_homes_of_their_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    spec = importlib.util.spec_from_file_location("demo_run", DEMO)
    assert spec
    assert spec.loader
    demo = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(demo)
    monkeypatch.setattr(demo, "HOMES", tmp_path / "homes")
    with demo.own_home() as one, demo.own_home() as other:
        assert one != other
        (one / "drill").mkdir()
        (one / "noroshi.db").write_text("old")
    with demo.own_home() as again:
        assert again == one
        assert (again / "drill").is_dir()  # the prefecture is made once
        assert not (again / "noroshi.db").exists()
