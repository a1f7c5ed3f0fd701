"""PDF documents that everybody can read: tagged, in an embedded font, with a way to check them.

reportlab writes no tags. So every drawn piece is wrapped in a marked-content sequence of its own
(ISO 32000-1, 14.6), and the structure tree over them (14.7) is added to the catalogue at the end.
"""

import io
import threading
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import reportlab
import segno
from django.utils import translation
from django.utils.translation import gettext as _
from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    CondPageBreak,
    Flowable,
    KeepTogether,
    PageBreak,
    Paragraph,
    SimpleDocTemplate,
    Spacer,
    Table,
    TableStyle,
)

from core.pdf_tags import Element, TaggedCanvas, artifact, marked

FONT, BOLD = "Compuerta", "Compuerta-Bold"
INK, WATER, LINE, SHADE = (HexColor(c) for c in ("#0b0c0c", "#0b5c66", "#b1b4b6", "#f3f5f5"))
MARGIN, FOOT = 20 * mm, 22 * mm
PADDING = 6
"""What reportlab leaves free within a frame, in points."""
QR_SIDE = 32 * mm
BOOKMARKED = {"H1": 0, "H2": 1}
"""Headings that stand in the outline, and how deep."""
PLAIN = {"→": "->", "←": "<-", "↔": "<->", "✓": "+", "✗": "-", "\u2011": "-", "\u202f": " "}
"""Signs that our pages use and the font lacks."""
MARK = (
    [(6, 1), (26, 1), (26, 5), (6, 5)],
    [(9, 5), (12, 5), (12, 19), (9, 19)],
    [(20, 5), (23, 5), (23, 19), (20, 19)],
    [(13.5, 6.5), (18.5, 6.5), (18.5, 16.5), (13.5, 16.5)],
    [(0, 12), (7.5, 12), (7.5, 21), (16, 21), (24.5, 21), (32, 21), (32, 31), (0, 31)],
)
"""The sluice gate of `static/mark.svg` in straight lines, on a field of 32 × 32, y downwards."""

Item = tuple[Any, ...]
_one_at_a_time = threading.Lock()
"""reportlab keeps its parser and fonts in globals."""


def build(
    title: str,
    story_items: Iterable[Item],
    *,
    language: str,
    check_url: str | None = None,
    footer: str = "",
) -> bytes:
    """A tagged PDF in the language given. Its HTML twin is a template of the caller.

    Items: `("h1", text)`, `("h2", text)`, `("p", text)`, `("table", header, rows)`,
    `("facts", [(label, value), …])`, `("page",)` for a new page. Headings are bookmarks.
    `check_url` is printed as text and as a QR code.
    """
    sheet = Sheet(title, list(story_items), language, check_url, footer)
    with _one_at_a_time, translation.override(language):
        pages, _first = _render(sheet, 0)
        return _render(sheet, pages)[1]


@dataclass(frozen=True)
class Sheet:
    """What a document says."""

    title: str
    items: list[Item]
    language: str
    check_url: str | None
    footer: str


def _render(sheet: Sheet, pages: int) -> tuple[int, bytes]:
    """Lay the document out; how many pages it took, and its bytes."""
    target, root = io.BytesIO(), Element("Document")
    story: list[Flowable] = [piece for item in sheet.items for piece in _pieces(root, item)]
    if sheet.check_url:
        story += _check(root, sheet.check_url)
    side = MARGIN - PADDING
    document = SimpleDocTemplate(
        target, pagesize=A4, leftMargin=side, rightMargin=side, topMargin=MARGIN + 10 * mm,
        bottomMargin=FOOT + 4 * mm, title=sheet.title, author="Compuerta", creator="Compuerta",
        lang=sheet.language,
    )  # fmt: skip

    def frame(canvas: Canvas, _document: Any) -> None:
        _frame(canvas, sheet, pages)

    made: list[TaggedCanvas] = []

    def maker(*args: Any, **options: Any) -> TaggedCanvas:
        made.append(TaggedCanvas(*args, tree=root, **{**options, "initialFontName": _fonts()}))
        return made[-1]

    document.build(story, onFirstPage=frame, onLaterPages=frame, canvasmaker=maker)
    return made[0].getPageNumber() - 1, target.getvalue()


@cache
def _fonts() -> str:
    """Register the font that is embedded, and return its name."""
    folder = Path(reportlab.__file__).parent / "fonts"
    pdfmetrics.registerFont(TTFont(FONT, folder / "Vera.ttf"))
    pdfmetrics.registerFont(TTFont(BOLD, folder / "VeraBd.ttf"))
    return FONT


@cache
def _style(kind: str) -> ParagraphStyle:
    _fonts()
    sizes = {"h1": (18, 23), "h2": (13, 18), "p": (10, 14.5), "cell": (8.5, 12), "head": (8.5, 12)}
    size, leading = sizes[kind]
    bold = kind in {"h1", "h2", "head"}
    return ParagraphStyle(
        kind, fontName=BOLD if bold else FONT, fontSize=size, leading=leading,
        textColor=WATER if kind == "h1" else INK, splitLongWords=1,
        spaceBefore={"h2": 10}.get(kind, 0), spaceAfter={"h1": 8, "h2": 4, "p": 6}.get(kind, 0),
    )  # fmt: skip


def printable(text: Any) -> str:
    """The text in characters that the font has: others lose their accents, or become `?`."""
    _fonts()
    known = pdfmetrics.getFont(FONT).face.charToGlyph
    found = []
    for character in str(text):
        if ord(character) in known or character in "\n\t":
            found.append(character)
            continue
        plain = PLAIN.get(character) or unicodedata.normalize("NFKD", character)
        base = "".join(part for part in plain if not unicodedata.combining(part))
        found.append("".join(part if ord(part) in known else "?" for part in base))
    return "".join(found)


# Pieces of the story, each with its place in the structure tree


class Text(Paragraph):
    """A paragraph that is one element of the structure, also where it runs over a page's end."""

    def __init__(self, text: Any, kind: str = "p", element: Element | None = None,
                 **options: Any) -> None:  # fmt: skip
        if element is None:  # reportlab builds the halves of a split paragraph itself
            super().__init__(text, kind, **options)  # type: ignore[arg-type]
            return
        body = escape(printable(text)).replace("\n", "<br/>")
        super().__init__(body or "\u00a0", _style(kind))
        self.element = element

    def split(self, width: float, height: float) -> list[Any]:
        halves = super().split(width, height)
        for half in halves:
            half.element = self.element
        return halves

    def draw(self) -> None:
        if self.element.kind in BOOKMARKED:
            _bookmark(self.canv, self.element, self.getPlainText(identify=True))
        with marked(self.canv, self.element):
            super().draw()


def _bookmark(canvas: Any, element: Element, title: str) -> None:
    """A heading in the outline, once also where it runs over a page's end."""
    key = f"h{id(element)}"
    if element.drawn:
        return
    canvas.bookmarkHorizontal(key, 0, 24)
    level = BOOKMARKED[element.kind] if canvas.outlined else 0
    canvas.addOutlineEntry(title, key, level=level)
    canvas.outlined = True


class Grid(Table):
    """A table whose rows and cells are elements, and whose lines are decoration."""

    def _drawBkgrnd(self) -> None:  # noqa: N802  reportlab's name
        with artifact(self.canv):
            super()._drawBkgrnd()

    def _drawLines(self) -> None:  # noqa: N802  reportlab's name
        with artifact(self.canv):
            super()._drawLines()


class Code(Flowable):
    """A QR code, with its address as alternative text."""

    def __init__(self, address: str, element: Element) -> None:
        super().__init__()
        self.matrix = segno.make(address, error="m", micro=False).matrix
        self.element = element
        self.width = self.height = QR_SIDE

    def draw(self) -> None:
        side = QR_SIDE / len(self.matrix)
        x, y = self.canv.absolutePosition(0, 0)
        self.element.box = (x, y, x + QR_SIDE, y + QR_SIDE)
        with marked(self.canv, self.element):
            self.canv.setFillColor(INK)
            path = self.canv.beginPath()
            for row, line in enumerate(self.matrix):
                for column, dark in enumerate(line):
                    if dark:
                        path.rect(column * side, QR_SIDE - (row + 1) * side, side, side)
            self.canv.drawPath(path, stroke=0, fill=1)


def _pieces(root: Element, item: Item) -> list[Flowable]:
    kind = item[0]
    if kind in {"h1", "h2", "p"}:
        room = [] if kind == "p" else [CondPageBreak(30 * mm)]
        return [*room, Text(item[1], kind, root.add(kind.upper()))]
    if kind == "table":
        return [_table(root, item[1], item[2]), Spacer(0, 8)]
    if kind == "page":
        return [PageBreak()]
    if kind == "facts":
        return [_facts(root, item[1]), Spacer(0, 8)]
    raise ValueError(f"a PDF has no items of kind {kind}")


def _table(root: Element, header: Sequence[Any], rows: Iterable[Sequence[Any]]) -> Grid:
    element = root.add("Table")
    head = element.add("TR")
    cells = [[Text(text, "head", head.add("TH", scope="Column")) for text in header]]
    texts = [list(header)]
    for row in rows:
        line = element.add("TR")
        cells.append([Text(text, "cell", line.add("TD")) for text in row])
        texts.append(list(row))
    style = [("BACKGROUND", (0, 0), (-1, 0), SHADE), ("LINEBELOW", (0, 0), (-1, -1), 0.5, LINE)]
    return _grid(cells, _widths(texts), style, heads=1)


def _facts(root: Element, facts: Iterable[tuple[Any, Any]]) -> Flowable:
    element, cells = root.add("Table"), []
    for label, value in facts:
        line = element.add("TR")
        cells.append([Text(label, "head", line.add("TH", scope="Row")),
                      Text(value, "cell", line.add("TD"))])  # fmt: skip
    if not cells:
        root.remove(element)
        return Spacer(0, 0)
    whole = A4[0] - 2 * MARGIN
    style = [("LINEBELOW", (0, 0), (-1, -1), 0.5, LINE)]
    return _grid(cells, [whole * 0.32, whole * 0.68], style, heads=0)


def _grid(cells: list[list[Any]], widths: list[float], style: list[Any], heads: int) -> Grid:
    pads = [("FONT", (0, 0), (-1, -1), FONT),
            ("LEFTPADDING", (0, 0), (-1, -1), 4), ("RIGHTPADDING", (0, 0), (-1, -1), 4),
            ("TOPPADDING", (0, 0), (-1, -1), 3), ("BOTTOMPADDING", (0, 0), (-1, -1), 4),
            ("VALIGN", (0, 0), (-1, -1), "TOP")]  # fmt: skip
    return Grid(cells, colWidths=widths, repeatRows=heads, splitInRow=1, hAlign="LEFT",
                style=TableStyle([*pads, *style]))  # fmt: skip


def _widths(texts: list[list[Any]]) -> list[float]:
    """Widths by the longest text of each column, none below a share of its own."""
    longest = [
        min(max(len(str(row[column])) for row in texts), 48) for column in range(len(texts[0]))
    ]
    weights = [max(length, 7) for length in longest]
    return [(A4[0] - 2 * MARGIN) * weight / sum(weights) for weight in weights]


def _check(root: Element, address: str) -> list[Flowable]:
    """Where the document can be checked: in words, as an address, and as a code to scan."""
    alternative = _("QR code that leads to %(address)s") % {"address": address}
    words = Text(_("Check this document at:"), "p", root.add("P"))
    where = Text(address, "p", root.add("P"))
    code = Code(address, root.add("Figure", alt=alternative))
    return [Spacer(0, 8), KeepTogether([words, where, code])]


# The frame of every page


def _frame(canvas: Any, sheet: Sheet, pages: int) -> None:
    """The mark and the title above; the footer's words and the page's number below."""
    width, height = A4
    with artifact(canvas, "Pagination"):
        _draw_mark(canvas, MARGIN, height - MARGIN + 1 * mm, 7 * mm)
        canvas.setFillColor(INK)
        canvas.setFont(BOLD, 9)
        canvas.drawString(MARGIN + 10 * mm, height - MARGIN + 3 * mm, "Compuerta")
        canvas.setFont(FONT, 8)
        canvas.drawRightString(width - MARGIN, height - MARGIN + 3 * mm, _cut(sheet.title, 80))
        canvas.setStrokeColor(LINE)
        canvas.line(MARGIN, FOOT - 2 * mm, width - MARGIN, FOOT - 2 * mm)
        number = _("Page %(page)d of %(pages)d") % {"page": canvas.getPageNumber(), "pages": pages}
        canvas.drawRightString(width - MARGIN, FOOT - 7 * mm, number)
        canvas.drawString(MARGIN, FOOT - 7 * mm, _cut(sheet.footer, 85))


def _cut(text: str, length: int) -> str:
    plain = printable(text).replace("\n", " ")
    return plain if len(plain) <= length else f"{plain[: length - 1]}…"


def _draw_mark(canvas: Any, x: float, y: float, side: float) -> None:
    canvas.setFillColor(WATER)
    unit = side / 32
    for points in MARK:
        path = canvas.beginPath()
        path.moveTo(x + points[0][0] * unit, y + side - points[0][1] * unit)
        for across, down in points[1:]:
            path.lineTo(x + across * unit, y + side - down * unit)
        path.close()
        canvas.drawPath(path, stroke=0, fill=1)
