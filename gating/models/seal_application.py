"""An application for the Seal: from its draft to the published result, and every way aside."""

from collections.abc import Iterable
from typing import Any

from django.db import models
from django.db.models import Prefetch, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_fsm import GET_STATE

from core import clock, guards, history, turns
from core.machines import Machine, State, transition
from core.people import holds
from core.steps import perform
from core.waits import turn
from gating import levels, matters, seal_conditions, seeing
from gating import permissions_seal as permissions
from gating.models.board import BoardSeat
from gating.models.seal import Seal
from gating.models.seal_items import SealProof
from gating.models.seal_service import SealScheme, Service
from gating.models.standard import Standard
from projects.models import Project

OPEN = ("draft", "submitted", "returned", "admissible", "evaluating", "feedback", "evaluated",
        "before_subcommission", "granted", "not_granted")  # fmt: skip
"""States of an application that is under way; one at a time a service and standard."""


class SealApplicationQuerySet(models.QuerySet):
    """Applications, and who sees them."""

    def visible_to(self, user: Any) -> "SealApplicationQuerySet":
        """Oversight, the applicant, the invited evaluators; once tabled, who sits in a board."""
        if holds(user, "secretariat", "auditor"):
            return self
        projects = Project._base_manager.filter(seeing.of_the_project(user, "")).order_by()
        found = Q(service__lead=user) | Q(service__project__in=projects.values("pk"))
        found |= seeing.seals_evaluated_by(user)
        if BoardSeat.objects.of(user).exists():
            found |= Q(tabled_at__isnull=False)
        return self.filter(pk__in=self.model._base_manager.filter(found).values("pk"))


@guards.kept
class SealApplication(Machine):
    """One application of a service by one version of a standard, perhaps to renew a seal."""

    class States(models.TextChoices):
        DRAFT = "draft", _("draft")
        SUBMITTED = "submitted", _("submitted")
        RETURNED = "returned", _("returned")
        INADMISSIBLE = "inadmissible", _("not admissible")
        ADMISSIBLE = "admissible", _("admissible")
        EVALUATING = "evaluating", _("being evaluated")
        FEEDBACK = "feedback", _("feedback to the applicant")
        EVALUATED = "evaluated", _("evaluated")
        BEFORE_SUBCOMMISSION = "before_subcommission", _("before the sub-commission")
        GRANTED = "granted", pgettext_lazy("seal", "granted")
        NOT_GRANTED = "not_granted", pgettext_lazy("seal", "not granted")
        PUBLISHED = "published", pgettext_lazy("seal", "result published")
        WITHDRAWN = "withdrawn", pgettext_lazy("seal", "withdrawn")

    step_related = ("service__dossier", "service__institution", "service__project", "service__lead",
                    "standard", "predecessor__application")  # fmt: skip
    wait_labels = {
        "invite": _("Invite an evaluator"), "draft_motion": _("Draft the motion"),
        "write_answer": _("Answer written"), "change": _("Application changed"),
        "results": _("Results of the evaluation"), "show": _("Evidence shown"),
        "hide": _("Evidence taken out"),
    }  # fmt: skip

    service = models.ForeignKey(
        Service, models.PROTECT, related_name="applications", verbose_name=_("service")
    )
    standard = models.ForeignKey(
        Standard, models.PROTECT, related_name="+", verbose_name=_("standard")
    )
    predecessor = models.ForeignKey(
        Seal, models.PROTECT, null=True, blank=True, related_name="renewals",
        verbose_name=_("seal to be renewed"),
    )  # fmt: skip
    number = models.PositiveSmallIntegerField(_("number"))
    level_claimed = models.PositiveSmallIntegerField(_("level claimed"), default=1)
    innovation = models.TextField(_("innovation since the seal was awarded"), blank=True)
    created_by = models.ForeignKey("core.User", models.PROTECT, related_name="+")
    created_at = models.DateTimeField(_("begun"))
    submitted_at = models.DateTimeField(_("submitted"), null=True)
    bundle_hash = models.CharField(_("SHA-256 of what was submitted"), max_length=64, blank=True)
    return_reason = models.TextField(_("why it was returned"), blank=True)
    started_at = models.DateTimeField(_("evaluation started"), null=True)
    answer_due = models.DateField(_("answer due"), null=True)
    answer = models.TextField(_("answer to the feedback"), blank=True)
    answered_at = models.DateTimeField(_("answered"), null=True)
    evaluated_at = models.DateTimeField(_("evaluated"), null=True)
    level = models.PositiveSmallIntegerField(_("level reached"), default=0)
    tabled_at = models.DateTimeField(_("before the sub-commission"), null=True)
    over_at = models.DateTimeField(_("ended"), null=True)
    state = State(States, default=States.DRAFT)

    objects = SealApplicationQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("application for the Seal")
        verbose_name_plural = _("applications for the Seal")
        constraints = [
            models.UniqueConstraint(fields=["service", "number"], name="gating_seal_number"),
            models.UniqueConstraint(
                fields=["service", "standard"], condition=Q(state__in=OPEN),
                name="gating_seal_one_application",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.ref

    @property
    def ref(self) -> str:
        """The service's reference and its own number: S-000001/2."""
        return f"{self.service.ref}/{self.number}"

    @property
    def dossier(self) -> Any:
        return self.service.dossier

    @property
    def project(self) -> Any:
        """The project of its service, or None."""
        return self.service.project

    @property
    def scheme(self) -> SealScheme:
        """How its standard is run as a seal."""
        return SealScheme.objects.select_related("board").get(standard_code=self.standard.code)

    @property
    def answer_due_at(self) -> Any:
        """24:00 of the day by which the feedback is answered, or None."""
        day = self.answer_due
        return clock.end_of(day, self.service.institution) if day else None

    @property
    def is_editable(self) -> bool:
        """Whether the applicant may change what is applied with."""
        return self.state in ("draft", "returned")

    @property
    def takes_proofs(self) -> bool:
        """Whether the applicant may show evidence: while drafting, and once with the answer."""
        return self.is_editable or (self.state == "feedback" and self.answered_at is None)

    def title_for_people(self) -> str:
        return f"{self.ref} · {self.service.name}"

    def get_absolute_url(self) -> str:
        return reverse("gating:sealapplication_detail", kwargs={"pk": self.pk})

    def days_after(self, count: int) -> Any:
        """The working day so many days from today, where the institution is."""
        where = self.service.institution
        return clock.working_days_after(clock.today(where), count, where)

    # What it is about

    def items_with_proofs(self) -> list[Any]:
        """Its requirements with what is shown for each."""
        proofs = Prefetch("proofs", SealProof.objects.select_related(*SealProof.RELATED))
        return list(self.items.select_related("criterion__standard").prefetch_related(proofs))

    def claimed_items(self) -> list[Any]:
        """The requirements up to the level applied for: what is shown, and rated."""
        return [row for row in self.items_with_proofs() if row.claimed_at(self.level_claimed)]

    def met_keys(self) -> set[str]:
        """The requirements that its evaluation found met, by their code."""
        rows = self.items.filter(result=levels.MET).select_related("criterion")
        return {row.key for row in rows}

    def panel(self) -> Any:
        """The evaluations of those who take part."""
        return self.evaluations.filter(left_at=None)

    def sheets(self, number: int) -> list[dict[int, str]]:
        """The sealed results of each evaluator in a round: 1 at first, 2 after the answer."""
        closed = {"sealed_at" if number == 1 else "final_at": None}
        rows = self.panel().exclude(**closed).prefetch_related("ratings")
        return [
            {r.item_id: r.result for r in row.ratings.all() if r.round == number} for row in rows
        ]

    def lacks_evaluators(self) -> bool:
        """Whether one more evaluator is needed: fewer than two, or two who disagree."""
        there = self.panel().count()
        sheets = self.sheets(1 if self.state == self.States.EVALUATING else 2)
        pair = there == len(sheets) == seal_conditions.EVALUATORS
        return there < seal_conditions.EVALUATORS or (pair and bool(levels.disputed(sheets)))

    def follow(self, *, by: Any, because: str = "") -> None:
        """Go on when the last sheet is in; else bring in line whose turn it is."""
        rounds = {
            self.States.EVALUATING: (1, "open_feedback"),
            self.States.FEEDBACK: (2, "conclude"),
        }
        number, step = rounds.get(self.state, (0, ""))
        if number and self._all_in(number):
            perform(self, step, by=by, because=because)
        else:
            turns.refresh(self)

    def _all_in(self, number: int) -> bool:
        sheets = self.sheets(number)
        if len(sheets) < seal_conditions.EVALUATORS or len(sheets) < self.panel().count():
            return False
        settled = len(sheets) >= seal_conditions.WITH_A_THIRD
        return settled or not levels.disputed(sheets)

    def tell_panel(self, due: Any = None) -> None:
        """Give whoever evaluates a new deadline, and bring in line whose turn it is."""
        for row in self.panel():
            row.application = self
            if due is not None:
                row.due, row.overdue_at = due, None
                row.save(update_fields=["due", "overdue_at"])
            turns.refresh(row)

    def turns(self) -> Iterable[Any]:
        office, states = "role:secretariat", self.States
        by_state = {
            states.DRAFT: ("submit", self.service.applicant),
            states.RETURNED: ("submit", self.service.applicant),
            states.SUBMITTED: ("admit", office), states.EVALUATED: ("table", office),
            states.GRANTED: ("publish", office), states.NOT_GRANTED: ("publish", office),
        }  # fmt: skip
        if self.state in by_state:
            return [turn(*by_state[self.state])]
        if self.state == states.BEFORE_SUBCOMMISSION:
            return matters.turns_of(self)
        return self._turns_of_evaluation(office)

    def _turns_of_evaluation(self, office: str) -> Iterable[Any]:
        states = self.States
        if self.state == states.FEEDBACK and self.answered_at is None:
            return [turn("reply", self.service.applicant, self.answer_due_at)]
        if self.state == states.ADMISSIBLE and seal_conditions.evaluators_there(self):
            return [turn("begin_evaluation", office)]
        judged = (states.ADMISSIBLE, states.EVALUATING, states.FEEDBACK)
        if self.state in judged and self.lacks_evaluators():
            url = reverse("gating:sealevaluation_create", kwargs={"pk": self.pk})
            return [turn("invite", office, url=url)]
        return []

    # Steps

    @transition(state, source=[States.DRAFT, States.RETURNED], target=States.SUBMITTED,
                permission=permissions.applies,
                conditions=[seal_conditions.service_live, seal_conditions.assessment_green,
                            seal_conditions.requirements_shown, seal_conditions.renewal_shown],
                custom={"label": _("Submit the application"), "offered": True,
                        "note": _("What you show is fixed from then on.")})  # fmt: skip
    def submit(self, *, by: Any, because: str) -> None:
        """What is applied with is fixed by its hash, and goes to the secretariat."""
        self.submitted_at, self.return_reason = clock.now(), ""
        self.bundle_hash = history.seal("seal", self.pk, self.bundle())

    def bundle(self) -> list[Any]:
        """What is applied with, requirement by requirement, for its hash."""
        return [
            [item.key, item.not_applicable, [proof.facts() for proof in item.proofs.all()]]
            for item in self.items_with_proofs()
        ]

    @transition(state, source=States.SUBMITTED, target=States.RETURNED,
                permission=permissions.is_secretariat,
                custom={"label": _("Return it to the applicant"), "offered": True, "reason": True,
                        "note": _("The applicant mends it and submits it again.")})  # fmt: skip
    def give_back(self, *, by: Any, because: str) -> None:
        """Something is missing that the applicant can mend."""
        self.return_reason = because

    @transition(state, source=States.SUBMITTED, target=States.INADMISSIBLE,
                permission=permissions.is_secretariat,
                custom={"label": _("Find it not admissible"), "offered": True, "reason": True,
                        "danger": True})  # fmt: skip
    def refuse_admission(self, *, by: Any, because: str) -> None:
        """The service may not apply; the application ends here, with its reason."""
        self.return_reason = because
        self._end()

    @transition(state, source=States.SUBMITTED, target=States.ADMISSIBLE,
                permission=permissions.is_secretariat,
                conditions=[seal_conditions.service_live, seal_conditions.assessment_green],
                custom={"label": _("Find it admissible"), "offered": True})  # fmt: skip
    def admit(self, *, by: Any, because: str) -> None:
        """Live, assessed, complete: evaluators of other institutions are invited."""

    @transition(state, source=States.ADMISSIBLE, target=States.EVALUATING,
                permission=permissions.is_secretariat,
                conditions=[seal_conditions.evaluators_there],
                custom={"label": _("Start the evaluation"), "offered": True})  # fmt: skip
    def begin_evaluation(self, *, by: Any, because: str) -> None:
        """The evaluators rate each requirement, each alone."""
        self.started_at = clock.now()
        self.tell_panel(self.days_after(self.scheme.evaluation_days))

    @transition(state, source=States.EVALUATING, target=States.FEEDBACK,
                permission=permissions.as_consequence,
                custom={"label": _("Open the feedback"), "offered": False})  # fmt: skip
    def open_feedback(self, *, by: Any, because: str) -> None:
        """All ratings are in, and opened: the applicant answers them once."""
        self.answer_due = self.days_after(self.scheme.answer_days)

    @transition(state, source=States.FEEDBACK,
                target=GET_STATE(lambda row, **_acted: row.state, states=[States.FEEDBACK]),
                permission=permissions.applies,
                conditions=[seal_conditions.not_answered, seal_conditions.answer_written],
                custom={"label": _("Send the answer"), "offered": True,
                        "note": _("You answer once. The evaluators then conclude.")})  # fmt: skip
    def reply(self, *, by: Any, because: str) -> None:
        """The applicant's one answer, with what evidence was added; the evaluators conclude."""
        self._answered()

    @transition(state, source=States.FEEDBACK,
                target=GET_STATE(lambda row, **_acted: row.state, states=[States.FEEDBACK]),
                permission=permissions.by_clock, conditions=[seal_conditions.answer_overdue],
                custom={"label": _("Go on without an answer"), "offered": False})  # fmt: skip
    def forgo_answer(self, *, by: Any, because: str) -> None:
        """The time for the answer is over; the evaluators conclude without one."""
        self._answered()

    def _answered(self) -> None:
        self.answered_at = clock.now()
        self.tell_panel(self.days_after(self.scheme.final_days))

    @transition(state, source=States.FEEDBACK, target=States.EVALUATED,
                permission=permissions.as_consequence,
                custom={"label": _("Conclude the evaluation"), "offered": False})  # fmt: skip
    def conclude(self, *, by: Any, because: str) -> None:
        """Each requirement has its result, and the whole its level."""
        sheets, rows = self.sheets(2), list(self.items.select_related("criterion"))
        for item in rows:
            item.result = levels.merged([sheet.get(item.pk, "") for sheet in sheets])
            item.save(update_fields=["result"])
        ranked = [(item.level, item.result) for item in rows if item.criterion_id]
        self.level, self.evaluated_at = levels.level_of(ranked), clock.now()
        details = {"level": self.level, "results": {item.key: item.result for item in rows}}
        history.record("gating.sealapplication.results", self, by=by, details=details)

    @transition(state, source=States.EVALUATED, target=States.BEFORE_SUBCOMMISSION,
                permission=permissions.is_secretariat,
                custom={"label": _("Put it before the sub-commission"),
                        "offered": True})  # fmt: skip
    def table(self, *, by: Any, because: str) -> None:
        """The sub-commission decides by motion."""
        self.tabled_at = clock.now()

    @transition(state, source=States.BEFORE_SUBCOMMISSION, target=States.GRANTED,
                permission=permissions.as_consequence, conditions=[seal_conditions.worth_a_seal],
                custom={"label": _("Grant the seal"), "offered": False})  # fmt: skip
    def grant(self, *, by: Any, because: str) -> None:
        """The motion was carried: the seal is awarded, from today."""
        Seal.award(self, by=by, because=because)

    @transition(state, source=States.BEFORE_SUBCOMMISSION, target=States.NOT_GRANTED,
                permission=permissions.as_consequence,
                custom={"label": _("Do not grant the seal"), "offered": False})  # fmt: skip
    def deny(self, *, by: Any, because: str) -> None:
        """The sub-commission decided against it."""

    @transition(state, source=[States.GRANTED, States.NOT_GRANTED], target=States.PUBLISHED,
                permission=permissions.is_secretariat,
                custom={"label": _("Publish the result"), "offered": True,
                        "note": _("From then on everybody can check the seal.")})  # fmt: skip
    def publish(self, *, by: Any, because: str) -> None:
        """Results and level become public; a seal may be checked by everybody."""
        self._end()
        for seal in Seal.objects.filter(application=self):
            seal.published_at = self.over_at
            seal.save(update_fields=["published_at"])

    @transition(state, source=[States.DRAFT, States.RETURNED, States.SUBMITTED, States.ADMISSIBLE,
                               States.EVALUATING, States.FEEDBACK, States.EVALUATED],
                target=States.WITHDRAWN, permission=permissions.applies,
                custom={"label": _("Withdraw the application"), "offered": True, "reason": True,
                        "danger": True})  # fmt: skip
    def withdraw(self, *, by: Any, because: str) -> None:
        """The applicant gives up; another application may be made."""
        self._end()
        self.tell_panel()

    def _end(self) -> None:
        """It waits for nobody any more; a seal that it would have renewed waits again."""
        self.over_at = clock.now()
        self.save(update_fields=["over_at"])
        if self.predecessor is not None:
            turns.refresh(self.predecessor)
