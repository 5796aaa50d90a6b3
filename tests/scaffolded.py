"""A freshly scaffolded capability, in a temporary folder, found like one of the house."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from noroshi.core.record import Version
from noroshi.domains.samples import inputs_of
from noroshi.domains.scaffold import write_capability

SCAFFOLDED = "disaster/scaffolded_for_test"


@pytest.fixture(scope="module", autouse=True)
def scaffolded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    root = tmp_path_factory.mktemp("domains")
    written = write_capability(root, SCAFFOLDED)
    paths = importlib.import_module("noroshi.domains.disaster").__path__
    paths.append(str(root / "disaster"))
    yield written[0].parent
    paths.remove(str(root / "disaster"))


def case_inputs(name: str, case: Path) -> dict[str, list[Version]]:
    """What a capability is given after all messages of a sample case."""
    return inputs_of(name, case)
