"""Who an organisation is, which keys are its, and what may stand in its place."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from data import cases
from noroshi.core.errors import NotVerified, UnreadableMessage
from noroshi.core.time import DAY, HOUR
from noroshi.formats.exchange import cbor, cose
from noroshi.formats.exchange.identity import (
    COMPROMISED,
    Identity,
    Key,
    _to_wire,
    follows,
    key_at,
    read_identity,
    revoke,
    roll_over,
    rotate,
    write_identity,
    write_rollover,
)
from noroshi.formats.exchange.keys import VerifyKeys
from signed import NEXT, NODE, OTHER, ROOT, THEN, damaged, identity

ONE = identity()
DOCUMENT = write_identity(ONE, ROOT)
TWO = rotate(ONE, NEXT.public, THEN + DAY, THEN + HOUR)
KID, NEXT_KID = NODE.public.kid, NEXT.public.kid


def refused(new: Identity, old: Identity) -> str:
    with pytest.raises(NotVerified) as caught:
        follows(new, old)
    return caught.value.what


names = st.text(max_size=40)
times = st.integers(THEN, THEN + 1000 * DAY)


@settings(max_examples=cases(20))
@given(names, names, names, st.integers(1, 2**53 - 1), times, times)
def test_an_identity_is_read_as_it_was_written(
    ja: str, en: str, contact: str, serial: int, issued: int, until: int
) -> None:
    one = identity(name_ja=ja, name_en=en, contact=contact, serial=serial, issued=issued,
                   keys=(Key(NODE.public, THEN, until), Key(NEXT.public, until)))  # fmt: skip
    data = write_identity(one, ROOT)
    assert read_identity(data) == one
    assert read_identity(data, ROOT.public) == one


def test_it_is_refused_under_another_root_than_the_one_accepted() -> None:
    with pytest.raises(NotVerified, match="another root") as caught:
        read_identity(DOCUMENT, OTHER.public)
    assert "accepted" in caught.value.remedy
    with pytest.raises(ValueError, match="another root"):
        write_identity(ONE, OTHER)


def test_any_changed_byte_is_refused() -> None:
    for at in range(len(DOCUMENT)):
        changed = bytearray(DOCUMENT)
        changed[at] ^= 1 << (at % 8)
        with pytest.raises((NotVerified, UnreadableMessage)):
            read_identity(bytes(changed))


def test_damaged_and_random_bytes_are_refused() -> None:
    for one in damaged(DOCUMENT, cases(300)):
        with pytest.raises((NotVerified, UnreadableMessage)):
            read_identity(one)


@settings(max_examples=cases(200))
@given(st.recursive(
    st.none() | st.booleans() | st.integers(-10, 2**64) | st.binary(max_size=40)
    | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.integers(0, 12), inner),
), st.integers(1, 11))  # fmt: skip
def test_a_root_that_signs_nonsense_is_told_so(value: object, number: int) -> None:
    wire = {**_to_wire(ONE), number: value}
    signed = cose.sign(cbor.write(wire), ROOT, cose.IDENTITY)
    try:
        read = read_identity(signed)
    except (NotVerified, UnreadableMessage):
        return
    assert cbor.write(_to_wire(read)) == cbor.write(wire)


@pytest.mark.parametrize("changes", [
    {"org": "Pref A"}, {"org": "../a"}, {"org": ""}, {"org": "a\n"}, {"serial": 0}, {"keys": ()},
    {"nodes": ("javascript:alert(1)",)}, {"nodes": ("https://a b/",)},
    {"keys": (Key(NODE.public, THEN), Key(NODE.public, THEN))},
    {"keys": (Key(NODE.public, THEN), Key(NEXT.public, THEN - 1))},
    {"keys": (Key(NODE.public, THEN, THEN - 1),)}, {"keys": (Key(ROOT.public, THEN),)},
    {"keys": (Key(NODE.public, THEN, revoked=THEN),)},
    {"keys": (Key(NODE.public, THEN, reason="x"),)},
    {"keys": (Key(VerifyKeys(b"short", b"short"), THEN),)}, {"name_ja": "甲" * 501},
])  # fmt: skip
def test_what_makes_no_sense_is_not_written(changes: dict[str, object]) -> None:
    with pytest.raises(ValueError):
        write_identity(identity(**changes), ROOT)


def test_rotation_leaves_what_the_older_key_signed_verifiable() -> None:
    assert follows(read_identity(write_identity(TWO, ROOT)), ONE) == TWO
    assert key_at(TWO, KID, THEN + DAY - 1) == NODE.public
    assert key_at(TWO, NEXT_KID, THEN + DAY) == NEXT.public
    for kid, time in ((KID, THEN + DAY), (NEXT_KID, THEN + DAY - 1), (KID, THEN - 1)):
        with pytest.raises(NotVerified, match="not in force"):
            key_at(TWO, kid, time)
    with pytest.raises(NotVerified, match="not a key of"):
        key_at(TWO, OTHER.public.kid, THEN)


def test_a_revoked_key_verifies_nothing_from_then_on() -> None:
    revoked = revoke(ONE, KID, THEN + HOUR, "lost", THEN + HOUR)
    assert follows(revoked, ONE) is revoked
    assert key_at(revoked, KID, THEN + HOUR - 1) == NODE.public
    with pytest.raises(NotVerified, match="revoked: lost"):
        key_at(revoked, KID, THEN + HOUR)


def test_a_compromised_key_verifies_nothing_at_all() -> None:
    revoked = revoke(ONE, KID, THEN + HOUR, COMPROMISED, THEN + HOUR)
    for time in (THEN, THEN + HOUR - 1, THEN + HOUR):
        with pytest.raises(NotVerified, match="compromised"):
            key_at(revoked, KID, time)
    again = revoke(revoked, KID, THEN + DAY, "lost", THEN + DAY)
    assert again.keys[0].reason == COMPROMISED
    assert again.keys[0].revoked == THEN + HOUR


def test_history_is_never_dropped_or_mended() -> None:
    later = replace(TWO, serial=9)
    gone = revoke(TWO, KID, THEN + HOUR, COMPROMISED, THEN + DAY)
    old_key, new_key = TWO.keys
    assert "missing" in refused(replace(later, keys=(new_key,)), TWO)
    assert "beginning" in refused(replace(later, keys=(replace(old_key, since=0), new_key)), TWO)
    assert "goes on" in refused(replace(later, keys=(replace(old_key, until=0), new_key)), TWO)
    longer = replace(old_key, until=THEN + 2 * DAY)
    assert "goes on" in refused(replace(later, keys=(longer, new_key)), TWO)
    later = replace(later, issued=THEN + DAY)
    assert "revoked" in refused(replace(later, keys=TWO.keys), gone)
    milder = replace(gone.keys[0], reason="lost")
    assert "compromised" in refused(replace(later, keys=(milder, new_key)), gone)


def test_only_what_is_newer_and_of_the_same_organisation_follows() -> None:
    assert "not newer" in refused(ONE, ONE)
    assert "not newer" in refused(ONE, TWO)
    assert "organisation" in refused(replace(TWO, org="pref-b"), ONE)
    assert "before" in refused(replace(TWO, issued=THEN - 1), ONE)
    stolen = replace(TWO, root=OTHER.public)
    assert "root" in refused(read_identity(write_identity(stolen, OTHER)), ONE)


def test_a_root_hands_over_to_the_next_and_only_that_one() -> None:
    new = roll_over(ONE, ROOT, OTHER.public, THEN + DAY)
    data = write_identity(new, OTHER)
    assert follows(read_identity(data), ONE) == new
    assert read_identity(data, ROOT.public) == new
    with pytest.raises(NotVerified):
        read_identity(data, NEXT.public)
    dropped = replace(new, serial=9, rollovers=())
    assert "history of its roots" in refused(dropped, new)
    back = replace(ONE, serial=9, issued=THEN + 2 * DAY)
    assert "root" in refused(back, new)


def test_a_peer_that_missed_a_rollover_follows_through_the_next() -> None:
    second = roll_over(ONE, ROOT, OTHER.public, THEN + DAY)
    third = roll_over(second, OTHER, NEXT.public, THEN + 2 * DAY)
    third = replace(third, keys=(Key(NODE.public, THEN),))
    assert follows(read_identity(write_identity(third, NEXT), ROOT.public), ONE) == third


def test_a_root_cannot_be_introduced_by_anyone_else_or_for_another_organisation() -> None:
    forged = write_rollover("pref-a", OTHER, OTHER.public)
    elsewhere = write_rollover("pref-b", ROOT, OTHER.public)
    for introduction in (forged, elsewhere, b"", b"x", forged[:-1]):
        new = replace(TWO, root=OTHER.public, rollovers=(introduction,))
        assert "root" in refused(read_identity(write_identity(new, OTHER)), ONE)
    with pytest.raises(ValueError, match="present root"):
        roll_over(ONE, OTHER, NEXT.public, THEN)
