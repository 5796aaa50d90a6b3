"""A drill is played at its pace, and arrives whole, in order and as an exercise."""

from __future__ import annotations

import json
import threading
import time
from pathlib import Path

import pytest

import drilling
from noroshi.core.errors import NoroshiError, NotPermitted, Unreachable
from noroshi.core.label import OPERATOR, PUBLIC
from noroshi.core.record import Mode
from noroshi.core.time import HOUR, MINUTE, SECOND, now
from noroshi.feeds.drill.clock import Clock, default_start
from noroshi.feeds.drill.play import Progress, play
from noroshi.feeds.drill.scale import play_in
from noroshi.feeds.drill.scene import Event, Fact, Message
from noroshi.feeds.drill.sinks import Several
from noroshi.feeds.drill.sinks.folder import FolderSink, read_manifest
from noroshi.feeds.drill.sinks.home import HomeSink
from noroshi.feeds.drill.sinks.http import HttpSink, part
from noroshi.feeds.drill.truth import Heading, TruthWriter, read_truth
from noroshi.store import Query, open_store
from served import Served


def fast() -> Clock:
    return Clock.begin(drilling.START, 0)


def events() -> list[Event]:
    return list(drilling.play(drilling.world(), drilling.START, 1))


def picture(home: Path, kind: str, mode: Mode) -> dict[tuple[str, str, str], dict[str, object]]:
    store = open_store(home)
    moment = max(now(), store.recorded())
    found = store.picture(Query(OPERATOR, moment, moment, kind, mode, lapsed=True))
    bodies = {(one.source, one.series, one.key): one.fields() for one in found}
    store.close()
    return bodies


# --- the clock ---------------------------------------------------------------------------------


@pytest.mark.parametrize("speed", [0.0, 0.5, 1.0, 2.0, 60.0])
def test_no_message_is_ever_from_the_future(speed: float) -> None:
    present = now()
    start = default_start(present, 6, speed)
    assert start % MINUTE == 0
    for share in (0, 0.3, 1):
        scenario = start + share * 6 * HOUR
        wall = present + (share * 6 * HOUR / speed if speed else 0)
        assert scenario <= wall
    if speed >= 1:
        assert start + 6 * HOUR >= present + 6 * HOUR / speed - MINUTE, "and it ends at the present"


def test_a_clock_keeps_its_pace() -> None:
    clock = Clock.begin(drilling.START, 600)
    assert not clock.wait(drilling.START + MINUTE, threading.Event(), longest=0.01)
    while not clock.wait(drilling.START + MINUTE, threading.Event()):
        pass
    passed = (clock.time() or 0) - drilling.START
    assert MINUTE <= passed < 4 * MINUTE
    assert fast().time() is None
    assert fast().wait(drilling.START + HOUR, threading.Event())
    with pytest.raises(ValueError, match="speed"):
        Clock.begin(0, -1)


class Kept:
    """A sink that remembers when each message came."""

    def __init__(self) -> None:
        from noroshi.feeds.drill.sinks import Tally

        self.tally = Tally()
        self.came: list[tuple[float, Message]] = []

    def send(self, message: Message) -> None:
        self.came.append((time.monotonic(), message))

    def close(self) -> None:
        pass


def test_messages_come_when_the_scenario_says() -> None:
    some = [Message(drilling.START + step * SECOND, "a", str(step), b"x") for step in range(10)]
    sink, ticks, seen = Kept(), list[int](), list[Progress]()
    clock = Clock.begin(drilling.START, 10)
    played = play(some, clock, sink, on_tick=ticks.append, watch=seen.append)
    assert played.messages == 10
    for came, message in sink.came:
        due = clock.begun + (message.time - drilling.START) / SECOND / 10
        assert 0 <= came - due < 0.3
    assert 0.85 < played.seconds < 2
    assert 1 <= len(ticks) <= 2, "at most once a second"
    assert some[0].time <= ticks[-1] <= some[-1].time
    assert seen[-1].messages == 10


def test_falling_behind_is_told() -> None:
    class Slow(Kept):
        def send(self, message: Message) -> None:
            time.sleep(0.1)

    some = [Message(drilling.START + step, "a", str(step), b"x") for step in range(5)]
    seen: list[Progress] = []
    played = play(some, Clock.begin(drilling.START, 1), Slow(), watch=seen.append)
    assert played.behind > 0.35
    assert seen[-1].behind > 0.35


@pytest.mark.parametrize("way", ["flag", "interrupt"])
def test_a_drill_can_be_ended_at_any_time(way: str) -> None:
    stopped, sink = threading.Event(), Kept()

    def watch(progress: Progress) -> None:
        if progress.messages >= 3:
            if way == "interrupt":
                raise KeyboardInterrupt
            stopped.set()

    some = [Message(drilling.START + step * SECOND, "a", str(step), b"x") for step in range(99)]
    # The last look, at the end, must not be interrupted once more.
    calls: list[int] = []

    def once(progress: Progress) -> None:
        if not calls and progress.messages >= 3:
            calls.append(1)
            watch(progress)

    played = play(some, Clock.begin(drilling.START, 5), sink, watch=once, stopped=stopped)
    assert played.interrupted
    assert 3 <= played.messages < 99
    assert len(sink.came) == played.messages


# --- where it goes -----------------------------------------------------------------------------


def test_a_home_takes_a_drill_in_as_an_exercise_of_each_organisation(tmp_path: Path) -> None:
    sink = HomeSink(tmp_path, label=PUBLIC)
    played = play(events(), fast(), sink)
    sink.close()
    assert (played.messages, played.facts) == (24, 36)
    assert (sink.tally.taken, sink.tally.read, sink.tally.quarantined) == (24, 24, 0)
    shelters = picture(tmp_path, "disaster.shelter", Mode.EXERCISE)
    assert len(shelters) == 6
    assert {source for source, _, _ in shelters} == {"drill/town-51201", "drill/town-51301"}
    last = {one.key: one.body for one in events() if isinstance(one, Fact)}
    for (_, _, key), body in shelters.items():
        assert body["headcount"] == last[key]["headcount"]
    assert len(picture(tmp_path, "disaster.bulletin", Mode.EXERCISE)) == 4
    store = open_store(tmp_path)
    assert {one.label for one in store.messages(OPERATOR)} == {PUBLIC}
    assert not any(store.picture(Query(OPERATOR, now(), now())))
    store.close()


def test_what_calls_itself_real_is_an_exercise_all_the_same(tmp_path: Path) -> None:
    from telegrams import telegram

    sink = HomeSink(tmp_path)
    play([Message(1, "weather-office", "x.xml", telegram(status="通常"))], fast(), sink)
    sink.close()
    assert sink.tally.read == 1
    assert not picture(tmp_path, "disaster.bulletin", Mode.ACTUAL)
    assert len(picture(tmp_path, "disaster.bulletin", Mode.EXERCISE)) == 1


def test_the_same_drill_over_http_and_into_the_home_of_a_running_node(tmp_path: Path) -> None:
    with Served(tmp_path / "there") as node:
        token = node.token("--send", "--source", "drill")
        far = HttpSink(node.url, token)
        near = HomeSink(tmp_path / "there")
        played = play(events(), fast(), Several([far, FolderSink(tmp_path / "out")]))
        far.close()
        assert (far.tally.taken, far.tally.read, played.messages) == (24, 24, 24)
        play(events(), fast(), near)
        near.close()
        assert near.tally.duplicate == 24, "the same bytes from the same organisation"
    HomeSink(tmp_path / "here").close()
    again = HomeSink(tmp_path / "here")
    play(events(), fast(), again)
    again.close()
    for kind in ("disaster.shelter", "disaster.bulletin"):
        there = picture(tmp_path / "there", kind, Mode.EXERCISE)
        assert there == picture(tmp_path / "here", kind, Mode.EXERCISE)
        assert there


def test_what_cannot_be_sent_is_said_before_anything_is(tmp_path: Path) -> None:
    with Served(tmp_path) as node:
        reading = node.token("--read", "own")
        with pytest.raises(NotPermitted, match=r"may not send.*noroshi token new"):
            HttpSink(node.url, reading)
        with pytest.raises(NotPermitted, match="token"):
            HttpSink(node.url, "noroshi_no_such")
    with pytest.raises(NotPermitted, match="needs a token"):
        HttpSink(node.url, "")
    with pytest.raises(Unreachable, match="noroshi serve"):
        HttpSink(node.url, "noroshi_x")


def test_an_organisation_is_a_part_of_the_sender() -> None:
    assert part("kazahaya-power") == "kazahaya-power"
    assert part("Kazahaya Power/支店") == "kazahaya-power-"
    assert part("///") == "unnamed"


def test_a_folder_holds_files_in_order_and_who_sent_them(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    sink = FolderSink(folder)
    play(events(), fast(), sink)
    sink.close()
    sent = [one for one in events() if isinstance(one, Message)]
    lines = read_manifest(folder)
    assert lines is not None
    files = sorted(one.name for one in folder.iterdir() if one.name != "manifest.jsonl")
    assert files == [one.file for one in lines]
    for line, message in zip(lines, sent, strict=True):
        assert (folder / line.file).read_bytes() == message.data
        assert (line.source, line.name) == (message.source, message.name)
    with pytest.raises(NoroshiError, match="already"):
        FolderSink(folder)
    assert read_manifest(tmp_path) is None


# --- the truth, and many prefectures -----------------------------------------------------------


def test_the_truth_is_written_beside_the_messages(tmp_path: Path) -> None:
    path = tmp_path / "truth.jsonl"
    heading = Heading(
        scenario="small", seed=1, start=drilling.START, hours=1, speed=0, world=["51"]
    )
    with TruthWriter(path, heading) as truth:
        play(events(), fast(), Kept(), truth=truth)
    first = json.loads(path.read_text().splitlines()[0])
    assert first["scenario"] == "small"
    assert first["noroshi"]
    with path.open("ab") as file:
        file.write(b'{"time":1,"ki')  # it was killed here
    read, facts = read_truth(path)
    assert read == heading
    assert facts == [one for one in events() if isinstance(one, Fact)]
    path.write_text("time,kind\n")
    with pytest.raises(NoroshiError, match="line 1"):
        read_truth(path)


def test_a_drill_in_many_prefectures_keeps_order_and_tells_organisations_apart() -> None:
    worlds = [drilling.world(number) for number in range(47)]
    found = list(play_in(drilling.SMALL, worlds, drilling.START, 1))
    assert [one.time for one in found] == sorted(one.time for one in found)
    messages = [one for one in found if isinstance(one, Message)]
    assert len(messages) == 47 * 24
    assert len({one.source for one in messages}) == 47 * 3
    assert "town-51201-97" in {one.source for one in messages}
    alone = list(play_in(drilling.SMALL, worlds[:1], drilling.START, 1))
    assert alone == events()


@pytest.mark.parametrize("speed", [1.0, 2.0, 120.0])
@pytest.mark.parametrize("skip", [0.0, 9.0, 48.0])
def test_what_is_skipped_comes_at_once_and_the_end_still_meets_the_wall(
    speed: float, skip: float
) -> None:
    now = 1_800_000_000_000_000
    start = default_start(now, 48, speed, skip)
    left = (48 - skip) * HOUR / speed  # on the wall, from now to the end
    assert abs(start + 48 * HOUR - (now + left)) <= MINUTE
    clock = Clock.begin(start, speed, skip)
    assert clock.seconds_until(start + round(skip * HOUR)) == 0
    if skip < 48:
        rest = clock.seconds_until(start + 48 * HOUR)
        assert abs(rest - left / SECOND) < 5
