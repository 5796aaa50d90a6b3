"""What is to be sent to people is kept, sent once, in its order, and not when it is too old."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from noroshi.channels.sending import dispatch
from noroshi.channels.sending.dispatch import Dispatch
from noroshi.channels.sending.door import Letter
from noroshi.channels.sending.queue import Item, collect, enqueue, standings
from noroshi.channels.sending.sender import Down, Outcome, Pace
from noroshi.core.record import Mode
from noroshi.core.time import DAY, HOUR, SECOND, now
from noroshi.store import sendings
from noroshi.store.people import FILE, PeopleFile
from noroshi.store.sendings import State


class Noted:
    """A channel that notes what it is handed and answers as told."""

    rate, lanes, most = 10_000.0, 2, 1
    remembers: int | None = None

    def __init__(self, channel: str = "email", mode: Mode = Mode.ACTUAL) -> None:
        self.channel, self.mode = channel, mode
        self.letters: list[Letter] = []
        self.answers: list[Outcome | Down] = []
        self.calls: list[str] = []

    def group(self, one: sendings.Sending) -> object:
        return one.words

    def send(self, letters: Sequence[Letter]) -> list[Outcome]:
        self.calls += [one.call for one in letters]
        answer = self.answers.pop(0) if self.answers else Outcome(State.SENT, "r")
        if isinstance(answer, Down):
            raise answer
        if answer.state is not State.WAITING:
            self.letters += letters
        return [answer] * len(letters)

    def close(self) -> None: ...


@pytest.fixture
def people(tmp_path: Path) -> Iterator[PeopleFile]:
    opened = PeopleFile(tmp_path, bytes(range(32)))
    yield opened
    opened.close()


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dispatch, "FIRST_WAIT", 0.01)


def item(contact: str, key: str = "k", **more: object) -> Item:
    given = {"title": "避難指示", "text": "今すぐ逃げてください", "deadline": now() + HOUR, **more}
    return Item(contact, key, **given)  # type: ignore[arg-type]


def settled(people: PeopleFile, sender: Noted, states: Sequence[State]) -> None:
    """Send until nothing waits; then everything is as said."""
    work = Dispatch(people, sender)
    work.start()
    until = time.monotonic() + 10
    try:
        while sendings.waiting(people, sender.channel):
            assert time.monotonic() < until, sendings.counts(people)
            time.sleep(0.005)
    finally:
        work.stop()
    found = [State(state) for *_, state, count in sendings.counts(people) for _ in range(count)]
    assert sorted(found) == sorted(states)


def test_the_same_key_is_sent_once_to_each(people: PeopleFile) -> None:
    one, two = (people.meet("email", name, keep=DAY).id for name in ("a@x.jp", "b@x.jp"))
    assert enqueue(people, [item(one), item(one), item(two), item("nobody")]) == 2
    assert enqueue(people, [item(one), item(two)]) == 0
    sender = Noted()
    settled(people, sender, [State.SENT, State.SENT])
    assert sorted(letter.address for letter in sender.letters) == ["a@x.jp", "b@x.jp"]
    assert enqueue(people, [item(one)]) == 0
    assert [one.told for one in sendings.receipts(people, two)] == ["r"]


def test_urgent_goes_first_and_what_is_too_old_does_not_go(people: PeopleFile) -> None:
    one = people.meet("email", "a@x.jp", keep=DAY).id
    enqueue(people, [item(one, "quiet"), item(one, "old", deadline=now() - 1)])
    enqueue(people, [item(one, "alarm", urgent=True)])
    sender = Noted()
    sender.lanes = 1
    settled(people, sender, [State.SENT, State.SENT, State.EXPIRED])
    assert [letter.key for letter in sender.letters] == ["alarm", "quiet"]
    (old,) = [each for each in sendings.receipts(people, one) if each.key == "old"]
    assert (old.state, old.reason) == (State.EXPIRED, "deadline")


def test_what_fails_is_tried_again_under_the_same_call(people: PeopleFile) -> None:
    one = people.meet("email", "a@x.jp", keep=DAY).id
    enqueue(people, [item(one)])
    sender = Noted()
    sender.answers = [Down("away"), Outcome(State.WAITING, error="busy", after=0.01)]
    settled(people, sender, [State.SENT])
    (receipt,) = sendings.receipts(people, one)
    assert receipt.attempts == 3
    assert len(sender.calls) == 3
    assert len(set(sender.calls)) == 1
    assert standings(people)[0].error == ""


def test_where_nobody_is_nothing_more_is_sent_and_receipts_say_why(people: PeopleFile) -> None:
    one = people.meet("email", "a@x.jp", keep=DAY).id
    enqueue(people, [item(one, "1"), item(one, "2")])
    sender = Noted()
    sender.lanes = 1
    sender.answers = [Outcome(State.FAILED, error="550 no such user", gone=True)]
    monkey = dispatch.AHEAD
    dispatch.AHEAD = 1
    try:
        settled(people, sender, [State.FAILED, State.FAILED])
    finally:
        dispatch.AHEAD = monkey
    assert enqueue(people, [item(one, "3")]) == 1
    assert [(each.reason, each.told) for each in sendings.receipts(people, one)] == [
        ("gone", "550 no such user"), ("unreachable", ""), ("unreachable", ""),
    ]  # fmt: skip
    assert sendings.unreachable(people, one) == "550 no such user"
    assert sendings.last_failed(people, "email") == ["550 no such user"]
    sendings.reach_again(people, one)
    enqueue(people, [item(one, "4")])
    assert sendings.receipts(people, one)[-1].state is State.WAITING


def test_who_is_erased_takes_what_was_for_them_along(people: PeopleFile) -> None:
    contact = people.meet("line", "U1", keep=DAY)
    enqueue(people, [item(contact.id, text="橋本さんの家"), item(contact.id, "a", alert="A")])
    assert len(people.told(contact)["sendings"]) == 2
    people.erase(contact)
    assert sendings.counts(people) == []
    assert "橋本" not in (people.path.parent / FILE).read_bytes().decode("utf-8", "replace")


def test_what_is_kept_of_sendings_ends_and_its_words_with_it(people: PeopleFile) -> None:
    contact = people.meet("line", "U1", keep=90 * DAY)
    enqueue(people, [item(contact.id, alert="A")])
    assert people.expire(now() + HOUR) == 0
    assert people.expire(now() + 31 * DAY) == 2


def test_who_asks_for_what_is_theirs_gets_it_once_and_of_one_mode(people: PeopleFile) -> None:
    web = people.meet("web", "token", keep=DAY)
    enqueue(people, [item(web.id, "1"), item(web.id, "2", mode=Mode.EXERCISE, urgent=True)])
    assert [one.key for one in collect(people, web)] == ["1"]
    assert collect(people, web) == []
    (drill,) = collect(people, web, Mode.EXERCISE)
    assert drill.title == "【訓練】避難指示"


@settings(max_examples=12, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(list(Mode)), st.booleans()), max_size=12),
       st.sampled_from(list(Mode)))  # fmt: skip
def test_a_channel_carries_what_is_of_its_mode_and_nothing_else(
    tmp_path_factory: pytest.TempPathFactory, wanted: list[tuple[Mode, bool]], mode: Mode
) -> None:
    people = PeopleFile(tmp_path_factory.mktemp("p"))
    one = people.meet("email", "a@x.jp", keep=DAY).id
    enqueue(people, [item(one, str(n), mode=each, urgent=urgent, alert="A" if urgent else "")
                     for n, (each, urgent) in enumerate(wanted)])  # fmt: skip
    sender = Noted(mode=mode)
    settled(people, sender, [State.SENT if one is mode else State.FAILED for one, _ in wanted])
    assert {letter.mode for letter in sender.letters} <= {mode}
    if mode is not Mode.ACTUAL:
        assert all(letter.title[0] in "【[" for letter in sender.letters)
    people.close()


def test_nothing_but_the_door_opens_an_address() -> None:
    folder = Path(dispatch.__file__).parent
    assert [one.name for one in sorted(folder.glob("*.py"))
            if ".address(" in one.read_text(encoding="utf-8")] == ["door.py"]  # fmt: skip


def test_a_pace_is_not_exceeded() -> None:
    pace, never = Pace(500.0), threading.Event()
    begun = time.monotonic()
    for _ in range(50):
        assert pace.wait(never)
    assert time.monotonic() - begun >= 49 / 500


def test_what_a_provider_cannot_know_again_is_not_handed_on_twice(people: PeopleFile) -> None:
    one = people.meet("email", "a@x.jp", keep=DAY).id
    enqueue(people, [item(one)])
    sender = Noted()
    sender.remembers = 1
    sendings.claim(people, "email", limit=9, group=sender.group, most=1)
    time.sleep(2 / SECOND)
    settled(people, sender, [State.FAILED])
    assert sender.letters == []
