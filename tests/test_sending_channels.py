"""LINE, mail, Web Push and webhooks against stand-ins that check what the real ones check."""

from __future__ import annotations

import email
import email.policy
import json
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given, settings
from hypothesis import strategies as st

import providers
from noroshi.channels.sending.door import Letter
from noroshi.channels.sending.email import Email
from noroshi.channels.sending.line import Line, messages
from noroshi.channels.sending.push import LARGEST, Push, encrypt, payload
from noroshi.channels.sending.sender import Down
from noroshi.channels.sending.webhook import Webhook
from noroshi.channels.webhooks import secret_key, signature
from noroshi.core.errors import NoroshiError
from noroshi.core.record import Mode
from noroshi.core.time import HOUR, now
from noroshi.engine import settings_people
from noroshi.store.sendings import State
from providers import TOKEN, bytes_of, decrypt

CALL = "3f2b2f5e-4d37-5a8e-9a05-9f9f2f6d1c11"
SECRET = "whsec_" + "QUJD" * 12


def letter(address: str, **more: object) -> Letter:
    given = {
        "id": 1, "contact": "c1", "address": address, "key": "k", "title": "避難指示",
        "text": "{逃|に}げてください", "link": "https://n.example/area/17202", "urgent": True,
        "mode": Mode.ACTUAL, "alert": "A", "edition": 1, "language": "ja",
        "deadline": now() + HOUR, "call": CALL, **more,
    }  # fmt: skip
    return Letter(**given)  # type: ignore[arg-type]


# --- LINE ----------------------------------------------------------------------------------------


@pytest.fixture
def line(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Line, providers.Line]]:
    monkeypatch.setenv("LINE_TOKEN", TOKEN)
    with providers.Line().serving() as api:
        one = settings_people.Line(secret_env="S", token_env="LINE_TOKEN", api=api.url)
        sender = Line(one, Mode.ACTUAL, private=True)
        yield sender, api
        sender.close()


def test_equal_texts_go_in_one_call_and_the_same_call_arrives_once(
    line: tuple[Line, providers.Line],
) -> None:
    sender, api = line
    many = [letter(f"U{n:032}") for n in range(500)]
    first = sender.send(many)
    again = sender.send(many)
    assert {one.state for one in first + again} == {State.SENT}
    assert {one.receipt for one in first + again} == {"request-0"}
    assert {len(one) for one in api.got.values()} == {1}
    assert api.got["U" + "0" * 32] == ["避難指示\n逃げてください\nhttps://n.example/area/17202"]
    assert api.calls == {"multicast": 2}


def test_where_one_of_many_is_not_taken_the_others_get_it_once(
    line: tuple[Line, providers.Line],
) -> None:
    sender, api = line
    api.nobody = {"Ux"}
    many = [letter(one, contact=one) for one in ("Ua", "Ux", "Ub")]
    for _ in range(2):
        states = [(one.state, one.gone) for one in sender.send(many)]
        assert states == [(State.SENT, False), (State.FAILED, True), (State.SENT, False)]
    assert {len(one) for one in api.got.values()} == {1}


def test_a_full_or_refusing_line_is_left_alone_for_as_long_as_it_asks(
    line: tuple[Line, providers.Line],
) -> None:
    sender, api = line
    api.next = [(429, {"Retry-After": "7"}, {"message": "too many"}), (500, {}, {})]
    with pytest.raises(Down, match="429: too many") as down:
        sender.send([letter("Ua")])
    assert down.value.after == 7
    with pytest.raises(Down, match="500"):
        sender.send([letter("Ua")])
    api.next = [(401, {}, {"message": "Authentication failed."})]
    with pytest.raises(Down, match="401"):
        sender.send([letter("Ua")])
    assert len({one["x-line-retry-key"] for one in api.requests}) == 1


@settings(max_examples=40)
@given(st.text(min_size=1, max_size=30), st.integers(1, 2500), st.sampled_from(["", "https://l"]))
def test_no_text_is_longer_than_line_takes(text: str, times: int, link: str) -> None:
    made = messages(letter("U", title="題", text=text * times, link=link))
    assert 1 <= len(made) <= 5
    for one in made:
        assert 1 <= len(one["text"].encode("utf-16-le", "surrogatepass")) // 2 <= 5000


# --- mail ----------------------------------------------------------------------------------------


@pytest.fixture
def mail() -> Iterator[tuple[Email, providers.MailServer]]:
    with providers.MailServer().serving() as server:
        one = settings_people.Mail(host="127.0.0.1", port=server.port, security="none",
                                   sender="alert@city.example")  # fmt: skip
        sender = Email(one, "架空市", lambda contact: f"https://n.example/unsubscribe/{contact}",
                       Mode.ACTUAL)  # fmt: skip
        yield sender, server
        sender.close()


def test_a_mail_says_it_in_text_and_html_and_is_ended_by_one_click(
    mail: tuple[Email, providers.MailServer],
) -> None:
    sender, server = mail
    (outcome,) = sender.send([letter("a@x.example")])
    assert (outcome.state, outcome.receipt) == (State.SENT, "queued as 7")
    found = email.message_from_bytes(server.got["a@x.example"][0], policy=email.policy.default)
    assert found["subject"] == "避難指示"
    assert found["from"].addresses[0].display_name == "架空市"
    assert found["message-id"] == f"<{CALL}@city.example>"
    assert found["list-unsubscribe"] == "<https://n.example/unsubscribe/c1>"
    assert found["list-unsubscribe-post"] == "List-Unsubscribe=One-Click"
    text, html = found.get_body(("plain",)), found.get_body(("html",))
    assert text is not None
    assert html is not None
    plain = text.get_content().replace("\r\n", "\n")
    assert plain.startswith("逃げてください\n\n詳しく: https://n.example/area/17202")
    assert "<ruby>逃<rp>(</rp><rt>に</rt>" in html.get_content()


@pytest.mark.parametrize("hostile", [
    "a@x.example\r\nBcc: b@x.example", "a@x.example, b@x.example", "a@x.example> NOTIFY=NEVER <b",
    "a@x.example\x00", "あ@x.example", "", "a@", "@x.example", "a b@x.example",
    "a@x.example\u2028b",
    "a" * 300 + "@x.example",
])  # fmt: skip
def test_an_address_that_is_more_than_one_address_gets_nothing(
    mail: tuple[Email, providers.MailServer], hostile: str
) -> None:
    sender, server = mail
    (outcome,) = sender.send([letter(hostile)])
    assert (outcome.state, outcome.gone) == (State.FAILED, True)
    assert server.got == {}


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=80), st.text(max_size=80))
def test_no_title_and_no_text_becomes_a_header(title: str, text: str) -> None:
    one = settings_people.Mail(host="localhost", security="none", sender="a@c.example")
    sender = Email(one, "x\r\nBcc: z@z.example", lambda contact: "", Mode.ACTUAL)
    hostile = letter("b@x.example", title=f"題\r\nBcc: c@x.example\n{title}",
                     text=f"\r\n.\r\nMAIL FROM:<x@y>\r\n{text}")  # fmt: skip
    from email.headerregistry import Address

    try:
        made = sender.compose(hostile, Address(addr_spec="b@x.example")).as_bytes()
    except UnicodeEncodeError:  # half of a surrogate pair: no text that was kept has one
        return
    found = email.message_from_bytes(made, policy=email.policy.default)
    assert {one.lower() for one in found} == {
        "from", "to", "subject", "date", "message-id", "content-language", "auto-submitted",
        "importance", "mime-version", "content-type",
    }  # fmt: skip
    assert b"\n.\r\n" not in made
    assert str(found["to"]) == "b@x.example"


def test_a_server_that_refuses_says_for_whom_and_for_how_long(
    mail: tuple[Email, providers.MailServer],
) -> None:
    sender, server = mail
    server.answers = ["451 try later", "554 it looks like spam"]
    found = [
        sender.send([letter(one)])[0]
        for one in ("nobody@x.example", "a@x.example", "b@x.example", "c@x.example")
    ]
    assert [(one.state, one.gone, one.error[:3]) for one in found] == [
        (State.FAILED, True, "550"), (State.WAITING, False, "451"), (State.FAILED, False, "554"),
        (State.SENT, False, ""),
    ]  # fmt: skip


def test_mail_leaves_this_machine_under_tls_only() -> None:
    one = settings_people.Mail(host="mail.example", security="none", sender="a@c.example")
    with pytest.raises(NoroshiError, match="under TLS only"):
        Email(one, "n", lambda contact: "", Mode.ACTUAL)


# --- Web Push ------------------------------------------------------------------------------------


def test_the_example_of_rfc_8291_is_encrypted_as_there() -> None:
    private = ec.derive_private_key(
        int.from_bytes(bytes_of("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"), "big"),
        ec.SECP256R1(),
    )  # fmt: skip
    browser = ec.derive_private_key(
        int.from_bytes(bytes_of("q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94"), "big"),
        ec.SECP256R1(),
    )  # fmt: skip
    auth = bytes_of("BTBZMqHH6r4Tts7J_aSIgg")
    body = encrypt(
        b"When I grow up, I want to be a watermelon",
        bytes_of("BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6S"
                 "RpkNtoIAiw4"),
        auth, sender=private, salt=bytes_of("DGv6ra1nlYgDCS1FRnbzlw"),
    )  # fmt: skip
    assert body == bytes_of(
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLoc"
        "InmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLV"
        "WGNWQexSgSxsj_Qulcy4a-fN"
    )  # fmt: skip
    assert decrypt(body, browser, auth) == b"When I grow up, I want to be a watermelon"


@pytest.fixture
def push(tmp_path: Path) -> Iterator[tuple[Push, providers.PushService]]:
    with providers.PushService().serving() as service:
        one = settings_people.Push(subject="mailto:node@city.example")
        sender = Push(one, tmp_path, Mode.ACTUAL, private=True)
        yield sender, service
        sender.close()


def test_a_browser_opens_what_was_encrypted_for_it_and_shows_it_once(
    push: tuple[Push, providers.PushService], tmp_path: Path
) -> None:
    sender, service = push
    where = service.subscribe("b1")
    for _ in range(2):
        (outcome,) = sender.send([letter(where)])
        assert outcome.state is State.SENT, outcome
    ((name, told),) = service.got["b1"].items()
    assert (told["title"], told["body"], told["id"]) == ("避難指示", "逃げてください", name)
    assert service.requests[0]["urgency"] == "high"
    assert stat.S_IMODE((tmp_path / "vapid.pem").stat().st_mode) == 0o600
    kept = Push(settings_people.Push(subject="mailto:a@b.example"), tmp_path, Mode.ACTUAL)
    assert kept.vapid.public == sender.vapid.public


def test_a_subscription_that_ended_is_not_used_again_and_a_busy_service_is_waited_for(
    push: tuple[Push, providers.PushService],
) -> None:
    sender, service = push
    where = service.subscribe("gone")
    del service.browsers["gone"]
    (gone,) = sender.send([letter(where)])
    assert (gone.state, gone.gone) == (State.FAILED, True)
    service.next = [(429, {"Retry-After": "9"}, {}), (503, {}, {})]
    waits = [sender.send([letter(where)])[0] for _ in range(2)]
    assert [(one.state, one.after) for one in waits] == [(State.WAITING, 9), (State.WAITING, None)]


@pytest.mark.parametrize("endpoint", [
    "http://169.254.169.254/latest", "http://127.0.0.1:1/x", "https://user:pass@push.example/x",
    "ftp://push.example/x", "https://10.0.0.1/x", "https://2130706433/", "file:///etc/passwd",
])  # fmt: skip
def test_an_endpoint_inside_is_never_asked(tmp_path: Path, endpoint: str) -> None:
    sender = Push(settings_people.Push(subject="mailto:a@b.example"), tmp_path, Mode.ACTUAL)
    service = providers.PushService()
    given = json.loads(service.subscribe("b")) | {"endpoint": endpoint}
    (outcome,) = sender.send([letter(json.dumps(given))])
    assert (outcome.state, outcome.gone) == (State.FAILED, True), outcome


@settings(max_examples=30)
@given(st.text(max_size=40), st.integers(1, 200), st.text(max_size=2000))
def test_a_payload_is_no_larger_than_a_push_service_takes(
    text: str, times: int, title: str
) -> None:
    data = payload(letter("x", title=title, text=text * times, link="https://n/" + "x" * 500))
    assert len(data) <= LARGEST
    json.loads(data)


# --- webhooks ------------------------------------------------------------------------------------


def test_a_webhook_is_signed_and_has_the_same_id_when_it_comes_again() -> None:
    with providers.Hooked().serving() as receiver:
        sender = Webhook(Mode.ACTUAL, private=True)
        where = json.dumps({"url": receiver.url + "/in", "secret": SECRET})
        for _ in range(2):
            assert sender.send([letter(where)])[0].state is State.RECEIVED
        ((id, bodies),) = receiver.got.items()
        assert bodies[0] == bodies[1]
        told = json.loads(bodies[0])
        assert (told["type"], told["id"], told["mode"]) == ("noroshi.alert", id, "actual")
        given = receiver.requests[0]
        stamp = int(given["webhook-timestamp"])
        assert given["webhook-signature"] == signature(secret_key(SECRET), id, stamp, bodies[0])
        receiver.next = [(410, {}, {}), (422, {}, {}), (503, {"Retry-After": "5"}, {})]
        found = [sender.send([letter(where)])[0] for _ in range(3)]
        assert [(one.state, one.gone, one.after) for one in found] == [
            (State.FAILED, True, None), (State.FAILED, False, None), (State.WAITING, False, 5),
        ]  # fmt: skip
        inside = json.dumps({"url": "http://10.0.0.1/", "secret": SECRET})
        assert Webhook(Mode.ACTUAL).send([letter(inside)])[0].gone
        sender.close()
