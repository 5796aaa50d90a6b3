"""CBOR in its one written form (RFC 8949 §4.2: deterministic encoding), and in no other.

What is signed must have exactly one spelling, so whatever does not encode back to the same bytes
is refused: longer integers than needed, indefinite lengths, keys out of order or twice, anything
after the end. Tags are refused before they are acted upon (a regular expression, a cycle).
"""

from __future__ import annotations

from typing import Any, NoReturn

import cbor2

from noroshi.core.errors import UnreadableMessage

#: Deeper than anything of ours.
_DEPTH = 12


class _NoTags(dict[int, Any]):
    """Says of every tag that there is a decoder for it: one that refuses."""

    def __getitem__(self, tag: int) -> Any:
        return _refuse

    def get(self, tag: int, default: Any = None) -> Any:
        return _refuse

    def __contains__(self, tag: object) -> bool:
        return True


def _refuse(*_: Any) -> NoReturn:
    raise ValueError("tags have no place here")


_NO_TAGS = _NoTags()


def write(value: Any) -> bytes:
    """The deterministic encoding of `value`."""
    return cbor2.dumps(value, canonical=True)


def read(data: bytes, most: int, *, where: str) -> Any:
    """What `data`, of `most` bytes or fewer, encodes. Raises UnreadableMessage."""
    if len(data) > most:
        raise UnreadableMessage(f"{len(data)} bytes are more than {most}", where=where)
    try:
        value = cbor2.loads(
            data, semantic_decoders=_NO_TAGS, max_depth=_DEPTH, allow_indefinite=False,
            allow_duplicate_keys=False,
        )  # fmt: skip
        same = cbor2.dumps(value, canonical=True) == data
    except (cbor2.CBORError, ValueError, TypeError, OverflowError, RecursionError) as error:
        raise UnreadableMessage(f"not CBOR as it is used here: {error}", where=where) from None
    if not same:
        raise UnreadableMessage("not in the deterministic form of CBOR", where=where)
    return value
