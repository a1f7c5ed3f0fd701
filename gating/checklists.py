"""What must be so before a review goes on: the conditions of its steps, each with sentences."""

import re
from collections.abc import Iterable
from typing import Any

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import clock
from core.refusals import requires
from gating import rating, seeing
from gating.standard_files import FIXED_DUTY
from projects import reports
from projects.models.tier import discipline_name


def _page(review: Any) -> str:
    return reverse("gating:review_detail", kwargs={"pk": review.pk})


def _project_page(review: Any) -> str:
    return reverse("oversight:project_detail", kwargs={"ref": review.project.ref})


MANAGER, SECRETARIAT = gettext_lazy("project manager"), gettext_lazy("secretariat")
LEAD, OWNER = gettext_lazy("lead assessor"), gettext_lazy("certifying owner")


@requires(gettext_lazy("The project is in the stage before this gate."), who=OWNER,
          where=_project_page)  # fmt: skip
def stage_fits(review: Any) -> list[str]:
    """The gate is the next one, or one just passed that is run again."""
    project, gate = review.project, review.gate
    if project.stage in (gate.stage, *(one.opens for one in review.gates)):
        return []
    return [
        _("%(gate)s is not the gate of a project in the stage “%(stage)s”.")
        % {"gate": gate.code, "stage": project.get_stage_display()}
    ]


@requires(gettext_lazy("The review has its criteria, each in a fixed version of its standard."),
          who=SECRETARIAT, where=_page)  # fmt: skip
def version_pinned(review: Any) -> bool:
    states = review.items.order_by().values_list("criterion__standard__state", flat=True).distinct()
    found = set(states)
    return bool(found) and "draft" not in found


@requires(gettext_lazy("Every mandatory criterion has evidence or an approved exemption."),
          who=MANAGER, where=_page)  # fmt: skip
def checklist_complete(review: Any) -> list[str]:
    """A sentence for each mandatory criterion that nothing speaks for yet."""
    today = clock.today(review.project.institution)
    return [
        lack for item in items_with_evidence(review)
        if item.mandatory and not item.exempt
        and (lack := missing(item, today, item.links.all()))
    ]  # fmt: skip


def items_with_evidence(review: Any) -> Any:
    """The review's criteria with all their evidence, in three queries."""
    return review.items.select_related("criterion").prefetch_related("links__evidence")


def missing(item: Any, today: Any, links: Iterable[Any]) -> str:
    """The sentence that says why nothing of what is shown for a criterion speaks for it, or no
    text. What shows only a part of it does not do alone."""
    there = [link for link in links if link.evidence.state != "superseded"]
    whole = [link.evidence for link in there if not link.partly]
    if any(found.stands_on(today) for found in whole):
        return ""
    named = {"code": item.criterion.code, "title": item.criterion.own_title}
    if not whole:
        part = _("%(code)s %(title)s: what is shown speaks for a part of it only.")
        return (part if there else _("%(code)s %(title)s: there is no evidence.")) % named
    states = {found.state for found in whole}
    if "draft" in states:
        return _("%(code)s %(title)s: its evidence is a draft; hand it in.") % named
    if "queried" in states:
        return _("%(code)s %(title)s: its evidence was questioned; answer first.") % named
    if states == {"rejected"}:
        return _("%(code)s %(title)s: its evidence was rejected.") % named
    return _("%(code)s %(title)s: its evidence is out of date.") % named


@requires(gettext_lazy("No exemption is still to be decided."), who=SECRETARIAT, where=_page)
def exemptions_decided(review: Any) -> bool:
    return not review.items.filter(exemptions__state__in=["asked", "referred"]).exists()


@requires(gettext_lazy("No condition that fell due is open."), who=MANAGER, where=_project_page)
def conditions_met(review: Any) -> list[str]:
    """A sentence for each open obligation whose moment has come, by the database's clock."""
    due = review.project.obligations.filter(open=True, due__lte=clock.now())
    return [_("Due and still open: %(title)s") % {"title": owed.title} for owed in due]


@requires(gettext_lazy("The project is on no hold but one that this gate ends."), who=SECRETARIAT,
          where=_project_page)  # fmt: skip
def no_foreign_hold(review: Any) -> list[str]:
    """A gate that cures a hold, and those on the way to it, are not blocked by that hold."""
    holds = review.project.holds_active().exclude(cure="gate", gate__gte=review.gate.code)
    return [_("The project is on hold: %(reason)s") % {"reason": hold.reason} for hold in holds]


def _reports_page(review: Any) -> str:
    """The page on which the oldest overdue report is written, or all of the project's."""
    late = reports.missing(review.project)
    if late:
        return str(late[0].get_absolute_url())
    return reverse("projects:project_reports", kwargs={"ref": review.project.ref})


@requires(gettext_lazy("No forecast report of the project is overdue."), who=MANAGER,
          where=_reports_page)  # fmt: skip
def reports_current(review: Any) -> list[str]:
    """A sentence for each report whose due day is over and that its owner has not certified."""
    return [
        _("The forecast report %(report)s was due on %(day)s: the manager writes it, the owner "
          "certifies it.")
        % {"report": report.title_for_people(), "day": date_format(report.due_on,
           "SHORT_DATE_FORMAT")}
        for report in reports.missing(review.project)
    ]  # fmt: skip


SUBMISSION = [stage_fits, version_pinned, checklist_complete, exemptions_decided, conditions_met,
              reports_current, no_foreign_hold]  # fmt: skip
"""All that must be so when a review is prepared, and again when it is certified."""


# Assessment


@requires(gettext_lazy("Every discipline has its assessor, and one of them leads."),
          who=SECRETARIAT, where=_page)  # fmt: skip
def disciplines_filled(review: Any) -> list[str]:
    awaited = review.assessments.filter(state__in=["invited", *seeing.ADMITTED])
    there = list(awaited.values_list("disciplines", "lead"))
    disciplines = {name for names, _lead in there for name in names}
    found = [
        _("There is no assessor for: %(discipline)s") % {"discipline": discipline_name(name)}
        for name in review.disciplines() if name not in disciplines
    ]  # fmt: skip
    if not any(lead for _names, lead in there):
        found.append(_("There is no lead assessor."))
    return found


@requires(gettext_lazy("Every assessor has declared to have no conflict of interest."),
          who=gettext_lazy("assessors"), where=_page)  # fmt: skip
def all_declared(review: Any) -> list[str]:
    waiting = review.assessments.filter(state="invited").select_related("assessor")
    return [_("%(person)s has not declared yet.") % {"person": row.assessor} for row in waiting]


@requires(gettext_lazy("Every assessor has sealed their ratings."),
          who=gettext_lazy("assessors"), where=_page)  # fmt: skip
def sheets_sealed(review: Any) -> bool:
    states = set(review.assessments.values_list("state", flat=True))
    return "sealed" in states and not states & {"invited", "declared"}


@requires(gettext_lazy("Every criterion has its final rating."), who=LEAD, where=_page)
def all_rated(review: Any) -> list[str]:
    found = []
    for item in review.items.select_related("criterion"):
        lack = final_gap(item)
        if lack:
            found.append(f"{item.criterion.code}: {lack}")
    return found


def final_gap(item: Any) -> str:
    """The sentence that says what the final rating of a criterion lacks, or an empty text."""
    if not item.rating:
        return _("It has no final rating yet.")
    if item.rating == rating.NOT_ASSESSED and item.mandatory and not item.exempt:
        return _("It is mandatory, so it must be assessed.")
    if item.exempt and item.rating == rating.NOT_APPLICABLE:
        return ""
    return rating.gap(
        item.rating, item.rating_reason, item.action, item.action_due,
        non_waivable=item.non_waivable,
    )  # fmt: skip


def computed(review: Any) -> tuple[str, bool]:
    """The rating of the whole that the criteria come to, and whether it is forced."""
    rows: Iterable[tuple[str, bool, bool]] = review.items.order_by().values_list(
        "rating", "mandatory", "non_waivable"
    )
    return rating.overall(rows)


@requires(gettext_lazy("The rating of the whole is given, and better than computed with reasons."),
          who=LEAD, where=_page)  # fmt: skip
def overall_given(review: Any) -> list[str]:
    if not review.overall:
        return [_("Give the rating of the whole.")]
    value, forced = computed(review)
    if not rating.better(review.overall, value):
        return []
    if forced:
        return [_("A criterion that is never waived is red, so the whole is red.")]
    if not review.overall_reason:
        return [_("The rating of the whole is better than computed; write the reason.")]
    return []


@requires(gettext_lazy("The report is written."), who=LEAD, where=_page)
def report_written(review: Any) -> bool:
    return bool(review.report.strip())


# Factual check


@requires(gettext_lazy("Projects of this tier have a factual check."))
def facts_are_checked(review: Any) -> bool:
    return bool(review.tier.factual_check)


@requires(gettext_lazy("The factual check is open: it was not answered, and its time is not over."))
def facts_open(review: Any) -> list[str]:
    if review.facts:
        return [_("The factual check was answered already.")]
    if review.factual_ends is None or clock.now() >= review.factual_ends:
        return [_("The ten working days of the factual check are over.")]
    return []


@requires(gettext_lazy("The factual check was not answered."))
def facts_unanswered(review: Any) -> bool:
    return not review.facts


@requires(gettext_lazy("The ten working days of the factual check are over."))
def facts_time_over(review: Any) -> bool:
    return review.factual_ends is not None and clock.now() >= review.factual_ends


@requires(gettext_lazy("Write first what you challenge, and why."), who=MANAGER)
def challenge_written(review: Any) -> bool:
    return bool(review.challenge.strip())


@requires(gettext_lazy("The facts were challenged, and not answered yet."))
def challenged(review: Any) -> bool:
    return bool(review.facts == "challenged")


@requires(gettext_lazy("Write first the answer to the challenge."), who=LEAD)
def answer_written(review: Any) -> bool:
    return bool(review.challenge_answer.strip())


@requires(gettext_lazy("The factual check is over."), who=MANAGER, where=_page)
def facts_settled(review: Any) -> list[str]:
    if not review.tier.factual_check and review.state == "report_drafted":
        return []
    if review.state == "report_drafted":
        return [_("The manager checks the facts of the report first.")]
    if review.facts == "challenged":
        return [_("The lead assessor answers the challenge first.")]
    if not review.facts:
        return [_("The manager has not answered the factual check yet.")]
    return []


# Decision


@requires(gettext_lazy("Every condition precedent is closed or waived."), who=OWNER, where=_page)
def precedents_closed(review: Any) -> list[str]:
    today = clock.today(review.project.institution)
    open_ones = review.conditions.filter(kind="precedent").lacking(today)
    return [_("Before it enters force: %(text)s") % {"text": row.text} for row in open_ones]


@requires(gettext_lazy("The decision's last day is not over."), who=OWNER, where=_page)
def still_valid(review: Any) -> bool:
    return review.valid_ends is not None and clock.now() < review.valid_ends


@requires(gettext_lazy("The decision's last day is over."))
def validity_over(review: Any) -> bool:
    return review.valid_ends is not None and clock.now() >= review.valid_ends


# Exemptions

ON_THE_LAW = re.compile(
    r"\blaws?\b|\blegal|\blawful|\bregulat|\bprivacy|\bdata protection|\bley(?:es)?\b|"
    r"\bjur[ií]dic|\bnormativ|\bprivacidad|\bprotecci[oó]n de (?:los )?datos",
    re.IGNORECASE,
)
"""Words of title or topic that speak of a duty under the law, in English and Spanish."""
SERVING = ("beta", "live")
"""Stages that a service leaves once it serves real users."""


@requires(
    gettext_lazy(
        "A criterion on accessibility or security, or one that is never waived, has no exemption; "
        "nor has one on the law once real users are served."
    )
)
def may_be_exempt(exemption: Any) -> bool:
    return not exemption_barred(exemption.item)


def exemption_barred(item: Any) -> bool:
    """Whether a criterion has no exemption: never waived, or a duty of a service in use."""
    if item.non_waivable:
        return True
    if not set(SERVING) & set(item.review.gate.leaves):
        return False
    said = f"{item.criterion.title} {item.criterion.topic}"
    return bool(FIXED_DUTY.search(said) or ON_THE_LAW.search(said))


@requires(gettext_lazy("Its last day is over."))
def exemption_over(exemption: Any) -> bool:
    return exemption.expires_at is not None and clock.now() >= exemption.expires_at
