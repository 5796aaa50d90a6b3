"""Where the real data are, as for the tests."""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
DATA = Path(os.environ.get("NOROSHI_DATA") or ROOT.parent / "shared" / "data").resolve()


def jma_files() -> list[Path]:
    """Every real JMA telegram."""
    return sorted((DATA / "jma_xml" / "samples").glob("*.xml")) + sorted(
        (DATA / "jma_xml" / "live").glob("*.xml")
    )
