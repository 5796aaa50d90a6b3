"""Tick sheets of medical teams: WHO EMT Minimum Data Set (MDS) and Japan's J-SPEED, as tables."""

from __future__ import annotations

import re

from noroshi.core.label import OWN
from noroshi.formats import Format

#: The first line of a sheet that was filled in on the page: a sender's mapping is not of it.
FORM_TITLE = "診療日報（画面入力）"
_JAPANESE = ("呼吸器感染", "水様性下痢", "メンタル", "治療中断", "麻疹")
#: What no tick sheet is without, in the bytes it may come in.
_MARKS = tuple(
    one.encode(encoding)
    for one in _JAPANESE
    for encoding in ("utf-8", "cp932", "euc_jp", "utf-16-le", "utf-16-be")
)
_MARK = re.compile(
    rb"m\0?d\0?s\0?[ _-]?\0?\d|respiratory infection|watery diarrh|mental health", re.IGNORECASE
)
_HEAD = 16_384


def recognises(data: bytes) -> bool:
    """True for a table with the items of a tick sheet: at least four in its header, or in its first
    columns, one below the other. One such word makes no tick sheet."""
    head = data[:_HEAD]
    if head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"[", b"<", b"P"):
        return False
    if _MARK.search(head) is None and not any(one in head for one in _MARKS):
        return False
    from noroshi.formats.emt_mds.sheet import looks_like_sheet

    return looks_like_sheet(head, cut=len(data) > len(head))


FORMAT = Format(
    name="emt_mds",
    en="Tick sheets of medical teams (WHO EMT MDS, J-SPEED)",
    ja="診療日報（WHO EMT MDS・J-SPEED）",
    media_type="text/csv",
    recognises=recognises,
    read="noroshi.formats.emt_mds.reader:read",
    precedence=34,
    unread=OWN,
)
