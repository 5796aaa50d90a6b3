"""JSON as senders write it: byte-order marks, NaN, one wrong feature among thousands."""

from __future__ import annotations

import json
import math
from typing import Any, TypeVar

import msgspec

from noroshi.core.errors import LimitExceeded, UnreadableMessage
from noroshi.kinds import Scalar

T = TypeVar("T")


def decode_json(data: bytes, type: type[T]) -> T:
    """`data` as `type`, fast and strict.

    Raises msgspec.ValidationError where the JSON is well formed but something in it is not of
    the type (read it with `decode_loosely` then), UnreadableMessage where it is not JSON.
    """
    try:
        return msgspec.json.decode(data.removeprefix(b"\xef\xbb\xbf"), type=type)
    except msgspec.ValidationError:
        raise
    except msgspec.DecodeError as error:
        if b"NaN" in data or b"Infinity" in data:
            raise msgspec.ValidationError(str(error)) from None
        raise UnreadableMessage(str(error), remedy="the text must be JSON (RFC 8259)") from None
    except UnicodeDecodeError as error:
        raise UnreadableMessage(
            "JSON must be UTF-8", where=f"byte {error.start}", remedy="save the file as UTF-8"
        ) from None
    except RecursionError:
        raise _too_deep() from None


def decode_loosely(data: bytes) -> dict[str, Any]:
    """The JSON object in `data`, with NaN and infinities as JavaScript and Python write them, so
    that the one feature that holds them can be named. Raises UnreadableMessage."""
    try:
        found = json.loads(data.removeprefix(b"\xef\xbb\xbf").decode())
    except RecursionError:
        raise _too_deep() from None
    except UnicodeDecodeError as error:
        raise UnreadableMessage("JSON must be UTF-8", where=f"byte {error.start}") from None
    except ValueError as error:
        raise UnreadableMessage(str(error), remedy="the text must be JSON (RFC 8259)") from None
    if not isinstance(found, dict):
        raise UnreadableMessage("not a JSON object")
    if b"\\u" in data:
        try:
            json.dumps(found, ensure_ascii=False).encode()
        except UnicodeEncodeError:
            raise UnreadableMessage("half of a surrogate pair", remedy="RFC 8259 §8.2") from None
    return found


def check_count(count: int, limit: int) -> None:
    """Raises LimitExceeded for more features than the settings allow."""
    if count > limit:
        raise LimitExceeded(
            f"{count} features are more than the limit of {limit}",
            where="features",
            remedy="raise `records` in the settings if you trust the sender",
        )


def _too_deep() -> LimitExceeded:
    return LimitExceeded(
        "the JSON is nested too deep", remedy="no map needs objects within objects so far"
    )


def scalar(value: Any, depth: int) -> Scalar:
    """A property as a record keeps it: scalars as they are, lists and objects as JSON text.

    Raises ValueError for what is nested deeper than `depth`.
    """
    if value is None or type(value) is str or type(value) is bool:
        return value
    if type(value) is int:
        return value if -(2**63) <= value < 2**63 else str(value)
    if type(value) is float:
        return value if math.isfinite(value) else None
    if _deeper(value, depth):
        raise ValueError(f"nested more than {depth} deep")
    try:
        return msgspec.json.encode(value).decode()
    except (OverflowError, UnicodeEncodeError) as error:
        raise ValueError(str(error)) from None


def cell(value: Any, depth: int) -> Scalar:
    """A property as a table's cell: a list of scalars as their texts, with 、 between them."""
    if isinstance(value, list) and not any(isinstance(one, list | dict) for one in value):
        return "、".join(str(scalar(one, 1)) for one in value if one is not None)
    return scalar(value, depth)


def _deeper(value: Any, depth: int) -> bool:
    level = [value]
    while level and depth > 0:
        below: list[Any] = []
        for one in level:
            below.extend(one.values() if isinstance(one, dict) else one)
        level = [one for one in below if isinstance(one, dict | list)]
        depth -= 1
    return bool(level)
