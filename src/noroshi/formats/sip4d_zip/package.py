"""The archive: its members by name, opened without trusting anything it says of itself."""

from __future__ import annotations

import io
import json
import posixpath
import re
import stat
import unicodedata
import zipfile
import zlib
from typing import Any

import msgspec

from noroshi.core.errors import LimitExceeded, UnreadableMessage
from noroshi.formats import Finding, Limits
from noroshi.formats.sip4d_zip import META_NAME

#: Below this much expanded data the expansion ratio says nothing: a few kB of repeated JSON
#: compress a hundredfold.
RATIO_FLOOR = 4 * 2**20
_FLATTER = "no package needs this; raise `depth` in the limits if you trust the sender"
_JUNK = re.compile(r"(^|/)(__MACOSX/|\.DS_Store$|Thumbs\.db$|\._)")


class Package:
    """The files of an archive by name, with what is wrong with it as an archive.

    Names are as the sender meant them: Windows-encoded ones decoded, `\\` as `/`, NFC. Members
    that would escape the folder they are unpacked in, symbolic links and all but the last of
    duplicates cannot be read; `problems` names them. `recoded` are names that were not in UTF-8.
    `root` is the folder of the metadata file ("" or ending in "/").
    """

    def __init__(self, data: bytes, limits: Limits) -> None:
        """Raises UnreadableMessage; LimitExceeded for an archive that expands too far."""
        self.problems: list[Finding] = []
        self.limits = limits
        if data.count(b"PK\x01\x02") > limits.members:
            raise LimitExceeded(
                f"more than {limits.members} members in the archive",
                remedy="raise `members` in the limits if you trust the sender",
            )
        try:
            self._archive = zipfile.ZipFile(io.BytesIO(data))
            listed = self._archive.infolist()
        except (zipfile.BadZipFile, ValueError, OverflowError, OSError, UnicodeError) as error:
            raise UnreadableMessage(
                f"not a readable ZIP archive: {error}",
                remedy="the file may have been cut off in transit: send it again",
            ) from None
        except NotImplementedError as error:
            raise UnreadableMessage(
                f"a kind of ZIP archive that is not read: {error}",
                remedy="make a plain ZIP archive",
            ) from None
        _check_expansion(listed, len(data), limits)
        self.members: dict[str, zipfile.ZipInfo] = {}
        self.recoded: set[str] = set()
        for info in listed:
            self._admit(info)
        metas = sorted(
            (name for name in self.members if posixpath.basename(name) == META_NAME),
            key=lambda name: (name.count("/"), name),
        )
        if not metas:
            raise UnreadableMessage(
                f"no {META_NAME} in the archive",
                remedy=f"a SIP4D-ZIP package has {META_NAME} at its top",
            )
        self.root = metas[0].removesuffix(META_NAME)
        if self.root:
            self.problem(
                "error", metas[0], "the metadata lie in a folder",
                "put the files at the top of the archive",
            )  # fmt: skip
        for other in metas[1:]:
            self.problem(
                "error", other, "a second metadata file: only the first package is read",
                "send one package per archive",
            )  # fmt: skip

    def problem(self, severity: str, where: str, what: str, remedy: str) -> None:
        """Note something wrong with the archive."""
        self.problems.append(Finding(severity, where, what, remedy))

    def _admit(self, info: zipfile.ZipInfo) -> None:
        name, encoding = _name(info)
        if info.is_dir() or name.endswith("/") or _JUNK.search(name):
            return
        if escapes(name):
            self.problem(
                "error", name, "a member whose name leads out of the archive's folder",
                "such an archive is an attack or a mistake: do not unpack it",
            )  # fmt: skip
            return
        if stat.S_ISLNK(info.external_attr >> 16):
            self.problem("error", name, "a member that is a symbolic link", "send the file itself")
            return
        if info.flag_bits & 0x1:
            self.problem("error", name, "an encrypted member", "send it without a password")
            return
        if encoding:
            self.recoded.add(name)
            self.problem(
                "warning", name, f"a member name in {encoding}",
                "others may not find the file: write names in UTF-8, or in ASCII",
            )  # fmt: skip
        if "\\" in info.filename:
            self.problem("warning", name, "a member name with backslashes", "write / in names")
        if name in self.members:
            self.problem(
                "error", name, "two members of one name: the last one is read",
                "which one is meant cannot be told: send one",
            )  # fmt: skip
        self.members[name] = info

    def find(self, name: str) -> str | None:
        """The member that `name` in the metadata means, or None.

        It is looked for beside the metadata, then from the top, and at last by its bare name in
        any folder, if only one has it: senders write all of these.
        """
        wanted = unicodedata.normalize("NFC", name.replace("\\", "/")).removeprefix("./")
        if not wanted or escapes(wanted):
            return None
        for candidate in (self.root + wanted, wanted):
            if candidate in self.members:
                return candidate
        bare = posixpath.basename(wanted).casefold()
        alike = [one for one in self.members if posixpath.basename(one).casefold() == bare]
        return alike[0] if len(alike) == 1 else None

    def read(self, member: str) -> bytes:
        """The bytes of a member. Raises UnreadableMessage naming it."""
        info = self.members[member]
        try:
            with self._archive.open(info) as stream:
                content = stream.read(info.file_size + 1)
        except (
            zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError,
            RuntimeError,
        ) as error:  # fmt: skip
            raise UnreadableMessage(
                f"cannot be unpacked: {error}", where=member, remedy="send the package again"
            ) from None
        if len(content) > info.file_size:
            raise LimitExceeded(
                "larger than the archive says", where=member, remedy="send the package again"
            )
        return content

    def json(self, member: str) -> tuple[Any, list[Finding]]:
        """The JSON value of a member, and what is wrong with the way it is written."""
        text, faults = as_utf8(self.read(member), member)
        return decode_json(text, member, faults, self.limits.depth), faults


def escapes(name: str) -> bool:
    """True for a name that leads out of the folder it is unpacked in, or names no file."""
    parts = name.replace("\\", "/").split("/")
    return name.startswith(("/", "\\")) or ".." in parts or "\0" in name or ":" in parts[0]


def as_utf8(content: bytes, where: str) -> tuple[bytes, list[Finding]]:
    """`content` as UTF-8 without byte-order mark, and the findings if it was not.

    Raises UnreadableMessage for what is no text in an encoding that Japanese offices use.
    """
    if content.startswith(b"\xef\xbb\xbf"):
        finding = Finding(
            "error", where, "begins with a byte-order mark", "save it as UTF-8 without BOM"
        )
        return content[3:], [finding]
    try:
        content.decode("utf-8")
        return content, []
    except UnicodeDecodeError:
        pass
    for encoding in ("utf-16",) if content[:2] in (b"\xff\xfe", b"\xfe\xff") else ("cp932",):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        finding = Finding("error", where, f"is in {encoding}, not UTF-8", "save it as UTF-8")
        return text.encode(), [finding]
    raise UnreadableMessage("neither UTF-8 nor Shift_JIS", where=where, remedy="save it as UTF-8")


def decode_json(text: bytes, where: str, faults: list[Finding], depth: int) -> Any:
    """The JSON value of UTF-8 `text`. NaN and Infinity, which are no JSON, become None and a
    finding in `faults`. Raises UnreadableMessage with the place."""
    try:
        value = msgspec.json.decode(text)
    except msgspec.DecodeError as error:
        value = _decode_loosely(text, where, str(error), faults)
    except RecursionError:
        raise LimitExceeded("nested too deeply", where=where, remedy=_FLATTER) from None
    if _deeper(value, depth):
        raise LimitExceeded(f"nested more than {depth} deep", where=where, remedy=_FLATTER)
    return value


def _decode_loosely(text: bytes, where: str, reason: str, faults: list[Finding]) -> Any:
    constants: list[str] = []

    def note_constant(name: str) -> None:
        constants.append(name)

    try:
        value = json.loads(text, parse_constant=note_constant)
    except RecursionError:
        raise LimitExceeded("nested too deeply", where=where, remedy=_FLATTER) from None
    except ValueError as error:
        place = f"{where} line {error.lineno}" if isinstance(error, json.JSONDecodeError) else where
        raise UnreadableMessage(
            f"not JSON: {reason}", where=place, remedy="check it with any JSON validator"
        ) from None
    if constants:
        what = f"has {constants[0]} where JSON knows no such number"
        faults.append(Finding("error", where, what, "write null for what is not known"))
    return value


def _deeper(value: Any, depth: int) -> bool:
    """True if `value` is nested more than `depth` deep. Walks level by level, not recursively."""
    level = [value] if isinstance(value, dict | list) else []
    while level:
        if depth == 0:
            return True
        depth -= 1
        level = [
            child
            for parent in level
            for child in (parent.values() if isinstance(parent, dict) else parent)
            if isinstance(child, dict | list)
        ]
    return False


def _check_expansion(listed: list[zipfile.ZipInfo], size: int, limits: Limits) -> None:
    expanded = sum(info.file_size for info in listed)
    if expanded > limits.expanded_bytes:
        raise LimitExceeded(
            f"expands to {expanded} bytes, more than the limit of {limits.expanded_bytes}",
            remedy="raise `expanded_bytes` in the limits if you trust the sender",
        )
    if expanded > RATIO_FLOOR and expanded > size * limits.expansion_ratio:
        raise LimitExceeded(
            f"expands {expanded // max(size, 1)}-fold, more than {limits.expansion_ratio}-fold",
            remedy="raise `expansion_ratio` in the limits if you trust the sender",
        )


def _name(info: zipfile.ZipInfo) -> tuple[str, str]:
    """A member's name as meant, and its encoding where that is neither UTF-8 nor ASCII."""
    name, encoding = info.filename, ""
    if not info.flag_bits & 0x800 and not name.isascii():
        try:
            raw = name.encode("cp437")
        except UnicodeEncodeError:
            raw = b""
        for candidate in ("utf-8", "cp932"):
            try:
                name = raw.decode(candidate) if raw else name
            except UnicodeDecodeError:
                continue
            # Without the flag (APPNOTE 4.4.4, bit 11) even UTF-8 is read as cp437 by others.
            encoding = "UTF-8 without the flag that says so" if candidate == "utf-8" else "cp932"
            break
    return unicodedata.normalize("NFC", name.replace("\\", "/")).removeprefix("./"), encoding
