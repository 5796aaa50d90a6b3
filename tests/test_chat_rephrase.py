"""Other words by an endpoint that tries to lie: what is sent holds what was decided, or is it."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from noroshi.channels.chat.rephrase import Rephraser, may_leave, rephraser, same
from noroshi.channels.chat.turns import Fact, Said
from noroshi.core.errors import NoroshiError
from noroshi.engine.settings_people import Chat

FACT = Fact("disaster.shelter_merged", "1.a@1", 0, "made",
            ("北小学校", "開いています", "420人", "10分前", "made", "9月1日 17時50分"))  # fmt: skip
SAID = Said("・{北小学校|きたしょうがっこう}：開いています\n　入れる 人数 420人\n"
            "（情報：made、9月1日 17時50分、10分前）", (FACT,))  # fmt: skip
PLAIN = "・北小学校：開いています\n　入れる 人数 420人\n（情報：made、9月1日 17時50分、10分前）"


class Endpoint:
    """A local stand-in of the endpoint: it answers what it is told to."""

    def __init__(self) -> None:
        self.answer: Callable[[str], str] = lambda text: text
        self.asked: list[dict[str, Any]] = []
        self.delay = 0.0
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                length = int(self.headers["Content-Length"])
                asked = json.loads(self.rfile.read(length))
                outer.asked.append(asked)
                time.sleep(outer.delay)
                words = outer.answer(asked["messages"][-1]["content"])
                data = json.dumps({"choices": [{"message": {"content": words}}]}).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *args: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}/v1/chat/completions"


@pytest.fixture(scope="module")
def endpoint() -> Iterator[Endpoint]:
    made = Endpoint()
    yield made
    made.server.shutdown()


def test_other_words_are_sent_where_they_hold_the_same(endpoint: Endpoint) -> None:
    endpoint.answer = lambda text: text.replace("入れる", "はいれる").replace("・", "")
    say = Rephraser(endpoint.url, "m", private=True)
    assert say(SAID, "ja").text == PLAIN.replace("入れる", "はいれる").replace("・", "")
    (asked,) = endpoint.asked
    assert asked["messages"][1]["content"] == PLAIN


@pytest.mark.parametrize("lie", [
    lambda text: text.replace("420", "240"),
    lambda text: text.replace("北小学校", "南小学校"),
    lambda text: text.replace("10分前", "さきほど"),
    lambda text: text.replace("開いています", "閉まっています"),
    lambda text: text + "\n東公園も 開いています。",
    lambda text: text + "\nレベル5です。",
    lambda text: text + " https://example.com",
    lambda text: text.replace("17時50分", "18時50分"),
    lambda text: "北小学校は安全です。",
    lambda text: "",
    lambda text: text * 5,
    lambda text: text.replace("開いています", "開いていません"),
    lambda text: text.replace("\n", "\nSafe Shelter "),
])  # fmt: skip
def test_a_lie_is_not_sent(endpoint: Endpoint, lie: Callable[[str], str]) -> None:
    endpoint.answer = lie
    assert Rephraser(endpoint.url, "m", private=True)(SAID, "ja") == SAID


def test_what_is_urgent_or_of_a_person_never_leaves(endpoint: Endpoint) -> None:
    before = len(endpoint.asked)
    say = Rephraser(endpoint.url, "m", private=True)
    report = Fact("disaster.resident_report", "r1", 0, "chat", ("r1",))
    way = Fact("way", "144,27>144.1,27", 0, "roads", ("1.2 km",))
    for said in (
        Said("⚠ 119", (FACT,)), Said("x", (FACT,), urgent=True), Said("x", (FACT, report)),
        Said("x", (FACT, way)), Said("どこですか", wants="position"), Said("119に 電話", (FACT,)),
        Said("こんにちは"),
    ):  # fmt: skip
        assert not may_leave(said)
        assert say(said, "ja") == said
    assert len(endpoint.asked) == before


def test_an_endpoint_that_is_late_or_gone_is_left_alone_for_a_while(
    endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("noroshi.channels.chat.rephrase.PATIENCE", 0.1)
    endpoint.answer, endpoint.delay = lambda text: text, 0.4
    say = Rephraser(endpoint.url, "m", private=True)
    assert say(SAID, "ja") == SAID
    count, start = len(endpoint.asked), time.perf_counter()
    assert say(SAID, "ja") == SAID
    assert len(endpoint.asked) == count
    assert time.perf_counter() - start < 0.05
    endpoint.delay = 0.0


def test_it_is_off_by_default_and_an_address_inside_is_refused() -> None:
    assert rephraser(Chat()) is None
    with pytest.raises(NoroshiError, match="rephrase_url"):
        rephraser(Chat(rephrase_url="http://127.0.0.1:1/"))
    with pytest.raises(NoroshiError, match="NOT_THERE"):
        rephraser(Chat(rephrase_url="https://example.com/v1", rephrase_key_env="NOT_THERE"))


def test_the_same_words_are_the_same() -> None:
    assert same(PLAIN, PLAIN, SAID)
