"""Where a sprint stands, and which of its states belong together."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class SprintState(models.TextChoices):
    """Where a sprint stands."""

    PLANNED = "planned", pgettext_lazy("sprint", "planned")
    ACTIVE = "active", pgettext_lazy("sprint", "running")
    DELIVERED = "delivered", pgettext_lazy("sprint", "delivered")
    INSPECTING = "inspecting", pgettext_lazy("sprint", "being inspected")
    PROPOSED = "proposed", pgettext_lazy("sprint", "decision proposed")
    ACCEPTED = "accepted", pgettext_lazy("sprint", "accepted")
    ACCEPTED_WITH_DEBT = "accepted_with_debt", pgettext_lazy("sprint", "accepted with debt")
    REJECTED = "rejected", pgettext_lazy("sprint", "rejected")
    REWORK = "rework", pgettext_lazy("sprint", "being mended")
    CANCELLED = "cancelled", pgettext_lazy("sprint", "cancelled")
    TERMINATED = "terminated", pgettext_lazy("sprint", "ended with its order")


INSPECTED = (SprintState.ACCEPTED, SprintState.ACCEPTED_WITH_DEBT)
"""States in which a sprint is payable."""
UNDECIDED = (SprintState.DELIVERED, SprintState.INSPECTING, SprintState.PROPOSED)
"""States between a delivery and its decision."""
RUNNING = (SprintState.ACTIVE, *UNDECIDED, SprintState.REJECTED, SprintState.REWORK)
"""States in which a sprint has begun and is not over."""
OPEN = (SprintState.PLANNED, *RUNNING)
"""States in which something is still to come."""


class Verdict(models.TextChoices):
    """What the product owner proposes."""

    ACCEPT = "accept", _("accept")
    DEBT = "debt", _("accept with debt")
    REJECT = "reject", _("reject")
