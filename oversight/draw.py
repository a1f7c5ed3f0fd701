"""Why can't I draw? Every unmet guard between a project and its next money."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from core.machines import wait_label
from core.models import Role, Turn, User
from core.models.people import RowRole
from core.steps import steps
from gating.models import GateReview
from projects.models import Project, Tranche
from projects.tranches import next_to_draw, release_guards

MAIN_ROAD = frozenset(
    {"begin", "resume", "prepare", "certify", "start_assessment", "draft_report",
     "begin_factual_check", "table", "enter_force", "exercise"}
)  # fmt: skip
OVER = ("superseded", "withdrawn", "refused", "expired", "rescinded")


@dataclass(frozen=True)
class Unmet:
    """What stands in the way: the sentence, who can mend it, where, and by when."""

    sentence: str
    who: str = ""
    url: str = ""
    due: datetime | None = None


@dataclass(frozen=True)
class Draw:
    """The next money of a project, and all that stands between; ready when nothing does."""

    tranche: Tranche | None
    unmet: list[Unmet]

    @property
    def ready(self) -> bool:
        return self.tranche is not None and not self.unmet


def why_not(
    project: Project, review: GateReview | None, waits: list[Turn], reader: User | None = None
) -> Draw:
    """Every unmet guard to the next money of a project.

    `review` is the newest review of the gate ahead, `waits` are the kept turns of the case. A
    `reader` is led to the page of a turn when it is theirs: for others that page does not exist.
    """
    tranche = next_to_draw(project)
    found = _entry(project)
    if tranche is not None and project.stage not in ("draft", "withdrawn", "stopped", "closed"):
        found += _gate(project, tranche, review)
        found += [Unmet(str(u.sentence), str(u.who), u.url or "", u.due)
                  for u in release_guards(tranche)]  # fmt: skip
    if tranche is None and project.stage not in ("draft", "closed", "stopped", "withdrawn"):
        found.append(Unmet(_("No tranche is planned beyond those drawn already."),
                           _("Project manager"), f"/projects/{project.ref}/money/"))  # fmt: skip
    return Draw(tranche, _once(found + _waiting(waits, review, tranche, reader)))


def _entry(project: Project) -> list[Unmet]:
    """What keeps a draft from being triaged."""
    if project.stage != "draft":
        return []
    triage = next((found for found in steps(project) if found.name == "triage"), None)
    return _unmet(project, triage) if triage else []


def _gate(project: Project, tranche: Tranche, review: GateReview | None) -> list[Unmet]:
    """What keeps the gate of the tranche shut, as far as a review has come."""
    if tranche.number == 0 or tranche.state not in ("planned", "reserved"):
        return []
    if review is None or review.state in OVER:
        text = _("Gate %(gate)s has no review under way; plan one.") % {"gate": tranche.gate}
        return [Unmet(text, _("Project manager"), f"{project.get_absolute_url()}#reviews")]
    ahead = [found for found in steps(review) if found.name in MAIN_ROAD]
    return [unmet for found in ahead for unmet in _unmet(review, found)]


def _unmet(row: Any, transition: Any) -> list[Unmet]:
    found = []
    for guard in transition.conditions:
        url = guard.where(row) if guard.where else row.get_absolute_url()
        who = str(guard.who) if guard.who else ""
        found += [Unmet(reason, who, url or "") for reason in guard.reasons(row)]
    return found


def _waiting(
    waits: list[Turn], review: GateReview | None, tranche: Tranche | None, reader: User | None
) -> list[Unmet]:
    """Whose turn it is on the road to the money, with their deadlines."""
    on_the_way = [wait for wait in waits if _leads_on(wait, review, tranche)]
    names = _people(on_the_way)
    mine = None if reader is None else set(reader.standing.audiences())
    elsewhere = {row._meta.label_lower: row.get_absolute_url() for row in (review, tranche) if row}
    found: dict[tuple[str, str, int], list[Turn]] = {}
    for wait in on_the_way:
        found.setdefault((wait.target_label, wait.step, wait.target_id), []).append(wait)
    return [
        Unmet(
            _("Next step: %(step)s (%(what)s).")
            % {"step": wait_label(label, name), "what": turns[0].title},
            ", ".join(dict.fromkeys(_audience(turn.audience, names) for turn in turns)),
            turns[0].url if mine is None or mine & {turn.audience for turn in turns}
            else elsewhere.get(label, ""), turns[0].due,
        )
        for (label, name, _pk), turns in found.items()
    ]  # fmt: skip


def _leads_on(wait: Turn, review: GateReview | None, tranche: Tranche | None) -> bool:
    if wait.target_label == "projects.tranche":
        return tranche is not None and wait.target_id == tranche.pk
    if wait.target_label == "gating.gatereview":
        return review is not None and wait.target_id == review.pk
    return wait.target_label in ("projects.project", "gating.motion", "gating.condition",
                                 "gating.assessment", "projects.hold")  # fmt: skip


def _people(waits: Iterable[Turn]) -> dict[int, str]:
    wanted = {int(wait.audience.split(":")[1]) for wait in waits if wait.audience[:5] == "user:"}
    return dict(User.objects.filter(pk__in=wanted).values_list("pk", "name"))


def _audience(audience: str, names: dict[int, str]) -> str:
    kind, _colon, rest = audience.partition(":")
    if kind == "role":
        return str(dict(Role.choices).get(rest, rest))
    person, _colon, role = rest.partition(":")
    name = names.get(int(person), "") if person.isdigit() else ""
    label = dict(RowRole.choices).get(role)
    return f"{name} ({label})" if label else name


def _once(found: list[Unmet]) -> list[Unmet]:
    return list(dict.fromkeys(found))
