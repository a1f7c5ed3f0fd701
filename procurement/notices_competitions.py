"""Who is told of competitions: every member of the lot alike, whoever bids; officers; the project.

Members are told at once. No message names a vendor, or says how many there are.
"""

from typing import Any

from core.models import User
from core.notices import notify
from procurement.members import people
from projects.notices import holders, people_of

OFFICER = "procurement_officer"


def members_of(competition: Any) -> list[User | None]:
    """Everybody who acts for a member of the lot; nobody before it is public."""
    return list(people(competition)) if competition.is_public else []


@notify("procurement.competition.submit_for_review", "emails/competition_review.txt")
def ask_a_second_officer(competition: Any) -> list[User | None]:
    """Another officer reviews and publishes; the custodians' keys are made meanwhile."""
    return [person for person in holders(OFFICER) if person.pk != competition.author_id]


@notify("procurement.competition.give_back", "emails/competition_given_back.txt")
def tell_the_author(competition: Any) -> list[User | None]:
    """The author goes on drafting."""
    return [competition.author]


@notify("procurement.competition.publish", "emails/competition_published.txt", urgent=True)
def invite(competition: Any) -> list[User | None]:
    """Every member of the lot may ask and bid."""
    return members_of(competition)


@notify("procurement.competition.publish", "emails/competition_is_public.txt")
def tell_of_the_publication(competition: Any) -> list[User | None]:
    """The project's people, the author and the panel know that it runs."""
    panel = [seat.user for seat in competition.panel.select_related("user")]
    return [competition.author, *people_of(competition.project), *panel]


@notify("procurement.competition.move_deadline", "emails/competition_moved.txt", urgent=True)
def tell_of_a_moved_deadline(competition: Any) -> list[User | None]:
    """A question was not settled in time: everybody has more time, and officers have to answer."""
    return [*members_of(competition), *holders(OFFICER)]


@notify("procurement.competition.close", "emails/competition_closed.txt")
def ask_for_the_opening(competition: Any) -> list[User | None]:
    """Officers begin the opening. Nothing is said about bids: nobody knows."""
    return list(holders(OFFICER))


@notify("procurement.competition.cancel", "emails/competition_ended.txt", urgent=True)
@notify("procurement.competition.declare_unsuccessful", "emails/competition_ended.txt", urgent=True)
def tell_of_the_end(competition: Any) -> list[User | None]:
    """Everybody who was invited, and the project's people, read the reason."""
    return [*members_of(competition), competition.author, *people_of(competition.project)]


@notify("procurement.competition.suspend", "emails/competition_suspended.txt", urgent=True)
def tell_of_a_suspension(competition: Any) -> list[User | None]:
    """Everybody learns that deadlines stand still."""
    return [*members_of(competition), *holders(OFFICER), *people_of(competition.project)]


@notify("procurement.competition.resume", "emails/competition_resumed.txt", urgent=True)
def tell_that_it_goes_on(competition: Any) -> list[User | None]:
    """Everybody learns the deadlines that hold from now on."""
    return [*members_of(competition), *holders(OFFICER), *people_of(competition.project)]


@notify("procurement.competition.remind", "emails/competition_reminder.txt")
def remind_members(competition: Any) -> list[User | None]:
    """Every member of the lot is reminded of the deadline, whether it bids or not."""
    return members_of(competition)


@notify("procurement.question.create", "emails/question_asked.txt")
def ask_for_an_answer(question: Any) -> list[User | None]:
    """Officers answer or decline; they are not told who asked."""
    return list(holders(OFFICER))


@notify("procurement.question.publish_answer", "emails/question_settled.txt")
@notify("procurement.question.decline", "emails/question_settled.txt")
def tell_the_answer(question: Any) -> list[User | None]:
    """Every member of the lot reads question and answer."""
    return members_of(question.competition)


@notify("procurement.addendum.publish", "emails/addendum_published.txt", urgent=True)
def tell_of_an_addendum(addendum: Any) -> list[User | None]:
    """Every member of the lot reads what changes."""
    return members_of(addendum.competition)


@notify("procurement.addendum.create", "emails/addendum_drafted.txt")
def ask_for_a_second_look(addendum: Any) -> list[User | None]:
    """Another officer will have to publish it."""
    return [person for person in holders(OFFICER) if person.pk != addendum.drafted_by_id]
