"""Who is told of claims, entries of two people, and excused days."""

from typing import Any

from core.models import User
from core.notices import notify
from projects.notices import holders, people_of


@notify("projects.claim.create", "emails/claim_proposed.txt")
def ask_the_secretariat(claim: Any) -> list[User | None]:
    """The secretariat opens the hearing."""
    return [*holders("secretariat")]


@notify("projects.claim.open_hearing", "emails/claim_hearing.txt")
def tell_of_the_hearing(claim: Any) -> list[User | None]:
    """Manager and owner learn that the debtor is heard, and until when."""
    return people_of(claim.project)


@notify("projects.claim.uphold", "emails/claim_upheld.txt")
def tell_finance(claim: Any) -> list[User | None]:
    """A finance preparer makes its entry; the auditor learns that it stands."""
    return [claim.proposed_by, *people_of(claim.project), *holders("preparer")]


@notify("projects.claim.dismiss", "emails/claim_dismissed.txt")
def tell_of_a_dismissal(claim: Any) -> list[User | None]:
    """The auditor and the project's people learn that nothing is owed."""
    return [claim.proposed_by, *people_of(claim.project)]


@notify("projects.claim.owe", "emails/claim_owed.txt")
def tell_what_is_owed(claim: Any) -> list[User | None]:
    """The project's people and the auditor learn until when it is to be paid."""
    return [claim.proposed_by, *people_of(claim.project)]


@notify("projects.claim.fall_overdue", "emails/claim_overdue.txt")
def tell_of_an_overdue_claim(claim: Any) -> list[User | None]:
    """Finance pursues it; secretariat, auditor and owner know."""
    return [claim.proposed_by, claim.project.owner, *holders("preparer", "secretariat")]


@notify("projects.claim.end_recovered", "emails/claim_ended.txt")
@notify("projects.claim.end_written_off", "emails/claim_ended.txt")
def tell_of_the_end(claim: Any) -> list[User | None]:
    """The auditor and the project's people learn how it ended."""
    return [claim.proposed_by, *people_of(claim.project)]


@notify("projects.preparedentry.create", "emails/entry_prepared.txt")
def ask_the_second_person(entry: Any) -> list[User | None]:
    """A finance authoriser confirms it."""
    return [*holders("authoriser")]


@notify("projects.preparedentry.decline", "emails/entry_declined.txt")
def tell_who_prepared(entry: Any) -> list[User | None]:
    """Who prepared it learns why it was declined."""
    return [entry.prepared_by]


@notify("projects.excuseddays.create", "emails/excuse_asked.txt")
def ask_for_an_answer(excused: Any) -> list[User | None]:
    """The secretariat grants or refuses before the tranche lapses."""
    return [*holders("secretariat")]


@notify("projects.excuseddays.grant", "emails/excuse_answered.txt")
@notify("projects.excuseddays.refuse", "emails/excuse_answered.txt")
def tell_of_the_answer(excused: Any) -> list[User | None]:
    """Manager and owner learn until when the tranche may be drawn."""
    return people_of(excused.tranche.project)


@notify("projects.tranche.remind_lapse", "emails/tranche_lapsing.txt")
def remind_before_a_lapse(tranche: Any) -> list[User | None]:
    """Manager and owner are reminded before the tranche's last day."""
    return people_of(tranche.project)
