"""The conversation on LINE, against a stand-in that checks what the Messaging API checks."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from line_api import SECRET, TOKEN, LineApi, _lengths, signed
from listening import Listening
from noroshi.channels.chat.door import Door, door
from noroshi.channels.chat.turns import Choice, Said, Turn
from noroshi.channels.line import wording
from noroshi.channels.line.answering import Answering
from noroshi.channels.line.webhook import CHANNEL, signature
from noroshi.channels.sending.queue import Item
from noroshi.core.record import Mode
from noroshi.engine.node import Node
from noroshi.store import line_events, sendings
from noroshi.web.app import application

USER = "U" + "a" * 32
GO = Choice("go", "行く", "Go")


class Account:
    """A node with an official account: what users send goes in, `settled` waits until all is
    answered."""

    def __init__(self, node: Node, api: LineApi) -> None:
        self.node, self.api = node, api
        self.desk = Listening(node.people)
        door(node, Door(node, lambda mode: self.desk))
        self.client = TestClient(application(node))
        self.answering: Answering | None = None

    def begin(self, **more: Any) -> None:
        assert self.node.settings.line is not None
        self.answering = Answering(self.node, self.node.settings.line, **more)
        self.answering.start()
        self.node.attach(self.answering.name, self.answering)

    def send(self, *events: dict[str, Any], status: int = 200) -> None:
        body, headers = self.api.webhook(*events)
        answer = self.client.post("/line/webhook", content=body, headers=headers)
        assert answer.status_code == status, answer.text

    def until(self, told: Callable[[], bool]) -> None:
        end = time.monotonic() + 10
        while not told():
            assert time.monotonic() < end
            time.sleep(0.01)

    def settled(self) -> None:
        self.until(lambda: line_events.count(self.node.people) == 0)

    def queued(self, user: str = USER) -> list[Item]:
        """What waits to be pushed to a user."""
        people = self.node.people
        contact = people.known(CHANNEL, user)
        assert contact is not None
        waiting = sendings.waiting_for(people, contact.id, Mode.ACTUAL)
        return [Item(one.contact, one.key, "", sendings.words_of(people, one).text)
                for one in waiting]  # fmt: skip


@pytest.fixture
def account(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Account]:
    monkeypatch.setenv("LINE_SECRET", SECRET)
    monkeypatch.setenv("LINE_TOKEN", TOKEN)
    monkeypatch.setattr("noroshi.channels.line.answering.FIRST_WAIT", 0.01)
    with LineApi().serving() as api:
        (tmp_path / "settings.toml").write_text(
            f'[line]\nsecret_env = "LINE_SECRET"\ntoken_env = "LINE_TOKEN"\napi = "{api.url}"\n'
            f'data_api = "{api.url}"\nprivate = true\n[web]\nurl = "https://node.example"\n'
        )
        node = Node(tmp_path)
        node.start()
        found = Account(node, api)
        yield found
        node.stop()
        assert api.refused == []


def test_the_signature_is_that_of_the_documentation() -> None:
    body = b'{"destination":"U8e742f61d673b39c7fff3cecb7536ef0","events":[]}'
    assert signature("8c570fa6dd201bb328f1c1eac23a96d8", body) == (
        "GhRKmvmHys4Pi8DxkF4+EayaH0OqtJtaZxgTD9fMDLs="
    )


@pytest.mark.parametrize("given", [None, "", "x", "é", signed(b"other"), signed(b"{}", "wrong")])
def test_nothing_is_read_without_the_signature_of_the_channel(
    account: Account, given: str | None
) -> None:
    headers = {} if given is None else {"x-line-signature": given.encode()}
    body = account.api.webhook(account.api.text(USER, "a"))[0]
    answer = account.client.post("/line/webhook", content=body, headers=headers)  # type: ignore[arg-type]
    assert answer.status_code == 401
    assert line_events.count(account.node.people) == 0


def test_a_body_that_is_none_is_refused_and_the_console_s_check_is_answered(
    account: Account,
) -> None:
    for body, status in ((b"[]", 400), (b"\xff", 400), (b'{"events":[]}', 200)):
        headers = {"x-line-signature": signed(body)}
        answer = account.client.post("/line/webhook", content=body, headers=headers)
        assert answer.status_code == status


def test_a_message_is_answered_by_its_reply_token_with_quick_replies(account: Account) -> None:
    account.desk.says = lambda turn: [
        Said("{避難所|ひなんじょ}は 3つ あります。", choices=(GO,), wants="position",
             link="/area/17202"),
        Said("⚠ 119", urgent=True),
    ]  # fmt: skip
    account.begin()
    account.send(account.api.text(USER, "避難所は"))
    account.settled()
    urgent, said = account.api.seen[USER]
    assert urgent == {"type": "text", "text": "⚠ 119"}
    assert said["text"] == "避難所は 3つ あります。\nhttps://node.example/area/17202"
    assert [one["action"] for one in said["quickReply"]["items"]] == [
        {"type": "location", "label": "場所を送る"},
        {"type": "postback", "label": "行く", "data": "choice:go", "displayText": "行く"},
    ]
    assert account.api.pushed == []


def test_what_people_send_becomes_turns(account: Account) -> None:
    api, picture = account.api, b"\xff\xd8\xff picture"
    api.content["m1"] = picture
    account.begin()
    place = {"type": "location", "id": "1", "title": "駅", "latitude": 37.04, "longitude": 136.96}
    for one in (
        api.event(USER, "follow", follow={"isUnblocked": False}),
        api.event(USER, message=place),
        api.event(USER, message={"type": "image", "id": "m1", "contentProvider": {"type": "line"}}),
        api.event(USER, "postback", postback={"data": "choice:depth:0.5"}),
        api.event(USER, "postback", postback={"data": "richmenu=2"}),
        api.event(USER, message={"type": "sticker", "id": "2", "packageId": "1"}),
        api.event(USER, message={"type": "image", "id": "m2", "contentProvider": {
            "type": "external", "originalContentUrl": "http://169.254.169.254/"}}),
        api.event(USER, message={"type": "image", "id": "gone",
                                 "contentProvider": {"type": "line"}}),
        api.event(USER, "beacon", beacon={"hwid": "d41d8cd98f"}),
    ):  # fmt: skip
        account.send(one)
    account.settled()
    turns = [turn for _, _, turn in account.desk.heard]
    assert [(one.choice, one.position, one.picture) for one in turns] == [
        ("ask:help", None, None), ("", (136.96, 37.04), None), ("", None, picture),
        ("depth:0.5", None, None),
    ]  # fmt: skip
    said = api.texts(USER)
    assert sum("これは 読めません" in one for one in said) == 2
    assert sum("写真を 受け取れませんでした" in one for one in said) == 1


def test_what_is_brought_twice_is_heard_and_answered_once(account: Account) -> None:
    event = account.api.text(USER, "道に水が")
    again = {**event, "deliveryContext": {"isRedelivery": True}}
    account.send(event, event)
    account.begin()
    account.settled()
    account.send(again)
    account.send(again, account.api.text(USER, "次"))
    account.settled()
    assert [turn.text for _, _, turn in account.desk.heard] == ["道に水が", "次"]
    assert account.api.texts(USER) == ["「道に水が」", "「次」"]


def test_the_order_of_one_person_is_kept_and_nobody_waits_for_another(account: Account) -> None:
    slow = "U" + "b" * 32
    account.desk.says = lambda turn: [time.sleep(0.05) or Said(turn.text)]  # type: ignore[func-returns-value]
    account.send(*(account.api.text(slow, f"{number}") for number in range(12)))
    account.send(account.api.text(USER, "わたし"))
    account.begin()
    account.until(lambda: bool(account.api.texts(USER)))
    assert len(account.api.texts(slow)) < 6
    account.settled()
    assert account.api.texts(slow) == [f"{number}" for number in range(12)]


def test_a_late_answer_is_pushed_once_and_the_token_is_not_tried(account: Account) -> None:
    account.desk.says = lambda turn: [Said("遅い答え", choices=(GO,))]
    account.begin(lifetime=0)
    account.send(account.api.text(USER, "a"))
    account.settled()
    assert account.api.texts(USER) == []
    assert [one.text for one in account.queued()] == ["遅い答え\n\n・行く"]


def test_a_token_that_is_no_good_any_more_is_followed_by_a_push(account: Account) -> None:
    account.api.lifetime = 0.0
    account.begin()
    account.send(account.api.text(USER, "a"))
    account.settled()
    assert [one.text for one in account.queued()] == ["「a」"]


def test_a_reply_whose_answer_was_lost_is_not_said_twice(account: Account) -> None:
    account.api.lost = 1
    account.begin()
    account.send(account.api.text(USER, "a"))
    account.settled()
    assert account.api.texts(USER) == ["「a」"]
    assert account.queued() == []


@pytest.mark.parametrize("status", [429, 500, 401])
def test_what_line_does_not_take_just_now_is_tried_again_while_it_is_good(
    account: Account, status: int
) -> None:
    account.api.busy = [status, status]
    account.begin()
    account.send(account.api.text(USER, "a"))
    account.settled()
    assert account.api.texts(USER) == ["「a」"]
    assert account.answering is not None
    assert account.answering.error == ""


def test_a_crash_loses_nothing(account: Account, tmp_path: Path) -> None:
    """Kept before 200; after a crash in the middle of a reply it goes by the queue."""
    for text in ("まだ", "途中"):
        account.send(account.api.text(USER + text, text))
    waiting = line_events.waiting(account.node.people, 9)
    line_events.begin(account.node.people, waiting[1].event)
    account.begin()
    account.settled()
    assert account.api.texts(USER + "まだ") == ["「まだ」"]
    assert account.api.texts(USER + "途中") == []
    assert [one.text for one in account.queued(USER + "途中")] == ["「途中」"]


def test_what_cannot_be_answered_is_told_and_holds_up_nothing(
    account: Account, caplog: pytest.LogCaptureFixture
) -> None:
    def says(turn: Turn) -> list[Said]:
        if turn.text == "毒":
            raise ZeroDivisionError
        return [Said(turn.text)]

    account.desk.says = says
    account.begin()
    account.send(account.api.text(USER, "毒"), account.api.text(USER, "次"))
    account.settled()
    assert account.api.texts(USER) == ["次"]
    (sorry,) = account.queued()
    assert "もう一度" in sorry.text
    assert "119" in sorry.text


def test_who_blocks_the_account_is_forgotten(account: Account) -> None:
    account.begin()
    account.send(account.api.text(USER, "a"))
    account.settled()
    account.send(account.api.event(USER, "unfollow"))
    account.until(lambda: account.node.people.known(CHANNEL, USER) is None)
    with account.node.people.reading() as db:
        assert db.execute("SELECT count(*) FROM line_events").fetchone() == (0,)


def test_groups_and_accounts_on_standby_are_not_answered(account: Account) -> None:
    account.begin()
    group = {**account.api.text(USER, "a"), "source": {"type": "group", "groupId": "C",
                                                       "userId": USER}}  # fmt: skip
    account.send(group, {**account.api.text(USER, "b"), "mode": "standby"}, {"type": 7})
    assert line_events.count(account.node.people) == 0
    assert account.desk.heard == []


def test_what_was_answered_is_not_kept(account: Account) -> None:
    account.begin()
    account.send(account.api.text(USER, "とてもひみつ"))
    account.settled()
    with account.node.people.reading() as db:
        (kept,) = db.execute("SELECT body FROM line_events").fetchone()
    assert kept == account.node.people.vault.seal(b"", "")


words = st.text("aあ𠀋👋\u0301\n{|}", max_size=6).map(lambda one: one * 5)
said = st.builds(
    Said, st.builds(str.__mul__, words.filter(bool), st.sampled_from([1, 700, 3000])),
    choices=st.lists(
        st.builds(Choice, st.builds(str.__mul__, words, st.sampled_from([1, 100])), words, words),
        max_size=15,
    ).map(tuple),
    wants=st.sampled_from(["", "position", "picture"]), urgent=st.booleans(),
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(st.lists(said, min_size=1, max_size=7), st.sampled_from(Mode))
def test_whatever_is_said_keeps_the_limits(all_: list[Said], mode: Mode) -> None:
    from jsonschema import Draft202012Validator

    from line_api import _MESSAGES

    made = json.loads(json.dumps(wording.messages(all_, mode, "https://node.example")))
    assert list(Draft202012Validator(_MESSAGES).iter_errors(made)) == []
    assert list(_lengths(made)) == []
    if mode is Mode.EXERCISE:
        assert made[0]["text"].startswith(("【訓練】", "[EXERCISE]"))
