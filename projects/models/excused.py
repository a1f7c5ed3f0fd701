"""Excused days: litigation or force majeure gives a tranche back the days that it took."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from core import clock, guards, history, turns
from core.machines import Machine, State, transition
from core.models import User
from core.refusals import requires
from core.waits import Wait, turn
from projects import permissions_money as who
from projects.models.tranche import UNDRAWN


@requires(_("The tranche is drawn, lapsed or cancelled: its days can no longer be excused."))
def not_lapsed(excused: Any) -> bool:
    """Whether the tranche still waits to be drawn, by the day itself, not by what the clock did."""
    tranche = excused.tranche
    last = tranche.valid_until
    if tranche.state not in UNDRAWN or last is None:
        return False
    return bool(last >= clock.today(tranche.project.institution))


@requires(_("Some of these days are excused already."))
def not_excused_twice(excused: Any) -> list[str]:
    rows = ExcusedDays.objects.filter(
        tranche=excused.tranche, state=ExcusedDays.States.GRANTED,
        first_day__lte=excused.last_day, last_day__gte=excused.first_day,
    ).exclude(pk=excused.pk)  # fmt: skip
    form = "SHORT_DATE_FORMAT"
    return [
        gettext("The days from %(first)s to %(last)s are excused already; no day is excused twice.")
        % {"first": date_format(row.first_day, form), "last": date_format(row.last_day, form)}
        for row in rows.order_by("first_day")
    ]


class ExcusedDaysQuerySet(models.QuerySet):
    """Excused days, and who sees them: who sees the project."""

    def visible_to(self, user: Any) -> "ExcusedDaysQuerySet":
        projects: Any = apps.get_model("projects", "Project")
        return self.select_related("tranche__project__institution", "document").filter(
            tranche__project__in=projects.objects.visible_to(user).order_by()
        )


@guards.kept
class ExcusedDays(Machine):
    """Days from `first_day` to `last_day`, both included, in which a tranche could not be drawn.

    Granted, their stored number is added to the tranche's last valid day; both days are kept.
    """

    class Ground(models.TextChoices):
        LITIGATION = "litigation", _("litigation")
        FORCE_MAJEURE = "force_majeure", _("force majeure")

    class States(models.TextChoices):
        PROPOSED = "proposed", _("proposed")
        GRANTED = "granted", _("granted")
        REFUSED = "refused", _("refused")
        WITHDRAWN = "withdrawn", pgettext_lazy("proposal", "withdrawn")

    tranche = models.ForeignKey(
        "projects.Tranche", models.PROTECT, related_name="excused", verbose_name=_("tranche")
    )
    ground = models.CharField(_("ground"), max_length=14, choices=Ground.choices)
    first_day = models.DateField(_("first day"))
    last_day = models.DateField(_("last day"))
    days = models.PositiveSmallIntegerField(_("days"))
    reason = models.TextField(_("what happened"))
    document = models.ForeignKey(
        "core.Document", models.PROTECT, related_name="+", verbose_name=_("evidence")
    )
    proposed_by = models.ForeignKey(
        "core.User", models.PROTECT, related_name="+", verbose_name=_("asked for by")
    )
    valid_before = models.DateField(_("valid until, before"), null=True)
    valid_after = models.DateField(_("valid until, after"), null=True)
    state = State(States, default=States.PROPOSED)

    objects = ExcusedDaysQuerySet.as_manager()
    step_related = ("tranche__project__institution", "tranche__project__dossier")

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("excused days")
        verbose_name_plural = _("excused days")
        constraints = [
            models.CheckConstraint(
                condition=Q(last_day__gte=F("first_day"), days__gt=0),
                name="projects_excuseddays_in_order",
            ),
            models.CheckConstraint(
                condition=~Q(state="granted")
                | Q(valid_before__isnull=False, valid_after__gt=F("valid_before")),
                name="projects_excuseddays_granted_extend",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.tranche} · {self.get_ground_display()}"

    @property
    def dossier(self) -> Any:
        return self.tranche.dossier

    def title_for_people(self) -> str:
        return f"{self} · {self.first_day.isoformat()} – {self.last_day.isoformat()}"

    def get_absolute_url(self) -> str:
        return reverse("projects:excuseddays_detail", kwargs={"pk": self.pk})

    def turns(self) -> Iterable[Wait]:
        if self.state == self.States.PROPOSED:
            yield turn("grant", "role:secretariat", self.tranche.valid_to,
                       not_for=self.proposed_by_id)  # fmt: skip

    @transition(state, source=States.PROPOSED, target=States.GRANTED,
                permission=who.grants_excuse, conditions=[not_lapsed, not_excused_twice],
                custom={"label": _("Excuse these days"), "offered": True,
                        "danger": True})  # fmt: skip
    def grant(self, *, by: User, because: str) -> None:
        """The tranche may be drawn for so many days longer."""
        tranche = self.tranche
        before: Any = tranche.valid_until
        after = before + timedelta(days=self.days)
        self.valid_before, self.valid_after = before, after
        tranche.valid_until = after
        tranche.save(update_fields=["valid_until"])
        change = {"valid_until": [before.isoformat(), after.isoformat()],
                  "days": self.days}  # fmt: skip
        history.record("projects.tranche.extend", tranche, by=by, because=because or self.reason,
                       details=change)  # fmt: skip
        turns.refresh(tranche)

    @transition(state, source=States.PROPOSED, target=States.REFUSED,
                permission=who.grants_excuse,
                custom={"label": _("Refuse to excuse them"), "offered": True,
                        "reason": True})  # fmt: skip
    def refuse(self, *, by: User, because: str) -> None:
        """The days count; the tranche lapses on its day."""

    @transition(state, source=States.PROPOSED, target=States.WITHDRAWN,
                permission=who.withdraws_excuse,
                custom={"label": _("Take the wish back"), "offered": True})  # fmt: skip
    def withdraw(self, *, by: User, because: str) -> None:
        """Who asked no longer asks."""
