"""Pairs of keys: Ed25519 (RFC 8032) and ML-DSA-65 (FIPS 204), always both.

One breaks if elliptic curves fall to a quantum computer, the other if lattices turn out weaker
than believed; a signature of ours stands while either holds.
"""

from __future__ import annotations

import hashlib
import re
from functools import lru_cache

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA65PrivateKey, MLDSA65PublicKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from noroshi.core.errors import NoroshiError, NotVerified

KID_BYTES = 8
ED25519_BYTES = 32
ML_DSA_BYTES = 1952
#: A key file is two short PEM blocks.
_MOST_FILE = 16 * 1024
_PEM = re.compile(rb"-----BEGIN [A-Z ]+-----.*?-----END [A-Z ]+-----", re.DOTALL)


class VerifyKeys(msgspec.Struct, frozen=True):
    """The public pair, raw: 32 bytes of Ed25519 and 1,952 of ML-DSA-65."""

    ed25519: bytes
    ml_dsa: bytes

    @property
    def kid(self) -> bytes:
        """The key id: the first 8 bytes of the SHA-256 of both public keys."""
        return _digest(self)[:KID_BYTES]

    def loaded(self) -> tuple[Ed25519PublicKey, MLDSA65PublicKey]:
        """The pair, ready to verify. Raises NotVerified where these are no such keys."""
        return _load(self)


class SigningKeys(msgspec.Struct, frozen=True):
    """The private pair, and its public one."""

    ed25519: Ed25519PrivateKey
    ml_dsa: MLDSA65PrivateKey
    public: VerifyKeys


@lru_cache(maxsize=1024)
def _digest(keys: VerifyKeys) -> bytes:
    return hashlib.sha256(keys.ed25519 + keys.ml_dsa).digest()


# An unpacked ML-DSA key is some 40 kB: enough for every peer, not for whatever is invented.
@lru_cache(maxsize=256)
def _load(keys: VerifyKeys) -> tuple[Ed25519PublicKey, MLDSA65PublicKey]:
    try:
        return (
            Ed25519PublicKey.from_public_bytes(keys.ed25519),
            MLDSA65PublicKey.from_public_bytes(keys.ml_dsa),
        )
    except ValueError as error:
        raise NotVerified(f"not a pair of public keys: {error}") from None


def _pair(ed25519: Ed25519PrivateKey, ml_dsa: MLDSA65PrivateKey) -> SigningKeys:
    public = VerifyKeys(
        ed25519.public_key().public_bytes_raw(), ml_dsa.public_key().public_bytes_raw()
    )
    return SigningKeys(ed25519, ml_dsa, public)


def create_keys() -> SigningKeys:
    """A new pair, from the operating system's random numbers."""
    return _pair(Ed25519PrivateKey.generate(), MLDSA65PrivateKey.generate())


def write_keys(keys: SigningKeys, passphrase: bytes | None = None) -> bytes:
    """The private pair as a key file: two PKCS #8 blocks in PEM (RFC 7468), Ed25519 first.

    With a passphrase both are encrypted (PBES2, AES-256-CBC). The derivation is the library's
    (PBKDF2 with 2,048 rounds), which does not save a short passphrase: take six random words.
    """
    how: KeySerializationEncryption = NoEncryption()
    if passphrase:
        how = BestAvailableEncryption(passphrase)
    return b"".join(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, how)
        for key in (keys.ed25519, keys.ml_dsa)
    )


def read_keys(data: bytes, passphrase: bytes | None = None) -> SigningKeys:
    """The pair in a key file. Raises NoroshiError for a wrong passphrase or any other file."""
    blocks = _PEM.findall(data) if len(data) <= _MOST_FILE else []
    if len(blocks) != 2:
        raise NoroshiError("not a key file of Noroshi", remedy="it holds two private keys in PEM")
    try:
        first, second = (load_pem_private_key(block, passphrase) for block in blocks)
    except TypeError as error:  # a passphrase where none is needed, or none where one is
        raise NoroshiError(f"the key file cannot be opened: {error}") from None
    except Exception as error:  # the library has many for what is not a key
        raise NoroshiError(
            f"the key file cannot be opened: {error}", remedy="is the passphrase right?"
        ) from None
    if not isinstance(first, Ed25519PrivateKey) or not isinstance(second, MLDSA65PrivateKey):
        raise NoroshiError("a key file holds an Ed25519 and an ML-DSA-65 key, in this order")
    return _pair(first, second)


def fingerprint(keys: VerifyKeys) -> str:
    """What people read to each other to compare a pair of public keys: its SHA-256 in 16 groups
    of four hexadecimal digits. The first four groups are the key id."""
    digits = _digest(keys).hex()
    return " ".join(digits[at : at + 4] for at in range(0, len(digits), 4))
