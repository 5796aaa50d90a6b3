"""A drill as files: one for each message, in names that sort as they were sent, and a manifest."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import msgspec

from noroshi.core.errors import NoroshiError
from noroshi.core.time import show, to_datetime
from noroshi.feeds.drill.scene import Message
from noroshi.feeds.drill.sinks import Tally
from noroshi.store import READ

MANIFEST = "manifest.jsonl"


class Line(msgspec.Struct, frozen=True, omit_defaults=True):
    """A line of the manifest: a file, when it was sent (RFC 3339), by whom, under what name."""

    file: str
    time: str
    source: str
    name: str
    sha256: str
    wrong: str = ""
    repeats: bool = False


class FolderSink:
    """Writes messages into `folder`.

    Raises NoroshiError where a drill was written there before: two would be mixed up.
    """

    def __init__(self, folder: Path) -> None:
        self.tally = Tally()
        folder.mkdir(parents=True, exist_ok=True)
        if (folder / MANIFEST).exists():
            raise NoroshiError("there are messages in it already", where=str(folder),
                               remedy="give another folder, or remove this one")  # fmt: skip
        self._folder, self._number = folder, 0
        self._manifest = (folder / MANIFEST).open("wb")

    def send(self, message: Message) -> None:
        """See `Sink.send`."""
        self._number += 1
        stamp = to_datetime(message.time).strftime("%Y%m%dT%H%M%SZ")
        name = f"{self._number:06d}_{stamp}_{_plain(message.source)}_{_plain(message.name)}"
        (self._folder / name).write_bytes(message.data)
        line = Line(
            name, show(message.time) or "", message.source, message.name,
            hashlib.sha256(message.data).hexdigest(),
            message.wrong, message.repeats,
        )  # fmt: skip
        self._manifest.write(msgspec.json.encode(line) + b"\n")
        self.tally.note(message.name, READ)

    def close(self) -> None:
        """See `Sink.close`."""
        self._manifest.close()


def read_manifest(folder: Path) -> list[Line] | None:
    """The lines of a folder's manifest; None where it has none. Raises NoroshiError."""
    path = folder / MANIFEST
    if not path.exists():
        return None
    decode = msgspec.json.Decoder(Line).decode
    found = []
    for number, line in enumerate(path.read_bytes().splitlines(), 1):
        try:
            found.append(decode(line))
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise NoroshiError(str(error), where=f"{path}, line {number}") from None
    return found


def _plain(name: str) -> str:
    """`name` as part of a file's name: letters of any script, digits, and what does no harm."""
    return re.sub(r"[^\w.\-]+", "-", name.replace("\\", "/").rpartition("/")[2])[-80:] or "message"
