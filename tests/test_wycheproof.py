"""ML-DSA and ML-KEM of `cryptography`, on which every signature here rests, against the vectors
of Project Wycheproof.

What its interface cannot express, and is therefore not tried: signing without the hedging random
number (RFC 9964 leaves it to the signer), so signatures made here are verified rather than
compared with the vectors'; decapsulation with an expanded private key that lacks its seed;
encapsulation with a chosen random number.
"""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import mldsa, mlkem
from cryptography.hazmat.primitives.serialization import load_der_private_key, load_der_public_key

from data import DATA, needs_data

pytestmark = needs_data("pqc")

VERIFY = {44: mldsa.MLDSA44PublicKey, 65: mldsa.MLDSA65PublicKey, 87: mldsa.MLDSA87PublicKey}
KEM = {768: mlkem.MLKEM768PrivateKey, 1024: mlkem.MLKEM1024PrivateKey}
KEM_PUBLIC = {768: mlkem.MLKEM768PublicKey, 1024: mlkem.MLKEM1024PublicKey}


@cache
def groups(name: str) -> list[dict[str, Any]]:
    found = json.loads((DATA / "pqc" / f"{name}_test.json").read_bytes())["testGroups"]
    assert found
    return found


def verifies(key: Any, sig: bytes, msg: bytes, context: bytes | None) -> bool:
    try:
        key.verify(sig, msg, context)
    except (InvalidSignature, ValueError):
        return False
    return True


@pytest.mark.parametrize("size", VERIFY)
def test_ml_dsa_verifies_what_is_valid_and_nothing_else(size: int) -> None:
    tried = 0
    for group in groups(f"mldsa_{size}_verify"):
        try:
            key = VERIFY[size].from_public_bytes(bytes.fromhex(group["publicKey"]))
        except ValueError:
            assert {one["result"] for one in group["tests"]} == {"invalid"}
            tried += len(group["tests"])
            continue
        assert load_der_public_key(bytes.fromhex(group["publicKeyDer"])) == key
        for one in group["tests"]:
            context = bytes.fromhex(one["ctx"]) if "ctx" in one else None
            found = verifies(key, bytes.fromhex(one["sig"]), bytes.fromhex(one["msg"]), context)
            assert found is (one["result"] == "valid"), (one["tcId"], one["comment"])
            tried += 1
    assert tried > 100


def test_ml_dsa_65_makes_its_keys_from_the_seed_and_signs() -> None:
    made = 0
    for group in groups("mldsa_65_sign_seed"):
        try:
            key = mldsa.MLDSA65PrivateKey.from_seed_bytes(bytes.fromhex(group["privateSeed"]))
        except ValueError:
            assert {one["result"] for one in group["tests"]} == {"invalid"}
            continue
        public = key.public_key()
        assert public.public_bytes_raw().hex() == group["publicKey"]
        if "privateKeyPkcs8" in group:
            loaded = load_der_private_key(bytes.fromhex(group["privateKeyPkcs8"]), None)
            assert isinstance(loaded, mldsa.MLDSA65PrivateKey)
            assert loaded.public_key() == public
        for one in group["tests"]:
            context = bytes.fromhex(one["ctx"]) if "ctx" in one else None
            if "msg" not in one:  # the message representative alone (FIPS 204, algorithm 7)
                assert "Internal" in one["flags"]
                public.verify_mu(bytes.fromhex(one["sig"]), bytes.fromhex(one["mu"]))
                public.verify_mu(key.sign_mu(bytes.fromhex(one["mu"])), bytes.fromhex(one["mu"]))
                made += 1
                continue
            message = bytes.fromhex(one["msg"])
            if one["result"] == "invalid":
                with pytest.raises(ValueError):
                    key.sign(message, context)
                continue
            public.verify(bytes.fromhex(one["sig"]), message, context)
            public.verify(key.sign(message, context), message, context)
            made += 1
    assert made > 90


@pytest.mark.parametrize("size", KEM)
def test_ml_kem_decapsulates_to_the_same_secret(size: int) -> None:
    tried = 0
    for group in groups(f"mlkem_{size}"):
        for one in group["tests"]:
            valid = one["result"] == "valid"
            try:
                key = KEM[size].from_seed_bytes(bytes.fromhex(one["seed"]))
                secret = key.decapsulate(bytes.fromhex(one["c"]))
            except ValueError:
                assert not valid, one["tcId"]
                tried += 1
                continue
            assert valid, one["tcId"]
            assert key.public_key().public_bytes_raw().hex() == one["ek"]
            assert secret.hex() == one["K"]
            tried += 1
    assert tried > 100


def test_ml_kem_768_makes_its_keys_from_the_seed() -> None:
    for group in groups("mlkem_768_keygen_seed"):
        for one in group["tests"]:
            key = mlkem.MLKEM768PrivateKey.from_seed_bytes(bytes.fromhex(one["seed"]))
            assert key.public_key().public_bytes_raw().hex() == one["ek"]


@pytest.mark.parametrize("size", KEM)
def test_ml_kem_agrees_with_itself(size: int) -> None:
    for group in groups(f"mlkem_{size}"):
        for one in group["tests"][:20]:
            if one["result"] == "valid":
                key = KEM[size].from_seed_bytes(bytes.fromhex(one["seed"]))
                public = KEM_PUBLIC[size].from_public_bytes(bytes.fromhex(one["ek"]))
                secret, ciphertext = public.encapsulate()
                assert key.decapsulate(ciphertext) == secret
