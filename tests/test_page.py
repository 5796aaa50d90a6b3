"""The page, as people use it: real telegrams over a real node in a real browser."""

from __future__ import annotations

import gzip
import json
import re
import socket
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from browsing import ARTEFACTS, AXE, DESK, PAGE, PHONE, browser, looking, moved, needs_browser
from data import DATA, JMA_SAMPLES, needs_data
from served import Served
from telegrams import telegram

needs_browser()
pytestmark = needs_data("jma_xml")

LIVE = DATA / "jma_xml" / "live"
#: JMA's red of the cross on an epicentre.
RED = (255, 40, 0)
QUAKE = LIVE / "20210220160204_0_VXSE53_010000.xml"
#: The epicentre of that earthquake in the middle of the map.
THERE = "#view=7/37.6/141.5"
EARTHQUAKE, SHELTER, WARNING = "disaster.earthquake", "disaster.shelter", "disaster.weather_warning"


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    with browser() as opened:
        yield opened


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Served]:
    (tmp_path / "settings.toml").write_text(
        '[sources.test]\nlabel = "public"\n[sources.quiet]\nlabel = "own"\n'
        '[web]\ntitle = "試験県"\n'
    )
    with Served(tmp_path) as served:
        yield served


@pytest.fixture
def token(node: Served) -> str:
    return node.token("--send", "--source", "test")


#: When the map last drew a picture, in seconds since 1970.
DRAWN = (
    "((performance.timeOrigin"
    " + performance.getEntriesByName('noroshi-drawn').at(-1)?.startTime) / 1000)"
)


def present() -> datetime:
    return datetime.now(UTC)


def quake(number: int = 1, **before: float) -> bytes:
    """The real telegram of an earthquake, as if it had come just now."""
    return moved(QUAKE.read_bytes(), present() - timedelta(**before), f"2021022100{number:04}")


def send(node: Served, token: str, data: bytes) -> str:
    answer = node.post(data, token)
    assert answer.status_code == 202, answer.text
    assert answer.json()["state"] == "read", answer.text
    id: str = answer.json()["id"]
    return id


def send_warnings(node: Served, token: str) -> None:
    for name in ("15_12_01_161130_VPWW54.xml", "15_11_02_150916_VPWW54.xml"):
        send(node, token, moved((JMA_SAMPLES / name).read_bytes(), present()))


def test_a_telegram_posted_while_the_page_is_open_is_on_the_map_within_a_second(
    node: Served, token: str, chromium: Any
) -> None:
    with looking(chromium, node.url) as viewer:
        viewer.open(THERE)
        assert not viewer.sees(RED)
        late = []
        for number in range(3):
            send(node, token, quake(number))
            posted = time.time()
            viewer.wait(lambda: viewer.count(EARTHQUAKE) == number + 1)  # noqa: B023
            # A screenshot takes a second of its own here: the page notes when it has drawn.
            late.append(viewer.until(f"{DRAWN} > {posted} && {DRAWN}") - posted)
            assert viewer.sees(RED)
        viewer.shoot("earthquake")
        assert sorted(late)[1] < 1, late


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
        viewer.page.wait_for_timeout(1500)
        before = len(viewer.asked)
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
        viewer.page.click("#other-exercise")
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


@pytest.mark.skipif(not AXE.exists(), reason="no axe-core (make page)")
def test_nobody_is_kept_out(node: Served, token: str, chromium: Any) -> None:
    send_warnings(node, token)
    send(node, token, quake())
    views = (
        "", f"#table={WARNING}&panel=feed", "#theme=light&lang=en&mode=exercise",
        "#at=2026-01-01T00:00:00Z&area=pref:13&panel=detail&theme=light&fill=intensity",
    )  # fmt: skip
    with looking(chromium, node.url) as viewer:
        for number, view in enumerate(views):
            viewer.page.goto("about:blank")
            viewer.open(view)
            viewer.page.wait_for_timeout(800)
            viewer.shoot(f"view-{number}")
            assert viewer.check_access() == [], view
        others = [one for one in viewer.asked if not one.startswith((node.url, "about:", "blob:"))]
        assert others == [], "the page must work without any network but its node"


HOSTILE = '"><img src=x onerror="document.title=1"><script>document.title=1</script>\'`${1}</style>'


def test_what_senders_write_is_text_and_never_html(node: Served, token: str, chromium: Any) -> None:
    feature = {
        "type": "Feature", "id": HOSTILE,
        "geometry": {"type": "Point", "coordinates": [141.5, 37.6]},
        "properties": {"title": HOSTILE, "category": HOSTILE, "code": HOSTILE,
                       "attributes": {HOSTILE: HOSTILE}},
    }  # fmt: skip
    given = {"Authorization": f"Bearer {token}"}
    path = "/collections/disaster.report/items"
    answer = node.http.post(path, json=feature, headers=given)
    assert answer.status_code == 202, answer.text
    image = "&lt;img src=x onerror=alert(1)&gt;"
    now = present().isoformat()
    send(node, token, telegram("&lt;script&gt;", "&lt;b&gt;太", headline=image, reported=now))
    with looking(chromium, node.url) as viewer:
        viewer.open(f"{THERE}&table=disaster.report")
        viewer.until("document.querySelector('#table tbody tr[data-index]')")
        viewer.page.click("#table tbody tr[data-index]")
        viewer.until("document.querySelector('#detail h2')")
        assert HOSTILE in viewer.page.evaluate("document.querySelector('#detail').textContent")
        viewer.page.click("#tab-feed")
        viewer.until("document.querySelectorAll('#changes li').length >= 2")
        assert "<img src=x" in viewer.text("#changes")
        assert viewer.page.evaluate("document.querySelectorAll('img, #main script').length") == 0
        assert viewer.page.title() != "1"
        viewer.shoot("hostile")


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


def test_a_broken_line_is_told_and_nothing_is_missed_or_repeated(
    tmp_path: Path, chromium: Any
) -> None:
    (tmp_path / "settings.toml").write_text('[sources.test]\nlabel = "public"\n')
    port = str(free_port())
    served = Served(tmp_path, "--port", port).__enter__()
    token = served.token("--send", "--source", "test")
    send(served, token, telegram(headline="その0", event="e0"))
    with looking(chromium, served.url) as viewer:
        viewer.open("#panel=feed")
        viewer.until("document.querySelector('#link').className === 'live'")
        send(served, token, telegram(headline="その1", event="e1"))
        viewer.until("document.querySelectorAll('#changes .change').length === 2")
        served.__exit__(None, None, None)
        viewer.until("document.querySelector('#link').className !== 'live'")
        viewer.wait(lambda: "切断" in viewer.text("#link") or "接続中" in viewer.text("#link"))
        with Served(tmp_path, "--port", port) as again:
            for number in (2, 3):
                send(again, token, telegram(headline=f"その{number}", event=f"e{number}"))
            viewer.until("document.querySelector('#link').className === 'live'", 40)
            viewer.until("/その3/.test(document.querySelector('#changes').textContent)")
            listed = viewer.page.evaluate("document.querySelector('#changes').textContent")
            assert sorted(re.findall(r"その\d", listed)) == ["その0", "その1", "その2", "その3"]
            assert viewer.count("disaster.bulletin") == 4
            # It could not be reached meanwhile: that is no fault of the page.
            viewer.faults = [one for one in viewer.faults if "ERR_CONNECTION" not in one]


def test_the_feed_marks_where_one_left_off(node: Served, token: str, chromium: Any) -> None:
    send(node, token, telegram(headline="見た", event="e1"))
    with looking(chromium, node.url) as viewer:
        viewer.open("#panel=feed")
        viewer.until("document.querySelectorAll('#changes .change').length === 1")
        assert "1" not in viewer.text("#tab-feed")
        send(node, token, telegram(headline="見ていない", event="e2"))
        viewer.until("document.querySelector('#tab-feed .count')?.textContent === '1'")
        viewer.page.reload()
        viewer.until("document.querySelector('#tab-feed .count')?.textContent === '1'")
        order = viewer.page.evaluate(
            "[...document.querySelectorAll('#changes li')].map(one => one.className)"
        )
        assert order == ["new", "left-off", ""]
        viewer.page.fill("#feed-search", "見ていない")
        viewer.until("document.querySelectorAll('#changes .change').length === 1")
        viewer.page.fill("#feed-search", "")
        viewer.page.click("#mark-read")
        viewer.until("!document.querySelector('#tab-feed .count')")


def test_a_token_shows_what_is_shared_with_its_holder_and_no_more(
    node: Served, token: str, chromium: Any
) -> None:
    quiet = node.token("--send", "--source", "quiet")
    reader = node.token("--read", "own")
    send(node, token, telegram(headline="公開", event="e1"))
    send(node, quiet, telegram(headline="内部", event="e2", office="内部の組織"))
    with looking(chromium, node.url) as viewer:
        viewer.open("#panel=feed")
        assert viewer.count("disaster.bulletin") == 1
        assert "内部" not in viewer.page.evaluate("document.body.textContent")
        viewer.page.click("#token")
        viewer.page.fill("#token-field", "noroshi_not_a_token")
        viewer.page.press("#token-field", "Enter")
        viewer.until("!document.querySelector('dialog [role=alert]').hidden")
        viewer.page.fill("#token-field", reader)
        viewer.page.press("#token-field", "Enter")
        viewer.wait(lambda: viewer.count("disaster.bulletin") == 2)
        viewer.until("document.querySelector('#link').className === 'live'")
        send(node, quiet, telegram(headline="内部の続き", event="e3", office="内部の組織"))
        viewer.wait(lambda: viewer.count("disaster.bulletin") == 3)
        viewer.until("/内部の続き/.test(document.querySelector('#changes').textContent)")


def test_the_printed_sheet_has_the_map_the_times_the_legend_and_the_table(
    node: Served, token: str, chromium: Any
) -> None:
    send_warnings(node, token)
    with looking(chromium, node.url) as viewer:
        viewer.open(f"#table={WARNING}&theme=light")
        viewer.until("document.querySelector('#table tbody tr[data-index]')")
        ARTEFACTS.mkdir(exist_ok=True)
        viewer.until(f"{DRAWN} > 0")
        viewer.page.wait_for_timeout(1000)
        viewer.page.evaluate("dispatchEvent(new Event('beforeprint'))")
        viewer.until("document.querySelector('#paper img')?.complete")
        viewer.page.emulate_media(media="print")
        said = viewer.text("#paper")
        for part in ("いつの事実か", "いつ知っていたか", "JST", "Natural Earth", "都道府県"):
            assert part in said
        rows = viewer.page.evaluate("document.querySelectorAll('#paper tbody tr').length")
        assert rows >= viewer.count(WARNING) > 20
        assert viewer.page.evaluate("document.querySelector('#paper img').naturalWidth") > 500
        for paper in ("A4", "A3"):
            viewer.page.pdf(path=ARTEFACTS / f"page-{paper}.pdf", format=paper, landscape=True)


def test_the_page_stays_small() -> None:
    scripts = list((PAGE.parent / "assets").glob("*.js"))
    size = sum(len(gzip.compress(one.read_bytes(), 9)) for one in scripts)
    assert 50_000 < size <= 450_000, f"{size} bytes of JavaScript, compressed"
    assert "http" not in re.sub(r"<noscript>.*?</noscript>", "", PAGE.read_text(), flags=re.S)


def test_a_link_says_the_same_to_everyone(node: Served, token: str, chromium: Any) -> None:
    send_warnings(node, token)
    link = f"#lang=en&theme=light&view=8.00/35.7000/139.6000&table={WARNING}&off={EARTHQUAKE}"
    with looking(chromium, node.url, DESK) as viewer:
        viewer.open(link)
        assert viewer.page.evaluate("document.documentElement.lang") == "en"
        assert "Alert level" in viewer.text("#legend")
        viewer.page.wait_for_timeout(300)
        told = json.loads(json.dumps(viewer.page.evaluate("location.hash")))
        for part in ("lang=en", "theme=light", f"table={WARNING}", f"off={EARTHQUAKE}"):
            assert part in told
