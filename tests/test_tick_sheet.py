"""The tick sheet on a phone: filled in, sent twice, counted once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from people import Browser, settle, signed_in
from served import Served

KIND = "health.shelter_syndrome"
SHELTERS = (
    "名称,施設ID,緯度,経度,避難者数\n"
    "第一小学校,S1,37.1,137.1,80\n公民館,S2,37.2,137.2,10\n公民館,S3,37.3,137.3,12\n"
)
FILLED = {"date": "", "shelter": "第一小学校", "code": "", "team": "JMAT甲", "headcount": "８０",
          "seen": "12", "children": "2", "fever_respiratory": "4", "diarrhoea": "正",
          "remarks": "換気\n不良"}  # fmt: skip


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    home: Path = tmp_path_factory.mktemp("home")
    settle(home).close()
    with Served(home) as served:
        token = served.token("--send", "--source", "nanao-city")
        assert served.post(SHELTERS.encode(), token).json()["state"] == "read"
        yield served


@pytest.fixture(scope="module")
def browser(node: Served) -> Browser:
    return signed_in(node.url, "sato")


def post(browser: Browser, fields: dict[str, str], path: str = "/tick-sheet") -> Any:
    from noroshi.web.tick_sheet import _today

    form = {**fields, "date": fields["date"] or _today(), "csrf": browser.csrf(path)}
    return browser.http.post(path, data=form)


def sheets(browser: Browser, mode: str = "actual") -> list[dict[str, Any]]:
    answer = browser.http.get(f"/collections/{KIND}/items?mode={mode}",
                              headers={"Accept": "application/geo+json"})  # fmt: skip
    found: list[dict[str, Any]] = [one["properties"] for one in answer.json()["features"]]
    return found


def test_a_sheet_sent_twice_counts_once_and_a_correction_takes_its_place(browser: Browser) -> None:
    for _ in range(2):
        answer = post(browser, FILLED)
        assert answer.status_code == 303, answer.text
    page = browser.get(answer.headers["location"]).text
    assert "送信しました" in page
    assert 'value="JMAT甲"' in page
    [one] = sheets(browser)
    assert (one["code"], one["seen"], one["headcount"], one["diarrhoea"]) == ("S1", 12, 80, 5)
    assert one["remarks"] == "換気 不良"
    assert "measles" not in one
    assert post(browser, FILLED | {"seen": "14"}).status_code == 303
    assert [one["seen"] for one in sheets(browser)] == [14]
    assert post(browser, FILLED).status_code == 303  # taken back: the first was right
    assert [one["seen"] for one in sheets(browser)] == [12]
    assert post(browser, FILLED | {"seen": "14"}).status_code == 303
    assert post(browser, FILLED, "/tick-sheet?mode=exercise").status_code == 303
    assert [one["seen"] for one in sheets(browser)] == [14]
    assert [one["seen"] for one in sheets(browser, "exercise")] == [12]


@pytest.mark.parametrize(("changed", "field"), [
    ({"shelter": ""}, "shelter"), ({"date": "2999-01-01"}, "date"), ({"date": "x"}, "date"),
    ({"seen": "十人くらい"}, "seen"), ({"children": "13"}, "children"), ({"fever": "-3"}, "fever"),
    ({"shelter": "公民館"}, "code"), ({"team": "x" * 101}, "team"),
])  # fmt: skip
def test_what_is_wrong_is_said_beside_its_field_and_nothing_is_lost(
    browser: Browser, changed: dict[str, str], field: str
) -> None:
    before = len(sheets(browser))
    answer = post(browser, FILLED | changed)
    assert answer.status_code == 400
    assert f'id="{field}-wrong"' in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert changed.get("remarks", "換気") in answer.text
    assert len(sheets(browser)) == before


def test_only_who_may_send_sees_the_form_and_no_other_page_can_send_it(
    node: Served, browser: Browser
) -> None:
    nobody = Browser(node.url)
    assert nobody.get("/tick-sheet").headers["location"].startswith("/login?next=%2Ftick-sheet")
    assert nobody.http.post("/tick-sheet", data=FILLED).status_code in (303, 401, 403)
    for who in ("ito", "mori"):  # a viewer; a reporter, whom the settings do not let
        assert signed_in(node.url, who).get("/tick-sheet").status_code == 403
    assert browser.http.post("/tick-sheet", data=FILLED | {"csrf": "0" * 64}).status_code == 403
    forged = browser.http.post("/tick-sheet", data=FILLED | {"csrf": browser.csrf("/tick-sheet")},
                               headers={"Sec-Fetch-Site": "cross-site"})  # fmt: skip
    assert forged.status_code == 403
    assert post(browser, FILLED | {"evil": "1"}).status_code == 400
