"""The officers' page of alerts, its feeds, and the command line beside it."""

from __future__ import annotations

import html
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from lxml import etree

from cap_alerts import checked, one
from issuing import PLACES
from noroshi.store import open_store
from people import Browser, settle, signed_in
from run import Node
from served import Served

FLOOD = {"do": "draft", "hazard": "flood", "action": "evacuate", "needed": "1", "level": "",
         "areas": "17202=七尾市（ななおし）", "districts": "", "expires": "6h", "begins": "",
         "languages": "ja、easy、en", "channels": "",
         "reason-easy": "河川の氾濫が発生しました。"}  # fmt: skip
RULE = """
[sources.trial]
label = "public"
mode = "test"
[alerts.water]
kinds = ["disaster.report"]
filter = "title LIKE '断水%'"
area = "17202"
hazard = "water"
action = "information"
approvals = 0
mode = "test"
"""
ATOM = {"a": "http://www.w3.org/2005/Atom"}


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    home: Path = tmp_path_factory.mktemp("home")
    settle(home, RULE).close()
    with_places(home)
    with Served(home) as served:
        yield served


@pytest.fixture(scope="module")
def ono(node: Served) -> Browser:
    return signed_in(node.url, "ono")


def with_places(home: Path) -> None:
    store = open_store(home)
    store.put_places(PLACES[:1])
    store.close()


def post(browser: Browser, path: str = "/alerts", **fields: str) -> httpx.Response:
    return browser.http.post(path, data={**fields, "csrf": browser.csrf(path)})


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]+)"', page)
    assert found, page
    return found[1]


def draft(browser: Browser, path: str = "/alerts", **changes: str) -> tuple[str, str, str]:
    """A new draft: its page, id and mark."""
    answer = post(browser, path, **{**FLOOD, **changes})
    assert answer.status_code == 303, html.unescape(answer.text)[-3000:]
    page = browser.get(answer.headers["location"]).text
    return page, hidden(page, "draft"), hidden(page, "seen")


def entries(node: Served, mode: str = "actual") -> list[str]:
    feed = etree.fromstring(httpx.get(f"{node.url}/alerts.atom?mode={mode}").content)
    found: list[str] = feed.xpath("a:entry/a:link/@href", namespaces=ATOM)
    return found


def test_a_draft_is_shown_as_it_will_appear_then_approved_issued_and_fed(
    node: Served, ono: Browser
) -> None:
    page, id, seen = draft(ono)
    assert "<ruby>避難指示<rp>(</rp><rt>ひなんしじ</rt>" in page
    assert "「氾濫」にふりがながありません" in page
    assert entries(node) == []
    answer = post(ono, do="approve", draft=id, seen=seen)
    assert answer.status_code == 303
    page = ono.get(answer.headers["location"]).text
    answer = post(ono, do="issue", draft=id, seen=hidden(page, "seen"))
    assert answer.status_code == 303
    standing = ono.get(answer.headers["location"]).text
    assert "第1版" in standing
    [link] = entries(node)
    root = checked(httpx.get(link).content)
    assert (one(root, "status"), one(root, "msgType")) == ("Actual", "Alert")
    alert = hidden(standing, "alert")
    answer = post(ono, do="extend", alert=alert, expires="9h")
    page = ono.get(answer.headers["location"]).text
    assert "発令中のものとの違い" in page
    assert "失効" in page


def test_what_was_changed_since_it_was_shown_is_not_approved(node: Served, ono: Browser) -> None:
    _, id, seen = draft(ono)
    fields = {**FLOOD, "do": "edit", "draft": id, "seen": seen, "action": "save_life"}
    fields.pop("needed")
    assert post(ono, **fields).status_code == 303
    answer = post(ono, do="approve", draft=id, seen=seen)
    assert answer.status_code == 400
    assert "表示したあとに下書きが変わりました" in html.unescape(answer.text)


def test_an_exercise_stays_an_exercise_on_the_page_and_in_the_feeds(
    node: Served, ono: Browser
) -> None:
    before = entries(node)
    path = "/alerts?mode=exercise"
    page, id, seen = draft(ono, path)
    assert "訓練 EXERCISE" in page
    assert post(ono, do="approve", draft=id, seen=seen).status_code == 404
    assert post(ono, path, do="approve", draft=id, seen=seen).status_code == 303
    answer = post(ono, path, do="issue", draft=id, seen=seen)
    assert "mode=exercise" in answer.headers["location"]
    assert entries(node) == before
    [link] = entries(node, "exercise")
    assert one(checked(httpx.get(link).content), "status") == "Exercise"


@pytest.mark.parametrize("who", ["ito", "kato"])
def test_others_neither_look_nor_act(node: Served, ono: Browser, who: str) -> None:
    _, id, seen = draft(ono)
    other = signed_in(node.url, who)
    assert other.get("/alerts").status_code == 403
    csrf = other.csrf("/account")
    for do in ("approve", "issue", "draft"):
        answer = other.http.post(
            "/alerts", data={**FLOOD, "do": do, "draft": id, "seen": seen, "csrf": csrf}
        )
        assert answer.status_code == 403, do


def test_who_is_not_signed_in_is_asked_to(node: Served) -> None:
    answer = Browser(node.url).get("/alerts?mode=exercise")
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/login?next=%2Falerts")


@pytest.mark.parametrize(("changes", "status", "wrong"), [
    ({"areas": "99999999"}, 400, "地域コード"), ({"areas": "17209"}, 400, "名前がわかりません"),
    ({"expires": "soon"}, 400, "時刻として読めません"), ({"level": "9"}, 400, "警戒レベル"),
    ({"needed": "0"}, 400, "人数"), ({"do": "explode"}, 400, "not known"),
    ({"extra": "x"}, 400, "not known"), ({"languages": "ja、xx"}, 400, "言語は ja を先頭に"),
])  # fmt: skip
def test_a_form_that_cannot_be_meant_says_what_is_wrong(
    ono: Browser, changes: dict[str, str], status: int, wrong: str
) -> None:
    answer = post(ono, **{**FLOOD, **changes})
    assert (answer.status_code, wrong in html.unescape(answer.text)) == (status, True)


def test_there_is_no_document_of_what_was_never_issued(node: Served) -> None:
    for id in ("x", "0123456789abcdef.1", "..%2F..%2Fpeople.db"):
        assert httpx.get(f"{node.url}/alerts/{id}.xml").status_code == 404


def test_the_command_line_does_the_same_and_a_dry_run_sends_nothing(tmp_path: Path) -> None:
    noroshi = Node(tmp_path)

    def alert(*arguments: str, code: int = 0) -> str:
        return noroshi("alert", *arguments, code=code).stdout.decode()

    shown = alert("draft", "--hazard", "tsunami", "--action", "evacuate", "--area",
                  "17202=七尾市（ななおし）", "--expires", "2h", "--mode", "exercise")  # fmt: skip
    id = re.search(r"^draft (\w+)", shown, re.M)[1]  # type: ignore[index]
    mark = re.search(r"^mark  (\w+)", shown, re.M)[1]  # type: ignore[index]
    alert("issue", id, code=3)
    alert("approve", id, mark)
    alert("dry-run", id, "--out", str(tmp_path / "out"))
    files = {one.name: one.read_bytes() for one in (tmp_path / "out").iterdir()}
    assert one(checked(files["001-cap.xml"]), "status") == "Exercise"
    assert files["002-voice.txt"].decode().startswith("これはくんれんです。")
    number = alert("issue", id).split()[0]
    assert number in alert("list", "--mode", "exercise")
    assert number not in alert("list")


def test_a_node_that_runs_issues_what_was_decided_in_advance_and_its_end(node: Served) -> None:
    token = {"Authorization": f"Bearer {node.token('--send', '--source', 'trial')}"}
    feature = {"type": "Feature", "id": "w", "geometry": None,
               "properties": {"title": "断水のお知らせ", "area": "city:1720200"}}  # fmt: skip
    path = f"{node.url}/collections/disaster.report/items"
    assert httpx.post(path, json=feature, headers=token).status_code == 202
    found = eventually(lambda: entries(node, "test"))
    root = checked(httpx.get(found[0]).content)
    assert (one(root, "status"), one(root, "msgType")) == ("Test", "Alert")
    assert [text for text in root.itertext() if "断水" in text]
    feature["properties"] = {"title": "復旧しました", "area": "city:1720200"}
    assert httpx.post(path, json=feature, headers=token).status_code == 202
    [ended] = eventually(lambda: [one for one in entries(node, "test") if one.endswith(".2.xml")])
    assert one(checked(httpx.get(ended).content), "msgType") == "Cancel"


def eventually(look: Callable[[], list[str]]) -> list[str]:
    """What is there within ten seconds."""
    end = time.monotonic() + 10
    while time.monotonic() < end:
        if found := look():
            return found
        time.sleep(0.05)
    raise AssertionError("it never came")
