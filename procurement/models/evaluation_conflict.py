"""Conflicts of interest, declared against real names before any alias is shown."""

from typing import Any

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core import clock, guards
from core.machines import Machine, State, transition
from core.waits import turn
from procurement import permissions_evaluation as who


class ConflictDeclarationQuerySet(models.QuerySet):
    """Declarations, and who sees them."""

    def visible_to(self, user: Any) -> "ConflictDeclarationQuerySet":
        """One's own; and all for those who read every competition's evaluation."""
        rows = self.select_related("member__user", "competition__project__institution")
        return rows if who.reads_scores(user) else rows.filter(member__user=user.pk)


@guards.kept
class ConflictDeclaration(Machine):
    """What one member of a panel declares about bidders, firms and key people, listed by name.

    `names_hash` is the SHA-256 of the list that was shown, so that it is known what was declared.
    """

    class States(models.TextChoices):
        ASKED = "asked", _("asked to declare")
        CLEAR = "clear", _("no conflict of interest")
        CONFLICTED = "conflicted", _("conflict of interest: takes no part")
        LEFT = "left", _("left the panel")

    step_related = ("member__user", "competition__project__institution", "competition__dossier")
    step_url_name = "procurement:declaration_step"
    wait_labels = {"remind": _("Reminder of the declaration")}

    competition = models.ForeignKey(
        "procurement.Competition", models.PROTECT, related_name="declarations"
    )
    member = models.ForeignKey(
        "procurement.PanelMember", models.PROTECT, related_name="declarations",
        verbose_name=_("panel member"),
    )  # fmt: skip
    asked_at = models.DateTimeField(_("asked"))
    due = models.DateField(_("due"), null=True)
    declared_at = models.DateTimeField(_("declared"), null=True)
    names_hash = models.CharField(_("hash of the names shown"), max_length=64, blank=True)
    state = State(States, default=States.ASKED)

    objects = ConflictDeclarationQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        verbose_name = _("declaration of conflicts")
        verbose_name_plural = _("declarations of conflicts")
        constraints = [
            models.UniqueConstraint(
                fields=["competition", "member"], name="procurement_declaration_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.competition.ref} · {self.member.user}"

    @property
    def dossier(self) -> Any:
        return self.competition.dossier

    @property
    def due_at(self) -> Any:
        """24:00 of the day by which it is due, or None."""
        return clock.end_of(self.due, self.competition.institution) if self.due else None

    def title_for_people(self) -> str:
        return self.competition.title_for_people()

    def get_absolute_url(self) -> str:
        return reverse("procurement:declaration_detail", kwargs={"pk": self.pk})

    def turns(self) -> list[Any]:
        if self.state == self.States.ASKED and self.member.left_at is None:
            return [turn("declare_clear", f"user:{self.member.user_id}", self.due_at)]
        return []

    @transition(state, source=States.ASKED, target=States.CLEAR,
                permission=who.is_the_declarant,
                custom={"label": _("Declare that I have no conflict of interest"), "offered": True,
                        "note": _("You have no personal, family, financial or professional "
                                  "interest in any of the names listed. Your declaration stands "
                                  "in the history; only then do you see the bids, by their "
                                  "aliases.")})  # fmt: skip
    def declare_clear(self, *, by: Any, because: str) -> None:
        """The member has no conflict, and is admitted to the bids, by alias."""
        self.declared_at = clock.now()

    @transition(state, source=[States.ASKED, States.CLEAR], target=States.CONFLICTED,
                permission=who.recuses,
                custom={"label": _("Declare a conflict of interest"), "offered": True,
                        "reason": True, "danger": True,
                        "note": _("The member takes no part any more: a sheet, sealed or not, is "
                                  "left out, and the others count equally.")})  # fmt: skip
    def declare_conflict(self, *, by: Any, because: str) -> None:
        """The member has a conflict: whatever they scored is left out."""
        self.declared_at = clock.now()
        self.leave_out(by=by, because=because)

    @transition(state, source=[States.ASKED, States.CLEAR], target=States.LEFT,
                permission=who.as_consequence,
                custom={"label": _("Leave the panel"), "offered": False})  # fmt: skip
    def leave(self, *, by: Any, because: str) -> None:
        """The member was replaced on the panel."""
        self.leave_out(by=by, because=because)

    def leave_out(self, *, by: Any, because: str) -> None:
        """Leave the member's sheets of the present rounds out."""
        sheets: Any = self.member.sheets
        for sheet in sheets.filter(state__in=["open", "sealed"], round__superseded_at=None):
            sheet.round.recuse(sheet, by=by, because=because)
