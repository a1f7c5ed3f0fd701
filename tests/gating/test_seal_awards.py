"""Seals in time: their last moment, notices before it, renewal, review and revocation by motion."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from core import clock, due
from core.models import Turn
from core.steps import Denied, Refused, perform
from gating import motions, sealing
from gating.handover_seal import services_of
from gating.models import Seal
from tests.factories import seals

pytestmark = pytest.mark.django_db

SECOND = timedelta(seconds=1)


def notices(seal) -> list[str]:
    events = seal.dossier.events.filter(verb="gating.seal.remind", target_id=seal.pk)
    return [event.details for event in events.order_by("pk")]


def days_before(seal, days: int) -> datetime:
    """Noon of that day where the institution is."""
    zone = ZoneInfo(seal.service.institution.zone)
    return datetime.combine(seal.valid_until - timedelta(days=days), datetime.min.time(), zone
                            ) + timedelta(hours=12)  # fmt: skip


def test_a_seal_is_valid_until_24_00_of_its_365th_day_where_the_institution_is(cast):
    cast.stranger.institution = None
    service = seals.service(cast)
    service.institution.zone = "Pacific/Kiritimati"
    service.institution.save()
    seal = seals.quick(cast, of=seals.fresh(service))
    today = clock.now().astimezone(ZoneInfo("Pacific/Kiritimati")).date()
    assert (seal.granted_on, seal.valid_until) == (today, today + timedelta(days=365))
    last = datetime.combine(seal.valid_until + timedelta(days=1), datetime.min.time(),
                            ZoneInfo("Pacific/Kiritimati"))  # fmt: skip
    assert seal.expires_at == last
    at_23_59_59, at_24_00_00 = last - SECOND, last
    assert seal.standing(at_23_59_59) == "valid"
    assert seal.standing(at_24_00_00) == "expired"  # whatever the clock's step has recorded
    for moment, word in ((at_23_59_59, "valid"), (at_24_00_00, "expired")):
        assert Seal.objects.standing_at(moment).get().stands == word
    with clock.move(to=at_23_59_59 - timedelta(minutes=5)):
        due.act()
        assert seals.fresh(seal).state == "renewal_due"
    with clock.move(to=at_24_00_00):
        due.act()
        due.act()
    seal = seals.fresh(seal)
    assert (seal.state, seal.ended_at) == ("expired", last)
    assert seal.dossier.events.filter(verb="gating.seal.expire").count() == 1


def test_each_state_stands_alike_in_the_row_and_in_the_query(cast):
    seal = seals.quick(cast)
    for state in Seal.States.values:
        for moment in (seal.expires_at - SECOND, seal.expires_at):
            Seal.objects.filter(pk=seal.pk).update(state=state)
            row = Seal.objects.standing_at(moment).get()
            assert row.stands == row.standing(moment), (state, moment)


def test_notices_go_out_at_60_45_30_and_15_days_each_once(cast):
    seal = seals.quick(cast)
    for day in (61, 60, 59, 45, 30, 29, 15, 14, 1):
        with clock.move(to=days_before(seal, day)):
            due.act()
            due.act()
    assert [details[-len('"mark":60}') :] for details in notices(seal)] == [
        '"mark":60}', '"mark":45}', '"mark":30}', '"mark":15}']  # fmt: skip
    assert seals.fresh(seal).state == "renewal_due"


@pytest.mark.parametrize(
    ("day", "sent"), [(61, []), (50, [60]), (40, [45]), (20, [30]), (3, [15]), (-1, [])]
)
def test_after_an_outage_only_the_notice_now_due_is_sent(cast, day, sent):
    seal = seals.quick(cast)
    with clock.move(to=days_before(seal, day)):
        due.act()
    assert [f'"mark":{mark}}}' in details for mark, details in
            zip(sent, notices(seal), strict=True)] == [True] * len(sent)  # fmt: skip
    assert seals.fresh(seal).state == {61: "active", -1: "expired"}.get(day, "renewal_due")


def test_a_seal_found_out_after_its_end_expires_without_a_notice(cast):
    seal = seals.quick(cast)
    with clock.move(to=seal.expires_at + timedelta(days=21)):
        due.act()
    assert (seals.fresh(seal).state, notices(seal)) == ("expired", [])


def test_a_renewal_proves_all_earlier_criteria_and_something_new(cast):
    old = seals.seal(cast, unmet=("B-1", "C-1"), level=1)
    assert old.level == 1
    with clock.move(to=days_before(old, 40)):
        due.act()
        assert Turn.objects.filter(target_label="gating.seal", step="apply_renewal").count() == 1
        application = sealing.begin(old.service, seals.scheme(cast), by=cast.stranger, renews=old)
        assert not Turn.objects.filter(step="apply_renewal").exists()
        perform(application, "withdraw", by=cast.stranger, because="Too early")
        assert Turn.objects.filter(step="apply_renewal").count() == 1  # it waits again
        application = sealing.begin(old.service, seals.scheme(cast), by=cast.stranger, renews=old)
        carried = {proof.item.key: proof for proof in seals.proofs(application)}
        assert set(carried) == {"A-1", "A-2", "B-1", "C-1"}  # submit once
        assert all(proof.reused for proof in carried.values())
        for key in ("A-2", "B-1", "C-1"):
            sealing.hide(carried[key], by=cast.stranger)
        with pytest.raises(Refused) as caught:
            perform(application, "submit", by=cast.stranger)
        said = " ".join(caught.value.reasons)
        assert "A-2 was met for the seal to be renewed" in said
        assert "A renewal needs one new criterion, or an innovation" in said
        sealing.change(application, {"level_claimed": 1, "innovation": "By telephone too"},
                       by=cast.stranger)  # fmt: skip
        seals.shown(application, "A-2", "INNOVATION")
        application = seals.at(cast, "published", of=seals.fresh(application),
                               unmet=("B-1", "C-1"))  # fmt: skip
        new = application.seal
    old = seals.fresh(old)
    assert (old.state, new.state) == ("renewed", "active")
    assert (new.valid_until - new.granted_on).days == 365
    assert old.standing(old.granted_at) == "renewed"
    with clock.move(to=days_before(old, 1)):
        due.act()
    assert len(notices(old)) == 1  # of before the renewal was begun


def test_a_renewal_whose_innovation_fails_is_not_granted_and_an_ended_seal_is_not_renewed(cast):
    old = seals.quick(cast)
    with clock.move(to=days_before(old, 30)):
        due.act()
        application = sealing.begin(old.service, seals.scheme(cast), by=cast.stranger, renews=old)
        values = {"level_claimed": 3, "innovation": "By telephone too"}
        sealing.change(application, values, by=cast.stranger)
        seals.shown(application)
        application = seals.at(cast, "before_subcommission", of=seals.fresh(application),
                               unmet=("INNOVATION",))  # fmt: skip
        assert application.level == 3
        board = seals.board(cast)
        motion = motions.propose(
            application, board, by=cast.secretariat, outcome="grant", text="Yes",
            meeting=seals.boards.scheduled(cast, board),
        )  # fmt: skip
        with pytest.raises(Refused, match="one new criterion, or an innovation"):
            perform(motion, "table", by=cast.secretariat)
    with clock.move(to=old.expires_at):
        due.act()
    assert seals.fresh(old).state == "expired"


def test_only_a_motion_ends_a_review_and_its_reason_is_kept(cast):
    seal = seals.quick(cast)
    with pytest.raises(Denied):
        perform(seal, "put_under_review", by=cast.stranger, because="x")
    seal = perform(seal, "put_under_review", by=cast.auditor, because="The counter closed.")
    assert seal.standing(clock.now()) == "under_review"
    for step in ("revoke", "restore"):
        with pytest.raises(Denied, match="This follows from another step"):
            perform(seal, step, by=cast.secretariat)
    assert Turn.objects.filter(target_label="gating.seal", step="draft_motion").count() == 1
    seal = seals.decide(cast, seal, "restore")
    assert (seal.state, seal.review_reason) == ("active", "")
    seal = perform(seal, "put_under_review", by=cast.secretariat, because="Again.")
    with seals.voted(cast, seal, "revoke") as motion:
        seals.boards.vote(cast, motion, chair="against", member1="against", member2="against")
        seals.boards.closed(cast, motion)
    assert seals.fresh(seal).state == "active"  # the motion was lost: the seal stands
    seal = perform(seal, "put_under_review", by=cast.secretariat, because="It fails.")
    seal = seals.decide(cast, seal, "revoke")
    assert (seal.state, seal.revocation_reason) == ("revoked", "The sub-commission decides.")
    with clock.move(to=seal.expires_at + SECOND):
        due.act()
    assert seals.fresh(seal).standing(seal.expires_at + SECOND) == "revoked"


def test_the_project_answers_for_its_service_and_its_newest_review_has_to_be_green(cast):
    project = seals.reviews.project(cast, tier="small", stage="beta")
    service = seals.service(cast, by="manager", project=project)
    assert (service.dossier_id, service.applicant) == (
        project.dossier_id, f"user:{cast.owner.pk}:owner")  # fmt: skip
    application = sealing.begin(service, seals.scheme(cast), by=cast.manager)
    seals.shown(application, by=cast.manager)
    with pytest.raises(Denied, match="Only the certifying owner of the project"):
        perform(application, "submit", by=cast.manager)
    with pytest.raises(Refused) as caught:
        perform(application, "submit", by=cast.owner)
    assert "The project is not live yet" in str(caught.value)
    assert "no decided review at gate G3 or G4" in str(caught.value)
    review = seals.reviews.at(cast, "exercised", code="G3", of=project)
    assert perform(application, "submit", by=cast.owner).state == "submitted"
    application = perform(application, "give_back", by=cast.secretariat, because="Once more")
    type(review).objects.filter(pk=review.pk).update(overall="amber")
    with pytest.raises(Refused, match="is not green as a whole"):
        perform(application, "submit", by=cast.owner)
    type(review).objects.filter(pk=review.pk).update(overall="green", state="rescinded")
    with pytest.raises(Refused, match="is not in force"):
        perform(application, "submit", by=cast.owner)


def test_a_leaver_hands_over_the_services_they_answer_for(cast):
    seal = seals.quick(cast)
    with clock.move(to=days_before(seal, 30)):
        due.act()
        moved = services_of(cast.stranger, cast.officer, cast.admin, "left")
    assert moved == [seal.service]
    turn = Turn.objects.get(target_label="gating.seal", step="apply_renewal")
    assert turn.audience == f"user:{cast.officer.pk}"
