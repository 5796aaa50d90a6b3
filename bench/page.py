"""The page in a browser: how soon a map is useful, and how much JavaScript it takes."""

from __future__ import annotations

import gzip
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from bench.data import DATA, ROOT
from bench.result import Result, skipped
from bench.server import noroshi

PAGE = ROOT / "src" / "noroshi" / "web" / "page"
#: The browser draws in software, as on a machine without a graphics card.
FLAGS = ["--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader",
         "--ignore-gpu-blocklist", "--disable-background-networking"]  # fmt: skip
RUNS = 5


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
        real = (DATA / "jma_xml").is_dir()
        steps = [["ingest", "--label", "public", str(ROOT / "demo" / "samples")]]
        if real:
            steps = [
                ["places", "import", str(DATA / "places" / "municipalities.topojson")],
                ["ingest", "--label", "public", str(DATA / "jma_xml" / "samples")],
            ]
        for step in steps:
            subprocess.run([*command, *step], check=True, capture_output=True)
        with noroshi(home) as (url, _):
            times = sorted(_useful(url, chromium))
    middle = times[len(times) // 2]
    note = f"median of {RUNS} fresh browsers, software GL, {'real data' if real else 'samples'}; " \
           f"slowest {times[-1]:.2f} s"  # fmt: skip
    return [*results, Result("first useful map", f"{middle:.2f} s", "< 2.5 s", middle < 2.5, note)]


def _useful(url: str, chromium: str) -> list[float]:
    """Seconds from the navigation until the picture is drawn on the map, in fresh browsers."""
    from playwright.sync_api import sync_playwright

    found = []
    with sync_playwright() as playwright:
        for _ in range(RUNS):
            browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
            page = browser.new_page(viewport={"width": 1440, "height": 900})
            page.goto(url + "/?f=html")
            marks: list[float] = []
            for _ in range(300):
                # Asked again and again: the page's policy forbids scripts that would wait for it.
                marks = page.evaluate(
                    "performance.getEntriesByName('noroshi-useful').map(one => one.startTime)"
                )
                if marks:
                    break
                page.wait_for_timeout(100)
            found.append(marks[0] / 1000)
            browser.close()
    return found
