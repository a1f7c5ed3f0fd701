"""Who is told of keys, sittings and redeliveries. Of bids nobody is told anything: a message about
one would tell that it exists.
"""

from typing import Any

from core.models import User
from core.notices import notify
from procurement import keys
from procurement.members import people
from projects.notices import holders

OFFICER = "procurement_officer"


@notify("procurement.custodian.create", "emails/custodian_named.txt")
def tell_the_custodian(custodian: Any) -> list[User | None]:
    """A custodian looks at the shares once, and confirms them."""
    return [custodian.user]


@notify("procurement.custodian.confirm", "emails/custodian_confirmed.txt")
def tell_the_officers(custodian: Any) -> list[User | None]:
    """When the last custodian has confirmed, an officer begins the rehearsal."""
    waiting = any(one.confirmed_at is None for one in keys.custodians_of(custodian.competition))
    return [] if waiting else list(holders(OFFICER))


@notify("procurement.sitting.begin", "emails/sitting_begun.txt", urgent=True)
def call_the_custodians(sitting: Any) -> list[User | None]:
    """Custodians enter their shares while the sitting lasts."""
    return [custodian.user for custodian in keys.custodians_of(sitting.competition)]


@notify("procurement.redelivery.propose", "emails/redelivery_proposed.txt", urgent=True)
def ask_the_second_officer(redelivery: Any) -> list[User | None]:
    """A second officer agrees, or the lost shares are found."""
    return [person for person in holders(OFFICER) if person.pk != redelivery.proposed_by_id]


@notify("procurement.redelivery.confirm", "emails/redelivery_begun.txt", urgent=True)
def tell_every_member(redelivery: Any) -> list[User | None]:
    """Every member of the lot is told alike: whoever had sealed a bid may deliver it again."""
    return list(people(redelivery.competition))
