"""Common Alerting Protocol 1.2 (OASIS Standard, 1 July 2010; ITU-T X.1303 bis): read, written,
checked.

One alert is one XML document. What an alert says of a record is for `noroshi.channels.alerts` to
tell; here is how CAP writes it, and what CAP requires.
"""

from noroshi.formats import Format

NAMESPACE = "urn:oasis:names:tc:emergency:cap:1.2"
MEDIA_TYPE = "application/cap+xml"


def recognises(data: bytes) -> bool:
    """XML that names the namespace of CAP 1.2."""
    return data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"<" and NAMESPACE.encode() in data[:4096]


_HERE = "noroshi.formats.cap"
FORMAT = Format(
    name="cap",
    en="Common Alerting Protocol 1.2 (OASIS)",
    ja="共通警報プロトコル CAP 1.2",
    media_type=MEDIA_TYPE,
    recognises=recognises,
    read=f"{_HERE}.read:read",
    write=f"{_HERE}.write:write",
    validate=f"{_HERE}.validate:validate",
)
