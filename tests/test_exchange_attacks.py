"""Whatever a peer or a line sends that is not what its origin said: refused, kept in quarantine,
told to an operator; and it costs nothing else, and ends when the true bytes come."""

from __future__ import annotations

import asyncio
import base64
import shutil
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import msgspec
import pytest

from exchanging import Hub
from noroshi.core.errors import NoroshiError, NotPermitted, NotVerified, UnreadableMessage
from noroshi.core.label import OPERATOR, PUBLIC, RESPONDERS
from noroshi.core.time import DAY, now
from noroshi.engine.node import Node
from noroshi.engine.peers import Peer
from noroshi.feeds import puller as feed
from noroshi.feeds.peers import Pullers
from noroshi.feeds.puller import Puller
from noroshi.formats.exchange import cose
from noroshi.formats.exchange.batch import write_batch
from noroshi.formats.exchange.envelope import (
    digest,
    pack,
    peek_envelope,
    write_envelope,
)
from noroshi.formats.exchange.keys import create_keys
from noroshi.store import QUARANTINED
from noroshi.store.exchange import Kept
from noroshi.web.exchange import Desk
from run import Node as Command
from served import PLAIN, Served
from signed import damaged


class Liar:
    """A peer's web server that signs its sessions as it should, and answers as it is told:
    `frames` are of the next answers."""

    def __init__(self, hub: Hub) -> None:
        self.hub, self.frames, self.heads = hub, list[bytes](), list[tuple[str, int, int, int]]()
        self.questions: list[dict[str, object]] = []
        self.cut: int | None = None
        liar = self

        class Desk(BaseHTTPRequestHandler):
            def log_message(self, *_: object) -> None: ...

            def do_GET(self) -> None:
                if self.path == "/exchange/identity":
                    self.answer(liar.hub.exchange.trust.own_document)
                else:
                    self.answer(b'{"challenge": "c"}')

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if self.path == "/exchange/session":
                    hello = msgspec.json.decode(cose.peek(body)[1])
                    welcome = {"org": liar.hub.org, "to": hello["org"], "nonce": hello["nonce"],
                               "session": "s"}  # fmt: skip
                    keys = liar.hub.exchange.trust.signing(now())
                    self.answer(cose.sign(msgspec.json.encode(welcome), keys, cose.SESSION))
                    return
                question = msgspec.json.decode(body)
                liar.questions.append(question)
                heads = {"since": "x", "heads": liar.heads, "more": False}
                frames = liar.frames if question["wants"] else []
                data = b"".join(write_batch([b"H" + msgspec.json.encode(heads), *frames]))
                self.answer(data[: liar.cut])

            def answer(self, data: bytes) -> None:
                self.send_response(200)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Desk)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def kept(self, origin: str = "", stream: int = PUBLIC) -> list[Kept]:
        """What it truly has."""
        self.hub.exchange.seal()
        return self.hub.store.exchange.envelopes(origin or self.hub.org, stream, 1, 99, 99)

    def offer(self, frames: list[bytes], *streams: tuple[str, int, int]) -> None:
        """Answer so, and say that the streams go so far."""
        self.frames = frames
        self.heads = [(*one, 0) for one in streams or [(self.hub.org, PUBLIC, 9)]]

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.hub.store.close()


class Victim:
    """A node that asks it."""

    def __init__(self, home: Path, liar: Liar, **terms: object) -> None:
        first = Hub(home, "ministry")
        first.exchange.trust.accept(liar.hub.exchange.trust.own_document)
        first.exchange.peers.put(Peer(org=liar.hub.org, url=liar.url, **terms))  # type: ignore[arg-type]
        first.store.close()
        self.node = Node(home)
        self.puller = Puller(self.node, self.node.exchange.peers.get(liar.hub.org))

    def ask(self, times: int = 3) -> None:
        """Ask, as if time had passed since anything was refused."""
        self.puller._refused.clear()
        self.puller._since = ""
        for _ in range(times):
            self.puller.pull(0)

    def titles(self) -> list[str]:
        hub = object.__new__(Hub)
        hub.store = self.node.store
        return hub.titles()

    def alerts(self) -> list[str]:
        return [one.what for one in self.node.exchange.alerts]

    def audited(self) -> list[str]:
        entries = self.node.directory.audit.entries(limit=100)
        return [one.target for one in entries if one.action == "exchange.refused"]

    def quarantined(self) -> int:
        return len(list(self.node.store.messages(OPERATOR, state=QUARANTINED)))

    def close(self) -> None:
        self.puller.stop()
        self.node.exchange.stop()
        self.node.store.close()
        self.node.directory.close()


@pytest.fixture
def liar(tmp_path: Path) -> Iterator[Liar]:
    made = Liar(Hub(tmp_path / "pref", "pref"))
    for number in range(3):
        made.hub.say(f"true {number}", PUBLIC, key=f"k{number}")
        made.hub.exchange.seal()
    yield made
    made.close()


@pytest.fixture
def victim(tmp_path: Path, liar: Liar) -> Iterator[Victim]:
    made = Victim(tmp_path / "ministry", liar)
    yield made
    made.close()


def whole(kept: list[Kept]) -> list[bytes]:
    return [b"E" + pack(one.signed, one.content or b"") for one in kept]


def signed_anew(one: Kept, keys: object = None, hub: Hub | None = None, **changes: object) -> bytes:
    """An envelope with something in it changed, under a signature that is good for it."""
    envelope, _ = peek_envelope(one.signed)
    assert hub is not None
    chosen = keys or hub.exchange.trust.signing(now())
    return write_envelope(msgspec.structs.replace(envelope, **changes), chosen)  # type: ignore[arg-type]


def _flip(data: bytes, at: int) -> bytes:
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


def _content(liar: Liar, content: bytes) -> bytes:
    """The second envelope, truly signed over something else."""
    first, second, _ = liar.kept()
    signed = signed_anew(
        second, hub=liar.hub, prev=digest(first.signed),
        content=sha256(content).digest(), size=len(content),
    )  # fmt: skip
    return b"E" + pack(signed, content)


ATTACKS: dict[str, Callable[[Liar], bytes]] = {
    "tampered content": lambda it: b"E" + pack(
        it.kept()[1].signed, _flip(it.kept()[1].content or b"", 20)),
    "tampered header": lambda it: b"E" + pack(
        _flip(it.kept()[1].signed, 90), it.kept()[1].content or b""),
    "tampered signature": lambda it: b"E" + pack(
        _flip(it.kept()[1].signed, len(it.kept()[1].signed) - 9), it.kept()[1].content or b""),
    "truncated": lambda it: b"E" + pack(it.kept()[1].signed, (it.kept()[1].content or b"")[:-5]),
    "relabelled": lambda it: b"E" + pack(
        signed_anew(it.kept()[1], hub=it.hub, label="responders"), it.kept()[1].content or b""),
    "signed by another": lambda it: b"E" + pack(
        signed_anew(it.kept()[1], create_keys(), it.hub), it.kept()[1].content or b""),
    "another sender's": lambda it: b"E" + pack(
        signed_anew(it.kept()[1], hub=it.hub, origin="utility"), it.kept()[1].content or b""),
    "reordered": lambda it: whole(it.kept())[2],
    "forked": lambda it: b"E" + pack(
        signed_anew(it.kept()[1], hub=it.hub, prev=bytes([7]) * 32), it.kept()[1].content or b""),
    "from the future": lambda it: b"E" + pack(
        signed_anew(it.kept()[1], hub=it.hub, time=now() + 3 * DAY), it.kept()[1].content or b""),
    "no envelope": lambda it: b"E" + pack(b"x" * 40, b"y"),
}  # fmt: skip


@pytest.mark.parametrize("what", ATTACKS)
def test_what_its_origin_did_not_say_is_refused_and_the_stream_goes_on_when_it_comes(
    liar: Liar, victim: Victim, what: str
) -> None:
    liar.hub.say("beside it", RESPONDERS, key="beside")
    good, beside = whole(liar.kept()), whole(liar.kept(stream=RESPONDERS))
    streams = ("pref", PUBLIC, 3), ("pref", RESPONDERS, 1)
    liar.offer([good[0], ATTACKS[what](liar), *beside], *streams)
    victim.ask()
    assert victim.titles() == ["beside it", "true 0"]
    assert len(victim.alerts()) == 1
    assert victim.audited() == ["org:pref"]
    assert victim.quarantined() == 1
    liar.offer([*good[1:], *beside], *streams)
    victim.ask()
    assert victim.titles() == ["beside it", "true 0", "true 1", "true 2"]
    assert len(victim.alerts()) == 1


def test_the_same_again_changes_nothing(liar: Liar, victim: Victim) -> None:
    good = whole(liar.kept())
    liar.offer([*good, *good], ("pref", PUBLIC, 3))
    victim.ask()
    before = victim.node.store.exchange.counts(), victim.node.store.latest()
    liar.heads = [("pref", PUBLIC, 9, 0)]
    victim.ask()
    assert (victim.node.store.exchange.counts(), victim.node.store.latest()) == before
    assert victim.titles() == ["true 0", "true 1", "true 2"]
    assert victim.alerts() == []


def test_an_answer_cut_anywhere_keeps_what_came_whole_and_asks_for_the_rest(
    liar: Liar, victim: Victim
) -> None:
    liar.offer(whole(liar.kept()), ("pref", PUBLIC, 3))
    victim.ask(1)
    for cut in range(200, 9_000, 977):
        liar.cut = cut
        try:
            victim.puller.pull(0)
        except (NoroshiError, OSError):
            victim.puller._trouble("cut")
    liar.cut = None
    victim.ask()
    assert victim.titles() == ["true 0", "true 1", "true 2"]
    assert victim.alerts() == []


def test_noise_is_refused_whatever_it_looks_like(liar: Liar, victim: Victim) -> None:
    packed = pack(liar.kept()[0].signed, liar.kept()[0].content or b"")
    liar.offer([b"E" + one for one in damaged(packed, 60)])
    for _ in range(3):
        try:
            victim.ask()
        except UnreadableMessage:
            victim.puller._trouble("noise")
    assert victim.titles() == []
    assert victim.node.store.check() == []


@pytest.mark.parametrize("content", [
    b"\x01" + zlib.compress(bytes(200 * 2**20), 9), b"\x01" + zlib.compress(b"\xc1" * 50, 1),
    b"\x02", b"", b"\x01" + zlib.compress(b"\xdd\xff\xff\xff\xff", 1),
], ids=["bomb", "no items", "newer", "empty", "endless list"])  # fmt: skip
def test_content_that_cannot_be_read_is_told_of_and_the_stream_goes_on(
    liar: Liar, victim: Victim, content: bytes
) -> None:
    first, second, third = liar.kept()
    bad = _content(liar, content)
    signed = bad[5 : 5 + int.from_bytes(bad[1:5], "big")]
    after = signed_anew(third, hub=liar.hub, prev=digest(signed))
    liar.offer([*whole([first]), bad, b"E" + pack(after, third.content or b"")],
               ("pref", PUBLIC, 3))  # fmt: skip
    victim.ask()
    assert victim.titles() == ["true 0", "true 2"]
    assert ["content cannot be read" in one for one in victim.alerts()] == [True]
    assert second.seq == 2


def test_a_peer_that_keeps_content_back_is_asked_again_when_it_says_it_has_it(
    liar: Liar, victim: Victim
) -> None:
    kept = liar.kept()
    liar.offer([b"W" + one.signed for one in kept], ("pref", PUBLIC, 3))
    victim.ask()
    assert victim.titles() == []
    asked = len(liar.questions)
    victim.ask(20)
    assert not any(one["wants"] for one in liar.questions[asked:])  # not without end
    victim.puller._trouble("cut")
    liar.offer(whole(kept), ("pref", PUBLIC, 3))
    victim.ask()
    assert victim.titles() == ["true 0", "true 1", "true 2"]


def test_a_peer_that_promises_and_does_not_give_is_not_asked_without_end(
    liar: Liar, victim: Victim
) -> None:
    liar.offer([], ("pref", PUBLIC, 99), ("pref", 77, 5))
    victim.puller.pull(0)
    liar.heads = []
    for _ in range(10):
        victim.puller.pull(0)
    assert sum(bool(one["wants"]) for one in liar.questions) == 1


def test_an_origin_that_a_peer_may_not_introduce_is_not_believed(
    tmp_path: Path, liar: Liar
) -> None:
    stranger = Hub(tmp_path / "stranger", "stranger")
    stranger.say("from afar", PUBLIC)
    stranger.exchange.seal()
    kept = stranger.store.exchange.envelopes("stranger", PUBLIC, 1, 9, 9)
    document = b"I" + stranger.exchange.trust.own_document
    for introduces, seen in ((False, []), (True, ["from afar"])):
        one = Victim(tmp_path / f"m{introduces}", liar, introduces=introduces)
        liar.offer([document, *whole(kept)], ("stranger", PUBLIC, 1))
        one.ask()
        assert one.titles() == seen
        assert bool(one.alerts()) is not introduces
        one.close()
    stranger.store.close()


def test_an_identity_that_goes_back_or_has_another_root_is_not_believed(
    tmp_path: Path, liar: Liar, victim: Victim
) -> None:
    trust = liar.hub.exchange.trust
    old = trust.own_document
    trust.rotate(trust.folder / "root.pem")
    new = trust.own_document
    other = Hub(tmp_path / "other", "pref")
    liar.offer([b"I" + new, *whole(liar.kept())], ("pref", PUBLIC, 3))
    victim.ask()
    liar.offer([b"I" + old, b"I" + other.exchange.trust.own_document], ("pref", PUBLIC, 9))
    victim.ask()
    assert victim.node.exchange.trust.identity("pref").serial == 2
    assert ["another identity" in one for one in victim.alerts()] == [True]
    assert victim.titles() == ["true 0", "true 1", "true 2"]
    other.store.close()


def test_keys_that_changed_while_the_line_was_cut_verify_what_each_signed(
    liar: Liar, victim: Victim
) -> None:
    trust = liar.hub.exchange.trust
    victim.ask()
    for number in range(3):
        trust.rotate(trust.folder / "root.pem")
        liar.hub.say(f"under key {number + 2}", PUBLIC, key=f"r{number}")
        liar.hub.exchange.seal()
    victim.puller._trouble("cut")  # the session after this is under a key that is not known yet
    liar.offer(whole(liar.kept()), ("pref", PUBLIC, 6))
    victim.ask()
    assert len(victim.titles()) == 6
    assert victim.alerts() == []


def test_nothing_that_a_compromised_key_signed_is_believed_any_more(
    liar: Liar, victim: Victim
) -> None:
    trust = liar.hub.exchange.trust
    good = whole(liar.kept())
    liar.offer(good[:1], ("pref", PUBLIC, 1))
    victim.ask()
    kid = trust.signing(now()).public.kid.hex()
    trust.revoke(trust.folder / "root.pem", kid, "compromised")
    liar.offer([b"I" + trust.own_document, *good[1:]], ("pref", PUBLIC, 3))
    victim.ask(2)
    assert victim.titles() == ["true 0"]
    assert "compromised" in victim.alerts()[0]
    with pytest.raises(NotVerified):  # and the session under it has ended
        victim.puller.pull(0)


def test_a_node_that_changed_its_keys_while_cut_off_opens_its_next_session(
    both: Pair,
) -> None:
    trust = both.ministry.exchange.trust
    trust.rotate(trust.folder / "root.pem")
    with Served(both.pref.home) as node:
        hello = both.hello(challenge=_challenge(node.http))
        assert node.http.post("/exchange/session", content=hello).status_code == 401
        document = base64.b64encode(trust.own_document).decode()
        hello = both.hello(challenge=_challenge(node.http), identity=document)
        assert node.http.post("/exchange/session", content=hello).status_code == 200


# --- over HTTP, against a node that serves -----------------------------------------------------


class Pair:
    """A served node of `pref`, and a hub that asks it."""

    def __init__(self, tmp_path: Path) -> None:
        self.pref, self.ministry = Hub(tmp_path / "p", "pref"), Hub(tmp_path / "m", "ministry")
        self.pref.meets(self.ministry)
        self.pref.say("true", PUBLIC)
        self.pref.exchange.seal()

    def hello(self, **changes: str) -> bytes:
        hello = {"org": "ministry", "to": "pref", "challenge": "", "nonce": "n", **changes}
        keys = self.ministry.exchange.trust.signing(now())
        return cose.sign(msgspec.json.encode(hello), keys, cose.SESSION)


@pytest.fixture
def both(tmp_path: Path) -> Iterator[Pair]:
    made = Pair(tmp_path)
    yield made
    made.pref.store.close()
    made.ministry.store.close()


def _challenge(http: httpx.Client) -> str:
    return str(http.get("/exchange/challenge").json()["challenge"])


def _open(both: Pair, http: httpx.Client) -> dict[str, str]:
    answer = http.post("/exchange/session", content=both.hello(challenge=_challenge(http)))
    assert answer.status_code == 200
    return {
        "Noroshi-Session": f"Peer {msgspec.json.decode(cose.peek(answer.content)[1])['session']}"
    }


def test_a_session_is_opened_once_by_who_may_with_what_was_just_given_out(both: Pair) -> None:
    with Served(both.pref.home) as node:
        http = node.http

        def post(signed: bytes) -> int:
            return http.post("/exchange/session", content=signed).status_code

        hello = both.hello(challenge=_challenge(http))
        assert post(hello) == 200
        assert post(hello) == 401  # replayed
        assert post(both.hello(challenge="0" * 64)) == 401  # never given out
        assert post(both.hello(challenge=_challenge(http), to="utility")) == 401
        assert post(both.hello(challenge=_challenge(http), org="pref")) == 401
        assert post(both.hello(challenge=_challenge(http), org="nobody")) == 401
        assert post(b"") == post(b"x" * 5000) == 401
        stolen = {"org": "ministry", "to": "pref", "challenge": _challenge(http), "nonce": "n"}
        assert post(cose.sign(msgspec.json.encode(stolen), create_keys(), cose.SESSION)) == 401
        for secret in ("", "Peer", "Peer x", "Bearer x", f"Peer {'0' * 64}"):
            answer = http.post("/exchange/pull", content=b"{}", headers={"Noroshi-Session": secret})
            assert answer.status_code == 401
        session = _open(both, http)
        for bad in (b"", b"[]", b'{"wants": [[1,2,3]]}', b'{"x": 1}', b"\xff", b'{"wait": "x"}'):
            assert http.post("/exchange/pull", content=bad, headers=session).status_code == 400
        big = b" " * 600_000
        assert http.post("/exchange/pull", content=big, headers=session).status_code == 413
        assert http.post("/exchange/pull", content=b"{}", headers=session).status_code == 200


def test_a_peer_that_is_stopped_gets_nothing_within_a_second_also_while_it_waits(
    both: Pair,
) -> None:
    with Served(both.pref.home) as node:
        session = _open(both, node.http)
        question = {"serials": {"pref": 1}, "since": ""}
        first = node.http.post("/exchange/pull", json=question, headers=session)
        mark = _heads(first.content)["since"]
        found: list[tuple[int, float]] = []

        def wait() -> None:
            with httpx.Client(base_url=node.url, timeout=30, verify=PLAIN) as http:
                answer = http.post(
                    "/exchange/pull", json={**question, "since": mark, "wait": 20}, headers=session
                )
                found.append((answer.status_code, time.monotonic()))

        waiting = threading.Thread(target=wait)
        waiting.start()
        time.sleep(1)
        stopped = time.monotonic()
        both.pref.terms(both.ministry, stopped="key lost")
        waiting.join(10)
        ((status, at),) = found
        assert status == 401
        assert at - stopped < 1.5  # a second, and what the machine adds
        again = node.http.post("/exchange/pull", json=question, headers=session)
        assert again.status_code == 401
        hello = both.hello(challenge=_challenge(node.http))
        assert node.http.post("/exchange/session", content=hello).status_code == 401


def test_sessions_that_are_opened_at_once_all_hold_and_a_number_opens_one(both: Pair) -> None:
    desks: list[Desk] = []

    async def begin() -> None:
        desks.append(Desk(node))

    node = Node(both.pref.home)
    asyncio.run(begin())
    here = desks[0]

    def open_one(signed: bytes) -> str:
        try:
            welcome = here.open(node.exchange, signed)
        except NotPermitted:
            return ""
        return str(msgspec.json.decode(cose.peek(welcome)[1])["session"])

    for _ in range(10):
        hellos = [both.hello(challenge=here.challenge()) for _ in range(3)]
        with ThreadPoolExecutor(6) as pool:
            opened = list(pool.map(open_one, hellos * 2))
        assert sum(map(bool, opened)) == 3
        assert {one for one in opened if one} <= here._sessions.keys()
    node.exchange.stop()
    node.store.close()
    node.directory.close()


def test_a_peer_that_narrows_a_label_is_not_taken_for_an_older_copy(
    liar: Liar, victim: Victim
) -> None:
    liar.offer(whole(liar.kept()), ("pref", PUBLIC, 3))
    victim.ask()
    liar.heads = [("pref", PUBLIC, 2, -1)]
    victim.ask()
    assert victim.alerts() == []
    liar.heads = [("pref", PUBLIC, 2, 0)]
    victim.ask()
    assert "older copy" in victim.alerts()[0]


def test_a_node_that_has_nothing_to_say_yet_says_so(tmp_path: Path) -> None:
    silent, other = Hub(tmp_path / "s", "pref"), Hub(tmp_path / "o", "ministry")
    silent.meets(other)
    both = object.__new__(Pair)
    both.pref, both.ministry = silent, other
    with Served(silent.home) as node:
        session = _open(both, node.http)
        question = {"serials": {"pref": 1}}
        answer = node.http.post("/exchange/pull", json=question, headers=session)
        assert answer.status_code == 200
        assert _heads(answer.content)["heads"] == []
    silent.store.close()
    other.store.close()


def _heads(body: bytes) -> dict[str, object]:
    from noroshi.formats import Limits
    from noroshi.formats.exchange.batch import read_batch

    frames = list(read_batch([body], Limits()))
    return dict(msgspec.json.decode(frames[0][1:]))


def test_a_peer_that_is_stopped_is_not_asked_any_more(both: Pair) -> None:
    both.ministry.store.close()
    with Served(both.pref.home) as served:
        node = Node(both.ministry.home)
        node.exchange.peers.put(Peer(org="pref", url=served.url))
        pullers = Pullers(node)
        pullers.start()
        try:
            _until(lambda: "pref" in pullers.pullers and pullers.pullers["pref"].status.connected)
            hub = object.__new__(Hub)
            hub.store = node.store
            _until(lambda: hub.titles() == ["true"])
            node.exchange.peers.put(Peer(org="pref", url=served.url, stopped="key lost"))
            begun = time.monotonic()
            _until(lambda: not pullers.pullers)
            assert time.monotonic() - begun < 1.5
            both.pref.say("too late", PUBLIC, key="b")
            time.sleep(1)
            assert hub.titles() == ["true"]
        finally:
            pullers.stop()
            node.exchange.stop()
            node.store.close()
            node.directory.close()
            both.ministry = Hub(both.ministry.home, "ministry")


def _until(held: Callable[[], bool], seconds: float = 15) -> None:
    end = time.monotonic() + seconds
    while not held():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_a_stream_that_was_refused_is_asked_for_again_after_a_while(
    liar: Liar, victim: Victim, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed, "REFUSED", 0.2)
    good = whole(liar.kept())
    liar.offer([good[0], ATTACKS["tampered content"](liar)], ("pref", PUBLIC, 3))
    victim.puller.pull(0)
    victim.puller.pull(0)
    liar.offer(good[1:], ("pref", PUBLIC, 3))
    time.sleep(0.3)
    victim.puller.pull(0)
    assert victim.titles() == ["true 0", "true 1", "true 2"]


def test_a_served_node_put_back_from_an_older_copy_asks_first_and_tells_its_operator(
    both: Pair, tmp_path: Path
) -> None:
    both.pref.store.close()
    copy = tmp_path / "copy"
    shutil.copytree(both.pref.home, copy)
    lost = Hub(both.pref.home, "pref")
    lost._at = 50
    lost.say("said after the copy was made", PUBLIC, key="later")
    both.ministry.pull(lost)
    said = list(lost.store.exchange.log("pref"))
    lost.store.close()
    both.ministry.store.close()
    both.pref = Hub(copy, "pref")
    with Served(both.ministry.home) as ministry:
        both.pref.exchange.peers.put(Peer(org="ministry", url=ministry.url))
        both.pref.say("said since", PUBLIC, key="new")
        with Served(copy) as node:
            _until(lambda: len(list(both.pref.store.exchange.log("pref"))) == 3)
            assert list(both.pref.store.exchange.log("pref"))[:2] == said
            assert both.pref.titles() == ["said after the copy was made", "said since", "true"]
            open_to_all = node.http.get("/health").json()["checks"]["exchange"]
            assert open_to_all == {"ok": False}
            token = node.token("--read", "own")
            headers = {"Authorization": f"Bearer {token}"}
            told = node.http.get("/health", headers=headers).json()["checks"]["exchange"]
            assert "older copy" in told["refused"][0]["what"]
            assert told["peers"]["ministry"]["connected"] is True
            assert told["peers"]["ministry"]["behind"] == 0
            metrics = node.http.get("/metrics", headers=headers).text
            assert "noroshi_exchange_alerts 1.0" in metrics
            assert "noroshi_peers_connected 1.0" in metrics
            assert "ministry" not in metrics
        for verb, words in (("peer status", ("older copy", "pref")), ("doctor", ("serial 1",))):
            done = Command(copy)(*verb.split(), code=None)
            assert done.returncode in (0, 1)
            said = (done.stdout + done.stderr).decode()
            assert all(word in said for word in words), said
    both.ministry = Hub(both.ministry.home, "ministry")


def test_what_a_peer_kept_back_for_a_moment_comes_without_its_saying_so(
    liar: Liar, victim: Victim, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed, "AGAIN", 0.2)
    kept = liar.kept()
    liar.offer([b"W" + one.signed for one in kept], ("pref", PUBLIC, 3))
    victim.ask()
    liar.offer(whole(kept), ("pref", PUBLIC, 3))
    liar.heads = []
    time.sleep(0.3)
    victim.ask()
    assert victim.titles() == ["true 0", "true 1", "true 2"]
