"""Baselines: what a project is measured against. The first is set once and never changes."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core import history
from core.models import User
from core.refusals import Refused
from projects.models.baseline import freeze_first
from projects.models.case import Baseline


@transaction.atomic
def set_first(project: Any, *, by: User, because: str = "") -> Baseline:
    """Freeze cost, dates and benefits as version 0: at the exercise of G1.

    A re-run of G1 finds it set and returns it unchanged. Raises Refused where cost or dates are
    unknown.
    """
    history.lock(project.dossier)
    if made := first(project):
        return made
    if project.cost is None or project.starts_on is None or project.ends_on is None:
        raise Refused(_("The first baseline needs the whole-life cost, the start and the end."))
    return freeze_first(project, project.cost, project.starts_on, project.ends_on, by=by,
                        because=because)  # fmt: skip


def first(project: Any) -> Baseline | None:
    """Baseline v0, if it is set."""
    return project.baselines.filter(number=0).first()


def current(project: Any) -> Baseline | None:
    """The newest baseline, if any is set."""
    return project.baselines.last()
