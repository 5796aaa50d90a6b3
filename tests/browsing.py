"""The built page in a real browser: headless Chromium with software GL, over a node that runs."""

from __future__ import annotations

import io
import os
import re
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from data import DATA, JMA_SAMPLES
from served import Served

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "src" / "noroshi" / "web" / "page" / "index.html"
AXE = ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js"
WEB = ROOT / "web"
ARTEFACTS = ROOT / "artefacts"
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or "/usr/bin/chromium"
DESK, PHONE = (1440, 900), (390, 844)
_GL = ["--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"]


def needs_browser() -> None:
    """Skip the module where there is no browser or no built page; in CI that is a failure."""
    missing = [
        told
        for there, told in (
            (Path(CHROMIUM).exists(), "no Chromium (apt-get install chromium)"),
            (PAGE.exists(), "the page is not built (make page)"),
        )
        if not there
    ]
    if missing and os.environ.get("CI"):
        pytest.fail("; ".join(missing), pytrace=False)
    if missing:
        pytest.skip("; ".join(missing), allow_module_level=True)


class Viewer:
    """A page that somebody looks at. `faults` collects what a user never should cause."""

    def __init__(self, page: Any, url: str) -> None:
        self.page, self.url = page, url
        self.faults: list[str] = []
        self.asked: list[str] = []
        page.on("pageerror", lambda error: self.faults.append(f"{error} {error.stack or ''}"))
        page.on("request", lambda request: self.asked.append(request.url))
        page.on("console", lambda said: self._note(said.type, said.text))

    def _note(self, type: str, text: str) -> None:
        if type == "error" and "Failed to load resource" not in text:
            self.faults.append(text)

    def open(self, hash: str = "") -> Viewer:
        """Open the page and wait until the first picture is drawn."""
        self.page.goto(f"{self.url}/{hash}")
        self.until("performance.getEntriesByName('noroshi-useful').length > 0", 60)
        return self

    def until(self, condition: str, seconds: float = 10) -> Any:
        """Wait for an expression to hold (the page's policy forbids Playwright's own way)."""
        end = time.monotonic() + seconds
        while not (found := self.page.evaluate(condition)):
            assert time.monotonic() < end, f"not within {seconds} s: {condition}"
            self.page.wait_for_timeout(20)
        return found

    def text(self, selector: str) -> str:
        """What an element says."""
        found: str = self.page.evaluate(f"document.querySelector({selector!r})?.innerText ?? ''")
        return found

    def count(self, kind: str) -> int:
        """How many records of a kind the panel says there are."""
        said = self.page.evaluate(
            f"document.querySelector('[data-key=\"table {kind}\"] .n')?.textContent ?? '0'"
        )
        return int(said.replace(",", ""))

    def pixels(self, size: int = 60) -> list[tuple[int, int, int]]:
        """The colours around the middle of the map."""
        import PIL.Image

        box = self.page.locator("#map").bounding_box()
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        clip = {"x": x - size / 2, "y": y - size / 2, "width": size, "height": size}
        picture = PIL.Image.open(io.BytesIO(self.page.screenshot(clip=clip))).convert("RGB")
        data = picture.tobytes()
        return [(data[at], data[at + 1], data[at + 2]) for at in range(0, len(data), 3)]

    def sees(self, colour: tuple[int, int, int], least: int = 20) -> bool:
        """Whether the middle of the map shows this very colour."""
        return sum(one == colour for one in self.pixels()) >= least

    def wait_to_see(self, colour: tuple[int, int, int], seconds: float) -> float:
        """Seconds until the colour is seen."""
        started = time.monotonic()
        while not self.sees(colour):
            assert time.monotonic() - started < seconds, f"{colour} not within {seconds} s"
        return time.monotonic() - started

    def wait(self, told: Callable[[], bool], seconds: float = 10) -> None:
        """Wait for something to become true."""
        end = time.monotonic() + seconds
        while not told():
            assert time.monotonic() < end, f"not within {seconds} s"
            self.page.wait_for_timeout(20)

    def shoot(self, name: str) -> None:
        """Keep what is seen, for people to look at."""
        ARTEFACTS.mkdir(exist_ok=True)
        self.page.wait_for_timeout(500)
        self.page.screenshot(path=ARTEFACTS / f"page-{name}.png")

    def check_access(self) -> list[str]:
        """What axe-core finds that keeps people out."""
        self.page.evaluate(AXE.read_text())
        found = self.page.evaluate("axe.run()")
        return [
            f"{one['impact']} {one['id']}: {[node['target'] for node in one['nodes']]}"
            for one in found["violations"]
            if one["impact"] in ("serious", "critical")
        ]


@contextmanager
def browser() -> Iterator[Any]:
    """Chromium, drawing the map in software."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=_GL)
        yield opened
        opened.close()


@contextmanager
def looking(opened: Any, url: str, size: tuple[int, int] = DESK, **more: Any) -> Iterator[Viewer]:
    """Somebody who looks at the node at `url`; leaving, nothing may have gone wrong unseen."""
    context = opened.new_context(
        viewport={"width": size[0], "height": size[1]}, locale="ja-JP", color_scheme="dark", **more
    )
    viewer = Viewer(context.new_page(), url)
    yield viewer
    assert viewer.faults == []
    context.close()


_TIME = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:Z|\+09:00)")


def moved(data: bytes, to: datetime, event: str = "") -> bytes:
    """A real telegram as if it were reported at `to`: all its times moved alike, and of another
    event where one is given."""
    japan = timezone(timedelta(hours=9))
    found = re.search(rb"<ReportDateTime>([^<]+)<", data)
    assert found is not None
    shift = to - datetime.fromisoformat(found[1].decode())

    def move(match: re.Match[bytes]) -> bytes:
        text = match[0].decode()
        time = datetime.fromisoformat(text.replace("Z", "+00:00")) + shift
        zone = UTC if text.endswith("Z") else japan
        return time.astimezone(zone).isoformat(timespec="seconds").replace("+00:00", "Z").encode()

    data = _TIME.sub(move, data)
    if event:
        data = re.sub(rb"<EventID>\d+</EventID>", f"<EventID>{event}</EventID>".encode(), data)
    return data


#: JMA's red of the cross on an epicentre.
RED = (255, 40, 0)
QUAKE = DATA / "jma_xml" / "live" / "20210220160204_0_VXSE53_010000.xml"
#: The epicentre of that earthquake in the middle of the map.
THERE = "#view=7/37.6/141.5"
EARTHQUAKE, SHELTER, WARNING = "disaster.earthquake", "disaster.shelter", "disaster.weather_warning"


def present() -> datetime:
    """Now."""
    return datetime.now(UTC)


def quake(number: int = 1, **before: float) -> bytes:
    """The real telegram of an earthquake, as if it had come just now."""
    return moved(QUAKE.read_bytes(), present() - timedelta(**before), f"2021022100{number:04}")


def send(node: Served, token: str, data: bytes) -> str:
    """Post a message that must be read; its id."""
    answer = node.post(data, token)
    assert answer.status_code == 202, answer.text
    assert answer.json()["state"] == "read", answer.text
    id: str = answer.json()["id"]
    return id


def send_warnings(node: Served, token: str) -> None:
    """Post real warnings of Shimane and Toyama, as if they had been issued just now."""
    for name in ("15_12_01_161130_VPWW54.xml", "15_11_02_150916_VPWW54.xml"):
        send(node, token, moved((JMA_SAMPLES / name).read_bytes(), present()))
