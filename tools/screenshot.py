"""Makes `docs/page.png`: the page over the fictional prefecture in a storm, as the browser test of
it sees it (`tests/test_page_prefecture.py`). `make picture`."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def main() -> int:
    """Run the test, and keep its picture."""
    test = "tests/test_page_prefecture.py::test_the_storm_is_on_the_map_and_nothing_of_it_is_actual"
    done = subprocess.run([sys.executable, "-m", "pytest", "-q", test], cwd=ROOT, check=False)
    if done.returncode == 0:
        shutil.copyfile(ROOT / "artefacts" / "page-storm.png", ROOT / "docs" / "page.png")
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
