"""The page of a project: the sluice, what is in the way, and everything beneath."""

from typing import Any

from django.core.cache import cache
from django.db.models import Count
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.views.generic import ListView

from core import checkpoints, clock
from core.models import Event, Turn
from core.telling import told
from core.views import DetailPage, VisibleMixin
from gating import permissions_seal, seal_conditions
from gating.models import Condition, Evidence, GateReview, Service
from gating.permissions_emergency import asks
from oversight import basins, draw
from oversight.sluice import sluice
from projects import funding, reports
from projects.models import Project
from projects.permissions import edits, manages
from vendors.models.order_conditions import RUNNING_STAGES
from vendors.permissions_orders import drafts_orders

RELATED = ("dossier", "institution", "manager", "owner", "product_owner", "tier", "outlook")


class ProjectDetailView(DetailPage):
    """One project, for everybody who may see it."""

    model = Project
    template_name = "oversight/project_detail.html"
    body_name = "oversight/_project_body.html"

    def get_queryset(self) -> Any:
        return super().get_queryset().select_related(*RELATED)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_context_data(**kwargs), "body": self._body()}

    def _body(self) -> SafeString:
        """All but the steps, kept a minute for one person while no event joins the case.

        Every change of a case goes through its history, so the newest event's seal tells whether
        what was rendered is still so; the day is part of the key for what falls due.
        """
        project, user = self.object, self.request.user
        key = (project.pk, project.dossier.head, user.pk, get_language(),
               clock.local_day(project.institution), self.body_name)  # fmt: skip
        name = "project:" + ":".join(str(part) for part in key)
        if (kept := cache.get(name)) is None:
            kept = render_to_string(self.body_name, page_of(project, user))
            cache.set(name, kept, 60)
        return SafeString(kept)


def page_of(project: Project, user: Any) -> dict[str, Any]:
    """Everything a project's page shows beneath its head, in a bounded number of queries."""
    reviews = list(project.reviews.select_related("gate", "board", "project", "tier"))
    newest = basins.newest_reviews(reviews)
    tranches = list(project.tranches.order_by("number"))
    balances = funding.balances(project)
    waits = list(Turn.objects.filter(dossier=project.dossier_id))
    events = project.dossier.events.select_related("actor", "on_behalf_of")
    drawn = sluice(
        basins.basins(project, tranches, balances),
        basins.gates(project, newest, _locks(reviews)),
        key=project.ref,
    )
    return {
        "project": project, "sluice": drawn, "reviews": reviews, "tranches": tranches,
        "draw": draw.why_not(project, _ahead(project, newest), waits, user),
        "holds": list(project.holds.active()),
        "exceptions": list(project.exceptions.open_().select_related("project__institution")),
        "evidence": evidence_of(project, user)[:20],
        "team": project.team.select_related("person"),
        "benefits": project.benefits.all(),
        "lights": reports.outlook_lights(getattr(project, "outlook", None)),
        "late_reports": reports.missing(project),
        "baselines": project.baselines.all(),
        "events": told(events.order_by("-number")[:8]),
        "gaps": project.gaps() if project.stage == "draft" else [],
        "edits": edits(project, user), "manages": manages(project, user),
        **seals_of(project, user), **orders_of(project, user),
    }  # fmt: skip


def orders_of(project: Project, user: Any) -> dict[str, Any]:
    """The newest orders for a project, and whether this person calls off another."""
    rows = project.orders.select_related("vendor", "project").order_by("-pk")[:5]
    calls = project.stage in RUNNING_STAGES and drafts_orders(project, user)
    return {"orders": list(rows), "calls_off": calls}


def seals_of(project: Project, user: Any) -> dict[str, Any]:
    """The services of a live project, which may apply for the Seal; nothing before."""
    if project.stage not in seal_conditions.LIVE:
        return {"seal_services": None}
    own = permissions_seal.registers_services(Service(project=project), user)
    return {"seal_services": list(project.services.all()), "registers_service": own}


def evidence_of(project: Project, user: Any) -> Any:
    """The evidence of a project that this person may see, newest first."""
    rows = Evidence.objects.visible_to(user).filter(project=project)
    return rows.exclude(state="superseded").select_related("document__blob").order_by("-pk")


def _locks(reviews: list[GateReview]) -> dict[int, int]:
    """How many conditions are open, by review."""
    rows = Condition.objects.filter(review__in=reviews).exclude(state__in=("closed", "waived"))
    counted = rows.order_by().values_list("review").annotate(n=Count("pk"))
    return dict(counted)


def _ahead(project: Project, newest: dict[str, GateReview]) -> GateReview | None:
    """The newest review of the first gate that is not passed yet."""
    shut = [code for code in basins.GATES if project.stage not in basins.AFTER[code]]
    return newest.get(shut[0]) if shut else None


class ProjectDrawView(ProjectDetailView):
    """Why can't I draw? on a page of its own."""

    template_name = "oversight/project_draw.html"
    body_name = "oversight/_project_draw.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        found = super().get_context_data(**kwargs)
        return {**found, "asks_exception": asks(self.object, self.request.user)}


class ProjectHistoryView(VisibleMixin, ListView):
    """The whole history of a case with its hashes."""

    model = Event
    template_name = "oversight/project_history.html"
    paginate_by = 50

    def get_queryset(self) -> Any:
        rows = Project.objects.visible_to(self.request.user).select_related("dossier")
        self.project = get_object_or_404(rows, ref=self.kwargs["ref"])
        events = self.project.dossier.events.select_related("actor", "on_behalf_of")
        return events.order_by("-number")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        found = super().get_context_data(**kwargs)
        seen = checkpoints.seen(self.project.dossier)
        return {
            **found,
            "project": self.project,
            "seen": seen,
            "events": told(found["object_list"]),
        }
