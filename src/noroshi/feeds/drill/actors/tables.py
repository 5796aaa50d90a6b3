"""Tables as offices save them: a title line, a header, rows; in CP932 or UTF-8; CRLF."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

Cell = str | int | float | None


def write(
    header: Sequence[str],
    rows: Iterable[Sequence[Cell]],
    *,
    titles: Sequence[str] = (),
    encoding: str = "utf-8",
    delimiter: str = ",",
    pad: bool = True,
) -> bytes:
    """The bytes of a table under its title lines. `pad`: titles are as wide as the header, as a
    spreadsheet saves them. Characters that CP932 lacks become 〓, as in print."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\r\n")
    for title in titles:
        writer.writerow([title, *[""] * (len(header) - 1 if pad else 0)])
    writer.writerow(header)
    for row in rows:
        writer.writerow(["" if cell is None else cell for cell in row])
    text = out.getvalue()
    try:
        return text.encode(encoding)
    except UnicodeEncodeError:
        return "".join(map(_printable, text)).encode(encoding)


def _printable(sign: str) -> str:
    try:
        sign.encode("cp932")
    except UnicodeEncodeError:
        return "〓"
    return sign
