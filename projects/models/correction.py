"""Corrections of the ledger: acts of two people."""

from collections.abc import Iterable
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core import guards
from core.machines import Machine, State, transition
from core.models import User
from core.waits import Wait, turn
from projects import permissions
from projects.models.booking import reverse as reverse_posting
from projects.models.ledger import Posting


class CorrectionQuerySet(models.QuerySet):
    """Corrections, and who sees them: who sees the project."""

    def visible_to(self, user: Any) -> "CorrectionQuerySet":
        projects: Any = apps.get_model("projects", "Project")
        return self.select_related("posting__project").filter(
            posting__project__in=projects.objects.visible_to(user).order_by()
        )


@guards.kept
class Correction(Machine):
    """The wish to undo a posting: asked for by one person, made by another."""

    class States(models.TextChoices):
        ASKED = "asked", _("asked for")
        MADE = "made", _("made")
        DECLINED = "declined", _("declined")
        WITHDRAWN = "withdrawn", pgettext_lazy("proposal", "withdrawn")

    posting = models.ForeignKey(Posting, models.PROTECT, related_name="corrections")
    reason = models.TextField(_("reason"))
    asked_by = models.ForeignKey("core.User", models.PROTECT, related_name="+")
    state = State(States, default=States.ASKED)

    objects = CorrectionQuerySet.as_manager()
    step_related = ("posting__project",)

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("correction")
        verbose_name_plural = _("corrections")
        constraints = [
            models.UniqueConstraint(
                fields=["posting"], condition=Q(state="asked"), name="projects_correction_open_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.posting.project.ref} · {self.posting.number}"

    @property
    def dossier(self) -> Any:
        return self.posting.project.dossier

    def get_absolute_url(self) -> str:
        return reverse("projects:money", kwargs={"ref": self.posting.project.ref})

    def turns(self) -> Iterable[Wait]:
        if self.state == self.States.ASKED:
            yield turn("confirm", "role:authoriser")

    @transition(state, source=States.ASKED, target=States.MADE,
                permission=permissions.confirms_correction,
                custom={"label": _("Reverse the entry"), "offered": True,
                        "danger": True})  # fmt: skip
    def confirm(self, *, by: User, because: str) -> None:
        """The second person agrees: the mirror of the whole posting is posted."""
        reverse_posting(self.posting, by=by, because=because or self.reason)

    @transition(state, source=States.ASKED, target=States.DECLINED,
                permission=permissions.confirms_correction,
                custom={"label": _("Decline the correction"), "offered": True,
                        "reason": True})  # fmt: skip
    def decline(self, *, by: User, because: str) -> None:
        """The entry stands."""

    @transition(state, source=States.ASKED, target=States.WITHDRAWN,
                permission=permissions.withdraws_correction,
                custom={"label": _("Withdraw the correction"), "offered": True})  # fmt: skip
    def withdraw(self, *, by: User, because: str) -> None:
        """Who asked takes the wish back."""
