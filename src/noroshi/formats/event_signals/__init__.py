"""Signals of event-based surveillance, as a table or as JSON, in a shape of our own."""

from __future__ import annotations

import re

from noroshi.formats import Format

#: Column titles that only a list of signals has, as `japanese.header` writes them.
MARKS = (
    *("情報源種別", "情報源の種別", "検証状況", "探知日", "リスク評価", "症候群"),
    *("source_type", "verification", "detected", "risk", "syndrome", "disease_name"),
)
_LEAST = 3
_JSON = re.compile(rb'\s*\{\s*"(?:[^"]{0,40}"\s*:\s*"[^"]{0,200}"\s*,\s*"){0,5}event_signals"\s*:')


def recognises(data: bytes) -> bool:
    """True for a JSON object with `event_signals`, and for a table with three of the columns that
    only such lists have."""
    head = data[:8192].removeprefix(b"\xef\xbb\xbf")
    if head.lstrip()[:1] in (b"{", b"[", b"<", b"P", b""):
        return _JSON.match(head) is not None
    known = sum(
        any(one.encode(form) in head for form in ("utf-8", "cp932", "euc_jp")) for one in MARKS
    )
    if known < _LEAST:
        return False
    from noroshi.formats.event_signals.reader import is_table

    return is_table(head, cut=len(data) > 8192)


FORMAT = Format(
    name="event_signals",
    en="Signals of event-based surveillance",
    ja="イベントベースサーベイランスの探知情報",
    media_type="text/plain",
    recognises=recognises,
    read="noroshi.formats.event_signals.reader:read",
    precedence=33,
)
