"""What a complete catalogue entry has, and what this one lacks. Reads the project, writes nothing.

Source of the list: Mexico's ICT Policy (catalogue, feasibility, minimum requirements) as the OECD
reviewed it in 2020, chapter 4, and the domain, section 2.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

SHARED_COMPONENTS = (
    ("digital_identity", _("digital identity")),
    ("interoperability", _("interoperability platform")),
    ("e_signature", _("electronic signature")),
    ("single_portal", _("single portal")),
    ("notifications", _("notifications")),
    ("payments", _("payments")),
    ("open_data", _("open data portal")),
    ("none", _("none of them, for a reason given with the problem")),
)

# What must be filled: field, page where, sentence when it is empty.
FIELDS = (
    ("title", _("Give the project a title.")),
    ("problem", _("Describe the problem to be solved.")),
    ("users_and_needs", _("Say who the users are and what they need.")),
    ("institution_id", _("Name the institution.")),
    ("manager_id", _("Name the project manager.")),
    ("owner_id", _("Name the owner who certifies.")),
    ("currency", _("Choose the currency.")),
    ("cost", _("Enter the whole-life cost.")),
    ("starts_on", _("Enter the date of the start.")),
    ("ends_on", _("Enter the date of the end.")),
    ("risk", _("Judge the risk: low, medium or high.")),
    ("shared_components", _("Say which shared components are used, or that none is.")),
    ("open_standards", _("Name the open standards that are followed.")),
    ("licence", _("Name the licence under which the source code will be published.")),
)


@dataclass(frozen=True)
class Gap:
    """One thing the entry lacks: the sentence, the page where it is filled, the field there."""

    sentence: str
    page: str
    field: str = ""


def gaps(project: Any, roles: Iterable[tuple[str, str]]) -> list[Gap]:
    """Everything a complete entry needs and this one lacks; `roles`: those its tier asks for."""
    return [
        *_empty(project),
        *_contradictions(project),
        *_benefits(project),
        *_team(project, roles),
    ]


def _empty(project: Any) -> Iterator[Gap]:
    for name, sentence in FIELDS:
        if getattr(project, name) in (None, "", []):
            yield Gap(str(sentence), "projects:project_edit", name.removesuffix("_id"))


def _contradictions(project: Any) -> Iterator[Gap]:
    if project.manager_id and project.manager_id == project.owner_id:
        text = gettext("Manager and owner must be two people: one prepares, the other certifies.")
        yield Gap(text, "projects:project_edit", "owner")
    if project.cost == 0:
        yield Gap(gettext("The whole-life cost is zero: enter what the project will cost."),
                  "projects:project_edit", "cost")  # fmt: skip


def _benefits(project: Any) -> Iterator[Gap]:
    complete = {benefit.kind for benefit in project.benefits.all() if benefit.complete}
    wanted = (
        (
            "financial",
            gettext(
                "Describe at least one financial benefit with measure, baseline, target and owner."
            ),
        ),
        (
            "social",
            gettext(
                "Describe at least one social benefit with measure, baseline, target and owner."
            ),
        ),
    )
    for kind, sentence in wanted:
        if kind not in complete:
            yield Gap(sentence, "projects:project_benefits")


def _team(project: Any, roles: Iterable[tuple[str, str]]) -> Iterator[Gap]:
    filled = {member.role for member in project.team.all() if member.filled}
    for code, label in roles:
        if code not in filled:
            yield Gap(
                gettext("Fill the team role: %(role)s.") % {"role": label}, "projects:project_team"
            )
