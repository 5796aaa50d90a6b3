"""What was received is played once more as an exercise, now, and nobody sees more than they did."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from noroshi.cli import noroshi
from noroshi.core.errors import NoroshiError
from noroshi.core.label import OPERATOR, OWN, PUBLIC, RESPONDERS, Sharing
from noroshi.core.record import Mode, Version
from noroshi.core.time import HOUR, MINUTE, now, parse
from noroshi.engine.ingest import Offered, ingest
from noroshi.engine.recalls import recall, relabel
from noroshi.engine.settings import Settings, Source, load_settings
from noroshi.engine.sharing import Sharings
from noroshi.feeds.drill.replay import Wanted, events, kept
from noroshi.feeds.drill.sinks.folder import FolderSink
from noroshi.formats.exercise import opened, recognises
from noroshi.formats.record_feature.reader import envelope as feature_envelope
from noroshi.kinds.reporter import REPORTER
from noroshi.store import Query, Store, open_store
from telegrams import telegram

BULLETIN = "disaster.bulletin"
THEN = parse("2026-01-01T09:00:00+09:00")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "home").mkdir()
    return tmp_path / "home"


def take(store: Store, data: bytes, source: str = "jma", label: int = PUBLIC, **more: Any) -> None:
    ingest(store, [Offered(more.pop("name", "x.xml"), data)], Source(source, label, **more))


def fill(home: Path) -> None:
    store = open_store(home)
    take(store, telegram(event="E1", headline="公開の第一報。"))
    take(store, telegram(event="E2", headline="機関内の第二報。"), "city", OWN)
    take(store, telegram(event="E3", headline="対応機関の第三報。"), "pref", RESPONDERS)
    take(store, telegram(event="E4", headline="訓練。", status="訓練"))
    take(store, b"<Report xmlns='http://xml.kishou.go.jp/jmaxml1/'><Control>")
    store.close()


def run(home: Path, *arguments: object, code: int = 0) -> Any:
    done = CliRunner().invoke(noroshi, ["--home", str(home), "replay", *map(str, arguments)])
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    assert done.exit_code == code, done.output
    return json.loads(done.stdout.splitlines()[-1]) if "--json" in arguments else done


def pictures(home: Path, mode: Mode, kind: str = BULLETIN) -> list[Version]:
    store = open_store(home)
    moment = max(now(), store.recorded()) + HOUR
    found = list(store.picture(Query(OPERATOR, moment, moment, kind, mode, lapsed=True)))
    store.close()
    return sorted(found, key=lambda one: one.key)


def window() -> tuple[object, ...]:
    return ("--from", _text(now() - HOUR), "--to", _text(now() + MINUTE), "--speed", "max")


def _text(time: int) -> str:
    from noroshi.core.time import show

    return str(show(time))


def test_what_was_received_happens_once_more_as_an_exercise(home: Path) -> None:
    fill(home)
    before = pictures(home, Mode.ACTUAL)
    drills = pictures(home, Mode.EXERCISE)
    start = now() // MINUTE * MINUTE
    said = run(home, *window(), "--start", _text(start), "--json")
    assert said["played"]["messages"] == 3
    assert said["left"] == {"in quarantine 保留中": 1, "exercises 訓練": 1}
    assert pictures(home, Mode.ACTUAL) == before, "what is real stays as it is"
    again = [one for one in pictures(home, Mode.EXERCISE) if one not in drills]
    assert [one.fields()["headline"] for one in again] == [
        one.fields()["headline"] for one in before
    ]
    for old, new in zip(before, again, strict=True):
        assert new.source == f"drill/{old.source}"
        assert new.label == old.label, "its own label, in its own home"
        assert old.issued == THEN
        assert new.issued - old.issued == pytest.approx(start - now() + HOUR, abs=MINUTE)


def test_the_second_replay_is_not_a_replay_of_the_first(home: Path) -> None:
    fill(home)
    for _ in range(2):
        assert run(home, *window(), "--json")["played"]["messages"] == 3


def test_it_is_read_by_the_mapping_of_its_sender(home: Path) -> None:
    (home / "roads.toml").write_text(
        'kind = "disaster.road"\nseries = "roads"\nkey = "番号"\ntime = "時点"\n[fields]\n'
        'name = "路線"\nstatus = { column = "状況", values = { "通行止" = "closed" } }\n'
    )
    (home / "settings.toml").write_text(
        '[sources.roads]\nlabel = "responders"\nmapping = "roads.toml"\n'
    )
    settings = load_settings(home)
    store = open_store(home)
    table = "番号,路線,状況,時点\n1,県道,通行止,2026-01-01 09:00\n".encode("cp932")
    ingest(store, [Offered("roads.csv", table)], settings.source("roads"))
    store.close()
    assert run(home, *window(), "--json")["played"]["messages"] == 1
    (road,) = pictures(home, Mode.EXERCISE, "disaster.road")
    assert (road.fields()["status"], road.label) == ("closed", RESPONDERS)


def test_only_what_is_public_leaves_the_node(home: Path, tmp_path: Path) -> None:
    fill(home)
    said = run(home, *window(), "--into", f"{tmp_path}/files/", "--json")
    assert said["played"]["messages"] == 1
    assert said["left"]["not public 非公開"] == 2
    (file,) = (tmp_path / "files").glob("*.xml")
    assert recognises(file.read_bytes()), "its bytes say that it is an exercise"
    open_store(tmp_path / "other").close()
    assert run(home, *window(), "--into", tmp_path / "other", "--json")["played"]["messages"] == 1
    assert pictures(tmp_path / "other", Mode.ACTUAL) == []
    assert len(pictures(tmp_path / "other", Mode.EXERCISE)) == 1


def test_personal_data_and_what_was_recalled_is_never_replayed(home: Path) -> None:
    fill(home)
    store = open_store(home)
    label = store.define_label("residents", Sharing((("own",),), purpose="relief", keep=0)).id
    reporter = {"type": "Feature", "id": "r1", "geometry": None,
                "properties": {"name": "架空太郎", "report": BULLETIN}}  # fmt: skip
    data = feature_envelope(json.dumps(reporter).encode(), REPORTER, Mode.ACTUAL)
    take(store, data, "web", label, name="reporter.geojson")
    take(
        store, data + b" ", "web", OWN, name="reporter.geojson"
    )  # under a label that it must not have
    settings, sharings = Settings(), Sharings(store)
    first, second, third = [
        one.id
        for one in store.messages(OPERATOR, state="read")
        if one.source in ("jma", "city", "pref")
    ][:3]
    recall(store, settings, "own", first, "a mistake")
    recall(store, settings, "own", second, "a mistake", erase=True)
    relabel(store, settings, "own", third, OWN, "too wide")
    left: Counter[str] = Counter()
    wanted = Wanted(start=now() - HOUR, end=now() + HOUR)
    past = kept(store, settings, sharings, wanted, left)
    found = list(events(past, settings, 0, wanted, left, store))
    texts = b"".join(one.data for one in found).decode()
    assert "架空太郎" not in texts
    assert "第一報" not in texts
    assert "第二報" not in texts
    assert [one.label for one in found if "第三報" in one.data.decode()] == [OWN]
    assert left["personal data 個人情報"] == 2
    store.close()


def test_what_could_not_be_read_comes_when_it_is_asked_for(home: Path) -> None:
    fill(home)
    said = run(home, *window(), "--quarantined", "--json")
    assert said["played"]["messages"] == 4
    assert run(home, *window(), "--source", "city", "--json")["played"]["messages"] == 1


def test_files_are_played_in_the_order_of_their_own_times(home: Path, tmp_path: Path) -> None:
    folder = tmp_path / "telegrams"
    folder.mkdir()
    for name, hour in (("a.xml", 12), ("b.xml", 9), ("c.xml", 10)):
        stamp = f"2026-01-01T{hour:02d}:00:00+09:00"
        (folder / name).write_bytes(telegram(event=name, reported=stamp))
    (folder / "20260101T013000Z.dat").write_bytes(b"nobody knows")
    start = "2026-06-01T00:00:00+09:00"
    said = run(home, "--messages", folder, "--source", "jma", "--start", start, "--quarantined",
               "--speed", "max", "--label", "public", "--json")  # fmt: skip
    assert said["played"]["messages"] == 4
    store = open_store(home)
    names = [one.name for one in store.messages(OPERATOR) if one.source == "drill/jma"]
    store.close()
    assert names == ["b.xml", "c.xml", "20260101T013000Z.dat", "a.xml"]
    found = pictures(home, Mode.EXERCISE)
    assert sorted(one.issued for one in found) == [parse(start), parse(start) + HOUR,
                                                   parse(start) + 3 * HOUR]  # fmt: skip
    assert {one.label for one in found} == {PUBLIC}


def test_a_drill_in_a_folder_can_be_replayed(home: Path, tmp_path: Path) -> None:
    import drilling
    from noroshi.feeds.drill.clock import Clock
    from noroshi.feeds.drill.play import play

    sink = FolderSink(tmp_path / "out")
    play(drilling.play(drilling.world(), drilling.START, 1), Clock.begin(0, 0), sink)
    sink.close()
    options = ("--messages", tmp_path / "out", "--speed", "max")
    empty = tmp_path / "empty"
    open_store(empty).close()
    with pytest.raises(NoroshiError, match="nothing came"):
        run(empty, *window())
    said = run(home, *options, "--exercises", "--json")
    assert said["played"]["messages"] == 24
    assert len(pictures(home, Mode.EXERCISE, "disaster.shelter")) == 6
    assert run(home, *options, "--json")["left"] == {"exercises 訓練": 24}


def test_the_pace_is_that_of_then(home: Path) -> None:
    store = open_store(home)
    for number in range(3):
        take(store, telegram(event=f"E{number}", headline=f"第{number}報。"))
    arrived = [one.received for one in store.messages(OPERATOR)]
    left: Counter[str] = Counter()
    wanted = Wanted(start=arrived[0], end=now())
    past = kept(store, Settings(), Sharings(store), wanted, left)
    found = list(events(past, Settings(), 1_000_000, wanted, left, store))
    assert [one.time for one in found] == [one + 1_000_000 for one in arrived]
    heading, inside = opened(found[0].data)
    assert (heading.shift, heading.mode) == (1_000_000, "exercise")
    assert "第0報".encode() in inside
    store.close()


def test_wrong_use_is_told(home: Path) -> None:
    assert "--from and --to" in run(home, code=2).stderr
    assert "not before" in run(home, "--from", "2026-01-02T00:00", "--to", "2026-01-01T00:00",
                               code=2).stderr  # fmt: skip
