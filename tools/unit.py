"""Runs the tests in several processes: `make unit`.

Tests that look at a page, wait for something or measure time have the processors first; two more
processes share the others from both ends and take what these leave. Each takes one file after the
other, so that all end at about the same time.
"""

from __future__ import annotations

import contextlib
import gc
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from itertools import chain, pairwise
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[1]
#: What a test speaks of that needs the clock on the wall.
_CLOCK = re.compile(
    r"\b(browsing|monotonic|perf_counter|sleep|deadline=timedelta|from lines import)\b|\.wait\("
)
#: Not a file: each process that a test spawns would run it first, and load pytest.
_PART = """import sys; from pathlib import Path; sys.path.insert(0, sys.argv[1] + "/tools")
from unit import work; sys.path.pop(0)
sys.exit(work(sys.argv[2], Path(sys.argv[3]), sys.argv[4:]))"""
_DRILLS = re.compile(r"test_(drill_.*|demo)\.py")


#: A disk in memory, and what must be free in it [byte]: the tests leave about a tenth of that.
_MEMORY, _ROOM = Path("/dev/shm"), 6 * 2**30  # noqa: S108


def needs_the_clock(test: Path) -> bool:
    """True for a file of tests that must not wait for others. Drills have time."""
    if _DRILLS.fullmatch(test.name):
        return False
    return _CLOCK.search(test.read_text(encoding="utf-8")) is not None


def lists() -> tuple[list[Path], list[Path]]:
    """Files of tests that need the clock, and the others: drills first, as they take longest and
    share a prefecture that takes a while to make."""
    files = sorted([*ROOT.glob("tests/test_*.py"), *ROOT.glob("src/**/test_*.py")])
    clock = [one for one in files if needs_the_clock(one)]
    rest = [one for one in files if one not in clock]
    return clock, sorted(rest, key=lambda one: not _DRILLS.fullmatch(one.name))


class Turns:
    """Runs those files that no other process has taken, in a given order. A file is loaded when it
    is taken: all of them take a quarter of a minute in each process."""

    def __init__(self, order: list[Path], taken: Path) -> None:
        self.order, self.taken = order, taken

    def _take(self, file: Path) -> bool:
        try:
            (self.taken / str(file.relative_to(ROOT)).replace("/", "+")).touch(exist_ok=False)
        except FileExistsError:
            return False
        return True

    def _items(self, session: pytest.Session) -> Iterator[pytest.Item]:
        collected = 0
        for file in self.order:
            if self._take(file):
                found = session.perform_collect([str(file)])
                collected += len(found)
                session.testscollected = collected
                yield from map(_item, found)
                # A prefecture is a gigabyte of objects: nothing looks through them again.
                gc.collect()
                gc.freeze()

    def pytest_collection(self, session: pytest.Session) -> bool:
        """Nothing yet."""
        session.items = []
        return True

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool | None:
        """As pytest's own, but for what is taken."""
        if session.config.option.collectonly:
            return None
        for item, after in pairwise(chain(self._items(session), [None])):
            assert item is not None
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=after)
            if session.shouldfail:
                raise session.Failed(session.shouldfail)
            if session.shouldstop:
                raise session.Interrupted(session.shouldstop)
        return True


def _item(found: pytest.Item | pytest.Collector) -> pytest.Item:
    assert isinstance(found, pytest.Item)
    return found


def work(part: str, taken: Path, arguments: list[str]) -> int:
    """One process: `clock` goes through what needs the clock and then helps with the others."""
    clock, others = lists()
    order = {"clock": clock + others[::-1], "front": others, "back": others[::-1]}[part]
    return pytest.main(
        [
            "-o",
            "tmp_path_retention_policy=failed",
            "-o",
            "console_output_style=classic",
            *arguments,
            *map(str, order),
        ],
        plugins=[Turns(order, taken)],
    )


def place() -> str | None:
    """Where homes are made: thousands of stores that each wait for a disk would take minutes."""
    if _MEMORY.is_dir() and shutil.disk_usage(_MEMORY).free > _ROOM:
        free = re.search(r"MemAvailable:\s+(\d+) kB", Path("/proc/meminfo").read_text())
        if free and int(free[1]) * 1024 > _ROOM:
            return str(_MEMORY)
    return None


def main() -> int:
    """Run everything; the exit code of the first part that fails."""
    with (
        tempfile.TemporaryDirectory(prefix="unit-", dir=place()) as folder,
        contextlib.ExitStack() as ending,
    ):
        environment = {**os.environ, "TMPDIR": folder}
        # Hundreds of commands start in these tests: none should compile Noroshi anew.
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        taken = Path(folder) / "taken"
        taken.mkdir()

        def start(part: str, **more: Any) -> subprocess.Popen[bytes]:
            call = [sys.executable, "-c", _PART, str(ROOT), part, str(taken), *sys.argv[1:]]
            process = subprocess.Popen(call, cwd=ROOT, env=environment, **more)
            ending.callback(process.wait)
            ending.callback(process.terminate)
            return process

        beside = []
        for part in ("front", "back"):
            said = ending.enter_context(tempfile.TemporaryFile())
            process = start(part, stdout=said, stderr=said, preexec_fn=lambda: os.nice(10))
            beside.append((process, said))
        codes = [start("clock").wait()]
        for process, said in beside:
            print("\nThe others, which ran beside these:", flush=True)
            codes.append(process.wait())
            said.seek(0)
            shutil.copyfileobj(said, sys.stdout.buffer)
            sys.stdout.flush()
        left = sum(map(len, lists())) - len(list(taken.iterdir()))
    if left and not sys.argv[1:] and not any(codes):
        print(f"{left} files of tests were run by nobody")
        return 1
    return next((code for code in codes if code), 0)


if __name__ == "__main__":
    sys.exit(main())
