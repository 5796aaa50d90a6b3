"""The conversation in a real browser: sent, kept while the line is cut, told by itself."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from browsing import DESK, PHONE, browser, looking, needs_browser
from noroshi.channels.sending.queue import Item, enqueue
from noroshi.core.time import DAY, now
from noroshi.store.people import Contact, PeopleFile
from served import Served

needs_browser()
TURNS = "document.querySelectorAll('#turns > li[data-number]').length"
#: Browsers do not show others the bodies of forms with files.
_RECORD = """const send = fetch; window.fetch = (to, given) => {
    if (given?.body) window.sent = Object.fromEntries([...given.body].map(([k, v]) => [k, `${v}`]));
    return send(to, given); };"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("chat")


@pytest.fixture(scope="module")
def node(home: Path) -> Iterator[Served]:
    with Served(home) as served:
        yield served


@pytest.fixture(scope="module")
def opened() -> Iterator[Any]:
    with browser() as found:
        yield found


def write(page: Any, text: str) -> None:
    page.fill("#text", text)
    page.keyboard.press("Enter")


def test_a_conversation_on_a_telephone(home: Path, node: Served, opened: Any) -> None:
    where = {"longitude": 136.9, "latitude": 37.0}
    with looking(opened, node.url, PHONE, geolocation=where, permissions=["geolocation"]) as viewer:
        page = viewer.page
        page.goto(f"{node.url}/chat")
        write(page, "助けて、家に閉じ込められました")
        viewer.until(f"{TURNS} === 1", 30)
        first = viewer.text("#turn-1 .said")
        assert "119" in first
        assert page.locator("#turn-1 .said").first.get_attribute("class") == "said urgent"
        # Quick replies are keys too, and are gone once something else was said.
        page.locator("#turn-1 .choices button").first.focus()
        page.keyboard.press("Enter")
        viewer.until(f"{TURNS} === 2")
        assert page.locator("#turn-1 .choices").count() == 0
        assert page.evaluate("document.activeElement.id") == "text"
        page.click("#send-position")
        viewer.until(f"{TURNS} === 3")
        assert page.evaluate("document.documentElement.scrollWidth") == PHONE[0]
        assert viewer.check_access() == []
        # What is written while the line is cut goes by itself, once, when it is back.
        page.context.set_offline(True)
        write(page, "こんにちは")
        viewer.until("document.querySelector('.did.failed .retry') !== null")
        page.context.set_offline(False)
        viewer.until(f"{TURNS} === 4")
        assert page.locator(".did.failed").count() == 0
        # What comes by itself is shown when it is asked for.
        people = PeopleFile(home)
        (contact,) = people.all(Contact)
        enqueue(people, [Item(contact.id, "k", "確認しました", "道を とめました。",
                              deadline=now() + DAY)])  # fmt: skip
        people.close()
        page.evaluate("document.dispatchEvent(new Event('visibilitychange', {bubbles: true}))")
        viewer.until(f"{TURNS} === 5")
        assert "道を とめました。" in viewer.text("#turn-5")
        page.reload()
        viewer.until(f"{TURNS} === 5")


def test_a_picture_is_sent_without_its_place_unless_it_may(node: Served, opened: Any) -> None:
    with looking(opened, node.url, DESK) as viewer:
        page = viewer.page
        page.add_init_script(_RECORD)
        page.goto(f"{node.url}/chat?lang=en&mode=exercise")
        page.click("#add")
        assert not page.is_checked("#picture-place")
        page.set_input_files("#picture", Path(__file__).parents[1] / "docs" / "page.png")
        write(page, "flooded road")
        viewer.until(f"{TURNS} === 1", 30)
        sent = page.evaluate("window.sent")
        assert sent["picture_place"] == "false"
        assert sent["picture"].startswith("[object")
        assert viewer.text("#turn-1 .said").startswith("[EXERCISE]")
        assert "THIS IS A DRILL" in viewer.text("body")
        assert viewer.check_access() == []
        if os.environ.get("SHOOT"):
            viewer.shoot("chat")


def test_what_is_not_taken_says_why(node: Served, opened: Any) -> None:
    with looking(opened, node.url, PHONE) as viewer:
        page = viewer.page
        page.goto(f"{node.url}/chat?lang=en")
        page.click("#add")
        page.set_input_files("#picture", {"name": "a.jpg", "mimeType": "image/jpeg",
                                          "buffer": b"GIF89a"})  # fmt: skip
        write(page, "see")
        viewer.until("document.querySelector('.did.failed') !== null")
        assert "JPEG or PNG" in viewer.text("#turns > li:last-child")
