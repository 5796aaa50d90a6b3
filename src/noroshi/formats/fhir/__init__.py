"""FHIR R4 (HL7, 4.0.1) as JSON: laboratory results and counts, of which only counts are kept."""

from __future__ import annotations

import re

from noroshi.core.label import OWN
from noroshi.formats import Format

_TYPE = re.compile(rb'"resourceType"\s*:\s*"(Bundle|Observation|DiagnosticReport|MeasureReport)"')


def recognises(data: bytes) -> bool:
    """True for a JSON object that is a bundle, or one resource of those that are counted."""
    head = data[:4096].removeprefix(b"\xef\xbb\xbf").lstrip()
    if not head.startswith(b"{"):
        return False
    # Its members may come in any order: the type of the bundle itself after its entries.
    return _TYPE.search(head) is not None or (b'"entry"' in head and _TYPE.search(data) is not None)


FORMAT = Format(
    name="fhir",
    en="FHIR R4 bundles (laboratory results, counts)",
    ja="FHIR R4（検査結果・件数）",
    media_type="application/fhir+json",
    recognises=recognises,
    read="noroshi.formats.fhir.reader:read",
    precedence=31,
    unread=OWN,
)
