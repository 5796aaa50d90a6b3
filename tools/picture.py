"""Draws docs/picture.svg: the command line on the samples of the invented prefecture.

`make picture` runs the real commands in a terminal of their own and keeps what they print.
"""

from __future__ import annotations

import os
import pty
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.text import Text

ROOT = Path(__file__).resolve().parents[1]
COLUMNS = 124
COMMANDS = (
    "ingest demo/samples",
    "show disaster.alert_level",
    "show disaster.shelter --at 2026-06-20T19:00",
    "history disaster.shelter S01",
)


def _run(arguments: list[str], home: str) -> str:
    """What a command prints on a terminal."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(ROOT)
        environment = {
            **os.environ,
            "COLUMNS": str(COLUMNS),
            "NOROSHI_HOME": home,
            "LANG": "ja_JP.UTF-8",
        }
        noroshi = str(Path(sys.executable).with_name("noroshi"))
        os.execve(noroshi, [noroshi, *arguments], environment)  # noqa: S606
    pieces = []
    while True:
        try:
            piece = os.read(terminal, 65536)
        except OSError:
            break
        if not piece:
            break
        pieces.append(piece)
    os.waitpid(pid, 0)
    text = b"".join(pieces).decode().replace("\r\n", "\n")
    # The progress bar is erased on a terminal, but not from what was printed.
    return "\n".join(line for line in text.split("\n") if "0:00:0" not in line)


def main() -> None:
    """Run the commands and write the picture."""
    with Path(os.devnull).open("w") as nowhere:
        console = Console(record=True, width=COLUMNS, file=nowhere)
        with tempfile.TemporaryDirectory() as home:
            for command in COMMANDS:
                console.print(Text(f"$ noroshi {command}", style="bold green"))
                console.print(Text.from_ansi(_run(command.split(), home)))
        out = ROOT / "docs" / "picture.svg"
        console.save_svg(str(out), title="noroshi")
        print(out)


if __name__ == "__main__":
    main()
