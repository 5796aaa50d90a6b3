"""Tables of comma-, tab- or semicolon-separated text, in any encoding Japanese offices use."""

from noroshi.formats import Format


def recognises(data: bytes) -> bool:
    """True for text in which most lines have the same two or more columns.

    Asked last: every other format has a mark of its own, a table has only its shape.
    """
    if not data or data[:64].lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"[", b"<"):
        return False
    from noroshi.formats.csv.table import looks_like_table

    return looks_like_table(data)


FORMAT = Format(
    name="csv",
    en="Table (CSV, TSV)",
    ja="表（CSV・TSV）",
    media_type="text/csv",
    recognises=recognises,
    read="noroshi.formats.csv.reader:read",
    validate="noroshi.formats.csv.reader:validate",
    precedence=-100,
)
