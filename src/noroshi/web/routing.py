"""One declaration per operation: its route, the check of its parameters, and its place in OpenAPI.

A request meets its reader here and nowhere else: `Asked.reader`.
"""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, TypeVar
from urllib.parse import parse_qsl

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from noroshi.core.errors import NoroshiError
from noroshi.core.label import Reader
from noroshi.core.place import Box, area_ranges
from noroshi.core.record import Mode
from noroshi.core.time import FOREVER, NEVER, now, parse
from noroshi.engine.access import Caller
from noroshi.engine.node import Node
from noroshi.store import Store
from noroshi.web.callers import SessionOver, identify
from noroshi.web.personal import Standing

Handler = Callable[["Asked"], Response | Awaitable[Response]]
F = TypeVar("F", bound=Callable[..., Any])
T = TypeVar("T")


class Problem(NoroshiError):
    """What a request cannot have, as RFC 9457 problem details: an HTTP status, what is wrong, and
    what to do."""

    def __init__(
        self, status: int, message: str, remedy: str = "", *, where: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> None:  # fmt: skip
        super().__init__(message, where=where, remedy=remedy)
        self.status = status
        self.headers = dict(headers or {})


class Param(msgspec.Struct, frozen=True):
    """A parameter in the query: name, meaning in both languages, JSON Schema (OpenAPI 3.0)."""

    name: str
    en: str
    ja: str
    schema: Mapping[str, Any] = msgspec.field(default_factory=lambda: {"type": "string"})
    example: Any = None


class Operation(msgspec.Struct, frozen=True):
    """One operation of the API. `produces` maps media types of the answer to their schemas;
    `takes` those of the request. `private` ones are left out of OpenAPI; with `open_params` more
    parameters are the handler's to check (`Asked.more`). `empty`: it may answer 204; `refuses`:
    statuses of refusals beyond the usual. `same_origin`: about signing in; pages of other origins
    neither read nor send it, and a session that is over counts as none. `personal`: it shows
    personal data to those who hold its purpose. `resident`: a conversation, of which its own cookie
    alone decides, no session or token; of this origin alone."""

    path: str
    method: str
    name: str
    en: str
    ja: str
    tag: str
    handler: Handler
    params: tuple[Param, ...] = ()
    produces: Mapping[str, Any] = msgspec.field(
        default_factory=lambda: {"application/json": {"type": "object"}}
    )
    takes: Mapping[str, Any] = {}
    status: int = 200
    token: bool = False
    cached: bool = False
    private: bool = False
    open_params: bool = False
    empty: bool = False
    same_origin: bool = False
    personal: bool = False
    resident: bool = False
    refuses: tuple[int, ...] = ()
    path_params: Mapping[str, Mapping[str, Any]] = {}


#: Every operation, in order of declaration. `noroshi.web.app` makes routes of them.
OPERATIONS: list[Operation] = []

#: Parameters of every operation.
FORM = Param("f", "Format of the answer", "応答の形式")
LANG = Param("lang", "Language of titles and messages", "表示言語",
             {"type": "string", "enum": ["ja", "en"]})  # fmt: skip


def operation(
    path: str,
    *,
    en: str,
    ja: str,
    tag: str,
    method: str = "GET",
    params: Sequence[Param] = (),
    **more: Any,
) -> Callable[[F], F]:
    """Declare the function below as the operation `method path` (path parameters in braces).

    It takes an `Asked` and returns a Response: a plain function runs in a worker thread, an
    `async` one on the loop. `cached=True`: the answer to the same question may be given again
    for up to a second while nothing in the store changes.
    """

    def declare(function: F) -> F:
        name = f"{function.__module__.rpartition('.')[2]}.{function.__name__}"
        OPERATIONS.append(
            Operation(path, method, name, en, ja, tag, function, tuple(params), **more)
        )
        return function

    return declare


class Moment(msgspec.Struct, frozen=True):
    """Which picture is asked for: true at `at` (or at some time from `at` to `until`), as known
    at `as_of`. `now` where the present was asked for."""

    at: int
    as_of: int
    until: int | None = None
    now: bool = True


class Asked:
    """A request, checked: its reader, parameters, moment, form and language.

    Raises Problem for a parameter that is unknown, given twice, or cannot be read.
    """

    def __init__(self, operation: Operation, scope: Any, receive: Any, node: Node) -> None:
        self.operation = operation
        self.node = node
        self.scope = scope
        self._receive = receive
        self.path: dict[str, str] = scope.get("path_params", {})
        self.headers: dict[bytes, bytes] = dict(scope["headers"])
        self.caller = self.identify()
        self.personal = Standing(node, self.caller, shown=operation.personal)
        self.reader: Reader = self.personal.reader
        #: Fields of a form, once `noroshi.web.guard` has looked at it.
        self.form_fields: dict[str, str] = {}
        #: Parameters beyond the declared ones, where the operation takes such.
        self.more: dict[str, str] = {}
        self.params = _checked(operation, scope["query_string"].decode("latin-1"), self.more)

    def identify(self) -> Caller:
        """Who asks, as of now: by token, or else by session. Raises NotPermitted, SessionOver."""
        try:
            return identify(self.node, self.scope, nobody=self.operation.resident)
        except SessionOver:
            if self.operation.same_origin:
                return self.node.access.caller(None)
            raise

    @property
    def known(self) -> list[str]:
        """Names of the declared parameters."""
        return sorted(one.name for one in (*self.operation.params, FORM, LANG))

    async def run(self, function: Callable[..., T], *arguments: Any) -> T:
        """Run a plain function in a worker thread."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self.node.workers, function, *arguments)

    @property
    def store(self) -> Store:
        """The node's store; what is read of personal data is noted."""
        return self.personal.store()

    @property
    def request(self) -> Request:
        """The request as Starlette sees it: for bodies and rarer headers."""
        return Request(self.scope, self._receive)

    def header(self, name: str) -> str | None:
        """A header's value, or None."""
        value = self.headers.get(name.encode())
        return None if value is None else value.decode("latin-1")

    @property
    def language(self) -> str:
        """`ja` or `en`: as asked by `lang`, else by the browser, else Japanese."""
        chosen = self.params.get("lang")
        if chosen:
            return chosen
        for one in (self.header("accept-language") or "").split(","):
            tag = one.split(";")[0].strip().lower()
            if tag[:2] in ("ja", "en"):
                return tag[:2]
        return "ja"

    @property
    def base(self) -> str:
        """Scheme, host and mount point, without a slash at the end."""
        scope = self.scope
        host = self.header("host")
        if not host or not _is_host(host):
            host = "{}:{}".format(*(scope.get("server") or ("localhost", 80)))
        return f"{scope['scheme']}://{host}{scope.get('root_path', '')}"

    @property
    def origin(self) -> str:
        """Scheme and host, as a browser names where a page is from."""
        return self.base.removesuffix(self.scope.get("root_path", ""))

    def form(self, *offered: str) -> str:
        """Which of the offered forms (names of `MEDIA`) the answer takes; the first by default.

        Raises Problem for an `f` that is not offered.
        """
        chosen = self.params.get("f")
        if chosen is not None:
            if chosen not in offered:
                raise Problem(400, f"f={chosen} is not offered", f"one of {', '.join(offered)}")
            return chosen
        weighed: list[tuple[float, int, str]] = []
        for place, one in enumerate((self.header("accept") or "").split(",")):
            media, _, rest = one.partition(";")
            media = media.strip().lower()
            weight = 1.0
            if "q=" in rest:
                try:
                    weight = float(rest.partition("q=")[2].split(";")[0])
                except ValueError:
                    weight = 0.0
            for name in offered:
                if media in MEDIA[name] and weight > 0:
                    weighed.append((-weight, place, name))
        return min(weighed)[2] if weighed else offered[0]

    def moment(self) -> Moment:
        """The moment asked for by `datetime` (valid time) and `as-of` (recorded time)."""
        present = now()
        # The latest commit that this reader may see, not the clock: what is just being committed
        # has a recorded time already, and must not come into a picture begun without it.
        known = self.store.recorded(self.reader) or present
        return read_moment(self.params.get("datetime"), self.params.get("as-of"), present, known)

    @property
    def mode(self) -> Mode:
        """actual, unless exercise or test is asked for; they never mix."""
        return Mode[self.params.get("mode", "actual").upper()]

    @property
    def box(self) -> Box | None:
        """`bbox` in longitude and latitude (heights are ignored), or None."""
        return read_box(self.params["bbox"]) if "bbox" in self.params else None

    @property
    def areas(self) -> tuple[tuple[int, int], ...] | None:
        """Token ranges of `area`, or None."""
        if "area" not in self.params:
            return None
        try:
            return tuple(area_ranges(self.params["area"]))
        except ValueError as error:
            raise Problem(
                400, str(error), "give a prefecture (17), a municipality (17202), or scheme:code"
            ) from None

    def number(self, name: str, default: int, low: int, high: int) -> int:
        """A whole number; above `high` it is `high`. Raises Problem below `low`."""
        text = self.params.get(name)
        if text is None:
            return default
        try:
            value = int(text)
        except ValueError:
            raise Problem(400, f"{name}={text!r} is not a whole number") from None
        if value < low or len(text) > 20:
            raise Problem(400, f"{name}={text} is out of range", f"from {low} to {high}")
        return min(value, high)


def read_moment(text: str | None, as_of: str | None, present: int, known: int) -> Moment:
    """The moment of `datetime` and `as-of` as they are written; `present` where the first is left
    out, `known` (the most that can be known) where the second is. Raises Problem."""
    as_known, is_now = known, True
    if as_of is not None and as_of != "now":
        as_known, is_now = min(read_time("as-of", as_of), known), False
    if text is None or text == "now":
        return Moment(present, as_known, None, is_now)
    first, slash, last = text.partition("/")
    if not slash:
        return Moment(read_time("datetime", first), as_known, None, False)
    start = NEVER if first in ("", "..") else read_time("datetime", first)
    end = FOREVER - 1 if last in ("", "..") else read_time("datetime", last)
    if start > end:
        raise Problem(400, f"datetime={text}: it ends before it starts", "write start/end")
    return Moment(start, as_known, end, False)


def read_box(text: str) -> Box:
    """west,south,east,north or with heights. Raises Problem."""
    try:
        numbers = [float(one) for one in text.split(",")]
    except ValueError:
        numbers = []
    if len(numbers) == 6:
        numbers = [*numbers[:2], *numbers[3:5]]
    if len(numbers) != 4 or not all(abs(one) < 1e9 for one in numbers):
        raise Problem(400, f"bbox={text!r} is not four (or six) numbers", "west,south,east,north")
    west, south, east, north = numbers
    if not (-180 <= west <= 180 and -180 <= east <= 180 and -90 <= south <= north <= 90):
        raise Problem(
            400, f"bbox={text} is not a box", "longitude within ±180, latitude ±90, south ≤ north"
        )
    return west, south, east, north


#: Forms of an answer and the media types that ask for them; the first is what is sent.
MEDIA: dict[str, tuple[str, ...]] = {
    "json": ("application/json", "application/geo+json", "application/*", "*/*"),
    "html": ("text/html", "application/xhtml+xml"),
    "csv": ("text/csv",),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",),
    "geoparquet": ("application/vnd.apache.parquet",),
    "jsonl": ("application/geo+json-seq", "application/x-ndjson"),
    "hub": (),  # asked for by name: text/csv is the table of any kind
    "jsonld": ("application/ld+json",),
    "turtle": ("text/turtle",),
    "mvt": ("application/vnd.mapbox-vector-tile",),
}


def _is_host(text: str) -> bool:
    return len(text) < 256 and all(one.isalnum() or one in ".-:[]_" for one in text)


def read_time(name: str, text: str) -> int:
    """A time in a parameter, microseconds. Raises Problem."""
    if text == "now":
        return now()
    # A plus sign that was not escaped arrives as a space.
    head, space, zone = text.rpartition(" ")
    if space and "T" in head and zone[:2].isdigit():
        text = f"{head}+{zone}"
    try:
        return parse(text)
    except (ValueError, OverflowError):
        raise Problem(
            400, f"{name}={text!r} is not a time", "write it as 2024-01-13T06:00:00+09:00"
        ) from None


def _checked(operation: Operation, query: str, more: dict[str, str]) -> dict[str, str]:
    if not query:
        return {}
    try:
        pairs = parse_qsl(query, keep_blank_values=True, strict_parsing=False, max_num_fields=50,
                          errors="strict")  # fmt: skip
    except ValueError:
        raise Problem(400, "the query cannot be read", "percent-encode it as UTF-8") from None
    known = {one.name: one for one in (*operation.params, FORM, LANG)}
    found: dict[str, str] = {}
    for name, value in pairs:
        if "\x00" in value:
            raise Problem(400, f"{name} holds a NUL character")
        if name not in known and operation.open_params and name not in more:
            more[name] = value
            continue
        if name not in known and name not in more:
            import difflib

            near = difflib.get_close_matches(name, known, n=1)
            raise Problem(
                400, f"unknown parameter {name!r}",
                f"did you mean {near[0]}?" if near else f"known here: {', '.join(sorted(known))}",
            )  # fmt: skip
        if name in found or name in more:
            raise Problem(400, f"{name} is given twice")
        allowed = known[name].schema.get("enum")
        if allowed and value not in allowed:
            raise Problem(400, f"{name}={value!r} is not known", f"one of {', '.join(allowed)}")
        found[name] = value
    return found


async def answer(operation: Operation, asked: Asked) -> Response:
    """Run an operation's handler; a plain function in a worker thread."""
    handler = operation.handler
    if inspect.iscoroutinefunction(handler):
        response: Response = await handler(asked)
        return response
    result = await asked.run(handler, asked)
    assert isinstance(result, Response)
    return result
