"""The `noroshi` command as a user calls it: a process of its own."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import called


class Node:
    """A home folder and the command on it."""

    def __init__(self, home: Path) -> None:
        self.home = home

    def __call__(
        self, *arguments: object, code: int | None = 0, stdin: bytes = b""
    ) -> subprocess.CompletedProcess[bytes]:
        """Run `noroshi ARGUMENTS`; the exit code must be `code` (None: any)."""
        done = called.run(*arguments, home=self.home, stdin=stdin, LANG="C.UTF-8")
        assert b"Traceback" not in done.stderr, done.stderr.decode()
        if code is not None:
            assert done.returncode == code, done.stderr.decode() + done.stdout.decode()[-2000:]
        return done

    def lines(self, *arguments: object, **more: Any) -> list[Any]:
        """JSON lines that a verb prints."""
        return [json.loads(line) for line in self(*arguments, **more).stdout.splitlines()]

    def features(self, kind: str, *arguments: object) -> list[dict[str, Any]]:
        """Features of `show KIND --format geojson`."""
        done = self("show", kind, "--format", "geojson", *arguments)
        collection = json.loads(done.stdout)
        assert collection["type"] == "FeatureCollection"
        found: list[dict[str, Any]] = collection["features"]
        return found
