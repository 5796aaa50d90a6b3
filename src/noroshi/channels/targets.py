"""Where files go: a folder, an HTTP receiver, or an SFTP server; whole or not at all."""

from __future__ import annotations

import hashlib
import hmac
import os
import time
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Protocol
from urllib.parse import quote, unquote, urlsplit

import httpx
import msgspec

from noroshi.channels.deliver import Ended, Failed
from noroshi.core.errors import NoroshiError, NotPermitted
from noroshi.engine.addresses import Lookup, guarded_client
from noroshi.engine.settings import Output

#: Seconds for a connection, and for each step of an answer: a receiver may have much to unpack.
CONNECT, ANSWER = 5.0, 60.0
#: Bytes that are read and sent at once.
PIECE = 2**18


class Sheet(msgspec.Struct, frozen=True):
    """What goes with a file: its name, media type, a name for this sending of it, and what it
    says of its content (header fields)."""

    name: str
    media_type: str
    id: str
    about: dict[str, str] = {}


class Target(Protocol):
    """Somewhere that takes files."""

    def put(self, sheet: Sheet, body: BinaryIO) -> None:
        """Hand a file over, from its beginning; return once it is there under its name, whole.
        Raises Failed or Ended."""
        ...

    def close(self) -> None:
        """Let go of connections."""
        ...


def target(
    output: Output, home: Path, *, private: bool, where: str, lookup: Lookup | None = None
) -> Target:
    """The target that `output.to` names. Raises NoroshiError, naming the setting at `where`."""
    scheme = output.to.partition(":")[0].lower()
    if scheme == "file":
        return Folder(folder_of(output.to, where))
    if scheme in ("http", "https"):
        from noroshi.channels.webhooks import secret_key

        key = secret_key(output.secret, where)
        return Post(output.to, key, private=private, lookup=lookup)
    if scheme == "sftp":
        from noroshi.channels.sftp import sftp

        return sftp(output, home, private=private, where=where, lookup=lookup)
    raise NoroshiError(
        "to is none of file:/folder/, https://host/… and sftp://user@host/folder/", where=where
    )


def folder_of(text: str, where: str) -> Path:
    """The folder that a `file:` URL names (RFC 8089). Raises NoroshiError."""
    parts = urlsplit(text)
    path = Path(unquote(parts.path))
    if parts.netloc not in ("", "localhost") or parts.query or parts.fragment:
        raise NoroshiError("a file: URL names no host, query or fragment", where=where)
    if not path.is_absolute():
        raise NoroshiError("write the folder from the root: file:/srv/out/", where=where)
    return path


def receiver_of(to: str) -> str:
    """Where an output goes, for people: the rest of a URL may be a secret."""
    parts = urlsplit(to)
    if parts.scheme == "file":
        return to
    return f"{parts.scheme}://{parts.hostname or ''}" + (f":{parts.port}" if parts.port else "")


class Folder:
    """A folder of this machine, made if absent. A `Target`."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def put(self, sheet: Sheet, body: BinaryIO) -> None:
        """See `Target.put`. Whoever lists the folder sees the old file or the new one, whole."""
        partial = self._path / f".{sheet.name}.partial"
        try:
            self._path.mkdir(parents=True, exist_ok=True)
            with partial.open("wb") as opened:
                for piece in pieces(body):
                    opened.write(piece)
                opened.flush()
                os.fsync(opened.fileno())
            partial.replace(self._path / sheet.name)
        except OSError as error:
            raise Failed(f"{self._path}: {error.strerror or error}") from None

    def close(self) -> None:
        """See `Target.close`."""


class Post:
    """Posts files to a URL, signed as Standard Webhooks 1.0 say. A `Target`."""

    def __init__(
        self, url: str, key: bytes, *, private: bool, lookup: Lookup | None = None
    ) -> None:
        self._url, self._key = url, key
        self._client = guarded_client(
            private=private, connect=CONNECT, answer=ANSWER, lookup=lookup
        )

    def put(self, sheet: Sheet, body: BinaryIO) -> None:
        """See `Target.put`."""
        from noroshi.channels.webhooks import retry_after, told_without_url

        stamp = str(int(time.time()))
        signed = hmac.new(self._key, f"{sheet.id}.{stamp}.".encode(), hashlib.sha256)
        size = 0
        for piece in pieces(body):
            signed.update(piece)
            size += len(piece)
        headers = {
            "Content-Type": sheet.media_type, "Content-Length": str(size),
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(sheet.name)}",
            "webhook-id": sheet.id, "webhook-timestamp": stamp,
            "webhook-signature": "v1," + b64encode(signed.digest()).decode(), **sheet.about,
        }  # fmt: skip
        try:
            with self._client.stream(
                "POST", self._url, content=pieces(body), headers=headers
            ) as answer:
                status, reason = answer.status_code, answer.reason_phrase
                after = retry_after(answer)
        except NotPermitted as error:
            raise Failed(str(error)) from None
        except httpx.HTTPError as error:
            raise Failed(told_without_url(error)) from None
        if not 200 <= status < 300:
            why = f"the receiver answered {status} {reason}".rstrip()
            raise Ended(why) if status == 410 else Failed(why, after=after)

    def close(self) -> None:
        """See `Target.close`."""
        self._client.close()


def pieces(body: BinaryIO) -> Iterator[bytes]:
    """A file from its beginning, piece by piece."""
    body.seek(0)
    while piece := body.read(PIECE):
        yield piece
