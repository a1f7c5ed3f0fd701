"""Handing over: the services that a leaver answers for pass to a successor in one act."""

from typing import Any

from core import absence, history, turns
from core.models import User
from gating.models import Service


def services_of(leaver: User, successor: User, by: User, because: str) -> list[Any]:
    """Put the successor in the leaver's place on every service; what waits for them follows.

    An evaluation is not handed over: the secretariat replaces the evaluator.
    """
    moved = []
    for service in Service.objects.filter(lead=leaver).select_related("dossier"):
        history.lock(service.dossier)
        service.lead = successor
        service.save(update_fields=["lead"])
        details = {"before": leaver.pk, "after": successor.pk}
        history.record("gating.service.hand_over", service, by=by, because=because,
                       details=details)  # fmt: skip
        for row in [*service.applications.all(), *service.seals.all()]:
            turns.refresh(row)
        moved.append(service)
    return moved


if services_of not in absence.movers:
    absence.movers.append(services_of)
