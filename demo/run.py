"""`make demo`: a node, the fictional prefecture, and a typhoon that passes over it while you watch.

Everything is kept in `.noroshi/demo`, made anew each time; the prefecture is made once. Where
nobody watches (no terminal) the typhoon is played at once, scored, and the demo ends.
"""

from __future__ import annotations

import argparse
import fcntl
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

ROOT = Path(__file__).resolve().parents[1]
HOMES = ROOT / ".noroshi"
NOROSHI = Path(sys.executable).with_name("noroshi")
#: Everything of the drill may be seen by everyone: it is nobody's secret.
SETTINGS = """[web]
title = "訓練用ノード"
[sources.drill]
label = "public"
"""
#: Where the page looks first: at the prefecture, in exercise mode, the last six hours.
LOOK = "#mode=exercise&span=6&view=9.2/27.5/144.75"
WATCH = """
  {url}/{look}

What to look at 見どころ
  1. The clock of the drill, on the striped band: hours pass in minutes.  訓練の時計
  2. Warnings rise from level 2 to 5, municipality by municipality; what is gravest is first.  警戒レベル
  3. Rivers rise, the dam lets water out, flood sensors turn wet; click one to see its message.  川・ダム・浸水
  4. Shelters open and fill, roads close, feeders fail, hamlets are cut off.  避難所・道路・停電・孤立
  5. Some senders are wrong on purpose (swapped coordinates, a clock an hour off): 情報源, and
     {url}/messages?state=quarantined
  6. Drag the time bar back: what did we know, when?  時刻バー
  7. Change 訓練 to 実際: of all this nothing is in the actual picture.

Ctrl-C ends it. Then, how good was the picture?  {noroshi} --home {home} drill score
"""  # noqa: E501


def main() -> int:
    """Run the demo; the exit code is that of the first step that fails."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--scenario", default="typhoon", help="typhoon, nankai or multithreat")
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--speed", default="", help="times real time (default: 120 to watch)")
    asked.add_argument("--port", type=int, default=8000, help="the next free one from here on")
    asked.add_argument("--stay", action="store_true", help="serve until Ctrl-C, terminal or not")
    given = asked.parse_args()
    stays = given.stay or sys.stdout.isatty()
    for end in (signal.SIGINT, signal.SIGTERM):  # also where a shell has let them be ignored
        signal.signal(end, signal.default_int_handler)
    with own_home() as home:
        try:
            return run(given, home, stays)
        except KeyboardInterrupt:
            print("\nended 終了", flush=True)
            return 0


def run(given: argparse.Namespace, home: Path, stays: bool) -> int:
    """Make the prefecture, serve it, and play the scenario over it."""
    noroshi = [str(NOROSHI), "--home", str(home)]
    seed = ["--seed", str(given.seed)]
    print(
        "A fictional prefecture is made, and read in as its owners' files.  架空の県をつくる",
        flush=True,
    )
    if code := subprocess.run(
        [*noroshi, "drill", "world", "--import", *seed], check=False
    ).returncode:
        return code
    with serving(noroshi, free_port(given.port)) as url:
        print(WATCH.format(url=url, look=LOOK, noroshi=NOROSHI, home=home), flush=True)
        speed = given.speed or ("120" if stays else "max")
        play = [*noroshi, "drill", "run", given.scenario, *seed, "--speed", speed]
        if given.scenario == "typhoon":  # in its first hours there is only wind and forecasts
            play += ["--skip", "9"]
        with child(play) as playing:
            code = playing.wait()
        if code or not stays:
            return code or subprocess.run([*noroshi, "drill", "score"], check=False).returncode
        print(
            "The drill has ended; the node still serves it. Ctrl-C ends it.  Ctrl-C で終了",
            flush=True,
        )
        signal.pause()
    return 0


@contextmanager
def own_home() -> Iterator[Path]:
    """An empty home that no other demo uses; the prefecture that was made before stays in it."""
    HOMES.mkdir(exist_ok=True)
    for name in ("demo", *(f"demo-{number}" for number in range(2, 100))):
        with (HOMES / f"{name}.lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                continue
            home = HOMES / name
            home.mkdir(exist_ok=True)
            for one in home.iterdir():
                if one.is_file():
                    one.unlink()
                elif one.name != "drill":
                    shutil.rmtree(one)
            (home / "settings.toml").write_text(SETTINGS, encoding="utf-8")
            yield home
            return
    raise SystemExit("a hundred demos run already")


def free_port(first: int) -> int:
    """The first free port from `first` on."""
    for port in range(first, first + 100):
        with socket.socket() as tried:
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                tried.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    return 0


@contextmanager
def serving(noroshi: list[str], port: int) -> Iterator[str]:
    """A node that serves; its address."""
    with child([*noroshi, "serve", "--port", str(port)], stderr=subprocess.PIPE) as process:
        assert process.stderr is not None
        said: IO[str] = process.stderr
        for line in said:
            if line.startswith("http"):
                break
            print(line, end="", file=sys.stderr)
        else:
            raise SystemExit(f"the node did not start (exit code {process.wait()})")
        # What it says later is shown, and never fills the pipe.
        threading.Thread(target=lambda: sys.stderr.writelines(said), daemon=True).start()
        yield line.strip().rstrip("/")


@contextmanager
def child(command: list[str], **more: int) -> Iterator[subprocess.Popen[str]]:
    """A process that does not outlive this one's interest in it."""
    process = subprocess.Popen(command, text=True, **more)
    try:
        yield process
    finally:
        for end in (process.terminate, process.kill):
            if process.poll() is None:
                end()
                try:
                    process.wait(15)
                except (subprocess.TimeoutExpired, KeyboardInterrupt):
                    continue


if __name__ == "__main__":
    sys.exit(main())
