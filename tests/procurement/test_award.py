"""From the ranking to the contract: bound to rank 1, after a standstill that nobody shortens."""

import json
import smtplib
from datetime import timedelta

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend

from core import clock, due, outbox
from core.models import Job, Notice
from core.refusals import Denied, Refused
from core.steps import perform, step
from procurement import awarding, complying, debriefing
from procurement.models import AwardNotice, Bid, Competition
from tests.factories import awards, competitions, evaluations
from vendors.models import Order

pytestmark = pytest.mark.django_db


class Broken(EmailBackend):
    """A mail server that is away for whoever `refused` names."""

    refused = ""

    def send_messages(self, messages):
        if any(self.refused in address for message in messages for address in message.to):
            raise smtplib.SMTPException("away")
        return super().send_messages(messages)


def again() -> None:
    """Let the worker try at once what it would try later."""
    Job.objects.filter(done_at=None).update(due=clock.now())
    outbox.drain()


def refused(row, name, by) -> str:
    with pytest.raises(Refused) as no:
        perform(row, name, by=by)
    return " ".join(no.value.reasons)


# Before oversight


def test_what_bidders_are_told_is_written_before_oversight_decides(cast):
    row = awards.ranked(cast)
    assert "relative advantages" in refused(row, "submit_for_approval", cast.officer)
    with pytest.raises(Denied):
        awarding.state_advantages(row, "x", by=cast.secretariat)
    with pytest.raises(Denied):
        awarding.state_advantages(row, "x", by=cast.chair)
    with pytest.raises(Refused, match="what puts rank 1 first"):
        awarding.state_advantages(row, "  ", by=cast.officer)
    awarding.state_advantages(row, awards.WHY, by=cast.officer)
    row = perform(row, "submit_for_approval", by=cast.officer)
    assert row.bids.get(state="preferred").alias == evaluations.ranking_first(row)


@pytest.mark.parametrize("local", ["officer", "officer2", "chair", "auditor", "admin", "manager"])
def test_only_oversight_approves(cast, local):
    row = awards.before_oversight(cast)
    for name in ("approve", "send_back"):
        with pytest.raises((Denied, Refused)) as no:
            perform(row, name, by=getattr(cast, local), because="x")
        assert isinstance(no.value, Denied)


def test_oversight_sends_back_to_a_step_it_names_and_to_no_other(cast):
    row = awards.before_oversight(cast)
    assert "Choose first" in refused(row, "send_back", cast.secretariat)
    with pytest.raises(Refused):
        awarding.name_return(row, "published", by=cast.secretariat)
    with pytest.raises(Denied):
        awarding.name_return(row, "ranked", by=cast.officer)
    row = awarding.name_return(row, "technical_consensus", by=cast.secretariat)
    row = perform(row, "send_back", by=cast.secretariat, because="Falta el motivo de un puntaje.")
    assert row.state == "technical_consensus"
    outbox.drain()
    assert Notice.objects.filter(person=cast.chair, subject__contains=row.ref).exists()


def test_nobody_puts_another_bid_first():
    names = {t.name for t in Competition._meta.get_field("state").get_all_transitions(Competition)}
    assert not {name for name in names if "override" in name}


# Notices and standstill


def test_every_bidder_is_told_at_once_its_own_scores_and_nothing_of_others(cast):
    row = awards.standing_still(cast)
    notices = list(row.award_notices.select_related("bid__vendor"))
    assert len(notices) == 3
    assert all(notice.sent_at for notice in notices)
    assert len(mail.outbox) >= 3
    winner = row.bids.select_related("vendor").get(state="preferred")
    for notice in notices:
        text = json.dumps(notice.facts, ensure_ascii=False)
        others = {bid.vendor.name for bid in row.bids.select_related("vendor")}
        others -= {notice.bid.vendor.name, winner.vendor.name}
        assert not [name for name in others if name in text]
        assert notice.facts["winner"]["name"] == winner.vendor.name
        assert notice.facts["advantages"] == awards.WHY
        assert {score["code"] for score in notice.facts["scores"]} == {"quality", "team"}
        assert all(score["reason"] for score in notice.facts["scores"])


def test_an_excluded_bidder_is_told_too(cast):
    row = awards.standing_still(cast, lacking=(2,))
    facts = {n.bid.state: n.facts["own"]["status"] for n in row.award_notices.select_related("bid")}
    assert facts["excluded"] == "excluded"


def test_the_standstill_counts_from_the_day_after_the_last_notice(cast, settings):
    settings.EMAIL_BACKEND = "tests.procurement.test_award.Broken"
    Broken.refused = "empresa1@"
    row = awards.approved(cast)
    outbox.drain()
    row = competitions.fresh(row)
    assert row.standstill_ends is None
    with clock.move(timedelta(days=40)):
        assert "was not told yet" in refused(row, "award", cast.officer)
    Broken.refused = "nobody-at-all"
    with clock.move(timedelta(days=3)):
        sent = clock.today(row.institution)
        again()
    row = competitions.fresh(row)
    assert row.standstill_ends == clock.end_of(sent + timedelta(days=10), row.institution)
    assert AwardNotice.objects.filter(competition=row, round=1).count() == 3


def test_working_days_are_counted_where_the_competition_says_so(cast):
    row = awards.ranked(cast)
    Competition.objects.filter(pk=row.pk).update(standstill_kind="working", standstill_days=5)
    row = competitions.fresh(row)
    today = clock.today(row.institution)
    last = clock.working_days_after(today, 5, row.institution)
    ends = awarding.standstill_end(row, clock.now())
    assert ends == clock.end_of(last, row.institution)


def test_a_company_without_anybody_to_write_to_is_told_another_way(cast):
    row = awards.approved(cast)
    bid = row.bids.select_related("vendor").exclude(state="preferred").first()
    bid.vendor.seats.update(ends_at=clock.now())
    outbox.drain()
    notice = row.award_notices.get(bid=bid)
    assert (notice.sent_at, notice.trouble) == (None, "nobody")
    assert competitions.fresh(row).standstill_ends is None
    with pytest.raises(Denied):
        awarding.record_delivery(notice, "En mano", by=cast.secretariat)
    with pytest.raises(Refused, match="how"):
        awarding.record_delivery(notice, " ", by=cast.officer)
    awarding.record_delivery(notice, "En mano, con acuse", by=cast.officer)
    assert competitions.fresh(row).standstill_ends is not None
    with pytest.raises(Refused, match="already"):
        awarding.record_delivery(notice, "Otra vez", by=cast.officer)


def test_a_notice_sent_twice_after_a_crash_is_the_same(cast):
    row = awards.standing_still(cast)
    ends, sent = row.standstill_ends, len(mail.outbox)
    for notice in row.award_notices.all():
        awarding.send({"pk": notice.pk})
    assert competitions.fresh(row).standstill_ends == ends
    assert len(mail.outbox) == sent


# Award


def test_nothing_is_awarded_within_the_standstill(cast):
    row = awards.standing_still(cast)
    assert "standstill lasts until" in refused(row, "award", cast.officer)
    with clock.move(to=row.standstill_ends - timedelta(minutes=5)):
        assert "standstill lasts until" in refused(row, "award", cast.officer)
    with clock.move(to=row.standstill_ends):
        assert perform(row, "award", by=cast.officer).state == "awarded"


def test_the_award_becomes_an_order_of_rank_one_with_its_terms(cast):
    row = awards.awarded(cast)
    winner = row.bids.select_related("vendor", "sealed_price").get(state="awarded")
    assert winner.alias == evaluations.ranking_first(row)
    assert set(row.bids.exclude(pk=winner.pk).values_list("state", flat=True)) == {"unsuccessful"}
    order = Order.objects.get(competition_ref=row.ref)
    assert (order.vendor, order.kind, order.project) == (winner.vendor, "competition", row.project)
    assert order.value == winner.sealed_price.total
    assert [rate.rate for rate in order.rates.all()] == [100_00]
    assert order.quality_plan == row.quality_plan
    assert order.sprint_days == row.sprint_days


def test_a_vendor_that_left_the_lot_gets_no_order(cast):
    row = awards.standing_still(cast)
    winner = row.bids.get(state="preferred")
    row.lot.memberships.filter(vendor=winner.vendor).update(state="suspended")
    with awards.after_standstill(row):
        assert "no active member" in refused(row, "award", cast.officer)
    assert not Order.objects.filter(competition_ref=row.ref).exists()


def test_it_is_concluded_when_the_order_is_signed_and_not_before(cast):
    row = awards.awarded(cast)
    due.act()
    assert competitions.fresh(row).state == "awarded"
    for person in (cast.officer, cast.secretariat, cast.admin):
        with pytest.raises((Denied, Refused)):
            perform(competitions.fresh(row), "conclude", by=person)
    Order.objects.filter(competition_ref=row.ref).update(state="signed", signed_on=clock.today())
    due.act()
    assert competitions.fresh(row).state == "contracted"


def test_an_exclusion_after_the_notice_ranks_anew_with_new_notices_and_standstill(cast):
    row = awards.standing_still(cast)
    first = row.bids.get(state="preferred")
    proposed = complying.propose_exclusion(
        first, "false_statement", "Declaró personas que no trabajan ahí.", by=cast.officer
    )
    perform(proposed, "confirm", by=cast.secretariat)
    row = competitions.fresh(row)
    assert (row.state, row.standstill_ends) == ("ranked", None)
    assert debriefing.statement(row) is None
    awarding.state_advantages(row, "El segundo también probó con personas.", by=cast.officer)
    row = perform(row, "submit_for_approval", by=cast.officer)
    row = perform(row, "approve", by=cast.secretariat)
    outbox.drain()
    row = competitions.fresh(row)
    assert row.award_notices.filter(round=2).count() == 3
    assert row.standstill_ends is not None
    assert row.bids.get(state="preferred").pk != first.pk


def test_an_exclusion_that_is_not_decided_holds_up_approval_and_award(cast):
    row = awards.standing_still(cast)
    first = row.bids.get(state="preferred")
    proposed = complying.propose_exclusion(first, "collusion", "Mismo texto.", by=cast.officer)
    with awards.after_standstill(row):
        said = refused(competitions.fresh(row), "award", cast.officer)
        assert f"The exclusion of bid {first.alias} is proposed and not decided." in said
        perform(proposed, "reject", by=cast.secretariat, because="No es igual.")
        assert perform(competitions.fresh(row), "award", by=cast.officer).state == "awarded"


def test_an_exclusion_of_the_winner_takes_its_order_with_it_and_the_next_one_wins(cast):
    row = awards.awarded(cast)
    first, order = row.bids.get(state="awarded"), Order.objects.get(competition_ref=row.ref)
    with awards.after_standstill(row):
        said = (first, "false_statement", "Declaró personas que no trabajan ahí.")
        proposed = complying.propose_exclusion(*said, by=cast.officer)
        perform(proposed, "confirm", by=cast.secretariat)
        row = competitions.fresh(row)
        order.refresh_from_db()
        assert (row.state, order.state) == ("ranked", "withdrawn")
        awarding.state_advantages(row, "El segundo también probó con personas.", by=cast.officer)
        row = perform(row, "submit_for_approval", by=cast.officer)
        perform(row, "approve", by=cast.secretariat)
        outbox.drain()
        row = competitions.fresh(row)
    with awards.after_standstill(row):
        perform(row, "award", by=cast.officer)
    assert [found.state for found in Order.objects.order_by("pk")] == ["withdrawn", "draft"]
    assert row.bids.get(state="awarded").pk != first.pk


def test_nobody_is_excluded_once_the_order_is_signed(cast):
    row = awards.awarded(cast)
    first = row.bids.get(state="awarded")
    said = (first, "false_statement", "Declaró personas que no trabajan ahí.")
    proposed = complying.propose_exclusion(*said, by=cast.officer)
    Order.objects.filter(competition_ref=row.ref).update(state="signed", signed_on=clock.today())
    assert "terminate the order" in refused(proposed, "confirm", cast.secretariat)
    assert competitions.fresh(row).state == "awarded"


def test_an_award_is_cancelled_by_oversight_until_its_order_is_signed(cast):
    """The project may end between the award and the signature."""
    row = awards.awarded(cast)
    won, order = row.bids.get(state="awarded"), Order.objects.get(competition_ref=row.ref)
    with pytest.raises(Denied):
        perform(row, "cancel", by=cast.officer, because="Sin fondos.")
    row = perform(row, "cancel", by=cast.secretariat, because="Sin fondos.")
    order.refresh_from_db()
    assert (row.state, order.state) == ("cancelled", "withdrawn")
    assert competitions.fresh(won).state == "unsuccessful"
    outbox.drain()
    told = Notice.objects.get(event__verb="procurement.competition.cancel",
                              person=awards.bidder(won))  # fmt: skip
    assert "Sin fondos." in told.body


def test_an_award_whose_order_is_signed_is_not_cancelled(cast):
    row = awards.awarded(cast)
    Order.objects.filter(competition_ref=row.ref).update(state="signed", signed_on=clock.today())
    assert "terminate the order" in refused(row, "cancel", cast.secretariat)


def test_a_suspension_takes_no_award_out_of_the_hands_of_oversight(cast):
    row = perform(awards.awarded(cast), "suspend", by=cast.officer, because="Juzgado 3, 12/2026")
    with pytest.raises(Denied):
        perform(row, "cancel", by=cast.officer, because="x")
    assert perform(row, "cancel", by=cast.secretariat, because="x").state == "cancelled"
    assert Order.objects.get(competition_ref=row.ref).state == "withdrawn"


def test_two_awards_at_once_are_one(cast):
    row = awards.standing_still(cast)
    with awards.after_standstill(row):
        perform(row, "award", by=cast.officer)
        with pytest.raises(Refused, match="moved on"):
            perform(row, "award", by=cast.officer)
    assert Order.objects.filter(competition_ref=row.ref).count() == 1


def test_bids_cannot_be_awarded_but_by_the_award(cast):
    row = awards.standing_still(cast)
    bid = row.bids.get(state="preferred")
    assert step(bid, "award") is not None
    with awards.after_standstill(row), pytest.raises(Denied):
        perform(bid, "award", by=cast.officer)
    assert Bid.objects.get(pk=bid.pk).state == "preferred"
