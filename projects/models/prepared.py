"""Entries that two people of finance make: prepared by one, confirmed by another, then posted."""

from collections.abc import Iterable
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from core import clock, guards, turns
from core.machines import Machine, State, transition
from core.models import User
from core.money import MinorUnitsField, show
from core.refusals import requires
from core.steps import perform
from core.waits import Wait, turn
from projects import permissions_money as who
from projects.accounts import APPROVED, RECOVERED, Account
from projects.models import continuity
from projects.models.booking import balances, post


class EntryKind(models.TextChoices):
    """What is posted when the second person agrees."""

    CLAWBACK = "clawback", _("claim in the books")
    RECOVER = "recover", _("recovery")
    WRITE_OFF = "write_off", _("write-off")
    SURRENDER = "surrender", _("surrender to the treasury")
    CONTINUITY = "continuity", _("continuity allowance")


class EntryState(models.TextChoices):
    """Where a prepared entry stands."""

    PREPARED = "prepared", _("prepared")
    MADE = "made", _("made")
    DECLINED = "declined", _("declined")
    WITHDRAWN = "withdrawn", pgettext_lazy("proposal", "withdrawn")
    UNDONE = "undone", _("undone")


States = EntryState


def settles(entry: Any) -> bool:
    """Whether it settles part of a claim: by a recovery or a write-off."""
    return entry.kind in (EntryKind.RECOVER, EntryKind.WRITE_OFF)


@requires(_("More than is outstanding of the claim."))
def within_claim(entry: Any) -> list[str]:
    """A part of a claim is at most what is outstanding; a claim is entered whole."""
    if not settles(entry):
        return []
    left = entry.claim.outstanding
    if entry.claim.state not in ("owed", "overdue", "appealed"):
        return [gettext("The claim is not owed, or it is settled already.")]
    if entry.amount <= left:
        return []
    currency = entry.project.currency
    return [gettext("Of the claim %(left)s is outstanding; it cannot be settled with %(amount)s.")
            % {"left": show(left, currency), "amount": show(entry.amount, currency)}]  # fmt: skip


@requires(_("The last day to pay is not in the future."))
def due_day_ahead(entry: Any) -> bool:
    if entry.kind != EntryKind.CLAWBACK:
        return True
    today = clock.today(entry.project.institution)
    return entry.due_on is not None and bool(entry.due_on >= today)


@requires(_("That much does not stand on the account."))
def stands_there(entry: Any) -> list[str]:
    """What is surrendered stands on the account, and no planned tranche waits for it."""
    if entry.kind != EntryKind.SURRENDER:
        return []
    there = balances(entry.project)[entry.account]
    if entry.amount <= there:
        return []
    shown = {"account": Account(entry.account).label, "there": show(there, entry.project.currency)}
    return [gettext("“%(account)s” holds %(there)s; no more can be surrendered.") % shown]


@requires(_("A continuity allowance cannot be released now."))
def may_continue(entry: Any) -> list[str]:
    if entry.kind != EntryKind.CONTINUITY:
        return []
    return continuity.refusals(entry.tranche, entry.amount)


CONDITIONS = [within_claim, due_day_ahead, stands_there, may_continue]


class PreparedEntryQuerySet(models.QuerySet):
    """Prepared entries, and who sees them: who sees the project."""

    def visible_to(self, user: Any) -> "PreparedEntryQuerySet":
        projects: Any = apps.get_model("projects", "Project")
        return self.select_related("project__institution", "project__dossier", "claim").filter(
            project__in=projects.objects.visible_to(user).order_by()
        )


@guards.kept
class PreparedEntry(Machine):
    """An amount, in minor units of the project's currency, to be posted when a second one agrees.

    A recovery or write-off settles part of `claim`; a surrender leaves `account`; a continuity
    allowance is drawn ahead of `tranche` and counted against it. `authority` is the outside
    authority on whose word money is written off.
    """

    Kind, States = EntryKind, EntryState

    project = models.ForeignKey("projects.Project", models.PROTECT, related_name="prepared")
    kind = models.CharField(_("what"), max_length=12, choices=EntryKind.choices)
    claim = models.ForeignKey(
        "projects.Claim", models.PROTECT, null=True, related_name="entries", verbose_name=_("claim")
    )
    tranche = models.ForeignKey(
        "projects.Tranche", models.PROTECT, null=True, related_name="prepared",
        verbose_name=_("tranche"),
    )  # fmt: skip
    account = models.CharField(
        _("from account"), max_length=12, choices=Account.choices, blank=True
    )
    amount = MinorUnitsField(_("amount"))
    reference = models.CharField(_("reference of its document"), max_length=120)
    authority = models.CharField(_("outside authority"), max_length=200, blank=True)
    document = models.ForeignKey(
        "core.Document", models.PROTECT, null=True, related_name="+", verbose_name=_("document")
    )
    due_on = models.DateField(_("to be paid until"), null=True)
    note = models.TextField(_("note"), blank=True)
    prepared_by = models.ForeignKey(
        "core.User", models.PROTECT, related_name="+", verbose_name=_("prepared by")
    )
    posting = models.OneToOneField(
        "projects.Posting", models.PROTECT, null=True, related_name="prepared_entry"
    )
    state = State(EntryState, default=EntryState.PREPARED)

    objects = PreparedEntryQuerySet.as_manager()
    step_related = ("project__institution", "project__dossier")

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("prepared entry")
        verbose_name_plural = _("prepared entries")
        constraints = [
            models.CheckConstraint(
                condition=Q(amount__gt=0), name="projects_preparedentry_amount_positive"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["clawback", "recover", "write_off"], claim__isnull=False)
                | Q(kind="surrender", account__in=[APPROVED, RECOVERED], claim=None)
                | Q(kind="continuity", tranche__isnull=False, claim=None),
                name="projects_preparedentry_names_its_thing",
            ),
            models.CheckConstraint(
                condition=~Q(kind="write_off") | ~Q(authority=""),
                name="projects_preparedentry_writes_off_on_word",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["made", "undone"], posting__isnull=False)
                | Q(state__in=["prepared", "declined", "withdrawn"], posting=None),
                name="projects_preparedentry_made_is_posted",
            ),
            models.UniqueConstraint(
                fields=["claim", "kind"], condition=Q(state="prepared"),
                name="projects_preparedentry_one_waits",
            ),
            models.UniqueConstraint(
                fields=["tranche"], condition=Q(state__in=["prepared", "made"], kind="continuity"),
                name="projects_preparedentry_one_allowance",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.project.ref} · {self.get_kind_display()}"

    @property
    def dossier(self) -> Any:
        return self.project.dossier

    def title_for_people(self) -> str:
        return f"{self} · {show(self.amount, self.project.currency)}"

    def get_absolute_url(self) -> str:
        return reverse("projects:preparedentry_detail", kwargs={"pk": self.pk})

    def turns(self) -> Iterable[Wait]:
        if self.state == States.PREPARED:
            yield turn("confirm", "role:authoriser", not_for=self.prepared_by_id)

    @transition(state, source=States.PREPARED, target=States.MADE,
                permission=who.confirms_entry, conditions=CONDITIONS,
                custom={"label": _("Confirm and post the entry"), "offered": True, "danger": True,
                        "capacity": "releases"})  # fmt: skip
    def confirm(self, *, by: User, because: str) -> None:
        """The second person agrees: it is posted, and its claim goes on."""
        why = because or self.reference
        if self.kind == EntryKind.CONTINUITY:
            acted: dict[str, Any] = {"by": by, "because": why}
            self.posting = continuity.release(self.tranche, self.amount, self.pk, **acted)
            return
        if self.claim:
            self._go_on_with(self.claim, by, why)
        ways: Any = self.amount
        if self.kind == EntryKind.SURRENDER:
            ways = [(self.account, "outside", self.amount)]
        self.posting = post(self.project, self.kind, ways, by=by, because=why,
                            key=f"prepared:{self.pk}")  # fmt: skip

    def _go_on_with(self, claim: Any, by: User, why: str) -> None:
        if self.kind == EntryKind.CLAWBACK:
            perform(claim, "owe", by=by, because=why)
        elif claim.outstanding > self.amount:
            turns.refresh(claim)
        else:
            end = "end_recovered" if self.kind == EntryKind.RECOVER else "end_written_off"
            perform(claim, end, by=by, because=why)

    @transition(state, source=States.PREPARED, target=States.DECLINED,
                permission=who.confirms_entry,
                custom={"label": _("Decline the entry"), "offered": True,
                        "reason": True})  # fmt: skip
    def decline(self, *, by: User, because: str) -> None:
        """The second person does not agree, and says why."""
        self._wake_claim()

    @transition(state, source=States.PREPARED, target=States.WITHDRAWN,
                permission=who.prepared_entry,
                custom={"label": _("Take the prepared entry back"), "offered": True})  # fmt: skip
    def withdraw(self, *, by: User, because: str) -> None:
        """Nobody has confirmed it yet: who prepared it takes it back."""
        self._wake_claim()

    @transition(state, source=States.MADE, target=States.UNDONE,
                permission=who.follows_undoing,
                custom={"label": _("Undo the entry"), "offered": False})  # fmt: skip
    def undo(self, *, by: User, because: str) -> None:
        """Its posting was reversed by a second person; its claim steps back with it."""
        claim = self.claim
        if claim is None:
            return
        if self.kind == EntryKind.CLAWBACK:
            perform(claim, "take_out", by=by, because=because)
        elif claim.state in ("recovered", "written_off"):
            perform(claim, "reopen", by=by, because=because)

    def _wake_claim(self) -> None:
        """Its claim waits for finance again."""
        if self.claim:
            turns.refresh(self.claim)
