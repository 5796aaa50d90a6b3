"""What a node stated in an exercise: every edition of every thing, out of its store or over HTTP.

All editions together are the bitemporal picture: what it showed at any moment, as known at any
moment, follows from their two times.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

import httpx
import msgspec

from noroshi.core.errors import NotPermitted, Unreachable
from noroshi.core.label import OPERATOR
from noroshi.core.record import Action, Mode, Version
from noroshi.core.time import FOREVER, NEVER, parse
from noroshi.store import open_store

_BATCH = 1_000


class Statement(msgspec.Struct, frozen=True):
    """One edition of one thing of one source. `stream`: the thing in its series; `order` sorts the
    editions of a stream. `ended`: from then on it is no more. Times are microseconds UTC."""

    kind: str
    stream: str
    key: str
    source: str
    order: tuple[int, int, int, int]
    issued: int
    recorded: int
    valid_from: int
    valid_to: int
    ended: bool
    body: dict[str, Any]
    geometry: bytes | None = None


def from_home(home: Path, kinds: Collection[str]) -> list[Statement]:
    """Everything of `kinds` that the node in `home` ever stated in an exercise."""
    store = open_store(home)
    found: list[Statement] = []
    after = 0
    try:
        while some := store.changes(OPERATOR, after=after, limit=_BATCH, kinds=kinds):
            after = some[-1].version.id
            found += [_of(one.version) for one in some if one.version.mode is Mode.EXERCISE]
    finally:
        store.close()
    return found


def _of(one: Version) -> Statement:
    return Statement(
        one.kind, f"{one.series_id}.{one.key}", one.key, one.source,
        (one.issued, int(one.action), one.serial, one.id), one.issued, one.recorded,
        one.valid_from, one.valid_to, one.action is Action.CANCEL, one.fields(), one.geometry,
    )  # fmt: skip


def from_url(url: str, token: str, kinds: Collection[str]) -> list[Statement]:
    """As `from_home`, of the node at `url`, as far as the token sees. Raises Unreachable and
    NotPermitted."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    try:
        with httpx.Client(base_url=url.rstrip("/"), headers=headers, timeout=60) as client:
            return [
                one for kind in sorted(kinds) for thing in _things(client, kind)
                for one in _history(client, kind, thing)
            ]  # fmt: skip
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise Unreachable(f"the node does not answer: {error}", where=url) from None


def _get(client: httpx.Client, path: str, **asked: str | int) -> dict[str, Any]:
    answer = client.get(path, params=asked)
    if answer.status_code in (401, 403):
        raise NotPermitted("the token does not read this", where=str(client.base_url))
    if answer.status_code != 200:
        raise Unreachable(f"{path}: it answers {answer.status_code}", where=str(client.base_url))
    found: dict[str, Any] = msgspec.json.decode(answer.content)
    return found


def _things(client: httpx.Client, kind: str) -> list[str]:
    """The ids of the things of which anything was stated."""
    found: dict[str, None] = {}
    after = 0
    while True:
        page = _get(client, "/changes", collections=kind, mode="exercise", after=after, limit=1000)
        for one in page["changes"]:
            found[one["subject"]] = None
        if page["next"] is None or page["next"] == after:
            return list(found)
        after = page["next"]


def _history(client: httpx.Client, kind: str, thing: str) -> Iterator[Statement]:
    listed = _get(client, f"/collections/{kind}/items/{thing}/history")
    for one in listed["editions"]:
        shape = one.get("geometry")
        known = {name: one.get(f"record_{name}", one.get(name)) for name in _TIMES}
        id = int(str(one["id"]).rpartition("@")[2])
        action = Action[str(one.get("record_action", one["action"])).upper()]
        issued = _time(known["issued"], NEVER)
        yield Statement(
            kind, thing, str(listed["key"]), str(one.get("record_source", one["source"])),
            (issued, int(action), int(one.get("record_serial", one["serial"]) or 0), id), issued,
            _time(known["recorded"], NEVER), _time(known["valid_from"], NEVER),
            _time(known["valid_to"], FOREVER), action is Action.CANCEL, one,
            None if shape is None else _wkb(shape),
        )  # fmt: skip


_TIMES = ("issued", "recorded", "valid_from", "valid_to")


def _time(text: Any, otherwise: int) -> int:
    return otherwise if text is None else parse(str(text))


def _wkb(shape: Any) -> bytes:
    import shapely

    found: bytes = shapely.to_wkb(shapely.from_geojson(msgspec.json.encode(shape)))
    return found
