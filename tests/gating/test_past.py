"""Past assessments: loaded by the letter, judged by the rule of the house, never guessed."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from core.models import Event
from gating.models import PastAssessment, PastPoint, Standard
from gating.past_reading import read, tally, verdict
from oversight import demo

FILES = Path(demo.__file__).parent / "files"
HEAD = "assessment_id,service,date,date_raw,result,reassessment_result,criteria_recorded"


def files(folder, assessments: str, criteria: str = "", *, head=HEAD, encoding="utf-8"):
    one, two = folder / "a.csv", folder / "c.csv"
    one.write_bytes(f"{head}\n{assessments}\n".encode(encoding))
    two.write_bytes(f"assessment_id,criterion,passed\n{criteria}\n".encode(encoding))
    return one, two


def run(one, two) -> tuple[str, list[str]]:
    out, err = StringIO(), StringIO()
    call_command("replay_assessments", str(one), str(two), stdout=out, stderr=err)
    return out.getvalue().strip(), err.getvalue().splitlines()


@pytest.mark.django_db
def test_the_real_files_come_to_what_is_known_of_them_and_a_second_run_changes_nothing():
    paths = FILES / "uk-assessments.csv", FILES / "uk-criteria.csv"
    line = ("assessments=60 passed=31 passed_with_conditions=24 failed=5 reassessed=13 "
            "unparsed=0")  # fmt: skip
    assert run(*paths) == (line, [])
    events = Event.objects.count()
    assert run(*paths) == (line, [])
    assert Event.objects.count() == events
    assert (PastAssessment.objects.count(), PastPoint.objects.count()) == (60, 1352)
    versions = Standard.objects.filter(code="uk-digital-by-default")
    counted = {row.version: (row.state, row.criteria.count(), row.past_assessments.count())
               for row in versions}  # fmt: skip
    assert counted == {"18 points": ("retired", 18, 26), "26 points": ("retired", 26, 34)}
    undated = PastAssessment.objects.get(code="gds-057")
    assert (undated.day, undated.final, undated.unclear) == (None, "failed", True)
    assert PastPoint.objects.filter(criterion=None).count() == 0


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("Pass", "passed"), (" PASSED. ", "passed"), ("met", "passed"), ("Sí", "passed"),
        ("TRUE", "passed"), ("Not  Pass", "failed"), ("not-passed", "failed"),
        ("Not met", "failed"), ("no", "failed"), ("FALSE", "failed"),
        ("Passed with conditions", "passed_with_conditions"), ("", ""), (" ", ""), ("N/A", ""),
        ("–", ""), ("Withdrawn", "unparsed"), ("pass?maybe", "unparsed"), ("tbc", "unparsed"),
        ("not sure if passed", "unparsed"),
    ],
)  # fmt: skip
def test_what_a_result_says(text, meaning):
    assert verdict(text) == meaning


@pytest.mark.parametrize(
    ("row", "points", "line"),
    [
        ("pass,", "yes,yes", "passed=1 passed_with_conditions=0 failed=0 reassessed=0 unparsed=0"),
        ("pass,", "yes,NOT MET",
         "passed=0 passed_with_conditions=1 failed=0 reassessed=0 unparsed=0"),
        ("pass,", "yes,who knows",
         "passed=1 passed_with_conditions=0 failed=0 reassessed=0 unparsed=0"),
        ("not pass,pass", "no,no",
         "passed=1 passed_with_conditions=0 failed=0 reassessed=1 unparsed=0"),
        ("pass,not passed", "yes,yes",
         "passed=0 passed_with_conditions=0 failed=1 reassessed=1 unparsed=0"),
        (",", "no,no", "passed=0 passed_with_conditions=0 failed=0 reassessed=0 unparsed=1"),
        ("pass,to be agreed", "yes,yes",
         "passed=0 passed_with_conditions=0 failed=0 reassessed=1 unparsed=1"),
    ],
)  # fmt: skip
def test_the_final_result_is_the_reassessments_else_the_first(tmp_path, row, points, line):
    criteria = "\n".join(f"x,{n},{said}" for n, said in enumerate(points.split(","), 1))
    found, _notes = read(*files(tmp_path, f"x,S,2015-01-02,,{row},2", criteria))
    assert tally(found) == f"assessments=1 {line}"


def test_unclear_dates_are_marked_and_never_guessed(tmp_path):
    rows = ["a,S,2015-03-04,4/3/2015,pass,,", "b,S,,4/3/2015,pass,,", "c,S,,14/3/2015,pass,,",
            "d,S,2015-03-04,5 March 2015,pass,,", "e,S,2015-02-30,,pass,,", "f,S,,spring,pass,,",
            "g,S,,2 Sept 2014,pass,,", "h,S,2015-03-04,spring,pass,,"]  # fmt: skip
    found, _notes = read(*files(tmp_path, "\n".join(rows)))
    said = {past.code: (str(past.day), "date" in past.doubts) for past in found}
    assert said == {
        "a": ("2015-03-04", False), "b": ("None", True), "c": ("2015-03-14", False),
        "d": ("None", True), "e": ("None", True), "f": ("None", True), "g": ("2014-09-02", False),
        "h": ("2015-03-04", True),
    }  # fmt: skip


def test_a_hostile_file_is_read_as_it_stands(tmp_path):
    head = "Result ; Service ;REASSESSMENT RESULT; Assessment-ID ;extra;Date"
    rows = 'PASS;"Señas; ""tú""";;A1;=1+1;2015-01-02\n;;;;;\nPass;Old "E" form;;a2;;2015-01-02'
    criteria = "a1,01,Yes\nA1, 2 ,no\nA1,2,no\nA2,1,yes\nA2,1,no\nA2,,yes\nzz,1,yes\nzz,2,yes"
    one, two = files(tmp_path, rows, criteria, head=head, encoding="cp1252")
    found, notes = read(one, two)
    assert [(past.code, past.raw["service"], past.final, past.asked) for past in found] == [
        ("A1", 'Señas; "tú"', "passed_with_conditions", 2),
        ("a2", 'Old "E" form', "passed_with_conditions", 1),
    ]
    assert notes == [
        "c.csv, line 4: A1, criterion 2 stands there twice; it counts once.",
        "c.csv, line 6: a2, criterion 1 stands there twice with different answers; both are kept, "
        "and it does not count as met.",
        "c.csv, line 7, criterion: A2 names no criterion here.",
        "c.csv: 2 rows name the assessment “zz”, which is not in the other file; they are not "
        "used.",
    ]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("head", "rows", "sentence"),
    [
        ("assessment_id,service,date", "a,S,", "a.csv lacks these columns: result, "
         "reassessment_result."),
        ("assessment_id,service,result,Result,reassessment_result", "a,S,,,",
         "a.csv: The column result stands in the file more than once. Keep one of them."),
        (HEAD, "A,S,,,pass,,\nA,T,,,pass,,", "a.csv, line 3, assessment_id: A stands in line 2 "
         "already, with another content. Give each assessment an id of its own."),
    ],
)  # fmt: skip
def test_what_cannot_be_told_apart_is_refused_and_nothing_is_kept(tmp_path, head, rows, sentence):
    out = StringIO()
    with pytest.raises(CommandError) as found:
        call_command("replay_assessments", *map(str, files(tmp_path, rows, head=head)), stdout=out)
    assert (found.value.returncode, str(found.value), out.getvalue()) == (2, sentence, "")
    assert not PastAssessment.objects.exists()


@pytest.mark.django_db
def test_a_corrected_file_renews_its_rows_and_says_so_in_the_history(tmp_path):
    run(*files(tmp_path, "a,S,,,pass,,\nb,S,,,pass,,", "a,1,yes"))
    line, _notes = run(*files(tmp_path, "a,S,,,pass,,\nb,S,,,not pass,,", "a,1,no"))
    assert line.startswith("assessments=2 passed=0 passed_with_conditions=1 failed=1")
    assert PastPoint.objects.get().met is False
    last = Event.objects.filter(verb="gating.pastassessment.replay").latest("pk")
    assert '"changed":2' in last.details


@pytest.mark.django_db
def test_the_pages_show_them_narrowed_counted_and_exported(client, cast, tmp_path):
    criteria = "a,1,yes\na,2,no\nb,1,no\nb,2,no"
    run(*files(tmp_path, "a,Alpha form,2015-01-02,,pass,,\nb,Beta form,,soon,,,", criteria))
    client.force_login(cast.stranger)
    page = client.get(reverse("gating:past_list"), {"final": "unparsed"})
    assert "Beta form" in page.text
    assert "Alpha form" not in page.text
    assert [n for _value, _label, n in page.context["results"]] == [0, 0, 0, 1]
    everything = client.get(reverse("gating:past_list"), {"format": "csv"})
    lines = b"".join(everything.streaming_content).decode().splitlines()
    assert len(lines) == 3
    seldom = client.get(reverse("gating:past_list")).context["seldom"]
    assert next((share.label, share.part, share.whole) for share in seldom) == ("Punto 2", 2, 2)
    detail = client.get(PastAssessment.objects.get(code="b").get_absolute_url())
    assert "soon" in detail.text


@pytest.mark.django_db
def test_the_list_keeps_its_number_of_queries(
    client, cast, tmp_path, django_assert_max_num_queries
):
    rows = "\n".join(f"a{n},S{n},,,pass,," for n in range(30))
    run(*files(tmp_path, rows, "\n".join(f"a{n},{p},yes" for n in range(30) for p in (1, 2))))
    client.force_login(cast.editor)
    client.get(reverse("gating:past_list"))
    with django_assert_max_num_queries(22):
        client.get(reverse("gating:past_list"))
