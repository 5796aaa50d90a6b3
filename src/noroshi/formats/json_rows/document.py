"""Where the rows of a JSON document are, and what stands beside them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import msgspec

from noroshi.core.errors import LimitExceeded, UnreadableMessage
from noroshi.formats import Limits
from noroshi.formats.geojson.document import cell, scalar
from noroshi.formats.japanese import decode, header
from noroshi.kinds import Scalar

#: How deep the rows may lie in the document, and members in a row, to be columns of their own.
_NESTED = 5
#: More columns than this are no table.
_COLUMNS = 2_000
#: A list of numbers has its members as columns too, where a mapping asks for them.
_LISTED = 16


class Document(msgspec.Struct):
    """The rows with the path at which they stand, and the scalars beside them by dotted path.
    `single`: the document is one row, and says nothing of others."""

    rows: list[Any]
    path: str
    beside: dict[str, Scalar]
    single: bool = False


class Opened(msgspec.Struct):
    """A parsed document: its arrays and its scalars by dotted path. `halves`: its texts may hold
    half of a surrogate pair, which can be written in JSON, and kept nowhere."""

    value: Any
    halves: bool
    arrays: dict[str, list[Any]] = {}
    beside: dict[str, Scalar] = {}


def open_document(data: bytes, limits: Limits) -> Opened:
    """A document, parsed. Raises UnreadableMessage for what is no JSON object, nor several."""
    value, halves = _load(data)
    if not isinstance(value, list | dict):
        raise UnreadableMessage("not a JSON object", remedy="send objects, one for each row")
    opened = Opened(value, halves)
    if isinstance(value, dict):
        _survey(value, "", opened.arrays, opened.beside, limits.depth)
    return opened


def locate(opened: Opened, member: str = "") -> Document:
    """The rows of a document: those at the path `member`, else of the one array of objects in it,
    else the document itself as a row.

    Raises UnreadableMessage where several arrays of objects could be meant.
    """
    if isinstance(opened.value, list):
        return Document(opened.value, "", {})
    arrays, beside = opened.arrays, opened.beside
    if member:
        same = [path for path in arrays if header(path) == header(member)]
        if not same:
            raise UnreadableMessage(
                f"the document has no array {member!r}",
                where="mapping.rows",
                remedy=f"its arrays are {', '.join(arrays) or 'none'}",
            )
        return Document(arrays[same[0]], same[0], beside)
    # An array that is empty may be that of the rows: none of them is there.
    likely = {path: rows for path, rows in arrays.items() if any(map(_is_object, rows))} or arrays
    if len(likely) > 1:
        raise UnreadableMessage(
            f"several arrays of objects: {', '.join(likely)}",
            remedy=f'say in the mapping file which holds the rows: rows = "{next(iter(likely))}"',
        )
    for path, rows in likely.items():
        return Document(rows, path, beside)
    return Document([opened.value], "", {}, single=True)


def _is_object(value: Any) -> bool:
    return isinstance(value, dict)


def _load(data: bytes) -> tuple[Any, bool]:
    """The JSON value in `data`, a list of them for JSON lines; and whether it may hold half of a
    surrogate pair: where the strict parser, which refuses those, did not read all of it."""
    try:
        text = data.removeprefix(b"\xef\xbb\xbf").decode()
    except UnicodeDecodeError:
        text, _ = decode(data)
    try:
        return msgspec.json.decode(text), False
    except msgspec.DecodeError as error:
        why = str(error)
    except RecursionError:
        raise _too_deep() from None
    halves = "\\u" in text
    try:
        if "\n" in text.strip():
            lines = [line for line in text.splitlines() if line.strip()]
            if len(lines) > 1 and all(line.lstrip().startswith("{") for line in lines):
                return [_line(line) for line in lines], halves
        # NaN and infinities, as JavaScript and Python write them.
        return json.loads(text), halves
    except RecursionError:
        raise _too_deep() from None
    except ValueError:
        raise UnreadableMessage(why, remedy="the text must be JSON (RFC 8259)") from None


def _line(text: str) -> Any:
    """A line's object; None for a line that is none, which is a fault of that line alone."""
    try:
        return msgspec.json.decode(text)
    except msgspec.DecodeError:
        try:
            return json.loads(text)
        except ValueError:
            return None


def _too_deep() -> LimitExceeded:
    return LimitExceeded("the JSON is nested too deep", remedy="rows are a few levels deep")


def _survey(
    inside: dict[str, Any],
    prefix: str,
    arrays: dict[str, list[Any]],
    beside: dict[str, Scalar],
    depth: int,
) -> None:
    for name, value in inside.items():
        path = f"{prefix}{name}"
        if isinstance(value, list):
            if not value or any(map(_is_object, value)):
                arrays[path] = value
        elif isinstance(value, dict):
            if path.count(".") < _NESTED:
                _survey(value, f"{path}.", arrays, beside, depth)
        elif len(beside) < _COLUMNS:
            beside[path] = scalar(value, depth)


def flatten(row: dict[str, Any], depth: int, listed: frozenset[str]) -> dict[str, Scalar]:
    """A row's cells by dotted path. A list of scalars is their texts with 、 between, and its
    members are cells of their own (`位置.0`) where one of them is in `listed` (names as compared);
    what is nested further is JSON text.

    Raises ValueError for what is nested deeper than `depth`, or of too many columns.
    """
    found: dict[str, Scalar] = {}
    for path, value in _cells(row, "", depth, listed):
        found[path] = value
        if len(found) > _COLUMNS:
            raise ValueError(f"more than {_COLUMNS} columns")
    return found


def _cells(
    row: dict[str, Any], prefix: str, depth: int, listed: frozenset[str]
) -> Iterator[tuple[str, Scalar]]:
    for name, value in row.items():
        path = f"{prefix}{name}"
        if isinstance(value, dict) and path.count(".") < _NESTED:
            yield from _cells(value, f"{path}.", depth, listed)
            continue
        yield path, cell(value, depth)
        if isinstance(value, list):
            for at, one in enumerate(value[:_LISTED]):
                if header(f"{path}.{at}") in listed:
                    yield f"{path}.{at}", cell(one, depth)
