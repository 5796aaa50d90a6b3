"""Envelopes: read as written, refused when touched, in the one order; and batches of them."""

from __future__ import annotations

import hashlib
import tracemalloc
import zlib
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data import cases
from noroshi.core.errors import LimitExceeded, NotVerified, UnreadableMessage
from noroshi.core.label import BUILT_IN, RESPONDERS, Sharing, checked
from noroshi.core.time import HOUR
from noroshi.formats import Limits
from noroshi.formats.exchange import cbor, cose
from noroshi.formats.exchange.batch import read_batch, write_batch
from noroshi.formats.exchange.control import (
    Control,
    Recall,
    Relabel,
    read_control,
    write_control,
)
from noroshi.formats.exchange.envelope import (
    FIRST,
    Envelope,
    check_content,
    digest,
    name,
    pack,
    peek_envelope,
    read_envelope,
    unpack,
    write_envelope,
)
from noroshi.formats.exchange.identity import COMPROMISED, key_at, revoke, rotate
from noroshi.formats.exchange.keys import VerifyKeys
from signed import NEXT, NODE, THEN, damaged, envelope, identity

SIGNED = write_envelope(envelope(), NODE)
ERRORS = (NotVerified, UnreadableMessage)


def keys(origin: str, kid: bytes, time: int) -> VerifyKeys:
    assert origin == "pref-a"
    return key_at(identity(), kid, time)


def verified(signed: bytes) -> Envelope:
    """Read, whatever the envelope says of its origin and time."""
    return read_envelope(signed, lambda origin, kid, time: NODE.public)


orgs = st.from_regex(r"[a-z0-9][a-z0-9._-]{0,20}", fullmatch=True)
shas = st.binary(min_size=32, max_size=32)
atoms = orgs.map("org:{}".format) | orgs.map("group:{}".format) | orgs.map("person:{}".format)
sharings = st.builds(
    lambda audience, clearance, compartments, personal: checked(Sharing(
        tuple(map(tuple, audience)), clearance, tuple(compartments), *personal)),
    st.lists(st.lists(atoms, min_size=1, max_size=4), max_size=3), st.integers(0, 9),
    st.lists(orgs, max_size=3), st.sampled_from([(), ("resident", 0), ("resident", 86400)]),
)  # fmt: skip
labels = sharings | st.sampled_from(["public", "responders", "isut"])
envelopes = st.builds(
    lambda seq, prev, **more: Envelope(seq=seq, prev=FIRST if seq == 1 else prev, **more),
    origin=orgs, stream=st.integers(0, 2**53 - 1), seq=st.integers(1, 2**53 - 1),
    prev=shas.filter(lambda one: one != FIRST), time=st.integers(0, THEN * 2), label=labels,
    type=st.sampled_from(["editions", "control"]), media_type=st.just("application/x.y+z"),
    content=shas, size=st.integers(0, 2**31), lineage=st.lists(shas, max_size=5).map(tuple),
)  # fmt: skip


@settings(max_examples=cases(60), deadline=None)
@given(envelopes)
def test_an_envelope_is_read_as_it_was_written(one: Envelope) -> None:
    signed = write_envelope(one, NODE)
    assert verified(signed) == one
    assert peek_envelope(signed) == (one, NODE.public.kid)


def accept(packed: bytes) -> None:
    signed, content = unpack(packed)
    check_content(verified(signed), content)


def test_any_changed_byte_of_an_envelope_or_its_content_is_refused() -> None:
    content = b"content"
    packed = pack(SIGNED, content)
    assert unpack(packed) == (SIGNED, content)
    for at in range(len(packed)):
        for bit in (0, 3, 7):
            changed = bytearray(packed)
            changed[at] ^= 1 << bit
            with pytest.raises(ERRORS):
                accept(bytes(changed))


def test_content_that_was_not_signed_is_refused() -> None:
    for wrong in (b"", b"contents", b"Content", b"conten"):
        with pytest.raises(NotVerified, match="pref-a/1#1"):
            check_content(envelope(), wrong)
    check_content(envelope(), b"content")


@pytest.mark.parametrize("changes", [
    {"origin": "Pref"}, {"origin": "a/b"}, {"origin": ""}, {"origin": "a" * 64}, {"stream": -1},
    {"seq": 0}, {"seq": 2}, {"prev": b"x" * 32}, {"prev": b""}, {"time": -1}, {"time": 2**62},
    {"label": "own"}, {"label": "secret"}, {"label": Sharing(audience=(("own",),))},
    {"label": BUILT_IN[RESPONDERS]}, {"label": Sharing(audience=(("org:b", "org:a"),))},
    {"label": Sharing(clearance=10)}, {"type": "other"}, {"media_type": "text"}, {"size": 2**32},
    {"media_type": "text/x\r\nX: y"}, {"content": b"x"}, {"lineage": (b"x",)}, {"size": -1},
    {"lineage": (FIRST,) * 5000},
])  # fmt: skip
def test_what_may_not_travel_is_not_written(changes: dict[str, object]) -> None:
    with pytest.raises(ValueError):
        write_envelope(envelope(**changes), NODE)


@settings(max_examples=cases(300))
@given(st.recursive(
    st.none() | st.booleans() | st.integers(-10, 2**64) | st.binary(max_size=40)
    | st.text(max_size=20) | st.floats(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.integers(0, 12), inner),
), st.integers(1, 13))  # fmt: skip
def test_a_sender_that_signs_nonsense_is_refused(value: object, number: int) -> None:
    wire = {**cbor.read(cose.peek(SIGNED)[1], 10_000, where="test"), number: value}
    signed = cose.sign(cbor.write(wire), NODE, cose.ENVELOPE)
    try:
        one = verified(signed)
    except ERRORS:
        return
    written, _ = cose.peek(write_envelope(one, NODE))[::-1]
    assert written == cose.peek(signed)[1]


def test_an_envelope_of_a_newer_version_says_so() -> None:
    wire = {**cbor.read(cose.peek(SIGNED)[1], 10_000, where="test"), 1: 2}
    with pytest.raises(UnreadableMessage, match="version 2"):
        verified(cose.sign(cbor.write(wire), NODE, cose.ENVELOPE))


def test_an_identity_or_session_is_no_envelope() -> None:
    payload = cose.peek(SIGNED)[1]
    for context in (cose.IDENTITY, cose.SESSION, cose.ROLLOVER):
        with pytest.raises(NotVerified):
            verified(cose.sign(payload, NODE, context))


def test_old_envelopes_stay_verifiable_and_a_revoked_key_signs_no_new_ones() -> None:
    rotated = rotate(identity(), NEXT.public, THEN + HOUR, THEN + HOUR)
    old = read_envelope(SIGNED, lambda _, kid, time: key_at(rotated, kid, time))
    assert old == envelope()
    late = write_envelope(envelope(time=THEN + HOUR), NODE)
    with pytest.raises(NotVerified, match="not in force"):
        read_envelope(late, lambda _, kid, time: key_at(rotated, kid, time))
    revoked = revoke(identity(), NODE.public.kid, THEN + HOUR, COMPROMISED, THEN + HOUR)
    with pytest.raises(NotVerified, match="compromised"):
        read_envelope(SIGNED, lambda _, kid, time: key_at(revoked, kid, time))


def test_a_stream_is_a_chain() -> None:
    first = SIGNED
    second = write_envelope(envelope(seq=2, prev=digest(first)), NODE)
    assert read_envelope(second, keys).prev == hashlib.sha256(first).digest()
    assert name(verified(second)) == "pref-a/1#2"


@settings(max_examples=cases(300))
@given(st.binary(max_size=200))
def test_random_bytes_are_refused(data: bytes) -> None:
    for read in (verified, peek_envelope, read_control,
                 lambda one: verified(unpack(one)[0])):  # fmt: skip
        with pytest.raises(ERRORS):
            read(data)
    with pytest.raises(UnreadableMessage):
        list(read_batch([data], Limits()))


def test_damaged_envelopes_are_refused() -> None:
    for one in damaged(SIGNED, cases(400)):
        with pytest.raises(ERRORS):
            verified(one)


# --- control -----------------------------------------------------------------------------------

controls = (
    st.builds(Recall, st.lists(shas, min_size=1, max_size=5, unique=True).map(tuple),
              st.text(max_size=50))
    | st.builds(Relabel, labels)
)  # fmt: skip


@settings(max_examples=cases(100))
@given(controls)
def test_a_control_is_read_as_it_was_written(control: Control) -> None:
    assert read_control(write_control(control)) == control


@pytest.mark.parametrize("control", [
    Recall((), "x"), Recall((b"x",), "x"), Recall((FIRST, FIRST), "x"),
    Recall((FIRST,), "x" * 1001),
    Relabel("own"), Relabel(Sharing(audience=(("own",),))),
])  # fmt: skip
def test_a_control_that_makes_no_sense_is_not_written(control: Control) -> None:
    with pytest.raises(ValueError):
        write_control(control)


@pytest.mark.parametrize("value", [
    [], {}, 1, ["other"], ["recall"], [["recall"], [], ""], ["recall", [FIRST], "", 1],
    ["relabel", {9: 1}], ["relabel", {True: 1}], ["relabel", {1: [["own"]]}], ["relabel", None],
    ["relabel", {2: 0}], ["group", "g", "ab", 1], ["group", "g", [], True], [None, 1],
])  # fmt: skip
def test_a_control_that_nobody_writes_is_refused(value: object) -> None:
    with pytest.raises(UnreadableMessage):
        read_control(cbor.write(value))


# --- batches -----------------------------------------------------------------------------------


def pieces(data: bytes, size: int) -> Iterator[bytes]:
    return (data[at : at + size] for at in range(0, len(data), size))


@settings(max_examples=cases(60))
@given(st.lists(st.binary(min_size=1, max_size=3000), max_size=12), st.integers(1, 5000))
def test_a_batch_is_read_as_it_was_written_however_it_arrives(
    packed: list[bytes], size: int
) -> None:
    body = b"".join(write_batch(packed))
    assert list(read_batch(pieces(body, size), Limits())) == packed


def test_a_batch_cut_anywhere_gives_what_came_whole_and_then_an_error() -> None:
    packed = [bytes([number]) * 500 for number in range(1, 20)]
    body = b"".join(write_batch(packed))
    counts = set()
    for end in range(len(body)):
        read: list[bytes] = []
        with pytest.raises(UnreadableMessage):
            read.extend(read_batch(pieces(body[:end], 7), Limits()))
        assert read == packed[: len(read)]
        counts.add(len(read))
    assert {0, len(packed)} <= counts
    for more in (b"\0", b"x" * 10, body):
        with pytest.raises(UnreadableMessage, match="after its end"):
            list(read_batch([body, more], Limits()))
        with pytest.raises(UnreadableMessage, match="after its end"):
            list(read_batch([body + more], Limits()))


def test_a_damaged_batch_gives_errors_only() -> None:
    packed = [pack(SIGNED, b"content")] * 3
    for one in damaged(b"".join(write_batch(packed)), cases(300)):
        try:
            for each in read_batch(pieces(one, 100), Limits()):
                unpack(each)
        except UnreadableMessage:
            continue


def test_a_batch_is_written_and_read_in_little_memory() -> None:
    def many() -> Iterator[bytes]:
        for number in range(400):
            yield number.to_bytes(4, "big") + SIGNED * 30  # 40 MB in all

    tracemalloc.start()
    assert sum(1 for _ in read_batch(write_batch(many()), Limits())) == 400
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 3 * 2**20


BOMBS = {
    "one endless envelope": b"\x01" * 200_000_000, "a length beyond all": b"\xff" * 50_000_000,
    "many envelopes": (b"\0\0\x03\xfc" + b"x" * 1020) * 100_000, "nothing": bytes(100_000_000),
}  # fmt: skip


@pytest.mark.parametrize("what", BOMBS)
def test_a_batch_that_expands_without_end_is_stopped(what: str) -> None:
    bomb = zlib.compress(BOMBS[what], 1)
    tracemalloc.start()
    with pytest.raises(UnreadableMessage):
        for _ in read_batch([bomb], Limits(message_bytes=2**20, expanded_bytes=4 * 2**20)):
            pass
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 3 * 2**20


def test_a_batch_has_limits() -> None:
    body = b"".join(write_batch([b"x" * 5000] * 3))
    with pytest.raises(LimitExceeded):
        list(read_batch([body], Limits(message_bytes=4999)))
    with pytest.raises(LimitExceeded):
        list(read_batch([body], Limits(expanded_bytes=10_000)))
