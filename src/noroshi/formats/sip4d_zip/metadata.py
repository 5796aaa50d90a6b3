"""`sip4d_zip_meta.json`: who says what, when, of which disaster, in earnest or as a drill."""

from __future__ import annotations

import re
from typing import Any

import msgspec

from noroshi.core.errors import UnreadableMessage
from noroshi.core.record import Mode
from noroshi.core.time import JST, parse
from noroshi.formats import Finding
from noroshi.formats.sip4d_zip import META_NAME, codes

_MODES = {"通常": Mode.ACTUAL, "訓練": Mode.EXERCISE, "試験": Mode.TEST}
FLAGS = {mode: flag for flag, mode in _MODES.items()}
#: Versions that are read: 1.0 writes itself "1".
VERSIONS = ("1", "1.0", "1.1")
_NIL = re.compile(r"[0-]*")
_LATE_HOUR = re.compile(r"T0(\d\d:)")


class Entry(msgspec.Struct, frozen=True):
    """One layer of the package: its title and the GeoJSON file that holds it."""

    title: str
    file: str


class Metadata(msgspec.Struct, frozen=True):
    """The metadata that reading needs; `raw` is all of them as written.

    `updated` (when the package was made) and `information` (what time it is about) are
    microseconds UTC, None where they are missing or no time. `report` is the number of the
    report (報番号), 0 where there is none. `openflg` is who may see it, "" where it says nothing.
    """

    code: str
    title: str
    category: str
    author: str
    maintainer: str
    ttid: str
    mode: Mode
    updated: int | None
    information: int | None
    report: int
    entries: list[Entry]
    raw: dict[str, Any]
    openflg: str = ""

    @property
    def merges(self) -> bool:
        """True where attributes carry their own times and are merged one by one."""
        return codes.merges(self.code)

    @property
    def series(self) -> str:
        """What a package sent again replaces.

        `ttid` is the identity of a layer: it stays when the layer is sent again (in practice often
        a name-based UUID). Author and `ttid` together, because senders copy each other's
        templates. Without `ttid`, the code and title stand for it. In the merging codes many
        hands write to one layer and `ttid` may be that of a single feature: there it is the
        maintaining system and the code, and features are told apart by their own identity.
        """
        if self.merges:
            return f"sip4d/{self.maintainer or self.author}/{self.code}"
        who = self.author or self.maintainer
        return f"sip4d/{who}/{self.ttid or f'{self.code}/{self.title}'}"


def read_metadata(value: Any, faults: list[Finding]) -> Metadata:
    """The metadata in the JSON `value`.

    Raises UnreadableMessage where it is no package that can be read: another version, raster, no
    entries, or a `testflg` that does not say whether it is real.
    """
    if not isinstance(value, dict):
        raise UnreadableMessage("the metadata are not a JSON object", where=META_NAME)
    version = _text(value, "version")
    if version not in VERSIONS:
        raise UnreadableMessage(
            f"SIP4D-ZIP version {version or 'unknown'} is not read",
            where=f"{META_NAME} version",
            remedy="versions 1 and 1.1 are",
        )
    payload = _text(value, "payload_type") or "VECTOR"
    if payload.upper() != "VECTOR":
        raise UnreadableMessage(
            f"payload type {payload} is not read: only VECTOR is",
            where=f"{META_NAME} payload_type",
            remedy="send rasters as GeoTIFF or tiles",
        )
    flag = _text(value, "testflg")
    if flag not in _MODES:
        raise UnreadableMessage(
            f"testflg {flag or 'missing'}: cannot tell whether this is real",
            where=f"{META_NAME} testflg",
            remedy="one of 通常, 訓練, 試験 is required",
        )
    disaster = value.get("disaster")
    report = disaster.get("report") if isinstance(disaster, dict) else None
    ttid = _text(value, "ttid").lower()
    return Metadata(
        code=_text(value, "code"),
        title=_text(value, "title"),
        category=_text(value, "category"),
        author=_named(value, "author"),
        maintainer=_named(value, "maintainer"),
        ttid="" if _NIL.fullmatch(ttid) else ttid,
        mode=_MODES[flag],
        updated=_time(value, "updated", faults),
        information=_time(value, "information_date", faults),
        report=report if type(report) is int and report >= 0 else 0,
        entries=_entries(value),
        raw=value,
        openflg=_text(value, "openflg"),
    )


def _entries(value: dict[str, Any]) -> list[Entry]:
    entries = value.get("entry")
    found = [
        Entry(_text(each, "title"), _text(each, "file"))
        for each in (entries if isinstance(entries, list) else [])
        if isinstance(each, dict) and _text(each, "file")
    ]
    if not found:
        raise UnreadableMessage(
            "no entry names a file", where=f"{META_NAME} entry", remedy="list the GeoJSON files"
        )
    return found


def _text(value: dict[str, Any], key: str) -> str:
    found = value.get(key)
    if isinstance(found, str):
        return found.strip()
    return str(found) if type(found) in (int, float) else ""


def _named(value: dict[str, Any], key: str) -> str:
    found = value.get(key)
    return _text(found, "name") if isinstance(found, dict) else ""


def _time(value: dict[str, Any], key: str, faults: list[Finding]) -> int | None:
    text = _text(value, key)
    try:
        return read_time(text)
    except ValueError:
        if text:
            remedy = "write it as 2026-05-20T10:05:02, Japan time"
            what = f"not a time: {text!r}"
            faults.append(Finding("warning", f"{META_NAME} {key}", what, remedy))
        return None


def read_time(text: str) -> int:
    """Microseconds of a time without zone, which in SIP4D-ZIP is Japan's.

    Takes what senders write: `/` between date parts, single digits, and hours padded to three
    digits (2026-05-20T010:05:02, seen in a real package). Raises ValueError.
    """
    try:
        return parse(_LATE_HOUR.sub(r"T\1", text), JST)
    except OverflowError as error:
        raise ValueError(str(error)) from None
