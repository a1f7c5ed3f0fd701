"""Conditions of a decision: precedent to its force, due after it, or standing."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_fsm import GET_STATE

from core import clock, guards
from core.machines import Machine, State, transition
from core.steps import create, perform
from core.waits import Wait, turn
from gating import permissions_boards as permissions
from gating.models.condition_rules import (
    BREACH_DAYS,
    STANDING_DAYS,
    ConditionQuerySet,
    answered,
    extended_state,
    may_be_waived,
    may_end,
    past_breach,
    past_due,
    waiver_over,
)
from projects import holds as stops
from projects import obligations


@guards.kept
class Condition(Machine):
    """What a decision demands: shown by its owner, verified by somebody else, then closed.

    The last day of `due` and of `waived_until` counts to 24:00 of the project's institution.
    """

    class Kind(models.TextChoices):
        PRECEDENT = "precedent", _("precedent: before the decision enters force")
        SUBSEQUENT = "subsequent", _("subsequent: by its due date")
        STANDING = "standing", _("standing: as long as the project runs")

    class States(models.TextChoices):
        OPEN = "open", _("open")
        EVIDENCE_SUBMITTED = "evidence_submitted", _("evidence handed in")
        RETURNED = "returned", pgettext_lazy("condition", "returned")
        VERIFIED = "verified", _("verified")
        CLOSED = "closed", pgettext_lazy("condition", "closed")
        OVERDUE = "overdue", _("overdue")
        BREACHED = "breached", _("breached")
        WAIVED = "waived", _("waived")

    wait_labels = {"remind": _("Reminder of the due date"),
                   "remind_waiver": _("Reminder: the waiver ends"),
                   "name_verifier": _("Another verifier named")}  # fmt: skip
    OWED = (States.OPEN, States.RETURNED, States.OVERDUE, States.BREACHED)
    step_related = ("review__project__dossier", "review__project__institution", "review__gate")

    review = models.ForeignKey(
        "gating.GateReview", models.PROTECT, related_name="conditions", verbose_name=_("review")
    )
    motion = models.ForeignKey(
        "gating.Motion", models.PROTECT, related_name="conditions", verbose_name=_("motion")
    )
    number = models.PositiveSmallIntegerField(_("number"))
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    text = models.TextField(_("what is demanded"))
    owner = models.ForeignKey(
        "core.User", models.PROTECT, related_name="conditions_owned", verbose_name=_("owner")
    )
    verifier = models.ForeignKey(
        "core.User", models.PROTECT, related_name="conditions_verified",
        verbose_name=_("who verifies it"),
    )  # fmt: skip
    due = models.DateField(_("due"), null=True, blank=True)
    every_days = models.PositiveSmallIntegerField(_("days between two checks"), null=True)
    non_waivable = models.BooleanField(_("never waived"), default=False)
    response = models.TextField(_("how it is met"), blank=True)
    evidence = models.ManyToManyField(
        "gating.Evidence", blank=True, related_name="conditions", verbose_name=_("evidence")
    )
    document = models.ForeignKey(
        "core.Document", models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("file"),
    )  # fmt: skip
    return_reason = models.TextField(_("why it was returned"), blank=True)
    verified_at = models.DateTimeField(_("verified"), null=True)
    met_at = models.DateTimeField(_("closed or waived"), null=True)
    waived_by = models.ForeignKey(
        "gating.Motion", models.PROTECT, null=True, related_name="+", verbose_name=_("waived by")
    )
    waived_until = models.DateField(_("waived until"), null=True)
    risk_owner = models.ForeignKey(
        "core.User", models.PROTECT, null=True, related_name="+",
        verbose_name=_("who bears the risk"),
    )  # fmt: skip
    state = State(States, default=States.OPEN)

    objects = ConditionQuerySet.as_manager()

    class Meta:
        ordering = ["review", "number"]
        verbose_name = _("condition")
        verbose_name_plural = _("conditions")
        indexes = [models.Index(fields=["state", "due"]), models.Index(fields=["review", "met_at"])]
        constraints = [
            models.UniqueConstraint(fields=["review", "number"], name="gating_condition_number"),
            models.CheckConstraint(
                condition=~Q(owner=models.F("verifier")),
                name="gating_condition_verified_by_another",
            ),
            models.CheckConstraint(
                condition=~Q(kind="subsequent", due=None), name="gating_condition_subsequent_is_due"
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.ref

    @property
    def ref(self) -> str:
        """The reference of the review, and the condition's own number: P-000001/G1/1 · C2."""
        return f"{self.review.ref} · C{self.number}"

    @property
    def project(self) -> Any:
        return self.review.project

    @property
    def dossier(self) -> Any:
        return self.review.project.dossier

    @property
    def where(self) -> Any:
        """The institution in whose time zone its dates end."""
        return self.review.project.institution

    @property
    def due_at(self) -> datetime | None:
        """24:00 of the day by which it is due, or None."""
        return clock.end_of(self.due, self.where) if self.due else None

    @property
    def is_overdue(self) -> bool:
        """Whether its day is over and it is neither closed nor waived, whatever its state says."""
        due = self.due_at
        return self.met_at is None and due is not None and timezone.now() + clock.shift() >= due

    @property
    def waivable(self) -> bool:
        """Whether a motion may still waive it."""
        return self.met_at is None and not self.non_waivable

    def title_for_people(self) -> str:
        return f"{self.ref} · {self.text[:120]}"

    def get_absolute_url(self) -> str:
        return reverse("gating:condition_detail", kwargs={"pk": self.pk})

    def turns(self) -> Iterable[Wait]:
        if self.state in self.OWED:
            return [turn("submit_evidence", self._owner_audience(), self.due_at)]
        if self.state == self.States.EVIDENCE_SUBMITTED:
            step = "confirm_check" if self.kind == self.Kind.STANDING else "verify"
            return [turn(step, f"user:{self.verifier_id}", self.due_at, capacity="verifies")]
        if self.state == self.States.VERIFIED:
            return [turn("close", "role:secretariat", self.due_at)]
        return []

    def _owner_audience(self) -> str:
        roles = {self.project.owner_id: ":owner", self.project.manager_id: ":manager"}
        return f"user:{self.owner_id}{roles.get(self.owner_id, '')}"

    # How it arises and what it holds up

    @classmethod
    def arise(cls, draft: Any, *, by: Any) -> "Condition":
        """Put a drafted condition on a review, with what it holds up on the project."""
        review = draft.motion.review
        last = review.conditions.aggregate(last=models.Max("number"))["last"]
        condition = cls(
            review=review, motion=draft.motion, number=(last or 0) + 1, kind=draft.kind,
            text=draft.text, owner=draft.owner, verifier=draft.verifier, due=draft.due,
            non_waivable=draft.non_waivable,
        )  # fmt: skip
        if condition.kind == cls.Kind.STANDING:
            condition.every_days = draft.every_days or STANDING_DAYS
            first = clock.today(condition.where) + timedelta(days=condition.every_days)
            condition.due = condition.due or first
        details = {"kind": draft.kind, "text": draft.text, "owner": draft.owner_id,
                   "verifier": draft.verifier_id, "due": str(condition.due or "")}  # fmt: skip
        create(condition, by=by, because=draft.motion.ref, details=details)
        condition.oblige()
        return condition

    def oblige(self) -> None:
        """Put on the project what the condition holds up until it is met."""
        holding: dict[str, datetime | None] = {"close": self.due_at}
        if self.due or self.waived_until:
            holding["release"] = self.due_at
        if self.kind == self.Kind.PRECEDENT:
            holding["enter_force"] = self.due_at
        for blocks, due in holding.items():
            self._put("condition", blocks, due)

    def _put(self, kind: str, blocks: str, due: datetime | None) -> None:
        obligations.raise_(self.project, kind=kind, source=self, blocks=blocks, due=due,
                           title=f"{self.ref}: {self.text}", owner=self.owner)  # fmt: skip

    def waive_by(self, motion: Any, *, by: Any) -> None:
        """Waive it as a carried motion says: who bears the risk, and until when."""
        self.waived_by, self.waived_until = motion, motion.waived_until
        self.risk_owner = motion.risk_owner
        self.save(update_fields=["waived_by", "waived_until", "risk_owner"])
        perform(self, "waive", by=by, because=motion.ref)

    def _met(self, by: Any, because: str) -> None:
        """It holds up nothing any more; was it the last before the decision's force?"""
        self.met_at = clock.now()
        self.save(update_fields=["met_at"])
        obligations.discharge(self)
        self._end_requests(by, because)
        stops.cure(self.project, "condition", self.ref, by=by, because=because or self.ref)
        self.review.enter_force_if_ready(by=by, because=because or self.ref)

    def _end_requests(self, by: Any, because: str) -> None:
        """Requests for more time that nobody decided are of no use any more."""
        for asked in self.extensions.filter(state="asked"):
            perform(asked, "lapse", by=by, because=because or self.ref)

    def extend_to(self, day: Any, *, by: Any, because: str) -> None:
        """Move its due date, as a granted request says."""
        self.due = day
        self.save(update_fields=["due"])
        perform(self, "extend", by=by, because=because)

    # Steps

    @transition(state, source=list(OWED), target=States.EVIDENCE_SUBMITTED,
                permission=permissions.owes, conditions=[answered],
                custom={"label": _("Hand in the evidence"), "offered": True})  # fmt: skip
    def submit_evidence(self, *, by: Any, because: str) -> None:
        """The owner shows how it is met; somebody else verifies."""

    @transition(state, source=States.EVIDENCE_SUBMITTED, target=States.OPEN,
                permission=permissions.owes,
                custom={"label": _("Take the evidence back"), "offered": True})  # fmt: skip
    def take_back(self, *, by: Any, because: str) -> None:
        """The owner takes it back before it is verified."""

    @transition(state, source=States.EVIDENCE_SUBMITTED, target=States.VERIFIED,
                permission=permissions.verifies, conditions=[may_end],
                custom={"label": _("Verify: the condition is met"), "offered": True,
                        "capacity": "verifies"})  # fmt: skip
    def verify(self, *, by: Any, because: str) -> None:
        """Somebody who is not its owner has looked, and it is met."""
        self.verified_at = clock.now()

    @transition(state, source=States.EVIDENCE_SUBMITTED, target=States.OPEN,
                permission=permissions.confirms_checks,
                custom={"label": _("Confirm the check: it still holds"), "offered": True,
                        "capacity": "verifies",
                        "note": _("It is owed again by the day of the next check.")})  # fmt: skip
    def confirm_check(self, *, by: Any, because: str) -> None:
        """A standing condition holds at this check; the next one is due in so many days."""
        today = clock.today(self.where)
        self.verified_at, self.response, self.return_reason = clock.now(), "", ""
        self.document = None
        self.due = max(self.due or today, today) + timedelta(days=self.every_days or STANDING_DAYS)
        self.evidence.clear()
        self.oblige()

    @transition(state, source=States.EVIDENCE_SUBMITTED, target=States.RETURNED,
                permission=permissions.verifies,
                custom={"label": _("Return it: not met yet"), "offered": True, "reason": True,
                        "capacity": "verifies"})  # fmt: skip
    def send_back(self, *, by: Any, because: str) -> None:
        """What was shown does not suffice; its due date stays."""
        self.return_reason = because

    @transition(state, source=States.VERIFIED, target=States.CLOSED,
                permission=permissions.closes_conditions,
                custom={"label": _("Close the condition"), "offered": True,
                        "note": _("What it held up is free; after the last precedent condition "
                                  "the decision enters force.")})  # fmt: skip
    def close(self, *, by: Any, because: str) -> None:
        """It is done, and holds up nothing any more."""
        self._met(by, because)

    @transition(state, source=[States.OPEN, States.RETURNED], target=States.OVERDUE,
                permission=permissions.by_clock, conditions=[past_due],
                custom={"label": _("Mark as overdue"), "offered": False})  # fmt: skip
    def fall_overdue(self, *, by: Any, because: str) -> None:
        """Its due date is over: the next release of money waits, since that minute."""

    @transition(state, source=States.OVERDUE, target=States.BREACHED,
                permission=permissions.by_clock, conditions=[past_breach],
                custom={"label": _("Mark as breached"), "offered": False})  # fmt: skip
    def breach(self, *, by: Any, because: str) -> None:
        """Thirty days after its due date it is still owed; no more time is granted."""
        self._end_requests(by, because)

    @transition(state, source=[States.OPEN, States.RETURNED, States.OVERDUE,
                               States.EVIDENCE_SUBMITTED, States.VERIFIED],
                target=GET_STATE(extended_state, states=[
                    States.OPEN, States.RETURNED, States.EVIDENCE_SUBMITTED, States.VERIFIED]),
                permission=permissions.as_consequence,
                custom={"label": _("Extend"), "offered": False})  # fmt: skip
    def extend(self, *, by: Any, because: str) -> None:
        """More time was granted: what it holds up, it holds up from the new day on."""
        self.oblige()

    @transition(state, source=[*OWED, States.EVIDENCE_SUBMITTED, States.VERIFIED],
                target=States.WAIVED, permission=permissions.as_consequence,
                conditions=[may_be_waived],
                custom={"label": _("Waive"), "offered": False})  # fmt: skip
    def waive(self, *, by: Any, because: str) -> None:
        """A board of equal or higher authority does without it, for a time.

        From the minute in which the waiver ends no money is released, marked or not.
        """
        self._met(by, because)
        self._put("waiver", "release", clock.end_of(self._owed_again(), self.where))

    def _owed_again(self) -> date:
        """The later of its own day and the last one for which it is waived."""
        return max(day for day in (self.due, self.waived_until) if day)

    @transition(state, source=States.WAIVED, target=States.OPEN, permission=permissions.by_clock,
                conditions=[waiver_over],
                custom={"label": _("End the waiver"), "offered": False})  # fmt: skip
    def revive(self, *, by: Any, because: str) -> None:
        """The waiver's last day is over: it is owed again, and holds up what it held up.

        Its days are counted from the end of the waiver, if it was due before.
        """
        self.met_at = None
        self.due = self._owed_again()
        self.oblige()


__all__ = ["BREACH_DAYS", "STANDING_DAYS", "Condition"]
