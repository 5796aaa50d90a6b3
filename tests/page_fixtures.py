"""What the tests of the page share: a browser, a node, a token to send with."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from browsing import browser
from served import Served


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """One browser for a module."""
    with browser() as opened:
        yield opened


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Served]:
    """A node with a public source `test` and a private one `quiet`."""
    (tmp_path / "settings.toml").write_text(
        '[sources.test]\nlabel = "public"\n[sources.quiet]\nlabel = "own"\n'
        '[web]\ntitle = "試験県"\n'
    )
    with Served(tmp_path) as served:
        yield served


@pytest.fixture
def token(node: Served) -> str:
    """A token by which `test` may send."""
    return node.token("--send", "--source", "test")
