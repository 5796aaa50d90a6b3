"""Where the real data are: NOROSHI_DATA, or ../shared/data beside the checkout."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
DATA = Path(os.environ.get("NOROSHI_DATA") or ROOT.parent / "shared" / "data").resolve()
JMA_SAMPLES = DATA / "jma_xml" / "samples"


def needs_data(*parts: str) -> pytest.MarkDecorator:
    """Skip a test, with the reason, where a part of the real data is absent."""
    missing = [part for part in parts or ("",) if not (DATA / part).exists()]
    return pytest.mark.skipif(bool(missing), reason=f"no real data at {DATA}: {missing}")


def jma_files(pattern: str = "*") -> list[Path]:
    """Real JMA telegrams, samples and live, whose name matches `pattern`."""
    return sorted(JMA_SAMPLES.glob(pattern)) + sorted((DATA / "jma_xml" / "live").glob(pattern))


def cases(number: int) -> int:
    """How many cases a property is tried on: `number` in the test run, more in `make fuzz`."""
    return number * int(os.environ.get("FUZZ_SCALE", "1"))
