"""Inspecting a delivery: checks with their proof, stories one by one, debt, and the proposal."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core import clock, documents, history
from core.models import User
from core.refusals import Refused
from core.steps import allow, perform
from vendors import permissions_sprints as who
from vendors.models.quality import Debt, QualityCheck, Result
from vendors.models.sprint import Sprint
from vendors.models.sprint_states import INSPECTED, SprintState, Verdict
from vendors.models.story import Outcome, SprintStory
from vendors.sprinting import held

OPEN = (SprintState.DELIVERED, SprintState.INSPECTING)
HUNDRED = 100


@dataclass(frozen=True)
class Finding:
    """What somebody found at a check: a result, and its proof: number, file, address, words."""

    result: str = ""
    value: Decimal | None = None
    note: str = ""
    url: str = ""
    upload: Any = None


@transaction.atomic
def record(check: QualityCheck, found: Finding, *, by: User) -> QualityCheck:
    """Record a check of the newest delivery; where a number decides, the number does.

    Raises Denied for anybody but who inspects; Refused without proof, or after the proposal.
    """
    sprint = _inspected(check.delivery.sprint, by)
    check = QualityCheck.objects.select_for_update(of=("self",)).get(pk=check.pk)
    if check.delivery_id != getattr(sprint.last_delivery(), "pk", None):
        raise Refused(_("An earlier delivery stays as it was checked."))
    result = _result(check, found)
    check.value = found.value if result != Result.NOT_APPLICABLE else None
    check.result, check.note, check.url = result, found.note.strip(), found.url
    if found.upload:
        check.document = documents.store(found.upload, by=by, dossier=sprint.dossier)
    if not _proven(check):
        raise Refused(_not_proven(result))
    check.recorded_by, check.recorded_at = by, clock.now()
    check.save()
    number = "" if check.value is None else f"{check.value:f}"
    said = {"check": check.code, "result": result, "value": number,
            "proof": check.document.blob.sha256 if check.document else check.url}  # fmt: skip
    measured = f" ({f'{number} {check.unit}'.strip()})" if number else ""
    because = f"{check.label}: {check.get_result_display()}{measured}. {check.note}".strip()
    history.record("vendors.qualitycheck.record", check, by=by, because=because, details=said)
    return check


def _result(check: QualityCheck, found: Finding) -> str:
    """The result that stands: computed from the number where there is one."""
    if found.result and found.result not in Result.values:
        raise Refused(_("Choose whether it passed, failed or does not apply."))
    if found.value is None or not check.counted or found.result == Result.NOT_APPLICABLE:
        if not found.result:
            raise Refused(_("Choose whether it passed, failed or does not apply."))
        return found.result
    if found.value < 0 or (check.unit == "%" and found.value > HUNDRED):
        raise Refused(_("A measured value lies between 0 and what is possible."))
    return Result.PASSED if check.met_by(found.value) else Result.FAILED


def _proven(check: QualityCheck) -> bool:
    if check.result == Result.NOT_APPLICABLE:
        return bool(check.note)
    return check.value is not None or bool(check.url) or check.document_id is not None


def _not_proven(result: str) -> str:
    if result == Result.NOT_APPLICABLE:
        return _("Say in words why the check does not apply.")
    return _("Add the proof: a file, an address or a number.")


@transaction.atomic
def judge(row: SprintStory, outcome: str, note: str = "", *, by: User) -> SprintStory:
    """Say what becomes of a story: accepted, accepted with debt, not accepted (then why)."""
    sprint = _inspected(row.sprint, by, who.proposes)
    row = (
        SprintStory.objects.select_for_update(of=("self",))
        .select_related("story")
        .get(pk=row.pk, sprint=sprint)
    )
    if outcome not in Outcome.values:
        raise Refused(_("Say what becomes of the story."))
    if outcome == Outcome.REFUSED and not note.strip():
        raise Refused(_("Say what is missing at the story."))
    row.outcome, row.note = outcome, note.strip()
    row.save(update_fields=["outcome", "note"])
    said = {"story": row.story_id, "outcome": outcome}
    because = f"{row.story}: {row.get_outcome_display()}. {row.note}".strip()
    history.record("vendors.sprintstory.judge", row, by=by, because=because, details=said)
    return row


@transaction.atomic
def write_verdict(sprint: Sprint, verdict: str, note: str = "", *, by: User) -> Sprint:
    """Write down what is proposed; the next step puts it before the second person."""
    sprint = _inspected(sprint, by, who.proposes)
    if verdict not in Verdict.values:
        raise Refused(_("Say what you propose: accept, accept with debt, or reject."))
    sprint.verdict, sprint.verdict_note = verdict, note.strip()
    sprint.save(update_fields=["verdict", "verdict_note"])
    history.record("vendors.sprint.write_verdict", sprint, by=by, because=sprint.verdict_note,
                   details={"verdict": verdict})  # fmt: skip
    return sprint


@transaction.atomic
def owe(sprint: Sprint, text: str, due_number: int, *, by: User, story: Any = None,
        check: str = "") -> Debt:  # fmt: skip
    """Write down what a sprint would owe, of a story or a check, and until which later sprint."""
    sprint = _inspected(sprint, by, who.proposes)
    if not text.strip():
        raise Refused(_("Say what is owed."))
    if due_number <= sprint.number:
        raise Refused(_("A debt is due in a later sprint than the one that leaves it."))
    delivery = sprint.last_delivery()
    if check and not (delivery and delivery.checks.filter(code=check).exists()):
        raise Refused(_("The quality plan has no such check."))
    if story is not None and not sprint.chosen.filter(story=story).exists():
        raise Refused(_("The story is not in this sprint."))
    debt = Debt.objects.create(sprint=sprint, text=text.strip(), due_number=due_number,
                               story=story, check_code=check, recorded_by=by)  # fmt: skip
    history.record("vendors.debt.create", debt, by=by, because=debt.text,
                   details={"due": due_number, "check": check})  # fmt: skip
    return debt


@transaction.atomic
def take_out(debt: Debt, *, by: User) -> None:
    """Take a debt out of the proposal again."""
    _inspected(debt.sprint, by, who.proposes)
    Debt.objects.filter(pk=debt.pk).update(removed=True)
    history.record("vendors.debt.end", debt, by=by)


@transaction.atomic
def settle(debt: Debt, sprint: Sprint, *, by: User, because: str = "") -> Debt:
    """Say that a later sprint, accepted, settled a debt.

    Raises Refused while that sprint is not accepted, or does not come after the debt's own.
    """
    history.lock(debt.dossier)
    debt = Debt.objects.select_for_update(of=("self",)).select_related(
        "sprint__order__project", "sprint__order__vendor").get(pk=debt.pk)  # fmt: skip
    allow(who.settles, debt, by)
    if debt.settled_at or debt.removed or debt.sprint.state != SprintState.ACCEPTED_WITH_DEBT:
        raise Refused(_("This has moved on since you opened the page."))
    later = sprint.order_id == debt.sprint.order_id and sprint.number > debt.sprint.number
    sprint = Sprint.objects.get(pk=sprint.pk)
    if not later or sprint.state not in INSPECTED:
        raise Refused(_("A debt is settled by a later sprint of the order that was accepted."))
    debt.settled_in, debt.settled_by, debt.settled_at = sprint, by, clock.now()
    debt.save(update_fields=["settled_in", "settled_by", "settled_at"])
    history.record("vendors.debt.settle", debt, by=by, because=because,
                   details={"sprint": sprint.number})  # fmt: skip
    return debt


def _inspected(sprint: Sprint, by: User, permission: Any = who.inspects) -> Sprint:
    """The sprint under the lock of its case while it is inspected; the first look begins it."""
    sprint = held(sprint, permission, by, OPEN)
    if sprint.state == SprintState.DELIVERED:
        perform(sprint, "inspect", by=by)
        sprint = held(sprint, permission, by, OPEN)
    return sprint
