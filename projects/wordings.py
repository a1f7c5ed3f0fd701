"""The texts with which a business case begins."""

from pathlib import Path
from typing import Any

from django.utils.translation import gettext_lazy as _

from core import wording
from core.money import show
from projects.cases import TEXTS
from projects.models import BusinessCase

FILE = Path(__file__).parent / "wordings.json"
OF_PROJECT = {
    "project": _("title of the project"), "ref": _("reference of the project"),
    "institution": _("institution"), "manager": _("project manager"),
    "owner": _("certifying owner"), "cost": _("whole-life cost"),
}  # fmt: skip
"""What stands for a fact of the project in any text about it."""

for name in TEXTS:
    label = BusinessCase._meta.get_field(name).verbose_name  # type: ignore[union-attr]
    wording.declare(FILE, f"business_case.{name}", label, _("Business case"), OF_PROJECT)


def values_of(project: Any) -> dict[str, str]:
    """The facts of a project that texts name."""
    return {
        "project": project.title, "ref": project.ref,
        "institution": str(project.institution or "–"),
        "manager": str(project.manager or "–"), "owner": str(project.owner or "–"),
        "cost": show(project.cost, project.currency) if project.cost is not None else "–",
    }  # fmt: skip


def begin(case: BusinessCase, language: str) -> BusinessCase:
    """Put the template's words into the empty texts of a business case, not saved."""
    values = values_of(case.project)
    for text in TEXTS:
        if not getattr(case, text).strip():
            setattr(case, text, wording.written(f"business_case.{text}", language, values).body)
    return case
