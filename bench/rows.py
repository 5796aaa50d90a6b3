"""Durable ingest of point features, against bare `executemany` of the same rows."""

from __future__ import annotations

import sqlite3
import tempfile
import time
from pathlib import Path

from bench.points import batches
from bench.result import Result
from noroshi.store import open_store, sql

COUNT, BATCH, ROUNDS = 100_000, 1_000, 3


def run(big: bool) -> list[Result]:
    """Rows a second of both, in turns; durable commits of the same size in both."""
    work = list(batches(COUNT, COUNT, BATCH))
    ours: list[float] = []
    bare: list[float] = []
    for _ in range(ROUNDS):
        with tempfile.TemporaryDirectory() as home:
            store = open_store(Path(home))
            start = time.perf_counter()
            for one in work:
                store.commit([one])
            ours.append(COUNT / (time.perf_counter() - start))
            store.close()
            bare.append(_bare(Path(home) / "noroshi.db", Path(home) / "bare.db"))
    share = max(ours) / max(bare)
    note = (
        f"{COUNT} new point features in durable batches of {BATCH}; bare executemany of the same "
        f"rows into the same tables and indexes: {max(bare):,.0f} rows/s"
    )
    return [
        Result("point features stored", f"{share:.0%} of bare", "≥ 50 %", share >= 0.5, note),
        Result(
            "point features a second", f"{max(ours):,.0f}/s", "≥ 20,000/s", max(ours) >= 20_000,
            "same run, one process",
        ),
    ]  # fmt: skip


def _bare(filled: Path, path: Path) -> float:
    """Features a second of bare SQLite: the rows Noroshi wrote, written again in its order."""
    source = sqlite3.connect(filled)
    tables = ("records", "spans", "heads")
    rows = {
        "records": source.execute("SELECT * FROM records ORDER BY id").fetchall(),
        "spans": source.execute("SELECT * FROM spans ORDER BY id").fetchall(),
        "heads": source.execute("SELECT * FROM heads ORDER BY id").fetchall(),
    }
    source.close()
    db = sqlite3.connect(path, isolation_level=None)
    for statement in sql.OPEN.strip().split("\n"):
        db.execute(statement)
    for statement in filter(str.strip, sql.SCHEMA.split(";")):
        db.execute(statement)
    marks = {name: ",".join("?" * len(rows[name][0])) for name in tables}
    start = time.perf_counter()
    for first in range(0, COUNT, BATCH):
        db.execute("BEGIN IMMEDIATE")
        for name in tables:
            db.executemany(
                f"INSERT INTO {name} VALUES ({marks[name]})", rows[name][first : first + BATCH]
            )
        db.execute("COMMIT")
    took = time.perf_counter() - start
    db.close()
    return COUNT / took
