"""Checklists as tables: the real ones, hostile ones, and our export, which reads back exactly."""

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.utils import translation

from core.exports import csv_lines
from gating import standards
from gating.models import Standard
from gating.standard_files import Faulty, as_json, of_json
from gating.standard_tables import parse_table, table_of, why
from oversight import demo

FILES = Path(demo.__file__).parent / "files"
HEAD = "Etapa\tRequisito\tCriterio\tEvidencia\tNivel"


def table(*rows: str, head: str = HEAD, encoding: str = "utf-8"):
    return parse_table("\n".join((head, *rows)).encode(encoding), "mi_lista.tsv")


def back(found) -> dict:
    """What our CSV of a standard reads back as."""
    raw = "".join(csv_lines(*table_of(found))).encode()
    return as_json(standards.read(raw, "export.csv"))


def test_the_real_checklists_are_read_whole():
    data, people = (standards.read((FILES / name).read_bytes(), name) for name in
                    ("co-datos-abiertos.tsv", "co-participacion.tsv"))  # fmt: skip
    assert (len(data.criteria), len(people.criteria)) == (19, 20)
    assert why(data.facts["rows_not_used"][0]) == "Line 21: it is empty."
    assert "rows_not_used" not in people.facts
    first = data.criteria[0]
    assert (first.code, first.level, first.topic) == ("1.01", 1, "Estrategia Digital")
    assert (first.facts["phase"], first.facts["profile"]) == (
        "Preparación para publicar",
        "Experto",
    )
    assert first.facts["question"] == "¿Qué tan útil es la información del conjunto de datos?"
    assert first.facts["legal_basis"].startswith("Ley 1712 de 2014, artículo 11")
    assert any('con el nombre "acerca de".' in row.facts.get("help", "") for row in data.criteria)
    assert {row.level for row in people.criteria} == {1, 2, 3}
    assert data.facts["language"] == "es"
    assert as_json(of_json(as_json(data))) == as_json(data) == back(data)
    with translation.override("es"):
        assert (
            standards.read(
                (FILES / "co-datos-abiertos.tsv").read_bytes(), "co-datos-abiertos.tsv"
            ).content_hash
            == data.content_hash
        )


def test_quotes_tabs_breaks_levels_and_spaces():
    found = table(
        '"Una\tetapa"\t" Un ""gran"" requisito \n en dos líneas"\tc\t"e\n1\te2"\tNivel 2',
        'X\tDice "sí" a medias\t"abre y no cierra\tev\t iii ',
        "\t\t\t\t", "X\t \tsin requisito\t\t1", "X\tAlto\tc\te\talto", "X\tLargo " + "x" * 400,
        "X\ta\tb\tc\t1\tde más",
    )  # fmt: skip
    one, two, high, long = found.criteria
    assert (one.title, one.level, one.facts["phase"]) == (
        'Un "gran" requisito en dos líneas', 2, "Una etapa",
    )  # fmt: skip
    assert one.evidence_expected == ["e\n1\te2"]
    assert (two.title, two.summary, two.level) == ('Dice "sí" a medias', '"abre y no cierra', 3)
    assert (high.level, high.facts["level_as_written"]) == (None, "alto")
    assert len(long.title) == 300
    assert long.facts["requirement"].endswith("xxx")
    assert [why(row) for row in found.facts["rows_not_used"]] == [
        "Line 4: it is empty.", "Line 5: it has no requirement.",
        "Line 6: the level “alto” is no number; the row is used without it.",
        "Line 8: it has 6 cells, and there are 5 columns.",
    ]  # fmt: skip
    assert found.facts["rows_not_used"][1]["cells"] == ["X", " ", "sin requisito", "", "1"]
    assert back(found) == as_json(found)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("sign", [",", ";", "\t"])
def test_other_columns_order_separators_and_encodings(sign, encoding):
    head = sign.join(("NIVEL", "Área Temática", "requisito ", "Costo", "Código"))
    found = table(sign.join(("1", "Datos", "Publicación", "10", "A-1")), head=head,
                  encoding=encoding)  # fmt: skip
    row = found.criteria[0]
    assert (row.code, row.title, row.level, row.topic) == ("A-1", "Publicación", 1, "Datos")
    assert row.facts["further"] == {"Costo": "10"}


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        (b"", "The file is empty. Choose the file with the rows."),
        (b"a,b\n1,2", "The file lacks these columns: Requisito."),
        (b"Requisito\n \n", "No row of the file can be used."),
        (b"PK\x03\x04", "The file is a workbook; save it as CSV or as text with tabs."),
    ],
)  # fmt: skip
def test_what_is_no_checklist_is_refused(raw, sentence):
    with pytest.raises(Faulty) as found:
        parse_table(raw, "x.csv")
    assert found.value.faults[0] == sentence


def test_our_export_reads_back_exactly_whatever_stands_in_it():
    said = {"id": "x", "title": "=1+1", "version_or_date": "'1", "verified": True, "extra": [1, {}],
            "duties_named": True, "criteria": [
        {"code": "-1", "title": " t ", "summary_in_own_words": "'=a\n\nb\t\r\n ", "level": 3,
         "evidence_expected": ["", "a\nb", "[x"], "applies_to_gates": [], "weight": "1.50"},
        {"code": "2", "title": "Security", "evidence_expected": ["a", "b"], "verified": False},
    ]}  # fmt: skip
    found = of_json(said)
    assert found.criteria[1].non_waivable_at == []
    assert back(found) == as_json(found)
    assert of_json(json.loads(json.dumps(as_json(found)))).content_hash == found.content_hash


@pytest.mark.django_db
def test_the_command_loads_checklists_once_and_names_what_it_did_not_use(tmp_path):
    path = tmp_path / "mi_lista.tsv"
    path.write_text(f"{HEAD}\nE\tUno\tc\te\t1\nE\t\tc\te\t1\n")
    for outcome in ("loaded", "unchanged"):
        out, err = StringIO(), StringIO()
        call_command("load_standards", str(path), "--title", "Mi lista", stdout=out, stderr=err)
        assert f"{path}: {outcome}: mi-lista (sha256 " in out.getvalue()
        assert err.getvalue() == f"{path}: Line 3: it has no requirement.\n"
    standard = Standard.objects.get()
    assert (standard.title, standard.state, standard.criteria.get().title) == (
        "Mi lista", "published", "Uno",
    )  # fmt: skip
    export = tmp_path / "again.csv"
    export.write_text("".join(csv_lines(*table_of(standard))))
    out = StringIO()
    call_command("load_standards", str(export), stdout=out)
    assert out.getvalue().endswith("loaded=0 unchanged=1 refused=0\n")
