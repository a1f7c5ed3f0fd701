"""Projects with money: as far along as a test needs them, through the real rules."""

from contextlib import contextmanager
from datetime import date
from types import SimpleNamespace

from django.db import transaction

from core import history
from core.machines import running
from core.models import RoleGrant
from core.steps import create, perform
from projects import tranches
from projects.models import Hold, Project, Register, Tier, TierBand
from tests.factories.people import institution
from tests.stock import stocked

TIERS = {"small": (1, "chair", "server"), "large": (3, "board", "shares")}


@contextmanager
def during(verb: str):
    """As if inside this step: what a posting may be caused by."""
    label, _dot, step = verb.rpartition(".")
    row = SimpleNamespace(_meta=SimpleNamespace(label_lower=label), taking=step)
    token = running.set((*running.get(), row))
    try:
        yield
    finally:
        running.reset(token)


def tier(code: str = "large", currency: str = "MXN", holdback: int = 10, cap: int = 10**9) -> Tier:
    rank, decider, sealing = TIERS[code]
    found, _made = Tier.objects.update_or_create(
        code=code,
        defaults={"name": code, "rank": rank, "decider": decider, "sealing": sealing,
                  "holdback_percent": holdback},
    )  # fmt: skip
    TierBand.objects.update_or_create(
        tier=found, currency=currency, defaults={"from_cost": 0, "discovery_cap": cap}
    )
    return found


@stocked
@transaction.atomic
def project(cast, *, currency: str = "MXN", cost: int = 10**10, stage: str = "alpha", **fields):
    """A project of the cast's manager and owner, in a stage, with a tier that holds back 10 %."""
    ref = Register.take()[0]
    if "tier" not in fields:
        fields["tier"] = tier(currency=currency)
    row = Project(
        ref=ref, title="Pago de pensiones", dossier=history.open_dossier("project", ref),
        institution=institution(), manager=cast.manager, owner=cast.owner, currency=currency,
        cost=cost, stage=stage, risk="low", starts_on=date(2026, 1, 1), ends_on=date(2028, 1, 1),
        **fields,
    )  # fmt: skip
    return create(row, by=cast.secretariat)


@stocked
def planned(cast, row, **amounts: int):
    """Its tranches planned by the manager: `t0=…, t1=…` in minor units."""
    return tranches.plan(
        row, {int(name[1:]): amount for name, amount in amounts.items()}, by=cast.manager
    )


@stocked
@transaction.atomic
def exercised(cast, row, gate: str = "G1"):
    """A gate exercised by the owner: budget approved, tranche committed. Returns the tranche."""
    with during("gating.gatereview.exercise"):
        if gate == "G1":
            tranches.approve_plan(row, by=cast.owner, because=gate)
        return tranches.commit(row, gate, by=cast.owner, because=gate)


@stocked
def committed(cast, amount: int = 100_000_00, **fields):
    """The first tranche of a new project, committed by its gate."""
    row = project(cast, **fields)
    planned(cast, row, t1=amount)
    return exercised(cast, row)


@stocked
def drawn(cast, tranche):
    """A committed tranche released by three people."""
    for step, person in (
        ("request_release", cast.manager),
        ("prepare_release", cast.preparer),
        ("authorise_release", cast.authoriser),
    ):
        tranche = perform(tranche, step, by=person)
    return tranche


@stocked
@transaction.atomic
def hold(cast, row, **fields):
    return create(
        Hold(project=row, reason="Faltan pruebas", cure="finding", placed_by=cast.auditor,
             placed_at="2026-01-01T00:00Z", **fields),
        by=cast.auditor,
    )  # fmt: skip


def grant(person, role: str) -> None:
    RoleGrant.objects.create(user=person, role=role, starts=date(2020, 1, 1))
    person.__dict__.pop("standing", None)
