"""The application: routes of every operation, errors, security headers, answers kept a while."""

from __future__ import annotations

import importlib
import logging
from collections import OrderedDict
from pathlib import Path
from typing import Any

import msgspec
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from noroshi.core.errors import NoroshiError, NotFound, NotPermitted, NotWritten
from noroshi.core.time import now
from noroshi.engine.attempts import TooManyAttempts
from noroshi.engine.executions import Busy
from noroshi.engine.intake import Full
from noroshi.engine.node import Node
from noroshi.store import FAULTS
from noroshi.web import guard, page
from noroshi.web.callers import SessionOver, identify
from noroshi.web.login import problem_page, to_login
from noroshi.web.routing import OPERATIONS, Asked, Operation, Problem, answer

log = logging.getLogger("noroshi")

#: Modules that declare operations, in the order in which OpenAPI lists them.
MODULES = (
    "landing", "collections", "features", "timeline", "summary", "events", "messages", "tiles",
    "places", "basemap", "health", "area", "catalogue", "login", "account", "passkeys", "oidc",
    "admin", "exchange", "sharing", "processes", "report", "diseases", "tick_sheet",
    "signage", "push",
    "subscribe", "me", "safety", "issuing", "chat", "line", "triage",
)  # fmt: skip
PROBLEM = "application/problem+json"
STATIC = Path(__file__).parent / "static"

#: An answer is given again for so long (µs) while nothing was committed: at most this late is
#: what begins or ends by the clock alone.
KEEP_FOR = 1_000_000
KEEP_BYTES = 32 * 2**20
#: Bytes that an answer takes beside its body: its question and its headers.
_OVERHEAD = 8_000

#: A question longer than this is not kept.
_LONGEST_KEY = 4_000

_HEADERS = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-frame-options", b"DENY"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), microphone=(), payment=()"),
]
CSP = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:{tiles}; "
    "worker-src 'self' blob:; connect-src 'self'{tiles}; object-src 'none'; base-uri 'self'; "
    "frame-ancestors 'none'; form-action 'self'"
)
#: What a page of another origin may read beside the usual.
_EXPOSED = (
    b"ETag, Link, Location, Noroshi-At, Noroshi-As-Of, Noroshi-Mode, Noroshi-Newest, Noroshi-Tile, "
    b"OGC-NumberReturned"
)


def application(node: Node) -> ASGIApp:
    """The ASGI application of a node that was started."""
    for name in MODULES:
        importlib.import_module(f"noroshi.web.{name}")
    routes: list[BaseRoute] = [
        Route(one.path, _Endpoint(one, node), methods=[one.method], name=one.name)
        for one in sorted(OPERATIONS, key=lambda one: "{" in one.path)
    ]
    if page.FOLDER.is_dir():
        routes.append(Mount("/page", StaticFiles(directory=page.FOLDER)))
    routes.append(Mount("/static", StaticFiles(directory=STATIC)))
    inner = Starlette(routes=routes, exception_handlers={404: _not_found, 405: _not_allowed})
    return Surface(inner, node)


class _Endpoint:
    """An operation as an ASGI application: a request in, its answer or its problem out."""

    def __init__(self, operation: Operation, node: Node) -> None:
        self.operation, self.node = operation, node

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        asked = None
        try:
            asked = Asked(self.operation, scope, receive, self.node)
            await guard.check(asked)
            response = await answer(self.operation, asked)
        except SessionOver as error:
            response = to_login(scope) or problem(error)
        except NoroshiError as error:
            response = problem(error, asked)
        except FAULTS as error:
            log.error("the store failed: %s", error)
            response = problem(Problem(503, "the store cannot be read just now"), asked)
        except Exception:  # a defect of ours: logged with its place, told without it
            log.exception("%s %s failed", self.operation.method, self.operation.path)
            response = problem(Problem(500, "this node made a mistake; its log says where"), asked)
        if asked is not None:
            asked.personal.tell()
        if asked is not None and response.media_type == PROBLEM and self.operation.same_origin:
            response = problem_page(asked, response)
        guard.seal(response, asked)
        own = self.operation.same_origin or self.operation.resident
        if asked is None or asked.caller.session is not None or own:
            scope["state"]["closed"] = True
        tag = response.headers.get("etag")
        wanted = dict(scope["headers"]).get(b"if-none-match")
        if tag and wanted and response.status_code == 200 and _holds(wanted.decode("latin-1"), tag):
            kept = {name: value for name, value in response.headers.items()
                    if name not in ("content-length", "content-type")}  # fmt: skip
            response = Response(status_code=304, headers=kept)
        private = asked is not None and asked.personal.held
        if self.operation.cached and "etag" in response.headers and not private:
            scope["state"]["keep"] = True
        await response(scope, receive, send)


def _holds(wanted: str, tag: str) -> bool:
    plain = tag.removeprefix("W/")
    return wanted.strip() == "*" or any(
        one.strip().removeprefix("W/") == plain for one in wanted.split(",")
    )


def problem(error: NoroshiError, asked: Asked | None = None) -> Response:
    """An error of the house as RFC 9457 problem details; never a traceback."""
    status, headers = 400, {}
    if isinstance(error, Problem):
        status, headers = error.status, error.headers
    elif isinstance(error, NotFound):
        status = 404
    elif isinstance(error, TooManyAttempts):
        status, headers = 429, {"Retry-After": str(error.wait)}
    elif isinstance(error, NotPermitted):
        status = 401 if asked is None or asked.caller.source is None else 403
        headers = {"WWW-Authenticate": "Bearer"} if status == 401 else {}
    elif isinstance(error, Full | Busy):
        status, headers = 503, {"Retry-After": "2"}
    elif isinstance(error, NotWritten):
        log.error("%s", error)
        status, headers = 503, {"Retry-After": "30"}
        error = Problem(503, "nothing was kept: the store cannot write", "send it again later")
    details = {
        "type": "about:blank", "title": _TITLES.get(status, "Error"), "status": status,
        "detail": str(error),
    }  # fmt: skip
    return Response(
        msgspec.json.encode(details), status, {**headers, "Vary": "Accept, Authorization"},
        media_type=PROBLEM,
    )  # fmt: skip


_TITLES = {
    400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found",
    405: "Method Not Allowed", 406: "Not Acceptable", 408: "Request Timeout",
    413: "Content Too Large",
    415: "Unsupported Media Type", 422: "Unprocessable Content", 429: "Too Many Requests",
    500: "Internal Server Error", 502: "Bad Gateway", 503: "Service Unavailable",
}  # fmt: skip


async def _not_found(request: Any, error: Exception) -> Response:
    return problem(Problem(404, f"nothing at {request.url.path}", "`/api` lists what there is"))


async def _not_allowed(request: Any, error: Exception) -> Response:
    allow = getattr(error, "headers", None) or {}
    return problem(Problem(405, f"{request.method} is not for {request.url.path}", headers=allow))


class Surface:
    """What every answer passes: security headers, CORS for reads, and the answers that are kept.

    An answer is kept by everything that may change it: path, query, the headers that choose form
    and language, and the labels that the reader sees. People who see the same share it.
    """

    def __init__(self, inner: ASGIApp, node: Node) -> None:
        self.inner, self.node = inner, node
        online = node.settings.web.online_tiles
        tiles = f" {online.split('/{')[0]}" if online else ""
        self.headers = [
            *_HEADERS,
            (b"content-security-policy", CSP.format(tiles=tiles).encode()),
        ]
        self._kept: OrderedDict[tuple[Any, ...], tuple[int, int, list[Message]]] = OrderedDict()
        self._bytes = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.inner(scope, receive, send)
            return
        method = scope["method"]
        reads = method in ("GET", "HEAD")
        if method == "OPTIONS":
            await self._preflight(scope, receive, send)
            return
        key = None
        if method == "GET":
            chosen = [None] * 5
            for name, value in scope["headers"]:
                place = _CHOOSING.get(name)
                if place is not None:
                    chosen[place] = value
            asks = (scope["path"], scope["query_string"], *chosen)
            weight = sum(len(one) for one in asks if one is not None)
            generation = self.node.live.generation + self.node.access.generation
            try:
                caller = identify(self.node, scope)
                key = (*asks, caller.reader.labels, caller.session is not None)
                kept = self._kept.get(key)
            except NotPermitted:
                kept = None  # its operation says why
            if kept is not None and kept[0] == generation and now() - kept[1] < KEEP_FOR:
                for message in kept[2]:
                    await send(message)
                return
            started = now()
        scope.setdefault("state", {})
        messages: list[Message] = []

        async def pass_on(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = message.get("headers", ())
                named = {name for name, _ in given}
                headers = [*given, *(one for one in self.headers if one[0] not in named)]
                if reads and not scope["state"].get("closed"):
                    headers.append((b"access-control-allow-origin", b"*"))
                    headers.append((b"access-control-expose-headers", _EXPOSED))
                message["headers"] = headers
            if scope["state"].get("keep"):
                messages.append(message)
            await send(message)

        await self.inner(scope, receive, pass_on)
        small = key is not None and weight <= _LONGEST_KEY
        if key is not None and small and messages and not messages[-1].get("more_body"):
            self._keep(key, generation, started, messages)

    def _keep(
        self, key: tuple[Any, ...], generation: int, started: int, messages: list[Message]
    ) -> None:
        size = sum(len(one.get("body", b"")) for one in messages) + _OVERHEAD
        if size > KEEP_BYTES // 16:
            return
        gone = self._kept.pop(key, None)
        if gone is not None:
            self._bytes -= sum(len(one.get("body", b"")) for one in gone[2]) + _OVERHEAD
        self._kept[key] = (generation, started, messages)
        self._bytes += size
        while self._bytes > KEEP_BYTES:
            _, (_, _, old) = self._kept.popitem(last=False)
            self._bytes -= sum(len(one.get("body", b"")) for one in old) + _OVERHEAD

    async def _preflight(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Another origin's page may read, with a token and a resume cursor; it may not write."""
        headers = {
            "Access-Control-Allow-Origin": "*",
            "Access-Control-Allow-Methods": "GET, HEAD",
            "Access-Control-Allow-Headers": "Authorization, If-None-Match, Last-Event-ID, Accept",
            "Access-Control-Max-Age": "600",
            "Allow": "GET, HEAD, OPTIONS",
        }
        response = Response(status_code=204, headers=headers)
        response.raw_headers.extend(self.headers)
        await response(scope, receive, send)


_CHOOSING = {
    b"accept": 0, b"accept-language": 1, b"if-none-match": 2, b"host": 3, b"x-forwarded-proto": 4,
}  # fmt: skip
