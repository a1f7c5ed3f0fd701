"""Handing over: the projects of somebody who leaves pass to a successor in one act."""

from typing import Any

from django.utils.translation import gettext as _

from core import absence, history, turns
from core.models import User
from core.refusals import Refused
from projects.models.closing import BenefitsReview
from projects.models.project import OVER, Project

ROLES = ("manager", "owner", "product_owner")
BENEFITS_OPEN = ("planned", "due")


def projects_of(leaver: User, successor: User, by: User, because: str) -> list[Any]:
    """Put the successor into every role the leaver has on a project that is not over.

    Each project gets its own event. An ownership must be accepted anew: it is a personal promise.
    Raises Refused where the successor would be manager and owner of one project.
    """
    _refuse_both(leaver, successor)
    moved = []
    for role in ROLES:
        rows = Project.objects.filter(**{role: leaver})
        for project in rows.exclude(stage__in=OVER):
            _move(project, role, successor, by, because)
            turns.refresh_case(project.dossier)
            moved.append(project)
    return moved


def _refuse_both(leaver: User, successor: User) -> None:
    going_on = Project.objects.exclude(stage__in=OVER)
    both = going_on.filter(manager=leaver, owner=successor)
    both = both | going_on.filter(owner=leaver, manager=successor)
    found = list(both.order_by("pk").values_list("ref", flat=True)[:5])
    if found:
        raise Refused(
            _("%(person)s would be manager and owner of one project (%(refs)s). Name another "
              "manager or owner there first, or choose another successor.")
            % {"person": successor, "refs": ", ".join(found)}
        )  # fmt: skip


def _move(project: Project, role: str, successor: User, by: User, because: str) -> None:
    history.lock(project.dossier)
    before = getattr(project, f"{role}_id")
    setattr(project, role, successor)
    if role == "owner" and project.stage == "draft":
        project.owner_accepted_at = None
    project.save()
    history.record(
        "projects.project.hand_over", project, by=by, because=because,
        details={"role": role, "before": before, "after": successor.pk},
    )  # fmt: skip


def benefits_of(leaver: User, successor: User, by: User, because: str) -> list[Any]:
    """Let the successor follow the benefits that the leaver follows, of closed projects too."""
    rows = Project.objects.filter(benefits_owner=leaver).exclude(stage__in=("stopped", "withdrawn"))
    moved: list[Any] = []
    for project in rows:
        review = BenefitsReview.objects.filter(project=project).first()
        if review is not None and review.state not in BENEFITS_OPEN:
            continue
        _move(project, "benefits_owner", successor, by, because)
        moved.append(BenefitsReview.objects.filter(project=project).first() or project)
    return moved


def reviews_followed(person: User) -> list[Any]:
    """The reviews of benefits whose turn depends on whether this person is still here."""
    rows = BenefitsReview.objects.filter(project__benefits_owner=person, state__in=BENEFITS_OPEN)
    return list(rows.select_related(*BenefitsReview.step_related))


absence.movers += [projects_of, benefits_of]
absence.affected.append(reviews_followed)
