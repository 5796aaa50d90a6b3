"""Vector tiles at low zoom over all shelters of Japan, against raw shapely + mapbox-vector-tile."""

from __future__ import annotations

import asyncio
import tempfile
import time
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx
import numpy as np

from bench.data import DATA
from bench.result import Result, skipped
from noroshi import kinds
from noroshi.channels.tiling.grid import EXTENT, project
from noroshi.core.label import ANONYMOUS, PUBLIC
from noroshi.core.place import bounds, point
from noroshi.core.record import Edition, Record
from noroshi.core.time import now
from noroshi.engine.ingest import ingest
from noroshi.engine.node import Node
from noroshi.engine.settings import Source
from noroshi.feeds.paths import find
from noroshi.kinds.shelter import Shelter
from noroshi.store import Incoming, Outcome, Query, Store
from noroshi.web.app import application

ARCHIVE = DATA / "shelters" / "gsi_20251027.tar.gz"
KIND = "disaster.shelter"
ZOOMS = range(4, 9)
Address = tuple[int, int, int]


def run(big: bool) -> list[Result]:
    """Tiles of zoom 4 to 8 with anything in them: not drawn before, drawn before, raw."""
    if not ARCHIVE.exists():
        return skipped("tiles", "no real data")
    with tempfile.TemporaryDirectory() as home:
        node = Node(Path(home))
        ingest(node.store, find([ARCHIVE]), Source("gsi", PUBLIC))
        node.start()
        try:
            return asyncio.run(_measure(node))
        finally:
            node.stop()


async def _measure(node: Node) -> list[Result]:
    moment = now()
    query = Query(ANONYMOUS, moment, moment, KIND)
    versions = list(node.store.picture(query))
    places = np.array([bounds(one.geometry)[:2] for one in versions if one.geometry is not None])
    x, y = project(places[:, 0], places[:, 1])
    addresses = _addresses(x, y)
    transport = httpx.ASGITransport(application(node))
    async with httpx.AsyncClient(transport=transport, base_url="http://bench") as client:
        start = time.perf_counter()
        await _get(client, (0, 0, 0))
        cold = time.perf_counter() - start
        drawn = [await _get(client, one) for one in addresses]
        kept = [await _get(client, one) for one in addresses * 3]
        changed = []
        for number in range(20):
            _change(node.store, number)
            changed.append(await _get(client, addresses[0]))
    names = [one.fields()["name"] for one in versions]
    raw = [_raw(x, y, names, one) for one in addresses]
    ratio = float(np.median(raw)) / float(np.median(drawn))
    p99 = float(np.percentile(drawn, 99))
    count = f"{len(places):,} shelters, {len(addresses)} tiles, zoom 4–8"
    return [
        Result("tiles at low zoom, first time", _figure(drawn), "p99 < 100 ms", p99 < 100,
               f"{count}; clustered; layer warm"),
        Result("tiles at low zoom, again", _figure(kept), "", None, "the same tiles, kept"),
        Result("raw shapely + mapbox-vector-tile", _figure(raw), "", None,
               f"every point and its name, not clustered, arrays warm: p50 {ratio:.1f} × ours"),
        Result("tile after one shelter changed", _figure(changed), "", None,
               "zoom 4; commit not counted"),
        Result("first tile of a fresh node", f"{cold:.1f} s", "", None, "reads the whole picture"),
        *skipped("tipg, martin", "need PostGIS, which is not here"),
    ]  # fmt: skip


def _addresses(x: Any, y: Any) -> list[Address]:
    """Every tile with anything in it."""
    found: list[Address] = []
    for z in ZOOMS:
        pairs = np.unique(np.column_stack((x, y)) * (1 << z) // 1, axis=0).astype(int)
        found += [(z, column, row) for column, row in pairs.tolist()]
    return found


async def _get(client: httpx.AsyncClient, address: Address) -> float:
    """Milliseconds of one request."""
    z, x, y = address
    start = time.perf_counter()
    answer = await client.get(f"/collections/{KIND}/tiles/WebMercatorQuad/{z}/{y}/{x}")
    took = (time.perf_counter() - start) * 1e3
    assert answer.status_code == 200, answer.text
    return took


def _change(store: Store, number: int) -> None:
    body = kinds.encode(Shelter(name=f"避難所 {number}", status="open", headcount=number))
    record = Record(KIND, "one", body, point(136.96, 37.04))
    edition = Edition("bench", now(), [record], effective=now())
    data = str(number).encode()
    incoming = Incoming(data, sha256(data).digest(), "bench", label=PUBLIC)
    store.commit([(incoming, Outcome(editions=[edition], stated=1))])


def _raw(x: Any, y: Any, names: list[str], address: Address) -> float:
    """Milliseconds to draw every point of a tile by itself, from arrays of positions."""
    import mapbox_vector_tile
    import shapely

    z, column, row = address
    side = 1 << z
    start = time.perf_counter()
    across, down = x * side - column, y * side - row
    rows = np.flatnonzero((across >= 0) & (across < 1) & (down >= 0) & (down < 1))
    points = shapely.points(np.floor(np.column_stack((across[rows], down[rows])) * EXTENT))
    features = [
        {"geometry": one, "id": int(at), "properties": {"name": names[at]}}
        for one, at in zip(points, rows, strict=True)
    ]
    mapbox_vector_tile.encode(
        [{"name": KIND, "features": features}], default_options={"y_coord_down": True}
    )
    return (time.perf_counter() - start) * 1e3


def _figure(times: list[float]) -> str:
    return f"p50 {np.median(times):.1f} ms, p99 {np.percentile(times, 99):.1f} ms"
