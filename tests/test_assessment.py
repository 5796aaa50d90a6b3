"""Risk assessments: drafted with times and sources, edited by a person, issued as editions."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner

from noroshi.channels.assessment import text
from noroshi.channels.assessment.draft import draft
from noroshi.channels.assessment.editions import issue, issued
from noroshi.channels.assessment.make import blocks, make
from noroshi.channels.report import numbers
from noroshi.cli import noroshi
from noroshi.core.errors import NoroshiError, NotFound
from noroshi.core.label import OPERATOR, OWN, PUBLIC
from noroshi.core.record import Mode
from noroshi.core.time import DAY, HOUR, parse
from noroshi.domains import folder
from noroshi.domains.samples import EXPECTED
from noroshi.kinds.risk_report import SECTIONS
from noroshi.store import Store, open_store
from test_situation_report import say

NOON = parse("2031-01-12T20:00:00+09:00")
LATE = NOON + 10 * 365 * 24 * HOUR


def sample() -> dict[str, Any]:
    """What health/disaster_risk says of its sample."""
    path = folder("health/disaster_risk") / "samples" / "quake" / EXPECTED
    body: dict[str, Any] = msgspec.json.decode(path.read_bytes())[0]["records"][0]["body"]
    return body


@pytest.fixture
def store(tmp_path: Path) -> Any:
    found = open_store(tmp_path)
    for mode in (Mode.EXERCISE, Mode.ACTUAL):
        say(found, "health.risk", sample(), issued=NOON, mode=mode, area="city:9920100")
    yield found
    found.close()


def drafted(store: Store, mode: Mode = Mode.EXERCISE, label: int = PUBLIC) -> text.Draft:
    reader = numbers.circle(store, label)
    return draft(store, reader, mode, NOON, LATE, event="架空地震", author="保健 花子")


def said(found: text.Draft, code: str) -> str:
    return next(one.text for one in found.sections if one.code == code)


def tick(day: str) -> dict[str, Any]:
    """A tick sheet of a day."""
    return {"name": "例示市立甲小学校", "date": day, "diarrhoea": 7}


def edited(found: text.Draft, old: str, new: str) -> text.Draft:
    """As a person edits the file."""
    written = text.write(found)
    assert old in written
    return text.read(written.replace(old, new), "draft.md")


def test_a_draft_has_every_section_and_its_facts_have_times_and_sources(store: Store) -> None:
    found = drafted(store)
    said = {one.code: one.text for one in found.sections}
    assert list(said) == [code for code, _, _ in SECTIONS]
    assert "避難者350人（時点 1/12 20:00、情報源 office）" in said["summary"]
    (cell,) = re.findall(r"\| 感染性胃腸炎・急性下痢症 \| 3 \| 2 \| 3 \| (.*)", said["risk"])
    assert "断水 4,200戸（47%）（1/12 08:00）" in cell
    assert "定点当たり11.7" in said["epidemiology"]
    assert found.records


def test_what_is_written_reads_back_as_it_was(store: Store) -> None:
    found = drafted(store)
    assert text.read(text.write(found), "draft.md") == found
    assert text.read(text.write(found).replace("\n", "\r\n"), "draft.md") == found


def test_the_next_edition_tells_what_has_changed(store: Store) -> None:
    found = drafted(store)
    first = issue(store, found, author="", issuer="架空県", time=NOON)
    assert (first.number, first.previous, first.changed) == (1, None, [])
    lower = edited(found, "| インフルエンザ | 3 | 2 | 3 |", "| インフルエンザ | 2 | 2 | 2 |")
    second = issue(store, lower, author="感染 太郎", time=NOON + HOUR)
    assert second.changed == ["インフルエンザ：リスクを3から2に引き下げ",
                              "記述を改めた節：リスク評価"]  # fmt: skip
    assert (second.number, second.previous, second.author) == (2, 1, "感染 太郎")
    kept = issued(store, OPERATOR, Mode.EXERCISE)
    assert [one.body for one in kept] == [first, second]
    assert kept[0].version.basis == found.records
    assert issued(store, OPERATOR, Mode.ACTUAL) == []
    with pytest.raises(NoroshiError, match="nothing was issued"):
        issue(store, lower, author="感染 太郎")


def test_an_exercise_says_so_on_every_page_and_cannot_be_issued_as_real(store: Store) -> None:
    found = drafted(store)
    written = text.write(found)
    assert written.count("訓練 EXERCISE") == 1 + 2 * len(SECTIONS)
    page = next(iter(make(found, Mode.EXERCISE, ["html"]).values())).decode()
    assert page.count("訓練 EXERCISE") >= 3 + len(SECTIONS)
    assert "@top-center" in page
    with pytest.raises(NoroshiError, match="exercise"):
        text.read(written.replace("mode: exercise", "mode: actual"), "draft.md")
    plain = re.sub(r"訓練 EXERCISE", "", written).replace("mode: exercise", "mode: actual")
    with pytest.raises(NoroshiError, match="another mode"):
        issue(store, text.read(plain, "draft.md"), author="誰か")
    real = next(iter(make(drafted(store, Mode.ACTUAL), Mode.ACTUAL, ["html"]).values())).decode()
    assert "訓練" not in real


def test_what_some_may_not_see_is_not_issued_to_them(store: Store) -> None:
    say(store, "health.risk", {**sample(), "municipality": "内町"}, issued=NOON, label=OWN,
        area="city:9930100", series="own/risk")  # fmt: skip
    assert "2市町村" in drafted(store, label=OWN).sections[0].text
    assert "1市町村" in drafted(store).sections[0].text
    with pytest.raises(NoroshiError, match="not seen under public"):
        issue(store, drafted(store, label=OWN), author="誰か")


def test_totals_of_sheets_are_not_issued_to_those_who_may_not_see_the_sheets(store: Store) -> None:
    say(store, "health.shelter_syndrome", tick("2031-01-12"), issued=NOON, label=OWN)
    inside = drafted(store, label=OWN)
    assert "| 下痢・嘔吐 | 7 |" in said(inside, "epidemiology")
    with pytest.raises(NoroshiError, match="not seen under public"):
        issue(store, inside, author="誰か")
    assert "診療日報はない" in said(drafted(store), "epidemiology")


def test_no_alarm_is_told_with_the_newest_sheet_and_unknown_once_alarms_have_lapsed(
    store: Store,
) -> None:
    assert "有無は不明" in said(drafted(store), "summary")
    say(store, "health.shelter_syndrome", tick("2031-01-12"), issued=NOON)

    def summary(days: int, lapse: int = 3) -> str:
        reader = numbers.circle(store, PUBLIC)
        found = draft(store, reader, Mode.EXERCISE, NOON + days * DAY, LATE, lapse=lapse)
        return said(found, "summary")

    for days in (0, 3):
        assert "アラームが出ている避難所はない（最新の診療日報は2031年1月12日、" in summary(days)
    assert "有無は不明（最新の診療日報は2031年1月12日で、3日より古い。" in summary(4)
    assert "避難所はない（" in summary(4, lapse=4)


def test_a_sheet_of_a_mistyped_day_is_not_counted_and_that_is_said(store: Store) -> None:
    for place, day in enumerate(("2031-01-05", "2131-01-05", "きのう")):
        say(store, "health.shelter_syndrome", tick(day), issued=NOON, series=f"s/{place}")
    found = drafted(store)
    assert "有無は不明（最新の診療日報は2031年1月5日で" in said(found, "summary")
    assert "| 症候群 | 2031-01-05 |\n" in said(found, "epidemiology")
    assert "診療日報2枚は数えていない" in said(found, "epidemiology")
    assert len(found.records) == 1 + 3


def test_a_time_of_another_year_is_told_with_its_year(store: Store) -> None:
    reader = numbers.circle(store, PUBLIC)
    found = draft(store, reader, Mode.EXERCISE, NOON + 365 * DAY, LATE)
    assert "（2031/1/12 08:00）" in said(found, "risk")
    assert "時点 2031/1/12 20:00、" in said(found, "summary")
    assert "| 2031/1/12 20:00 |" in said(found, "references")


@pytest.mark.parametrize(
    ("old", "new", "match"),
    [
        ("## 3. 病原体 Pathogen", "### 病原体", "病原体"),
        ("## 3. 病原体", "## 3. 天気", "天気"),
        ("\nat: 2031", "\nat: 昨日2031", "between the dashes"),
        ("---\ntitle", "title", "dashes"),
        ("records: ", "records: x", "between the dashes"),
    ],
)
def test_a_file_that_lacks_something_is_refused_by_name(
    store: Store, old: str, new: str, match: str
) -> None:
    with pytest.raises(NoroshiError, match=match):
        edited(drafted(store), old, new)


def test_what_a_person_writes_is_text_and_is_never_run(store: Store) -> None:
    bad = '<script>alert(1)</script> ![x](http://evil/x.png) [a](javascript:alert(1)) #read("x")'
    found = edited(drafted(store), "検査で確定した病原体", bad)
    page = make(found, Mode.EXERCISE, ["html"])["EXERCISE-assessment-draft.html"].decode()
    assert "<script" not in page
    assert "<img" not in page
    assert 'href="javascript' not in page


def test_markdown_is_set_as_headings_items_and_tables() -> None:
    found = blocks(
        "### 見出し\n\n本文 **強い**\n\n- 一\n  - 二\n\n1. 番\n\n| a | b |\n|---|---|\n| 1 | 2 |"
    )
    assert [one["kind"] for one in found] == ["heading", "text", "item", "item", "item", "table"]
    assert found[1]["runs"][1] == ("強い", True)
    assert [found[at]["depth"] for at in (2, 3)] == [1, 2]
    assert found[4]["bullet"] == "1."
    assert [len(row) for row in found[5]["rows"]] == [2, 2]


def test_where_nothing_was_assessed_there_is_no_draft(tmp_path: Path) -> None:
    empty = open_store(tmp_path)
    with pytest.raises(NotFound, match="nothing was assessed"):
        drafted(empty)
    empty.close()


def test_from_the_command_line_a_draft_becomes_an_edition(store: Store, tmp_path: Path) -> None:
    pytest.importorskip("typst")
    run = CliRunner()
    common = ["--home", str(tmp_path), "assess"]
    asked = ["--mode", "exercise", "--at", "2031-01-12T20:00", "--out", str(tmp_path)]
    made = run.invoke(noroshi, [*common, "draft", *asked], catch_exceptions=False)
    assert made.exit_code == 0, made.output
    file = tmp_path / "EXERCISE-assessment-draft.md"
    told = run.invoke(noroshi, [*common, "issue", str(file), "--author", "保健 花子"])
    assert "第1版" in told.output
    shown = [run.invoke(noroshi, [*common, "show", "--mode", "exercise", "--out", str(tmp_path)],
                        catch_exceptions=False) for _ in range(2)]  # fmt: skip
    assert shown[0].exit_code == 0, shown[0].output
    pdf = (tmp_path / "EXERCISE-assessment-001.pdf").read_bytes()
    assert pdf.startswith(b"%PDF")
    listed = run.invoke(noroshi, [*common, "list", "--mode", "exercise", "--json"])
    assert msgspec.json.decode(listed.stdout.splitlines()[0])["author"] == "保健 花子"
