"""A project changes, in the browser: a small change that it records itself, a larger one decided.

Each act is done by the right person from the page that their list leads to, and tried by everybody
else first, as on the long road of `test_journey`.
"""

from types import SimpleNamespace

import pytest
from django.core.management import call_command
from django.db import transaction

from core import outbox
from core.cast import CAST
from core.models import User
from gating.models import Motion
from projects.models import Baseline, ChangeRequest
from tests.browser.road import Road
from tests.factories import changes

pytestmark = pytest.mark.browser

TEXTS = {
    "reason": "Dos estados más se suman.", "options": "No cambiar nada; esperar un año.",
    "cost_measure": "Cotizaciones de tres empresas.", "days_measure": "Velocidad de seis entregas.",
}  # fmt: skip
PROJECT = {"manager", "owner", "product"}


def test_a_small_change_is_recorded_and_a_larger_one_decided(windows, everybody):
    road = Road(windows, everybody)
    people = {member.local: User.objects.get(email=member.email) for member in CAST}
    with transaction.atomic():
        project = changes.running(SimpleNamespace(**people), cost=900_000)
    small = asked(road, project, "Más oficinas", "40000", "10")
    small = road.step("owner", small, "approve_delegated", reaches="approved_delegated")
    road.step("manager", small, "implement", reaches="implemented")
    assert Baseline.objects.filter(project=project).count() == 1
    large = asked(road, project, "Quioscos en clínicas", "150000", "100")
    large = road.step("owner", large, "refer", right={"secretariat"}, reaches="before_board")
    assert project.holds.active().exists()
    large = decided(road, large)
    assert not project.holds.active().exists()
    road.step("manager", large, "implement", reaches="implemented")
    project.refresh_from_db()
    assert project.cost == changes.minor(900_000 + 40_000 + 150_000)
    assert Baseline.objects.filter(project=project).count() == len(("v0", "v1"))
    assert "v1" in windows["auditor"].go(f"{project.get_absolute_url()}changes/").text
    outbox.drain()
    call_command("verify_history")
    call_command("verify_ledger")
    assert (windows.complaints, road.faults) == ([], [])


def asked(road, project, title, cost, days):
    """The manager writes a change, submits it and has its impact assessed."""
    page = project.get_absolute_url()
    values = {**TEXTS, "title": title, "cost": cost, "days": days}
    road.act("manager", f"{page}changes/new/", values, right=PROJECT,
             start=[page, f"{page}changes/"])  # fmt: skip
    change = ChangeRequest.objects.get(title=title)
    change = road.step("manager", change, "submit", right=PROJECT, reaches="submitted")
    return road.step("manager", change, "assess_impact", right={*PROJECT, "secretariat"},
                     reaches="impact_assessed")  # fmt: skip


def decided(road, change):
    """The chair, who decides alone on projects of this size, decides by motion."""
    road.act("secretariat", f"/motions/new/projects.changerequest/{change.pk}/",
             {"outcome": "approve", "text": "Se aprueba el cambio."})  # fmt: skip
    motion = Motion.objects.get()
    motion = road.step("secretariat", motion, "table", reaches="tabled")
    motion = road.step("chair", motion, "open", reaches="open")
    page = motion.get_absolute_url()
    road.act("chair", f"{page}vote/", {"choice": "for"}, start=["/waiting/", page])
    road.step("chair", motion, "close", reaches="carried")
    change.refresh_from_db()
    assert change.state == "approved"
    return change
