"""Rows as JSON: what sensors and their owners send — an array of objects, an object around one,
JSON lines, or one object."""

import re

from noroshi.formats import Format

#: An object or an array of them, with a first member.
_OPENING = re.compile(rb'(?:\[\s*)*\{\s*"')
#: JSON of other kinds, which is not rows.
_OTHER = re.compile(rb'"type"\s*:\s*"(?:Topology|FeatureCollection|Feature)"')


def recognises(data: bytes) -> bool:
    """True for JSON objects that are of no other format. Asked after those."""
    head = data[:4096].removeprefix(b"\xef\xbb\xbf").lstrip()
    return _OPENING.match(head) is not None and _OTHER.search(head) is None


FORMAT = Format(
    name="json_rows",
    en="Rows as JSON (sensors, JSON lines)",
    ja="JSONの表（センサ・JSON Lines）",
    media_type="application/json",
    recognises=recognises,
    read="noroshi.formats.json_rows.reader:read",
    precedence=-90,
)
