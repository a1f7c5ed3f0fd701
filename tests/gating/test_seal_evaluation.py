"""From the application to the level: guards, evaluators of other institutions, sealed results."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction

from core import clock, due
from core.models import Notice, Turn
from core.steps import Denied, Refused, perform
from gating import evaluating, matters, motions, sealing
from gating.models import Seal, SealProof, SealRating
from tests.factories import boards, people, seals

pytestmark = pytest.mark.django_db


def refused(row, name, by) -> str:
    with pytest.raises(Refused) as caught:
        perform(row, name, by=by)
    return " ".join(caught.value.reasons)


def waits(row, name: str) -> set[str]:
    turns = Turn.objects.filter(target_label=row._meta.label_lower, target_id=row.pk, step=name)
    return set(turns.values_list("audience", flat=True))


def test_only_a_live_service_that_is_assessed_and_shows_every_requirement_applies(cast):
    service = seals.service(cast, live_since=clock.today() + timedelta(days=1))
    service.assessments.update(valid_until=clock.today() - timedelta(days=1),
                               assessed_on=clock.today() - timedelta(days=9))  # fmt: skip
    application = sealing.begin(service, seals.scheme(cast), by=service.lead)
    sealing.change(application, {"level_claimed": 2}, by=service.lead)
    seals.shown(application, "A-1")
    said = refused(application, "submit", service.lead)
    assert "The service is not live yet" in said
    assert "The declared assessment is out of date" in said
    assert "A-1" not in said
    assert "C-1" not in said  # above the level claimed
    assert "B-1 Requirement B-1: show evidence, or say why it does not apply." in said
    sealing.change_service(service, {"live_since": clock.today()}, by=service.lead)
    seals.assessed(cast, service)
    waived = {application.items.get(criterion__code="A-2").pk: "No forms are used."}
    sealing.change(application, {"level_claimed": 2, "not_applicable": waived}, by=service.lead)
    seals.shown(application, "B-1")
    application = perform(application, "submit", by=service.lead)
    assert (application.state, len(application.bundle_hash)) == ("submitted", 64)
    with pytest.raises(Refused, match="What was submitted stays as it is"):
        seals.shown(application, "A-2")
    with pytest.raises(Refused, match="under way already"):
        sealing.begin(service, seals.scheme(cast), by=service.lead)
    assert waits(application, "admit") == {"role:secretariat"}


def test_evaluators_are_of_other_institutions_and_strangers_to_the_service(cast):
    application = seals.at(cast, "admissible")
    colleague = people.person("colleague", institution=application.service.institution)
    with pytest.raises(Refused, match="Evaluators come from other institutions"):
        evaluating.invite(application, colleague, by=cast.secretariat)
    with pytest.raises(Refused, match="cannot evaluate this"):
        evaluating.invite(application, people.person("homeless", institution=None),
                          by=cast.secretariat)  # fmt: skip
    with pytest.raises(Denied):
        evaluating.invite(application, cast.assessor1, by=cast.stranger)
    assert waits(application, "invite") == {"role:secretariat"}
    assert "Two evaluators" in refused(application, "begin_evaluation", cast.secretariat)
    first, second = seals.invited(cast, application, "assessor1", "assessor2")
    assert (waits(application, "invite"), waits(application, "begin_evaluation")) == (
        set(), {"role:secretariat"})  # fmt: skip
    with pytest.raises(Refused, match="cannot evaluate this"):
        evaluating.invite(application, cast.assessor1, by=cast.secretariat)
    perform(second, "declare_conflict", by=cast.assessor2, because="My cousin leads it.")
    assert waits(application, "invite") == {"role:secretariat"}
    with pytest.raises(Refused, match="cannot evaluate this"):
        evaluating.invite(application, cast.assessor2, by=cast.secretariat)
    invited = evaluating.invite(application, cast.lead, by=cast.secretariat)
    proofs = SealProof.objects.filter(item__application=application)
    assert not SealProof.objects.visible_to(cast.lead).exists()  # not before the declaration
    assert SealProof.objects.visible_to(cast.assessor1).count() == proofs.count() == 4
    assert not SealProof.objects.visible_to(cast.assessor2).exists()
    perform(invited, "decline", by=cast.lead, because="No time.")
    assert waits(application, "invite") == {"role:secretariat"}
    assert first.evaluator == cast.assessor1


def test_results_are_sealed_until_all_are_in_and_a_third_settles_what_two_dispute(cast):
    application = seals.at(cast, "evaluating")
    first, second = application.evaluations.all()
    said = refused(first, "seal", cast.assessor1)
    assert "A-1 Requirement A-1: It has no result yet." in said
    seals.sealed(first)
    with pytest.raises(DatabaseError), transaction.atomic():
        SealRating.objects.filter(evaluation=first).update(result="not_met")
    with pytest.raises(Refused, match="Your ratings are sealed"):
        seals.rate(first)
    for reader in (cast.assessor2, cast.stranger, cast.secretariat, cast.auditor):
        assert not SealRating.objects.readable_by(reader).filter(evaluation=first).exists()
    assert SealRating.objects.readable_by(cast.assessor1).count() == 4
    seals.sealed(second, unmet=("B-1",))
    application = seals.fresh(application)
    assert application.state == "evaluating"
    assert waits(application, "invite") == {"role:secretariat"}
    (third,) = seals.invited(cast, application, "lead")
    assert not SealRating.objects.readable_by(cast.lead).exists()
    seals.sealed(third, unmet=("B-1",))
    application = seals.fresh(application)
    assert application.state == "feedback"
    assert SealRating.objects.readable_by(cast.stranger).count() == 12
    assert waits(application, "reply") == {f"user:{cast.stranger.pk}"}
    said = refused(first, "conclude", cast.assessor1)
    assert "The applicant has answered the feedback" in said
    seals.STEPS["answered"](cast, application, ())
    with pytest.raises(Refused, match="The applicant answers once"):
        perform(application, "reply", by=cast.stranger)
    with pytest.raises(Refused, match="What was submitted stays"):
        sealing.write_answer(application, "Once more", by=cast.stranger)
    seals.STEPS["evaluated"](cast, seals.fresh(application), ())
    application = seals.fresh(application)
    results = {item.key: item.result for item in application.items.all()}
    assert results == {"A-1": "met", "A-2": "met", "B-1": "not_met", "C-1": "met"}
    assert (application.state, application.level) == ("evaluated", 1)


def test_an_evaluator_may_change_a_result_after_the_answer_and_a_new_dispute_asks_a_third(cast):
    application = seals.at(cast, "answered", unmet=("B-1",))
    first, second = application.evaluations.all()
    item = application.items.get(criterion__code="B-1")
    row = {"item": item, "result": "met", "note": "Mended", "seen": []}
    evaluating.rate(first, [row], by=cast.assessor1)
    perform(first, "conclude", by=cast.assessor1)
    perform(second, "conclude", by=cast.assessor2)
    application = seals.fresh(application)
    assert (application.state, waits(application, "invite")) == ("feedback", {"role:secretariat"})
    assert first.ratings.get(item=item, round=1).result == "not_met"
    (third,) = seals.invited(cast, application, "lead")
    third = seals.sealed(third)
    assert (third.state, seals.fresh(application).state) == ("final", "evaluated")
    assert seals.fresh(application).level == 3


def test_who_is_late_shows_as_overdue_and_may_be_replaced_and_silence_lets_ratings_stand(cast):
    application = seals.at(cast, "admissible")
    late = evaluating.invite(application, cast.lead, by=cast.secretariat)
    with clock.move(to=late.due_at - timedelta(minutes=5)):
        due.act()
        assert waits(late, "replace") == set()
    with clock.move(to=late.due_at + timedelta(seconds=1)):
        due.act()
        due.act()
        assert waits(late, "replace") == {"role:secretariat"}
        events = late.dossier.events.filter(verb="gating.sealevaluation.overlook")
        assert events.count() == 1
        perform(late, "replace", by=cast.secretariat, because="No answer")
    application = seals.STEPS["evaluating"](cast, application, ()) or seals.fresh(application)
    seals.STEPS["feedback"](cast, application, ("C-1",))
    application = seals.fresh(application)
    with clock.move(to=application.answer_due_at + timedelta(seconds=1)):
        due.act()
        application = seals.fresh(application)
        assert (application.answered_at is None, application.answer) == (False, "")
        row = application.evaluations.filter(left_at=None).first()
    with clock.move(to=row.due_at + timedelta(days=21)):
        due.act()
        application = seals.fresh(application)
        assert (application.state, application.level) == ("evaluated", 2)


def test_evaluators_are_reminded_once_and_after_an_outage_only_of_what_is_due_now(cast):
    application = seals.at(cast, "evaluating")
    row = application.evaluations.first()
    reminders = row.dossier.events.filter(verb="gating.sealevaluation.remind", target_id=row.pk)
    with clock.move(to=row.due_at - timedelta(hours=12)):  # five days and one day before are past
        due.act()
        due.act()
        assert [event.details for event in reminders] != []
        assert reminders.count() == 1
        assert '"mark":1' in reminders.get().details


def test_a_lost_motion_is_no_seal_and_an_unmet_lowest_level_is_never_granted(cast):
    application = seals.at(cast, "before_subcommission", unmet=("A-1",))
    assert application.level == 0
    board = seals.board(cast)
    motion = motions.propose(application, board, by=cast.secretariat, outcome="grant", text="Yes",
                             meeting=boards.scheduled(cast, board))  # fmt: skip
    assert "Not even the lowest level is fully met." in refused(motion, "table", cast.secretariat)
    perform(motion, "withdraw", by=cast.secretariat, because="Level 0")
    with seals.voted(cast, application, "refuse") as motion:
        assert cast.assessor1.pk in motion.excluded()
        assert cast.stranger.pk in motion.excluded()
        boards.carried(cast, motion)
    application = seals.fresh(application)
    assert (application.state, Seal.objects.count()) == ("not_granted", 0)
    assert matters.motions_of(application).count() == 2
    assert Notice.objects.count() == 0  # told by the worker, not within the step
