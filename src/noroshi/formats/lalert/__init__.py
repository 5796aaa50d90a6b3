"""Disaster information for the public commons (Lアラート, 公共情報コモンズ), as far as what
it rests on is public: an EDXL-DE 1.0 envelope around a body of our own. Written only.

The envelope is "Emergency Data Exchange Language (EDXL) Distribution Element, v. 1.0" (OASIS
Standard EDXL-DE v1.0, 1 May 2006), §3.2. That a document of the commons has an id that stays and a
revision that rises is told by its users' manuals (IIJ, REST API仕様「Lアラート（公共情報コモンズ）
データ」: `docid`, `revision`). The body's elements (公共情報コモンズXMLフォーマット定義書
CMNS-B20-031, schemas `pcx_*`) were not at hand to be checked against: ours are under `BODY`, and
a commons node needs its own. No conformance to the commons is claimed.
"""

from noroshi.formats import Format

ENVELOPE = "urn:oasis:names:tc:emergency:EDXL:DE:1.0"
BODY = "urn:noroshi:lalert:1"
MEDIA_TYPE = "application/xml"


def recognises(data: bytes) -> bool:
    """XML that names the namespaces of the envelope and of our body."""
    if data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] != b"<":
        return False
    return ENVELOPE.encode() in data[:4096] and BODY.encode() in data


FORMAT = Format(
    name="lalert",
    en="Body of our own in EDXL-DE 1.0 (OASIS), for a gateway to L-Alert; written only",
    ja="Lアラート連携用（EDXL-DE 1.0 封筒・本文は独自、書き出しのみ）",
    media_type=MEDIA_TYPE,
    recognises=recognises,
    write="noroshi.formats.lalert.write:write",
)
