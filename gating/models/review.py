"""A review of a project at a gate: from its plan to the opened gate, and every way aside."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core import clock, guards, history, turns
from core.machines import transition
from core.people import holds
from core.permissions import as_consequence, by_clock
from core.steps import blockers, perform, step
from core.waits import turn
from gating import bundles, checklists, effects, permissions
from gating.models.board import competent_board
from gating.models.meeting import papers_in_time
from gating.models.review_facts import ReviewFacts
from projects.models import Project

UNDECIDED = ("planned", "collecting", "prepared", "submitted", "in_assessment", "report_drafted",
             "factual_check", "before_board", "returned", "deferred")  # fmt: skip
"""States of an attempt that nobody has decided; at most one a gate and project."""
FACTUAL_DAYS = 10
"""Working days that the manager has to check the facts of the report."""


class GateReviewQuerySet(models.QuerySet):
    """Reviews, and who sees them."""

    def visible_to(self, user: Any) -> "GateReviewQuerySet":
        """Whoever sees the project. Evidence, ratings and questions have their own rules."""
        if holds(user, "secretariat", "auditor"):
            return self
        return self.filter(project__in=Project.objects.visible_to(user).order_by().values("pk"))

    def undecided(self) -> "GateReviewQuerySet":
        return self.filter(state__in=UNDECIDED)


@guards.kept
class GateReview(ReviewFacts):
    """One attempt of one project at one gate, and its steps."""

    States, Outcome, Facts = ReviewFacts.States, ReviewFacts.Outcome, ReviewFacts.Facts

    objects = GateReviewQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("gate review")
        verbose_name_plural = _("gate reviews")
        constraints = [
            models.UniqueConstraint(
                fields=["project", "gate", "attempt"], name="gating_gatereview_attempt"
            ),
            models.UniqueConstraint(
                fields=["project", "gate"], condition=Q(state__in=UNDECIDED),
                name="gating_gatereview_one_undecided",
            ),
            models.UniqueConstraint(
                fields=["record_code"], condition=~Q(record_code=""),
                name="gating_gatereview_record_code",
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["state", "factual_due"]),
            models.Index(fields=["state", "valid_until"]),
        ]

    def turns(self) -> list[Any]:
        return effects.turns_of(self, turn)

    def leaving(self, assessment: Any) -> None:
        """An assessment is about to leave those that are awaited: is it the last one?"""
        waiting = self.assessments.filter(state__in=["invited", "declared"])
        self.sheet_leaving = assessment.pk
        if self.state == self.States.IN_ASSESSMENT:
            self.sheets_in_at = None
            if not waiting.exclude(pk=assessment.pk).exists():
                self.sheets_in_at = clock.now()
            self.save(update_fields=["sheets_in_at"])
        turns.refresh(self)

    def enter_force_if_ready(self, *, by: Any, because: str = "") -> None:
        """Bring an approval into force unless a condition still stands before it.

        Called inside the step that decided, closed or waived (a consequence of it).
        """
        fresh = type(self).objects.select_related(*self.step_related).get(pk=self.pk)
        found = step(fresh, "enter_force")
        if found is not None and not blockers(fresh, found):
            perform(fresh, "enter_force", by=by, because=because)

    # Collecting and submitting

    @transition("state", source=States.PLANNED, target=States.COLLECTING,
                permission=permissions.manages,
                custom={"label": _("Begin to collect evidence"), "offered": True})  # fmt: skip
    def begin(self, *, by: Any, because: str) -> None:
        """The manager starts to show what there is for each criterion."""

    @transition("state", source=[States.RETURNED, States.DEFERRED], target=States.COLLECTING,
                permission=permissions.manages,
                custom={"label": _("Go on collecting evidence"), "offered": True})  # fmt: skip
    def resume(self, *, by: Any, because: str) -> None:
        """The manager takes up what came back; sealed sheets give way to new ones."""
        effects.new_round(self, by=by, because=because)

    @transition("state", source=States.COLLECTING, target=States.PREPARED,
                permission=permissions.manages, conditions=checklists.SUBMISSION,
                custom={"label": _("Prepare for certification"), "offered": True,
                        "capacity": "submits",
                        "note": _("The certifying owner is asked to certify it. You may take it "
                                  "back until then.")})  # fmt: skip
    def prepare(self, *, by: Any, because: str) -> None:
        """The manager says that it is complete, and asks the owner to certify it."""
        self.prepared_by, self.prepared_at = by, clock.now()

    @transition("state", source=States.PREPARED, target=States.COLLECTING,
                permission=permissions.prepared_it,
                custom={"label": _("Take it back"), "offered": True})  # fmt: skip
    def take_back(self, *, by: Any, because: str) -> None:
        """Whoever prepared it takes it back; nobody else has acted on it."""

    @transition("state", source=States.PREPARED, target=States.COLLECTING,
                permission=permissions.owns,
                custom={"label": _("Give it back to the manager"), "offered": True,
                        "reason": True})  # fmt: skip
    def give_back(self, *, by: Any, because: str) -> None:
        """The owner does not certify it as it is."""
        self.return_reason = because

    @transition("state", source=States.PREPARED, target=States.SUBMITTED,
                permission=permissions.owns, conditions=checklists.SUBMISSION,
                custom={"label": _("Certify and submit"), "offered": True,
                        "capacity": "certifies", "danger": True,
                        "note": _("You certify that what is shown is true. The submission is "
                                  "frozen with its hash.")})  # fmt: skip
    def certify(self, *, by: Any, because: str) -> None:
        """The owner certifies; what was submitted is frozen and the service clock starts."""
        self.certified_by, self.submitted_at = by, clock.now()
        self.served_since = self.submitted_at
        self.bundle = bundles.text_of(self)
        self.bundle_hash = bundles.hash_of(self.bundle)

    @transition("state", source=States.SUBMITTED, target=States.RETURNED,
                permission=permissions.is_secretariat,
                custom={"label": _("Return to the project"), "offered": True, "reason": True,
                        "note": _("The service clock stops. Reasons for single criteria are "
                                  "written before, on the page of the review.")})  # fmt: skip
    def return_to_project(self, *, by: Any, because: str) -> None:
        """The submission is not ready to be assessed; the service clock stops."""
        self.return_reason = because
        effects.stop_clock(self)

    # Assessment

    @transition("state", source=States.SUBMITTED, target=States.IN_ASSESSMENT,
                permission=permissions.is_secretariat,
                conditions=[checklists.disciplines_filled, checklists.all_declared],
                custom={"label": _("Start the assessment"), "offered": True})  # fmt: skip
    def start_assessment(self, *, by: Any, because: str) -> None:
        """Every assessor rates by themselves; the sheets stay sealed until all are in."""

    @transition("state", source=States.IN_ASSESSMENT, target=States.REPORT_DRAFTED,
                permission=permissions.leads,
                conditions=[checklists.disciplines_filled, checklists.sheets_sealed,
                            checklists.all_rated,
                            checklists.overall_given, checklists.report_written],
                custom={"label": _("Finish the report"), "offered": True,
                        "capacity": "assesses"})  # fmt: skip
    def draft_report(self, *, by: Any, because: str) -> None:
        """The lead's ratings, the rating of the whole and the report stand; dissent is kept."""
        self.reported_by, self.reported_at = by, clock.now()
        self.computed = checklists.computed(self)[0]
        self.dissent = effects.dissent_of(self)
        history.record("gating.gatereview.report", self, by=by, details=effects.report_of(self))

    @transition("state", source=States.REPORT_DRAFTED, target=States.FACTUAL_CHECK,
                permission=permissions.leads_or_secretariat,
                conditions=[checklists.facts_are_checked],
                custom={"label": _("Send to the manager for the factual check"),
                        "offered": True})  # fmt: skip
    def begin_factual_check(self, *, by: Any, because: str) -> None:
        """The manager has ten working days to accept or challenge the facts of the report."""
        where = self.project.institution
        self.factual_due = clock.working_days_after(clock.today(where), FACTUAL_DAYS, where)
        self.facts, self.facts_at = "", None

    @transition("state", source=States.FACTUAL_CHECK, target=States.FACTUAL_CHECK,
                permission=permissions.manages, conditions=[checklists.facts_open],
                custom={"label": _("Accept the facts of the report"), "offered": True,
                        "note": _("The factual check ends at once.")})  # fmt: skip
    def accept_facts(self, *, by: Any, because: str) -> None:
        """The manager has nothing against the facts: the check ends at once."""
        self.facts, self.facts_at = self.Facts.ACCEPTED, clock.now()

    @transition("state", source=States.FACTUAL_CHECK, target=States.FACTUAL_CHECK,
                permission=permissions.manages,
                conditions=[checklists.facts_open, checklists.challenge_written],
                custom={"label": _("Challenge the facts of the report"), "offered": True,
                        "note": _("Your text and the report are both kept; the lead assessor "
                                  "answers.")})  # fmt: skip
    def challenge_facts(self, *, by: Any, because: str) -> None:
        """The manager's text goes to the lead assessor; both texts are kept."""
        self.facts = self.Facts.CHALLENGED
        history.record("gating.gatereview.challenge", self, by=by, details={"text": self.challenge})

    @transition("state", source=States.FACTUAL_CHECK, target=States.FACTUAL_CHECK,
                permission=permissions.leads,
                conditions=[checklists.challenged, checklists.answer_written],
                custom={"label": _("Send the answer to the challenge"), "offered": True}
    )  # fmt: skip
    def answer_challenge(self, *, by: Any, because: str) -> None:
        """The lead assessor answers: the check ends, and the board reads both texts."""
        self.facts, self.facts_at = self.Facts.ANSWERED, clock.now()
        answer = {"text": self.challenge_answer}
        history.record("gating.gatereview.answer", self, by=by, details=answer)

    @transition("state", source=States.FACTUAL_CHECK, target=States.FACTUAL_CHECK,
                permission=by_clock,
                conditions=[checklists.facts_unanswered, checklists.facts_time_over],
                custom={"label": _("Deem the facts accepted"), "offered": False})  # fmt: skip
    def deem_facts_accepted(self, *, by: Any, because: str) -> None:
        """Ten working days are over without a word: the facts count as accepted."""
        self.facts, self.facts_at = self.Facts.DEEMED, clock.now()

    # Decision

    @transition("state", source=[States.REPORT_DRAFTED, States.FACTUAL_CHECK],
                target=States.BEFORE_BOARD, permission=permissions.is_secretariat,
                conditions=[checklists.facts_settled, papers_in_time],
                custom={"label": _("Table before the board"), "offered": True})  # fmt: skip
    def table(self, *, by: Any, because: str) -> None:
        """The board has it before it; its members read the papers."""
        self.board = competent_board(self.project, self.last_gate)[0]
        self.tabled_at = clock.now()

    @transition("state", source=States.BEFORE_BOARD, target=States.DECIDED,
                permission=as_consequence,
                custom={"label": _("Approve"), "offered": False})  # fmt: skip
    def approve(self, *, by: Any, because: str) -> None:
        """The board approves: the gate may be opened until the decision's last day."""
        effects.settle(self, self.Outcome.APPROVE)

    @transition("state", source=States.BEFORE_BOARD, target=States.DECIDED,
                permission=as_consequence,
                custom={"label": _("Approve with conditions"), "offered": False})  # fmt: skip
    def approve_with_conditions(self, *, by: Any, because: str) -> None:
        """The board approves; precedent conditions keep the decision from entering force."""
        effects.settle(self, self.Outcome.APPROVE_WITH_CONDITIONS)

    @transition("state", source=States.BEFORE_BOARD, target=States.DEFERRED,
                permission=as_consequence,
                custom={"label": _("Defer"), "offered": False})  # fmt: skip
    def defer(self, *, by: Any, because: str) -> None:
        """The board wants more; the project collects again."""
        effects.settle(self, self.Outcome.DEFER)

    @transition("state", source=States.BEFORE_BOARD, target=States.REFUSED,
                permission=as_consequence,
                custom={"label": _("Refuse"), "offered": False})  # fmt: skip
    def refuse(self, *, by: Any, because: str) -> None:
        """The board refuses; a new attempt may be made."""
        effects.settle(self, self.Outcome.REFUSE)
        effects.decide_change(self, "reject", by=by, because=because)

    @transition("state", source=States.BEFORE_BOARD, target=States.REFUSED,
                permission=as_consequence,
                custom={"label": _("Stop the project"), "offered": False})  # fmt: skip
    def stop(self, *, by: Any, because: str) -> None:
        """The board stops the project."""
        effects.settle(self, self.Outcome.STOP)
        effects.decide_change(self, "reject", by=by, because=because)
        perform(self.project, "stop", by=by, because=because)

    @transition("state", source=States.DECIDED, target=States.IN_FORCE,
                permission=as_consequence,
                conditions=[checklists.precedents_closed, checklists.still_valid],
                custom={"label": _("Enter into force"), "offered": False})  # fmt: skip
    def enter_force(self, *, by: Any, because: str) -> None:
        """No precedent condition is open: the decision counts, and the holds it cures end."""
        self.in_force_at = clock.now()
        effects.cure_holds(self, by=by, because=because)

    @transition("state", source=States.IN_FORCE, target=States.EXERCISED,
                permission=permissions.owns,
                conditions=[checklists.still_valid, checklists.no_foreign_hold,
                            checklists.stage_fits],
                custom={"label": _("Accept the terms and open the gate"), "offered": True,
                        "danger": True,
                        "note": _("You accept the decision with its conditions. The project "
                                  "enters its next stage and the tranche is committed.")}
    )  # fmt: skip
    def exercise(self, *, by: Any, because: str) -> None:
        """Open the gate: the tranche is committed and the project enters its next stage."""
        self.exercised_at, self.exercised_by = clock.now(), by
        effects.open_gate(self, by=by, because=because)
        earlier = type(self).objects.filter(
            project=self.project, gate=self.gate, state=self.States.EXERCISED
        )
        for review in earlier:
            perform(review, "supersede", by=by, because=because)

    # Ways aside

    @transition("state", source=States.EXERCISED, target=States.SUPERSEDED,
                permission=as_consequence,
                custom={"label": _("Replace by a later review"), "offered": False})  # fmt: skip
    def supersede(self, *, by: Any, because: str) -> None:
        """A later review of the same gate was exercised."""

    @transition("state", source=[States.DECIDED, States.IN_FORCE], target=States.EXPIRED,
                permission=by_clock, conditions=[checklists.validity_over],
                custom={"label": _("Let it expire"), "offered": False})  # fmt: skip
    def expire(self, *, by: Any, because: str) -> None:
        """The gate was not opened by the decision's last day."""
        effects.look_again(self)

    @transition("state", source=[States.PLANNED, States.COLLECTING, States.PREPARED,
                               States.SUBMITTED, States.IN_ASSESSMENT, States.REPORT_DRAFTED,
                               States.FACTUAL_CHECK, States.RETURNED, States.DEFERRED],
                target=States.WITHDRAWN, permission=permissions.manages_or_owns,
                custom={"label": _("Withdraw the review"), "offered": True, "reason": True,
                        "danger": True,
                        "note": _("This attempt ends. A new one may be planned later.")}
    )  # fmt: skip
    def withdraw(self, *, by: Any, because: str) -> None:
        """The project does not go on with this attempt."""
        effects.stop_clock(self)
        effects.look_again(self)

    @transition("state", source=[States.DECIDED, States.IN_FORCE, States.EXERCISED],
                target=States.RESCINDED, permission=as_consequence,
                custom={"label": _("Rescind the decision"), "offered": False})  # fmt: skip
    def rescind(self, *, by: Any, because: str) -> None:
        """A later motion takes the decision back: the project is held until it passes the gate."""
        effects.hold_for_gate(self, by=by, because=because)
