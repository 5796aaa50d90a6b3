"""Signing in and out on a page that works without scripts."""

from __future__ import annotations

import asyncio
import secrets
from typing import Any
from urllib.parse import urlencode

import msgspec
from starlette.responses import RedirectResponse, Response

from noroshi.core.errors import NotPermitted
from noroshi.engine.attempts import TooManyAttempts
from noroshi.engine.node import Node
from noroshi.store.directory import Person
from noroshi.web import guard
from noroshi.web.answers import answer_html
from noroshi.web.cookies import FORM, SESSION, cookie, give, take_back
from noroshi.web.routing import Asked, Param, Problem, operation
from noroshi.web.seals import seals

NEXT = Param("next", "Where to go afterwards: a path of this node", "そのあとに開くパス",
             {"type": "string", "maxLength": 2000}, "/")  # fmt: skip
#: Passwords that are checked at one time, with those that wait for their turn (each takes 19 MiB
#: and a twentieth of a second); who comes beyond them is asked to come again.
_MOST_AT_ONCE = 16
_HTML = {"text/html": {"type": "string"}}

#: What a page about signing in says, by its code.
NOTES = {
    "ended": ("サインインが終わりました。もう一度サインインするか、公開情報のみを見てください。",
              "Your session has ended. Sign in again, or look at what is public."),
    "out": ("サインアウトしました。", "You are signed out."),
    "password": ("パスワードを変更しました。新しいパスワードでサインインしてください。",
                 "The password is changed. Sign in with the new one."),
    "passkeys": ("パスキーを削除しました。もう一度サインインしてください。",
                 "The passkey was removed. Sign in again."),
}  # fmt: skip
_WRONG = ("名前またはパスワードが正しくありません。", "The name or the password is wrong.")
_WAIT = ("失敗が続いたため、{} 秒お待ちください。ロックはされていません。",
         "Too many attempts failed: wait {} s. Nothing is locked.")  # fmt: skip
_BUSY = (
    "混み合っています。少し待ってからもう一度お試しください。",
    "Many are signing in just now: try again soon.",
)
_PASSKEY = ("このアカウントにはパスキーが登録されています。パスキーでサインインしてください。",
            "This account has a passkey: sign in with it.")  # fmt: skip


class _Form(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    password: str
    next: str = ""


def path_of(asked: Asked, text: str) -> str:
    """`text` if it is a path of this node, else its first page: a form never leads elsewhere."""
    root = asked.scope.get("root_path", "")
    good = (
        text.startswith(f"{root}/") and not text.startswith("//") and len(text) <= 2000
        and text.isascii() and text.isprintable() and not any(one in text for one in "\\ ")
        # A browser leaves out dots and what they leave: /./ /elsewhere is //elsewhere to some.
        and "//" not in text.partition("?")[0].partition("#")[0] and "/." not in text
    )  # fmt: skip
    page = text.removeprefix(root).partition("?")[0].partition("#")[0]
    return text if good and page not in ("/login", "/logout") else f"{root}/"


def to_login(scope: Any) -> Response | None:
    """Where a browser that navigates is led when its session is over; None for others."""
    if not _is_page(scope):
        return None
    query = scope["query_string"].decode("latin-1")
    path = scope["path"] + (f"?{query}" if query else "")
    if scope["method"] != "GET":
        path = f"{scope.get('root_path', '')}/account"
    return led_to(
        f"{scope.get('root_path', '')}/login?" + urlencode({"note": "ended", "next": path})
    )


def _is_page(scope: Any) -> bool:
    accepts = dict(scope["headers"]).get(b"accept", b"").split(b",")[0].strip()
    return accepts in (b"text/html", b"application/xhtml+xml")


def problem_page(asked: Asked, response: Response) -> Response:
    """What was wrong, for a browser that sent a form: as a page."""
    if not _is_page(asked.scope):
        return response
    details = msgspec.json.decode(bytes(response.body))
    page = answer_html(asked, "refused.html", status=response.status_code,
                       detail=details["detail"])  # fmt: skip
    page.status_code = response.status_code
    for name in ("retry-after", "www-authenticate"):
        if name in response.headers:
            page.headers[name] = response.headers[name]
    del page.headers["ETag"]
    return page


def led_to(where: str) -> Response:
    """A redirect to a path of this node, as GET."""
    return RedirectResponse(where, 303, headers={"Cache-Control": "no-store"})


def led(asked: Asked, path: str, **query: str) -> Response:
    """A redirect to a path of this node, in the language of the page."""
    if "lang" in asked.params:
        query["lang"] = asked.language
    root = asked.scope.get("root_path", "")
    return led_to(root + path + (f"?{urlencode(query)}" if query else ""))


def form_page(asked: Asked, template: str, status: int = 200, **values: Any) -> Response:
    """A page with forms: bound to this browser, kept by nobody, and open about where a form comes
    from (a browser that hides its referrer hides the origin of a form too)."""
    token, fresh = binding(asked)
    here = f"?lang={asked.language}" if "lang" in asked.params else ""
    response = answer_html(asked, template, {"Referrer-Policy": "same-origin"}, csrf=token,
                           spoken=here, **values)  # fmt: skip
    del response.headers["ETag"]
    response.status_code = status
    if fresh is not None:
        give(response, asked.scope, FORM, fresh)
    return response


def binding(asked: Asked) -> tuple[str, str | None]:
    """The secret of the forms of a page, and what the browser is to keep for it where it keeps
    nothing yet."""
    if asked.caller.session is not None:
        return asked.caller.session.csrf, None
    bound, fresh = cookie(asked.scope, FORM), None
    if not bound or len(bound) != 64:
        bound = fresh = secrets.token_hex(32)
    return seals(asked.node).mark(bound), fresh


def said(note: str | tuple[str, str], language: str) -> str:
    """A note, by its code or as it is, in one language."""
    both = NOTES.get(note, ("", "")) if isinstance(note, str) else note
    return both[language != "ja"]


def can_sign_in(node: Node) -> bool:
    """True if there is anybody who could."""
    return bool(node.settings.oidc or node.directory.file.get(Person))


def login_page(
    asked: Asked, next: str, note: str = "", *, status: int = 200, name: str = ""
) -> Response:
    """The form, with what there is to say; `next` is a path of this node."""
    query = {"next": next} | ({"lang": asked.language} if "lang" in asked.params else {})
    other = "en" if asked.language == "ja" else "ja"
    return form_page(
        asked, "login.html", status, next=next, note=note, bad=status >= 400, name=name,
        possible=can_sign_in(asked.node),
        providers=list(asked.node.settings.oidc.values()), query=urlencode(query),
        other=f"login?{urlencode(query | {'lang': other})}",
    )  # fmt: skip


@operation(
    "/login", en="Sign in", ja="サインイン", tag="Account", private=True, same_origin=True,
    params=(NEXT, Param("note", "What to say", "表示する文")), produces=_HTML,
)  # fmt: skip
def login(asked: Asked) -> Response:
    """The form; for those who are signed in, where they wanted to go."""
    guard.demand_safe(asked)
    next = path_of(asked, asked.params.get("next", ""))
    if asked.caller.session is not None:
        return led_to(next)
    note = said(asked.params.get("note", ""), asked.language)
    response = login_page(asked, next, note)
    if cookie(asked.scope, SESSION) is not None:  # it is over
        take_back(response, asked.scope, SESSION)
    return response


@operation(
    "/login", method="POST", en="Sign in", ja="サインイン", tag="Account", private=True,
    same_origin=True, produces=_HTML, refuses=(403, 429),
)  # fmt: skip
async def sign_in(asked: Asked) -> Response:
    """A new session, and to where they wanted to go; or the form with what was wrong: the same,
    after the same time, whatever it was."""
    guard.demand_safe(asked)
    form = guard.fields(asked, _Form)
    next = path_of(asked, form.next)
    logins = asked.node.access.logins
    try:
        person = await checked(asked, logins.check, form.name, form.password, address(asked))
    except TooManyAttempts as error:
        note = said(_WAIT, asked.language).format(error.wait)
        response = login_page(asked, next, note, status=429, name=form.name)
        response.headers["Retry-After"] = str(error.wait)
        return response
    except NotPermitted:
        return login_page(asked, next, said(_WRONG, asked.language), status=403, name=form.name)
    except Busy:
        response = login_page(asked, next, said(_BUSY, asked.language), status=503, name=form.name)
        response.headers["Retry-After"] = "5"
        return response
    if await asked.run(logins.credentials, person.id):
        return login_page(asked, next, said(_PASSKEY, asked.language), status=403, name=form.name)
    return await signed_in(asked, person.id, "password", led_to(next))


class Busy(Problem):
    """Too many passwords are being checked."""

    def __init__(self) -> None:
        super().__init__(503, "many are signing in just now", headers={"Retry-After": "5"})


_checking = 0


async def checked(asked: Asked, check: Any, *arguments: Any) -> Any:
    """Check a password apart from the threads that answer everybody else. Raises Busy."""
    global _checking
    if _checking >= _MOST_AT_ONCE:
        raise Busy
    _checking += 1
    try:
        return await asyncio.to_thread(check, *arguments)
    finally:
        _checking -= 1


def address(asked: Asked) -> str:
    """The client's address (behind a proxy on this machine, as it says)."""
    client = asked.scope.get("client")
    return str(client[0]) if client else ""


async def signed_in(asked: Asked, person: str, by: str, response: Response) -> Response:
    """Open a session for who was authenticated `by` some means, with an id that nobody knew
    before, and let `response` carry it. The session that the browser had ends.

    Raises NotPermitted where the account is disabled or over.
    """

    def change() -> str:
        logins = asked.node.access.logins
        _, text = logins.open_session(person, by=by, address=address(asked))
        old = cookie(asked.scope, SESSION)
        if old is not None:
            logins.close_session(old)
        return text

    give(response, asked.scope, SESSION, await asked.run(change))
    take_back(response, asked.scope, FORM)
    return response


@operation(
    "/logout", method="POST", en="Sign out", ja="サインアウト", tag="Account", private=True,
    same_origin=True, produces=_HTML,
)  # fmt: skip
def logout(asked: Asked) -> Response:
    """The session ends at once, everywhere; what the browser kept of it is forgotten."""
    text = cookie(asked.scope, SESSION)
    if text is not None and asked.caller.session is not None:
        asked.node.access.logins.close_session(text)
    response = led(asked, "/login", note="out")
    take_back(response, asked.scope, SESSION)
    response.headers["Clear-Site-Data"] = '"cache"'
    return response
