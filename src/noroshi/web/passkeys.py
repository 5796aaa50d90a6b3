"""Passkeys: registered on the account page, and signing in without a password.

Web Authentication Level 3. A passkey must verify its user (a finger, a PIN), so that it is two
factors in one. Its challenge is bound to the browser that asked for it, and good for once.
"""

from __future__ import annotations

import hashlib
import json
import logging
import secrets
from typing import Any
from urllib.parse import urlsplit

import msgspec
from starlette.responses import JSONResponse, Response

from noroshi.core.errors import NotPermitted
from noroshi.core.time import MINUTE, now
from noroshi.store.directory import Credential, Session
from noroshi.web import guard
from noroshi.web.account import demand_person
from noroshi.web.bodies import read_body
from noroshi.web.cookies import PASSKEY, cookie, give, take_back
from noroshi.web.login import led, path_of, signed_in
from noroshi.web.routing import Asked, Problem, operation
from noroshi.web.seals import seals

log = logging.getLogger("noroshi")
_JSON = {"application/json": {"type": "object"}}
#: A passkey is registered or removed only so soon after signing in: whoever finds an open page
#: must not make it theirs.
FRESH = 15 * MINUTE
#: The most bytes of what an authenticator says.
_MOST = 32 * 1024


class _Challenge(msgspec.Struct, frozen=True):
    """What was asked of an authenticator: for which session (empty: to sign in)."""

    challenge: bytes
    session: bytes


class _New(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    credential: dict[str, Any]


class _Used(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    credential: dict[str, Any]
    next: str = ""


class _One(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    id: str


def _asked(asked: Asked, session: Session | None, options: str, challenge: bytes) -> Response:
    """Options for the browser, which keeps what it was asked for."""
    kept = _Challenge(challenge, b"" if session is None else session.secret)
    response = Response(options, media_type="application/json")
    give(response, asked.scope, PASSKEY, seals(asked.node).seal(kept))
    return response


def _challenge(asked: Asked, session: Session | None) -> bytes:
    """What this browser was asked for, in this session; for once. Raises NotPermitted."""
    sealed = seals(asked.node)
    found = sealed.open(cookie(asked.scope, PASSKEY), _Challenge)
    if found.session != (b"" if session is None else session.secret):
        raise NotPermitted("this passkey was asked for in another session")
    sealed.use(found.challenge.hex())
    return found.challenge


def _here(asked: Asked) -> tuple[str, str]:
    """The relying party (a domain) and the origin, as the browser names them."""
    return urlsplit(asked.origin).hostname or "", asked.origin


def _handle(person: str) -> bytes:
    """What an authenticator keeps of a person: nothing that says who they are (§14.6.1)."""
    return hashlib.sha256(f"noroshi person {person}".encode()).digest()


async def _read(asked: Asked, type: Any) -> Any:
    try:
        return msgspec.json.decode(await read_body(asked, _MOST), type=type)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Problem(400, f"not what a browser sends: {error}") from None


def _fresh(asked: Asked) -> tuple[str, Session]:
    """Who is signed in, and was just now. Raises Problem."""
    person = demand_person(asked)
    session = asked.caller.session
    assert session is not None
    if session.created < now() - FRESH:
        raise Problem(403, "this needs a fresh sign-in", "sign out and in again")
    return person, session


@operation(
    "/account/passkeys/options", method="POST", en="What a new passkey is made of",
    ja="パスキー登録の準備", tag="Account", private=True, same_origin=True, produces=_JSON,
)  # fmt: skip
def registration_options(asked: Asked) -> Response:
    """PublicKeyCredentialCreationOptionsJSON."""
    import webauthn
    from webauthn.helpers import structs

    id, session = _fresh(asked)
    person, challenge = asked.node.directory.person(id), secrets.token_bytes(32)
    options = webauthn.generate_registration_options(
        rp_id=_here(asked)[0], rp_name=asked.node.settings.web.title, user_name=person.id,
        user_display_name=person.name, user_id=_handle(id), challenge=challenge,
        authenticator_selection=structs.AuthenticatorSelectionCriteria(
            resident_key=structs.ResidentKeyRequirement.REQUIRED,
            user_verification=structs.UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=[structs.PublicKeyCredentialDescriptor(id=one.id)
                             for one in asked.node.access.logins.credentials(id)],
    )  # fmt: skip
    return _asked(asked, session, webauthn.options_to_json(options), challenge)


@operation(
    "/account/passkeys", method="POST", en="Register a passkey", ja="パスキーの登録", tag="Account",
    private=True, same_origin=True, produces=_JSON,
)  # fmt: skip
async def register(asked: Asked) -> Response:
    """What the browser made, verified (§7.1), is the person's from now on."""
    id, session = _fresh(asked)
    new = await _read(asked, _New)
    challenge = _challenge(asked, session)
    await asked.run(_register, asked, id, new, challenge)
    response = JSONResponse({"done": True})
    take_back(response, asked.scope, PASSKEY)
    return response


def _register(asked: Asked, person: str, new: _New, challenge: bytes) -> None:
    import webauthn

    party, origin = _here(asked)
    with _Believing():
        found = webauthn.verify_registration_response(
            credential=json.dumps(new.credential), expected_challenge=challenge,
            expected_rp_id=party, expected_origin=origin, require_user_verification=True,
        )  # fmt: skip
    asked.node.access.logins.add_credential(
        person, found.credential_id, found.credential_public_key, found.sign_count,
        new.name.strip()[:100],
    )  # fmt: skip


@operation(
    "/account/passkeys/remove", method="POST", en="Remove a passkey", ja="パスキーの削除",
    tag="Account", private=True, same_origin=True, produces={"text/html": {"type": "string"}},
)  # fmt: skip
def remove(asked: Asked) -> Response:
    """One of one's own; all sessions end."""
    person = demand_person(asked)
    if asked.caller.session is not None and asked.caller.session.created < now() - FRESH:
        return led(asked, "/account", done="again")
    try:
        id = bytes.fromhex(guard.fields(asked, _One).id)
    except ValueError:
        id = b""
    logins = asked.node.access.logins
    found = logins.credential(id)
    if found is None or found.person != person:
        raise Problem(404, "you have no such passkey")
    logins.remove_credential(asked.caller.actor, id)
    return led(asked, "/login", note="passkeys")


@operation(
    "/login/passkey/options", method="POST", en="What a passkey is asked to sign",
    ja="パスキーでのサインインの準備",
    tag="Account", private=True, same_origin=True, produces=_JSON,
)  # fmt: skip
def options(asked: Asked) -> Response:
    """PublicKeyCredentialRequestOptionsJSON, alike for everybody: it tells nobody who has one."""
    import webauthn
    from webauthn.helpers.structs import UserVerificationRequirement

    guard.demand_safe(asked)
    challenge = secrets.token_bytes(32)
    made = webauthn.generate_authentication_options(
        rp_id=_here(asked)[0], challenge=challenge,
        user_verification=UserVerificationRequirement.REQUIRED,
    )  # fmt: skip
    return _asked(asked, None, webauthn.options_to_json(made), challenge)


@operation(
    "/login/passkey", method="POST", en="Sign in by a passkey", ja="パスキーでサインイン",
    tag="Account", private=True, same_origin=True, produces=_JSON,
)  # fmt: skip
async def sign_in(asked: Asked) -> Response:
    """A session for whose passkey it is, and where they wanted to go."""
    guard.demand_safe(asked)
    used = await _read(asked, _Used)
    challenge = _challenge(asked, None)
    person = await asked.run(_verified, asked, used.credential, challenge)
    answer = JSONResponse({"next": path_of(asked, used.next)})
    take_back(answer, asked.scope, PASSKEY)
    return await signed_in(asked, person, "passkey", answer)


def _verified(asked: Asked, given: dict[str, Any], challenge: bytes) -> str:
    """The id of whose passkey signed the challenge (§7.2). Raises NotPermitted."""
    import webauthn
    from webauthn.helpers import base64url_to_bytes, parse_authentication_credential_json

    logins, (party, origin) = asked.node.access.logins, _here(asked)
    with _Believing():
        credential = parse_authentication_credential_json(json.dumps(given))
        kept: Credential | None = logins.credential(base64url_to_bytes(credential.id))
        if kept is None:
            raise NotPermitted("this passkey is not known here")
        if credential.response.user_handle != _handle(kept.person):
            raise NotPermitted("this passkey is not known here")
        found = webauthn.verify_authentication_response(
            credential=credential, expected_challenge=challenge, expected_rp_id=party,
            expected_origin=origin, credential_public_key=kept.key,
            # The count is looked at where it is kept, so that a copy is told of in the audit log.
            credential_current_sign_count=0, require_user_verification=True,
        )  # fmt: skip
    return logins.use_credential(kept.id, found.new_sign_count).person


class _Believing:
    """What an authenticator says is not believed where anything about it is wrong."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: Any, trace: Any) -> None:
        from webauthn.helpers.exceptions import WebAuthnException

        if isinstance(error, WebAuthnException | ValueError | TypeError | KeyError | IndexError):
            log.info("a passkey was refused: %s", error)
            raise NotPermitted("this passkey was not accepted", remedy="try again") from None
