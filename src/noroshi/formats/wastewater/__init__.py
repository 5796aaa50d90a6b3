"""Tables of wastewater surveillance, as municipalities publish them."""

from __future__ import annotations

import re

from noroshi.formats import Format

_JAPANESE = re.compile(
    "|".join(
        re.escape(one.encode(form)).decode("latin-1")
        for one in ("下水", "採水", "処理場", "コピー")
        for form in ("utf-8", "cp932", "euc_jp")
    ).encode("latin-1")
)
_ENGLISH = re.compile(rb"wastewater|sewage|copies|pcr_target|plant|wwtp", re.IGNORECASE)
_HEAD = 8192


def recognises(data: bytes) -> bool:
    """True for a table with a day of sampling, plants, and what was measured there."""
    head = data[:_HEAD]
    if head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"[", b"<", b"P"):
        return False
    if _JAPANESE.search(head) is None and _ENGLISH.search(head) is None:
        return False
    from noroshi.formats.wastewater.columns import is_table

    return is_table(head, cut=len(data) > _HEAD)


FORMAT = Format(
    name="wastewater",
    en="Wastewater surveillance (CSV)",
    ja="下水サーベイランス（CSV）",
    media_type="text/csv",
    recognises=recognises,
    read="noroshi.formats.wastewater.reader:read",
    precedence=32,
)
