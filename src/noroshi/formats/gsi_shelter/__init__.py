"""Designated shelters of the Geospatial Information Authority of Japan (国土地理院)."""

import re

from noroshi.formats import Format

#: A GSI feature has 共通ID and 施設・場所名, as text or as JSON escapes.
_ID = re.compile(rb'"(?:\xe5\x85\xb1\xe9\x80\x9a|\\u5171\\u901a)ID"\s*:', re.I)
_NAME = re.compile(
    '"施設・場所名"'.encode() + rb'|"\\u65bd\\u8a2d\\u30fb\\u5834\\u6240\\u540d"', re.I
)
_WITHDRAWN = re.compile(rb'"type"\s*:\s*"unavailable"')
_LIST = re.compile(rb'"dataType"\s*:\s*"(?:emergency|evacuation)"')


def recognises(data: bytes) -> bool:
    """True for a list of designated shelters, or for the note that there is none."""
    head = data[:8192].removeprefix(b"\xef\xbb\xbf").lstrip()
    if not head.startswith(b"{"):
        return False
    if _WITHDRAWN.search(head):
        return _LIST.search(head) is not None
    return b'"FeatureCollection"' in head and bool(_ID.search(head) and _NAME.search(head))


FORMAT = Format(
    name="gsi_shelter",
    en="GSI designated shelters",
    ja="国土地理院 指定緊急避難場所・指定避難所",
    media_type="application/geo+json",
    recognises=recognises,
    read="noroshi.formats.gsi_shelter.reader:read",
    precedence=40,
)
