"""An organisation's identity: who it is, where its node is, and which keys have ever been its.

The document is signed by the *root* pair, which stays offline; the *operational* pairs in it sign
what the node sends. It is self-certified: the root's public keys are inside, and what makes them
trusted is that two people compared their fingerprint (`keys.fingerprint`). A later document
replaces an earlier one only if it `follows` it.

A map with integer keys (RFC 8949 §4.2): 1 version 1, 2 org, 3 name in Japanese, 4 name in English,
5 contact, 6 serial, 7 issued, 8 URLs of its nodes, 9 keys, 10 root, 11 rollovers. A key is
[ed25519, ml_dsa, since, until, revoked, reason], a root [ed25519, ml_dsa]; 0 as `until` or
`revoked` is never. A rollover is a signed message of its own (`write_rollover`). Times are
microseconds since 1970 UTC.
"""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from msgspec.structs import replace

from noroshi.core.errors import NotVerified, UnreadableMessage
from noroshi.formats.exchange import cbor, cose
from noroshi.formats.exchange.envelope import Number, Org, Time
from noroshi.formats.exchange.keys import (
    ED25519_BYTES,
    ML_DSA_BYTES,
    SigningKeys,
    VerifyKeys,
    fingerprint,
)

VERSION = 1
#: The reason after which nothing that a key ever signed verifies.
COMPROMISED = "compromised"
MOST_BYTES = cose.MOST_PAYLOAD
_MOST_KEYS = 1_000
_MOST_ROLLOVERS = 100

_Text = Annotated[str, msgspec.Meta(max_length=500)]


class Key(msgspec.Struct, frozen=True, array_like=True):
    """A pair of operational keys. It is valid from `since` to before `until` (0: open), and where
    it is `revoked` (0: not) for nothing from that time on; for nothing at all if `reason` is
    "compromised", since whoever has the key can write any time they like."""

    keys: VerifyKeys
    since: Time
    until: Time = 0
    revoked: Time = 0
    reason: _Text = ""


class Identity(msgspec.Struct, frozen=True):
    """See above. `keys` are in order of `since` and never leave; the newest one in force signs."""

    org: Org
    name_ja: _Text
    name_en: _Text
    contact: _Text
    serial: Number
    issued: Time
    nodes: Annotated[tuple[_Text, ...], msgspec.Meta(max_length=50)]
    keys: Annotated[tuple[Key, ...], msgspec.Meta(max_length=_MOST_KEYS)]
    root: VerifyKeys
    rollovers: Annotated[tuple[bytes, ...], msgspec.Meta(max_length=_MOST_ROLLOVERS)] = ()


def write_identity(identity: Identity, root_keys: SigningKeys) -> bytes:
    """The identity document, signed by the root. Raises ValueError where these are other keys than
    its root, or `read_identity` would refuse it."""
    if identity.root != root_keys.public:
        raise ValueError("the identity names another root than the one that signs it")
    payload = cbor.write(_to_wire(identity))
    try:
        _read(payload)
    except UnreadableMessage as error:
        raise ValueError(error.what) from None
    return cose.sign(payload, root_keys, cose.IDENTITY)


def read_identity(data: bytes, root: VerifyKeys | None = None) -> Identity:
    """The identity, if the root in it signed it; with `root`, only if that is this one, or one
    that this one introduced (a rollover).

    Without `root` it says no more than "whoever holds this root says so": show
    `fingerprint(identity.root)` to a person, who compares it with what the other side reads out.
    Raises NotVerified, or UnreadableMessage where what was signed is no identity.
    """
    if len(data) > MOST_BYTES:
        raise UnreadableMessage(f"an identity of {len(data)} bytes is more than {MOST_BYTES}")
    _, payload = cose.peek(data)
    identity = _read(payload)
    cose.verify(data, identity.root, cose.IDENTITY)
    if root is not None and not _leads(identity, root):
        raise NotVerified(
            "signed by another root than the one that was accepted", where=identity.org,
            remedy=f"now {fingerprint(identity.root)}; accepted {fingerprint(root)}",
        )  # fmt: skip
    return identity


def follows(new: Identity, old: Identity) -> Identity:
    """`new`, if it may stand in the place of `old`; both have been read and so verified.

    It must be of the same organisation and root (or a root that the old one introduced), with a
    higher serial, and its history must go on from the old one's: no key that was listed is
    missing or altered, and no end or revocation is lifted or put off. Raises NotVerified.
    """

    def refuse(what: str) -> NotVerified:
        return NotVerified(what, where=f"{new.org} serial {new.serial}")

    if new.org != old.org:
        raise refuse(f"the identity of another organisation than {old.org}")
    if new.serial <= old.serial:
        raise refuse(f"not newer than serial {old.serial}")
    if new.issued < old.issued:
        raise refuse("issued before the one it replaces")
    if not _leads(new, old.root):
        raise refuse("signed by a root that the one before it did not introduce")
    if new.rollovers[: len(old.rollovers)] != old.rollovers:
        raise refuse("the history of its roots is not what it was")
    listed = {key.keys: key for key in new.keys}
    for was in old.keys:
        now = listed.get(was.keys)
        if now is None:
            raise refuse(f"the key {was.keys.kid.hex()} is missing from its history")
        if now.since != was.since:
            raise refuse(f"the key {was.keys.kid.hex()} has another beginning")
        if was.until and not 0 < now.until <= was.until:
            raise refuse(f"the key {was.keys.kid.hex()} had ended and goes on")
        if was.revoked and not 0 < now.revoked <= was.revoked:
            raise refuse(f"the key {was.keys.kid.hex()} was revoked and is not")
        if was.reason == COMPROMISED != now.reason:
            raise refuse(f"the key {was.keys.kid.hex()} was compromised and is not")
    return new


def key_at(identity: Identity, kid: bytes, time: int) -> VerifyKeys:
    """The keys called `kid`, if what they signed at `time` is to be believed. Raises NotVerified.

    Rotation leaves what an older key signed in its time verifiable.
    """
    where = f"{identity.org} key {kid.hex()}"
    found = next((key for key in identity.keys if key.keys.kid == kid), None)
    if found is None:
        raise NotVerified("not a key of this organisation", where=where)
    if found.revoked and found.reason == COMPROMISED:
        raise NotVerified("the key was compromised: nothing it signed is believed", where=where)
    if found.revoked and time >= found.revoked:
        raise NotVerified(f"the key was revoked: {found.reason}", where=where)
    if time < found.since or (found.until and time >= found.until):
        raise NotVerified("the key was not in force at that time", where=where)
    return found.keys


def rotate(identity: Identity, keys: VerifyKeys, at: int, issued: int) -> Identity:
    """The identity with `keys` in force from `at`, and every open key ending then."""
    ended = tuple(replace(key, until=key.until or max(at, key.since)) for key in identity.keys)
    return replace(
        identity, serial=identity.serial + 1, issued=issued, keys=(*ended, Key(keys, at))
    )


def revoke(identity: Identity, kid: bytes, at: int, reason: str, issued: int) -> Identity:
    """The identity with the key `kid` revoked from `at`; with the reason "compromised" for
    everything it ever signed. Raises ValueError where there is no such key."""
    if not any(key.keys.kid == kid for key in identity.keys):
        raise ValueError(f"{identity.org} has no key {kid.hex()}")
    keys = tuple(
        replace(key, revoked=min(at, key.revoked or at),
                reason=COMPROMISED if key.reason == COMPROMISED else reason)
        if key.keys.kid == kid else key
        for key in identity.keys
    )  # fmt: skip
    return replace(identity, serial=identity.serial + 1, issued=issued, keys=keys)


def roll_over(identity: Identity, old: SigningKeys, new: VerifyKeys, issued: int) -> Identity:
    """The identity under the root `new`, which the root `old` introduces: to be signed by `new`.
    Raises ValueError where `old` is not its root."""
    if identity.root != old.public:
        raise ValueError("only the present root can introduce the next one")
    introduction = write_rollover(identity.org, old, new)
    return replace(
        identity, serial=identity.serial + 1, issued=issued, root=new,
        rollovers=(*identity.rollovers, introduction),
    )  # fmt: skip


def write_rollover(org: str, old: SigningKeys, new: VerifyKeys) -> bytes:
    """The old root's word that the new one is its successor: [org, old root, new root], signed."""
    value = [org, _pair(old.public), _pair(new)]
    return cose.sign(cbor.write(value), old, cose.ROLLOVER)


def _leads(identity: Identity, root: VerifyKeys) -> bool:
    """True if `root` is the identity's, or introduced it through its rollovers, one by one."""
    at = root
    for introduction in identity.rollovers:
        try:
            _, payload = cose.peek(introduction)
            org, was, becomes = cbor.read(payload, 8192, where="rollover")
            if org != identity.org or was != _pair(at):
                continue
            cose.verify(introduction, at, cose.ROLLOVER)
            at = _keys(becomes)
        except (NotVerified, UnreadableMessage, ValueError, TypeError):
            return False
    return at == identity.root


def _pair(keys: VerifyKeys) -> list[bytes]:
    return [keys.ed25519, keys.ml_dsa]


def _keys(value: Any) -> VerifyKeys:
    ed25519, ml_dsa = value
    if not (isinstance(ed25519, bytes) and len(ed25519) == ED25519_BYTES):
        raise ValueError("not a public key of Ed25519")
    if not (isinstance(ml_dsa, bytes) and len(ml_dsa) == ML_DSA_BYTES):
        raise ValueError("not a public key of ML-DSA-65")
    return VerifyKeys(ed25519, ml_dsa)


def _to_wire(identity: Identity) -> dict[int, Any]:
    keys = [
        [*_pair(key.keys), key.since, key.until, key.revoked, key.reason] for key in identity.keys
    ]
    return {
        1: VERSION, 2: identity.org, 3: identity.name_ja, 4: identity.name_en,
        5: identity.contact, 6: identity.serial, 7: identity.issued, 8: list(identity.nodes),
        9: keys, 10: _pair(identity.root), 11: list(identity.rollovers),
    }  # fmt: skip


def _read(payload: bytes) -> Identity:
    value = cbor.read(payload, MOST_BYTES, where="identity")
    if not isinstance(value, dict) or tuple(value) != tuple(range(1, 12)):
        raise UnreadableMessage("not an identity", where="identity")
    if value[1] != VERSION or type(value[1]) is not int:
        raise UnreadableMessage(f"an identity of version {value[1]!r}", where="identity")
    try:
        value[9] = [[_keys((ed25519, ml_dsa)), *rest] for ed25519, ml_dsa, *rest in value[9]]
        value[10] = _keys(value[10])
        _, *values = value.values()
        fields = dict(zip(Identity.__struct_fields__, values, strict=True))
        identity = msgspec.convert(fields, Identity)
        _check(identity)
        if cbor.write(_to_wire(identity)) != payload:
            raise ValueError("a key of the identity is not in its one written form")
    except (ValueError, TypeError) as error:  # msgspec's errors are ValueErrors
        raise UnreadableMessage(str(error), where="identity") from None
    return identity


def _check(identity: Identity) -> None:
    """What the types cannot say. Raises ValueError."""
    if not identity.keys:
        raise ValueError("an identity without a key")
    if len({key.keys.kid for key in identity.keys}) < len(identity.keys):
        raise ValueError("a key is listed twice")
    if any(key.keys == identity.root for key in identity.keys):
        raise ValueError("the root signs identities and nothing else")
    if list(identity.keys) != sorted(identity.keys, key=lambda key: key.since):
        raise ValueError("keys are listed in order of their beginning")
    for key in identity.keys:
        if key.until and key.until < key.since:
            raise ValueError("a key that ends before it begins")
        if bool(key.revoked) != bool(key.reason):
            raise ValueError("a key is revoked at a time and for a reason")
    for url in identity.nodes:
        if not url.startswith(("https://", "http://")) or not url.isprintable() or " " in url:
            raise ValueError(f"{url!r} is not the URL of a node")
