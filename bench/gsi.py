"""All shelters of Japan: ingest, and the same files again."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from bench.data import DATA
from bench.result import Result, skipped
from noroshi.core.label import OPERATOR
from noroshi.engine.ingest import ingest
from noroshi.engine.settings import Source
from noroshi.feeds.paths import find
from noroshi.store import open_store

ARCHIVE = DATA / "shelters" / "gsi_20251027.tar.gz"


def run(big: bool) -> list[Result]:
    """First and second ingest of the archive."""
    if not ARCHIVE.exists():
        return skipped("GSI shelters", "no real data")
    with tempfile.TemporaryDirectory() as home:
        store = open_store(Path(home))
        start = time.perf_counter()
        _first, _ = ingest(store, find([ARCHIVE]), Source())
        took = time.perf_counter() - start
        start = time.perf_counter()
        second, _ = ingest(store, find([ARCHIVE]), Source())
        again = time.perf_counter() - start
        shelters = store.counts(OPERATOR)["records"].get("disaster.shelter", 0)
        store.close()
    ratio = again / took
    return [
        Result(
            "GSI shelters again", f"{ratio:.0%} of the first", "< 25 %", ratio < 0.25,
            f"{shelters:,} shelters: {took:.1f} s ({shelters / took:,.0f}/s), then {again:.1f} s",
        ),
        Result(
            "records added by the second", str(second.records), "0", second.records == 0,
            f"{second.duplicate} duplicates, {second.read} read",
        ),
    ]  # fmt: skip
