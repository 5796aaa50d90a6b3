"""Webhooks: signed, in order, nothing lost, nobody else's, to a receiver that really listens."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import random
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import msgspec
import pytest

from deliveries import BASE, REPORT, ROAD, eventually, following, report
from noroshi.channels import deliver
from noroshi.channels.deliver import ASIDE, REFUSALS, Delivery
from noroshi.channels.deliveries import start_deliveries
from noroshi.channels.webhooks import secret_key, signature, webhook
from noroshi.core.errors import NoroshiError
from noroshi.core.label import OWN
from noroshi.core.record import Action, Mode
from noroshi.engine.node import Node
from noroshi.engine.settings import Webhook
from noroshi.formats.boundaries import Place
from noroshi.store.sqlite import SqliteStore

SECRET = "whsec_" + base64.b64encode(b"0123456789abcdefghijklmnopqrstuv").decode()
Answer = tuple[int, dict[str, str]]


class Receiver:
    """An HTTP server that keeps what is posted to it, and answers as `answer` says."""

    def __init__(self, port: int = 0) -> None:
        self.posts: list[tuple[float, dict[str, str], bytes]] = []
        #: Those that were answered with 2xx.
        self.taken: list[dict[str, Any]] = []
        self.answer: Callable[[dict[str, Any]], Answer] = lambda event: (204, {})
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                receiver.posts.append((time.monotonic(), headers, body))
                event = json.loads(body)
                status, more = receiver.answer(event)
                if not status:  # hang up
                    self.close_connection = True
                    return
                if status < 300:
                    receiver.taken.append(event)
                self.send_response(status)
                for name, value in more.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/hook/s3cret"
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def titles(self) -> list[str]:
        return [one["data"]["properties"]["title"] for one in self.taken]

    def wait(self, count: int, seconds: float = 15) -> None:
        eventually(lambda: len(self.taken) >= count, seconds)
        time.sleep(0.2)  # what should not come has time to come
        assert len(self.taken) == count

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    one = Receiver()
    yield one
    one.close()


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Node]:
    with following(tmp_path) as one:
        yield one


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deliver, "FIRST_WAIT", 0.02)
    monkeypatch.setattr(deliver, "LONGEST_WAIT", 0.2)


@contextmanager
def delivering(node: Node, url: str, name: str = "test", **more: Any) -> Iterator[Delivery]:
    one = webhook(node, name, Webhook(url=url, secret=SECRET, private=True, **more), BASE)
    one.start(node)
    try:
        yield one
    finally:
        one.stop()


def test_the_signature_is_that_of_the_standards_own_example() -> None:
    key = secret_key("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    body = b'{"test": 2432232314}'
    made = signature(key, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, body)
    assert made == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_every_change_comes_once_in_order_and_signed(node: Node, receiver: Receiver) -> None:
    with delivering(node, receiver.url) as delivery:
        for number in range(120):
            report(node, f"R{number % 7}", f"{number}")
        receiver.wait(120)
        assert receiver.titles() == [f"{number}" for number in range(120)]
        eventually(lambda: delivery.progress().behind == 0)
        assert delivery.progress().delivered == 120
    ids = set()
    for _, headers, body in receiver.posts:
        id, stamp = headers["webhook-id"], headers["webhook-timestamp"]
        ids.add(id)
        key = base64.b64decode(SECRET[6:])
        digest = hmac.new(key, f"{id}.{stamp}.".encode() + body, hashlib.sha256).digest()
        assert headers["webhook-signature"] == "v1," + base64.b64encode(digest).decode()
        assert abs(time.time() - int(stamp)) < 60
        assert headers["content-type"] == "application/cloudevents+json"
    assert len(ids) == 120
    first, last = receiver.taken[0], receiver.taken[-1]
    assert first["source"] == f"{BASE}/collections/{REPORT}"
    assert first["type"] == "org.ogc.api.collection.item.create"
    assert last["type"] == "org.ogc.api.collection.item.update"


def test_what_has_ended_is_told_with_what_it_was(node: Node, receiver: Receiver) -> None:
    with delivering(node, receiver.url, bbox=(135.0, 34.0, 137.0, 36.0)):
        report(node, "R", "通行止め")
        report(node, "R", action=Action.CANCEL)
        receiver.wait(2)
    ended = receiver.taken[1]
    assert ended["type"] == "org.ogc.api.collection.item.delete"
    assert ended["subject"] == receiver.taken[0]["subject"]
    assert ended["data"]["properties"]["title"] == "通行止め"
    assert ended["data"]["properties"]["ended"] is True


def test_a_hook_that_is_new_begins_now_and_afterwards_where_it_was(
    node: Node, receiver: Receiver
) -> None:
    report(node, "before")
    with delivering(node, receiver.url):
        report(node, "R1", "1")
        receiver.wait(1)
    report(node, "R2", "2")
    report(node, "R3", "3")
    with delivering(node, receiver.url):
        report(node, "R4", "4")
        receiver.wait(4)
    assert receiver.titles() == ["1", "2", "3", "4"]


def test_a_hook_that_began_on_an_empty_store_misses_nothing_while_it_is_stopped(
    node: Node, receiver: Receiver
) -> None:
    with delivering(node, receiver.url):
        pass
    report(node, "first", "first")
    with delivering(node, receiver.url):
        receiver.wait(1)
    assert receiver.titles() == ["first"]


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("seed", range(3))
def test_a_receiver_that_fails_and_a_node_that_restarts_lose_nothing(
    node: Node, receiver: Receiver, seed: int
) -> None:
    chance = random.Random(seed)

    def answer(event: dict[str, Any]) -> Answer:
        return chance.choice([(204, {}), (200, {}), (500, {}), (0, {}), (429, {}), (302, {})])

    receiver.answer = answer
    number = 0
    for _ in range(4):
        with delivering(node, receiver.url):
            for _ in range(10):
                report(node, f"R{number}", f"{number}")
                number += 1
            time.sleep(chance.random() / 4)
    receiver.answer = lambda event: (204, {})
    with delivering(node, receiver.url):
        eventually(lambda: len(set(receiver.titles())) == number)
    first = list(dict.fromkeys(receiver.titles()))
    assert first == [f"{one}" for one in range(number)]


def test_a_node_that_is_killed_loses_nothing(tmp_path: Path, receiver: Receiver) -> None:
    """Killed while it delivers and commits; what it had committed is delivered by the next one."""
    home = tmp_path / "home"
    home.mkdir()
    hook = f'[webhooks.city]\nurl = "{receiver.url}"\nsecret = "{SECRET}"\nprivate = true\n'
    (home / "settings.toml").write_text(hook)
    receiver.answer = lambda event: (time.sleep(0.01), (204, {}))[1]
    committed = 0
    for number in range(3):
        child = subprocess.Popen([sys.executable, "-c", _CHILD, str(home), str(committed)],
                                 stdout=subprocess.PIPE, cwd=Path(__file__).parent)  # fmt: skip
        assert child.stdout is not None
        before = len(receiver.taken)
        try:
            for line in child.stdout:
                committed = int(line)
                if len(receiver.taken) >= before + 10 + number:
                    break
        finally:
            child.kill()
        committed = max([committed, *map(int, child.stdout.read().split())])
        child.wait()
    with following(home, hook) as node:
        start_deliveries(node, BASE)
        eventually(lambda: len(set(receiver.titles())) >= committed, 60)
    # The last commit before a kill may have been kept without being told of.
    first = list(dict.fromkeys(int(title) for title in receiver.titles()))
    assert first == list(range(1, len(first) + 1))
    assert committed <= len(first) <= committed + 3


_CHILD = """
import sys
from pathlib import Path
from deliveries import BASE, report
from noroshi.channels.deliveries import start_deliveries
from noroshi.engine.node import Node
node = Node(Path(sys.argv[1]))
node.live.start()
start_deliveries(node, BASE)
number = int(sys.argv[2])
while True:
    number += 1
    report(node, f"R{number}", f"{number}")
    print(number, flush=True)
"""


@pytest.mark.usefixtures("impatient")
def test_a_receiver_that_is_away_is_seen_to_be_and_gets_everything_when_it_is_back(
    node: Node,
) -> None:
    gone = Receiver()
    gone.close()
    with delivering(node, gone.url) as delivery:
        for number in range(5):
            report(node, f"R{number}")
        eventually(lambda: delivery.progress().error != "")
        progress = delivery.progress()
        assert progress.behind == 5
        assert progress.failing_since is not None
        assert progress.next_try is not None
        assert "s3cret" not in repr(progress)
        back = Receiver(gone.server.server_address[1])
        try:
            back.wait(5)
            eventually(lambda: not delivery.progress().error)
            assert delivery.progress().failing_since is None
        finally:
            back.close()


@pytest.mark.usefixtures("impatient")
def test_a_receiver_that_asks_for_time_gets_it(node: Node, receiver: Receiver) -> None:
    answers = iter([(503, {"Retry-After": "1"})])
    receiver.answer = lambda event: next(answers, (204, {}))
    with delivering(node, receiver.url):
        report(node, "R")
        receiver.wait(1)
    (first, *_), (second, *_) = receiver.posts
    assert 1.0 <= second - first < 3.0
    assert receiver.posts[0][1]["webhook-id"] == receiver.posts[1][1]["webhook-id"]


def test_a_receiver_that_is_gone_for_good_is_left_alone(node: Node, receiver: Receiver) -> None:
    receiver.answer = lambda event: (410, {})
    with delivering(node, receiver.url) as delivery:
        report(node, "R1")
        eventually(lambda: delivery.progress().ended)
        report(node, "R2")
        time.sleep(0.3)
        assert len(receiver.posts) == 1
        assert delivery.progress().behind == 2


@pytest.mark.usefixtures("impatient")
def test_one_event_that_is_refused_does_not_hold_up_the_others(
    node: Node, receiver: Receiver
) -> None:
    receiver.answer = lambda event: (
        (422 if event["data"]["properties"]["title"] == "bad" else 204), {}
    )  # fmt: skip
    with delivering(node, receiver.url) as delivery:
        for title in ("good", "bad", "better"):
            report(node, title, title)
        receiver.wait(2)
        assert receiver.titles() == ["good", "better"]
        assert len(receiver.posts) == 2 + REFUSALS
        assert delivery.progress().set_aside == 1


@pytest.mark.usefixtures("impatient")
def test_a_receiver_that_refuses_everything_gets_it_when_it_is_mended(
    node: Node, receiver: Receiver
) -> None:
    receiver.answer = lambda event: (400, {})
    with delivering(node, receiver.url) as delivery:
        for number in range(10):
            report(node, f"R{number}", f"{number}")
        eventually(lambda: len(receiver.posts) > (ASIDE + 2) * REFUSALS)
        assert delivery.progress().set_aside == ASIDE
        receiver.answer = lambda event: (204, {})
        receiver.wait(10 - ASIDE)
    assert receiver.titles() == [f"{number}" for number in range(ASIDE, 10)]


def test_a_drill_never_goes_to_a_hook_for_what_is_real(node: Node, tmp_path: Path) -> None:
    real, drill = Receiver(), Receiver()
    try:
        with (
            delivering(node, real.url, "real"),
            delivering(node, drill.url, "drill", mode="exercise"),
        ):
            for number in range(10):
                mode = (Mode.ACTUAL, Mode.EXERCISE, Mode.TEST)[number % 3]
                report(node, f"R{number}", mode.name, mode=mode)
            real.wait(4)
            drill.wait(3)
        assert set(real.titles()) == {"ACTUAL"}
        assert set(drill.titles()) == {"EXERCISE"}
    finally:
        real.close()
        drill.close()


def test_nobody_gets_what_they_may_not_read(node: Node, receiver: Receiver) -> None:
    inside = Receiver()
    try:
        with (
            delivering(node, receiver.url, "public"),
            delivering(node, inside.url, "inside", labels=("public", "own")),
        ):
            report(node, "R", "secret", label=OWN)
            report(node, "R", "public")
            report(node, "R", "secret again", label=OWN)
            inside.wait(3)
            receiver.wait(1)
        assert receiver.titles() == ["public"]
        assert not any(b"secret" in body for _, _, body in receiver.posts)
    finally:
        inside.close()


def test_what_is_not_public_is_never_sent_in_the_clear(node: Node) -> None:
    hook = Webhook(url="http://hub.example/x", secret=SECRET, labels=("own",))
    with pytest.raises(NoroshiError, match="TLS"):
        webhook(node, "far", hook, BASE)
    webhook(node, "far", msgspec.structs.replace(hook, url="https://hub.example/x"), BASE)


def test_a_hook_follows_what_it_asks_for(node: Node, receiver: Receiver) -> None:
    import shapely

    boundary = shapely.to_wkb(shapely.box(135.5, 34.5, 136.5, 35.5))
    node.store.put_places([Place("city:1720200", "七尾市", "municipality", geometry=boundary)])
    with delivering(
        node, receiver.url, collections=(REPORT,), area="17202", filter="title LIKE '橋%'"
    ):
        report(node, "A", "橋 1")
        report(node, "B", "山 2")
        report(node, "C", "橋 3", x=140.0)
        report(node, "D", "橋 4", kind=ROAD)
        report(node, "E", "橋 5", x=140.0, area="city:1720200")
        receiver.wait(2)
    assert receiver.titles() == ["橋 1", "橋 5"]


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"collections": ("disaster.reprot",)}, "disaster.report"),
        ({"filter": "title LIKE ("}, "webhook bad"),
        ({"area": "nowhere"}, "nowhere"),
        ({"bbox": (200.0, 0.0, 1.0, 1.0)}, "bbox"),
        ({"url": "ftp://a.example"}, "http"),
        ({"url": "https://me:pass@a.example"}, "password"),
        ({"url": "https://192.168.1.1/"}, "allow_private"),
        ({"secret": "short"}, "24"),
        ({"secret": "whsec_!!!"}, "base64"),
    ],
)
def test_a_wrong_setting_is_named_at_the_start(node: Node, wrong: Any, told: str) -> None:
    hook = Webhook(**{"url": "https://a.example/", "secret": SECRET} | wrong)
    with pytest.raises(NoroshiError) as caught:
        webhook(node, "bad", hook, BASE)
    assert told in str(caught.value)
    assert "bad" in str(caught.value)


def test_the_settings_file_makes_the_hooks(tmp_path: Path, receiver: Receiver) -> None:
    text = f'[web]\nallow_private = true\n[webhooks.city]\nurl = "{receiver.url}"\n'
    text += f'secret = "{SECRET}"\n'
    with following(tmp_path / "home", text) as node:
        start_deliveries(node, BASE)
        one = node.deliveries()["webhook city"]
        report(node, "R", "told")
        receiver.wait(1)
        eventually(lambda: one.behind == 0)
        one.stop()
        assert node.store.marked("webhook city") == node.store.latest() + 1


def test_a_slow_receiver_holds_up_nobody_else(node: Node, receiver: Receiver) -> None:
    release = threading.Event()
    other = Receiver()

    def answer(event: dict[str, Any]) -> Answer:
        release.wait(10)
        return 204, {}

    receiver.answer = answer
    try:
        with delivering(node, receiver.url, "slow"), delivering(node, other.url, "other"):
            started = time.monotonic()
            for number in range(50):
                report(node, f"R{number}")
            other.wait(50)
            assert time.monotonic() - started < 8
            assert len(receiver.posts) == 1
            release.set()
            receiver.wait(50)
    finally:
        release.set()
        other.close()


@pytest.mark.usefixtures("impatient")
def test_a_store_that_fails_for_a_while_ends_no_delivery(
    node: Node, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = SqliteStore.changes
    fails = threading.Event()

    def changes(self: SqliteStore, *arguments: Any, **more: Any) -> Any:
        if fails.is_set():
            raise sqlite3.OperationalError("disk I/O error")
        return real(self, *arguments, **more)

    monkeypatch.setattr(SqliteStore, "changes", changes)
    with delivering(node, receiver.url) as delivery:
        fails.set()
        report(node, "R", "through")
        eventually(lambda: "disk I/O" in delivery.progress().error)
        fails.clear()
        receiver.wait(1)
        eventually(lambda: not delivery.progress().error)


def test_a_quiet_delivery_neither_writes_nor_works(
    node: Node, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deliver, "KEEP_EVERY", 0.05)
    monkeypatch.setattr(deliver, "PASSED_EVERY", 0.1)

    def answer(event: dict[str, Any]) -> Answer:
        time.sleep(0.2)  # so that the cursor is kept while a batch is under way
        return 204, {}

    receiver.answer = answer
    with delivering(node, receiver.url):
        for number in range(4):
            report(node, f"R{number}")
        receiver.wait(4)
        eventually(lambda: node.store.marked("webhook test") == node.store.latest() + 1)
        time.sleep(0.3)
        before, work = node.store.generation(), time.process_time()
        time.sleep(1.5)
        assert node.store.generation() == before
        assert time.process_time() - work < 0.5
