"""A record of a declared kind, stated as a GeoJSON feature (what is created through the API)."""

from noroshi.formats import Format

_HEAD = b'{"noroshi":{'


def recognises(data: bytes) -> bool:
    """True for the envelope that `envelope` writes."""
    return data.startswith(_HEAD)


FORMAT = Format(
    name="record_feature",
    en="Record as a feature (created through the API)",
    ja="地物としての記録（APIによる登録）",
    media_type="application/geo+json",
    recognises=recognises,
    read="noroshi.formats.record_feature.reader:read",
    precedence=20,
)
