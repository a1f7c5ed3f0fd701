"""Standards: read strictly, published for good, a new version beside the old one."""

import json
from datetime import date
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from core.models import Event
from core.steps import Denied, Refused, perform
from gating import gates, standards
from gating.models import Criterion, Gate, Standard
from gating.standard_files import Faulty, parse
from projects.models import Tier
from tests.factories import reviews


def changed(**values) -> bytes:
    return reviews.standard_text(**values)


def faults(raw: bytes) -> list[str]:
    with pytest.raises(Faulty) as found:
        parse(raw)
    return found.value.faults


@pytest.mark.parametrize(
    ("raw", "sentences"),
    [
        (b"\xff\xfe", ["The file is not written in UTF-8; save it as UTF-8."]),
        (b"{", ["The file is not JSON: see line 1, column 2."]),
        (b"[]", ["The file is a list or a value; a standard is an object in braces."]),
        (b'{"id": "a", "id": "b"}', ["The field “id” stands twice in one object."]),
        (b'{"n": NaN}', ["“NaN” is not a number in JSON."]),
        (b"[" * 100_000, ["The file is nested too deeply to be a standard."]),
        (
            b"{}",
            ["“id” is missing.", "“title” is missing.", "“version_or_date” is missing.",
             "“criteria” is missing: list at least one criterion."],
        ),
        (changed(title=["x"]), ["“title” is not a text."]),
        (changed(title="x" * 301), ["“title” is longer than 300 signs."]),
        (changed(title=" "), ["“title” is missing."]),
        (changed(source_url="javascript:alert(1)"),
         ["“source_url”: write an address that begins with https:// or http://."]),
        (changed(code="a b"),
         ["“id”: write letters, digits, points and hyphens only, at most 50, without spaces."]),
        (changed(criteria=[]), ["“criteria” is missing: list at least one criterion."]),
        (changed(criteria=["x"]), ["“criteria[1]” is not an object in braces."]),
        (changed(criteria=[{"code": "A"}]), ["“criteria[1].title” is missing."]),
        (changed(criteria=[{"code": "A", "title": "a"}, {"code": "A", "title": "b"}]),
         ["“criteria[2].code”: the code “A” stands there twice."]),
        (changed(criteria=[{"code": "A", "title": "a", "applies_to_gates": ["discovery"]}]),
         ["“criteria[1].applies_to_gates”: there is no stage “discovery”; known are "
          "business_case, alpha, beta, live."]),
        (changed(criteria=[{"code": "A", "title": "a", "evidence_expected": "one"}]),
         ["“criteria[1].evidence_expected” is not a list of texts."]),
        (changed(criteria=[{"code": "A", "title": "a", "non_waivable": "yes"}]),
         ["“criteria[1].non_waivable”: write true or false."]),
    ],
)  # fmt: skip
def test_every_fault_is_a_sentence_that_names_its_field(raw, sentences):
    assert faults(raw) == sentences


def test_what_is_not_known_is_kept_and_what_is_optional_may_lack():
    found = parse(changed(threshold={"eur": 10000}, criteria=[
        {"code": "A", "title": "Seguridad de los datos", "weight": "3.5", "level": "básico",
         "applies_to_gates": ["live", "alpha"]},
        {"code": "B", "title": "Asegurar la continuidad", "level": 2},
        {"code": "C", "title": "Trámite accesible para todas las personas"},
    ]))  # fmt: skip
    first, second, third = found.criteria
    assert found.facts == {"threshold": {"eur": 10000}}
    assert (found.publisher, found.source_url) == ("", "")
    assert first.facts == {"weight": "3.5", "level": "básico"}
    assert (first.stages, first.non_waivable_at) == (["alpha", "live"], ["alpha", "live"])
    assert (second.level, second.non_waivable_at) == (2, [])
    assert second.stages == ["business_case", "alpha", "beta", "live"]
    assert third.non_waivable_at == third.stages


def test_where_the_file_names_what_is_never_waived_words_do_not_count():
    found = parse(changed(criteria=[
        {"code": "A", "title": "Security"},
        {"code": "B", "title": "Work for everyone", "non_waivable_at_gates": ["live"]},
    ]))  # fmt: skip
    assert [row.non_waivable_at for row in found.criteria] == [[], ["live"]]


@pytest.mark.django_db
def test_the_same_file_changes_nothing_and_a_new_version_retires_the_old_one(cast):
    first, new = standards.load(parse(changed()), by=cast.editor)
    assert (first.state, new) == ("published", True)
    assert standards.load(parse(changed()), by=cast.editor) == (first, False)
    second, new = standards.load(parse(changed(version="2", notes="More")), by=cast.editor)
    first.refresh_from_db()
    assert (first.state, second.state, new) == ("retired", "published", True)
    assert standards.load(parse(changed()), by=cast.editor) == (first, False)


@pytest.mark.django_db
def test_another_content_under_the_same_version_is_refused(cast):
    standards.load(parse(changed()), by=cast.editor)
    with pytest.raises(Refused, match="is published with another content, and stays as it is"):
        standards.load(parse(changed(notes="Changed")), by=cast.editor)
    assert Standard.objects.get().notes == ""


@pytest.mark.django_db
@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE gating_criterion SET title = 'x'",
        "DELETE FROM gating_criterion",
        "INSERT INTO gating_criterion (id, position, code, title, summary, stages, "
        "evidence_expected, non_waivable, non_waivable_at, topic, level, verified, facts, "
        "standard_id) SELECT id + 1000, position, 'X-9', title, summary, stages, "
        "evidence_expected, non_waivable, non_waivable_at, topic, level, verified, facts, "
        "standard_id FROM gating_criterion",
        "UPDATE gating_standard SET title = 'x'",
        "UPDATE gating_standard SET state = 'draft'",
        "DELETE FROM gating_standard",
    ],
)
def test_the_database_keeps_what_is_published_as_it_is(cast, sql):
    standards.load(parse(changed()), by=cast.editor)
    with pytest.raises(DatabaseError, match="kept as"), transaction.atomic():
        connection.cursor().execute(sql)


@pytest.mark.django_db
def test_a_gate_asks_standards_by_the_editors_will(cast):
    gate, standard = Gate.objects.get(code="G4"), reviews.standard(cast)
    small = Tier.objects.get(code="small")
    with pytest.raises(Denied, match="Only a standards editor"):
        gates.assign(gate, standard, mandatory=True, tier=None, by=cast.admin, because="x")
    row = gates.assign(gate, standard, mandatory=False, tier=small, by=cast.editor, because="Try")
    with pytest.raises(Refused, match="asks this standard already"):
        gates.assign(gate, standard, mandatory=True, tier=small, by=cast.editor, because="Try")
    gates.release(row, by=cast.editor, because="Enough")
    verbs = Event.objects.filter(dossier=gate.dossier).values_list("verb", flat=True)
    assert list(verbs) == ["gating.gate.ask_standard", "gating.gate.drop_standard"]


@pytest.mark.django_db
def test_a_standard_that_the_gate_never_asks_is_refused(cast):
    rows = [{"code": "A", "title": "a", "applies_to_gates": ["live"]}]
    late, _new = standards.load(parse(changed(criteria=rows)), by=cast.editor)
    with pytest.raises(Refused, match="None of its criteria is asked at this gate"):
        gates.assign(Gate.objects.get(code="G1"), late, mandatory=True, tier=None, by=cast.editor,
                     because="x")  # fmt: skip


BOTH = {"editor", "clock"}
STANDARDS = {
    "draft": {"publish": BOTH, "schedule": BOTH, "discard": BOTH},
    "scheduled": {"take_effect": {"clock"}, "retire": BOTH},
    "published": {"retire": BOTH}, "retired": {},
}  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize("state", Standard.States.values)
def test_the_machine_of_a_standard(cast, state):
    before = state in ("draft", "scheduled")
    standard = _draft(cast) if before else reviews.standard(cast)
    if state == "scheduled":
        Standard.objects.filter(pk=standard.pk).update(effect_from=date(2100, 1, 1))
        Criterion.objects.create(standard=standard, position=1, code="A", title="a")
        standard = perform(standard, "schedule", by=cast.editor)
    if state == "retired":
        standard = perform(standard, "retire", by=cast.editor)
    assert reviews.may(cast, standard) == STANDARDS[state]


def _draft(cast) -> Standard:
    dossier = reviews.standard(cast).dossier
    return Standard.objects.create(dossier=dossier, code="draft", version="0", title="Draft",
                                   content_hash="0" * 64)  # fmt: skip


def run(*paths) -> tuple[list[str], int]:
    out = StringIO()
    try:
        call_command("load_standards", *map(str, paths), stdout=out)
    except SystemExit as end:
        return out.getvalue().splitlines(), end.code
    return out.getvalue().splitlines(), 0


@pytest.mark.django_db
def test_the_shipped_standards_load_and_are_assigned_to_the_gates():
    lines, code = run()
    assert (lines[-1], code, len(lines)) == ("loaded=13 unchanged=0 refused=0", 0, 14)
    assert Criterion.objects.count() == 127
    asked = {
        gate.code: sorted({row.standard.code for row in gate.standards.all()})
        for gate in Gate.objects.all()
    }
    assert asked == {
        "G1": ["mx-ict-policy-commissioning", "uk-five-case-model"],
        "G2": ["uk-service-standard"], "G3": ["uk-service-standard"], "G4": ["uk-service-standard"],
    }  # fmt: skip
    assert run()[0][-1] == "loaded=0 unchanged=13 refused=0"
    assert Criterion.objects.filter(verified=False).count() == 15


@pytest.mark.django_db
def test_the_command_goes_on_after_a_refusal_and_ends_with_1(tmp_path):
    (tmp_path / "a.json").write_bytes(changed())
    (tmp_path / "b.json").write_text(json.dumps({"id": "b"}))
    (tmp_path / "c.json").write_bytes(changed(code="other"))
    lines, code = run(tmp_path, tmp_path / "none.json")
    assert (lines[-1], code) == ("loaded=2 unchanged=0 refused=2", 1)
    assert lines[1] == (
        f"{tmp_path}/b.json: refused: “title” is missing. “version_or_date” is missing. "
        "“criteria” is missing: list at least one criterion."
    )
    assert lines[3] == f"{tmp_path}/none.json: refused: The file cannot be read."
