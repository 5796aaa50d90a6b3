"""What is demanded of a request that a browser may have been tricked into (OWASP, CSRF).

A browser adds cookies by itself, so whoever is signed in by one must show with everything that
changes something that the request comes from a page of this node (`Sec-Fetch-Site`, `Origin`), and
a secret that only such a page knows. A token is never added by itself: requests with one pass.
"""

from __future__ import annotations

import hmac
from typing import TypeVar
from urllib.parse import parse_qsl, urlsplit

import msgspec
from starlette.responses import Response

from noroshi.core import typed
from noroshi.web.bodies import read_body
from noroshi.web.cookies import FORM, cookie, is_safe
from noroshi.web.routing import Asked, Problem
from noroshi.web.seals import seals

#: The most bytes of a form, and its fields.
_FORM_BYTES, _FIELDS = 64 * 1024, 60
FORM_MEDIA = "application/x-www-form-urlencoded"

S = TypeVar("S", bound=msgspec.Struct)


async def check(asked: Asked) -> None:
    """Raises Problem for a request that changes something, is authenticated by a cookie (or signs
    in), and does not come from a page of this node. Reads the form of one that has one."""
    operation = asked.operation
    if operation.method in ("GET", "HEAD"):
        return
    if operation.resident:
        # A browser says with every POST where it comes from; a program says nothing, and has no
        # cookie but its own.
        if asked.header("sec-fetch-site") is not None or asked.header("origin") is not None:
            _check_origin(asked)
        return
    if asked.caller.session is None and not operation.same_origin:
        return
    _check_origin(asked)
    given = asked.header("x-csrf-token")
    if operation.same_origin and (asked.header("content-type") or "").startswith(FORM_MEDIA):
        asked.form_fields = await _read(asked)
        given = asked.form_fields.pop("csrf", given)
    wanted = form_token(asked)
    if not given or not wanted or not hmac.compare_digest(given.encode(), wanted.encode()):
        raise Problem(
            403, "the form is too old, or was not made by this node",
            "open the page again and repeat it (a script sends X-CSRF-Token)",
        )  # fmt: skip


def form_token(asked: Asked) -> str:
    """The secret of the forms of this session; before there is one, of this browser (if it has
    asked for a form), else nothing."""
    if asked.caller.session is not None:
        return asked.caller.session.csrf
    bound = cookie(asked.scope, FORM)
    return seals(asked.node).mark(bound) if bound else ""


def _check_origin(asked: Asked) -> None:
    """Fetch Metadata first: with it, a browser says so even where it hides `Origin`."""
    site = asked.header("sec-fetch-site")
    if site is not None:
        same = site == "same-origin"
    else:
        own = {asked.origin, _origin(asked.node.settings.web.url)} - {""}
        same = asked.header("origin") in own
    if not same:
        raise Problem(403, "this request does not come from a page of this node",
                      "a program uses a token: Authorization: Bearer noroshi_…")  # fmt: skip


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""


async def _read(asked: Asked) -> dict[str, str]:
    """The fields of a form. Raises Problem."""
    data = await read_body(asked, _FORM_BYTES)
    try:
        pairs = parse_qsl(data.decode("ascii"), keep_blank_values=True, max_num_fields=_FIELDS,
                          errors="strict")  # fmt: skip
    except ValueError:
        raise Problem(400, "the form cannot be read") from None
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Problem(400, "a field is given twice")
    return found


def fields(asked: Asked, type: type[S]) -> S:
    """The form as a struct that refuses what it does not know. Raises Problem."""
    try:
        found: S = typed.convert(asked.form_fields, type, strict=False)
    except msgspec.ValidationError as error:
        raise Problem(400, f"the form: {error}") from None
    return found


def demand_safe(asked: Asked) -> None:
    """Raises Problem where what is typed could be read on its way."""
    if not is_safe(asked.scope, urlsplit(asked.base).netloc):
        raise Problem(403, "signing in needs https", "ask the operator: docs/accounts.md")


def seal(response: Response, asked: Asked | None) -> None:
    """Say what an answer depends on, and that what a person sees is for them alone."""
    vary = response.headers.get("vary", "")
    response.headers["Vary"] = f"{vary}, Cookie" if vary else "Cookie"
    if asked is None or asked.operation.same_origin or asked.operation.resident:
        response.headers["Cache-Control"] = "no-store"
    elif asked.caller.session is not None:
        kept = response.headers.get("cache-control")
        if kept is None:
            response.headers["Cache-Control"] = "no-store"
        elif "no-store" not in kept and "private" not in kept:
            response.headers["Cache-Control"] = f"private, {kept.removeprefix('public, ')}"
