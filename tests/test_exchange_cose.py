"""Signed twice, and verified twice or not at all."""

from __future__ import annotations

from typing import Any

import cbor2
import pytest
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from data import cases
from noroshi.core.errors import NoroshiError, NotVerified
from noroshi.formats import all_formats, recognise
from noroshi.formats.exchange import cbor, cose
from noroshi.formats.exchange.cose import ENVELOPE, IDENTITY, SESSION, peek, sign, verify
from noroshi.formats.exchange.keys import (
    VerifyKeys,
    create_keys,
    fingerprint,
    read_keys,
    write_keys,
)
from signed import NODE, OTHER, damaged

PAYLOAD = b"a payload"
SIGNED = sign(PAYLOAD, NODE, ENVELOPE)


def refused(signed: bytes, keys: VerifyKeys = NODE.public, context: str = ENVELOPE) -> str:
    with pytest.raises(NotVerified) as caught:
        verify(signed, keys, context)
    return caught.value.what


@settings(max_examples=cases(30))
@given(st.binary(max_size=2000), st.text(max_size=30))
def test_what_was_signed_verifies_and_says_the_same(payload: bytes, context: str) -> None:
    signed = sign(payload, NODE, context)
    assert verify(signed, NODE.public, context) == payload
    assert peek(signed) == (NODE.public.kid, payload)


def test_it_is_cose_as_others_read_it() -> None:
    """RFC 9052 §4.1 and §4.4, RFC 9864, RFC 9964, checked without the code under test."""
    tag = cbor2.loads(SIGNED)
    assert tag.tag == 98
    protected, unprotected, payload, signatures = tag.value
    assert (protected, unprotected, payload) == (b"", {}, PAYLOAD)
    loaded = NODE.public.loaded()
    for (header, bare, signature), alg, key in zip(signatures, (-19, -49), loaded, strict=True):
        assert (cbor2.loads(header), bare) == ({1: alg, 4: NODE.public.kid}, {})
        structure = ["Signature", b"", header, ENVELOPE.encode(), PAYLOAD]
        key.verify(signature, cbor2.dumps(structure, canonical=True))


def test_any_changed_byte_is_refused() -> None:
    for at in range(len(SIGNED)):
        changed = bytearray(SIGNED)
        changed[at] ^= 1 << (at % 8)
        refused(bytes(changed))


@pytest.mark.parametrize("cut", [0, 1, 2, 100, len(SIGNED) - 1])
def test_a_cut_or_longer_one_is_refused(cut: int) -> None:
    refused(SIGNED[:cut])
    refused(SIGNED + SIGNED[cut : cut + 1])


def test_one_purpose_never_serves_for_another() -> None:
    for context in (IDENTITY, SESSION, "", ENVELOPE + "\0"):
        refused(SIGNED, context=context)


def test_other_keys_do_not_verify_it() -> None:
    refused(SIGNED, OTHER.public)
    for mixed in (VerifyKeys(NODE.public.ed25519, OTHER.public.ml_dsa),
                  VerifyKeys(OTHER.public.ed25519, NODE.public.ml_dsa)):  # fmt: skip
        refused(SIGNED, mixed)


def build(
    *signatures: Any, protected: bytes = b"", unprotected: Any = None, tag: int = 98
) -> bytes:
    value = [protected, unprotected or {}, PAYLOAD, list(signatures)]
    return cbor2.dumps(cbor2.CBORTag(tag, value), canonical=True)


def signature(alg: Any, key: Any, more: dict[Any, Any] | None = None, kid: Any = None) -> list[Any]:
    header = cbor.write({1: alg, 4: kid or NODE.public.kid, **(more or {})})
    return [header, {}, key.sign(cose._to_sign(header, PAYLOAD, ENVELOPE))]


ED = signature(-19, NODE.ed25519)
ML = signature(-49, NODE.ml_dsa)


def test_both_signatures_by_hand_verify() -> None:
    assert verify(build(ED, ML), NODE.public, ENVELOPE) == PAYLOAD


@pytest.mark.parametrize("signed", {
    "none": build(), "only Ed25519": build(ED), "only ML-DSA-65": build(ML),
    "three": build(ED, ML, ML), "Ed25519 twice": build(ED, ED), "ML-DSA-65 twice": build(ML, ML),
    "in another order": build(ML, ED),
    "one by another": build(signature(-19, OTHER.ed25519), ML),
    "the other by another": build(ED, signature(-49, OTHER.ml_dsa)),
    "EdDSA, which leaves the curve open": build(signature(-8, NODE.ed25519), ML),
    "a weaker ML-DSA": build(ED, signature(-48, MLDSA44PrivateKey.generate())),
    "one algorithm under the other's name": build(signature(-49, NODE.ed25519), ML),
    "a critical header": build(signature(-19, NODE.ed25519, {2: ["noroshi"]}), ML),
    "an unknown header": build(signature(-19, NODE.ed25519, {99: 1}), ML),
    "key ids that differ": build(ED, signature(-49, NODE.ml_dsa, kid=OTHER.public.kid)),
    "a key id of another length": build(*(signature(alg, key, kid=b"x") for alg, key in (
        (-19, NODE.ed25519), (-49, NODE.ml_dsa)))),
    "an unprotected header": build([ED[0], {1: -19}, ED[2]], ML),
    "a protected body header": build(ED, ML, protected=cbor.write({1: -19})),
    "an empty map as header": build(ED, ML, protected=b"\xa0"),
    "an unprotected body header": build(ED, ML, unprotected={4: b"x"}),
    "COSE_Sign1": build(ED, ML, tag=18), "no tag": build(ED, ML)[2:],
    "a tag about it": b"\xd9\xd9\xf7" + build(ED, ML),
    "a longer length than needed": build(ED, ML).replace(b"I" + PAYLOAD, b"\x58\x09" + PAYLOAD),
}.items(), ids=lambda pair: pair[0])  # fmt: skip
def test_nothing_else_than_these_two_signatures_is_accepted(signed: tuple[str, bytes]) -> None:
    refused(signed[1])


def test_every_tag_is_refused_before_it_acts() -> None:
    for tag in [*range(300), 1004, 43000, 55799, 2**64 - 1]:
        for inside in (cbor2.dumps("(a+)+$"), b"\x80", b"\x00", b"\xd8\x1d\x00"):
            head = cbor2.dumps(cbor2.CBORTag(tag, 0))[:-1]
            with pytest.raises(NoroshiError):
                cbor.read(b"\x81" + head + inside, 1000, where="test")


@pytest.mark.parametrize("data", [
    b"", b"\x18\x01", b"\x9f\x01\xff", b"\xa2\x01\x01\x01\x02", b"\xa2\x02\x01\x01\x01",
    b"\x01\x02",
    b"\x5b\x00\x00\x00\x01\x00\x00\x00\x00", b"\x9b\x00\x00\x00\x01\x00\x00\x00\x00",
    b"\x81" * 10_000, b"\x62\xed\xa0", b"\xfb\x3f\xf0\x00\x00\x00\x00\x00\x00",
])  # fmt: skip
def test_cbor_that_is_not_deterministic_is_refused(data: bytes) -> None:
    with pytest.raises(NoroshiError):
        cbor.read(data, 100_000, where="test")


@settings(max_examples=cases(300))
@given(st.binary(max_size=300))
def test_random_bytes_are_refused(data: bytes) -> None:
    refused(data)
    refused(b"\xd8\x62" + data)


def test_damaged_ones_are_refused() -> None:
    for one in damaged(SIGNED, cases(400)):
        refused(one)


def test_a_key_file_is_read_as_it_was_written() -> None:
    for passphrase in (None, b"six words that nobody else knows"):
        data = write_keys(NODE, passphrase)
        assert read_keys(data, passphrase).public == NODE.public
        assert (b"ENCRYPTED" in data) is (passphrase is not None)


def test_a_key_file_opens_with_its_passphrase_only() -> None:
    data = write_keys(NODE, b"right")
    for wrong in (b"wrong", None, b""):
        with pytest.raises(NoroshiError, match="cannot be opened"):
            read_keys(data, wrong)


def test_anything_else_is_not_a_key_file() -> None:
    data = write_keys(NODE)
    first, second = data.split(b"-----END PRIVATE KEY-----\n")[:2]
    end = b"-----END PRIVATE KEY-----\n"
    for wrong in (b"", b"x", first + end, second + end + first + end, (first + end) * 2, data * 2,
                  data.replace(b"MC4", b"MC5"), b"\xff" * 100_000):  # fmt: skip
        with pytest.raises(NoroshiError):
            read_keys(wrong)
    for one in damaged(data, cases(200)):
        try:
            read_keys(one)
        except NoroshiError:
            continue


def test_a_fingerprint_is_for_people_and_begins_with_the_key_id() -> None:
    keys = create_keys().public
    groups = fingerprint(keys).split()
    assert [len(group) for group in groups] == [4] * 16
    assert bytes.fromhex("".join(groups[:4])) == keys.kid


def test_signed_bytes_are_never_an_ordinary_message() -> None:
    assert recognise(SIGNED) is None
    assert "exchange" not in all_formats()
