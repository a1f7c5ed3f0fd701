"""Projects as tests need them, brought to their stage through the real rules."""

from datetime import date
from decimal import Decimal

from core.machines import running
from core.money import to_minor
from core.steps import perform
from projects import baselines, cases, closing, duplicates, entries
from projects.models import Project
from tests.stock import stocked

ENTRY = {
    "problem": "Citizens queue for hours to obtain a certificate that the registry already holds.",
    "users_and_needs": "Parents and employers need the certificate at home, at any hour.",
    "currency": "MXN",
    "starts_on": date(2026, 1, 1),
    "ends_on": date(2027, 12, 31),
    "risk": "low",
    "shared_components": ["digital_identity"],
    "open_standards": "OpenAPI 3.1, OpenID Connect",
    "licence": "Apache-2.0",
    "tags": ["birth"],
}
ROLES = ["product_manager", "delivery_manager", "user_researcher", "technical_lead", "security",
         "accessibility"]  # fmt: skip


@stocked
def draft(cast, title: str = "Online birth certificate", *, cost=5_000_000, **values) -> Project:
    """A draft with manager and owner, its text complete, without benefits and team."""
    values = {**ENTRY, "title": title, "institution": cast.manager.institution,
              "manager": cast.manager, "owner": cast.owner, **values}  # fmt: skip
    if cost is not None:
        values["cost"] = to_minor(cost, values["currency"] or "MXN")
    return entries.register(values, by=cast.manager)


def benefit(kind: str, cast, **values) -> dict:
    return {"kind": kind, "title": f"A {kind} benefit", "measure": "hours saved", "unit": "hours",
            "baseline": Decimal(10), "target": Decimal(2), "owner": cast.owner,
            "due": date(2028, 6, 30), **values}  # fmt: skip


@stocked
def complete(cast, title: str = "Online birth certificate", **values) -> Project:
    """A draft whose entry lacks nothing and whose owner has accepted."""
    project = draft(cast, title, **values)
    cases.save_team(
        project, [{"role": role, "name": "Rosa Peña"} for role in ROLES], by=cast.manager
    )
    cases.save_benefits(
        project, [benefit("financial", cast), benefit("social", cast)], by=cast.manager
    )
    return entries.accept_ownership(project, by=cast.owner)


@stocked
def answered(project: Project, cast) -> Project:
    """The same, its duplicates searched and answered for."""
    search = duplicates.run(project, by=cast.secretariat)
    for hit in search.hits.all():
        duplicates.answer(hit, "different", "Another need.", by=cast.secretariat)
    return Project.objects.get(pk=project.pk)


@stocked
def triaged(cast, title: str = "Online birth certificate", **values) -> Project:
    """A project that the secretariat has triaged."""
    return perform(answered(complete(cast, title, **values), cast), "triage", by=cast.secretariat)


@stocked
def in_business_case(cast, title: str = "Online birth certificate", **values) -> Project:
    """A project whose business case has begun."""
    return perform(triaged(cast, title, **values), "open_business_case", by=cast.manager)


class Cause:
    """Stands in a test for the exercise of a gate or another step of an upper room."""

    class _meta:  # noqa: N801
        label_lower = "gating.gatereview"

    def __init__(self, taking: str = "exercise") -> None:
        self.taking = taking


def as_if(project: Project, step: str, by, *, cause: Cause | None = None) -> Project:
    """Take a consequence step as the exercise of a gate would cause it."""
    token = running.set((cause or Cause(),))
    try:
        return perform(project, step, by=by, because="the gate is open")
    finally:
        running.reset(token)


@stocked
def accept_closure(project: Project, cast) -> None:
    """The closure report, written by the manager and accepted by the owner."""
    parts = {"delivered": "All of it.", "lessons": "Start early.", "residual": "Nothing.",
             "documentation": "With the registry."}  # fmt: skip
    closure = perform(closing.write_closure(project, parts, by=cast.manager), "hand_in",
                      by=cast.manager)  # fmt: skip
    perform(closure, "accept", by=cast.owner)


@stocked
def measured(cast, title: str = "Online birth certificate", **values) -> Project:
    """A project in alpha with its first baseline, set now."""
    project = in_business_case(cast, title, **values)
    baselines.set_first(project, by=cast.owner, because="G1")
    return as_if(project, "open_alpha", cast.owner)


def at(stage: str, cast, title: str = "Online birth certificate") -> Project:
    """A project at any stage."""
    if stage == "draft":
        return complete(cast, title)
    if stage == "triaged":
        return triaged(cast, title)
    project = in_business_case(cast, title)
    road = {"alpha": ["open_alpha"], "beta": ["open_alpha", "open_beta"],
            "live": ["open_alpha", "open_beta", "open_live"]}  # fmt: skip
    if stage in ("closing", "closed"):
        ending = {
            "benefits_owner": cast.owner,
            "benefits_review_on": date(2028, 1, 1),
        }
        entries.edit(project, ending, by=cast.manager)
    steps = road.get(stage, road["live"] if stage in ("closing", "closed") else [])
    steps = [*steps, *(["begin_closing"] if stage in ("closing", "closed") else [])]
    for step in steps:
        project = as_if(project, step, cast.owner)
    if stage == "closed":
        accept_closure(project, cast)
        return perform(project, "close", by=cast.secretariat)
    if stage == "stopped":
        return as_if(project, "stop", cast.chair, cause=Cause("stop"))
    if stage == "withdrawn":
        return perform(project, "withdraw", by=cast.owner, because="given up")
    return project
