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
#: What a tar member's headers may take.
_HEADER = 2 * 2**20
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


def find(
    paths: Iterable[str | Path], limits: Limits = DEFAULT_LIMITS, *, stdin_name: str = "-"
) -> Iterator[Offered]:
    """Every message under `paths` in a stable order; `-` is standard input, called `stdin_name`.

    Hidden files are left out. Raises NotFound for a path that is not there. What exceeds
    `limits` comes with its `fault`.
    """
    for path in paths:
        if str(path) == "-":
            yield from expand(stdin_name, _read(sys.stdin.buffer, limits, "-"), limits)
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
    name = readable(str(path))
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
    yield from expand(name, data, limits, 0)


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


def expand(name: str, data: bytes, limits: Limits, depth: int = 0) -> Iterator[Offered]:
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
    yield from expand(name, out, limits, depth + 1)


def _budget(size: int, limits: Limits) -> int:
    """How far `size` compressed bytes may expand."""
    return min(limits.expanded_bytes, limits.expansion_ratio * max(size, 4096))


class _Metered(io.RawIOBase):
    """A stream that gives out no more than it was last allowed, so that nothing an archive's
    headers claim is trusted with memory."""

    def __init__(self, stream: IO[bytes]) -> None:
        self.stream, self.allowed = stream, 0

    def allow(self, size: int) -> None:
        """Let another `size` bytes through, beside what a header takes."""
        self.allowed = size + _HEADER

    def read(self, size: int = -1) -> bytes:
        if self.allowed <= 0:
            raise tarfile.ReadError("a header is larger than any honest one")
        data = self.stream.read(size)
        self.allowed -= len(data)
        return data


def _tar(name: str, stream: IO[bytes], limits: Limits, depth: int) -> Iterator[Offered]:
    stream.seek(0, io.SEEK_END)
    size = stream.tell()
    stream.seek(0)
    kept = size <= limits.message_bytes
    budget, members = _budget(size, limits), 0
    opener = _opener(stream.read(8))
    stream.seek(0)
    fault = ""
    try:
        meter = _Metered(stream if opener is None else opener(stream))
        meter.allow(0)
        with tarfile.open(fileobj=meter, mode="r|") as archive:
            while not fault and (member := archive.next()) is not None:
                archive.members.clear()  # type: ignore[attr-defined]  # or they all stay in memory
                members += 1
                budget -= member.size
                if members > limits.members:
                    fault = f"more than {limits.members} members; the rest was left out"
                elif budget < 0:
                    fault = "expands beyond the limit; the rest was left out"
                else:
                    meter.allow(member.size)
                    yield from _member(archive, member, name, limits, depth)
    except _DAMAGED as error:
        fault = f"damaged archive: {error}"
    if fault:
        stream.seek(0)
        yield Offered(name, stream.read() if kept else b"", fault=fault)


def _member(
    archive: tarfile.TarFile, member: tarfile.TarInfo, name: str, limits: Limits, depth: int
) -> Iterator[Offered]:
    opened = archive.extractfile(member) if member.isreg() else None
    if opened is None:
        return
    inner = f"{name}!{readable(member.name)}"
    if member.size > limits.message_bytes:
        yield Offered(inner, b"", fault="larger than limits.message_bytes")
    else:
        yield from expand(inner, opened.read(), limits, depth + 1)


def readable(name: str) -> str:
    """A file's name as text that can be kept: names in Shift_JIS become what they were meant to
    be, and what no encoding fits is spelt out."""
    raw = name.encode("utf-8", "surrogateescape")
    for encoding in ("utf-8", "cp932"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return raw.decode("utf-8", "backslashreplace")


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
                yield from expand(f"{name}!{member.filename}", inner, limits, depth + 1)
    except _DAMAGED as error:
        yield Offered(name, data, fault=f"damaged archive: {error}")
