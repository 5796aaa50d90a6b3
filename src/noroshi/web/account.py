"""One's own account: what one sees and until when; sessions, tokens, password."""

from __future__ import annotations

from typing import Any

import msgspec
from starlette.responses import Response

from noroshi.core.errors import NoroshiError, NotPermitted
from noroshi.core.time import show
from noroshi.engine.attempts import TooManyAttempts
from noroshi.engine.directory import Directory
from noroshi.engine.logins import session_name
from noroshi.engine.roles import ROLES_JA, Role, What
from noroshi.store.directory import Group, Organisation, Token
from noroshi.web import guard
from noroshi.web.answers import answer_json
from noroshi.web.callers import SessionOver
from noroshi.web.login import Busy, address, can_sign_in, checked, form_page, led, said
from noroshi.web.routing import Asked, Param, Problem, operation

_BOTH = {"text/html": {"type": "string"}, "application/json": {"type": "object"}}
_DONE = Param("done", "What was done", "行ったこと")
_NOTES = {
    "session": ("サインインを終えました。", "That session is ended."),
    "sessions": ("ほかのサインインをすべて終えました。", "All other sessions are ended."),
    "token": ("許可証を取り消しました。", "The token is revoked."),
    "passkey": ("パスキーを登録しました。次からパスキーでサインインします。",
                "The passkey is registered. From now on, sign in with it."),
    "again": ("安全のため、サインインし直してから行ってください。",
              "Sign out and in again first: this needs a fresh sign-in."),
}  # fmt: skip
_WRONG = ("いまのパスワードが正しくありません。", "The present password is wrong.")
_UNLIKE = ("新しいパスワードが二つで異なります。", "The two new passwords are not the same.")
_REFUSED = (
    "これはパスワードにできません。12文字以上で、関係のない単語をいくつか並べてください。",
    "This cannot be a password. Take several words that do not belong together.",
)
_WAIT = ("失敗が続いたため、{} 秒お待ちください。", "Too many attempts failed: wait {} s.")
_NO_PASSWORD = ("このアカウントにはパスワードがありません。", "This account has no password.")


class _Password(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    old: str
    new: str
    again: str


class _One(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    id: str


class _Nothing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    pass


def demand_person(asked: Asked) -> str:
    """The id of who is signed in by a session. Raises SessionOver."""
    if asked.caller.session is None:
        raise SessionOver("nobody is signed in here", remedy="sign in")
    return asked.caller.person


@operation(
    "/account", en="Who I am and what I see", ja="アカウント（自分に何が見えるか）", tag="Account",
    private=True, same_origin=True, params=(_DONE,), produces=_BOTH,
)  # fmt: skip
def account(asked: Asked) -> Response:
    """For people, a page; as JSON, what the map's page says of who looks at it."""
    if asked.form("json", "html") == "json":
        return answer_json(_told(asked))
    if asked.caller.session is None:
        return led(asked, "/login", next=asked.scope["path"])
    return _page(asked, said_of(asked))


def said_of(asked: Asked) -> str:
    """The note that `done` asks for."""
    both = _NOTES.get(asked.params.get("done", ""))
    return both[asked.language != "ja"] if both else ""


def _told(asked: Asked) -> dict[str, Any]:
    caller, directory = asked.caller, asked.node.directory
    found: dict[str, Any] = {"possible": can_sign_in(asked.node), "person": None}
    if caller.session is None:
        return found
    person = directory.person(caller.person)
    organisation = directory.file.get(Organisation, id=caller.organisation)
    found["person"] = {"id": person.id, "name": person.name, "role": caller.role.name.lower()}
    if organisation:
        found["person"] |= {"organisation": organisation.name,
                            "organisation_ja": organisation.name_ja}  # fmt: skip
    if person.until is not None:
        found["person"]["until"] = show(person.until)
    found["csrf"] = caller.session.csrf
    return found


def _page(asked: Asked, note: str = "", *, status: int = 200) -> Response:
    caller, node = asked.caller, asked.node
    directory, logins = node.directory, node.access.logins
    person = directory.person(caller.person)
    session = caller.session
    assert session is not None
    return form_page(
        asked, "account.html", status, note=note, bad=status >= 400, person=person,
        memberships=[
            {"name": _name(directory, one.organisation, asked.language),
             "role": _role(directory.role_in(person.id, one.organisation), asked.language)}
            for one in directory.memberships(person=person.id)
        ],
        groups=_groups(directory, caller.principal.atoms, asked.language),
        organisation=_name(directory, caller.organisation, asked.language),
        principal=caller.principal,
        sends=caller.may(What.SEND), creates=caller.may(What.CREATE),
        operates=caller.role is Role.OPERATOR,
        sessions=[{"name": session_name(one), "created": one.created, "used": one.used,
                   "ends": min(one.expires, one.used + one.idle),
                   "this": one.secret == session.secret}
                  for one in reversed(logins.sessions(person.id))],
        tokens=[{"id": one.id, "name": one.name, "role": _role(Role(one.role), asked.language),
                 "created": one.created, "expires": one.expires}
                for one in directory.file.all(Token, holder=f"person:{person.id}")],
        passkeys=[{"id": one.id.hex(), "name": one.name, "created": one.created}
                  for one in logins.credentials(person.id)],
        password=logins.has_password(person.id),
    )  # fmt: skip


def _name(directory: Directory, id: str, language: str) -> str:
    organisation = directory.file.get(Organisation, id=id)
    if organisation is None:
        return id
    return (language == "ja" and organisation.name_ja) or organisation.name


def _role(role: Role, language: str) -> str:
    return ROLES_JA.get(role, "—") if language == "ja" else role.name.lower()


def _groups(directory: Directory, atoms: frozenset[str], language: str) -> list[str]:
    held = sorted(one.partition(":")[2] for one in atoms if one.startswith("group:"))
    rows = {one.name: one for one in directory.file.all(Group) if one.name in held}
    return [
        (rows[one].title_ja if language == "ja" else rows[one].title) or one
        for one in held if one in rows
    ]  # fmt: skip


@operation(
    "/account/password", method="POST", en="Change one's password", ja="パスワードの変更",
    tag="Account", private=True, same_origin=True, produces=_BOTH,
)  # fmt: skip
async def change_password(asked: Asked) -> Response:
    """The old password allows it; all sessions end with it, this one too."""
    person = demand_person(asked)
    form = guard.fields(asked, _Password)
    logins, language = asked.node.access.logins, asked.language

    async def again(note: str, status: int = 400) -> Response:
        return await asked.run(lambda: _page(asked, note, status=status))

    if form.new != form.again:
        return await again(said(_UNLIKE, language))
    if not await asked.run(logins.has_password, person):
        return await again(said(_NO_PASSWORD, language))
    try:
        await checked(asked, logins.change_password, person, form.old, form.new, address(asked))
    except TooManyAttempts as error:
        response = await again(said(_WAIT, language).format(error.wait), 429)
        response.headers["Retry-After"] = str(error.wait)
        return response
    except (NotPermitted, Busy) as error:
        note = said(_WRONG, language) if isinstance(error, NotPermitted) else str(error)
        return await again(note, 403 if isinstance(error, NotPermitted) else 503)
    except NoroshiError as error:
        why = "" if language == "ja" else f" ({error.what})"
        return await again(said(_REFUSED, language) + why)
    return led(asked, "/login", note="password")


@operation(
    "/account/sessions/end", method="POST", en="End a session", ja="サインインを終える",
    tag="Account", private=True, same_origin=True, produces=_BOTH,
)  # fmt: skip
def end_session(asked: Asked) -> Response:
    """One of one's own."""
    person = demand_person(asked)
    name = guard.fields(asked, _One).id
    asked.node.access.logins.end_session(asked.caller.actor, person, name)
    return led(asked, "/account", done="session")


@operation(
    "/account/sessions/end-others", method="POST", en="End all other sessions",
    ja="ほかのサインインをすべて終える",
    tag="Account", private=True, same_origin=True, produces=_BOTH,
)  # fmt: skip
def end_other_sessions(asked: Asked) -> Response:
    """All of one's own but this one."""
    person = demand_person(asked)
    guard.fields(asked, _Nothing)
    logins, this = asked.node.access.logins, asked.caller.session
    for one in logins.sessions(person):
        if this is not None and one.secret != this.secret:
            logins.end_session(asked.caller.actor, person, session_name(one))
    return led(asked, "/account", done="sessions")


@operation(
    "/account/tokens/revoke", method="POST", en="Revoke one's token", ja="許可証の取り消し",
    tag="Account", private=True, same_origin=True, produces=_BOTH,
)  # fmt: skip
def revoke_token(asked: Asked) -> Response:
    """One of one's own; those of others are not there for anybody here."""
    person = demand_person(asked)
    id = guard.fields(asked, _One).id
    if asked.node.directory.file.get(Token, id=id, holder=f"person:{person}") is None:
        raise Problem(404, "you have no such token")
    asked.node.access.revoke(id, asked.caller.actor)
    return led(asked, "/account", done="token")
