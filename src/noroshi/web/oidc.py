"""Signing in by an OpenID provider: authorization code with PKCE, state and nonce."""

from __future__ import annotations

import hashlib
import hmac
import logging
import secrets
from base64 import urlsafe_b64encode
from urllib.parse import urlencode
from weakref import WeakKeyDictionary

import msgspec
from starlette.responses import RedirectResponse, Response

from noroshi.core.errors import NoroshiError, NotFound, NotPermitted
from noroshi.engine.node import Node
from noroshi.engine.outside import Unknown, admit
from noroshi.web import guard
from noroshi.web.cookies import OUTSIDE, cookie, give, take_back
from noroshi.web.login import NEXT, address, led_to, login_page, path_of, said, signed_in
from noroshi.web.provider import Client
from noroshi.web.routing import Asked, Problem, operation
from noroshi.web.seals import seals

log = logging.getLogger("noroshi")
_HTML = {"text/html": {"type": "string"}}
_NAME = {"name": {"type": "string"}}
#: Sign-ins that wait for a provider at one time.
_MOST_AT_ONCE = 16

_UNKNOWN = ("あなたは確認されましたが、このノードに登録されていません。運用者に連絡してください。",
            "You are known there, but have no account on this node. Ask its operator.")  # fmt: skip
_REFUSED = ("サインインを確認できませんでした。もう一度お試しください。",
            "This sign-in could not be confirmed. Please begin again.")  # fmt: skip
_CANCELLED = ("サインインは取り消されました。", "The sign-in was cancelled.")
_AWAY = ("認証サービスが応答しません。時間をおくか、パスワードでサインインしてください。",
         "The sign-in service does not answer. Wait, or sign in with a password.")  # fmt: skip


class _Begun(msgspec.Struct, frozen=True):
    """A sign-in under way, as the browser that began it keeps it, sealed."""

    provider: str
    state: str
    nonce: str
    verifier: str
    next: str


_CLIENTS: WeakKeyDictionary[Node, dict[str, Client]] = WeakKeyDictionary()
_waiting = 0


def _client(asked: Asked) -> Client:
    clients = _CLIENTS.setdefault(asked.node, {})
    name = asked.path["name"]
    settings = asked.node.settings.oidc.get(name)
    if settings is None:
        raise NotFound(f"no OpenID provider {name[:64]!r} is set up here")
    return clients.setdefault(name, Client(settings))


def _back(asked: Asked) -> str:
    """Where the provider sends the browser back to: what is registered there."""
    return f"{asked.base}/login/oidc/{asked.path['name']}/callback"


@operation(
    "/login/oidc/{name}", en="Sign in by an OpenID provider", ja="外部の認証サービスでサインイン",
    tag="Account", private=True, same_origin=True, params=(NEXT,), produces=_HTML,
    path_params=_NAME,
)  # fmt: skip
async def begin(asked: Asked) -> Response:
    """To the provider, with what only this browser can complete."""
    guard.demand_safe(asked)
    client = _client(asked)
    next = path_of(asked, asked.params.get("next", ""))
    try:
        about = await client.metadata()
    except (Problem, NotPermitted) as error:
        log.warning("oidc.%s: %s", client.settings.name, error)
        return login_page(asked, next, said(_AWAY, asked.language), status=502)
    state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
    begun = _Begun(client.settings.name, state, nonce, verifier, next)
    challenge = hashlib.sha256(begun.verifier.encode()).digest()
    wanted = {
        "response_type": "code", "client_id": client.settings.client_id,
        "scope": client.settings.scope, "redirect_uri": _back(asked), "state": begun.state,
        "nonce": begun.nonce, "code_challenge_method": "S256",
        "code_challenge": urlsafe_b64encode(challenge).rstrip(b"=").decode(),
        "ui_locales": asked.language,
    }  # fmt: skip
    url = about.authorization_endpoint
    response = RedirectResponse(url + ("&" if "?" in url else "?") + urlencode(wanted), 303)
    give(response, asked.scope, OUTSIDE, seals(asked.node).seal(begun))
    return response


@operation(
    "/login/oidc/{name}/callback", en="Back from an OpenID provider",
    ja="外部の認証サービスから戻る", tag="Account", private=True, same_origin=True, produces=_HTML,
    open_params=True, path_params=_NAME,
)  # fmt: skip
async def finish(asked: Asked) -> Response:
    """A session for whom the provider vouches for, if this browser began it, and once."""
    global _waiting
    guard.demand_safe(asked)
    client, next = _client(asked), path_of(asked, "")
    if _waiting >= _MOST_AT_ONCE:
        raise Problem(503, "many are signing in just now", headers={"Retry-After": "5"})
    _waiting += 1
    begun = None
    try:
        begun = _begun(asked)
        next = path_of(asked, begun.next)
        if "error" in asked.more:
            response = login_page(asked, next, said(_CANCELLED, asked.language), status=403)
        else:
            person = await _person(asked, client, begun)
            response = await signed_in(asked, person, f"oidc:{begun.provider}", led_to(next))
    except NoroshiError as error:
        response = await _refused(asked, client, next, error, begun is not None)
    finally:
        _waiting -= 1
    take_back(response, asked.scope, OUTSIDE)
    return response


def _begun(asked: Asked) -> _Begun:
    """What this browser began and the provider answers. Raises NotPermitted."""
    sealed = seals(asked.node)
    begun = sealed.open(cookie(asked.scope, OUTSIDE), _Begun)
    given = asked.more.get("state", "")
    if begun.provider != asked.path["name"] or not hmac.compare_digest(
        given.encode("utf-8", "replace"), begun.state.encode()
    ):
        raise NotPermitted("this answer is for another sign-in")
    sealed.use(begun.state)
    return begun


async def _person(asked: Asked, client: Client, begun: _Begun) -> str:
    about = await client.metadata()
    issuer = asked.more.get("iss")
    if issuer != about.issuer and (
        issuer is not None or about.authorization_response_iss_parameter_supported
    ):  # RFC 9207 §2.4: an answer of another provider
        raise NotPermitted("this answer is of another provider")
    code = asked.more.get("code", "")
    if not code or len(code) > 4000:
        raise NotPermitted("the provider gave no code")
    claims = await client.claims(code, begun.verifier, _back(asked), begun.nonce)
    found = await asked.run(admit, asked.node.directory, client.settings, claims)
    return found.id


async def _refused(
    asked: Asked, client: Client, next: str, error: NoroshiError, begun: bool
) -> Response:
    name = client.settings.name
    log.warning("oidc.%s: a sign-in was refused: %s", name, error)
    if isinstance(error, Problem):
        return login_page(asked, next, said(_AWAY, asked.language), status=error.status)
    if not begun:  # anybody could fill the log with these
        return login_page(asked, next, said(_REFUSED, asked.language), status=403)
    why = {"by": f"oidc:{name}", "from": address(asked)[:60], "why": error.what[:200]}
    await asked.run(asked.node.directory.audit.append, "anonymous", "login.failed", "", why)
    note = _UNKNOWN if isinstance(error, Unknown) else _REFUSED
    return login_page(asked, next, said(note, asked.language), status=403)
