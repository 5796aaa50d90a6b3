"""Peak resident memory of `noroshi ingest`, reading processes included."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.data import DATA, jma_files
from bench.result import Result, skipped

LIMIT = 300


def run(big: bool) -> list[Result]:
    """Each of the largest inputs in a home of its own, and all telegrams together."""
    if not DATA.exists():
        return skipped("memory", "no real data")
    largest = sorted(jma_files(), key=lambda one: one.stat().st_size)[-1:]
    work = {
        "all telegrams": [DATA / "jma_xml" / "samples"],
        "largest telegram": largest,
        "shelters_drill.zip": [DATA / "sip4d_zip" / "shelters_drill.zip"],
        "all GSI shelters": [DATA / "shelters" / "gsi_20251027.tar.gz"],
    }
    results = []
    for name, paths in work.items():
        with tempfile.TemporaryDirectory() as home:
            one, together = _peak(["--home", home, "ingest", *map(str, paths)])
        results.append(
            Result(f"memory: {name}", f"{together:.0f} MB", f"< {LIMIT} MB", together < LIMIT,
                   f"all processes together (PSS); largest one {one:.0f} MB (RSS)")
        )  # fmt: skip
    return results


def _peak(arguments: list[str]) -> tuple[float, float]:
    """Peaks in MB, sampled: largest single process, and all of the tree together."""
    code = "from noroshi.cli import main; main()"
    process = subprocess.Popen(
        [sys.executable, "-c", code, *arguments], stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    one = together = 0.0
    while process.poll() is None:
        tree = [process.pid, *_children(process.pid)]
        one = max([one, *(_field(pid, "status", "VmRSS") for pid in tree)])
        together = max(together, sum(_field(pid, "smaps_rollup", "Pss") for pid in tree))
        time.sleep(0.01)
    return one / 1024, together / 1024


def _children(pid: int) -> list[int]:
    try:
        text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    except OSError:
        return []
    return [int(part) for part in text.split()]


def _field(pid: int, file: str, name: str) -> float:
    try:
        for line in Path(f"/proc/{pid}/{file}").read_text().splitlines():
            if line.startswith(name + ":"):
                return float(line.split()[1])
    except (OSError, ProcessLookupError):
        pass
    return 0.0
