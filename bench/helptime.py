"""How long `noroshi --help` takes, against starting Python."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

from bench.result import Result

ROUNDS = 9


def run(big: bool) -> list[Result]:
    """Best of several starts of each."""
    noroshi = Path(sys.executable).with_name("noroshi")
    ours = min(_time([str(noroshi), "--help"]) for _ in range(ROUNDS))
    bare = min(_time([sys.executable, "-c", "pass"]) for _ in range(ROUNDS))
    note = f"Python alone {bare * 1e3:.0f} ms: {ours / bare:.1f} ×"
    return [Result("noroshi --help", f"{ours * 1e3:.0f} ms", "< 150 ms", ours < 0.15, note)]


def _time(command: list[str]) -> float:
    start = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - start
