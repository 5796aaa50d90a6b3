"""Drills: how long a prefecture takes to make, and how fast the typhoon comes in.

Each part runs in a process of its own, so that its memory is its own.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import httpx

from bench.result import Result, skipped
from bench.server import below, noroshi
from noroshi.core.label import OPERATOR
from noroshi.core.record import Mode
from noroshi.store import READ, Query, open_store

_SCENARIO = "typhoon"
_COMMAND = [sys.executable, "-c", "from noroshi.cli import main; main()"]


def run(big: bool) -> list[Result]:
    """The bars of the issue: made in < 30 s and < 1 GB; ≥ 2,000 messages at ≥ 200 a second."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        results = _world(home)
        try:
            results += _over_http(home)
            results += _into_home(home, Path(folder) / "other")
            results += _to_files(home, Path(folder) / "files")
        except (subprocess.CalledProcessError, ModuleNotFoundError) as error:
            said = getattr(error, "stderr", None) or str(error)
            results += skipped(f"{_SCENARIO} played", said.strip().splitlines()[-1][:80])
        return results


def _world(home: Path) -> list[Result]:
    """Made anew, kept, and read back."""
    code = (
        "import resource, sys, time\nfrom pathlib import Path\n"
        "from noroshi.feeds.drill.worlds import world_of\n"
        "before = time.perf_counter()\nworld_of(Path(sys.argv[1]), 1, 0)\n"
        "print(time.perf_counter() - before,"
        " resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,"
        " time.process_time())"
    )

    def once() -> tuple[float, float, float]:
        said = subprocess.run([sys.executable, "-c", code, str(home)], capture_output=True,
                              text=True, check=True).stdout  # fmt: skip
        seconds, memory, cpu = map(float, said.split())
        return seconds, memory, cpu

    seconds, memory, cpu = once()
    again, _, _ = once()
    size = sum(one.stat().st_size for one in (home / "drill").rglob("*") if one.is_file())
    return [
        Result("a prefecture made", f"{seconds:.1f} s", "< 30 s", seconds < 30,
               f"{cpu:.1f} s of processor; kept in {size / 2**20:.0f} MB, read back in "
               f"{again:.1f} s"),
        Result("memory it takes", f"{memory:,.0f} MB", "< 1000 MB", memory < 1000, "most resident"),
    ]  # fmt: skip


def _noroshi(home: Path, *arguments: str, token: str = "") -> str:
    done = subprocess.run(
        [*_COMMAND, "--home", str(home), *arguments], capture_output=True, text=True, check=True,
        env={**os.environ, "NOROSHI_TOKEN": token, "LANG": "C.UTF-8"},
    )  # fmt: skip
    return done.stdout


def _play(home: Path, *arguments: str, token: str = "") -> dict[str, Any]:
    said = _noroshi(home, "drill", "run", _SCENARIO, "--speed", "max", "--json", *arguments,
                    token=token)  # fmt: skip
    found: dict[str, Any] = json.loads(said.splitlines()[-1])
    return found


def _over_http(home: Path) -> list[Result]:
    """Into a node that serves, every message acknowledged and then readable."""
    _noroshi(home, "drill", "world", "--import")
    token = _noroshi(home, "token", "new", "drill", "--send", "--read", "own").strip()
    with noroshi(home) as (url, pid):
        idle, before, mine = _spent(pid), time.perf_counter(), _children()
        said = _play(home, "--into", url, token=token)
        whole = time.perf_counter() - before
        cpu = _spent(pid) - idle, _children() - mine
        shown = _shown(home)
        alive = httpx.get(f"{url}/health", timeout=30).status_code
    note = (f"{shown:,} records readable, health {alive}; processor: node {cpu[0]:.0f} s, "
            f"scenario and sender {cpu[1]:.0f} s")  # fmt: skip
    return _results("over HTTP into a node", said, whole, note, home)


def _children() -> float:
    """Seconds of processor that ended children took."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _spent(pid: int) -> float:
    """Seconds of processor that a running process and its children took (proc(5))."""
    ticks = 0
    for one in [pid, *below(pid)]:
        fields = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def _into_home(home: Path, other: Path) -> list[Result]:
    """Into a home that nobody serves, products included."""
    _noroshi(other, "drill", "world", "--import", "--out", str(other / "files"))
    before, mine = time.perf_counter(), _children()
    said = _play(home, "--into", str(other))
    whole, cpu = time.perf_counter() - before, _children() - mine
    note = f"{_shown(other):,} records readable; {cpu:.0f} s of processor in all"
    return _results("into a home", said, whole, note, other)


def _to_files(home: Path, folder: Path) -> list[Result]:
    """Only made, and written to files: what the scenario itself costs."""
    before = time.perf_counter()
    said = _play(home, "--into", f"{folder}/")
    whole = time.perf_counter() - before
    count = said["played"]["messages"]
    size = sum(one.stat().st_size for one in folder.iterdir())
    return [Result(f"{_SCENARIO} only written", f"{count / said['played']['seconds']:,.0f}/s", "",
                   None, f"{whole:.1f} s in all, {size / 2**20:.1f} MB of files")]  # fmt: skip


def _shown(home: Path) -> int:
    store = open_store(home)
    moment = store.recorded()
    kinds = store.kinds(OPERATOR)
    count = sum(
        store.tally(Query(OPERATOR, moment, moment, kind, Mode.EXERCISE, lapsed=True)).count
        for kind in kinds
    )
    store.close()
    return count


def _results(where: str, said: dict[str, Any], whole: float, note: str, home: Path) -> list[Result]:
    """The rate is of the time from the first message until all are acknowledged."""
    played, taken = said["played"], said["taken"]
    seconds = said["seconds"]
    rate = taken["taken"] / seconds
    store = open_store(home)
    kept = sum(one.source.startswith("drill/") and one.state in (READ, "duplicate")
               for one in store.messages(OPERATOR))  # fmt: skip
    store.close()
    whole_note = (
        f"{taken['read']:,} read, {taken['quarantined']} in quarantine ({played['wrong']} wrong on "
        f"purpose); {kept:,} kept; {note}; {whole:.0f} s with making it"
    )
    count = played["messages"]
    memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    return [
        Result(f"{_SCENARIO} {where}", f"{rate:,.0f}/s", "≥ 200/s", rate >= 200, whole_note),
        Result("  messages", f"{count:,}", "≥ 2000", count >= 2000,
               f"{played['facts']:,} facts; {memory:,.0f} MB the most that a process took"),
    ]  # fmt: skip
