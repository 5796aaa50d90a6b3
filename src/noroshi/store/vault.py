"""Sealing of what would tell who somebody is, before it is written into a file.

With a key, what is sealed is encrypted (AES-256-GCM, NIST SP 800-38D, a random nonce of 96 bits)
and bound to where it is kept; without one it is kept as it is, and the file's own permissions
protect it. Addresses are found again by a keyed hash (HMAC-SHA-256): who has the file alone cannot
try telephone numbers against it. Keys are derived by HKDF (RFC 5869), one for each use.
"""

from __future__ import annotations

import hashlib
import hmac
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from noroshi.core.errors import NoroshiError

_PLAIN, _SEALED = b"\x00", b"\x01"
_NONCE = 12


class Vault:
    """Seals and opens. `key`: 32 bytes, or None for no encryption; `salt` is the file's own."""

    def __init__(self, key: bytes | None, salt: bytes) -> None:
        if key is not None and len(key) != 32:
            raise NoroshiError(
                f"the key has {len(key)} bytes, not 32", where="settings.toml: people.key_env",
                remedy="`openssl rand -base64 32` prints one",
            )  # fmt: skip
        self.encrypts = key is not None
        self._sealing = None if key is None else AESGCM(_derive(key, salt, b"seal"))
        self._blinding = _derive(key or salt, salt, b"blind")

    def seal(self, plain: bytes, where: str) -> bytes:
        """What may be written in place of `plain`, at `where` (table, column and row)."""
        if self._sealing is None:
            return _PLAIN + plain
        nonce = os.urandom(_NONCE)
        return _SEALED + nonce + self._sealing.encrypt(nonce, plain, where.encode())

    def open(self, sealed: bytes, where: str) -> bytes:
        """What was sealed. Raises NoroshiError where the key is another, or what is kept was
        changed or moved."""
        if sealed[:1] == _PLAIN:
            return sealed[1:]
        remedy = "set the key it was written with ([people] key_env)"
        if self._sealing is None:
            raise NoroshiError("it is encrypted, and no key is set", where=where, remedy=remedy)
        try:
            nonce, rest = sealed[1 : 1 + _NONCE], sealed[1 + _NONCE :]
            return self._sealing.decrypt(nonce, rest, where.encode())
        except (InvalidTag, ValueError):
            raise NoroshiError("it cannot be decrypted", where=where, remedy=remedy) from None

    def sealed(self, kept: bytes) -> bool:
        """True for what is encrypted."""
        return kept[:1] == _SEALED

    def blind(self, *parts: str) -> bytes:
        """A keyed hash of an address: always the same in this file, and nothing to anybody
        else."""
        text = "\0".join(parts).encode("utf-8", "surrogatepass")
        return hmac.digest(self._blinding, text, hashlib.sha256)


def _derive(key: bytes, salt: bytes, use: bytes) -> bytes:
    return HKDF(SHA256(), 32, salt, b"noroshi people " + use).derive(key)
