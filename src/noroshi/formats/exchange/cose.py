"""COSE_Sign (RFC 9052 §4.1) with exactly two signatures: Ed25519, then ML-DSA-65.

    98([h'', {}, payload, [[<< {1: -19, 4: kid} >>, {}, ed25519],
                           [<< {1: -49, 4: kid} >>, {}, ml_dsa]]])

`alg` is -19 (Ed25519, RFC 9864; the older -8 leaves the curve open and is deprecated) and -49
(ML-DSA-65, RFC 9964, with its empty context string); `kid` is the id of the pair. Each signature
is over the Sig_structure of RFC 9052 §4.4 with the context as external_aad.

There is one spelling of a signed message and no choice in it: the verifier writes down what it
must find around payload and signatures and compares. So a header more, critical or not, a
signature less, more, twice or in another order, another algorithm or encoding are all refused,
and nothing can be negotiated down.
"""

from __future__ import annotations

from functools import lru_cache

from cryptography.exceptions import InvalidSignature

from noroshi.core.errors import NotVerified, UnreadableMessage
from noroshi.formats.exchange import cbor
from noroshi.formats.exchange.keys import KID_BYTES, SigningKeys, VerifyKeys

#: What a signature is for. One made for one purpose never verifies for another.
ENVELOPE = "noroshi envelope"
IDENTITY = "noroshi identity"
ROLLOVER = "noroshi root rollover"
SESSION = "noroshi session"

#: The most that is signed at once. Contents are signed by their hash.
MOST_PAYLOAD = 4 * 2**20

_ED25519, _ML_DSA_65 = -19, -49
_ED25519_SIGNATURE, _ML_DSA_SIGNATURE = 64, 3309
_TAG = b"\xd8\x62"  # 98
_REST = 3_500


@lru_cache(maxsize=1024)
def _headers(kid: bytes) -> tuple[bytes, bytes]:
    """The protected headers of both signatures."""
    return cbor.write({1: _ED25519, 4: kid}), cbor.write({1: _ML_DSA_65, 4: kid})


def _to_sign(header: bytes, payload: bytes, context: str) -> bytes:
    return cbor.write(["Signature", b"", header, context.encode(), payload])


def sign(payload: bytes, keys: SigningKeys, context: str) -> bytes:
    """`payload` signed twice, for the purpose `context`. Raises ValueError where it is too big."""
    if len(payload) > MOST_PAYLOAD:
        raise ValueError(f"{len(payload)} bytes are more than {MOST_PAYLOAD}")
    first, second = _headers(keys.public.kid)
    signatures = [
        [first, {}, keys.ed25519.sign(_to_sign(first, payload, context))],
        [second, {}, keys.ml_dsa.sign(_to_sign(second, payload, context))],
    ]
    return _TAG + cbor.write([b"", {}, payload, signatures])


def peek(signed: bytes) -> tuple[bytes, bytes]:
    """The key id and the payload, nothing of it verified. Raises NotVerified for what is not a
    message signed twice."""
    kid, payload, _, _ = _parts(signed)
    return kid, payload


def verify(signed: bytes, public_keys: VerifyKeys, context: str) -> bytes:
    """The payload, if both of `public_keys` signed it for the purpose `context`.

    Raises NotVerified.
    """
    kid, payload, ed25519, ml_dsa = _parts(signed)
    if kid != public_keys.kid:
        raise NotVerified(f"signed with the key {kid.hex()}, not {public_keys.kid.hex()}")
    first, second = _headers(kid)
    ed25519_key, ml_dsa_key = public_keys.loaded()
    try:
        ed25519_key.verify(ed25519, _to_sign(first, payload, context))
    except InvalidSignature:
        raise NotVerified("the Ed25519 signature is wrong", where=context) from None
    try:
        ml_dsa_key.verify(ml_dsa, _to_sign(second, payload, context))
    except InvalidSignature:
        raise NotVerified("the ML-DSA-65 signature is wrong", where=context) from None
    return payload


def _parts(signed: bytes) -> tuple[bytes, bytes, bytes, bytes]:
    """Key id, payload and both signatures of a message that is exactly as `sign` writes it."""
    try:
        if not signed.startswith(_TAG):
            raise NotVerified("not a COSE_Sign message")
        value = cbor.read(signed[len(_TAG) :], MOST_PAYLOAD + _REST, where="COSE_Sign")
        protected, unprotected, payload, ((first, none, ed25519), (second, nothing, ml_dsa)) = value
        kid = cbor.read(first, 64, where="COSE_Sign")[4]
    except UnreadableMessage as error:
        raise NotVerified(error.what, where=error.where) from None
    except (TypeError, ValueError, LookupError):
        raise NotVerified("not a COSE_Sign message with two signatures") from None
    if (
        (protected, unprotected, none, nothing) != (b"", {}, {}, {})
        or not isinstance(kid, bytes)
        or len(kid) != KID_BYTES
        or (first, second) != _headers(kid)
        or not (isinstance(payload, bytes) and len(payload) <= MOST_PAYLOAD)
        or not (isinstance(ed25519, bytes) and len(ed25519) == _ED25519_SIGNATURE)
        or not (isinstance(ml_dsa, bytes) and len(ml_dsa) == _ML_DSA_SIGNATURE)
    ):
        raise NotVerified("other headers or signatures than Ed25519 and ML-DSA-65")
    return kid, payload, ed25519, ml_dsa
