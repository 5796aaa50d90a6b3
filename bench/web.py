"""Pages of 100 features over 1 million records, beside a bare application and pygeoapi."""

from __future__ import annotations

import hashlib
import os
import random
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

import httpx
import msgspec

from bench.points import EAST, NORTH, SOUTH, WEST, places
from bench.result import Result, skipped
from bench.server import free_port, load, noroshi, resident, served
from noroshi.core.label import PUBLIC
from noroshi.core.record import Edition, Record
from noroshi.store import Incoming, Outcome, open_store

KIND = "disaster.shelter"
COUNT = 1_000_000
PAGE = f"/collections/{KIND}/items?limit=100"


def fill(home: Path, count: int) -> None:
    """A store of `count` public shelters at made-up places, with the fields that real ones have."""
    store = open_store(home)
    where = places(count)
    for first in range(0, count, 2_000):
        records = [
            Record(KIND, f"S{number}", msgspec.json.encode({
                "name": f"避難所{number}", "status": "open", "headcount": number % 400,
                "capacity": 400, "address": f"架空県架空市{number % 97}丁目",
                "category": "指定避難所",
            }), where[number])
            for number in range(first, min(first + 2_000, count))
        ]  # fmt: skip
        edition = Edition("bench/shelters", first + 1, records, effective=first + 1, whole=False)
        data = f"bench {first}".encode()
        incoming = Incoming(data, hashlib.sha256(data).digest(), "bench", label=PUBLIC)
        store.commit([(incoming, Outcome(editions=[edition], stated=len(records)))])
    store.close()


def run(big: bool) -> list[Result]:
    """Requests a second, all measured in one run with one client program."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        fill(home, COUNT)
        return _pages(home, Path(folder))


def _boxes(count: int) -> list[str]:
    """Different boxes with well over 100 features in each."""
    rng = random.Random(5)
    found = []
    for _ in range(count):
        west, south = rng.uniform(WEST, EAST - 0.4), rng.uniform(SOUTH, NORTH - 0.4)
        found.append(f"{PAGE}&bbox={west:.4f},{south:.4f},{west + 0.4:.4f},{south + 0.4:.4f}")
    return found


def _walk(url: str, count: int) -> list[str]:
    """The next pages, one after another."""
    found, path = [], PAGE
    for _ in range(count):
        answer = httpx.get(url + path, timeout=30).json()
        path = next(one["href"] for one in answer["links"] if one["rel"] == "next")[len(url) :]
        found.append(path)
    return found


def _pages(home: Path, folder: Path) -> list[Result]:
    with noroshi(home) as (url, pid):
        idle = resident(pid)
        answer = httpx.get(url + PAGE, timeout=60)
        page = folder / "page.json"
        page.write_bytes(answer.content)
        rates = {
            "pages by cursor": load(url, _walk(url, 400)),
            "boxes": load(url, _boxes(4_000)),
            "same page": load(url, [PAGE]),
            "etag": load(url, [PAGE], headers={"If-None-Match": answer.headers["etag"]}),
        }
        after = resident(pid)
    port = free_port()
    with served([sys.executable, "-m", "bench.bare", str(port), str(page)],
                f"http://127.0.0.1:{port}/"):  # fmt: skip
        bare, _ = load(f"http://127.0.0.1:{port}", ["/"])
        bare_304, _ = load(f"http://127.0.0.1:{port}", ["/"], headers={"If-None-Match": "x"})
    peer = _pygeoapi(home, folder)
    size = f"{page.stat().st_size / 1024:.0f} kB a page"
    results = []
    for name, bar in (("pages by cursor", 0.2), ("boxes", 0.2), ("same page", None)):
        rate, p99 = rates[name]
        note = f"{rate:,.0f}/s, p99 {p99:.1f} ms; bare {bare:,.0f}/s; {size}"
        results.append(
            Result(f"100 features of 1 M, {name}", f"{rate / bare:.0%} of bare",
                   "" if bar is None else f"≥ {bar:.0%}",
                   None if bar is None else rate / bare >= bar, note)
        )  # fmt: skip
    rate, _ = rates["etag"]
    results.append(Result("ETag still holds", f"{rate / bare:.0%} of bare with the body", "≥ 70%",
                          rate / bare >= 0.7, f"{rate:,.0f}/s; {rate / bare_304:.0%} of a bare "
                          f"304 ({bare_304:,.0f}/s)"))  # fmt: skip
    if peer is None:
        results += skipped(
            "against pygeoapi", "it, or the SpatiaLite its provider needs, is not here"
        )
    else:
        slowest = min(rates["pages by cursor"][0], rates["boxes"][0])
        results.append(Result("against pygeoapi", f"{slowest / peer:.0f} ×", "≥ 20 ×",
                              slowest / peer >= 20, f"pygeoapi {peer:.1f}/s (GeoPackage, the same "
                              "1 M points, first pages and boxes)"))  # fmt: skip
    results.append(Result("idle `noroshi serve`", f"{idle:.0f} MB", "< 150 MB", idle < 150,
                          f"PSS of all processes; {after:.0f} MB after the load, the mapped part "
                          "of the store included"))  # fmt: skip
    return results


_CONFIG = """
server:
  bind: {{host: 127.0.0.1, port: {port}}}
  url: http://127.0.0.1:{port}
  mimetype: application/json; charset=UTF-8
  encoding: utf-8
  languages: [en-US]
  limits: {{default_items: 100, max_items: 100}}
logging: {{level: ERROR}}
metadata:
  identification: {{title: t, description: d, keywords: [k], keywords_type: theme,
    terms_of_service: x, url: http://example.org}}
  license: {{name: x, url: http://example.org}}
  provider: {{name: x, url: http://example.org}}
  contact: {{name: x}}
resources:
  points:
    type: collection
    title: t
    description: d
    keywords: [k]
    extents: {{spatial: {{bbox: [-180,-90,180,90], crs: http://www.opengis.net/def/crs/OGC/1.3/CRS84}}}}
    providers:
      - type: feature
        name: SQLiteGPKG
        data: {data}
        id_field: fid
        table: points
"""


def _pygeoapi(home: Path, folder: Path) -> float | None:
    """Pages a second of pygeoapi with its SQLite/GeoPackage provider over the same points, or
    None where it cannot be installed."""
    import numpy as np
    import pyogrio
    import shapely

    here = folder / "peer"
    venv.create(here, with_pip=True)
    installed = subprocess.run(
        [here / "bin/pip", "install", "-q", "pygeoapi", "starlette", "uvicorn", "httptools",
         "uvloop", "aiofiles"], capture_output=True, check=False,
    )  # fmt: skip
    if installed.returncode:
        return None
    numbers = np.arange(COUNT)
    pyogrio.raw.write(
        folder / "points.gpkg", shapely.to_wkb(shapely.from_wkb(places(COUNT))),
        [np.array([f"避難所{one}" for one in numbers], dtype=object),
         np.full(COUNT, "open", dtype=object), numbers % 400],
        ["name", "status", "headcount"], layer="points", geometry_type="Point", crs="EPSG:4326",
    )  # fmt: skip
    port = free_port()
    config = folder / "pygeoapi.yml"
    config.write_text(_CONFIG.format(port=port, data=folder / "points.gpkg"))
    env = {"PYGEOAPI_CONFIG": str(config), "PYGEOAPI_OPENAPI": str(folder / "openapi.yml")}
    made = subprocess.run(
        [here / "bin/pygeoapi", "openapi", "generate", str(config), "--output-file",
         env["PYGEOAPI_OPENAPI"]], env={**os.environ, **env}, capture_output=True, check=False,
    )  # fmt: skip
    if made.returncode:
        return None
    command = [str(here / "bin/uvicorn"), "pygeoapi.starlette_app:APP", "--port", str(port),
               "--http", "httptools", "--log-level", "error"]  # fmt: skip
    url = f"http://127.0.0.1:{port}"
    path = "/collections/points/items?limit=100&f=json"
    with served(command, url + path, env):
        boxes = [path + "&" + one.partition("&")[2] for one in _boxes(50)]
        offsets = [f"{path}&offset={number * 100}" for number in range(50)]
        return max(load(url, boxes, 10)[0], load(url, offsets, 10)[0])
