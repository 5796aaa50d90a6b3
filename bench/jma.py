"""Telegrams from bytes on disk to committed records, against the XML parser alone."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from lxml import etree

from bench.data import jma_files
from bench.result import Result, skipped
from noroshi.engine.ingest import ingest
from noroshi.engine.settings import Source
from noroshi.feeds.paths import find
from noroshi.store import open_store

ROUNDS = 7


def run(big: bool) -> list[Result]:
    """Best of several rounds of each, taken in turn so that both see the same machine."""
    files = jma_files()
    if not files:
        return skipped("JMA telegrams", "no real data")
    data = [path.read_bytes() for path in files]
    parse: list[float] = []
    whole: list[float] = []
    stated = stored = 0
    for _ in range(ROUNDS):
        start = time.perf_counter()
        for one in data:
            etree.fromstring(one)
        parse.append(time.perf_counter() - start)
        with tempfile.TemporaryDirectory() as home:
            store = open_store(Path(home))
            start = time.perf_counter()
            totals, _ = ingest(store, find(files), Source())
            whole.append(time.perf_counter() - start)
            store.close()
        stated, stored = totals.stated, totals.records
    ratio = min(whole) / min(parse)
    pairs = sorted(one / base for one, base in zip(whole, parse, strict=True))
    note = (
        f"{len(files)} telegrams, {sum(map(len, data)) / 1e6:.1f} MB, {stated} records stated, "
        f"{stored} stored; lxml {min(parse):.3f} s, Noroshi {min(whole):.3f} s; "
        f"median of rounds {pairs[len(pairs) // 2]:.2f} ×"
    )
    return [
        Result("JMA bytes on disk → committed", f"{ratio:.2f} × lxml", "≤ 4 ×", ratio <= 4, note)
    ]
