"""SIP4D-ZIP (JSA-S1016:2023): layers of disaster information as a package.

A ZIP archive with `sip4d_zip_meta.json` (who says what, when, under which licence) and, for each
entry, `X.geojson`, `X_columns.json` (what the attributes mean), `X_style.json` (how it is drawn)
and the icons that the style names.

A package is one series: its author and `ttid`, or where there is no `ttid`, its code and title. A
package sent again replaces it as a whole. Codes `dddd-dd` merge attribute by attribute.
"""

from noroshi.formats import Format

META_NAME = "sip4d_zip_meta.json"


def recognises(data: bytes) -> bool:
    """A ZIP archive that has a member of the name that only SIP4D-ZIP uses."""
    return data[:4] == b"PK\x03\x04" and META_NAME.encode() in data


_HERE = "noroshi.formats.sip4d_zip"
FORMAT = Format(
    name="sip4d_zip",
    en="SIP4D-ZIP package (JSA-S1016:2023)",
    ja="SIP4D-ZIP パッケージ",
    media_type="application/zip",
    recognises=recognises,
    read=f"{_HERE}.read:read",
    write=f"{_HERE}.write:write",
    validate=f"{_HERE}.validate:validate",
    precedence=90,
)
