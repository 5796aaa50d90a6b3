"""What is asked of an OpenID provider, and what is believed of its answer.

OpenID Connect Core 1.0 and Discovery 1.0, RFC 7636 (PKCE), RFC 9207. The issuer is the operator's
own setting and may be in a private network; its answers are bounded in time and size all the same.
"""

from __future__ import annotations

import asyncio
import hmac
import os
import ssl
from base64 import b64encode
from collections.abc import Mapping
from functools import cache
from time import monotonic
from typing import Any
from urllib.parse import quote, urlsplit

import httpx
import msgspec
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import JWKRegistry, KeySet

from noroshi.core import typed
from noroshi.core.errors import NotPermitted
from noroshi.core.time import SECOND, now
from noroshi.engine.settings import Provider
from noroshi.web.routing import Problem

#: Seconds for an answer as a whole, and its most bytes.
PATIENCE, MOST_BYTES = 10, 512 * 1024
#: Seconds for which metadata is kept; between two looks at the keys for one that is not known.
KEPT, AGAIN = 3600, 5
#: Seconds by which clocks may differ.
SKEW = 60
#: Signatures that are believed: of keys that only the provider has.
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512",
              "EdDSA")  # fmt: skip


class Metadata(msgspec.Struct, frozen=True):
    """What a provider says of itself (Discovery §3)."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str = ""
    id_token_signing_alg_values_supported: tuple[str, ...] = ("RS256",)
    token_endpoint_auth_methods_supported: tuple[str, ...] = ("client_secret_basic",)
    authorization_response_iss_parameter_supported: bool = False


class Client:
    """This node as a client of one provider."""

    def __init__(self, settings: Provider) -> None:
        self.settings = settings
        self._metadata: Metadata | None = None
        self._until = 0.0
        self._keys = KeySet([])
        self._keys_from = -1e9

    async def metadata(self) -> Metadata:
        """What the provider says of itself. Raises Problem."""
        if self._metadata is None or monotonic() >= self._until:
            issuer = self.settings.issuer
            raw = await fetch("GET", f"{issuer.rstrip('/')}/.well-known/openid-configuration")
            found = _read(raw, Metadata)
            if found.issuer != issuer:  # Discovery §4.3
                raise _failed("the provider calls itself something else than the settings do")
            for url in (found.authorization_endpoint, found.token_endpoint, found.jwks_uri,
                        found.userinfo_endpoint or found.token_endpoint):  # fmt: skip
                if urlsplit(url).scheme != "https" and not issuer.startswith("http:"):
                    raise _failed("the provider names an address that is not https")
            self._metadata, self._until = found, monotonic() + KEPT
        return self._metadata

    async def claims(self, code: str, verifier: str, back: str, nonce: str) -> dict[str, Any]:
        """Who it is that came back with `code`, verified. Raises NotPermitted, Problem."""
        about = await self.metadata()
        data = {"grant_type": "authorization_code", "code": code, "redirect_uri": back,
                "code_verifier": verifier}  # fmt: skip
        headers = {}
        id, secret = self.settings.client_id, self._secret()
        if not secret:
            data["client_id"] = id
        elif "client_secret_basic" in about.token_endpoint_auth_methods_supported:
            pair = f"{quote(id, safe='')}:{quote(secret, safe='')}"  # RFC 6749 §2.3.1
            headers["Authorization"] = f"Basic {b64encode(pair.encode()).decode()}"
        else:
            data |= {"client_id": id, "client_secret": secret}
        raw = await fetch("POST", about.token_endpoint, data=data, headers=headers)
        tokens = _read(raw, _Tokens)
        found = await self.verified(tokens.id_token)
        check_claims(found, self.settings, nonce, now() // SECOND)
        if about.userinfo_endpoint and tokens.access_token.isascii():
            bearer = {"Authorization": f"Bearer {tokens.access_token}"}
            said = _read(await fetch("GET", about.userinfo_endpoint, headers=bearer),
                         dict[str, Any])  # fmt: skip
            if said.get("sub") != found["sub"]:  # Core §5.3.2
                raise NotPermitted("the provider speaks of two different people")
            found = {**said, **found}
        return found

    def _secret(self) -> str:
        named = self.settings.client_secret_env
        found = os.environ.get(named, "") if named else ""
        if named and not found:
            raise Problem(503, f"the environment variable {named} is not set here")
        return found

    async def verified(self, token: str) -> dict[str, Any]:
        """The claims of an ID token whose signature is the provider's. Its keys are asked for
        again where none of those that are known fits: it may have changed them."""
        supported = (await self.metadata()).id_token_signing_alg_values_supported
        if token.count(".") != 2 or len(token) > 64 * 1024:
            raise NotPermitted("the provider's token is not a signed one")
        try:
            return self._decoded(token, supported)
        except NotPermitted:
            if monotonic() - self._keys_from < AGAIN:
                raise
        self._keys_from = monotonic()
        self._keys = _key_set(await fetch("GET", (await self.metadata()).jwks_uri))
        return self._decoded(token, supported)

    def _decoded(self, token: str, supported: tuple[str, ...]) -> dict[str, Any]:
        allowed = [one for one in ALGORITHMS if one in supported]
        try:
            claims = jwt.decode(token, self._keys, algorithms=allowed).claims
        except (JoseError, ValueError, TypeError, KeyError, RecursionError) as error:
            raise NotPermitted(
                f"the provider's token is not signed by it: {type(error).__name__}"
            ) from None
        if not isinstance(claims, dict):
            raise NotPermitted("the provider's token says nothing")
        return claims


class _Tokens(msgspec.Struct, frozen=True):
    id_token: str
    access_token: str = ""


def check_claims(claims: Mapping[str, Any], settings: Provider, nonce: str, time: int) -> None:
    """Core §3.1.3.7. Raises NotPermitted for what does not speak of somebody who signed in at this
    provider, for this node, in this browser, just now."""
    audience = claims.get("aud")
    audiences = audience if isinstance(audience, list) else [audience]
    azp, given = claims.get("azp"), claims.get("nonce")
    expires, issued = _time(claims.get("exp")), _time(claims.get("iat"))
    begins = _time(claims["nbf"]) if "nbf" in claims else 0
    subject = claims.get("sub")
    faults = {
        "iss": claims.get("iss") != settings.issuer,
        "aud": settings.client_id not in audiences,
        "azp": (azp is not None or len(audiences) > 1) and azp != settings.client_id,
        "exp": expires is None or expires <= time - SKEW,
        "iat": issued is None or issued > time + SKEW,
        "nbf": begins is None or begins > time + SKEW,
        "nonce": not isinstance(given, str)
        or not hmac.compare_digest(given.encode("utf-8", "replace"), nonce.encode()),
        "sub": not isinstance(subject, str) or not 0 < len(subject) <= 200,
    }
    wrong = [name for name, fault in faults.items() if fault]
    if wrong:
        raise NotPermitted(f"the provider's token is not for this sign-in: {', '.join(wrong)}")


def _time(value: object) -> float | None:
    """Seconds since 1970, or None for what is no time."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return value if is_number and abs(value) < 2**53 else None  # type: ignore[arg-type, return-value]


def _key_set(raw: bytes) -> KeySet:
    """The public keys that are understood; those of a kind to come are left out (RFC 7517 §5)."""
    found = []
    for one in _read(raw, _Keys).keys[:100]:
        if one.get("use", "sig") != "sig" or one.get("kty") not in ("RSA", "EC", "OKP"):
            continue
        try:
            found.append(JWKRegistry.import_key(one))
        except (JoseError, ValueError, TypeError, KeyError):
            continue
    return KeySet(found)


class _Keys(msgspec.Struct, frozen=True):
    keys: list[dict[str, Any]]


def _read(raw: bytes, type: Any) -> Any:
    try:
        return typed.decoder(type).decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise _failed("the provider's answer cannot be understood") from None


@cache
def _authorities() -> ssl.SSLContext:
    """Who is believed to certify providers. Loading them takes some 45 ms, in which nobody else
    is served."""
    return httpx.create_ssl_context()


async def fetch(method: str, url: str, **more: Any) -> bytes:
    """The provider's answer. Raises Problem for none, and for one that takes too long or is too
    large; NotPermitted where it refuses."""
    headers = {"Accept": "application/json", **more.pop("headers", {})}
    body = b""
    try:
        async with (
            asyncio.timeout(PATIENCE),
            httpx.AsyncClient(
                follow_redirects=False, timeout=PATIENCE, verify=_authorities()
            ) as client,
            client.stream(method, url, headers=headers, **more) as answer,
        ):
            async for piece in answer.aiter_bytes(16 * 1024):
                body += piece
                if len(body) > MOST_BYTES:
                    raise _failed("the provider's answer is too large")
    except (httpx.HTTPError, httpx.InvalidURL, OSError, TimeoutError) as error:
        raise _failed(f"the provider does not answer ({type(error).__name__})") from None
    if 400 <= answer.status_code < 500:
        raise NotPermitted(f"the provider refused ({answer.status_code})")
    if answer.status_code != 200:
        raise _failed(f"the provider failed ({answer.status_code})")
    return body


def _failed(why: str) -> Problem:
    return Problem(502, why, "its operator, or [oidc] in the settings")
