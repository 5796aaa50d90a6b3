"""Where a record comes from: this number, from these records, from these messages, by this code
with these parameters."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from noroshi import kinds
from noroshi.core.errors import NotFound
from noroshi.core.label import Reader
from noroshi.core.record import Mode, Version
from noroshi.core.time import JST, show
from noroshi.store import Arrival, Query, Store

#: How many records a tree shows, and of how many a record may be shown to rest.
MOST, WIDEST = 400, 50
#: The name of a product's source before the capability's own.
PRODUCT = "product/"


class Message(msgspec.Struct, frozen=True, omit_defaults=True):
    """A message at the end of a lineage."""

    id: str
    name: str
    source: str
    received: int
    format: str


class Node(msgspec.Struct, omit_defaults=True):
    """A record and what it rests on. `again`: it was shown above, with what it rests on. `more`
    inputs are left out because they are too many; `hidden` ones may not be seen by this reader, or
    were recalled. `method`: the code and parameters by which a product made it."""

    version: Version
    title: str
    basis: list[Node] = []
    messages: list[Message] = []
    method: dict[str, Any] | None = None
    more: int = 0
    hidden: int = 0
    again: bool = False


def trace(store: Store, id: int, reader: Reader) -> Node:
    """The lineage of a version, as `reader` may see it. Raises NotFound."""
    return _Tracer(store, reader).node(store.version(id, reader))


class _Tracer:
    def __init__(self, store: Store, reader: Reader) -> None:
        self._store, self._reader = store, reader
        self._shown: set[int] = set()
        self._methods: dict[tuple[str, Mode, int], dict[str, Any] | None] = {}

    def node(self, version: Version) -> Node:
        """A version with all below it. What is nearest is shown first where there is too much."""
        top = self._plain(version)
        level = [top]
        while level:
            below: list[Node] = []
            for node in level:
                if node.version.id in self._shown:
                    node.again = bool(node.version.basis)
                    continue
                self._shown.add(node.version.id)
                basis = node.version.basis[:WIDEST]
                if len(self._shown) + len(below) + len(basis) > MOST:
                    basis = ()
                node.more = len(node.version.basis) - len(basis)
                found = self._store.versions(list(basis), self._reader)
                node.hidden = len(basis) - len(found)
                node.basis = [self._plain(found[one]) for one in basis if one in found]
                below += node.basis
            level = below
        return top

    def _plain(self, version: Version) -> Node:
        node = Node(version, title(version))
        if version.message is not None:
            node.messages = [
                _message(one) for one in self._store.messages(self._reader, id=version.message)
            ][:3]
        elif version.source.startswith(PRODUCT):
            node.method = self._method(version)
        return node

    def _method(self, version: Version) -> dict[str, Any] | None:
        """How the product was computed when this was recorded."""
        name, moment = version.source.removeprefix(PRODUCT), version.recorded
        key = name, version.mode, moment
        if key not in self._methods:
            query = Query(self._reader, moment, moment, "node.method", version.mode,
                          series=f"method/{name}")  # fmt: skip
            found = [one for one in self._store.picture(query) if one.kind == "node.method"]
            self._methods[key] = found[-1].fields() if found else None
        return self._methods[key]


def _message(one: Arrival) -> Message:
    return Message(one.id, one.name, one.source, one.received, one.format)


#: Fields that say what a record is about, the best first.
_NAMES = ("name", "title", "area_name", "municipality", "subject", "facility", "product", "office")


def title(version: Version) -> str:
    """What a record is about, in a few words."""
    try:
        kind = kinds.get(version.kind).ja
    except NotFound:
        kind = version.kind
    fields = version.fields()
    named = next((str(fields[one]) for one in _NAMES if fields.get(one)), version.key)
    return f"{kind} {named}"


def as_object(node: Node, identify: Callable[[Version], str] | None = None) -> dict[str, Any]:
    """A lineage as JSON is made of. `identify` gives the id by which a version
    is asked for."""
    version = node.version
    found: dict[str, Any] = {
        "record_id": version.id, "kind": version.kind, "key": version.key, "title": node.title,
        "mode": version.mode.name.lower(), "source": version.source,
        "issued": show(version.issued), "recorded": show(version.recorded),
        "valid_from": show(version.valid_from), "valid_to": show(version.valid_to),
    }  # fmt: skip
    if identify is not None:
        found["id"] = identify(version)
    if node.again:
        return {**found, "again": True}
    if node.messages:
        found["messages"] = [
            {"id": one.id, "name": one.name, "source": one.source, "format": one.format,
             "received": show(one.received)}
            for one in node.messages
        ]  # fmt: skip
    if node.method is not None:
        found["method"] = node.method
    if node.basis:
        found["basis"] = [as_object(one, identify) for one in node.basis]
    for name in ("more", "hidden"):
        if getattr(node, name):
            found[name] = getattr(node, name)
    return found


def drawn(node: Node, before: str = "", last: bool = True, top: bool = True) -> Iterator[str]:
    """A lineage as lines of text, one record each, those it rests on below it."""
    version = node.version
    when = (show(version.issued, JST) or "")[:16].replace("T", " ")
    mark = "" if version.mode is Mode.ACTUAL else f"［{_MODES[version.mode]}］"
    own = "" if top else "└─ " if last else "├─ "
    again = "  (上に同じ, as above)" if node.again else ""
    yield f"{before}{own}{mark}{node.title}  #{version.id}  {when}  {version.source}{again}"
    if node.again:
        return
    inner = before if top else before + ("   " if last else "│  ")
    rest = [f"電文 message {one.name or one.id[:12]}  {one.source}  {one.id[:12]}"
            for one in node.messages]  # fmt: skip
    if node.method is not None:
        params = ", ".join(f"{name}={value}" for name, value in node.method["params"].items()) \
            if node.method.get("params") else ""  # fmt: skip
        yield f"{inner}{'│' if node.basis else ' '}  算出 method {node.method['version']} " \
              f"code {node.method['code']}  {params}"  # fmt: skip
    if node.more:
        rest.append(f"ほか {node.more} 件 (and {node.more} more)")
    if node.hidden:
        rest.append(f"{node.hidden} 件は表示できません ({node.hidden} cannot be shown)")
    for place, one in enumerate(node.basis, start=1):
        yield from drawn(one, inner, place == len(node.basis) and not rest, top=False)
    for place, line in enumerate(rest, start=1):
        yield f"{inner}{'└─' if place == len(rest) else '├─'} {line}"


_MODES = {Mode.EXERCISE: "訓練", Mode.TEST: "試験"}
