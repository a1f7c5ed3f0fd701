"""Claims: money that was spent and must come back, from a finding to the last centavo."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import Q, Sum
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from core import clock, guards
from core.machines import Machine, State, running, transition
from core.models import User
from core.money import MinorUnitsField, show
from core.permissions import by_clock
from core.refusals import requires
from core.waits import Wait, turn
from projects import permissions_money as who
from projects.accounts import RECEIVABLE, RELEASED, SPENT
from projects.models.booking import flows

HEARING_DAYS = 10
"""Working days that a debtor has to answer the notice."""
DUE_DAYS = 30
"""Days after the entry in which a claim is to be paid, where the preparer sets no other day."""


class ClaimState(models.TextChoices):
    """Where a claim stands between the finding and the last payment."""

    PROPOSED = "proposed", _("proposed")
    HEARING = "hearing", _("the debtor is heard")
    UPHELD = "upheld", _("upheld")
    DISMISSED = "dismissed", _("dismissed")
    WITHDRAWN = "withdrawn", pgettext_lazy("proposal", "withdrawn")
    OWED = "owed", _("owed")
    OVERDUE = "overdue", _("overdue")
    APPEALED = "appealed", _("under appeal")
    RECOVERED = "recovered", _("recovered")
    WRITTEN_OFF = "written_off", _("written off")


States = ClaimState
PENDING = (States.PROPOSED, States.HEARING, States.UPHELD)
"""States before the entry: what they claim counts against what may still be claimed."""
STANDING = (States.OWED, States.OVERDUE, States.APPEALED)
"""States in which money is to be recovered."""


def claimable(project: Any, percent: int, but: int | None = None) -> int:
    """What may still be claimed back, in minor units: a share of what was spent, less all claims.

    `but` names a claim that is not counted: the one that asks.
    """
    moved = flows(project)
    pending = Claim.objects.filter(project=project, state__in=PENDING).exclude(pk=but or 0)
    asked = pending.aggregate(sum=Sum("amount"))["sum"] or 0
    spent = moved.get((RELEASED, SPENT), 0) * percent // 100
    return max(spent - moved.get((SPENT, RECEIVABLE), 0) - asked, 0)


@requires(_("Write the notice to the debtor first."), who=_("secretariat"))
def notice_written(claim: Any) -> bool:
    return bool(claim.notice.strip())


@requires(_("The debtor has not been heard, and the days for an answer are not over."))
def heard(claim: Any) -> list[str]:
    if claim.answered_on is not None or claim.hearing_ends <= clock.now():
        return []
    day = date_format(claim.hearing_until, "SHORT_DATE_FORMAT")
    return [gettext("The debtor may answer until %(day)s: enter the answer, or wait.")
            % {"day": day}]  # fmt: skip


@requires(_("Less than this was spent, or it is claimed already."))
def within_what_was_spent(claim: Any) -> list[str]:
    most = claimable(claim.project, claim.percent, but=claim.pk)
    if claim.amount <= most:
        return []
    shown = {"most": show(most, claim.project.currency), "percent": claim.percent}
    return [gettext("At most %(most)s may be claimed: %(percent)s percent of what was spent, less "
                    "what is claimed already.") % shown]  # fmt: skip


@requires(_("The claim is not due yet, or an appeal suspends it."))
def past_due(claim: Any) -> bool:
    return claim.due_at is not None and claim.due_at <= clock.now()


@requires(_("Some of it was recovered or written off: undo these entries first."))
def nothing_settled(claim: Any) -> bool:
    return claim.outstanding == claim.amount


class ClaimQuerySet(models.QuerySet):
    """Claims, and who sees them: who sees the project."""

    def visible_to(self, user: Any) -> "ClaimQuerySet":
        projects: Any = apps.get_model("projects", "Project")
        return self.select_related("project__institution", "project__dossier").filter(
            project__in=projects.objects.visible_to(user).order_by()
        )

    def coming_due(self, day: date) -> "ClaimQuerySet":
        """Those owed whose last day lies before that day."""
        return self.filter(state=States.OWED, due_on__lt=day)


@guards.kept
class Claim(Machine):
    """Money claimed back from a debtor, in minor units of the project's currency.

    `percent` is the share of what was spent that the tier allowed when it was proposed. No interest
    is computed. The debtor has until 24:00 of `hearing_until` to answer, and of `due_on` to pay.
    """

    States = ClaimState

    project = models.ForeignKey("projects.Project", models.PROTECT, related_name="claims")
    number = models.PositiveSmallIntegerField(_("number"))
    finding = models.ForeignKey(
        "projects.Finding", models.PROTECT, related_name="claims", verbose_name=_("finding")
    )
    debtor = models.CharField(_("debtor"), max_length=200)
    debtor_number = models.CharField(_("tax number of the debtor"), max_length=40, blank=True)
    legal_basis = models.TextField(_("legal basis"))
    amount = MinorUnitsField(_("amount"))
    percent = models.PositiveSmallIntegerField(_("of what was spent, percent at most"))
    proposed_by = models.ForeignKey(
        "core.User", models.PROTECT, related_name="+", verbose_name=_("proposed by")
    )
    notice = models.TextField(_("notice to the debtor"), blank=True)
    notice_document = models.ForeignKey(
        "core.Document", models.PROTECT, null=True, related_name="+"
    )
    hearing_until = models.DateField(_("to be answered until"), null=True)
    answer = models.TextField(_("answer of the debtor"), blank=True)
    answer_document = models.ForeignKey(
        "core.Document", models.PROTECT, null=True, related_name="+"
    )
    answered_on = models.DateField(_("answered on"), null=True)
    due_on = models.DateField(_("to be paid until"), null=True)
    state = State(ClaimState, default=ClaimState.PROPOSED)

    objects = ClaimQuerySet.as_manager()
    step_related = ("project__institution", "project__dossier", "project__tier")
    wait_labels = {
        "prepare_clawback": _("Prepare the entry of the claim"),
        "record_recovery": _("Record what was recovered or written off"),
    }

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("claim")
        verbose_name_plural = _("claims")
        indexes = [models.Index(fields=["state", "due_on"])]
        constraints = [
            models.UniqueConstraint(fields=["project", "number"], name="projects_claim_number"),
            models.CheckConstraint(
                condition=Q(amount__gt=0, percent__lte=100), name="projects_claim_sane"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=STANDING) | Q(due_on__isnull=False),
                name="projects_claim_owed_has_day",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.project.ref} · C{self.number}"

    @property
    def dossier(self) -> Any:
        return self.project.dossier

    def title_for_people(self) -> str:
        return f"{self} · {self.debtor}"

    def get_absolute_url(self) -> str:
        return reverse("projects:claim_detail", kwargs={"pk": self.pk})

    @property
    def hearing_ends(self) -> datetime:
        """The moment until which the debtor may answer."""
        return clock.end_of(self.hearing_until, self.project.institution)  # type: ignore[arg-type]

    @property
    def due_at(self) -> datetime | None:
        """The moment at which it becomes overdue, or None while it is not owed."""
        return clock.end_of(self.due_on, self.project.institution) if self.due_on else None

    def settled(self, kind: str) -> int:
        """What was recovered (`recover`) or written off (`write_off`) of it, in minor units."""
        made = self.entries.filter(kind=kind, state="made")
        return int(made.aggregate(sum=Sum("amount"))["sum"] or 0)

    @property
    def outstanding(self) -> int:
        """What is neither recovered nor written off, in minor units."""
        return self.amount - self.settled("recover") - self.settled("write_off")

    def entry_waits(self) -> bool:
        """Whether a prepared entry waits for the second person; one being decided no longer."""
        rows = [row.pk for row in running.get() if row._meta.model_name == "preparedentry"]
        return bool(self.entries.filter(state="prepared").exclude(pk__in=rows).exists())

    def turns(self) -> Iterable[Wait]:
        if self.state == States.PROPOSED:
            step = "open_hearing"
            yield turn(step, "role:secretariat", not_for=self.proposed_by_id)
        elif self.state == States.HEARING:
            yield turn("uphold", "role:secretariat", self.hearing_ends, not_for=self.proposed_by_id)
        elif self.state == States.UPHELD and not self.entry_waits():
            yield turn("prepare_clawback", "role:preparer", capacity="prepares_release")
        elif self.state in STANDING and not self.entry_waits():
            yield turn("record_recovery", "role:preparer", self.due_at,
                       capacity="prepares_release")  # fmt: skip

    @transition(state, source=States.PROPOSED, target=States.HEARING,
                permission=who.hears, conditions=[notice_written, within_what_was_spent],
                custom={"label": _("Send the notice and hear the debtor"),
                        "offered": True})  # fmt: skip
    def open_hearing(self, *, by: User, because: str) -> None:
        """The debtor is told and has ten working days to answer; the day is stored."""
        place = self.project.institution
        self.hearing_until = clock.working_days_after(clock.today(place), HEARING_DAYS, place)

    @transition(state, source=States.PROPOSED, target=States.WITHDRAWN,
                permission=who.withdraws_claim,
                custom={"label": _("Withdraw the claim"), "offered": True,
                        "reason": True})  # fmt: skip
    def withdraw(self, *, by: User, because: str) -> None:
        """The auditor no longer claims it."""

    @transition(state, source=States.HEARING, target=States.UPHELD,
                permission=who.hears, conditions=[heard, within_what_was_spent],
                custom={"label": _("Uphold the claim"), "offered": True, "reason": True,
                        "danger": True})  # fmt: skip
    def uphold(self, *, by: User, because: str) -> None:
        """After the hearing the claim stands: finance makes its entry."""

    @transition(state, source=States.HEARING, target=States.DISMISSED,
                permission=who.hears, conditions=[heard],
                custom={"label": _("Dismiss the claim"), "offered": True,
                        "reason": True})  # fmt: skip
    def dismiss(self, *, by: User, because: str) -> None:
        """After the hearing nothing is owed."""

    @transition(state, source=States.UPHELD, target=States.OWED,
                permission=who.follows_entry, conditions=[within_what_was_spent],
                custom={"label": _("Enter the claim in the books"), "offered": False})  # fmt: skip
    def owe(self, *, by: User, because: str) -> None:
        """The money stands to be recovered, until the day that the entry names."""
        self.due_on = self.entries.filter(kind="clawback").latest("pk").due_on

    @transition(state, source=States.OWED, target=States.OVERDUE,
                permission=by_clock, conditions=[past_due],
                custom={"label": _("Mark the claim as overdue"), "offered": False})  # fmt: skip
    def fall_overdue(self, *, by: User, because: str) -> None:
        """The last day to pay is over and money is outstanding."""

    @transition(state, source=[States.OWED, States.OVERDUE], target=States.APPEALED,
                permission=who.hears,
                custom={"label": _("Suspend for an appeal"), "offered": False})  # fmt: skip
    def suspend(self, *, by: User, because: str) -> None:
        """An appeal was filed: the last day to pay is suspended."""

    @transition(state, source=States.APPEALED, target=States.OWED,
                permission=who.hears,
                custom={"label": _("Go on after the appeal"), "offered": False})  # fmt: skip
    def resume(self, *, by: User, because: str) -> None:
        """The appeal is over: the days that it took are added to the last day to pay."""
        appeal = self.appeals.latest("pk")
        before: Any = self.due_on
        self.due_on = before + timedelta(days=appeal.days)

    @transition(state, source=STANDING, target=States.RECOVERED,
                permission=who.follows_entry,
                custom={"label": _("Everything is recovered"), "offered": False})  # fmt: skip
    def end_recovered(self, *, by: User, because: str) -> None:
        """The last part was paid."""

    @transition(state, source=STANDING, target=States.WRITTEN_OFF,
                permission=who.follows_entry,
                custom={"label": _("The rest is written off"), "offered": False})  # fmt: skip
    def end_written_off(self, *, by: User, because: str) -> None:
        """What was not paid is given up, on the word of an outside authority."""

    @transition(state, source=[States.RECOVERED, States.WRITTEN_OFF], target=States.OWED,
                permission=who.follows_entry,
                custom={"label": _("Reopen the claim"), "offered": False})  # fmt: skip
    def reopen(self, *, by: User, because: str) -> None:
        """An entry that settled it was reversed."""

    @transition(state, source=STANDING, target=States.UPHELD,
                permission=who.follows_entry, conditions=[nothing_settled],
                custom={"label": _("Take the entry of the claim back"),
                        "offered": False})  # fmt: skip
    def take_out(self, *, by: User, because: str) -> None:
        """The entry of the claim was reversed: it stands as upheld again."""
        self.due_on = None


@guards.kept
class ClaimAppeal(models.Model):
    """An appeal against a claim before a court or authority; it suspends the last day to pay."""

    class Outcome(models.TextChoices):
        DISMISSED = "dismissed", _("dismissed: the claim stands")
        UPHELD = "upheld", _("upheld: the claim falls, write the rest off")
        WITHDRAWN = "withdrawn", _("withdrawn by the debtor")

    claim = models.ForeignKey(Claim, models.PROTECT, related_name="appeals")
    body = models.CharField(_("court or authority"), max_length=200)
    reference = models.CharField(_("number of the appeal"), max_length=120)
    filed_on = models.DateField(_("filed on"))
    document = models.ForeignKey(
        "core.Document", models.PROTECT, null=True, related_name="+", verbose_name=_("document")
    )
    recorded_by = models.ForeignKey("core.User", models.PROTECT, related_name="+")
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome.choices, blank=True)
    ended_on = models.DateField(_("ended on"), null=True)
    days = models.PositiveIntegerField(_("days suspended"), default=0)

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("appeal")
        verbose_name_plural = _("appeals")
        constraints = [
            models.UniqueConstraint(
                fields=["claim"], condition=Q(outcome=""), name="projects_appeal_open_once"
            ),
            models.CheckConstraint(
                condition=Q(outcome="", ended_on=None)
                | Q(ended_on__gte=models.F("filed_on")) & ~Q(outcome=""),
                name="projects_appeal_ends_after_it_began",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.claim} · {self.reference}"

    @property
    def dossier(self) -> Any:
        return self.claim.dossier
