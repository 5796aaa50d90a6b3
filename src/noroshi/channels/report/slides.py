"""A report as PowerPoint slides: for the meeting of the disaster headquarters."""

from __future__ import annotations

import io
import math
import re
import zipfile
from copy import deepcopy
from functools import cache
from typing import Any

from noroshi.channels.report.document import document, note
from noroshi.channels.report.model import NOTHING, Report
from noroshi.core.errors import NoroshiError
from noroshi.core.time import JST, to_datetime

#: Of 13.33 by 7.5 inches (16:9), in points.
WIDE, HIGH, SIDE = 960, 540, 30
#: Rows of a table for which a slide with room is used rather than a new one; rows of sources on
#: one slide; size of letters in tables.
FEW, ROWS, SIZE = 7, 18, 10.5
FONT = "Meiryo"


def write(report: Report) -> bytes:
    """The slides. Raises NoroshiError where python-pptx is missing. Where maps cannot be drawn
    (no Typst, no Japanese font) they are left out, and the first slide says so."""
    deck = _Deck(report)
    pictures: list[tuple[Any, bytes]] = []
    try:
        from noroshi.channels.report.pdf import picture

        pictures = [(one, picture(one)) for one in report.maps]
    except NoroshiError as error:
        deck.lacks = f"地図は作成できないため省略（{error}）"
    deck.first()
    for drawing, data in pictures:
        deck.map(drawing.title, drawing.en, data, drawing.width / drawing.height)
    for section in deck.words["sections"]:
        if section["title"] not in deck.silent:
            deck.section(section)
    lines = deck.words["sources"]
    for start in range(0, len(lines["rows"]), ROWS):
        part = {**lines, "rows": lines["rows"][start : start + ROWS], "title": ""}
        deck.flow("情報源一覧", "Sources", [part])
    return deck.finish()


class _Deck:
    def __init__(self, report: Report) -> None:
        try:
            from pptx import Presentation
            from pptx.util import Pt
        except ImportError:
            raise NoroshiError(
                "slides need the package python-pptx", where="noroshi report",
                remedy="`pip install noroshi[report]`, or use html, xlsx, txt",
            ) from None  # fmt: skip
        self.report, self.words, self.lacks = report, document(report), ""
        #: Items of which nobody reports anything: named on the first slide, without one of theirs.
        self.silent = [
            one["title"] for one in self.words["sections"]
            if not one["tables"] and all(each["value"] == NOTHING for each in one["figures"])
        ]  # fmt: skip
        self.pt: Any = Pt
        self.deck: Any = Presentation()
        self.deck.slide_width, self.deck.slide_height = Pt(WIDE), Pt(HIGH)
        self.count = 0

    def slide(self, title: str, en: str) -> Any:
        """A slide with its title, the moment, its number and, on an exercise, the mark."""
        slide = self.deck.slides.add_slide(self.deck.slide_layouts[6])
        self.count += 1
        mark = self.words["mark"]
        if mark:
            self.box(slide, 0, 0, WIDE, 26, f"{mark}　{self.words['notice']}", 14, bold=True,
                     fill="B40068", ink="FFFFFF", middle=True)  # fmt: skip
        self.box(slide, SIDE, 32, WIDE - 330, 34, title, 22, bold=True, after=en)
        told = f"{self.words['title']}　{self.words['short_at']} 現在"
        self.box(slide, WIDE - 330, 38, 300, 24, told, 12, right=True)
        foot = f"{mark}　{self.count}" if mark else str(self.count)
        self.box(slide, WIDE - 330, HIGH - 24, 300, 20, foot, 10, right=True)
        return slide

    def box(
        self, slide: Any, x: float, y: float, width: float, height: float, text: str, size: float,
        *, bold: bool = False, fill: str = "", ink: str = "1A1A1A", right: bool = False,
        middle: bool = False, after: str = "",
    ) -> Any:  # fmt: skip
        """A text in a box."""
        from pptx.enum.text import PP_ALIGN

        shape = slide.shapes.add_textbox(*(self.pt(one) for one in (x, y, width, height)))
        frame = shape.text_frame
        frame.word_wrap = True
        frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = 0
        if fill:
            shape.fill.solid()
            shape.fill.fore_color.rgb = _colour(fill)
        for place, line in enumerate(text.split("\n")):
            paragraph = frame.paragraphs[0] if place == 0 else frame.add_paragraph()
            paragraph.alignment = (
                PP_ALIGN.CENTER if middle else PP_ALIGN.RIGHT if right else PP_ALIGN.LEFT
            )
            self.run(paragraph, line, size, bold, ink)
            if after and place == 0:
                self.run(paragraph, f"　{after}", size * 0.6, False, "555555")
        return shape

    def run(self, paragraph: Any, text: str, size: float, bold: bool, ink: str) -> None:
        """A run in one typeface for Latin and Japanese. Written as DrawingML (ECMA-376 part 1,
        21.1.2.3), since a deck has thousands of them."""
        made = deepcopy(_run(size, bold, ink))
        made[1].text = _XML.sub(" ", text)
        paragraph._p.append(made)

    def first(self) -> None:
        """Number, moment and the figures that everybody asks for."""
        words = self.words
        slide = self.slide(words["title"], words["title_en"])
        told = [words["event"], f"{words['at']}（{words['as_of']}）"]
        shared = words["audience"] and f"共有範囲：{words['audience']}"
        told += ["　".join(filter(None, (words["issuer"], words["area"], words["previous"],
                                          shared)))]  # fmt: skip
        told += [words["legend"], *words["remarks"], self.lacks]
        told += [f"報告のない項目：{'、'.join(self.silent)}"] if self.silent else []
        self.box(slide, SIDE, 72, WIDE - 2 * SIDE, 90, "\n".join(filter(None, told)), 13)
        wide, high = (WIDE - 2 * SIDE - 36) / 4, 98
        for place, one in enumerate(words["summary"]):
            x, y = SIDE + (place % 4) * (wide + 12), 178 + (place // 4) * (high + 12)
            self.box(slide, x, y, wide, high, "", 1, fill="EEF3F7")
            self.box(slide, x + 8, y + 6, wide - 16, 20, one["name"], 13, after=one["en"])
            self.box(slide, x + 8, y + 28, wide - 16, 34, f"{one['value']} {one['unit']}", 24,
                     bold=True)  # fmt: skip
            self.box(slide, x + 8, y + 64, wide - 16, 30,
                     f"前報差 {one['change']}\n{one['time']}", 10, ink="444444")  # fmt: skip

    def map(self, title: str, en: str, data: bytes, ratio: float) -> None:
        """A map, as large as it may be."""
        slide = self.slide(title, en)
        height = HIGH - 72 - 28
        width = height * ratio
        slide.shapes.add_picture(
            io.BytesIO(data), self.pt((WIDE - width) / 2), self.pt(70), self.pt(width),
            self.pt(height),
        )  # fmt: skip

    def section(self, section: dict[str, Any]) -> None:
        """The figures of an item and its tables, one under the other while there is room."""
        title = f"{section['number']}. {section['title']}"
        blocks = []
        if section["figures"]:
            rows = [[one["name"], f"{one['value']} {one['unit']}".strip(), one["change"],
                     one["time"], one["sources"]] for one in section["figures"]]  # fmt: skip
            blocks.append({
                "columns": self.words["figure_columns"], "rows": rows, "total": None, "title": "",
                "right": [False, True, True, False, False], "wide": [5, 3, 2, 4, 6],
                "told": "　".join(section["remarks"]), "left_out": 0, "en": "",
            })  # fmt: skip
        self.flow(title, section["en"], [*blocks, *section["tables"]])

    def flow(self, title: str, en: str, blocks: list[dict[str, Any]]) -> None:
        """Tables under each other, on as many slides as it takes. No table goes over to the next;
        its note says how many more rows there are."""
        slide, top = None, 0.0
        for one in blocks:
            totals = [one["total"]] if one["total"] else []
            room = HIGH - 28 - top - (20 if one["title"] else 0) - 22
            fit = self._fitting(one, totals, room) if slide is not None else 0
            if slide is None or fit < min(FEW, len(one["rows"])):
                slide, top = self.slide(title, en), 74.0
                fit = self._fitting(one, totals, HIGH - 28 - 74 - 42)
            rows = [one["columns"], *one["rows"][:fit]]
            told = note(one["left_out"] + len(one["rows"]) - fit, one["told"], bool(totals))
            heights = [self._height(row, one) for row in [*rows, *totals]]
            if one["title"]:
                self.box(slide, SIDE, top, WIDE - 2 * SIDE, 18, one["title"], 12, bold=True,
                         after=one["en"])  # fmt: skip
                top += 20
            self._grid(slide, [*rows, *totals], one, len(totals), top, heights)
            top += sum(heights) + 2
            if told:
                self.box(slide, SIDE, top, WIDE - 2 * SIDE, 14, told, 9, ink="444444")
                top += 14
            top += 6

    def _fitting(self, table: dict[str, Any], totals: list[list[str]], room: float) -> int:
        """How many rows of a table find room."""
        room -= sum(self._height(row, table) for row in [table["columns"], *totals])
        fit = 0
        for row in table["rows"]:
            room -= self._height(row, table)
            if room < 0:
                break
            fit += 1
        return fit

    def _height(self, cells: list[str], table: dict[str, Any]) -> float:
        """As much as the cell takes that has most lines."""
        every, wide = sum(table["wide"]), WIDE - 2 * SIDE
        lines: int = max(
            math.ceil(_length(text) * SIZE * 0.56 / max(1.0, wide * share / every - 9))
            for text, share in zip(cells, table["wide"], strict=True)
        )
        return 8 + max(1, lines) * SIZE * 1.25

    def _grid(
        self, slide: Any, rows: list[list[str]], table: dict[str, Any], totals: int, top: float,
        heights: list[float],
    ) -> None:  # fmt: skip
        from pptx.enum.text import PP_ALIGN

        wide = WIDE - 2 * SIDE
        shape = slide.shapes.add_table(
            len(rows), len(rows[0]), self.pt(SIDE), self.pt(top), self.pt(wide),
            self.pt(sum(heights)),
        )  # fmt: skip
        grid = shape.table
        grid.horz_banding = False
        every = sum(table["wide"])
        for place, share in enumerate(table["wide"]):
            grid.columns[place].width = self.pt(wide * share / every)
        for row, (line, cells) in enumerate(zip(grid.rows, rows, strict=True)):
            line.height = self.pt(heights[row])
            strong = row == 0 or row >= len(rows) - totals
            for place, (cell, text) in enumerate(zip(line.cells, cells, strict=True)):
                colour = "24527A" if row == 0 else "E4EAF0" if strong else "FFFFFF"
                for old in cell._tc.findall(_cell(colour).tag):
                    cell._tc.remove(old)
                cell._tc.append(deepcopy(_cell(colour)))
                paragraph = cell.text_frame.paragraphs[0]
                if table["right"][place]:
                    paragraph.alignment = PP_ALIGN.RIGHT
                self.run(paragraph, text, SIZE, strong, "FFFFFF" if row == 0 else "1A1A1A")

    def finish(self) -> bytes:
        """The file; its times are those of the report."""
        core = self.deck.core_properties
        made = to_datetime(self.report.as_of).replace(tzinfo=None)
        core.created = core.modified = made
        core.title = f"{self.words['mark']} {self.words['title']}".strip()
        core.author = core.last_modified_by = self.words["issuer"]
        core.subject, core.comments, core.revision = self.words["event"], self.words["notice"], 1
        out = io.BytesIO()
        self.deck.save(out)
        return _undated(out.getvalue(), self.report.as_of)


def _colour(text: str) -> Any:
    from pptx.dml.color import RGBColor

    kind: Any = RGBColor
    return kind.from_string(text)


_NAMES = 'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
#: Characters that XML 1.0 does not hold.
_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


@cache
def _run(size: float, bold: bool, ink: str) -> Any:
    from pptx.oxml import parse_xml

    return parse_xml(
        f'<a:r {_NAMES}><a:rPr lang="ja-JP" sz="{round(size * 100)}" b="{int(bold)}"><a:solidFill>'
        f'<a:srgbClr val="{ink}"/></a:solidFill><a:latin typeface="{FONT}"/>'
        f'<a:ea typeface="{FONT}"/></a:rPr><a:t/></a:r>'
    )


@cache
def _cell(colour: str) -> Any:
    """The properties of a cell: margins in EMU, and its ground."""
    from pptx.oxml import parse_xml

    return parse_xml(
        f'<a:tcPr {_NAMES} marL="50800" marR="50800" marT="25400" marB="25400"><a:solidFill>'
        f'<a:srgbClr val="{colour}"/></a:solidFill></a:tcPr>'
    )


def _length(text: str) -> int:
    return sum(2 if ord(one) > 0x2E7F else 1 for one in text)


def _undated(data: bytes, as_of: int) -> bytes:
    """The archive with the report's time on every member instead of the clock's."""
    moment = to_datetime(as_of, JST)
    stamp = (max(1980, moment.year), moment.month, moment.day, moment.hour, moment.minute,
             moment.second // 2 * 2)  # fmt: skip
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for member in old.infolist():
            info = zipfile.ZipInfo(member.filename, stamp)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o600 << 16
            new.writestr(info, old.read(member))
    return out.getvalue()
