"""The catalogue entry: registered, edited, accepted by its owner; each change before and after."""

from collections.abc import Callable, Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core import clock, history, turns
from core.models import User
from core.people import on_behalf_of
from core.refusals import Refused
from core.steps import allow, create
from projects import dates, permissions
from projects.models import tier_rise
from projects.models.project import OVER, Project, Register, Stage
from projects.models.tier import tier_for

FIGURES = ("cost", "starts_on", "ends_on", "risk", "novel")
"""They may change until the first baseline; afterwards only by a change that is decided."""

FIXED_AT_TRIAGE = ("title", "problem", "institution", "currency", "tags")
"""They were searched for duplicates and decided the tier: closed once the project is triaged."""

ALWAYS = (
    "users_and_needs", "manager", "owner", "product_owner", "life_event", "shared_components",
    "open_standards", "licence", "source_url", "benefits_owner", "benefits_review_on",
)  # fmt: skip
"""They may change as long as the project goes on."""

freezes: list[Callable[[Any], Iterable[str]]] = []
"""Upper rooms say here why the figures may not change now (a review under way), a sentence each."""


def editable(project: Any) -> list[str]:
    """The names of the fields of the entry that may change at this stage, by their editors."""
    if project.stage in OVER:
        return []
    if project.stage == Stage.DRAFT:
        return [*FIXED_AT_TRIAGE, *FIGURES, *ALWAYS]
    early = project.stage in (Stage.TRIAGED, Stage.BUSINESS_CASE)
    if early and not project.baselines.exists() and not frozen(project):
        return [*FIGURES, *ALWAYS]
    return list(ALWAYS)


def frozen(project: Any) -> list[str]:
    """Why the figures may not change now, as the rooms above see it."""
    return [sentence for reasons in freezes for sentence in reasons(project)]


@transaction.atomic
def register(values: dict[str, Any], *, by: User, because: str = "") -> Project:
    """Enter a new project as a draft at whatever completeness; whoever enters it may go on editing.

    Raises Denied for a person of no institution, Refused without a title.
    """
    allow(permissions.registers, None, by)
    if not str(values.get("title", "")).strip():
        raise Refused(_("Give the project a title."))
    ref = Register.take()[0]
    project = Project(ref=ref, registered_by=by, **values)
    _check(project)
    project.dossier = history.open_dossier("project", ref)
    written = {name: plain(value) for name, value in values.items() if value not in (None, "", [])}
    create(project, by=by, because=because, details={"entry": written})
    _name_owner(project, by)
    return project


@transaction.atomic
def edit(project: Project, values: dict[str, Any], *, by: User, because: str = "") -> Project:
    """Change fields of the entry and record each with before and after; nothing changed, no event.

    Raises Denied for anybody but its editors, Refused for a field that is closed at this stage.
    """
    history.lock(project.dossier)
    project = Project.objects.select_for_update(of=("self",)).get(pk=project.pk)
    allow(permissions.edits, project, by)
    was = tier_rise.Size.of(project)
    changed = _changes(project, values)
    if not changed:
        return project
    if closed := sorted(set(changed) - set(editable(project))):
        raise Refused(*_closed(project, closed))
    if project.owner_accepted_at and "owner" in changed:
        project.owner_accepted_at = None
    _check(project)
    if project.tier_id and not {"cost", "risk"}.isdisjoint(changed):
        tier_for(project.cost, project.currency, project.risk)  # it must be known
    project.save()
    history.record("projects.project.update", project, by=by, because=because,
                   details={"changed": changed},
                   on_behalf_of=on_behalf_of(permissions.edits, project, by))  # fmt: skip
    if "owner" in changed:
        _name_owner(project, by)
    tier_rise.rise(project, was, by=by, because=because)
    turns.refresh(project)
    if not {"manager", "owner"}.isdisjoint(changed):
        turns.refresh_case(project.dossier)
    return project


def _name_owner(project: Project, by: User) -> None:
    """Ask who is named owner to accept; the asking stands in the history."""
    if project.owner_id:
        history.record("projects.project.name_owner", project, by=by,
                       details={"owner": project.owner_id})  # fmt: skip


def _changes(project: Project, values: dict[str, Any]) -> dict[str, list[Any]]:
    """Set the values that differ, and say of each what it was and what it is."""
    changed = {}
    for name, value in values.items():
        before = getattr(project, name)
        if before != value:
            changed[name] = [plain(before), plain(value)]
            setattr(project, name, value)
    return changed


def _closed(project: Project, names: list[str]) -> list[str]:
    reasons = frozen(project)
    if reasons and not set(names) & set(FIXED_AT_TRIAGE):
        return reasons
    labels = [str(label(Project, name)) for name in names]
    return [_("At this stage these can no longer be edited: %(fields)s.")
            % {"fields": ", ".join(labels)}]  # fmt: skip


def _check(project: Project) -> None:
    reasons = []
    if project.starts_on and project.ends_on and project.ends_on < project.starts_on:
        reasons.append(_("The end lies before the start: correct one of the two dates."))
    if project.cost is not None and project.cost < 0:
        reasons.append(_("The whole-life cost cannot be negative."))
    if project.cost is not None and not project.currency:
        reasons.append(_("Choose the currency of the whole-life cost."))
    if project.manager_id is not None and project.manager_id == project.owner_id:
        reasons.append(
            _("Manager and owner must be two people: one prepares, the other certifies.")
        )
    days = (project.starts_on, project.ends_on, project.benefits_review_on)
    reasons += [sentence for day in days if day and (sentence := dates.nonsense(day))]
    if reasons:
        raise Refused(*reasons)


def plain(value: Any) -> Any:
    """A value as it stands in the history: people and institutions by number and name."""
    if hasattr(value, "pk"):
        return {"id": value.pk, "name": str(value)}
    if isinstance(value, (date, Decimal)):
        return str(value)
    return value


def label(model: Any, name: str) -> Any:
    """What a column is called, in the reader's language."""
    return model._meta.get_field(name).verbose_name


@transaction.atomic
def accept_ownership(project: Project, *, by: User, because: str = "") -> Project:
    """The owner accepts to answer for the project; asked of nobody else, and once.

    Raises Denied for anybody but the named owner or their stand-in.
    """
    history.lock(project.dossier)
    project = Project.objects.select_for_update(of=("self",)).get(pk=project.pk)
    allow(permissions.owns, project, by)
    if project.owner_accepted_at:
        raise Refused(_("The owner has already accepted to answer for this project."))
    if project.stage in OVER:
        raise Refused(_("The project is over; nobody answers for it any more."))
    project.owner_accepted_at = clock.now()
    project.save()
    history.record("projects.project.accept_ownership", project, by=by, because=because,
                   on_behalf_of=on_behalf_of(permissions.owns, project, by))  # fmt: skip
    turns.refresh(project)
    return project


def refuse_unless_editor(project: Project, by: User) -> None:
    """Raise Denied for anybody but the entry's editors, Refused when the project is over."""
    allow(permissions.edits, project, by)
    if project.stage in OVER:
        raise Refused(_("The project is over; its entry is closed."))
