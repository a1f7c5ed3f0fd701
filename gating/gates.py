"""The four gates: put in place with the database, their standards set by the standards editor."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from core import clock, history
from core.models import Dossier, User
from core.refusals import Refused
from core.steps import allow
from gating.models.gate import Gate, GateRule, GateStandard
from gating.models.standard import Standard
from gating.permissions import edits_standards
from projects.models import Tier

GATES = (
    ("G1", gettext_noop("Business case"), "business_case", "alpha", ["business_case"], 1),
    ("G2", gettext_noop("Alpha"), "alpha", "beta", ["alpha"], 2),
    ("G3", gettext_noop("Beta"), "beta", "live", ["beta", "live"], 3),
    ("G4", gettext_noop("Live"), "live", "closing", ["live"], None),
)
"""Code, name, stage before, stage opened, stages whose criteria are asked, tranche committed."""
ASKED = (
    ("G1", "mx-ict-policy-commissioning", None),
    ("G1", "uk-five-case-model", "large"),
    ("G2", "uk-service-standard", None),
    ("G3", "uk-service-standard", None),
    ("G4", "uk-service-standard", None),
)
"""Gate, standard and tier (None: every tier) as delivered; the standards editor changes it."""


@transaction.atomic
def put_in_place() -> None:
    """Create the gates and their rules where they are missing; what was edited stays."""
    for place, (code, name, stage, opens, leaves, tranche) in enumerate(GATES, 1):
        gate = Gate.objects.filter(code=code).first()
        if gate is None:
            ref = f"gate/{code}"
            known = Dossier.objects.filter(ref=ref).first()
            gate = Gate.objects.create(
                dossier=known or history.open_dossier("gate", ref), code=code, position=place,
                name=name, stage=stage, opens=opens, leaves=leaves, tranche=tranche,
            )  # fmt: skip
        there = set(gate.rules.values_list("tier_id", flat=True))
        GateRule.objects.bulk_create(
            GateRule(gate=gate, tier=tier, disciplines=tier.disciplines)
            for tier in Tier.objects.exclude(pk__in=there)
        )


@transaction.atomic
def assign_delivered() -> None:
    """Give the gates that ask no standard the delivered ones, as far as these are published."""
    by = clock.clock_account()
    bare = set(Gate.objects.filter(standards=None).values_list("code", flat=True))
    for code, standard_code, tier_code in ASKED:
        standard = Standard.objects.published().filter(code=standard_code).first()
        if code not in bare or standard is None:
            continue
        gate = Gate.objects.get(code=code)
        tier = Tier.objects.filter(code=tier_code).first() if tier_code else None
        if tier_code is None or tier is not None:
            _assign(gate, standard, tier, mandatory=True, by=by, because=_("As delivered."))


@transaction.atomic
def assign(
    gate: Gate, standard: Standard, *, mandatory: bool, tier: Tier | None, by: User, because: str
) -> GateStandard:
    """Ask a standard at a gate from now on; open reviews stay as they are. Raises Refused."""
    allow(edits_standards, gate, by)
    history.lock(gate.dossier)
    if standard.state != Standard.States.PUBLISHED:
        raise Refused(_("Only a published standard can be asked at a gate."))
    if not any(set(row.stages) & set(gate.leaves) for row in standard.criteria.all()):
        raise Refused(_("None of its criteria is asked at this gate."))
    if gate.standards.filter(standard=standard, tier=tier).exists():
        raise Refused(_("The gate asks this standard already."))
    return _assign(gate, standard, tier, mandatory=mandatory, by=by, because=because)


def _assign(
    gate: Gate, standard: Standard, tier: Tier | None, *, mandatory: bool, by: User, because: str
) -> GateStandard:
    row = GateStandard.objects.create(gate=gate, standard=standard, mandatory=mandatory, tier=tier)
    history.record("gating.gate.ask_standard", gate, by=by, because=because, details=_said(row))
    return row


@transaction.atomic
def release(row: GateStandard, *, by: User, because: str) -> None:
    """A gate no longer asks a standard; open reviews stay as they are."""
    allow(edits_standards, row.gate, by)
    history.record("gating.gate.drop_standard", row.gate, by=by, because=because,
                   details=_said(row))  # fmt: skip
    row.delete()


def _said(row: GateStandard) -> dict[str, Any]:
    return {
        "standard": row.standard.code, "version": row.standard.version,
        "mandatory": row.mandatory, "tier": row.tier.code if row.tier else "",
    }  # fmt: skip
