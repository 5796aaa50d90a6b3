"""Servers in processes of their own, and the load on them, for benchmarks."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx


def free_port() -> int:
    """A port that nobody listens on just now."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


@contextmanager
def served(command: list[str], url: str, env: dict[str, str] | None = None) -> Iterator[int]:
    """Run a server until the block ends; gives its process id once `url` answers."""
    process = subprocess.Popen(
        command, env={**os.environ, **(env or {})}, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    try:
        for _ in range(600):
            try:
                httpx.get(url, timeout=20).raise_for_status()
                break
            except httpx.HTTPError:
                if process.poll() is not None:
                    raise RuntimeError(f"{command[0]} ended with {process.returncode}") from None
                time.sleep(0.1)
        else:
            raise RuntimeError(f"{url} does not answer")
        yield process.pid
    finally:
        os.killpg(process.pid, signal.SIGINT)
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)


@contextmanager
def noroshi(home: Path) -> Iterator[tuple[str, int]]:
    """`noroshi serve` on a home: its address and process id."""
    port = free_port()
    command = [sys.executable, "-c", "from noroshi.cli import main; main()", "--home", str(home),
               "serve", "--port", str(port)]  # fmt: skip
    with served(command, f"http://127.0.0.1:{port}/health") as pid:
        yield f"http://127.0.0.1:{port}", pid


def load(
    url: str, paths: list[str], seconds: int = 6, headers: dict[str, str] | None = None,
    clients: int = 8,
) -> tuple[float, float]:  # fmt: skip
    """Requests a second and the p99 latency in ms that `wrk` reaches, going round `paths`.

    Raises RuntimeError where wrk is absent, or an answer is not 2xx or 304.
    """
    wrk = shutil.which("wrk")
    if wrk is None:
        raise RuntimeError("no wrk here: apt install wrk")
    lines = ", ".join(f'"{path}"' for path in paths)
    given = "".join(
        f"wrk.headers[\"{name}\"] = '{value}'\n" for name, value in (headers or {}).items()
    )
    script = (
        f"local paths = {{{lines}}}\nlocal at = 0\n{given}"
        "request = function() at = at % #paths + 1; return wrk.format('GET', paths[at]) end\n"
    )
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as file:
        file.write(script)
        file.flush()
        command = [wrk, "-t1", f"-c{clients}", f"-d{seconds}s", "--latency", "-s", file.name, url]
        said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in said:
        raise RuntimeError(said)
    rate = re.search(r"Requests/sec:\s+([\d.]+)", said)
    slow = re.search(r"99%\s+([\d.]+)(us|ms|s)", said)
    assert rate
    assert slow
    return float(rate[1]), float(slow[1]) * {"us": 1e-3, "ms": 1.0, "s": 1e3}[slow[2]]


def resident(pid: int) -> float:
    """Memory of a process and its children in MB, what they share counted once (PSS)."""
    total = 0
    for process in [pid, *below(pid)]:
        for line in Path(f"/proc/{process}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                total += int(line.split()[1])
    return total / 1024


def below(pid: int) -> list[int]:
    """The processes under a process."""
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            found += [int(child), *below(int(child))]
    return found
