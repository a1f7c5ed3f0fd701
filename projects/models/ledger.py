"""The ledger's rows: postings with their lines, kept balances, the sealed end of each ledger.

Nothing here is ever changed or removed; `projects.models.booking` is the only writer, and
`projects.models.ledger_guards` is what the database itself refuses.
"""

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core import guards
from core.models import Event
from core.models.history import AppendOnly
from core.money import MinorUnitsField
from projects.accounts import OUTSIDE, Account, Kind, Line


@guards.append_only
class Posting(AppendOnly):
    """One named act on a project's money; its lines say what left which account and entered which.

    `number` runs without a gap in each project. `event_number` is its event in the history of the
    case. `mac` seals all columns, all lines and the posting before it, with the outside key.
    """

    project = models.ForeignKey("projects.Project", models.PROTECT, related_name="postings")
    number = models.PositiveIntegerField(_("number"))
    kind = models.CharField(_("kind"), max_length=20, choices=Kind.choices)
    key = models.CharField(max_length=120)
    effective_on = models.DateField(_("effective on"))
    recorded_at = models.DateTimeField(_("recorded"))
    by = models.ForeignKey("core.User", models.PROTECT, related_name="+", verbose_name=_("who"))
    because = models.TextField(_("why"), blank=True)
    reverses = models.OneToOneField(
        "self", models.PROTECT, null=True, related_name="reversal", verbose_name=_("reverses")
    )
    tranche = models.ForeignKey(
        "projects.Tranche", models.PROTECT, null=True, related_name="postings",
        verbose_name=_("tranche"),
    )  # fmt: skip
    line_count = models.PositiveSmallIntegerField()
    event_number = models.PositiveIntegerField()
    previous = models.CharField(max_length=64, blank=True)
    mac = models.CharField(max_length=64)

    class Meta:
        ordering = ["project", "number"]
        verbose_name = _("posting")
        verbose_name_plural = _("postings")
        indexes = [models.Index(fields=["kind", "recorded_at"])]
        constraints = [
            models.UniqueConstraint(fields=["project", "number"], name="projects_posting_number"),
            models.UniqueConstraint(fields=["project", "key"], name="projects_posting_key"),
            models.CheckConstraint(
                condition=Q(kind__in=Kind.values), name="projects_posting_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(kind="reversal", reverses__isnull=False)
                | (~Q(kind="reversal") & Q(reverses=None)),
                name="projects_posting_reversal_names_one",
            ),
            models.CheckConstraint(
                condition=Q(line_count__gt=0), name="projects_posting_has_lines"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.project_id}/{self.number} {self.kind}"

    @property
    def dossier(self) -> Any:
        return self.project.dossier

    @property
    def event(self) -> Event:
        """What the history of the case says of this posting."""
        return Event.objects.get(dossier=self.project.dossier, number=self.event_number)

    def ways(self) -> list[Line]:
        """Its lines as (from, to, amount), in their order."""
        return [(line.source, line.target, line.amount) for line in self.lines.all()]

    @property
    def total(self) -> int:
        """What it moves in all, in minor units."""
        return sum(line.amount for line in self.lines.all())


@guards.append_only
class PostingLine(AppendOnly):
    """An amount, in minor units of the project's currency, that leaves one account for another."""

    posting = models.ForeignKey(Posting, models.PROTECT, related_name="lines")
    position = models.PositiveSmallIntegerField()
    source = models.CharField(_("from"), max_length=12, choices=Account.choices)
    target = models.CharField(_("to"), max_length=12, choices=Account.choices)
    amount = MinorUnitsField(_("amount"))

    class Meta:
        ordering = ["posting", "position"]
        verbose_name = _("line of a posting")
        verbose_name_plural = _("lines of postings")
        constraints = [
            models.UniqueConstraint(fields=["posting", "position"], name="projects_line_position"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="projects_line_amount_positive"),
            models.CheckConstraint(
                condition=~Q(source=F("target")), name="projects_line_between_two_accounts"
            ),
            models.CheckConstraint(
                condition=Q(source__in=Account.values, target__in=Account.values),
                name="projects_line_accounts_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source} → {self.target} {self.amount}"


@guards.kept
class Balance(models.Model):
    """What stands on one account of a project; written by the database itself with each line.

    `last_line` is the newest line counted in: a change that no newer line explains is refused.
    """

    project = models.ForeignKey("projects.Project", models.PROTECT, related_name="balances")
    account = models.CharField(_("account"), max_length=12, choices=Account.choices)
    amount = MinorUnitsField(_("amount"), default=0)
    last_line = models.BigIntegerField(default=0)

    class Meta:
        ordering = ["project", "account"]
        verbose_name = _("balance")
        verbose_name_plural = _("balances")
        constraints = [
            models.UniqueConstraint(fields=["project", "account"], name="projects_balance_once"),
            models.CheckConstraint(
                condition=Q(account=OUTSIDE) | Q(amount__gte=0),
                name="projects_balance_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(account__in=Account.values), name="projects_balance_account_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.project_id} {self.account} {self.amount}"


@guards.kept
class Book(models.Model):
    """The end of a project's ledger: how many postings it has and the seal of the newest.

    `seal` is an HMAC over both with the outside key: without it the newest postings could be
    taken out and the end set back.
    """

    project = models.OneToOneField("projects.Project", models.PROTECT, related_name="book")
    count = models.PositiveIntegerField(default=0)
    head = models.CharField(max_length=64, blank=True)
    seal = models.CharField(max_length=64, blank=True)

    class Meta:
        verbose_name = _("ledger of a project")
        verbose_name_plural = _("ledgers of projects")

    def __str__(self) -> str:
        return f"{self.project_id}: {self.count}"


@guards.append_only
class ClosedPeriod(AppendOnly):
    """Until this day, inclusive, all books are closed: only reversals may be dated in it."""

    until = models.DateField(_("until"), unique=True)
    by = models.ForeignKey("core.User", models.PROTECT, related_name="+", verbose_name=_("who"))
    at = models.DateTimeField(_("when"))
    because = models.TextField(_("why"), blank=True)
    case = models.ForeignKey("core.Dossier", models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-until"]
        verbose_name = _("closed period")
        verbose_name_plural = _("closed periods")

    def __str__(self) -> str:
        return str(self.until)

    @property
    def dossier(self) -> Any:
        return self.case


@guards.append_only
class SpendReport(AppendOnly):
    """A report or receipt by which spending or a return was recorded, once each."""

    class Kind(models.TextChoices):
        SPEND = "spend", _("spending")
        RETURN = "return", _("return of money")

    posting = models.OneToOneField(Posting, models.PROTECT, related_name="report")
    project = models.ForeignKey("projects.Project", models.PROTECT, related_name="spend_reports")
    kind = models.CharField(_("what"), max_length=6, choices=Kind.choices)
    reference = models.CharField(_("reference of the report or receipt"), max_length=80)
    period_from = models.DateField(_("from"), null=True)
    period_to = models.DateField(_("to"), null=True)
    document = models.ForeignKey(
        "core.Document", models.PROTECT, null=True, related_name="+", verbose_name=_("document")
    )

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("spending report")
        verbose_name_plural = _("spending reports")
        constraints = [
            models.UniqueConstraint(
                fields=["project", "kind", "reference"], name="projects_spendreport_once"
            )
        ]

    def __str__(self) -> str:
        return self.reference
