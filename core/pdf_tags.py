"""Tags for reportlab's PDF: marked content on the pages, and the structure tree over it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from reportlab.pdfbase.pdfdoc import (
    PDFArray,
    PDFDictionary,
    PDFName,
    PDFObjectReference,
    PDFPage,
    PDFString,
)
from reportlab.pdfgen.canvas import Canvas


class Element:
    """One element of the structure: a kind such as `P`, its kids, and what was drawn for it."""

    def __init__(self, kind: str, *, scope: str = "", alt: str = "") -> None:
        self.kind, self.scope, self.alt = kind, scope, alt
        self.box: tuple[float, float, float, float] | None = None
        self.kids: list[Element] = []
        self.drawn: list[tuple[int, int]] = []
        """Page and number of the marked content, in the order of drawing."""

    def add(self, kind: str, **options: Any) -> "Element":
        """A new last kid."""
        self.kids.append(Element(kind, **options))
        return self.kids[-1]

    def remove(self, kid: "Element") -> None:
        self.kids.remove(kid)


class TaggedCanvas(Canvas):
    """A canvas that numbers marked content page by page, and writes the structure tree at last."""

    def __init__(self, *args: Any, tree: Element, **options: Any) -> None:
        super().__init__(*args, **options)
        self.tree = tree
        self.in_artifact = self.outlined = False
        self.page_marks: list[list[Element]] = [[]]
        self.setViewerPreference("DisplayDocTitle", "true")

    def showPage(self) -> None:  # noqa: N802  reportlab's name
        super().showPage()
        page: PDFPage = self._doc.Pages.pages[-1]
        number = len(self._doc.Pages.pages) - 1
        page.__NoDefault__ = [*PDFPage.__NoDefault__, "StructParents", "Tabs"]
        page.StructParents, page.Tabs = number, PDFName("S")
        self.page_marks.append([])

    def save(self) -> None:
        if len(self._code):
            self.showPage()
        document = self._doc
        root = document.Reference(PDFDictionary({"Type": PDFName("StructTreeRoot")}), "tree")
        references: dict[int, Any] = {}
        top = self._write(self.tree, root, references)
        parents: list[Any] = []
        for number, marks in enumerate(self.page_marks[: len(document.Pages.pages)]):
            parents += [number, PDFArray([references[id(element)] for element in marks])]
        tree = document.idToObject["tree"].dict
        tree["K"] = top
        tree["ParentTree"] = PDFDictionary({"Nums": PDFArray(parents)})
        tree["ParentTreeNextKey"] = len(document.Pages.pages)
        document.Catalog.StructTreeRoot = root
        document.Catalog.MarkInfo = PDFDictionary({"Marked": "true"})
        super().save()

    def _write(self, element: Element, parent: Any, references: dict[int, Any]) -> Any:
        """Write an element and what is beneath it; returns its reference."""
        values: dict[str, Any] = {
            "Type": PDFName("StructElem"),
            "S": PDFName(element.kind),
            "P": parent,
        }
        kept = PDFDictionary(values)
        reference = references[id(element)] = self._doc.Reference(kept, f"element{len(references)}")
        kids = [
            PDFDictionary(
                {"Type": PDFName("MCR"), "MCID": mark, "Pg": PDFObjectReference(f"Page{page}")}
            )
            for page, mark in element.drawn
        ]
        kids += [self._write(kid, reference, references) for kid in element.kids]
        kept["K"] = PDFArray(kids)
        if element.scope:
            owner = {"O": PDFName("Table"), "Scope": PDFName(element.scope)}
            kept["A"] = PDFDictionary(owner)
        if element.alt:
            kept["Alt"] = PDFString(element.alt)
        if element.box:
            layout = {"O": PDFName("Layout"), "BBox": PDFArray(list(element.box)),
                      "Placement": PDFName("Block")}  # fmt: skip
            kept["A"] = PDFDictionary(layout)
        return reference


@contextmanager
def marked(canvas: Any, element: Element) -> Iterator[None]:
    """What is drawn within belongs to the element; a head that a new page repeats is decoration."""
    repeated = (
        element.kind == "TH"
        and element.scope == "Column"
        and any(page != canvas.getPageNumber() for page, _mark in element.drawn)
    )
    if repeated:
        with artifact(canvas, "Pagination"):
            yield
        return
    marks = canvas.page_marks[-1]
    canvas._code.append(f"/{element.kind} <</MCID {len(marks)}>> BDC")
    element.drawn.append((canvas.getPageNumber(), len(marks)))
    marks.append(element)
    yield
    canvas._code.append("EMC")


@contextmanager
def artifact(canvas: Any, kind: str = "Layout") -> Iterator[None]:
    """What is drawn within is decoration, and read to nobody."""
    canvas._code.append(f"/Artifact <</Type /{kind}>> BDC")
    canvas.in_artifact = True
    yield
    canvas.in_artifact = False
    canvas._code.append("EMC")
