"""Conflicts of interest: who is asked, which names are listed, and when all have declared."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import clock, history, turns
from core.models import User
from core.refusals import Refused
from core.steps import allow, create, perform
from procurement import hooks
from procurement import permissions_evaluation as who
from procurement.models import Competition, ConflictDeclaration, PanelMember

States = ConflictDeclaration.States
DAYS = 3
"""Working days in which a member of the panel declares, where the rules say nothing else."""
LEAST = 2
"""Members without a conflict, the chair among them, without whom a panel does not score."""
FIRM, PERSON, PARTNER = "firm", "person", "partner"
KINDS = {
    FIRM: gettext_lazy("bidder"),
    PERSON: gettext_lazy("key person"),
    PARTNER: gettext_lazy("partner or subcontractor"),
}


@dataclass(frozen=True)
class Party:
    """A name that stands behind a bid: never with its bid, and listed alphabetically."""

    name: str
    kind: str

    @property
    def label(self) -> str:
        return str(KINDS[self.kind])


def parties(competition: Competition) -> list[Party]:
    """Every firm, partner and key person of the bids that are evaluated, by their names."""
    found: set[Party] = set()
    for bid in competition.bids.evaluated().select_related("vendor"):
        found.add(Party(bid.vendor.name, FIRM))
        found |= {Party(row["name"], PARTNER) for row in bid.content.get("partners", [])}
        found |= {Party(row["name"], PERSON) for row in bid.content.get("people", [])}
    named = (party for party in found if party.name)
    return sorted(named, key=lambda party: (party.name.casefold(), party.kind))


def names_hash(listed: Iterable[Party]) -> str:
    """The SHA-256 of a list as it was shown."""
    rows = [[party.name, party.kind] for party in listed]
    return hashlib.sha256(history.canonical(rows).encode()).hexdigest()


@hooks.within("begin_compliance")
def ask(competition: Competition, *, by: User, because: str) -> None:
    """Ask every member of the panel, alternates too, that has not been asked."""
    place = competition.institution
    days = competition.rule("declaration_days", DAYS)
    due = clock.working_days_after(clock.today(place), days, place)
    listed = names_hash(parties(competition))
    for member in competition.panel.filter(declarations=None):
        declaration = ConflictDeclaration(competition=competition, member=member, due=due,
                                          asked_at=clock.now(), names_hash=listed)  # fmt: skip
        create(declaration, by=by, details={"person": member.user_id, "names": listed})


@hooks.within("seat")
def seated(member: PanelMember, *, by: User, because: str) -> None:
    """Who comes to the panel once bids are open is asked too."""
    if member.competition.state == "compliance":
        ask(member.competition, by=by, because=because)


@hooks.within("unseat")
def unseated(member: PanelMember, *, by: User, because: str) -> None:
    """Who leaves the panel takes no part any more."""
    for row in member.declarations.filter(state__in=[States.ASKED, States.CLEAR]):
        perform(row, "leave", by=by, because=because)


def reads_names(declaration: ConflictDeclaration, user: Any) -> bool:
    """Whether somebody is shown the names: who is asked, until aliases are; officers always."""
    if who.reads_scores(user):
        return True
    asked = declaration.state == States.ASKED
    return bool(asked and declaration.member.user_id == user.pk)


@hooks.asked("conflicts_declared")
def declared(competition: Competition) -> list[str]:
    """Every seat has declared; enough are free of conflicts, the chair among them."""
    seats = competition.panel.exclude(role=PanelMember.Role.ALTERNATE)
    waiting = seats.filter(Q(declarations=None) | Q(declarations__state=States.ASKED))
    found = [_("%(person)s has not declared yet.") % {"person": seat.user}
             for seat in waiting.select_related("user")]  # fmt: skip
    return found or unfit(competition)


def chairless(competition: Competition) -> bool:
    """Whether the chair has a conflict, and somebody else of the panel has none."""
    clear = clear_members(competition)
    conflicted = competition.declarations.filter(
        state=States.CONFLICTED, member__role=PanelMember.Role.CHAIR, member__left_at=None
    )
    return bool(conflicted.exists() and clear.exists())


def unfit(competition: Competition) -> list[str]:
    """What keeps a panel from scoring, once all have declared."""
    clear = clear_members(competition)
    found = []
    if not clear.filter(role=PanelMember.Role.CHAIR).exists():
        found.append(_("The chair has a conflict of interest: name another chair."))
    least = competition.rule("least_sheets", LEAST)
    if clear.count() < least:
        found.append(
            _("Only %(number)s of the panel are free of conflicts, and %(least)s are needed: name "
              "others.") % {"number": clear.count(), "least": least}
        )  # fmt: skip
    return found


def clear_members(competition: Competition) -> Any:
    """The members that score: seated, no alternates, free of conflicts."""
    seats = competition.panel.exclude(role=PanelMember.Role.ALTERNATE)
    return seats.filter(declarations__state=States.CLEAR)


@transaction.atomic
def pass_chair(competition: Competition, to: PanelMember, reason: str, *, by: User) -> PanelMember:
    """Let another member without conflict chair, where the chair has one or none is left.

    Raises Denied for anybody but an officer, Refused with what speaks against.
    """
    history.lock(competition.dossier)
    allow(who.acts_as_officer, competition, by)
    if not reason.strip():
        raise Refused(_("Say why somebody else chairs."))
    if not clear_members(competition).filter(pk=to.pk).exists():
        raise Refused(_("Only a member of the panel without a conflict chairs."))
    if clear_members(competition).filter(role=PanelMember.Role.CHAIR).exists():
        raise Refused(_("The chair has no conflict of interest."))
    competition.panel.filter(role=PanelMember.Role.CHAIR).update(role=PanelMember.Role.MEMBER)
    to.role = PanelMember.Role.CHAIR
    to.save(update_fields=["role"])
    history.record("procurement.panelmember.chair", to, by=by, because=reason,
                   details={"person": to.user_id})  # fmt: skip
    turns.refresh(competition)
    return to
