"""Many packed envelopes as one compressed body, written and read as it flows.

A zlib stream (RFC 1950) of frames: the length of an envelope (4 bytes, big-endian), the envelope.
A length of 0 ends the batch, so that a body cut short is told from one that is whole.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator

from noroshi.core.errors import LimitExceeded, UnreadableMessage
from noroshi.formats import Limits

MEDIA_TYPE = "application/vnd.noroshi.batch"
#: What a frame of an answer to a peer begins with: what there is, an identity, an envelope, one
#: without its content.
HEADS, IDENTITY, ENVELOPE, WITHHELD = b"H", b"I", b"E", b"W"
#: What is handed over at once, and expanded at once.
_CHUNK = 64 * 1024
_WHERE = "batch"


def write_batch(packed: Iterable[bytes]) -> Iterator[bytes]:
    """The body, in chunks, with no more of `packed` in memory than one at a time."""
    # Contents come compressed already and signatures do not compress: speed is what counts.
    compressor = zlib.compressobj(1)
    waiting = bytearray()
    for one in packed:
        if not one:
            raise ValueError("an empty envelope")
        waiting += compressor.compress(len(one).to_bytes(4, "big") + one)
        if len(waiting) >= _CHUNK:
            yield bytes(waiting)
            waiting.clear()
    waiting += compressor.compress(bytes(4)) + compressor.flush()
    yield bytes(waiting)


def read_batch(chunks: Iterable[bytes], limits: Limits) -> Iterator[bytes]:
    """Each packed envelope, as soon as it is whole. Memory is bounded by the largest of them,
    and that by `limits.message_bytes`; the sum of all by `limits.expanded_bytes`.

    Raises UnreadableMessage where the body is damaged or cut short, after all that came whole,
    and LimitExceeded.
    """
    waiting = bytearray()
    total = 0
    for piece in _expanded(chunks):
        total += len(piece)
        if total > limits.expanded_bytes:
            raise LimitExceeded(f"more than {limits.expanded_bytes} bytes", where=_WHERE)
        waiting += piece
        at = 0
        while len(waiting) - at >= 4:
            length = int.from_bytes(waiting[at : at + 4], "big")
            if length > limits.message_bytes:
                raise LimitExceeded(
                    f"an envelope of {length} bytes is more than {limits.message_bytes}",
                    where=_WHERE,
                )
            if not length:
                if len(waiting) > at + 4:
                    raise UnreadableMessage("goes on after its end", where=_WHERE)
                break
            if len(waiting) - at - 4 < length:
                break
            yield bytes(waiting[at + 4 : at + 4 + length])
            at += 4 + length
        del waiting[:at]
    if waiting != bytes(4):
        raise UnreadableMessage("cut short", where=_WHERE)


def _expanded(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """What `chunks` expand to, a little at a time. Raises UnreadableMessage where they are
    damaged, cut short, or go on after their end; what came before has been given out."""
    stream = zlib.decompressobj()
    try:
        for chunk in chunks:
            if stream.eof and chunk:
                raise UnreadableMessage("goes on after its end", where=_WHERE)
            while chunk:
                if piece := stream.decompress(chunk, _CHUNK):
                    yield piece
                if stream.unused_data:
                    raise UnreadableMessage("goes on after its end", where=_WHERE)
                chunk = stream.unconsumed_tail
        while not stream.eof and (piece := stream.decompress(b"", _CHUNK)):
            yield piece
    except zlib.error as error:
        raise UnreadableMessage(f"not a batch: {error}", where=_WHERE) from None
    if not stream.eof:
        raise UnreadableMessage("cut short", where=_WHERE)
