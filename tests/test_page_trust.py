"""What the page must never do: keep out, run what senders wrote, lose, mix, show old as new."""

from __future__ import annotations

import gzip
import json
import re
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from browsing import (
    ARTEFACTS,
    AXE,
    DESK,
    EARTHQUAKE,
    PAGE,
    THERE,
    WARNING,
    WEB,
    looking,
    needs_browser,
    present,
    quake,
    send,
    send_warnings,
)
from data import JMA_SAMPLES, needs_data
from served import Served
from telegrams import telegram

needs_browser()
pytestmark = needs_data("jma_xml")
pytest_plugins = ("page_fixtures",)

HOSTILE = '"><img src=x onerror="document.title=1"><script>document.title=1</script>\'`${1}</style>'


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


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
        viewer.page.click("#token")
        viewer.page.click("dialog .actions button[type=button]")
        viewer.until("!/内部/.test(document.body.textContent)", 2)
        viewer.wait(lambda: viewer.count("disaster.bulletin") == 1)


def test_the_printed_sheet_has_the_map_the_times_the_legend_and_the_table(
    node: Served, token: str, chromium: Any
) -> None:
    send_warnings(node, token)
    with looking(chromium, node.url) as viewer:
        viewer.open(f"#table={WARNING}&theme=light")
        viewer.until("document.querySelector('#table tbody tr[data-index]')")
        ARTEFACTS.mkdir(exist_ok=True)
        viewer.until("performance.getEntriesByName('noroshi-drawn').length > 0")
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


def test_what_is_old_looks_old_and_what_has_no_place_is_counted(
    node: Served, token: str, chromium: Any
) -> None:
    send(node, token, (JMA_SAMPLES / "15_12_01_161130_VPWW54.xml").read_bytes())  # of 2016
    send(node, token, telegram(headline="場所のない電文"))
    stale = time.monotonic() + 10  # the process that computes products tells it
    while node.http.get("/sources").json()["sources"][0]["state"] != "stale":
        assert time.monotonic() < stale
        time.sleep(0.1)
    with looking(chromium, node.url) as viewer:
        viewer.open()
        viewer.until(f"document.querySelector('.kind.old [data-key=\"table {WARNING}\"]')")
        row = f"document.querySelector('[data-key=\"table {WARNING}\"]').parentElement.innerText"
        said = viewer.page.evaluate(row)
        assert "古い" in said
        assert re.search(r"発表 \d+年前", said), said
        assert "情報源が古い" in viewer.text("#legend")
        assert "情報源が古いか途絶" in viewer.text("#situation .worst")
        viewer.shoot("stale")
        counted = int(re.sub(r"\D", "", viewer.text("#unplaced")))
        viewer.page.click("#unplaced button")
        viewer.until("document.querySelector('#detail h2')?.innerText === '地図に置けないもの'")
        listed = viewer.page.evaluate(
            "[...document.querySelectorAll('#detail h3 .n')].map(one => parseInt(one.innerText))"
        )
        assert sum(listed) == counted >= 1


@pytest.mark.skipif(not AXE.exists(), reason="no web/node_modules (make page)")
@pytest.mark.parametrize("script", ["check", "test"])
def test_the_source_of_the_page_is_sound(script: str) -> None:
    npm = shutil.which("npm") or str(Path(sys.executable).parent / "npm")
    done = subprocess.run(
        [npm, "run", script], cwd=WEB, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


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
