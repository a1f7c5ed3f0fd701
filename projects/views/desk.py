"""The money of the whole portfolio: totals by currency, what waits for finance, the books."""

from typing import Any

from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import HttpRequest
from django.views.generic import TemplateView

from core import money
from core.steps import allow
from projects import permissions, totals
from projects.accounts import Account
from projects.models import Claim, ClosedPeriod, PreparedEntry
from projects.models.claim import STANDING
from projects.models.totals import LEDGER

SHOWN = 100
"""So many rows of each kind, the oldest deadline first; the list of claims has them all."""


class MoneyDeskView(LoginRequiredMixin, TemplateView):
    """What stands where in each currency, and the ways to statements and closed books."""

    template_name = "projects/money_desk.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if request.user.is_authenticated:
            allow(permissions.reads_all_money, None, request.user)
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rows = [row for row in totals.read("currency") if any(row[name] for name in LEDGER)]
        waiting = PreparedEntry.objects.filter(state="prepared").order_by("pk")
        waiting = waiting.select_related("project", "prepared_by")
        owed = Claim.objects.filter(state__in=STANDING).order_by("due_on", "pk")
        owed = owed.select_related("project")
        return super().get_context_data(
            heads=[row["currency"] for row in rows],
            accounts=[(Account(name).label, [money.show(row[name], row["currency"])
                                             for row in rows]) for name in LEDGER],
            closed=ClosedPeriod.objects.first(), prepared=waiting[:SHOWN], owed=owed[:SHOWN],
            closes=permissions.authorises(None, self.request.user), **kwargs,
        )  # fmt: skip
