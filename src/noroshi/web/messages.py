"""Messages in by HTTP, and what became of them."""

from __future__ import annotations

import asyncio
import re
import secrets
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, unquote

import msgspec
from starlette.responses import Response, StreamingResponse

from noroshi import kinds
from noroshi.core import typed
from noroshi.core.errors import NotFound, NotPermitted
from noroshi.core.record import Mode
from noroshi.core.time import show
from noroshi.engine.accounts import ID
from noroshi.engine.roles import What
from noroshi.engine.settings import DRILL, Source
from noroshi.formats import Finding
from noroshi.formats.record_feature.reader import envelope
from noroshi.kinds.reporter import REPORTER, Reporter
from noroshi.kinds.resident_report import PERSONAL
from noroshi.store import QUARANTINED, Arrival, Receipt
from noroshi.web import params
from noroshi.web.bodies import read_body
from noroshi.web.routing import Asked, Param, Problem, operation

_ID = {"id": {"type": "string", "pattern": "^[0-9a-f]{4,64}$"}}
_RECEIPT: dict[str, Any] = {
    "type": "object",
    "required": ["id", "state"],
    "properties": {
        "id": {"type": "string", "description": "SHA-256 of the bytes"},
        "state": {"type": "string", "enum": ["read", "duplicate", "quarantined", "waiting"]},
        "reason": {"type": "string"},
        "records": {"type": "integer", "description": "versions newly stored"},
        "stated": {"type": "integer", "description": "records in the message"},
    },
}
_MESSAGE: dict[str, Any] = {"type": "object", "required": ["id", "state"]}
NAME = Param(
    "name", "Name of the file, for the log", "ファイル名", {"type": "string"}, "VXSE53.xml"
)
PART = Param(
    "part", "Part of the sender that it comes from: its source is then SENDER/PART", "送信元の内訳",
    {"type": "string", "pattern": "^[a-z0-9][a-z0-9._-]{0,63}$"}, "river-office",
)  # fmt: skip
#: Seconds after which a sender is told to come again: the store does not keep up.
_WAIT = 30


@operation(
    "/messages",
    method="POST",
    en="Send a message: raw bytes of any format that is read",
    ja="電文・ファイルを送る（読めるどの形式でも、そのままのバイト列）",
    tag="Messages",
    params=(NAME, PART, params.MODE),
    takes={"application/octet-stream": {"type": "string", "format": "binary"}},
    produces={"application/json": _RECEIPT},
    status=202,
    token=True,
    refuses=(413,),
)
async def send(asked: Asked) -> Response:
    """202 once the bytes are durable. `state` tells what came of reading them; `waiting` means
    that they are kept and will be read. With `mode` exercise or test they are kept in an envelope
    that says so, and nothing in them is taken for real; `id` is then that of the envelope."""
    may(asked, What.SEND)
    data = await _body(asked)
    if not data:
        raise Problem(400, "the body is empty", "send the message's bytes as the body")
    name = _plain_name(asked.params.get("name") or _file_name(asked))
    return await take(
        asked, data, name, source=source_of(asked, asked.params.get("part"), asked.mode)
    )


def source_of(asked: Asked, part: str | None = None, mode: Mode = Mode.ACTUAL) -> Source:
    """The caller's source, or a part of it: read as that is configured, else as the whole is. A
    source that sends exercises cannot be made to send anything else."""
    assert asked.caller.source is not None
    settings = asked.node.settings
    found = settings.source(asked.caller.source)
    if part is not None:
        if not ID.fullmatch(part):
            raise Problem(400, f"part: {part!r} is not an id like river-office")
        name = f"{asked.caller.source}/{part}"
        known = name in settings.sources or name.startswith(f"{DRILL}/")
        found = settings.source(name) if known else msgspec.structs.replace(found, name=name)
    if mode is not Mode.ACTUAL and found.mode is Mode.ACTUAL:
        found = msgspec.structs.replace(found, mode=mode)
    return found


def may(asked: Asked, what: What) -> None:
    """Raises NotPermitted where the caller's role does not allow `what`."""
    remedy = "`noroshi token new NAME --send`"
    if asked.caller.source is None:
        raise NotPermitted("sending needs a token, or to be signed in", remedy=remedy)
    if not asked.caller.may(what):
        if asked.caller.session is None:
            raise NotPermitted("this token may not send", remedy=remedy)
        raise NotPermitted(f"your role does not allow to {what}", remedy="an operator gives roles")


async def take(
    asked: Asked, data: bytes, name: str, format: str | None = None, source: Source | None = None
) -> Response:
    """Give bytes to the node under the caller's source; the answer tells what came of them."""
    receipt = await taken(asked, data, name, format, source or source_of(asked))
    found: dict[str, Any] = {
        "id": receipt.id, "state": receipt.state, "received": show(receipt.received),
        "records": receipt.records, "stated": receipt.stated,
        "links": [{"rel": "self", "href": f"{asked.base}/messages/{receipt.id}"}],
    }  # fmt: skip
    if receipt.reason:
        found["reason"] = receipt.reason
    where = f"{asked.base}/messages/{receipt.id}"
    return Response(
        msgspec.json.encode(found), 202, {"Location": where}, media_type="application/json"
    )


async def taken(
    asked: Asked, data: bytes, name: str, format: str | None, source: Source
) -> Receipt:
    """What became of a message, once it is durable. Raises Problem."""
    future = asked.node.intake.offer(data, name, source, format)
    try:
        return await asyncio.wait_for(asyncio.shield(asyncio.wrap_future(future)), _WAIT)
    except TimeoutError:
        raise Problem(503, "not durable yet", "send it again: nothing is kept twice",
                      headers={"Retry-After": "10"}) from None  # fmt: skip


async def _body(asked: Asked) -> bytes:
    most = asked.node.settings.limits.message_bytes
    return await read_body(asked, most, "split it, or raise limits.message_bytes")


def _file_name(asked: Asked) -> str:
    """The last part of the name in Content-Disposition (RFC 6266), or nothing."""
    header = asked.header("content-disposition") or ""
    found = _EXTENDED.search(header)
    return unquote(found[1]) if found else (_PLAIN.search(header) or ["", ""])[1]


def _plain_name(text: str) -> str:
    """The last part of a file's name, of characters that do nothing where it is shown or logged."""
    last = text.replace("\\", "/").rpartition("/")[2]
    return "".join(one if one.isprintable() else "_" for one in last)[:200]


_EXTENDED = re.compile(r"filename\*=UTF-8''([^;\s]+)", re.IGNORECASE)
_PLAIN = re.compile(r'filename="?([^";]*)"?', re.IGNORECASE)


@operation(
    "/collections/{collection}/items",
    method="POST",
    en="Create a feature (OGC API – Features Part 4), where the collection allows it",
    ja="地物を登録する（OGC API – Features 第4部。許可されたコレクションのみ）",
    tag="Features",
    params=(params.MODE,),
    takes={"application/geo+json": {"type": "object", "required": ["type", "properties"]}},
    produces={"application/json": _RECEIPT},
    status=202,
    token=True,
    refuses=(405, 413),
)
async def create(asked: Asked) -> Response:
    """The feature is kept as a message like any other; its record is made from its properties."""
    may(asked, What.CREATE)
    kind = kinds.get(asked.path["collection"]).name
    allowed = asked.node.settings.web.create
    if kind not in allowed or kind in PERSONAL:
        raise Problem(
            405, f"features of {kind} cannot be created here",
            f"allowed: {', '.join(allowed) or 'none'}; or POST the owner's own file to /messages",
            headers={"Allow": "GET, HEAD"},
        )  # fmt: skip
    data = await _body(asked)
    try:
        given = await asked.run(msgspec.json.decode, data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Problem(400, f"not JSON: {error}") from None
    if not isinstance(given, dict) or given.get("type") != "Feature":
        raise Problem(400, "not a GeoJSON Feature", 'an object with "type": "Feature"')
    feature = data.strip().removeprefix(b"\xef\xbb\xbf")
    own = kinds.get(kind).body.__struct_encode_fields__
    properties = given.get("properties")
    if isinstance(properties, dict) and "reporter" in properties and "reporter" not in own:
        feature = await _apart(asked, given, kind)
    kept = envelope(feature, kind, asked.mode)
    return await take(asked, kept, f"{kind}.geojson", "record_feature")


async def _apart(asked: Asked, given: dict[str, Any], kind: str) -> bytes:
    """The feature without who reports it. They are kept first, in a message and a record of their
    own under the label of personal data, by the key of the report. Raises Problem."""
    label = asked.node.settings.personal
    if label is None or label not in asked.node.sharings.personal():
        raise Problem(
            400, "properties.reporter: this node takes no personal data",
            "leave it out; an operator sets `[personal] label` (docs/personal-data.md)",
        )  # fmt: skip
    try:
        fields = {**given["properties"].pop("reporter"), "report": kind}
        reporter = typed.convert(fields, Reporter)
    except (TypeError, msgspec.ValidationError) as error:
        raise Problem(400, f"properties.reporter: {error}", "name, phone, email, consent") from None
    key = str(given.setdefault("id", secrets.token_hex(8)))
    if not 0 < len(key) <= 200 or not key.isprintable():
        raise Problem(400, "id: 1 to 200 printable characters")
    apart = {"type": "Feature", "id": key, "geometry": None, "properties": reporter}
    source = msgspec.structs.replace(source_of(asked), label=label)
    message = envelope(msgspec.json.encode(apart), REPORTER, asked.mode)
    receipt = await taken(asked, message, "reporter.geojson", "record_feature", source)
    if receipt.state == QUARANTINED:
        raise Problem(400, "properties.reporter cannot be kept", receipt.reason)
    return msgspec.json.encode(given)


STATE = Param("state", "Only messages in this state", "状態",
              _RECEIPT["properties"]["state"])  # fmt: skip


@operation(
    "/messages",
    en="Messages that arrived, newest last",
    ja="受信した電文の一覧",
    tag="Messages",
    params=(STATE, params.limit(100, 1000)),
)
def listed(asked: Asked) -> Response:
    """Arrivals that the reader may see: the latest `limit`."""
    from collections import deque

    most = asked.number("limit", 100, 1, 1000)
    arrivals = deque(asked.store.messages(asked.reader, state=asked.params.get("state")), most)
    found = {"messages": [_describe(one, asked) for one in arrivals]}
    return Response(msgspec.json.encode(found), media_type="application/json")


@operation(
    "/messages/{id}",
    en="One message: its arrivals, state and faults",
    ja="電文の受信状況",
    tag="Messages",
    produces={"application/json": _MESSAGE},
    path_params=_ID,
    personal=True,
)
def message(asked: Asked) -> Response:
    """What became of a message, and every time it arrived."""
    arrivals = list(asked.store.messages(asked.reader, id=asked.path["id"]))
    if not arrivals:
        raise NotFound(f"no message {asked.path['id']}")
    found = _describe(arrivals[0], asked)
    found["arrivals"] = [
        {"source": one.source, "received": show(one.received), "name": one.name,
         "label": asked.node.sharings.name(one.label)}
        for one in arrivals
    ]  # fmt: skip
    return Response(msgspec.json.encode(found), media_type="application/json")


def _describe(one: Arrival, asked: Asked) -> dict[str, Any]:
    where = f"{asked.base}/messages/{one.id}"
    return {
        "id": one.id, "state": one.state, "reason": one.reason, "source": one.source,
        "received": show(one.received), "name": one.name, "format": one.format,
        "media_type": one.media_type, "size": one.size, "records": one.records,
        "stated": one.stated, "label": asked.node.sharings.name(one.label),
        "faults": typed.decoder(list[Finding]).decode(one.faults),
        "links": [
            {"rel": "self", "href": where, "type": "application/json"},
            {"rel": "enclosure", "href": f"{where}/content", "type": one.media_type},
        ],
    }  # fmt: skip


@operation(
    "/messages/{id}/content",
    en="The bytes of a message, as they arrived",
    ja="電文の原文",
    tag="Messages",
    produces={
        "text/plain": {"type": "string"},
        "application/octet-stream": {"type": "string", "format": "binary"},
    },
    path_params=_ID,
    personal=True,
)
def content(asked: Asked) -> Response:
    """Byte for byte. Text is shown as text, anything else is offered for saving; nothing of it
    is ever run by a browser."""
    arrival = next(asked.store.messages(asked.reader, id=asked.path["id"]), None)
    if arrival is None:
        raise NotFound(f"no message {asked.path['id']}")
    data = asked.store.message(arrival.id, asked.reader)
    text = arrival.media_type.startswith("text/") or arrival.media_type.endswith(("xml", "json"))
    headers = {
        "Content-Disposition": "{}; filename*=UTF-8''{}".format(
            "inline" if text else "attachment", quote(arrival.name or arrival.id[:12])
        ),
        "ETag": f'"{arrival.id}"',
        "Cache-Control": "private, max-age=86400, immutable",
        "Vary": "Authorization",
    }
    # Never as HTML or SVG of this origin, whatever the sender made of it.
    media = "text/plain; charset=utf-8" if text and _is_utf8(data) else "application/octet-stream"
    return StreamingResponse(_pieces(data), headers=headers, media_type=media)


def _is_utf8(data: bytes) -> bool:
    try:
        data[:65536].decode("utf-8")
    except UnicodeDecodeError as error:
        return error.start >= 65_530
    return True


def _pieces(data: bytes, size: int = 256 * 1024) -> Iterator[bytes]:
    for start in range(0, len(data), size):
        yield data[start : start + size]
