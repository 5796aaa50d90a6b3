"""JMA disaster-prevention XML (気象庁防災情報XML), every telegram type."""

from noroshi.formats import Format


def recognises(data: bytes) -> bool:
    """True for an XML document in JMA's namespace."""
    head = data[:1024]
    if b"\0" in head:  # UTF-16
        head = head.replace(b"\0", b"")
    return b"xml.kishou.go.jp/jmaxml1" in head and b"<" in head[:8]


FORMAT = Format(
    name="jma_xml",
    en="JMA disaster-prevention XML",
    ja="気象庁防災情報XML",
    media_type="application/xml",
    recognises=recognises,
    read="noroshi.formats.jma_xml.reader:read",
    validate="noroshi.formats.jma_xml.reader:validate",
    precedence=50,
)
