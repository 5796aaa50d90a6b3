"""Runs the tests, those of drills beside the others: `make unit`.

A prefecture and three days of drills are a gigabyte of objects, which would slow down every test
that comes after them in the same process; and they need no browser and no clock on the wall to
speak of, so they take what the others leave of the processors.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def main() -> int:
    """Run everything; the exit code of the first part that fails."""
    tests = ROOT / "tests"
    drills = sorted({*tests.glob("test_drill_*.py"), tests / "test_demo.py"})
    names = [str(one.relative_to(ROOT)) for one in drills]
    pytest = [sys.executable, "-m", "pytest", *sys.argv[1:]]
    with tempfile.TemporaryFile("w+", encoding="utf-8") as said:
        beside = subprocess.Popen(
            [*pytest, *names], cwd=ROOT, stdout=said, stderr=subprocess.STDOUT,
            preexec_fn=lambda: os.nice(19),
        )  # fmt: skip
        try:
            code = subprocess.call([*pytest, *(f"--ignore={one}" for one in names)], cwd=ROOT)
            print("\nThe tests of drills, which ran beside these:", flush=True)
            drilled = beside.wait()
        finally:
            if beside.poll() is None:
                beside.terminate()
                beside.wait()
        said.seek(0)
        sys.stdout.write(said.read())
    return code or drilled


if __name__ == "__main__":
    sys.exit(main())
