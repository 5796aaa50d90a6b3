"""Japan's weekly reports of infectious diseases (感染症発生動向調査 週報 IDWR), as tables."""

import re

from noroshi.formats import Format

#: What a weekly table's title says, and how the file of long trends begins.
TITLE = "疾病・都道府県別"
_TITLES = (TITLE.encode(), TITLE.encode("cp932"))
_TREND = re.compile(rb'"?week"?,[^\n]*\n"?\d{4}-W\d\d"?,')


def recognises(data: bytes) -> bool:
    """True for a weekly table of any layout (what cannot be read of it is told then), or for the
    file of weekly national values."""
    head = data[:16384].removeprefix(b"\xef\xbb\xbf")
    first = head[:400].partition(b"\n")[0]
    return any(one in first for one in _TITLES) or _TREND.match(head) is not None


FORMAT = Format(
    name="idwr",
    en="Weekly infectious-disease reports (IDWR)",
    ja="感染症発生動向調査 週報（IDWR）",
    media_type="text/csv",
    recognises=recognises,
    read="noroshi.formats.idwr.reader:read",
    precedence=35,
)
