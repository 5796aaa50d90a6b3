"""A report as PDF on A4, set by Typst; and its maps as pictures."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import msgspec

from noroshi.channels.report.document import document
from noroshi.channels.report.model import Map, Report
from noroshi.core.errors import NoroshiError
from noroshi.core.time import to_datetime

#: Families that are looked for, the first first; they hold Japanese.
FONTS = ("Noto Sans CJK JP", "Noto Sans JP", "Source Han Sans", "IPAexGothic", "IPAPGothic",
         "Hiragino Sans", "Yu Gothic", "Meiryo", "BIZ UDPGothic")  # fmt: skip


def write(report: Report) -> bytes:
    """The PDF. Raises NoroshiError where Typst or a Japanese font is missing."""
    sheets = {f"map{place}.svg": one.svg.encode() for place, one in enumerate(report.maps, 1)}
    words = {**document(report), "font": font()}
    text = files(__package__).joinpath("report.typ").read_bytes()
    made = set_pages(
        {"main.typ": text, "report.json": msgspec.json.encode(words), **sheets}, "pdf",
        timestamp=to_datetime(report.as_of).replace(microsecond=0),
    )  # fmt: skip
    assert isinstance(made, bytes)
    return made


def picture(drawing: Map, ppi: float = 200) -> bytes:
    """A map as PNG."""
    text = (f'#set page(width: {drawing.width}pt, height: {drawing.height}pt, margin: 0pt)\n'
            f'#set text(font: ({_names()}))\n#image("map.svg", width: 100%)')  # fmt: skip
    made = set_pages({"main.typ": text.encode(), "map.svg": drawing.svg.encode()}, "png", ppi=ppi)
    assert isinstance(made, bytes)
    return made


def font() -> str:
    """The family that is taken. Raises NoroshiError where no Japanese one is installed."""
    known = set(_fonts().families())
    found = next((one for one in FONTS if one in known), None)
    if found is None:
        raise NoroshiError(
            "no Japanese font for PDF and slides", where="noroshi report",
            remedy="install one, e.g. `apt install fonts-noto-cjk`, or use html, xlsx, txt",
        )  # fmt: skip
    return found


def _names() -> str:
    return ", ".join(f'"{one}"' for one in (font(),)) + ","


def set_pages(sheets: Mapping[str, bytes], form: str, **more: Any) -> Any:
    """What Typst makes of `sheets` (main.typ and what it reads). Raises NoroshiError."""
    typst = _typst()
    try:
        return typst.compile(dict(sheets), format=form, font_paths=_fonts(), **more)
    except typst.TypstError as error:
        raise NoroshiError(f"the report cannot be set: {error}", where="typst") from None


@cache
def _fonts() -> Any:
    """The fonts of this machine. Looking for them takes longer than setting a page."""
    return _typst().Fonts()


def _typst() -> Any:
    try:
        import typst
    except ImportError:
        raise NoroshiError(
            "PDF needs the package typst", where="noroshi report",
            remedy="`pip install noroshi[report]`, or use html, xlsx, txt",
        ) from None  # fmt: skip
    return typst
