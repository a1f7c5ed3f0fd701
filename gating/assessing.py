"""Assessing: inviting, rating in secret, the lead's report, questions and answers on the record."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from core import acts, clock, history, turns
from core.models import User
from core.refusals import Denied, Refused
from core.steps import allow, create
from gating import permissions, rating
from gating.checklists import computed, exemption_barred
from gating.models.assessment import Assessment, Clarification, Rating
from gating.models.items import Exemption, ReviewItem
from gating.models.review import GateReview

INVITABLE = ("planned", "collecting", "prepared", "submitted", "in_assessment")


def _fresh(review: GateReview) -> GateReview:
    """The review as it stands now, its case held until the transaction ends."""
    history.lock(review.project.dossier)
    rows = GateReview.objects.select_related(*GateReview.step_related)
    return rows.select_for_update(of=("self",)).get(pk=review.pk)


@transaction.atomic
def invite(
    review: GateReview, assessor: User, *, disciplines: list[str], lead: bool, by: User,
    due: Any = None,
) -> Assessment:  # fmt: skip
    """Invite somebody to assess a review, for one discipline or several.

    Raises Denied for anybody but the secretariat, and Refused with why not.
    """
    review = _fresh(review)
    allow(permissions.is_secretariat, review, by)
    if reasons := objections(review, assessor, lead):
        raise Refused(*reasons)
    assessment = Assessment(
        review=review, assessor=assessor, disciplines=disciplines, lead=lead, due=due,
        invited_by=by, invited_at=clock.now(),
    )  # fmt: skip
    return create(assessment, by=by, details={"assessor": assessor.pk, "disciplines": disciplines,
                                              "lead": lead})  # fmt: skip


def objections(review: GateReview, assessor: User, lead: bool) -> list[str]:
    """Why somebody cannot be invited to assess a review; nothing when they can."""
    project, found = review.project, []
    if review.state not in INVITABLE or review.sheets_in_at is not None:
        found.append(_("Assessors are invited until the ratings are in."))
    own = {project.manager_id, project.owner_id, project.product_owner_id}
    if assessor.pk in own or project.team.filter(person=assessor).exists():
        found.append(
            _("%(person)s belongs to the project, so somebody else assesses it.")
            % {"person": assessor}
        )
    elif acts.barred(assessor, project.dossier, "assesses"):
        found.append(
            _("Separation of duties: %(person)s submitted or certified in this case.")
            % {"person": assessor}
        )
    if not assessor.is_active or assessor.is_clock:
        found.append(_("The account of this person is closed."))
    live = review.assessments.exclude(state="withdrawn")
    if live.filter(assessor=assessor).exists():
        found.append(_("%(person)s is invited already.") % {"person": assessor})
    if lead and live.filter(lead=True).exclude(state="conflicted").exists():
        found.append(_("The review has a lead assessor already."))
    return found


@transaction.atomic
def rate(assessment: Assessment, rows: Iterable[dict[str, Any]], *, by: User) -> None:
    """Keep the drafts of one's own ratings; nothing of them enters the history before the seal.

    A row is `item`, `value`, `note`, `action`, `action_due`; without a value it is taken out.
    """
    review = _fresh(assessment.review)
    assessment = Assessment.objects.select_for_update(of=("self",)).get(pk=assessment.pk)
    allow(permissions.is_the_assessor, assessment, by)
    acts.refuse_if_barred(by, review.dossier, "assesses")
    if assessment.state != Assessment.States.DECLARED or review.state != "in_assessment":
        raise Refused(_("Ratings are written while the review is in assessment, until the seal."))
    rows = list(rows)
    if reasons := past_actions(review, rows, "value"):
        raise Refused(*reasons)
    for row in rows:
        key = {"assessment": assessment, "item": row["item"]}
        if not row["value"]:
            Rating.objects.filter(**key).delete()
            continue
        Rating.objects.update_or_create(
            **key, defaults={name: row[name] for name in ("value", "note", "action", "action_due")}
        )


def past_actions(review: GateReview, rows: Iterable[dict[str, Any]], name: str) -> list[str]:
    """A sentence for each amber rating whose action would be due on a day that is over."""
    today = clock.today(review.project.institution)
    return [
        _("%(code)s: the action is due on %(day)s, a day that is over. Choose a day to come.")
        % {"code": row["item"].criterion.code,
           "day": date_format(row["action_due"], "SHORT_DATE_FORMAT")}
        for row in rows
        if row[name] == rating.AMBER and row["action_due"] and row["action_due"] < today
    ]  # fmt: skip


def progress(assessment: Assessment) -> tuple[int, int]:
    """How many criteria of how many one's own sheet has rated."""
    return assessment.ratings.count(), assessment.review.items.count()


@transaction.atomic
def consolidate(
    review: GateReview, rows: Iterable[dict[str, Any]], values: dict[str, Any], *, by: User
) -> GateReview:
    """Keep the lead's draft: final ratings, report, the rating of the whole and its reason.

    Raises Denied for anybody but the lead, and Refused before all sheets are sealed.
    """
    review = _fresh(review)
    allow(permissions.leads, review, by)
    if review.state != "in_assessment" or review.sheets_in_at is None:
        raise Refused(_("The report is written once every assessor has sealed their ratings."))
    rows = list(rows)
    if reasons := past_actions(review, rows, "rating"):
        raise Refused(*reasons)
    for row in rows:
        item: ReviewItem = row["item"]
        for name in ("rating", "rating_reason", "action", "action_due"):
            setattr(item, name, row[name])
        item.save(update_fields=["rating", "rating_reason", "action", "action_due"])
    review.report, review.overall_reason = values["report"], values["overall_reason"]
    review.overall = values["overall"]
    review.computed = computed(review)[0]
    review.save(update_fields=["report", "overall", "overall_reason", "computed"])
    history.record("gating.gatereview.write_report", review, by=by)
    return review


def proposals(review: GateReview) -> dict[int, str]:
    """The rating proposed for each criterion, by its id, from all sealed sheets."""
    given: dict[int, list[str]] = {}
    sheets = Rating.objects.filter(assessment__review=review, assessment__state="sealed")
    for item, value in sheets.values_list("item_id", "value"):
        given.setdefault(item, []).append(value)
    return {item: rating.proposed(values) for item, values in given.items()}


@transaction.atomic
def dissent(assessment: Assessment, text: str, *, by: User) -> None:
    """Keep what an assessor says against the report, under their name, until it is finished."""
    review = _fresh(assessment.review)
    allow(permissions.is_the_assessor, assessment, by)
    if review.state != "in_assessment" or review.sheets_in_at is None:
        raise Refused(
            _("Dissent is written after all ratings are in, until the report is finished.")
        )
    Assessment.objects.filter(pk=assessment.pk).update(dissent=text)
    history.record("gating.assessment.dissent", assessment, by=by)


@transaction.atomic
def write_challenge(review: GateReview, text: str, *, by: User) -> None:
    """Keep the draft of what the manager challenges; the step sends it."""
    review = _fresh(review)
    allow(permissions.manages, review, by)
    if review.state != "factual_check" or review.facts:
        raise Refused(_("The factual check is not open."))
    review.challenge = text
    review.save(update_fields=["challenge"])


@transaction.atomic
def write_answer(review: GateReview, text: str, *, by: User) -> None:
    """Keep the draft of the lead's answer to a challenge; the step sends it."""
    review = _fresh(review)
    allow(permissions.leads, review, by)
    if review.facts != GateReview.Facts.CHALLENGED:
        raise Refused(_("There is no challenge to answer."))
    review.challenge_answer = text
    review.save(update_fields=["challenge_answer"])


@transaction.atomic
def clarify(review: GateReview, text: str, *, by: User, item: ReviewItem | None = None) -> Any:
    """Ask or answer on the record; raises Denied for who is neither assessor nor manager."""
    review = _fresh(review)
    assesses = review.assessments.filter(assessor=by, state__in=("declared", "sealed")).exists()
    if not (assesses or permissions.manages_or_owns(review, by)):
        raise Denied(
            str(_("Only assessors without a conflict and the manager or owner write here."))
        )
    if review.state not in TALKING:
        raise Refused(_("Questions are asked between the submission and the decision."))
    said = Clarification.objects.create(
        review=review, item=item, author=by, from_assessor=assesses, text=text, at=clock.now()
    )
    history.record("gating.clarification.create", said, by=by,
                   details={"criterion": item.criterion.code if item else ""})  # fmt: skip
    turns.refresh(review)
    return said


TALKING = ("submitted", "in_assessment", "report_drafted", "factual_check", "before_board")


@transaction.atomic
def ask_exemption(
    item: ReviewItem, reason: str, *, by: User, ground: str = "not_applicable"
) -> Exemption:
    """Ask that a criterion needs no evidence: it plainly does not apply (the lead decides), or it
    cannot be met yet (the board decides). Raises Refused."""
    review = _fresh(item.review)
    allow(permissions.manages, review, by)
    if not review.collects:
        raise Refused(_("Exemptions are asked for while evidence is collected."))
    if item.non_waivable:
        raise Refused(
            _("%(code)s is never waived: show evidence for it.") % {"code": item.criterion.code}
        )
    if exemption_barred(item):
        raise Refused(
            _("%(code)s is a duty on the law, security or accessibility: once real users are "
              "served it has no exemption.") % {"code": item.criterion.code}
        )  # fmt: skip
    if item.exempt or item.exemptions.filter(state__in=["asked", "referred"]).exists():
        raise Refused(_("An exemption was asked for already."))
    at_risk = ground == Exemption.Ground.RISK
    row = Exemption(
        item=item, reason=reason, ground=ground, asked_by=by, asked_at=clock.now(),
        state=Exemption.States.REFERRED if at_risk else Exemption.States.ASKED,
    )  # fmt: skip
    return create(row, by=by, because=reason,
                  details={"criterion": item.criterion.code, "ground": ground})  # fmt: skip


@transaction.atomic
def write_returns(review: GateReview, reasons: dict[int, str], *, by: User) -> None:
    """Keep the secretariat's reasons per criterion, before it returns the review."""
    review = _fresh(review)
    allow(permissions.is_secretariat, review, by)
    if review.state != "submitted":
        raise Refused(_("Reasons for a return are written while the review is submitted."))
    for item in review.items.all():
        text = reasons.get(item.pk, "")
        if text != item.return_reason:
            item.return_reason = text
            item.save(update_fields=["return_reason"])
    written = sorted(key for key, text in reasons.items() if text)
    history.record("gating.gatereview.write_returns", review, by=by, details={"criteria": written})
