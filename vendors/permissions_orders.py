"""Who may, with orders and their amendments: officers, the people of projects and of vendors."""

from typing import Any

from django.apps import apps
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.machines import causes
from core.people import acts_for, holds, identities
from core.refusals import requires
from projects import permissions as projects
from vendors.permissions_companies import represents

OFFICER = "procurement_officer"


def oversees(user: Any) -> bool:
    """Whether this person sees every order."""
    return projects.oversees(user) or holds(user, OFFICER)


def projects_of_officers(user: Any) -> Q:
    """Officers see the projects of their institution: they buy for them."""
    if not holds(user, OFFICER) or user.institution_id is None:
        return Q(pk__in=[])
    return Q(institution=user.institution_id)


projects.seen_through.append(projects_of_officers)


def vendors_of(user: Any) -> Any:
    """The keys of the vendors that this person acts for now, in whatever role."""
    seats: Any = apps.get_model("vendors", "VendorSeat")
    return seats.objects.open().filter(user=user.pk).order_by().values("vendor")


def _of_project(order: Any, user: Any, *roles: str) -> bool:
    project = order.project
    return project is not None and any(
        acts_for(user, getattr(project, f"{role}_id"), role) for role in roles
    )


@requires(_("Only a procurement officer calls off an order."))
def drafts_orders(instance: Any, user: Any) -> bool:
    return holds(user, OFFICER)


@requires(_("Only the award of a competition makes this order."))
def follows_award(instance: Any, user: Any) -> bool:
    return any(cause.startswith("procurement.") for cause in causes())


@requires(_("Historical orders are recorded by a procurement officer or the secretariat."))
def records_history(instance: Any, user: Any) -> bool:
    return user.is_clock or holds(user, OFFICER, "secretariat")


@requires(_("A draft order is changed by a procurement officer."))
def edits_orders(order: Any, user: Any) -> bool:
    return holds(user, OFFICER) and not represents(user, order.vendor)


@requires(_("The project's manager or owner puts its money behind an order, never the officer who "
            "drafted it or answers for it."))  # fmt: skip
def funds(order: Any, user: Any) -> bool:
    first = {order.drafted_by_id, order.officer_id}
    return _of_project(order, user, "manager", "owner") and not first & identities(user)


@requires(_("Only a manager of the vendor signs for it."))
def signs_for_vendor(row: Any, user: Any) -> bool:
    """Whether this person signs for the vendor of an order, or of the order of an amendment."""
    order = getattr(row, "order", row)
    return represents(user, order.vendor, "manager")


@requires(_("Above the officer's authority the project's owner signs too, never the officer."))
def cosigns(order: Any, user: Any) -> bool:
    first = {order.drafted_by_id, order.officer_id}
    return _of_project(order, user, "owner") and not first & identities(user)


@requires(_("The officer who answers for the order signs it for the institution, never who put the "
            "money behind it, signed too, or represents the vendor."))  # fmt: skip
def signs_orders(order: Any, user: Any) -> bool:
    others = {order.funded_by_id, order.cosigned_by_id, order.vendor_signed_by_id}
    if others & identities(user) or represents(user, order.vendor):
        return False
    return acts_for(user, order.officer_id, OFFICER) and holds(user, OFFICER)


@requires(_("An order begins with its first sprint, or by its officer, the project's manager or "
            "its product owner."))  # fmt: skip
def begins_orders(order: Any, user: Any) -> bool:
    if any(cause.startswith("vendors.sprint.") for cause in causes()):
        return True
    own = order.product_owner_id is not None and order.product_owner_id in identities(user)
    return own or holds(user, OFFICER) or _of_project(order, user, "manager", "product_owner")


@requires(_("A procurement officer ends an order, never somebody who represents the vendor."))
def ends_orders(order: Any, user: Any) -> bool:
    return holds(user, OFFICER) and not represents(user, order.vendor)


@requires(_("A procurement officer or the project's manager withdraws an order that is not "
            "signed."))  # fmt: skip
def withdraws_orders(order: Any, user: Any) -> bool:
    """So does the exclusion of the bid that had won it, or the cancelling of its competition,
    whoever decides on that."""
    lost = {"procurement.competition.rerank", "procurement.competition.cancel"} & set(causes())
    return bool(lost) or holds(user, OFFICER) or _of_project(order, user, "manager")


@requires(_("Only people who take part in the order declare whether they have a conflict of "
            "interest."))  # fmt: skip
def declares(order: Any, user: Any) -> bool:
    own = {order.officer_id, order.product_owner_id, order.project and order.project.owner_id}
    return bool(identities(user) & own) or holds(user, OFFICER)


@requires(_("An amendment is proposed by a procurement officer or the project's manager."))
def proposes_amendments(order: Any, user: Any) -> bool:
    if represents(user, order.vendor):
        return False
    return holds(user, OFFICER) or _of_project(order, user, "manager")


@requires(_("A second person confirms an amendment: a procurement officer or the project's owner; "
            "one that is flagged, the owner. Never who proposed it."))  # fmt: skip
def confirms_amendments(amendment: Any, user: Any) -> bool:
    order = amendment.order
    if amendment.proposed_by_id in identities(user) or represents(user, order.vendor):
        return False
    if _of_project(order, user, "owner"):
        return True
    return holds(user, OFFICER) and not amendment.flags()


@requires(_("The second person or the vendor refuses an amendment, never who proposed it."))
def refuses_amendments(amendment: Any, user: Any) -> bool:
    return confirms_amendments(amendment, user) or signs_for_vendor(amendment, user)


@requires(_("Only who proposed the amendment, or a procurement officer, withdraws it."))
def withdraws_amendments(amendment: Any, user: Any) -> bool:
    return user.pk == amendment.proposed_by_id or holds(user, OFFICER)


@requires(_("Only an administrator sets thresholds and limits of orders."))
def sets_limits(instance: Any, user: Any) -> bool:
    return holds(user, "administrator")


@requires(_("The limits of orders are read by officers and oversight."))
def reads_limits(instance: Any, user: Any) -> bool:
    return oversees(user)


__all__ = [
    "OFFICER", "begins_orders", "confirms_amendments", "cosigns", "declares", "drafts_orders",
    "edits_orders", "ends_orders", "follows_award", "funds", "oversees", "proposes_amendments",
    "reads_limits", "records_history", "refuses_amendments", "sets_limits", "signs_for_vendor",
    "signs_orders", "vendors_of", "withdraws_amendments", "withdraws_orders",
]  # fmt: skip
