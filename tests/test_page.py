"""The page, as people use it: real telegrams over a real node in a real browser."""

from __future__ import annotations

from typing import Any

from browsing import (
    EARTHQUAKE,
    PHONE,
    RED,
    THERE,
    WARNING,
    looking,
    needs_browser,
    present,
    quake,
    send,
    send_warnings,
)
from data import needs_data
from served import Served
from telegrams import telegram

needs_browser()
pytestmark = needs_data("jma_xml")
pytest_plugins = ("page_fixtures",)


def test_a_telegram_posted_while_the_page_is_open_comes_on_the_map_by_itself(
    node: Served, token: str, chromium: Any
) -> None:
    with looking(chromium, node.url) as viewer:
        viewer.open(THERE)
        assert not viewer.sees(RED)
        for number in range(3):  # how soon: bench/page.py
            send(node, token, quake(number))
            viewer.wait(lambda: viewer.count(EARTHQUAKE) == number + 1)  # noqa: B023
            drawn = "performance.getEntriesByName('noroshi-drawn').at(-1)?.detail"
            viewer.until(f"{drawn} > {number}")
            assert viewer.sees(RED)
        viewer.shoot("earthquake")


def test_the_time_bar_shows_the_state_before_it_was_known_and_before_it_happened(
    node: Served, token: str, chromium: Any
) -> None:
    send(node, token, quake(minutes=30))
    with looking(chromium, node.url) as viewer:
        viewer.open(THERE)
        viewer.wait_to_see(RED, 10)
        viewer.page.focus("#handle-asOf")
        viewer.page.keyboard.press("ArrowLeft")  # five minutes ago nobody had told us
        viewer.wait(lambda: viewer.count(EARTHQUAKE) == 0)
        viewer.wait(lambda: not viewer.sees(RED))
        told = viewer.text("#moment")
        assert "現在ではありません" in told
        assert "に知っていたこと" in told
        assert "as-of=" in viewer.until("location.hash.includes('as-of') && location.hash")
        viewer.shoot("before-known")
        viewer.page.click("#to-now")
        viewer.wait_to_see(RED, 10)
        assert viewer.text("#moment") == ""
        viewer.page.focus("#handle-at")
        for _ in range(5):
            viewer.page.keyboard.press("ArrowLeft")
        viewer.wait(lambda: viewer.sees(RED))  # 25 minutes ago it had happened
        for _ in range(3):
            viewer.page.keyboard.press("ArrowLeft")
        viewer.wait(lambda: not viewer.sees(RED))  # 40 minutes ago it had not
        assert viewer.count(EARTHQUAKE) == 0
        assert "いま知っていること" in viewer.text("#moment")


def test_moving_the_time_asks_the_node_for_nothing(node: Served, token: str, chromium: Any) -> None:
    send_warnings(node, token)
    with looking(chromium, node.url) as viewer:
        viewer.open()
        before = -1
        while before != len(viewer.asked):  # what products add is shown as it comes
            before = len(viewer.asked)
            viewer.page.wait_for_timeout(2500)
        viewer.page.focus("#handle-at")
        for _ in range(20):
            viewer.page.keyboard.press("ArrowLeft")
        viewer.wait(lambda: viewer.count(WARNING) == 0)
        viewer.page.wait_for_timeout(600)
        asked = [one for one in viewer.asked[before:] if "/collections/" in one]
        assert asked == []


def test_the_table_agrees_with_the_api_and_works_by_keyboard(
    node: Served, token: str, chromium: Any
) -> None:
    send_warnings(node, token)
    found = node.http.get(f"/collections/{WARNING}/items?limit=1000").json()["features"]
    names = sorted(one["properties"]["area_name"] for one in found)
    assert len(names) > 20
    with looking(chromium, node.url) as viewer:
        viewer.open()
        assert viewer.count(WARNING) == len(names)
        viewer.page.click(f'[data-key="table {WARNING}"]')
        rows = "[...document.querySelectorAll('#table tbody tr[data-index]')]"
        title = "one.querySelector('.who').lastChild.textContent"
        viewer.until(f"{rows}.length === {len(names)}")
        shown = viewer.page.evaluate(f"{rows}.map(one => {title})")
        assert sorted(shown) == names
        viewer.shoot("table")
        viewer.page.click("#table th[data-column=title] button")
        first = viewer.page.evaluate(f"{rows}.map(one => {title})")
        assert first != shown
        assert sorted(first) == names
        assert viewer.page.get_attribute("th[data-column=title]", "aria-sort") == "ascending"
        viewer.page.fill("#table-search", names[3])
        kept = viewer.page.evaluate(f"{rows}.map(one => one.innerText)")
        assert kept
        assert all(names[3] in one for one in kept)
        viewer.page.fill("#table-search", "")
        viewer.page.press("#table-search", "ArrowDown")
        viewer.page.keyboard.press("ArrowDown")
        viewer.page.keyboard.press("ArrowDown")
        viewer.page.keyboard.press("Enter")
        viewer.until(f"document.querySelector('#detail h2')?.innerText.includes({first[2]!r})")
        links = viewer.page.evaluate("[...document.querySelectorAll('a.download')].map(a=>a.href)")
        csv, excel = (node.http.get(one) for one in links)
        assert len(csv.text.strip().splitlines()) - 1 >= len(names)
        assert excel.status_code == 200
        assert excel.content[:2] == b"PK"
        viewer.page.keyboard.press("Escape")
        viewer.until("document.querySelector('#table').hidden")


def test_everything_leads_to_the_message_it_came_from(
    node: Served, token: str, chromium: Any
) -> None:
    data = quake(minutes=5)
    id = send(node, token, data)
    send(node, token, data.replace("Ｍ３．５".encode(), "Ｍ３．６".encode())
         .replace(b">3.5<", b">3.6<").replace(b"<Serial>1<", b"<Serial>2<"))  # fmt: skip
    with looking(chromium, node.url) as viewer:
        viewer.open(THERE)
        viewer.page.click(f'[data-key="table {EARTHQUAKE}"]')
        viewer.page.click("#table tbody tr[data-index]")
        viewer.until("document.querySelectorAll('.editions > li').length === 2")
        detail = viewer.text("#detail")
        for said in ("マグニチュード", "3.6", "福島県沖", "変わった項目", "情報源", "test"):
            assert said in detail
        viewer.shoot("detail")
        viewer.page.click(".editions > li:last-child button:last-child")  # the first edition
        viewer.until("document.querySelector('#raw')?.textContent.length > 100")
        raw = viewer.page.evaluate("document.querySelector('#raw').textContent")
        assert raw == data.decode("utf-8-sig").replace("\r\n", "\n") or raw == data.decode()
        href = viewer.page.get_attribute("#raw-link", "href")
        assert href == f"{node.url}/messages/{id}/content"
        assert node.http.get(href).content == data
        viewer.shoot("message")


def test_an_exercise_cannot_be_missed_and_never_mixes(
    node: Served, token: str, chromium: Any
) -> None:
    drill = quake(2, minutes=2).replace("<Status>通常<".encode(), "<Status>訓練<".encode())
    send(node, token, drill)
    send(node, token, telegram(headline="本物", reported=present().isoformat()))
    with looking(chromium, node.url) as viewer:
        viewer.open(THERE)
        assert viewer.count(EARTHQUAKE) == 0
        assert viewer.count("disaster.bulletin") == 1
        assert not viewer.sees(RED)
        assert viewer.page.is_hidden("#banner")
        assert "訓練" in viewer.text("#other-exercise")
        viewer.page.click('[data-key="table disaster.bulletin"]')
        viewer.until("/本物/.test(document.querySelector('#table tbody')?.textContent)")
        viewer.page.click("#table tbody tr[data-index]")
        viewer.until("/本物/.test(document.querySelector('#detail').textContent)")
        viewer.page.click("#other-exercise")
        viewer.until("!/本物/.test(document.body.textContent)", 2)
        viewer.page.click("#tab-situation")
        viewer.page.click("#table-close")
        viewer.wait(lambda: viewer.count(EARTHQUAKE) == 1)
        viewer.wait_to_see(RED, 10)
        drills = node.http.get("/collections/disaster.bulletin/items?mode=exercise").json()
        assert viewer.count("disaster.bulletin") == len(drills["features"])
        assert "本物" not in viewer.page.evaluate("document.body.textContent")
        assert "訓練 EXERCISE" in viewer.text("#banner")
        assert "実際の情報ではありません" in viewer.text("#banner")
        assert viewer.page.title().startswith("【訓練】")
        viewer.shoot("exercise")
        # What comes now is real: it must not show among the drill.
        send(node, token, quake(3))
        viewer.page.wait_for_timeout(1500)
        assert viewer.count(EARTHQUAKE) == 1
        viewer.page.click("#banner button")
        viewer.until("document.querySelector('#banner').hidden")
        viewer.until("/本物/.test(document.querySelector('#feed').textContent)")


def test_on_a_telephone_the_map_comes_first(node: Served, token: str, chromium: Any) -> None:
    send_warnings(node, token)
    send(node, token, quake())
    with looking(chromium, node.url, PHONE, has_touch=True, is_mobile=True) as viewer:
        viewer.open()
        assert viewer.page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
        panel = viewer.page.locator("#panel").bounding_box()
        stage = viewer.page.locator("#map-box").bounding_box()
        assert panel["y"] - stage["y"] > PHONE[1] / 2, "the map is hidden"
        viewer.shoot("phone")
        viewer.page.tap("#sheet-handle")
        viewer.until("document.body.dataset.sheet === 'half'")
        viewer.page.tap("#situation .grave")
        viewer.until("document.querySelector('#detail h2')?.innerText.length > 0")
        viewer.page.wait_for_timeout(300)
        assert viewer.page.locator("#panel").bounding_box()["y"] < panel["y"]
        viewer.shoot("phone-detail")
        assert viewer.check_access() == []
