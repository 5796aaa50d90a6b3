"""The page in a browser: how soon a map is useful, how soon what is posted is drawn on it, and how
much JavaScript it takes."""

from __future__ import annotations

import gzip
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from bench.data import DATA, ROOT
from bench.result import Result, skipped
from bench.server import noroshi
from noroshi.engine.access import Access

PAGE = ROOT / "src" / "noroshi" / "web" / "page"
#: The browser draws in software, as on a machine without a graphics card.
FLAGS = ["--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader",
         "--ignore-gpu-blocklist", "--disable-background-networking"]  # fmt: skip
RUNS = 5
#: When the map last drew what had come, in seconds since 1970.
_DRAWN = """(() => { const mark = performance.getEntriesByName('noroshi-drawn').at(-1);
    return mark ? (performance.timeOrigin + mark.startTime) / 1000 : 0 })()"""
_EARTHQUAKE = "disaster.earthquake"


def run(big: bool) -> list[Result]:
    """Over real telegrams and boundaries where there are any, else over the demo's samples."""
    if not (PAGE / "index.html").exists():
        return skipped("the page", "it is not built: make page")
    scripts = sum(len(gzip.compress(one.read_bytes())) for one in PAGE.rglob("*.js")) / 1000
    results = [Result("JavaScript of the page", f"{scripts:.0f} kB", "≤ 450 kB", scripts <= 450,
                      "every script, gzip")]  # fmt: skip
    chromium = shutil.which("chromium")
    if chromium is None:
        return [*results, *skipped("first useful map", "no chromium here")]
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        command = [sys.executable, "-c", "from noroshi.cli import main; main()", "--home", folder]
        (home / "settings.toml").write_text(
            f'[sources.bench]\nlabel = "public"\n[web]\ncreate = ["{_EARTHQUAKE}"]\n'
        )
        real = (DATA / "jma_xml").is_dir()
        steps = [["ingest", "--label", "public", str(ROOT / "demo" / "samples")]]
        if real:
            steps = [
                ["places", "import", str(DATA / "places" / "municipalities.topojson")],
                ["ingest", "--label", "public", str(DATA / "jma_xml" / "samples")],
            ]
        for step in steps:
            subprocess.run([*command, *step], check=True, capture_output=True)
        _, token = Access(home).add("bench", sends=True, source="bench")
        with noroshi(home) as (url, _):
            times = sorted(_useful(url, chromium))
            late = sorted(_posted(url, chromium, token))
    middle = times[len(times) // 2]
    note = f"median of {RUNS} fresh browsers, software GL, {'real data' if real else 'samples'}; " \
           f"slowest {times[-1]:.2f} s"  # fmt: skip
    drawn = late[len(late) // 2]
    return [
        *results,
        Result("first useful map", f"{middle:.2f} s", "< 2.5 s", middle < 2.5, note),
        Result("posted, then drawn on the open page", f"{drawn:.2f} s", "< 1 s", drawn < 1,
               f"median of {len(late)} earthquakes, products on; slowest {late[-1]:.2f} s"),
    ]  # fmt: skip


@contextmanager
def _opened(chromium: str, address: str) -> Iterator[Any]:
    """A page in a fresh browser."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.goto(address)
        yield page
        browser.close()


def _until(page: Any, said: str) -> Any:
    """What an expression says once it says something. Asked again and again: the page's policy
    forbids scripts that would wait for it."""
    for _ in range(1_500):
        found = page.evaluate(said)
        if found:
            return found
        page.wait_for_timeout(20)
    raise RuntimeError(f"the page never says {said}")


_USEFUL = "performance.getEntriesByName('noroshi-useful')[0]?.startTime"


def _useful(url: str, chromium: str) -> Iterator[float]:
    """Seconds from the navigation until the picture is drawn on the map, in fresh browsers."""
    for _ in range(RUNS):
        with _opened(chromium, url + "/?f=html") as page:
            yield _until(page, _USEFUL) / 1000


def _posted(url: str, chromium: str, token: str) -> Iterator[float]:
    """Seconds from the post of an earthquake until it is drawn on a page that is open."""
    drawn = f"document.querySelector('[data-key=\"table {_EARTHQUAKE}\"] .n')?.textContent ?? '0'"
    with _opened(chromium, url + "/?f=html#view=7/37.6/141.5") as page:
        _until(page, _USEFUL)
        page.wait_for_timeout(3_000)
        count = page.evaluate(drawn)
        for number in range(10):
            feature = {
                "type": "Feature", "id": f"bench-{number}",
                "geometry": {"type": "Point", "coordinates": [141.5, 37.6 + number / 100]},
                "properties": {"event": f"bench-{number}", "name": "架空沖", "magnitude": 5.0},
            }  # fmt: skip
            posted = time.time()
            httpx.post(f"{url}/collections/{_EARTHQUAKE}/items", json=feature, timeout=20,
                       headers={"Authorization": f"Bearer {token}"}).raise_for_status()  # fmt: skip
            _until(page, f"({drawn}) !== '{count}'")
            count = page.evaluate(drawn)
            yield _until(page, f"{_DRAWN} > {posted} && {_DRAWN}") - posted
            page.wait_for_timeout(500)
