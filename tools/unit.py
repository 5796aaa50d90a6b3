"""Runs the tests in several processes: `make unit`.

Tests that look at a page, wait for something or measure time have the processors first; the others
take what these leave. Each process takes one file after the other, so that all of them end at
about the same time: a process of its own for each file would import everything anew.
"""

from __future__ import annotations

import gc
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from itertools import chain, groupby, pairwise
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
#: What a test speaks of that needs the clock on the wall.
_CLOCK = re.compile(
    r"\b(browsing|monotonic|perf_counter|sleep|deadline=timedelta|from lines import)\b|\.wait\("
)
_DRILLS = re.compile(r"test_(drill_.*|demo)\.py")
#: How many processes share what needs no clock, beside the one for what does.
BESIDE = 1


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
    """Runs those files that no other process has taken, in a given order."""

    def __init__(self, order: list[Path], taken: Path) -> None:
        self.order, self.taken = order, taken

    def _take(self, file: Path) -> bool:
        try:
            (self.taken / str(file.relative_to(ROOT)).replace("/", "+")).touch(exist_ok=False)
        except FileExistsError:
            return False
        return True

    def _items(self, session: pytest.Session) -> Iterator[pytest.Item]:
        found = {path: list(items) for path, items in groupby(session.items, lambda one: one.path)}
        for file in self.order:
            if file in found and self._take(file):
                yield from found[file]
                # A prefecture is a gigabyte of objects: nothing looks through them again.
                gc.collect()
                gc.freeze()

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool | None:
        """As pytest's own, but for what is taken."""
        if session.testsfailed or session.config.option.collectonly:
            return None
        for item, after in pairwise(chain(self._items(session), [None])):
            assert item is not None
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=after)
            if session.shouldfail:
                raise session.Failed(session.shouldfail)
            if session.shouldstop:
                raise session.Interrupted(session.shouldstop)
        return True


def work(first: bool, taken: Path, arguments: list[str]) -> int:
    """One process: the first goes through what needs the clock and then helps with the others,
    from the end."""
    clock, others = lists()
    order = [*clock, *reversed(others)] if first else others
    return pytest.main([*arguments, *map(str, order)], plugins=[Turns(order, taken)])


def main() -> int:
    """Run everything; the exit code of the first part that fails."""
    # Hundreds of commands start in these tests: none should compile Noroshi anew.
    environment = {**os.environ}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    with tempfile.TemporaryDirectory() as taken, tempfile.TemporaryFile("w+") as said:
        call = [sys.executable, __file__, "--in", taken]
        beside = [
            subprocess.Popen(
                [*call, "beside", *sys.argv[1:]], cwd=ROOT, env=environment, stdout=said,
                stderr=subprocess.STDOUT, preexec_fn=lambda: os.nice(10),
            )
            for _ in range(BESIDE)
        ]  # fmt: skip
        try:
            codes = [subprocess.call([*call, "first", *sys.argv[1:]], cwd=ROOT, env=environment)]
            print("\nThe others, which ran beside these:", flush=True)
            codes += [one.wait() for one in beside]
        finally:
            for one in beside:
                if one.poll() is None:
                    one.terminate()
                    one.wait()
        said.seek(0)
        sys.stdout.write(said.read())
        left = sum(map(len, lists())) - len(list(Path(taken).iterdir()))
    if left and not sys.argv[1:] and not any(codes):
        print(f"{left} files of tests were run by nobody")
        return 1
    return next((code for code in codes if code), 0)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--in"]:
        sys.exit(work(sys.argv[3] == "first", Path(sys.argv[2]), sys.argv[4:]))
    sys.exit(main())
