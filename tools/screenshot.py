"""Makes `docs/page.png`: the page over the samples of the invented prefecture. `make picture`."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
NOROSHI = Path(sys.executable).with_name("noroshi")
FLAGS = ["--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader",
         "--ignore-gpu-blocklist", "--disable-background-networking"]  # fmt: skip
WHERE = (
    "/?f=html#at=2026-06-20T12:00:00Z&end=2026-06-20T15:00:00Z&view=5.6/33.1/140.6"
    "&table=disaster.shelter"
)


def main() -> None:
    """Serve the samples and take the picture."""
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory() as home:
        samples = ROOT / "demo" / "samples"
        command = [NOROSHI, "--home", home]
        subprocess.run([*command, "ingest", "--label", "public", samples], check=True)
        serving = subprocess.Popen([*command, "serve", "--port", "0"], stderr=subprocess.PIPE,
                                   text=True)  # fmt: skip
        assert serving.stderr is not None
        url = next(line.strip() for line in serving.stderr if line.startswith("http"))
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=shutil.which("chromium"), args=FLAGS
            )
            page = browser.new_page(viewport={"width": 1280, "height": 760}, locale="ja-JP")
            page.goto(url.rstrip("/") + WHERE)
            page.wait_for_timeout(6_000)
            page.screenshot(path=ROOT / "docs" / "page.png")
            browser.close()
        serving.terminate()
        serving.wait()


if __name__ == "__main__":
    main()
