"""Runs the tests in two processes: `make unit`.

Those that ask a running node, look at a page or wait for something have the processors first; all
others, drills among them, take what these leave. A prefecture and three days of drills are also a
gigabyte of objects, which would slow down every test after them in the same process.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


#: What a test speaks of that needs the clock on the wall.
_CLOCK = re.compile(r"\b(served|browsing|monotonic|perf_counter|sleep|exchanging|lines)\b")
_DRILLS = re.compile(r"test_(drill_.*|demo)\.py")


def needs_the_clock(test: Path) -> bool:
    """True for a file of tests that must not wait for others. Drills have time."""
    if _DRILLS.fullmatch(test.name):
        return False
    return _CLOCK.search(test.read_text(encoding="utf-8")) is not None


def main() -> int:
    """Run everything; the exit code of the first part that fails."""
    # Hundreds of commands start in these tests: none should compile Noroshi anew.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    files = sorted([*ROOT.glob("tests/test_*.py"), *ROOT.glob("src/**/test_*.py")])
    names = [str(one.relative_to(ROOT)) for one in files if not needs_the_clock(one)]
    pytest = [sys.executable, "-m", "pytest", *sys.argv[1:]]
    with tempfile.TemporaryFile("w+", encoding="utf-8") as said:
        beside = subprocess.Popen(
            [*pytest, *names], cwd=ROOT, stdout=said, stderr=subprocess.STDOUT,
            preexec_fn=lambda: os.nice(19),
        )  # fmt: skip
        try:
            code = subprocess.call([*pytest, *(f"--ignore={one}" for one in names)], cwd=ROOT)
            print("\nThe others, which ran beside these:", flush=True)
            other = beside.wait()
        finally:
            if beside.poll() is None:
                beside.terminate()
                beside.wait()
        said.seek(0)
        sys.stdout.write(said.read())
    return code or other


if __name__ == "__main__":
    sys.exit(main())
