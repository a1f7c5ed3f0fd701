"""Many rows at once: each its own step, in its own transaction, with its own refusal.

What would happen is tried and taken back for each row before anybody confirms, so that the preview
says exactly what the act itself would say.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import turns
from core.machines import wait_label
from core.models import Turn, User
from core.refusals import Denied, Refused
from core.steps import perform, step, steps
from gating import assessing, conditions
from gating.models import Assessment, Condition, GateReview
from oversight import reminding
from projects import entries
from projects.models import Project

MOST = 50
"""So many rows at once; more are done in another go."""
BACK = ("send_back", "return_to_project", "give_back", "return_report", "return_to_draft",
        "return_to_preparer")  # fmt: skip
"""The steps that return a row to whom it came from."""


@dataclass(frozen=True)
class Given:
    """What an act is told besides its rows."""

    because: str = ""
    person: User | None = None
    instead_of: User | None = None


@dataclass(frozen=True)
class Act:
    """Something that may be done to many rows; `asks` names what it needs to be told."""

    name: str
    label: Any
    run: Callable[[Any, User, Given], Any]
    asks: tuple[str, ...] = ()


@dataclass
class Outcome:
    """What became of one row, or would: `reasons` say why not."""

    key: int
    title: str
    url: str
    says: str
    reasons: list[str] = field(default_factory=list)


# The acts


def take(row: Any, by: User, given: Given) -> str:
    """Take the step that waits (of a turn), and say which."""
    name, target = row.step, target_of(row)
    if step(target, name) is None and not _is_step(target, name):
        raise Refused(_("This is done on its own page; open it."))
    perform(target, name, by=by, because=given.because)
    return wait_label(row.target_label, name)


def _is_step(target: Any, name: str) -> bool:
    machine = target._meta.get_field(target.state_field)
    return any(found.name == name for found in machine.get_all_transitions(type(target)))


def send_back(row: Any, by: User, given: Given) -> str:
    """Return a row to whom it came from, with the reason."""
    target = target_of(row)
    found = next((found for found in steps(target) if found.name in BACK), None)
    if found is None:
        raise Refused(_("It cannot be returned as it stands."))
    perform(target, found.name, by=by, because=given.because)
    return str(found.custom["label"])


def verify(row: Condition, by: User, given: Given) -> str:
    """Verify a condition whose evidence is handed in."""
    perform(row, "verify", by=by, because=given.because)
    return _("It is verified.")


def remind(row: Any, by: User, given: Given) -> str:
    """Remind those for whom the row waits."""
    told = reminding.remind(target_of(row), by=by, because=given.because)
    return _("Reminder to: %(people)s") % {"people": ", ".join(map(str, told))}


def name_verifier(row: Condition, by: User, given: Given) -> str:
    """Name another person to verify a condition."""
    conditions.name_verifier(row, _person(given), by=by, because=given.because)
    return _("%(person)s verifies it from now on.") % {"person": given.person}


def name_manager(row: Project, by: User, given: Given) -> str:
    """Give a project to another manager."""
    person = _person(given)
    if row.manager_id == person.pk:
        raise Refused(_("%(person)s manages it already.") % {"person": person})
    entries.edit(row, {"manager": person}, by=by, because=given.because)
    return _("%(person)s manages it from now on.") % {"person": person}


def replace_assessor(row: GateReview, by: User, given: Given) -> str:
    """Withdraw one assessor's invitation, and invite another for the same disciplines."""
    sheets = Assessment.objects.filter(review=row, assessor=given.instead_of)
    sheet = sheets.filter(state__in=("invited", "declared")).first()
    if sheet is None:
        raise Refused(
            _("%(person)s is not invited to this review, or has sealed the ratings.")
            % {"person": given.instead_of or "–"}
        )
    with transaction.atomic():
        perform(sheet, "dismiss", by=by, because=given.because)
        assessing.invite(row, _person(given), disciplines=sheet.disciplines, lead=sheet.lead,
                         due=sheet.due, by=by)  # fmt: skip
    return _("%(person)s is invited in their place.") % {"person": given.person}


def _person(given: Given) -> User:
    if given.person is None:
        raise Refused(_("Choose a person."))
    return given.person


def target_of(row: Any) -> Any:
    """The row itself, or what a turn speaks of."""
    if not isinstance(row, Turn):
        return row
    model = apps.get_model(row.target_label)
    return model._base_manager.get(pk=row.target_id)


REMIND = Act("remind", gettext_lazy("Remind whom it waits for"), remind)
BACK_ACT = Act("return", gettext_lazy("Return with a reason"), send_back, ("because",))


@dataclass(frozen=True)
class Rows:
    """A list on which acts are done: its rows that a person sees, and what may be done."""

    name: str
    title: Any
    model: type[Any]
    above: str
    acts: tuple[Act, ...]
    open_rows: Callable[[Any], Any]

    def act(self, name: str) -> Act | None:
        return next((act for act in self.acts if act.name == name), None)

    def visible_to(self, user: User) -> Any:
        """The rows of the list, those on which something can still be done."""
        return self.open_rows(self.model._default_manager.visible_to(user))


CONDITIONS = Rows(
    "conditions", gettext_lazy("Conditions"), Condition, "gating:condition_list",
    (
        Act("verify", gettext_lazy("Verify: they are met"), verify),
        BACK_ACT, REMIND,
        Act("verifier", gettext_lazy("Name another person to verify"), name_verifier,
            ("person", "because")),
    ),
    lambda rows: rows.filter(met_at=None).select_related(
        "review__project__institution", "review__project__dossier", "review__gate", "owner",
        "verifier").order_by("due", "pk"),
)  # fmt: skip
REVIEWS = Rows(
    "reviews", gettext_lazy("Gate reviews"), GateReview, "gating:review_list",
    (
        REMIND, BACK_ACT,
        Act("assessor", gettext_lazy("Replace an assessor"), replace_assessor,
            ("instead_of", "person", "because")),
    ),
    lambda rows: rows.undecided().select_related(*GateReview.step_related).order_by("-pk"),
)  # fmt: skip
PROJECTS = Rows(
    "projects", gettext_lazy("Projects"), Project, "oversight:portfolio",
    (
        REMIND,
        Act("manager", gettext_lazy("Give them to another manager"), name_manager,
            ("person", "because")),
    ),
    lambda rows: rows.exclude(stage__in=("closed", "stopped", "withdrawn"))
    .select_related("dossier", "institution", "manager", "owner").order_by("-pk"),
)  # fmt: skip


class WaitingRows(Rows):
    """What waits for the person themselves: each row its own step."""

    def visible_to(self, user: User) -> Any:
        return turns.waiting_for(user)


WAITING = WaitingRows(
    "waiting", gettext_lazy("Waiting for you"), Turn, "oversight:waiting",
    (Act("take", gettext_lazy("Take the step that waits"), take), BACK_ACT),
    lambda rows: rows,
)  # fmt: skip
LISTS = {rows.name: rows for rows in (WAITING, CONDITIONS, REVIEWS, PROJECTS)}


# Trying, and doing


def tried(act: Act, rows: Iterable[Any], by: User, given: Given) -> list[Outcome]:
    """What the act would do to each row: done and taken back, row by row."""
    return [_one(act, row, by, given, keep=False) for row in rows]


def done(act: Act, rows: Iterable[Any], by: User, given: Given) -> list[Outcome]:
    """Do the act to each row in a transaction of its own; refusals do not stop the others."""
    return [_one(act, row, by, given, keep=True) for row in rows]


def _one(act: Act, row: Any, by: User, given: Given, *, keep: bool) -> Outcome:
    outcome = Outcome(row.pk, title_of(row), url_of(row), "")
    try:
        with transaction.atomic():
            outcome.says = str(act.run(row, by, given))
            if not keep:
                transaction.set_rollback(True)
    except Denied as denied:
        outcome.reasons = [str(denied)]
    except Refused as refused:
        outcome.reasons = [str(reason) for reason in refused.reasons]
    return outcome


def title_of(row: Any) -> str:
    """What a row is called on the list."""
    if isinstance(row, Turn):
        return f"{wait_label(row.target_label, row.step)}: {row.title}"
    return str(row.title_for_people())


def url_of(row: Any) -> str:
    """Where a row is seen whole."""
    return row.url if isinstance(row, Turn) else str(row.get_absolute_url())
