"""Puts the built page into the wheel (hatchling)."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class BuildPage(BuildHookInterface):  # type: ignore[type-arg]
    """Builds the page where it is not built yet; an editable install leaves that to `make`."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Called before a wheel is put together."""
        root = Path(self.root)
        if version == "editable" or (root / "src/noroshi/web/page/index.html").exists():
            return
        sys.path.insert(0, str(root / "tools"))
        from page import build

        build(root)
