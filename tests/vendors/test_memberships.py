"""Memberships of lots: state × step × person, the application, two assessors, both signatures."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from core import clock, documents, due
from core.models import Document, Event, Turn
from core.refusals import Denied, Refused
from core.steps import perform
from core.turns import waiting_for
from tests.factories import frameworks as made
from tests.factories import people
from vendors import applying, assessing, framing
from vendors.models import ApplicationEvidence, Assessment, Membership, MembershipState
from vendors.models.barring import Barring

pytestmark = pytest.mark.django_db
fresh = made.fresh
STATES = MembershipState.values
OFFICER, VENDOR = "officer", "vendor"
OFFERED = {
    ("draft", "submit"): (VENDOR, "applied"),
    ("draft", "withdraw"): (VENDOR, "withdrawn"),
    ("applied", "withdraw"): (VENDOR, "withdrawn"),
    ("assessing", "withdraw"): (VENDOR, "withdrawn"),
    ("applied", "assess"): (OFFICER, "assessing"),
    ("assessing", "admit"): (OFFICER, "admitted"),
    ("assessing", "reject"): (OFFICER, "rejected"),
    ("admitted", "sign"): (VENDOR, "signed"),
    ("signed", "countersign"): (OFFICER, "active"),
    ("signed", "send_back"): (OFFICER, "admitted"),
    ("active", "suspend"): (OFFICER, "suspended"),
    ("suspended", "resume"): (OFFICER, "active"),
}
CONSEQUENCES = {"fall", "remove", "end", "expire"}


def placed(cast, state: str) -> Membership:
    """A membership in a state, by its real road; the clock stands where its next step is taken."""
    back = {"draft": 0, "applied": 21, "withdrawn": 0, "assessing": 21, "rejected": 21}
    with clock.move(timedelta(days=-back.get(state, 40))):
        lot = made.opened(cast).lots.get()
        vendor = made.company(cast)
        row = made.answered(cast, lot, vendor)
        if state != "draft":
            row = perform(row, "submit", by=made.manager_of(vendor))
    due.act()
    row = fresh(row)
    if state in ("draft", "applied"):
        return row
    if state == "withdrawn":
        return perform(row, "withdraw", by=made.manager_of(vendor))
    with clock.move(timedelta(days=-back.get(state, 19))):
        row = made.assessed(cast, row)
        if state == "assessing":
            return row
        if state == "rejected":
            return perform(row, "reject", by=cast.officer, because="No cumple")
        row = perform(row, "admit", by=cast.officer, because="Cumple")
        perform(fresh(row.framework), "announce", by=cast.officer)
    due.act()
    return gone_on(cast, fresh(row), state)


def gone_on(cast, row: Membership, state: str) -> Membership:
    """From the admission to a later state."""
    if state == "admitted":
        return row
    row = made.signed(cast, row)
    if state == "signed":
        return row
    row = perform(row, "countersign", by=cast.officer)
    if state == "suspended":
        return perform(row, "suspend", by=cast.officer, because="Auditoría")
    if state == "removed":
        return assessing.off_ramp(row, "non_response", by=cast.officer, because="Tres veces")
    if state == "expired":
        with clock.move(to=row.framework.ends_at):
            due.act()
    return fresh(row)


def test_the_table_names_every_step():
    steps = {t.name for t in Membership._meta.get_field("state").get_all_transitions(Membership)}
    assert steps == {name for _state, name in OFFERED} | CONSEQUENCES


@pytest.mark.parametrize("state", STATES)
def test_every_state_is_reached_and_the_wrong_people_are_refused(cast, state):
    row = placed(cast, state)
    assert row.state == state
    everybody = {**vars(cast), VENDOR: made.manager_of(row.vendor),
                 "rival": made.manager_of(made.company(cast, "Rival"))}  # fmt: skip
    for name in sorted({name for _state, name in OFFERED} | CONSEQUENCES):
        right = OFFERED.get((state, name), ("", ""))[0]
        for local, person in everybody.items():
            if local == right or (right == OFFICER and local.startswith(OFFICER)):
                continue
            with pytest.raises((Denied, Refused)):
                perform(row, name, by=person, because="x")
    assert fresh(row).state == state


@pytest.mark.parametrize(("state", "name"), OFFERED)
def test_the_right_person_takes_the_step(cast, state, name):
    row = placed(cast, state)
    who, target = OFFERED[state, name]
    if name == "assess":
        assessing.name_assessors(row, [cast.assessor1, cast.assessor2], by=cast.officer)
    by = cast.officer if who == OFFICER else made.manager_of(row.vendor)
    assert perform(row, name, by=by, because="x").state == target


# The application


def test_an_application_says_everything_that_is_mandatory(cast):
    lot, vendor = made.opened(cast).lots.get(), made.company(cast)
    by = made.manager_of(vendor)
    row = applying.begin(lot, vendor, by=by)
    with pytest.raises(Refused) as refused:
        perform(row, "submit", by=by)
    assert list(refused.value.reasons) == [
        "Requirement 1 is not answered.", "Requirement 2 is not answered.",
        "Requirement 2 lacks a document that is still valid.",
    ]  # fmt: skip
    wanted = {found.code: found for found in row.framework.requirements.all()}
    applying.save_answers(row, {wanted["team"].pk: "Cinco", wanted["security"].pk: "ISO"}, by=by)
    applying.attach(row, wanted["security"], made.paper(), clock.today(), by=by)
    with clock.move(timedelta(days=1)), pytest.raises(Refused, match="still valid"):
        perform(fresh(row), "submit", by=by)
    file = ApplicationEvidence.objects.get()
    applying.leave_out(file, by=by)
    with pytest.raises(Refused, match="still valid"):
        perform(fresh(row), "submit", by=by)
    applying.attach(row, wanted["security"], made.paper(), None, by=by)
    assert perform(fresh(row), "submit", by=by).applied_at is not None
    for act in (
        lambda: applying.save_answers(row, {wanted["team"].pk: "Seis"}, by=by),
        lambda: applying.attach(row, wanted["security"], made.paper(), None, by=by),
        lambda: applying.leave_out(file, by=by),
    ):
        with pytest.raises(Refused, match="no longer changes"):
            act()


def test_two_who_write_at_once_do_not_overwrite_one_another(cast):
    lot, vendor = made.opened(cast).lots.get(), made.company(cast)
    by, row = made.manager_of(vendor), None
    row = applying.begin(lot, vendor, by=by)
    first, team = row.saved_at, row.framework.requirements.get(code="team")
    saved = applying.save_answers(row, {team.pk: "Uno"}, by=by, seen=first)
    with pytest.raises(Refused, match="Somebody else saved"):
        applying.save_answers(row, {team.pk: "Otro"}, by=by, seen=first)
    applying.save_answers(row, {team.pk: "Dos"}, by=by, seen=saved.saved_at)
    assert row.answers.get().text == "Dos"
    with pytest.raises(Refused, match="at most 8000"):
        applying.save_answers(row, {team.pk: "x" * 8001}, by=by)


def test_a_vendor_applies_once_and_begins_where_it_stopped(cast):
    lot, vendor = made.opened(cast).lots.get(), made.company(cast)
    by = made.manager_of(vendor)
    row = applying.begin(lot, vendor, by=by)
    assert applying.begin(lot, vendor, by=by) == row
    with pytest.raises(IntegrityError), transaction.atomic():
        Membership.objects.create(lot=lot, vendor=vendor, begun_by=by, begun_at=clock.now(),
                                  saved_at=clock.now())  # fmt: skip
    perform(row, "withdraw", by=by)
    assert applying.begin(lot, vendor, by=by) != row
    with pytest.raises(Denied, match="represents the vendor"):
        applying.begin(lot, vendor, by=cast.officer)


@pytest.mark.parametrize(
    ("reserved", "fields", "sentence"),
    [({"for_sizes": ["micro", "small"]}, {"size": "large"}, "these sizes: micro, small"),
     ({"for_sizes": ["micro"]}, {"size": "micro", "verified_size": "medium"}, "these sizes"),
     ({"for_start_ups": True}, {"start_up": False}, "reserved for start-ups"),
     ({"for_start_ups": True}, {"start_up": True, "verified_start_up": False}, "start-ups"),
     ({"for_social": True}, {}, "reserved for social enterprises")],
)  # fmt: skip
def test_a_reserved_lot_is_for_those_it_is_reserved_for(cast, reserved, fields, sentence):
    lot = made.opened(cast, **reserved).lots.get()
    vendor = made.company(cast, **fields)
    with pytest.raises(Refused, match=sentence):
        applying.begin(lot, vendor, by=made.manager_of(vendor))
    fine = made.company(cast, "Bien", size="micro", start_up=True, social_enterprise=True)
    assert made.applied(cast, lot, fine).state == "applied"


def test_nobody_applies_after_24_00(cast):
    lot, vendor = made.opened(cast).lots.get(), made.company(cast)
    row = made.answered(cast, lot, vendor)
    by = made.manager_of(vendor)
    with clock.move(to=lot.framework.window_closes), pytest.raises(Refused, match="24:00"):
        perform(row, "submit", by=by)
    with clock.move(to=lot.framework.window_closes - timedelta(seconds=20)):
        assert perform(row, "submit", by=by).state == "applied"


def bar(cast, vendor) -> Barring:
    """A suspension in force from now on."""
    now = clock.now()
    return Barring.objects.create(
        vendor=vendor, number=1, kind="suspension", reason="Incumplió", legal_basis="Ley, art. 60",
        starts_at=now, ends_on=clock.today() + timedelta(days=60),
        over_at=now + timedelta(days=60), proposed_by=cast.officer,
        state="in_force",
    )  # fmt: skip


def test_a_suspended_vendor_neither_applies_nor_is_admitted_nor_signs(cast):
    lot = made.opened(cast).lots.get()
    vendor, other = made.company(cast), made.company(cast, "Otra")
    row = made.answered(cast, lot, vendor)
    for company in (vendor, other):
        bar(cast, company)
    with pytest.raises(Refused):
        perform(row, "submit", by=made.manager_of(vendor))
    with pytest.raises(Refused):
        applying.begin(lot, other, by=made.manager_of(other))


def test_answers_and_files_are_used_again_by_their_code(cast):
    first, vendor = made.opened(cast, title="Primero").lots.get(), made.company(cast)
    by = made.manager_of(vendor)
    old = made.applied(cast, first, vendor)
    draft = made.draft(cast, title="Segundo")
    framing.put_requirements(
        draft, [*made.REQUIREMENTS, {"code": "new", "question": "?"}], by=cast.officer
    )
    second = perform(draft, "publish", by=cast.officer).lots.get()
    row = applying.begin(second, vendor, by=by)
    assert applying.sources(row) == [old]
    team = row.framework.requirements.get(code="team")
    applying.save_answers(row, {team.pk: "Ya escrito"}, by=by)
    assert applying.reuse(row, old, by=by) == 2
    found = {answer.requirement.code: answer.text for answer in row.answers.all()}
    assert found == {"team": "Ya escrito", "security": "Respuesta security",
                     "open-source": "Respuesta open-source"}  # fmt: skip
    assert row.evidence.get().document == old.evidence.get().document
    assert applying.reuse(row, old, by=by) == 0
    assert row.evidence.count() == 1
    rival = made.applied(cast, first, made.company(cast, "Rival"))
    with pytest.raises(Refused, match="same vendor"):
        applying.reuse(row, rival, by=by)
    with clock.move(timedelta(days=500)):
        third = made.opened(cast, title="Tercero").lots.get()
        late = applying.begin(third, vendor, by=by)
        applying.reuse(late, old, by=by)
        assert not late.evidence.exists()


def test_the_files_of_a_draft_are_read_by_nobody_of_the_government(client, cast):
    """Not by their address either; once handed in, and for a removal, oversight sees them."""
    lot, vendor = made.opened(cast).lots.get(), made.company(cast)
    row = made.answered(cast, lot, vendor)
    document = row.evidence.get().document

    def statuses() -> set[int]:
        found = set()
        for reader in (cast.secretariat, cast.auditor, cast.admin, cast.officer):
            client.force_login(reader)
            for address in (document.get_absolute_url(), f"/documents/{document.pk}/file/"):
                answer = client.get(address)
                b"".join(getattr(answer, "streaming_content", []))  # as a browser: to its end
                found.add((reader != cast.officer, answer.status_code))
        return found

    assert statuses() == {(True, 404), (False, 404)}
    assert document in Document.objects.visible_to(made.manager_of(vendor))
    perform(row, "submit", by=made.manager_of(vendor))
    assert statuses() == {(True, 200), (False, 404)}


def test_a_proposed_removal_of_a_drafts_file_can_be_decided(cast):
    row = made.answered(cast, made.opened(cast).lots.get(), made.company(cast))
    document = row.evidence.get().document
    documents.propose_removal(document, by=document.uploaded_by, because="de otra persona")
    assert document in Document.objects.visible_to(cast.secretariat)


# Assessors


def test_two_different_fit_people_assess(cast):
    row = placed(cast, "applied")
    seller = made.manager_of(row.vendor)
    loose = people.person("suelto", "Suelto", institution=None)
    member = people.person("socio", "Socio")
    made.seat(made.company(cast, "Socia"), member, "billing")
    for person, sentence in (
        (seller, "belongs to no institution"), (loose, "belongs to no institution"),
        (member, "represents a vendor"), (cast.officer, "none of them"),
    ):  # fmt: skip
        with pytest.raises(Refused, match=sentence):
            assessing.name_assessors(row, [person], by=cast.officer)
    with pytest.raises(Denied):
        assessing.name_assessors(row, [cast.assessor1], by=cast.secretariat)
    assert len(assessing.name_assessors(row, [cast.assessor1] * 2, by=cast.officer)) == 1
    with pytest.raises(Refused, match="Name two assessors"):
        perform(row, "assess", by=cast.officer)
    with pytest.raises(Refused, match="already"):
        assessing.name_assessors(row, [cast.assessor1], by=cast.officer)
    assessing.name_assessors(row, [cast.assessor2], by=cast.officer)
    with pytest.raises(Refused, match="Two people"):
        assessing.name_assessors(row, [cast.lead], by=cast.officer)


def test_who_has_a_conflict_steps_back_and_is_replaced(cast):
    row = placed(cast, "applied")
    one, _two = assessing.name_assessors(row, [cast.assessor1, cast.assessor2], by=cast.officer)
    with pytest.raises(Denied, match="cannot be lent"):
        perform(one, "recuse", by=cast.assessor2, because="x")
    perform(one, "recuse", by=cast.assessor1, because="Mi hermano trabaja ahí")
    with pytest.raises(Refused, match="Name two"):
        perform(fresh(row), "assess", by=cast.officer)
    assessing.name_assessors(row, [cast.lead], by=cast.officer)
    assert perform(fresh(row), "assess", by=cast.officer).state == "assessing"


def test_findings_come_after_the_declaration_and_are_whole(cast):
    row = placed(cast, "applied")
    one, _two = assessing.name_assessors(row, [cast.assessor1, cast.assessor2], by=cast.officer)
    keys = list(row.framework.requirements.values_list("pk", flat=True))
    with pytest.raises(Refused, match="after declaring"):
        assessing.mark(one, {keys[0]: ("met", "")}, by=cast.assessor1)
    one = perform(one, "declare", by=cast.assessor1)
    assessing.mark(one, dict.fromkeys(keys, ("met", "")), by=cast.assessor1)
    with pytest.raises(Refused, match="not under assessment"):
        perform(one, "conclude", by=cast.assessor1)
    perform(fresh(row), "assess", by=cast.officer)
    assessing.mark(one, {keys[0]: ("not_met", " ")}, by=cast.assessor1)
    with pytest.raises(Refused, match="Say why requirement 1 is not met"):
        perform(one, "conclude", by=cast.assessor1)
    with pytest.raises(Refused, match="none of the requirements"):
        assessing.mark(one, {0: ("met", "")}, by=cast.assessor1)
    with pytest.raises(Denied):
        assessing.mark(one, {keys[0]: ("met", "")}, by=cast.assessor2)
    assessing.mark(one, {keys[0]: ("not_met", "Sin nombres")}, by=cast.assessor1)
    assert perform(one, "conclude", by=cast.assessor1).state == "concluded"
    with pytest.raises(Refused):
        assessing.mark(one, {keys[0]: ("met", "")}, by=cast.assessor1)
    with pytest.raises(Refused, match="Both assessments"):
        perform(fresh(row), "reject", by=cast.officer, because="x")


def test_what_both_find_missing_bars_the_admission_and_where_they_differ_the_officer_decides(cast):
    row = made.assessed(cast, placed(cast, "applied"), "not_met")
    with pytest.raises(Refused) as refused:
        perform(row, "admit", by=cast.officer, because="x")
    assert list(refused.value.reasons) == [
        f"Both assessors found that requirement {number} is not met." for number in (1, 2)
    ]
    assert perform(row, "reject", by=cast.officer, because="Falta el equipo").state == "rejected"
    other = made.assessed(cast, placed(cast, "applied"), "not_met", "met")
    assert perform(other, "admit", by=cast.officer, because="Basta").state == "admitted"


def test_who_assessed_does_not_decide(cast):
    row = placed(cast, "applied")
    made.grant(cast.assessor1, "procurement_officer")
    row = made.assessed(cast, row)
    with pytest.raises(Denied, match="never somebody who assessed"):
        perform(row, "admit", by=cast.assessor1, because="x")
    assert perform(row, "admit", by=cast.officer, because="x").state == "admitted"


def test_turns_lead_from_hand_to_hand(cast):
    row = placed(cast, "applied")

    def waits(person) -> set[str]:
        rows = waiting_for(person).filter(target_label__in=["vendors.membership",
                                                            "vendors.assessment"])  # fmt: skip
        return set(rows.values_list("step", flat=True))

    seller = made.manager_of(row.vendor)
    assert waits(cast.officer) == {"name_assessors"}
    named = assessing.name_assessors(row, [cast.assessor1, cast.assessor2], by=cast.officer)
    assert (waits(cast.officer), waits(cast.assessor1)) == ({"assess"}, {"declare"})
    row = perform(row, "assess", by=cast.officer)
    made.conclude(named[0])
    assert (waits(cast.officer), waits(cast.assessor2)) == (set(), {"declare"})
    made.conclude(named[1])
    assert waits(cast.officer) == {"admit"}
    row = perform(fresh(row), "admit", by=cast.officer, because="x")
    assert waits(seller) == set()
    perform(fresh(row.framework), "announce", by=cast.officer)
    assert waits(seller) == {"sign"}
    assert waits(cast.officer) == set()
    with clock.move(timedelta(days=12)):
        perform(fresh(row), "sign", by=seller)
        assert (waits(seller), waits(cast.officer)) == (set(), {"countersign"})


# Signatures


def test_nobody_signs_before_the_standstill_is_over(cast):
    row = made.admitted(cast, placed(cast, "applied"))
    seller = made.manager_of(row.vendor)
    with pytest.raises(Refused, match="not announced"):
        perform(row, "sign", by=seller)
    perform(fresh(row.framework), "announce", by=cast.officer)
    ends = fresh(row).standstill_ends
    with clock.move(to=ends - timedelta(seconds=5)), pytest.raises(Refused, match="standstill"):
        perform(fresh(row), "sign", by=seller)
    with clock.move(to=ends):
        row = perform(fresh(row), "sign", by=seller)
        made.seat(row.vendor, cast.officer)
        with pytest.raises(Denied, match="never who signed for the vendor"):
            perform(row, "countersign", by=cast.officer)


def test_both_sign_the_newest_terms(cast):
    row = placed(cast, "signed")
    framing.write_terms(row.framework, "Otras", by=cast.officer, because="Ley")
    with pytest.raises(Refused, match="A newer version"):
        perform(row, "countersign", by=cast.officer)
    row = perform(row, "send_back", by=cast.officer, because="Hay versión nueva")
    row = made.active(cast, row)
    assert row.terms.number == 2
    sides = [(one.side, one.terms.number) for one in row.signatures.all()]
    assert sides == [("vendor", 1), ("vendor", 2), ("institution", 2)]


def test_members_sign_a_newer_version_side_by_side(cast):
    row = placed(cast, "active")
    seller = made.manager_of(row.vendor)
    with pytest.raises(Refused, match="signed already"):
        assessing.sign_newer(row, by=seller)
    newest = framing.write_terms(row.framework, "Otras", by=cast.officer, because="Ley")
    with pytest.raises(Refused, match="vendor signs first"):
        assessing.countersign_newer(row, by=cast.officer)
    with pytest.raises(Denied):
        assessing.sign_newer(row, by=cast.officer)
    steps = Turn.objects.filter(target_label="vendors.membership").values_list("step", flat=True)
    assert list(steps) == ["sign_newer"]
    assessing.sign_newer(row, by=seller)
    assert list(steps.all()) == ["countersign_newer"]
    with pytest.raises(Refused, match="already"):
        assessing.sign_newer(row, by=seller)
    assert fresh(row).terms.number == 1
    assert assessing.countersign_newer(row, by=cast.officer).terms == newest
    assert not steps.all().exists()


# The end


@pytest.mark.parametrize("ground", ["non_response", "failed_acceptance", "lost_category",
                                    "debarment"])  # fmt: skip
def test_a_vendor_is_taken_out_for_a_ground_with_a_reason(cast, ground):
    row = placed(cast, "active")
    for wrong, because in (("framework_ended", "x"), ("", "x"), (ground, " ")):
        with pytest.raises(Refused, match="Choose the ground"):
            assessing.off_ramp(row, wrong, by=cast.officer, because=because)
    with pytest.raises(Denied):
        assessing.off_ramp(row, ground, by=cast.secretariat, because="x")
    gone = assessing.off_ramp(row, ground, by=cast.officer, because="Tres veces")
    assert (gone.state, gone.ground, gone.reasons) == ("removed", ground, "Tres veces")
    assert Event.objects.filter(verb="vendors.membership.remove", target_id=row.pk).count() == 1


def test_reminders_come_before_the_window_closes_and_before_documents_expire(cast):
    lot, vendor = made.opened(cast).lots.get(), made.company(cast)
    made.answered(cast, lot, vendor)
    for days, told in ((12, 0), (14, 1), (15, 1), (19, 2)):
        with clock.move(timedelta(days=days)):
            due.act()
            assert Event.objects.filter(verb="vendors.membership.remind").count() == told
    row = placed(cast, "active")
    last = row.evidence.get().valid_until
    for days, told in ((31, 0), (30, 1), (20, 1), (2, 2)):
        with clock.move(to=clock.end_of(last - timedelta(days=days), None) - timedelta(hours=3)):
            due.act()
            verb = "vendors.applicationevidence.remind"
            assert Event.objects.filter(verb=verb).count() == told, days


# Sight


def test_who_sees_an_application(cast):
    row = placed(cast, "draft")
    other = made.manager_of(made.company(cast, "Rival"))
    seer = {"officer", "officer2", "secretariat", "auditor", "admin"}
    for local, person in {**vars(cast), "rival": other}.items():
        assert not Membership.objects.visible_to(person).exists(), local
    seller = made.manager_of(row.vendor)
    assert Membership.objects.visible_to(seller).get() == row
    row = made.applied(cast, made.opened(cast).lots.get(), row.vendor)
    assessing.name_assessors(row, [cast.assessor1], by=cast.officer)
    for local, person in {**vars(cast), "rival": other}.items():
        found = Membership.objects.visible_to(person).filter(pk=row.pk).exists()
        assert found == (local in seer | {"assessor1"}), local
    files = ApplicationEvidence.objects.visible_to(cast.assessor1)
    assert not files.exists()
    perform(Assessment.objects.get(), "declare", by=cast.assessor1)
    assert files.all().exists()
