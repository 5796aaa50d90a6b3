"""What comes in as an exercise is never actual: by its bytes, whatever they say of themselves."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from noroshi import formats
from noroshi.core.errors import UnreadableMessage
from noroshi.core.record import Mode
from noroshi.core.time import parse
from noroshi.engine.settings import DRILL, Settings, Source
from noroshi.formats import Hints
from noroshi.formats.exercise import MOST, envelope, opened
from run import Node
from served import Served
from telegrams import telegram

HINTS = Hints(name="one", received=parse("2026-02-01T00:00:00Z"), source="test")
DAY = 86_400_000_000
SHELTERS = """避難所名,人数,時点
架空第一小学校,12,2026-01-01T09:00:00+09:00
""".encode()


@given(st.binary(max_size=2000), st.integers(-MOST, MOST), st.sampled_from(["exercise", "test"]))
def test_what_is_enclosed_comes_out_byte_for_byte(data: bytes, shift: int, mode: str) -> None:
    heading, inside = opened(envelope(data, Mode[mode.upper()], shift))
    assert inside == data
    assert (heading.mode, heading.shift) == (mode, shift)


@given(st.binary(max_size=300))
def test_any_bytes_under_the_first_words_are_read_or_refused(data: bytes) -> None:
    damaged = b"noroshi-exercise " + data
    try:
        reading = formats.read(damaged, HINTS)
    except UnreadableMessage:
        return
    assert all(one.mode is not Mode.ACTUAL for one in reading.editions)


@pytest.mark.parametrize("status", ["通常", "訓練", "試験"])
@pytest.mark.parametrize("mode", [Mode.EXERCISE, Mode.TEST])
def test_no_telegram_inside_is_actual(status: str, mode: Mode) -> None:
    inside = formats.read(telegram(status=status), HINTS).editions
    found = formats.read(envelope(telegram(status=status), mode), HINTS).editions
    said = {one.mode for one in inside}
    assert {one.mode for one in found} == ({mode} if said == {Mode.ACTUAL} else said)
    assert [one.records for one in found] == [one.records for one in inside]


def test_an_envelope_holds_nothing_actual_and_no_envelope() -> None:
    with pytest.raises(ValueError, match="nothing actual"):
        envelope(b"x", Mode.ACTUAL)
    twice = envelope(envelope(b"x", Mode.TEST, 5), Mode.EXERCISE, 7)
    assert opened(twice)[0].shift == 12
    assert opened(twice)[0].mode == "test"
    nested = envelope(b"") + envelope(telegram())
    with pytest.raises(UnreadableMessage, match="inside an envelope"):
        formats.read(nested, HINTS)


@given(st.integers(-3000, 3000))
def test_a_shift_moves_every_time_by_as_much(days: int) -> None:
    shift = days * DAY
    [then] = formats.read(telegram(), HINTS).editions
    [now] = formats.read(envelope(telegram(), shift=shift), HINTS).editions
    assert now.issued == then.issued + shift
    assert now.effective == (None if then.effective is None else then.effective + shift)
    [before], [after] = then.records, now.records
    assert after.valid_from == (None if before.valid_from is None else before.valid_from + shift)
    was, became = json.loads(before.body), json.loads(after.body)
    assert was.keys() == became.keys()
    for name, value in was.items():
        if name in ("issued", "target", "time", "reported"):
            assert parse(became[name]) == parse(value) + shift
    assert any(was[name] != became[name] for name in was) == bool(shift)


def test_words_and_dates_that_do_not_exist_stay_as_they_are() -> None:
    data = telegram(headline="2026-01-01T09:00:00+09:00頃、強い揺れ")
    [record] = formats.read(envelope(data, shift=DAY), HINTS).editions[0].records
    assert "2026-01-01T09:00:00+09:00頃" in record.body.decode()


def test_what_has_no_time_of_its_own_is_of_its_arrival() -> None:
    table = "ID,緯度,経度,名称\n1,30.1,140.2,橋\n".encode()
    [edition] = formats.read(envelope(table, shift=-40 * DAY), HINTS).editions
    assert edition.issued == HINTS.received


def test_a_source_called_drill_sends_exercises_however_it_is_configured() -> None:
    mapped = Source("nanao", 1, {"kind": "disaster.report"})
    settings = Settings(sources={"nanao": mapped, "ship": Source("ship", mode=Mode.TEST)})
    assert settings.source(DRILL).mode is Mode.EXERCISE
    acted = settings.source("drill/nanao")
    assert (acted.name, acted.mode, acted.label) == ("drill/nanao", Mode.EXERCISE, 1)
    assert acted.mapping == mapped.mapping
    assert settings.source("drill/ship").mode is Mode.TEST
    assert settings.source("drill/drill/nanao").mode is Mode.EXERCISE
    assert settings.source("nanao").mode is Mode.ACTUAL
    assert settings.source("drillship").mode is Mode.ACTUAL
    closer = Settings(sources={**settings.sources, "drill": Source("drill", 2)})
    assert closer.source("drill/nanao").label == 2


def test_the_verb_takes_a_real_looking_file_in_as_an_exercise(tmp_path: Path) -> None:
    node = Node(tmp_path / "home")
    (file := tmp_path / "one.xml").write_bytes(telegram(headline="強い雨"))
    node("ingest", file, "--mode", "exercise", "--label", "public")
    assert node.features("disaster.bulletin") == []
    [shown] = node.features("disaster.bulletin", "--mode", "exercise")
    assert shown["properties"]["headline"] == "強い雨"

    # Read again, it is one still; and the same bytes in earnest are another message.
    [kept] = node.lines("messages", "--json")
    assert kept["format"] == "exercise"
    node("messages", kept["id"], "--reread")
    assert node.features("disaster.bulletin") == []
    node("ingest", file, "--label", "public")
    assert len(node.features("disaster.bulletin")) == 1


def test_a_format_that_is_given_is_that_of_the_message_inside(tmp_path: Path) -> None:
    node = Node(tmp_path / "home")
    (file := tmp_path / "one.csv").write_bytes(SHELTERS)
    node("ingest", file, "--mode", "test", "--as", "csv")
    [kept] = node.lines("messages", "--json")
    assert kept["state"] == "read", kept
    assert node.features("disaster.shelter", "--lapsed") == []
    assert len(node.features("disaster.shelter", "--mode", "test")) == 1


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    home = tmp_path_factory.mktemp("node")
    told = '[sources.drill]\nlabel = "public"\n[sources.city]\nlabel = "public"\n'
    (home / "settings.toml").write_text(told + '[sources.yard]\nmode = "test"\nlabel = "public"\n')
    with Served(home) as node:
        yield node


def _headlines(node: Served, mode: str) -> set[str]:
    answer = node.http.get("/collections/disaster.bulletin/items", params={"mode": mode})
    return {one["properties"]["headline"] for one in answer.json().get("features", [])}


@pytest.mark.parametrize(
    ("source", "asked", "becomes", "shown"),
    [
        ("drill", {}, "drill", "exercise"),
        ("drill", {"mode": "actual"}, "drill", "exercise"),
        ("drill", {"part": "kaze-city"}, "drill/kaze-city", "exercise"),
        ("drill/kaze-city", {}, "drill/kaze-city", "exercise"),
        ("city", {"mode": "exercise"}, "city", "exercise"),
        ("city", {"mode": "exercise", "part": "river"}, "city/river", "exercise"),
        ("city", {"mode": "test"}, "city", "test"),
        ("city", {"part": "river"}, "city/river", "actual"),
        ("yard", {"mode": "exercise"}, "yard", "test"),
        ("city", {}, "city", "actual"),
    ],
)
def test_a_message_sent_is_in_the_mode_of_who_sends_it(
    served: Served, source: str, asked: dict[str, str], becomes: str, shown: str
) -> None:
    headline = f"{source} {asked}"
    data = telegram(office=headline, headline=headline)
    answer = served.post(data, served.token("--send", "--source", source), params=asked)
    assert answer.status_code == 202, answer.text
    told = served.http.get(answer.headers["location"]).json()
    assert (told["state"], told["source"]) == ("read", becomes)
    for mode in ("actual", "exercise", "test"):
        assert (headline in _headlines(served, mode)) == (mode == shown)
    content = served.http.get(f"/messages/{told['id']}/content").content
    assert content.endswith(data)
    assert (content == data) == (shown == "actual")
    assert hashlib.sha256(content).hexdigest() == told["id"]


@pytest.mark.parametrize("part", ["", "../x", "a/b", "A", "é", "x" * 65])
def test_a_part_is_an_id(served: Served, part: str) -> None:
    answer = served.post(
        telegram(), served.token("--send", "--source", "city"), params={"part": part}
    )
    assert answer.status_code in (400, 422)


def test_no_organisation_can_be_called_as_drills_are(tmp_path: Path) -> None:
    done = Node(tmp_path)("org", "add", "drill", "--name", "Drill", code=3)
    assert "source of exercises" in done.stderr.decode()


def test_a_source_of_exercises_stands_among_those_alone(served: Served) -> None:
    served.post(telegram(office="立つ"), served.token("--send", "--source", "drill/standing"))
    served.post(telegram(office="実際"), served.token("--send", "--source", "city"))

    def names(mode: str) -> set[str]:
        answer = served.http.get("/sources", params={"mode": mode}).json()
        return {one["name"] for one in answer["sources"]}

    assert "drill/standing" not in names("actual")
    assert "drill/standing" in names("exercise")
    assert "city" in names("actual")
    assert "drill" not in served.http.get("/metrics").text
