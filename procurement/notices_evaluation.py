"""Whom the evaluation tells what: panel, chair, officers, and bidders of what concerns them alone.

No message to the panel names a bidder, and none to a bidder names the panel or another bidder.
"""

from typing import Any

from core.models import User
from core.notices import notify
from procurement import declaring
from procurement.models import PanelMember
from procurement.notices_competitions import OFFICER
from projects.notices import holders
from vendors.models import VendorSeat

People = list[User | None]


@notify("procurement.conflictdeclaration.create", "emails/evaluation_declare.txt")
@notify("procurement.conflictdeclaration.remind", "emails/evaluation_declare_reminder.txt")
def tell_the_declarant(declaration: Any) -> People:
    """Who is asked to declare."""
    return [declaration.member.user]


@notify("procurement.conflictdeclaration.declare_conflict", "emails/evaluation_conflict.txt")
def tell_officers_of_a_conflict(declaration: Any) -> People:
    """Officers name somebody else where that is needed."""
    return list(holders(OFFICER))


@notify("procurement.scoresheet.create", "emails/evaluation_score.txt")
@notify("procurement.scoresheet.remind", "emails/evaluation_score_reminder.txt")
def tell_the_member(sheet: Any) -> People:
    """Whose sheet it is."""
    return [sheet.member.user]


@notify("procurement.scoringround.sheets_in", "emails/evaluation_sheets_in.txt")
def tell_the_chair(row: Any) -> People:
    """The chair opens the sheets, now that all are in."""
    seats = row.competition.panel.filter(role=PanelMember.Role.CHAIR).select_related("user")
    return [seat.user for seat in seats]


@notify("procurement.competition.begin_consensus", "emails/evaluation_consensus.txt")
def tell_the_panel(competition: Any) -> People:
    """Everybody who scored may read the others' scores from now on."""
    seats = declaring.clear_members(competition).select_related("user")
    return [seat.user for seat in seats]


@notify("procurement.compliancecheck.ask_cure", "emails/evaluation_cure.txt", urgent=True)
def tell_what_may_be_cured(check: Any) -> People:
    """Who acts for the bidder."""
    return _of_vendor(check.bid)


@notify("procurement.compliancecheck.confirm", "emails/evaluation_compliance.txt", urgent=True)
def tell_of_compliance(check: Any) -> People:
    """The bidder whose bid is excluded reads why; of the others nobody is told."""
    return _of_vendor(check.bid) if check.lacking().exists() else []


@notify("procurement.compliancecheck.cure", "emails/evaluation_cured.txt")
def tell_officers_of_a_cure(check: Any) -> People:
    """Officers look at it again."""
    return list(holders(OFFICER))


@notify("procurement.exclusion.confirm", "emails/evaluation_excluded.txt", urgent=True)
def tell_of_an_exclusion(exclusion: Any) -> People:
    """The bidder reads ground and reasons."""
    return _of_vendor(exclusion.bid)


@notify("procurement.exclusion.create", "emails/evaluation_exclusion.txt")
def ask_for_a_second_person(exclusion: Any) -> People:
    """Other officers decide, and the secretariat where the ranking lies before oversight."""
    people = [*holders(OFFICER), *holders("secretariat")]
    return [person for person in people if person.pk != exclusion.proposed_by_id]


def _of_vendor(bid: Any) -> People:
    seats = VendorSeat.objects.filter(vendor=bid.vendor_id, ends_at=None)
    return [seat.user for seat in seats.filter(role__in=["manager", "bidder"])
            .select_related("user")]  # fmt: skip
