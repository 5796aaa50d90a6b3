"""Messages from files, folders, archives and standard input.

An archive (tar, zip, gzip, bzip2, xz; told by content) is a folder: each member is a message of its
own. A zip that is itself a message (SIP4D-ZIP) stays whole. Nothing is ever written to disk, so
a member's path is only a name.
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import struct
import sys
import tarfile
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO

from noroshi.core.errors import LimitExceeded, NotFound
from noroshi.engine.ingest import DEFAULT_LIMITS, Offered
from noroshi.formats import Limits, recognise

_NESTING = 3
#: What the standard library raises for damaged or hostile archives.
_DAMAGED = (
    tarfile.TarError,
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    OSError,
    EOFError,
    ValueError,
    struct.error,
    RuntimeError,
    NotImplementedError,
)


def find(paths: Iterable[str | Path], limits: Limits = DEFAULT_LIMITS) -> Iterator[Offered]:
    """Every message under `paths` in a stable order; `-` is standard input.

    Hidden files are left out. Raises NotFound for a path that is not there. What exceeds
    `limits` comes with its `fault`.
    """
    for path in paths:
        if str(path) == "-":
            yield from _expand("-", _read(sys.stdin.buffer, limits, "-"), limits, 0)
            continue
        root = Path(path)
        if root.is_dir():
            for one in sorted(root.rglob("*")):
                hidden = any(part.startswith(".") for part in one.relative_to(root).parts)
                if one.is_file() and not hidden:
                    yield from _file(one, limits)
        elif root.exists():
            yield from _file(root, limits)
        else:
            raise NotFound("no such file or folder", where=str(root))


def _file(path: Path, limits: Limits) -> Iterator[Offered]:
    name = str(path)
    try:
        with path.open("rb") as opened:
            head = opened.read(512)
            opened.seek(0)
            if _is_tar(head, opened):
                yield from _tar(name, opened, limits, 0)
                return
            data = _read(opened, limits, name)
    except LimitExceeded as error:
        yield Offered(name, b"", fault=str(error))
        return
    except OSError as error:
        yield Offered(name, b"", fault=f"cannot be opened: {error.strerror}")
        return
    yield from _expand(name, data, limits, 0)


def _read(opened: IO[bytes], limits: Limits, name: str) -> bytes:
    data = opened.read(limits.message_bytes + 1)
    if len(data) > limits.message_bytes:
        raise LimitExceeded(
            f"larger than the limit of {limits.message_bytes} bytes",
            where=name,
            remedy="split it, or raise limits.message_bytes in settings.toml",
        )
    return data


_COMPRESSED = {b"\x1f\x8b": gzip.open, b"BZh": bz2.open, b"\xfd7zXZ\0": lzma.open}


def _opener(head: bytes):  # type: ignore[no-untyped-def]
    return next((opener for magic, opener in _COMPRESSED.items() if head.startswith(magic)), None)


def _is_tar(head: bytes, opened: IO[bytes]) -> bool:
    """True for a tar, compressed or not. Leaves `opened` at its start."""
    opener = _opener(head)
    try:
        if opener is not None:
            with opener(opened) as inner:
                head = inner.read(512)
        return len(head) == 512 and head[257:262] == b"ustar"
    except _DAMAGED:
        return False
    finally:
        opened.seek(0)


def _expand(name: str, data: bytes, limits: Limits, depth: int) -> Iterator[Offered]:
    """`data` itself, or, where it is an archive, its members."""
    if depth < _NESTING:
        if _is_tar(data[:512], stream := io.BytesIO(data)):
            yield from _tar(name, stream, limits, depth)
            return
        opener = _opener(data[:6])
        if opener is not None:
            yield from _decompress(name, data, opener, limits, depth)
            return
        if data[:4] == b"PK\x03\x04" and recognise(data) is None:
            yield from _zip(name, data, limits, depth)
            return
    yield Offered(name, data)


def _decompress(name, data, opener, limits: Limits, depth: int):  # type: ignore[no-untyped-def]
    budget = _budget(len(data), limits)
    try:
        with opener(io.BytesIO(data)) as inner:
            out = inner.read(budget + 1)
    except _DAMAGED as error:
        yield Offered(name, data, fault=f"damaged archive: {error}")
        return
    if len(out) > budget:
        yield Offered(name, data, fault=f"expands beyond {budget} bytes")
        return
    yield from _expand(name, out, limits, depth + 1)


def _budget(size: int, limits: Limits) -> int:
    """How far `size` compressed bytes may expand."""
    return min(limits.expanded_bytes, limits.expansion_ratio * max(size, 4096))


def _tar(name: str, stream: IO[bytes], limits: Limits, depth: int) -> Iterator[Offered]:
    stream.seek(0, io.SEEK_END)
    budget = _budget(stream.tell(), limits)
    stream.seek(0)
    members = 0
    try:
        # Streaming: what a member's header claims is never trusted with memory.
        with tarfile.open(fileobj=stream, mode="r|*") as archive:
            for member in archive:
                members += 1
                budget -= member.size
                if members > limits.members or budget < 0:
                    fault = (
                        f"more than {limits.members} members"
                        if budget >= 0
                        else ("expands beyond the limit")
                    )
                    yield Offered(name, _whole(stream), fault=f"{fault}; the rest was left out")
                    return
                opened = archive.extractfile(member) if member.isreg() else None
                if opened is not None:
                    inner = f"{name}!{member.name}"
                    if member.size > limits.message_bytes:
                        yield Offered(inner, b"", fault="larger than limits.message_bytes")
                        continue
                    yield from _expand(inner, opened.read(), limits, depth + 1)
    except _DAMAGED as error:
        yield Offered(name, _whole(stream), fault=f"damaged archive: {error}")


def _whole(stream: IO[bytes]) -> bytes:
    stream.seek(0)
    return stream.read()


def _zip(name: str, data: bytes, limits: Limits, depth: int) -> Iterator[Offered]:
    budget = _budget(len(data), limits)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = [one for one in archive.infolist() if not one.is_dir()]
            if any(one.filename == "[Content_Types].xml" for one in members):
                yield Offered(name, data)  # an office document, not a folder of messages
                return
            if len(members) > limits.members:
                yield Offered(name, data, fault=f"more than {limits.members} members")
                return
            for member in members:
                with archive.open(member) as opened:
                    inner = opened.read(budget + 1)
                budget -= len(inner)
                if budget < 0:
                    yield Offered(name, data, fault="expands beyond the limit")
                    return
                yield from _expand(f"{name}!{member.filename}", inner, limits, depth + 1)
    except _DAMAGED as error:
        yield Offered(name, data, fault=f"damaged archive: {error}")
