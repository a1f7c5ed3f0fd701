"""Lists of vendors: never a vendor twice, none wrongly merged, each failing row kept and named."""

import csv
import io
from pathlib import Path

import pytest
from django.core.management import call_command

from tests.factories import vendors
from vendors import deciding, import_outcomes, importing_vendors
from vendors.models import Match, Vendor, VendorImport

pytestmark = pytest.mark.django_db
HEADER = "name,country,tax_id,size,start_up,social_enterprise,region,ownership\n"
BPA = Path(__file__).parent / "bpa_vendors.yml"


def take(text: str | bytes, cast=None, name: str = "list.csv", mapping: str = "generic"):
    """Counts and outcomes of a list, by the very command's rules."""
    content = text if isinstance(text, bytes) else text.encode()
    run = importing_vendors.import_now(content, name, mapping, by=cast.officer)
    told = import_outcomes.told(run, run.lines)
    return list(run.counts.values()), [(t["line"], t["outcome"], *t["sentences"]) for t in told]


def rows(*lines: str) -> str:
    return HEADER + "\n".join(lines) + "\n"


def test_the_real_list_of_vendors(cast, tmp_path):
    out = io.StringIO()
    call_command("import_vendors", str(BPA), mapping="bpa", report=str(tmp_path / "r.csv"),
                 stdout=out)  # fmt: skip
    assert out.getvalue().splitlines()[-1] == (
        "created=17 updated=0 unchanged=0 to_match=0 quarantined=0"
    )
    out = io.StringIO()
    call_command("import_vendors", str(BPA), mapping="bpa", stdout=out)
    assert out.getvalue() == "created=0 updated=0 unchanged=17 to_match=0 quarantined=0\n"
    assert set(Vendor.objects.values_list("country", "state")) == {("US", "active")}
    report = (tmp_path / "r.csv").read_text(encoding="utf-8-sig")
    assert len(list(csv.reader(io.StringIO(report)))) == 18
    assert list(VendorImport.objects.values_list("state", flat=True)) == ["done", "done"]


def test_a_number_known_updates_or_leaves_unchanged(cast):
    row = vendors.vendor(cast, "Sistemas del Norte", tax_id=vendors.RFC, size="small")
    counts, told = take(rows(
        "SISTEMAS DEL NORTE SA DE CV,MX,mab-930714-8t4,pequeña,,,,",
        "Sistemas del Norte,México,MAB 930714 8T4,,sí,,Nuevo León,",
    ), cast)  # fmt: skip
    assert (counts, [line[:2] for line in told]) == (
        [0, 1, 1, 0, 0], [(2, "unchanged"), (3, "updated")]
    )  # fmt: skip
    row = Vendor.objects.get()
    assert (row.name, row.start_up, row.region) == ("Sistemas del Norte", True, "Nuevo León")
    assert row.dossier.events.filter(verb="vendors.vendor.update_from_import").count() == 1


def test_the_same_number_under_another_name_waits(cast):
    row = vendors.vendor(cast, "Sistemas del Norte", tax_id=vendors.RFC)
    counts, told = take(rows(f"Otra Razón,MX,{vendors.RFC},,,,,"), cast)
    assert counts == [0, 0, 0, 1, 0]
    assert told == [(2, "to_match", f"{row.ref} · Sistemas del Norte: the same tax number under "
                                    "another name")]  # fmt: skip


def test_the_same_name_with_another_number_or_none_waits(cast):
    vendors.vendor(cast, "Acme SA de CV", tax_id=vendors.RFC)
    text = rows("Acme S.A. de C.V.,MX,GODE561231GR8,,,,,", "ACME,MX,,,,,,", "Acme,US,,,,,,")
    assert take(text, cast)[0] == [0, 0, 0, 3, 0]
    assert Match.objects.count() == 3
    assert take(text, cast)[0] == [0, 0, 0, 3, 0]
    assert (Match.objects.count(), Vendor.objects.count()) == (3, 1)


def test_without_numbers_the_same_name_and_country_are_one_vendor(cast):
    text = rows("Flexion Inc.,US,,,,,,", '"FLEXION, Inc.",us,N/A,small,,,,', "Flexion,,,,,,,",
                "Flexion LLC,US,,,,,,", "Flexión\u200b Incorporated,USA,-,small,,,,",
                "Flexon Inc,US,,,,,,")  # fmt: skip
    _counts, told = take(text, cast)
    assert [line[1] for line in told] == [
        "created", "updated", "to_match", "to_match", "unchanged", "to_match"]  # fmt: skip
    assert take(text, cast)[0] == [0, 0, 3, 3, 0]
    assert (Vendor.objects.count(), Match.objects.count()) == (1, 3)


def test_generic_numbers_stand_for_nobody(cast):
    text = rows("Uno SA,MX,XAXX010101000,,,,,", "Dos SA,MX,xaxx-010101-000,,,,,",
                "Three Inc,US,XEXX010101000,,,,,", "Four Inc,MX,XEXX 010101 000,,,,,")  # fmt: skip
    assert take(text, cast)[0] == [4, 0, 0, 0, 0]
    assert take(text, cast)[0] == [0, 0, 4, 0, 0]


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ("Uno,MX,GODE561231GR9,,,,,", "check digit of the RFC “GODE561231GR9” is wrong"),
        ("Uno,MX,GODE561231,,,,,", "neither the 12 signs of a company nor the 13"),
        ("Uno,MX,GODE561331GR8,,,,,", ""),
        ("Uno,ES,A13585626,,,,,", "tax number of Spain"),
        ("Uno,CO,213.123.432-2,,,,,", "check digit of “213.123.432-2” is wrong"),
        ("Uno,US,07-1144442,,,,,", "tax number of United States"),
        ("Uno,BR,16.727.230/0001-98,,,,,", "tax number of Brazil"),
        ("Uno,CL,12.531.909-3,,,,,", "tax number of Chile"),
        ("Uno,AR,20267565392,,,,,", "tax number of Argentina"),
        ("Uno,PE,20512333798,,,,,", "tax number of Peru"),
        (",MX,GODE561231GR8,,,,,", "The row has no name."),
        ("\u200b\u00a0,MX,,,,,,", "The row has no name."),
        ("Uno,Freedonia,,,,,,", "“Freedonia” is no country."),
        ("Uno,MX,,enorme,,,,", "“enorme” is no size"),
        ("Uno,MX,,,quizá,,,", "“quizá” is neither yes nor no."),
        ("Uno, Inc.,US,,,,,,,,", ""),
        ("Flexion, Inc.,US,04-2103594,,,,,,x", "more cells than there are columns"),
        ('"Uno,MX,,,,,,', "A quotation mark in this line is not closed."),
    ],
)  # fmt: skip
def test_what_is_wrong_is_kept_and_named(cast, row, sentence):
    counts, told = take(rows("Bueno,US,,,,,,", row, "Mejor,US,,,,,,"), cast)
    assert counts == [2, 0, 0, 0, 1]
    (line,) = [found for found in told if found[1] == "quarantined"]
    assert line[0] == 3
    assert sentence in " ".join(line[2:])
    kept = VendorImport.objects.get().lines[1]
    assert kept["cells"]


@pytest.mark.parametrize(
    ("country", "number", "stored"),
    [("MX", "gode-561231-gr8", "GODE561231GR8"), ("MX", "MAB 930714 8T4", "MAB9307148T4"),
     ("España", "a13 585 625", "A13585625"), ("ES", "54362315-K", "54362315K"),
     ("CO", "213.123.432-1", "2131234321"), ("US", "04-2103594", "042103594"),
     ("Brasil", "16.727.230/0001-97", "16727230000197"), ("CL", "12.531.909-2", "125319092"),
     ("AR", "20-26756539-3", "20267565393"), ("PE", "20512333797", "20512333797"),
     ("BO", "1023 2424", "10232424"), ("", "abc 1", "ABC1"), ("ZZ", "77-1", "771")],
)  # fmt: skip
def test_numbers_are_kept_in_their_one_form(cast, country, number, stored):
    assert take(rows(f"Uno,{country},{number},,,,,"), cast)[0] == [1, 0, 0, 0, 0]
    row = Vendor.objects.get()
    expected = "uncheckable" if country in ("BO", "", "ZZ") else "checked"
    assert (row.tax_id, row.tax_standing) == (stored, expected)


def test_words_for_size_yes_and_ownership(cast):
    take(rows("A1,MX,,Microempresa,Sí,no,CDMX,mujeres; women-owned | Otra",
              "A2,MX,,MEDIANA,TRUE,0,,", "A3,US,,Large,1,x,,veteran-owned"), cast)  # fmt: skip
    found = list(Vendor.objects.order_by("pk").values_list(
        "size", "start_up", "social_enterprise", "region", "ownership"))  # fmt: skip
    assert found == [("micro", True, False, "CDMX", ["women", "Otra"]),
                     ("medium", True, False, "", []),
                     ("large", True, True, "", ["veteran"])]  # fmt: skip


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_encodings_and_delimiters(cast, encoding, delimiter):
    text = rows("Ñandú Tecnología,México,,pequeña,,,Querétaro,").replace(",", delimiter)
    assert take(text.replace("\n", "\r\n").encode(encoding), cast)[0] == [1, 0, 0, 0, 0]
    assert Vendor.objects.get().name == "Ñandú Tecnología"


def test_headers_in_spanish_and_in_any_order(cast):
    text = "País;RFC;Nombre;Tamaño;Nota\nMX;GODE561231GR8;Uno;chica;x\n"
    assert take(text, cast)[0] == [1, 0, 0, 0, 0]
    assert Vendor.objects.get().size == "small"


def test_a_file_that_contradicts_itself(cast):
    text = rows("Acme,US,04-2103594,small,,,,", "ACME,US,042103594,large,,,,")
    _counts, told = take(text, cast)
    assert told[1] == (3, "quarantined", "Line 2 of this file says otherwise of the same vendor.")
    assert take(text, cast)[0] == [0, 0, 1, 0, 1]


def test_two_companies_of_similar_names_with_numbers_of_their_own_are_two(cast):
    text = rows(
        "Tecnologias Aztlan,MX,GODE561231GR8,,,,,", "Tecnología Aztlán,MX,MAB9307148T4,,,,,"
    )
    assert take(text, cast)[0] == [2, 0, 0, 0, 0]


def test_a_decision_holds_at_the_next_reading(cast):
    known = vendors.vendor(cast, "Flexion Inc", "US")
    text = rows("Flexon Inc,US,,,,,Ohio,", "Flexions,US,,,,,,", "Flexionn,US,,,,,,")
    assert take(text, cast)[0] == [0, 0, 0, 3, 0]
    first, second, third = Match.objects.order_by("pk")
    deciding.same(first, known, by=cast.officer, because="Errata")
    deciding.another(second, by=cast.secretariat, because="Otra empresa")
    deciding.drop(third, by=cast.officer, because="No existe")
    assert take(text, cast)[0] == [0, 1, 2, 0, 0]
    assert take(text, cast)[0] == [0, 0, 3, 0, 0]
    assert Vendor.objects.count() == 2


def test_yaml_is_text_and_makes_nothing_else(cast):
    text = ("vendors:\n- name: No\n- name: 1789\n- Just a Name\n- name: &a Uno\n  country: US\n"
            "- name: [x]\n  size: {a: b}\n- [a]\n- name: Dos\n  name: Tres\n"
            "- !!python/object:os.x {}\n")  # fmt: skip
    _counts, told = take(text, cast, "list.yml", "bpa")
    assert [line[:2] for line in told] == [
        (2, "created"), (3, "created"), (4, "created"), (5, "created"), (7, "quarantined"),
        (9, "quarantined"), (10, "quarantined"), (12, "quarantined"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "text"),
    [("a.csv", ""), ("a.csv", "país,rfc\nMX,1\n"), ("a.csv", "name,name\na,b\n"),
     ("a.yml", "a: [b\n"), ("a.yml", "just text"), ("a.yml", "[" * 4000)],
)  # fmt: skip
def test_what_is_no_list_is_refused_whole(cast, tmp_path, name, text):
    path = tmp_path / name
    path.write_text(text)
    err = io.StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("import_vendors", str(path), stderr=err)
    assert (ended.value.code, bool(err.getvalue())) == (2, True)
    assert not VendorImport.objects.exists()
