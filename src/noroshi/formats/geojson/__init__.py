"""GeoJSON (RFC 7946): feature collections and single features."""

import re

from noroshi.formats import Format

#: A GeoJSON type near the beginning, or at the very end, where some writers put it.
_TYPE = re.compile(rb'"type"\s*:\s*"(?:FeatureCollection|Feature)"')
_GEOMETRY = re.compile(rb'"(?:geometry|features)"\s*:')


def recognises(data: bytes) -> bool:
    """True for a JSON object that calls itself a Feature or FeatureCollection."""
    head = data[:8192].removeprefix(b"\xef\xbb\xbf").lstrip()
    if not head.startswith(b"{"):
        return False
    near = head + b"\0" + data[-512:]
    return _TYPE.search(near) is not None and _GEOMETRY.search(near) is not None


FORMAT = Format(
    name="geojson",
    en="GeoJSON",
    ja="GeoJSON",
    media_type="application/geo+json",
    recognises=recognises,
    read="noroshi.formats.geojson.reader:read",
    validate="noroshi.formats.geojson.reader:validate",
    precedence=10,
)
