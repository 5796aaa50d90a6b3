"""The conversation on the node's page: sessions, messages, what comes later, forms."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from listening import Listening
from noroshi.channels.chat.door import DANGER, Door, door
from noroshi.channels.chat.limits import MESSAGES
from noroshi.channels.chat.turns import Choice, Fact, Said
from noroshi.channels.sending.queue import Item, enqueue
from noroshi.core.record import Mode
from noroshi.core.time import DAY, now
from noroshi.engine.node import Node
from noroshi.store import web_turns
from noroshi.web.app import application

JPEG, COOKIE = b"\xff\xd8\xff\xe0 a picture", "noroshi_chat"
GO = Choice("go", "行く", "Go")


class Talk:
    def __init__(self, node: Node) -> None:
        self.node, self.desk = node, Listening(node.people)
        door(node, Door(node, lambda mode: self.desk))
        self.application = application(node)
        self.client = TestClient(self.application)

    def say(self, text: str = "こんにちは", **more: Any) -> Any:
        answer = self.client.post("/chat/messages", json={"text": text, **more})
        assert answer.status_code == 200, answer.text
        (turn,) = answer.json()["turns"]
        return turn

    def contact(self) -> Any:
        address = self.client.cookies[COOKIE].partition(".")[0]
        return self.node.people.known("web", address)

    def other(self) -> TestClient:
        return TestClient(self.application)


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    running = Node(tmp_path_factory.mktemp("chat"))
    running.start()
    yield running
    running.stop()


@pytest.fixture
def talk(node: Node, monkeypatch: pytest.MonkeyPatch) -> Talk:
    monkeypatch.setattr("noroshi.channels.chat.door._DOORS", {})
    return Talk(node)


def test_an_answer_has_its_readings_sources_and_quick_replies(talk: Talk) -> None:
    fact = Fact("disaster.shelter", "7.x@12", 10**15, "city", ("<広場>",))
    place = Fact("place", "city:17202", 0, "gsi", ("例示市",))
    talk.desk.says = lambda turn: [
        Said("{避難所|ひなんじょ}は <広場> です。", (fact, place), (GO,),
             "position", "/area/17202"),
        Said("⚠ 119", urgent=True),
    ]  # fmt: skip
    turn = talk.say("避難所は")
    assert [one["urgent"] for one in turn["said"]] == [True, False]
    said = turn["said"][1]
    assert said["text"] == "避難所は <広場> です。"
    assert (
        "<ruby>避難所<rp>(</rp><rt>ひなんじょ</rt><rp>)</rp></ruby>は &lt;広場&gt;" in said["html"]
    )
    assert said["choices"] == [{"id": "go", "label": "行く"}]
    assert (said["wants"], said["link"]) == ("position", "/area/17202")
    assert said["facts"][0]["href"] == "/collections/disaster.shelter/items/7.x@12?f=html&lang=ja"
    assert said["facts"][1]["href"] == ""
    assert turn["html"].index("119") < turn["html"].index("ひなんじょ")
    assert 'name="choice" value="go"' in turn["html"]
    assert 'href="/collections/disaster.shelter/items/7.x@12?f=html&amp;lang=ja"' in turn["html"]


def test_the_same_id_again_is_heard_once_and_answered_the_same(talk: Talk) -> None:
    first = talk.say("道に水", id="a-1")
    assert talk.say("道に水", id="a-1") == first
    assert len(talk.desk.heard) == 1
    talk.other().post("/chat/messages", json={"text": "別の人", "id": "a-1"})
    assert len(talk.desk.heard) == 2


def test_a_first_message_whose_answer_was_lost_is_heard_once(talk: Talk) -> None:
    talk.client.get("/chat")
    kept = dict(talk.client.cookies)
    talk.say("道に水", id="a-1")
    again = TestClient(talk.application, cookies=kept)
    assert again.post("/chat/messages", json={"text": "道に水", "id": "a-1"}).status_code == 200
    assert len(talk.desk.heard) == 1


def test_what_is_sent_becomes_a_turn(talk: Talk) -> None:
    talk.say("", position=[136.96, 37.04])
    talk.say("", choice="go")
    send = {"id": "p", "text": "これ", "picture_place": "true"}
    answer = talk.client.post("/chat/messages", data=send,
                              files={"picture": ("a.jpg", JPEG, "image/jpeg")})  # fmt: skip
    assert answer.json()["turns"][0]["did"] == {"text": "これ", "position": False, "picture": True}
    where = {"longitude": "136.5", "latitude": "37"}
    talk.client.post("/chat/messages", files={name: (None, one) for name, one in where.items()})
    turns = [turn for _, _, turn in talk.desk.heard]
    assert [(one.text, one.choice, one.position, one.picture, one.picture_place)
            for one in turns] == [
        ("", "", (136.96, 37.04), None, None), ("", "go", None, None, None),
        ("これ", "", None, JPEG, True), ("", "", (136.5, 37.0), None, None),
    ]  # fmt: skip
    # Neither a picture nor a position is kept with the conversation.
    kept = [one.words for one in web_turns.since(talk.node.people, talk.contact().id, Mode.ACTUAL)]
    assert not [one for one in kept if b"136" in one or b"a picture" in one]


@pytest.mark.parametrize(("body", "status"), [
    ({}, 400), ({"text": "  "}, 400), ({"text": "あ" * 2_001}, 400), ({"text": "a\x00"}, 400),
    ({"text": 7}, 400), ({"text": "a", "who": "me"}, 400), ({"text": "a", "id": "é"}, 400),
    ({"position": [200, 0]}, 400), ({"position": [0]}, 400), ([1], 400),
    ({"text": "a", "choice": "x" * 201}, 400),
])  # fmt: skip
def test_what_cannot_be_heard_is_refused_with_why(talk: Talk, body: Any, status: int) -> None:
    answer = talk.client.post("/chat/messages", json=body)
    assert (answer.status_code, answer.json()["status"]) == (status, status)
    assert talk.desk.heard == []


def test_bodies_are_sized_and_of_a_type(talk: Talk) -> None:
    def post(content: bytes, media: str) -> int:
        headers = {"content-type": media}
        return talk.client.post("/chat/messages", content=content, headers=headers).status_code

    assert post(b"x" * 70_000, "application/json") == 413
    assert post(b"text=a", "text/plain") == 415
    assert post(b"--x\r\nbroken", "multipart/form-data; boundary=x") == 400
    assert post(b"--x\r\nbroken", "multipart/form-data") == 400
    gif = {"picture": ("a.gif", b"GIF89a", "image/gif")}
    assert talk.client.post("/chat/messages", files=gif).status_code == 415
    large = {"picture": ("a.jpg", JPEG + bytes(8 * 2**20 + 70_000), "image/jpeg")}
    assert talk.client.post("/chat/messages", files=large).status_code == 413
    assert talk.desk.heard == []


def test_a_session_is_of_one_browser_and_cannot_be_made_up(talk: Talk) -> None:
    answer = talk.client.get("/chat")
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Max-Age=259200" in cookie
    secure = TestClient(talk.application, base_url="https://n").get("/chat").headers["set-cookie"]
    assert secure.startswith("__Host-noroshi-chat=")
    assert "Secure" in secure
    talk.say("ひみつ")
    stranger = talk.other()
    assert stranger.get("/chat/messages").json()["turns"] == []
    address = talk.client.cookies[COOKIE].partition(".")[0]
    for made_up in (address, f"{address}.x", "me", "me.é", f".{address}"):
        headers = {"cookie": f"{COOKIE}={made_up}".encode()}
        found = talk.other().get("/chat/messages", headers=headers)  # type: ignore[arg-type]
        assert found.json()["turns"] == []


def test_other_origins_neither_send_nor_read(talk: Talk) -> None:
    for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
        answer = talk.client.post("/chat/messages", json={"text": "a"}, headers=headers)
        assert answer.status_code == 403
        assert talk.client.post("/chat", data={"text": "a"}, headers=headers).status_code == 403
    read = talk.client.get("/chat/messages", headers={"Origin": "https://evil.example"})
    assert "access-control-allow-origin" not in read.headers
    assert read.headers["cache-control"] == "no-store"
    assert talk.desk.heard == []


def test_what_comes_later_is_told_once_in_its_place(talk: Talk) -> None:
    number = talk.say("道に水")["number"]
    contact = talk.contact()
    items = [
        Item(contact.id, "t/1", "確認しました", "道を とめました。", "/area/17202",
             deadline=now() + DAY),
        Item(contact.id, "t/2", "訓練の", "知らせ", mode=Mode.EXERCISE, deadline=now() + DAY),
    ]  # fmt: skip
    enqueue(talk.node.people, items)
    ask = f"/chat/messages?after={number}"
    (later,) = talk.client.get(ask).json()["turns"]
    assert later["did"] is None
    assert later["said"][0]["text"] == "確認しました\n道を とめました。"
    assert later["said"][0]["link"] == "/area/17202"
    assert talk.client.get(ask).json()["turns"] == [later]
    assert talk.client.get(f"/chat/messages?after={later['number']}").json()["turns"] == []
    assert "道を とめました。" in talk.client.get("/chat").text


def test_modes_never_mix_and_an_exercise_says_so(talk: Talk) -> None:
    talk.say("本当の話")
    answer = talk.client.post("/chat/messages?mode=exercise", json={"text": "訓練の話"})
    said = answer.json()["turns"][0]["said"][0]
    assert said["text"] == "【訓練】「訓練の話」"
    page = talk.client.get("/chat?mode=exercise").text
    assert "【訓練 EXERCISE】" in page
    assert "訓練の話" in page
    assert "本当の話" not in page
    assert "訓練の話" not in talk.client.get("/chat").text
    assert 'action="/chat?mode=exercise"' in page


def test_without_scripts_a_form_draws_the_conversation(talk: Talk) -> None:
    talk.desk.says = lambda turn: [Said(f"<{turn.text or turn.choice}>", choices=(GO,))]
    assert 'enctype="multipart/form-data"' in talk.client.get("/chat").text
    empty = {"picture": ("", b"", "application/octet-stream"), "text": (None, "道に水")}
    answer = talk.client.post("/chat?lang=ja", files=empty, follow_redirects=False)
    assert answer.status_code == 303
    assert answer.headers["location"] == "/chat?lang=ja#turn-1"
    page = talk.client.get("/chat").text
    assert "&lt;道に水&gt;" in page
    assert page.count('value="go"') == 1
    pressed = talk.client.post("/chat", data={"choice": "go", "text": ""})
    assert pressed.status_code == 200
    assert '<p class="data">行く</p>' in pressed.text
    assert pressed.text.count('value="go"') == 1
    again = re.findall(r'name="id" value="([^"]+)"', page)[0]
    for _ in range(2):
        talk.client.post("/chat", data={"text": "二度", "id": again})
    assert [turn.text for _, _, turn in talk.desk.heard] == ["道に水", "", "二度"]


@pytest.mark.parametrize(("data", "status", "told"), [
    ({"text": ""}, 400, "送"), ({"text": "あ" * 2_001}, 400, "送"),
])  # fmt: skip
def test_a_form_that_was_not_taken_says_why_in_plain_words(
    talk: Talk, data: dict[str, str], status: int, told: str
) -> None:
    answer = talk.client.post("/chat", data=data)
    assert answer.status_code == status
    assert told in answer.text
    assert answer.headers["content-type"].startswith("text/html")


def test_who_writes_too_much_is_told_and_keeps_what_was_written(talk: Talk) -> None:
    for number in range(MESSAGES.most):
        talk.say(f"{number}")
    told = talk.client.post("/chat/messages", json={"text": "助けて 閉じ込められた", "id": "x"})
    assert told.status_code == 200  # danger is heard all the same
    for _ in range(9):
        told = talk.client.post("/chat/messages", json={"text": "助けて 閉じ込められた"})
    assert told.status_code == 429
    assert int(told.headers["retry-after"]) > 0
    assert told.headers["content-type"] == "application/problem+json"
    assert told.json()["said"][0]["urgent"]
    form = talk.client.post("/chat", data={"text": "まだある"})
    assert form.status_code == 429
    assert ">まだある</textarea>" in form.text
    assert "119" in form.text
    assert DANGER["ja"].count("119") == 1
    assert talk.other().post("/chat/messages", json={"text": "a"}).status_code == 200


def test_the_language_of_the_page_is_that_of_the_answers(talk: Talk) -> None:
    talk.say("a")
    talk.client.post("/chat/messages?lang=en", json={"text": "b"})
    talk.client.post("/chat/messages?lang=en", json={"text": "c"})
    assert [turn.choice or turn.text for _, _, turn in talk.desk.heard] == [
        "a",
        "lang:en",
        "b",
        "c",
    ]
    page = talk.client.get("/chat?lang=en").text
    assert '<html lang="en">' in page
    assert "Ask and report" in page
    assert 'href="/chat?lang=ja"' in page


def test_who_is_erased_leaves_nothing_here_either(talk: Talk) -> None:
    talk.say("わたしの話")
    id = talk.contact().id

    def erase(turn: Any) -> list[Said]:
        talk.node.people.erase(talk.contact())
        return [Said("消しました。")]

    talk.desk.says = erase
    answer = talk.client.post("/chat", data={"text": "消して"})
    assert "消しました。" in answer.text
    assert "わたしの話" not in answer.text
    assert web_turns.since(talk.node.people, id, Mode.ACTUAL) == []
    assert talk.contact() is None


def test_a_long_conversation_is_cut_at_its_beginning(talk: Talk) -> None:
    talk.say("a")
    id = talk.contact().id
    for number in range(web_turns.MOST + 20):
        words = b'{"said":[{"text":"%d"}]}' % number
        web_turns.keep(talk.node.people, id, Mode.ACTUAL, f"k{number}", now(), words, now() + DAY)
    turns = talk.client.get("/chat/messages").json()["turns"]
    assert len(turns) == web_turns.MOST
    assert turns[-1]["said"][0]["text"] == str(web_turns.MOST + 19)


def test_pages_ask_less_often_where_there_are_many(talk: Talk) -> None:
    from noroshi.web.talkers import talkers

    assert talk.client.get("/chat/messages").json()["again"] == 15
    for number in range(5_000):
        talkers(talk.node).present(str(number))
    assert 50 <= talk.client.get("/chat/messages").json()["again"] <= 51


def test_a_crowd_is_told_to_come_again(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("noroshi.web.talkers.MOST", 0)
    answer = talk.client.post("/chat/messages", json={"text": "a"})
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "5"


def test_a_page_s_subscriptions_are_of_who_talks_from_it(talk: Talk) -> None:
    talk.say("a")
    assert "/me/export" in talk.client.get("/me").text
    assert "/me/export" not in talk.other().get("/me").text
