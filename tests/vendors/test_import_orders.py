"""Historical orders from files: the real five, and every row that cannot be taken as it is."""

import csv
import io
from datetime import date

import pytest
from django.conf import settings
from django.core.management import call_command

from core import clock, due
from core.models import Institution
from core.refusals import Denied, Refused
from tests.factories import frameworks as made
from vendors import loading_orders
from vendors.models import HistoricalRow, Match, Order, VendorAlias
from vendors.order_rows import amount, foreign

pytestmark = pytest.mark.django_db
SHARED = settings.BASE_DIR.parent / "shared" / "data" / "us-18f-agile-bpa"
HEADER = ("rfq_id,title,agency,office,state,solicitation_date,date_posted,date_updated,"
          "base_period_months,option_period,repository,award_vendor_raw,award_amount_usd,"
          "award_amount_raw,bidders,bid_mean_usd,bid_median_usd,bid_stdev_usd,"
          "award_date")  # fmt: skip
FINE = {
    "rfq_id": "R-1", "title": "Tablero", "agency": "General Services Administration",
    "state": "delivered", "solicitation_date": "2016-03-16", "date_posted": "2016-05-14",
    "award_vendor_raw": "TrueTandem\u200b", "award_amount_usd": "153782.05",
    "award_amount_raw": "$153,782.05", "award_date": "2016-06-06",
}  # fmt: skip


def bpa(cast, **values):
    return made.in_force(cast, members=0, title="Agile BPA", currency="USD", **values)


def known(cast, *names: str):
    return [made.company(cast, name, country="US") for name in names]


def text(*rows: dict, header: str = HEADER) -> bytes:
    file = io.StringIO()
    writer = csv.DictWriter(file, header.split(","), restval="")
    writer.writeheader()
    writer.writerows([FINE | row for row in rows])
    return file.getvalue().encode()


def loaded(cast, framework, *rows: dict, by=None, **options):
    table = loading_orders.open_orders(io.BytesIO(text(*rows)))
    return loading_orders.load(framework, loading_orders.rows_of(table, framework),
                               by=by or cast.officer, **options)  # fmt: skip


def counts(found) -> str:
    return " ".join(f"{name}={count}" for name, count in loading_orders.counted(found).items())


def run(capsys, *args: str) -> tuple[int, str, str]:
    code = 0
    try:
        call_command("import_orders", *args)
    except SystemExit as ended:
        code = int(ended.code or 0)
    said = capsys.readouterr()
    return code, said.out, said.err


def test_the_real_orders_are_taken_in_once(cast, capsys, tmp_path):
    """Where the shared data lies beside the repository, its five orders are what the file says."""
    source = SHARED / "orders.csv"
    path = source if source.exists() else tmp_path / "orders.csv"
    if not source.exists():
        path.write_bytes(text({"award_vendor_raw": "Agileana"}))
    known(cast, "Flexion Inc.", "Agileana LLC", "NCI Information Systems Inc", "True Tandem LLC",
          "TechFlow Inc")  # fmt: skip
    framework = bpa(cast)
    rows = list(csv.DictReader(io.StringIO(path.read_text())))
    code, out, err = run(capsys, str(path), "--framework", framework.ref)
    assert (code, err) == (0, "")
    last = f"created={len(rows)} updated=0 unchanged=0 to_match=0 quarantined=0"
    assert out.splitlines()[-1] == last
    for row in rows:
        order = Order.objects.get(outside_ref=row["rfq_id"])
        assert (order.kind, order.title, order.currency) == ("historical", row["title"], "USD")
        assert order.value == round(float(row["award_amount_usd"]) * 100)
        assert order.signed_on == date.fromisoformat(row["award_date"])
        assert order.institution.name == row["agency"]
        assert order.dossier == framework.dossier
    if source.exists():
        names = {order.outside_ref: order.vendor.name for order in Order.objects.all()}
        assert names == {
            "ID09160019": "True Tandem LLC", "1109584": "Agileana LLC",
            "1138886": "True Tandem LLC", "1168769": "Flexion Inc.",
            "1160564": "NCI Information Systems Inc",
        }  # fmt: skip
    again = run(capsys, str(path), "--framework", framework.ref.lower())[1].splitlines()[-1]
    assert again == f"created=0 updated=0 unchanged={len(rows)} to_match=0 quarantined=0"
    assert Order.objects.count() == len(rows)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [({"award_date": "2016-03-15"}, "awarded on 2016-03-15, before it was solicited"),
     ({"award_date": "06/06/2016"}, "cannot be read"), ({"award_date": ""}, "no date of the award"),
     ({"award_date": "2016-02-30"}, "cannot be read"), ({"date_posted": "ayer"}, "date_posted"),
     ({"award_date": "20160606"}, "cannot be read"), ({"award_date": "0016-06-06"}, "cannot"),
     ({"award_amount_usd": ""}, "cannot be read"), ({"award_amount_usd": "mucho"}, "cannot be"),
     ({"award_amount_usd": "1.234,56"}, "cannot be read"), ({"award_amount_usd": "1e5"}, "cannot"),
     ({"award_amount_usd": "10.005"}, "cannot be read"), ({"award_amount_usd": "0"}, "be right"),
     ({"award_amount_usd": "-5"}, "cannot be right"), ({"award_amount_usd": "NaN"}, "cannot be"),
     ({"award_amount_usd": "9" * 30}, "cannot be"),
     ({"award_amount_raw": "€153,782.05"}, "in EUR; the framework is in USD"),
     ({"award_amount_raw": "153,782.05 MXN"}, "in MXN"),
     ({"award_vendor_raw": " \u200b "}, "names no vendor"), ({"rfq_id": ""}, "no number"),
     ({"title": ""}, "no title"), ({"agency": ""}, "no buying institution"),
     ({"title": "x" * 201}, "more than 200")],
)  # fmt: skip
def test_a_row_that_contradicts_itself_waits_in_quarantine(cast, change, sentence):
    known(cast, "True Tandem LLC")
    framework = bpa(cast)
    found = loaded(cast, framework, change)
    assert counts(found).endswith("quarantined=1")
    assert sentence in " ".join(found[0].sentences)
    assert HistoricalRow.objects.get().state == "quarantined"
    assert not Order.objects.exists()
    assert counts(loaded(cast, framework, change)).endswith("quarantined=1")
    assert HistoricalRow.objects.count() == 1


def test_dates_before_the_solicitation_do_not_matter_but_the_award(cast):
    known(cast, "True Tandem LLC")
    found = loaded(cast, bpa(cast), {"date_posted": "2016-01-01", "date_updated": "2015-01-01",
                                     "award_date": "2016-03-16"})  # fmt: skip
    assert counts(found) == "created=1 updated=0 unchanged=0 to_match=0 quarantined=0"


def test_a_framework_of_another_currency_takes_nothing(cast):
    known(cast, "True Tandem LLC")
    framework = made.in_force(cast, members=0, currency="MXN")
    found = loaded(cast, framework, {}, {"rfq_id": "R-2"})
    assert counts(found) == "created=0 updated=0 unchanged=0 to_match=0 quarantined=2"


@pytest.mark.parametrize("name", ["TRUE TANDEM", "True-Tandem, Inc.", "Trúe\u200b Tándem L.L.C.",
                                  "truetandem"])  # fmt: skip
def test_names_that_differ_only_in_spelling_are_one_vendor(cast, name):
    vendor = known(cast, "True Tandem LLC", "Tandem True Group")[0]
    found = loaded(cast, bpa(cast), {"award_vendor_raw": name})
    assert counts(found).startswith("created=1")
    assert Order.objects.get().vendor == vendor


def test_whose_name_is_nobodys_waits_for_a_person_and_follows_the_decision(cast):
    vendor = known(cast, "True Tandem LLC")[0]
    framework = bpa(cast)
    rows = [{"award_vendor_raw": "Tandem Digital"}, {"rfq_id": "R-2"},
            {"rfq_id": "R-3", "award_vendor_raw": "tandem digital, LLC"},
            {"rfq_id": "R-4", "award_vendor_raw": "Nada"}]  # fmt: skip
    found = loaded(cast, framework, *rows)
    assert counts(found) == "created=1 updated=0 unchanged=0 to_match=3 quarantined=0"
    assert counts(loaded(cast, framework, *rows)).split(" ", 2)[2] == (
        "unchanged=1 to_match=3 quarantined=0"
    )
    match = HistoricalRow.objects.get(key="R-1").match
    Match.objects.filter(pk=match.pk).update(vendor=vendor, state="same", decided_at=clock.now())
    nothing = HistoricalRow.objects.get(key="R-4").match
    Match.objects.filter(pk=nothing.pk).update(state="dismissed", decided_at=clock.now())
    VendorAlias.objects.create(vendor=vendor, name="Tandem Digital", match=match,
                               key="tandemdigital", added_at=clock.now())  # fmt: skip
    for _tick in range(2):
        due.act()
    assert Order.objects.get(outside_ref="R-1").vendor == vendor
    assert HistoricalRow.objects.get(key="R-1").state == "loaded"
    assert HistoricalRow.objects.get(key="R-4").state == "dismissed"
    found = loaded(cast, framework, *rows)
    assert counts(found) == "created=1 updated=0 unchanged=3 to_match=0 quarantined=0"
    assert Order.objects.filter(vendor=vendor).count() == 3


def test_a_row_that_comes_changed_updates_its_order(cast):
    known(cast, "True Tandem LLC", "Flexion Inc.")
    framework = bpa(cast)
    loaded(cast, framework, {})
    ref = Order.objects.get().ref
    found = loaded(cast, framework, {"award_amount_usd": "200", "award_vendor_raw": "Flexion"})
    assert counts(found) == "created=0 updated=1 unchanged=0 to_match=0 quarantined=0"
    order = Order.objects.get()
    assert (order.ref, order.value, order.vendor.name) == (ref, 200_00, "Flexion Inc.")
    broken = loaded(cast, framework, {"award_amount_usd": "?"})
    assert (broken[0].outcome, broken[0].order) == ("quarantined", ref)
    assert Order.objects.get().value == 200_00
    assert counts(loaded(cast, framework, {"award_amount_usd": "300"})).startswith(
        "created=0 updated=1"
    )


def test_a_number_that_a_file_repeats(cast):
    known(cast, "True Tandem LLC")
    framework = bpa(cast)
    rows = [{}, {}, {"title": "Otro"}]
    first, second = loaded(cast, framework, *rows), loaded(cast, framework, *rows)
    assert [found.outcome for found in first] == ["created", "unchanged", "quarantined"]
    assert [found.outcome for found in second] == ["unchanged", "unchanged", "quarantined"]
    assert "twice, with different" in first[2].sentences[0]


def test_a_framework_of_several_lots_needs_to_know_which(cast, capsys, tmp_path):
    known(cast, "True Tandem LLC")
    framework = bpa(cast, lots=2)
    found = loaded(cast, framework, {})
    assert "name the lot" in found[0].sentences[0]
    path = tmp_path / "orders.csv"
    path.write_bytes(text({}))
    code, out, _err = run(capsys, str(path), "--framework", framework.ref, "--lot", "2")
    assert (code, out.splitlines()[-1].split(" ")[0]) == (0, "created=1")
    assert Order.objects.get().lot.number == 2


def test_institutions_are_found_by_their_name_or_entered(cast):
    known(cast, "True Tandem LLC")
    there = Institution.objects.create(code="GSA", name="GENERAL  Services administration")
    framework = bpa(cast)
    loaded(cast, framework, {}, {"rfq_id": "R-2", "agency": "Departamento de Energía"},
           {"rfq_id": "R-3", "agency": "departamento de energia"})  # fmt: skip
    assert Order.objects.get(outside_ref="R-1").institution == there
    new = Institution.objects.get(code="DEPARTAMENTO-DE-ENERGIA")
    assert Order.objects.filter(institution=new).count() == 2


def test_only_some_people_load_orders(cast):
    known(cast, "True Tandem LLC")
    framework = bpa(cast)
    for person in (cast.manager, cast.stranger, cast.auditor):
        with pytest.raises(Denied):
            loaded(cast, framework, {}, by=person)
    assert loaded(cast, framework, {}, by=cast.secretariat)[0].outcome == "created"


@pytest.mark.parametrize(
    ("content", "sentence"),
    [(b"", "empty"), (b"a,b\n1,2\n", "lacks these columns"),
     (b"rfq_id,title,agency,solicitation_date,award_vendor_raw,award_date\n1,2,3,4,5,6\n",
      "column with the amount")],
)  # fmt: skip
def test_what_is_no_file_of_orders_ends_with_2_and_a_sentence(cast, capsys, tmp_path, content,
                                                             sentence):  # fmt: skip
    path = tmp_path / "orders.csv"
    path.write_bytes(content)
    framework = bpa(cast)
    code, out, err = run(capsys, str(path), "--framework", framework.ref)
    assert (code, out) == (2, "")
    assert sentence in err
    for args in ((str(path), "--framework", "F-999999"),
                 (str(tmp_path / "no.csv"), "--framework", framework.ref),
                 (str(path), "--framework", framework.ref, "--by", "no@demo.example")):  # fmt: skip
        code, out, err = run(capsys, *args)
        assert (code, out) == (2, "")
        assert err.strip().endswith(".")


def test_the_report_says_what_became_of_each_row(cast, capsys, tmp_path):
    known(cast, "True Tandem LLC")
    path, report = tmp_path / "orders.csv", tmp_path / "out.csv"
    path.write_bytes(text({"title": "=1+1"}, {"rfq_id": "R-2", "award_vendor_raw": "=Nadie"}))
    run(capsys, str(path), "--framework", bpa(cast).ref, "--report", str(report))
    rows = list(csv.reader(io.StringIO(report.read_text(encoding="utf-8-sig"))))
    assert [row[2] for row in rows[1:]] == ["created", "to_match"]
    assert rows[2][4] == "'=Nadie"
    with pytest.raises(Refused):
        loading_orders.open_orders(io.BytesIO(b"x"))


@pytest.mark.parametrize(
    ("written", "currency", "minor"),
    [("153782.05", "USD", 15378205), ("$1,261,911.60", "USD", 126191160), ("1478179.2", "USD",
     147817920), ("5", "JPY", 5), ("5.5", "JPY", None), ("1.2345", "KWD", None),
     ("1.234", "KWD", 1234), ("1,23", "USD", None), ("", "USD", None), ("1881777.0", "USD",
     188177700)],
)  # fmt: skip
def test_amounts_are_exact(written, currency, minor):
    assert amount(written, currency) == minor


def test_what_a_text_of_an_amount_names():
    assert foreign("$313,910.40 for base, $1,261,911.60 total", "USD") == {"USD"}
    assert foreign("EUR 5 or £4, 3 MXN", "USD") == {"USD", "EUR", "GBP", "MXN"}
    assert foreign("$5 for ALL options, TOP bidder", "USD") == {"USD"}
