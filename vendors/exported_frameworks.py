"""What of frameworks leaves the house with a case: applications once they were handed in."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from core.exporting import described, only

WHY = _("An application is its vendor's own until it is handed in.")

described("vendors.Framework", "ref", "title")


@only("vendors.Answer", WHY)
def answers_handed_in(rows: Any) -> Any:
    """Answers of applications that were handed in."""
    return rows.filter(membership__applied_at__isnull=False)


@only("vendors.ApplicationEvidence", WHY)
def evidence_handed_in(rows: Any) -> Any:
    """Files of applications that were handed in."""
    return rows.filter(membership__applied_at__isnull=False)
