"""Handing over: the projects of somebody who leaves pass to a successor in one act."""

from typing import Any

from core import absence, history
from core.models import User
from projects.models.project import Project

ROLES = ("manager", "owner", "product_owner")


def projects_of(leaver: User, successor: User, by: User, because: str) -> list[Any]:
    """Put the successor into every role the leaver has on a project that is not over.

    Each project gets its own event. An ownership must be accepted anew: it is a personal promise.
    """
    moved = []
    for role in ROLES:
        rows = Project.objects.filter(**{role: leaver})
        for project in rows.exclude(stage__in=("closed", "stopped", "withdrawn")):
            history.lock(project.dossier)
            setattr(project, role, successor)
            if role == "owner" and project.stage == "draft":
                project.owner_accepted_at = None
            project.save()
            history.record(
                "projects.project.hand_over", project, by=by, because=because,
                details={"role": role, "before": leaver.pk, "after": successor.pk},
            )  # fmt: skip
            moved.append(project)
    return moved


absence.movers.append(projects_of)
