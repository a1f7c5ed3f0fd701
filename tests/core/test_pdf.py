"""PDFs: tagged, embedded fonts, pages counted, and a code that leads to the check."""

import io
import re
from concurrent.futures import ThreadPoolExecutor

import pypdf
import pytest

from core import pdf

URL = "https://compuerta.example.org/records/K7Q2/"
ITEMS = [
    ("h1", "Acta de decisión: «Señales» <b>& cía</b>"),
    ("p", "El órgano colegiado aprobó el paso. " * 150),
    ("h2", "Hechos"),
    ("facts", [("Huella", "a" * 64), ("Razón", "primera línea\nsegunda → 50 €"), ("Nada", "")]),
    ("h2", "Votos"),
    ("table", ["Asiento", "Persona"], [[f"A{n}", "Ñandú Pérez"] for n in range(90)]),
]


@pytest.fixture(scope="module")
def made():
    return pdf.build("Acta P-000001/G1/1", ITEMS, language="es", check_url=URL, footer="cadena ab")


@pytest.fixture(scope="module")
def reader(made):
    return pypdf.PdfReader(io.BytesIO(made))


def elements(node):
    node = node.get_object()
    yield node
    kids = node.get("/K", [])
    for row in kids if isinstance(kids, list) else [kids]:
        kid = row.get_object()
        if isinstance(kid, dict) and kid.get("/Type") == "/StructElem":
            yield from elements(kid)


def test_the_catalogue_says_tagged_titled_and_in_which_language(reader):
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"].value is True
    assert root["/Lang"] == "es"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert reader.metadata.title == "Acta P-000001/G1/1"


def test_the_structure_reads_as_the_story_was_told(reader):
    tree = reader.trailer["/Root"]["/StructTreeRoot"]
    top = tree["/K"].get_object()
    kinds = [kid.get_object()["/S"] for kid in top["/K"]]
    assert kinds == ["/H1", "/P", "/H2", "/Table", "/H2", "/Table", "/P", "/P", "/Figure"]
    counted = [node["/S"] for node in elements(tree["/K"])]
    assert counted.count("/TR") == 3 + 91
    assert counted.count("/TH") == 3 + 2
    assert counted.count("/TD") == 3 + 180


def test_heads_have_scopes_and_the_figure_its_words(reader):
    nodes = list(elements(reader.trailer["/Root"]["/StructTreeRoot"]["/K"]))
    scopes = [node["/A"]["/Scope"] for node in nodes if node["/S"] == "/TH"]
    assert scopes == ["/Row"] * 3 + ["/Column"] * 2
    figure = next(node for node in nodes if node["/S"] == "/Figure")
    assert URL in figure["/Alt"]


def test_every_mark_on_every_page_is_found_from_the_tree_and_back(reader):
    tree = reader.trailer["/Root"]["/StructTreeRoot"]
    numbers = tree["/ParentTree"]["/Nums"]
    parents = {numbers[i]: numbers[i + 1].get_object() for i in range(0, len(numbers), 2)}
    for page in reader.pages:
        content = page.get_contents().get_data().decode("latin-1")
        marks = [int(mark) for mark in re.findall(r"/MCID (\d+)>> BDC", content)]
        assert marks == list(range(len(marks)))
        assert len(parents[page["/StructParents"]]) == len(marks)
        assert content.count("BDC") == content.count("EMC")
        for mark, element in enumerate(parents[page["/StructParents"]]):
            drawn = [kid.get_object() for kid in element.get_object()["/K"]]
            assert any(kid.get("/MCID") == mark for kid in drawn)


def test_a_long_paragraph_stays_one_element_over_pages(reader):
    paragraph = next(
        node for node in elements(reader.trailer["/Root"]["/StructTreeRoot"]["/K"])
        if node["/S"] == "/P"
    )  # fmt: skip
    assert len({kid.get_object().raw_get("/Pg").idnum for kid in paragraph["/K"]}) == 2


def test_nothing_but_embedded_fonts_is_used(reader):
    for page in reader.pages:
        for font in page["/Resources"]["/Font"].values():
            assert "/FontFile2" in font.get_object()["/FontDescriptor"]


def test_pages_are_counted_and_the_text_is_spanish(reader):
    texts = [page.extract_text() for page in reader.pages]
    assert len(texts) > 2
    for number, text in enumerate(texts, 1):
        assert re.search(rf"(Page|Página) {number} (of|de) {len(texts)}", text)
        assert "cadena ab" in text
    whole = "".join(texts)
    assert "Acta de decisión: «Señales» <b>& cía</b>" in whole
    assert "segunda -> 50 €" in whole
    assert URL in whole


def test_characters_without_a_glyph_lose_their_accent_or_are_marked():
    assert pdf.printable("Łódź ş 漢 €") == "Łódz ş ? €"
    assert pdf.printable("ǟ") in {"a", "ǟ"}


def test_what_the_story_does_not_know_is_an_error():
    with pytest.raises(ValueError, match="picture"):
        pdf.build("x", [("picture", "y")], language="en")


def test_documents_made_at_once_do_not_mix():
    def make(n):
        data = pdf.build(f"Title {n}", [("p", f"only {n} " * 50)], language="en")
        return pypdf.PdfReader(io.BytesIO(data)).pages[0].extract_text()

    with ThreadPoolExecutor(4) as pool:
        for n, text in enumerate(pool.map(make, range(12))):
            assert set(re.findall(r"only (\d+)", text)) == {str(n)}


def test_without_items_there_is_still_a_page():
    reader = pypdf.PdfReader(io.BytesIO(pdf.build("Empty", [("facts", [])], language="en")))
    assert len(reader.pages) == 1
