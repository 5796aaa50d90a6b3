"""A digest as text, Markdown or one HTML page."""

from __future__ import annotations

from collections.abc import Callable
from unicodedata import east_asian_width

from markupsafe import Markup, escape

from noroshi.channels.digest.compose import Digest
from noroshi.channels.digest.words import Part

_STYLE = (
    "@page{size:A4;margin:14mm}"
    "body{font:10pt/1.45 'Noto Sans CJK JP','Noto Sans JP','Hiragino Sans',Meiryo,sans-serif;"
    "max-width:190mm;margin:0 auto;padding:0 4mm;color:#1a1a1a}"
    ".mark{background:#b40068;color:#fff;font-weight:700;text-align:center;padding:2mm}"
    "h1{font-size:16pt;margin:4mm 0 1mm}h2{font-size:11.5pt;margin:5mm 0 1mm;"
    "border-left:4pt solid #24527a;background:#eef3f7;padding:.5mm 2mm}"
    "p{margin:.5mm 0}table{border-collapse:collapse;width:100%;font-size:8.5pt}"
    "th,td{border:.5pt solid #9aa7b2;padding:.4mm 1.2mm;text-align:left;vertical-align:top}"
    "th{background:#e4eaf0}"
)


def html(digest: Digest) -> str:
    """One page with everything in it; nothing is loaded from elsewhere."""
    mark = Markup('<p class="mark">{}</p>').format(digest.mark) if digest.mark else ""
    title = f"【{digest.mark}】{digest.title}" if digest.mark else digest.title
    lead = Markup("").join(Markup("<p>{}</p>").format(one) for one in digest.lead)
    parts = Markup("").join(_section(part) for part in digest.parts)
    page = Markup(
        '<!doctype html><html lang="{}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        "<title>{}</title><style>{}</style></head><body>{}<h1>{}</h1>{}{}{}</body></html>\n"
    )
    return page.format(
        digest.language,
        title,
        Markup(_STYLE),  # noqa: S704 - our own
        mark,
        digest.title,
        lead,
        parts,
        mark,
    )


def _section(part: Part) -> Markup:
    def cells(name: str, row: tuple[str, ...]) -> Markup:
        inner = "".join(f"<{name}>{escape(one)}</{name}>" for one in row)
        return Markup(f"<tr>{inner}</tr>")  # noqa: S704 - each cell was escaped

    table = Markup("")
    if part.rows:
        rows = Markup("").join(cells("td", row) for row in part.rows)
        table = Markup("<table><thead>{}</thead><tbody>{}</tbody></table>").format(
            cells("th", part.columns), rows
        )
    remarks = Markup("").join(Markup("<p>{}</p>").format(one) for one in part.remarks)
    return Markup("<section><h2>{}</h2>{}{}</section>").format(part.title, table, remarks)


def markdown(digest: Digest) -> str:
    """CommonMark with tables (GitHub's)."""
    lines = [f"**【{digest.mark}】**", ""] if digest.mark else []
    lines += [f"# {_plain(digest.title)}", "", *(f"- {_plain(one)}" for one in digest.lead)]
    for part in digest.parts:
        lines += ["", f"## {_plain(part.title)}", ""]
        if part.rows:
            lines += [_line(part.columns), _line(("---",) * len(part.columns), raw=True)]
            lines += [*map(_line, part.rows), ""]
        lines += [f"{_plain(one)}  " for one in part.remarks]
    return "\n".join(lines) + "\n"


def _line(row: tuple[str, ...], *, raw: bool = False) -> str:
    return "| " + " | ".join(row if raw else map(_plain, row)) + " |"


def _plain(text: str) -> str:
    """Text in which nothing is taken for markup."""
    text = " ".join(text.split())
    return "".join(f"\\{one}" if one in "\\`*_[]<>|#" else one for one in text)


def text(digest: Digest) -> str:
    """For mail, and whoever has nothing else."""
    mark = [f"【{digest.mark}】"] if digest.mark else []
    lines = [*mark, digest.title, *digest.lead]
    for part in digest.parts:
        lines += ["", f"■ {part.title}"]
        if part.rows:
            rows = [part.columns, *part.rows]
            widths = [min(36, max(_width(row[at]) for row in rows)) for at in range(len(rows[0]))]
            lines += [
                ("  " + "  ".join(
                    cell + " " * max(0, width - _width(cell))
                    for cell, width in zip(row, widths, strict=True)
                )).rstrip()
                for row in rows
            ]  # fmt: skip
        lines += [f"  ※ {one}" for one in part.remarks]
    return "\n".join([*lines, *(["", *mark] if mark else [])]) + "\n"


def _width(cell: str) -> int:
    return sum(2 if east_asian_width(one) in "WFA" else 1 for one in cell)


#: By name of the form.
FORMS: dict[str, Callable[[Digest], str]] = {"txt": text, "md": markdown, "html": html}
