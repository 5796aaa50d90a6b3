"""Pages of infectious diseases: for residents how it stands and how sure that is, for officers the
series, what was found in them, and what is still to come."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from browsing import DESK, PHONE, looking, needs_browser
from noroshi.core import weeks
from noroshi.core.time import DAY, now, parse, to_datetime
from residents import KANJI, Reading
from run import Node
from served import Served
from weekly_tables import all_case, sentinel

needs_browser()
pytest_plugins = ("page_fixtures",)

#: The newest week is the one before last: what is published now.
LAST = weeks.number(weeks.of_day(to_datetime(now()).date() - timedelta(9))) - 1
WEEKS = 110
FIRST = LAST - WEEKS + 1
AICHI, SHIZUOKA = "23", "22"


def measles(week: int, code: str) -> int:
    """Hardly any, and many in one prefecture in the last two weeks."""
    if code == AICHI and week >= WEEKS - 2:
        return 14
    return 1 if (week * 7 + int(code) * 3) % 29 == 0 else 0


def syphilis(week: int, code: str) -> int:
    """As many as ever."""
    return 3 + (week * 5 + int(code)) % 4


def influenza(week: int, code: str) -> int:
    """A season that has just begun, in one prefecture above the level of a warning."""
    season = max(0, 24 - abs((week % 52) - 6)) ** 2 // 2
    return season + (1800 if code == SHIZUOKA and week == WEEKS - 1 else 0) + int(code) % 3


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tables")
    home = tmp_path_factory.mktemp("home")
    for week in range(FIRST, LAST + 1):
        if week == LAST - 1:  # what products said in the week before is kept as they said it
            Node(home)("ingest", "--label", "public", "--source", "weekly", folder)
        name = weeks.numbered(week)
        table = all_case(week, FIRST, {"麻しん": measles, "梅毒": syphilis})
        (folder / f"{name}-zensu.csv").write_bytes(table)
        (folder / f"{name}-teiten.csv").write_bytes(
            sentinel(week, FIRST, {"インフルエンザ": influenza})
        )
    Node(home)("ingest", "--label", "public", "--source", "weekly", folder)
    return home


@pytest.fixture(scope="module")
def node(home: Path) -> Iterator[Served]:
    with Served(home) as served:
        yield served


def get(node: Served, path: str) -> str:
    answer = node.http.get(path, headers={"Accept": "text/html"})
    assert answer.status_code == 200, answer.text
    return answer.text


def text(page: str) -> str:
    """What a page says, without readings and charts."""
    page = re.sub(r"<rt>.*?</rt>|<script.*?</script>|<style.*?</style>", "", page, flags=re.S)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


def test_the_list_puts_what_is_more_than_usual_first(node: Served) -> None:
    page = get(node, f"/diseases?area={AICHI}&lang=en")
    whole = text(page)
    assert weeks.numbered(LAST) in whole
    assert whole.index("Measles") < whole.index("Influenza")
    assert "More than usual" in whole
    assert "This is old" not in whole
    national = text(get(node, "/diseases"))
    assert "麻しん" in national
    assert "インフルエンザ" in national


def test_a_resident_reads_level_trend_what_to_do_and_how_sure(node: Served) -> None:
    said = text(get(node, f"/diseases/influenza/{SHIZUOKA}?lang=en"))
    for one in ("Very high (warning level)", "begins at 30 and ends below 10", "Rising",
                "What to do", "How sure this is", "Only chosen clinics report"):  # fmt: skip
        assert one in said, one
    japanese = get(node, f"/diseases/influenza/{SHIZUOKA}")
    assert "<ruby>" in japanese
    assert "ふえています" in text(japanese)
    assert "すること" in text(japanese)


def test_an_officer_reads_the_alarm_with_what_it_rests_on(node: Served) -> None:
    said = text(get(node, f"/diseases/measles/{AICHI}?lang=en"))
    assert "More than usual" in said
    assert re.search(r"observed 14, expected \d+\.\d, limit \d+\.\d, p ", said)
    assert "Some such alarms are false" in said
    other = text(get(node, f"/diseases/syphilis/{AICHI}?lang=en"))
    assert "About as usual" in other
    assert "likely to have" in other  # what is still to come


def test_what_was_known_in_a_past_week_can_be_seen_again(node: Served) -> None:
    before = weeks.monday(weeks.numbered(LAST - 2)) + timedelta(10)
    said = text(get(node, f"/diseases/measles/{AICHI}?lang=en&datetime={before}"))
    assert weeks.numbered(LAST - 2) in said
    assert weeks.numbered(LAST) not in said
    assert "This is not the present" in said
    assert "observed 14" not in said
    assert "likely to have" in said, "what was still to come then"


def test_what_is_not_there_is_said_and_not_taken_for_none(node: Served) -> None:
    for path in ("/diseases/nonsense", "/diseases/measles/99", "/diseases?area=99"):
        answer = node.http.get(path, headers={"Accept": "text/html"})
        assert answer.status_code == 404, path
    said = text(get(node, "/diseases?mode=exercise&lang=en"))
    assert "THIS IS A DRILL" in said
    assert "does not mean that there is no disease" in said


def test_others_see_a_table_with_small_counts_kept_back(tmp_path: Path) -> None:
    """Tables that stay inside reach others by the disclosed form only."""
    (tmp_path / "settings.toml").write_text(
        '[release."health/disclosure"]\nlabels = ["own"]\nto = "public"\n'
    )
    folder = tmp_path / "tables"
    folder.mkdir()
    for week in range(LAST - 2, LAST + 1):
        table = all_case(week, FIRST, {"麻しん": measles, "梅毒": syphilis})
        (folder / f"{weeks.numbered(week)}.csv").write_bytes(table)
    Node(tmp_path)("ingest", "--label", "own", "--source", "inside", folder)
    with Served(tmp_path) as served:
        said = text(get(served, f"/diseases/syphilis/{SHIZUOKA}?lang=en"))
        assert "Small counts are kept back" in said
        assert "Reported this week: …" in said
        assert "… is not 0" in said
        assert "The count is small and kept back. It is not 0." in said
        assert "Nothing was reported" not in said
        assert "No result of detection for this week can be seen here" in said
        assert "Measles" in text(get(served, "/diseases?lang=en"))


def test_what_residents_read_has_a_reading_for_every_kanji(node: Served) -> None:
    for path in ("/diseases", "/diseases/influenza", f"/diseases/measles/{AICHI}"):
        page = get(node, path + "?lang=ja")
        upper = page.partition('<h2 class="officers">')[0]
        read = Reading(upper, own=True)
        assert set(re.findall(KANJI, read.bare)) - set("年月日時分間前") == set(), path


def test_an_alarm_says_until_when_it_holds(node: Served) -> None:
    """Old alarms would be taken for the present where no table comes any more."""
    found = node.http.get("/collections/health.alarm/items?f=json").json()["features"]
    assert found
    ends = weeks.begins(weeks.numbered(LAST + 1)) + 28 * DAY
    assert {parse(one["properties"]["valid_to"]) for one in found} == {ends}


@pytest.mark.parametrize("size", [DESK, PHONE])
def test_the_charts_are_drawn_and_everybody_can_use_the_page(
    node: Served, chromium: Any, size: tuple[int, int]
) -> None:
    with looking(chromium, node.url, size) as viewer:
        viewer.page.goto(f"{node.url}/diseases/influenza/{SHIZUOKA}?lang=en")
        for chart, least in (("course", 1), ("map", 47), ("multiples", 47)):
            viewer.until(
                f"document.querySelectorAll('[data-chart={chart}] svg :is(path,rect,text)').length"
                f" >= {least}"
            )
        assert viewer.page.evaluate("document.documentElement.scrollWidth") <= size[0]
        assert viewer.check_access() == []
        viewer.shoot(f"disease-{size[0]}")
        viewer.page.goto(f"{node.url}/diseases?lang=en")
        assert viewer.check_access() == []
        assert viewer.faults == []
