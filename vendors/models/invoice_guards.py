"""What speaks against matching, approving or paying an invoice; never a hold, a bar or a lapse."""

from typing import Any

from django.apps import apps
from django.db.models import Sum
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.money import show
from core.refusals import requires
from projects.accounts import RELEASED
from projects.models.booking import balances

ACCEPTED = ("accepted", "accepted_with_debt")
"""States of a sprint in which its work is payable."""
UNSIGNED = ("draft", "funded")
"""States of an order in which nobody works on it yet."""
SURE = ("approved", "paid")
"""States of an invoice in which its money is as good as gone."""
UNDRAWN = ("planned", "reserved", "committed", "release_requested", "release_prepared", "frozen")
"""States of a tranche whose money is still to come."""


def billed(order: Any, states: tuple[str, ...], but: int | None = None) -> int:
    """What the invoices of an order in these states ask for work, in minor units, without tax.

    `but` names an invoice that is not counted.
    """
    invoices: Any = apps.get_model("vendors", "Invoice")
    rows = invoices.objects.filter(order=order, state__in=states).exclude(pk=but or 0).order_by()
    return int(rows.aggregate(sum=Sum("net"))["sum"] or 0)


def beyond_order(order: Any, net: int, states: tuple[str, ...], but: int | None = None) -> str:
    """The sentence against an invoice that the order's value does not bear; empty when it does."""
    before = billed(order, states, but)
    over = before + net - order.value
    if over <= 0:
        return ""
    shown = {"value": show(order.value, order.currency), "before": show(before, order.currency),
             "this": show(net, order.currency), "over": show(over, order.currency),
             "order": order.ref}  # fmt: skip
    return gettext("Order %(order)s is worth %(value)s with its amendments, without tax; "
                   "%(before)s is invoiced already, and this asks for %(this)s: %(over)s too "
                   "much. Ask the project's manager for an amendment of the order."
                   ) % shown  # fmt: skip


@requires(_("Only accepted sprints of the same order are payable, each at its payable amount."))
def sprints_accepted(invoice: Any) -> list[str]:
    found = []
    for line in invoice.live_lines():
        sprint = line.sprint
        if sprint.order_id != invoice.order_id:
            found.append(gettext("%(sprint)s belongs to another order.") % {"sprint": sprint})
        elif sprint.state not in ACCEPTED:
            found.append(gettext("%(sprint)s is not accepted.") % {"sprint": sprint})
        elif sprint.payable != line.amount:
            shown = {"sprint": sprint, "asked": show(line.amount, invoice.currency),
                     "payable": show(sprint.payable, invoice.currency)}  # fmt: skip
            found.append(gettext("%(sprint)s is payable with %(payable)s, not %(asked)s.") % shown)
    return found


@requires(_("The net amount is the sum of its sprints, to the last unit."))
def adds_up(invoice: Any) -> list[str]:
    net = sum(line.amount for line in invoice.live_lines())
    interest = sum(line.amount for line in invoice.live_interest())
    found = []
    if invoice.net != net:
        shown = {"net": show(invoice.net, invoice.currency), "sum": show(net, invoice.currency)}
        found.append(gettext("The net amount is %(net)s; its sprints come to %(sum)s.") % shown)
    if invoice.interest != interest:
        shown = {"interest": show(invoice.interest, invoice.currency),
                 "sum": show(interest, invoice.currency)}  # fmt: skip
        found.append(gettext("The interest is %(interest)s; %(sum)s is owed.") % shown)
    if not net and not interest:
        found.append(gettext("It names no accepted sprint and no interest."))
    return found


def tax_differences(invoice: Any) -> list[str]:
    """The sentences on taxes that the invoice states otherwise than the rules; [] when they agree.

    What the rules said when it came in stands on the invoice.
    """
    found = []
    if invoice.tax != invoice.tax_due:
        shown = {"stated": show(invoice.tax, invoice.currency),
                 "due": show(invoice.tax_due, invoice.currency)}  # fmt: skip
        found.append(gettext("The invoice charges %(stated)s of tax; by the rules of its country "
                             "it is %(due)s.") % shown)  # fmt: skip
    if invoice.withheld != invoice.withheld_due:
        shown = {"stated": show(invoice.withheld, invoice.currency),
                 "due": show(invoice.withheld_due, invoice.currency)}  # fmt: skip
        found.append(gettext("The invoice lets %(stated)s of tax be withheld; by the rules of its "
                             "country it is %(due)s.") % shown)  # fmt: skip
    return found


@requires(_("The taxes on the invoice are those of the rules."))
def tax_agrees(invoice: Any) -> list[str]:
    return tax_differences(invoice)


@requires(_("The taxes on the invoice are those of the rules: there is nothing to dispute."))
def tax_differs(invoice: Any) -> bool:
    return bool(tax_differences(invoice))


@requires(_("The order is not signed yet."))
def order_signed(invoice: Any) -> bool:
    return invoice.order.state not in UNSIGNED


@requires(_("What is paid under an order never passes its value."))
def within_order(invoice: Any) -> list[str]:
    sentence = beyond_order(invoice.order, invoice.net, SURE, but=invoice.pk)
    return [sentence] if sentence else []


def next_tranche(project: Any) -> Any:
    """The tranche that would bring the next money to spend, or None."""
    rows = project.tranches.filter(state__in=UNDRAWN, amount__gt=0)
    return rows.order_by("number", "pk").first()


def shortage(invoice: Any) -> int:
    """How much must still be released before this invoice can be paid, in minor units."""
    return max(invoice.total - balances(invoice.order.project)[RELEASED], 0)


def where_money_is(invoice: Any) -> str:
    """The page where the missing money is asked for."""
    project = invoice.order.project
    tranche = next_tranche(project)
    if tranche is not None:
        return str(tranche.get_absolute_url())
    return reverse("projects:money", args=[project.ref])


@requires(_("Not enough of the project's money is released."), who=_("manager"),
          where=where_money_is)  # fmt: skip
def enough_released(invoice: Any) -> list[str]:
    missing = shortage(invoice)
    if not missing:
        return []
    project = invoice.order.project
    shown: dict[str, Any] = {
        "there": show(balances(project)[RELEASED], project.currency),
        "total": show(invoice.total, project.currency), "missing": show(missing, project.currency),
    }  # fmt: skip
    tranche = next_tranche(project)
    if tranche is None:
        return [gettext("“released” holds %(there)s; this invoice takes %(total)s. %(missing)s is "
                        "missing and no further tranche is planned: the project's manager asks "
                        "for a change of the budget.") % shown]  # fmt: skip
    shown |= {"number": tranche.number, "gate": tranche.gate}
    if tranche.state in ("planned", "reserved"):
        return [gettext("“released” holds %(there)s; this invoice takes %(total)s. The missing "
                        "%(missing)s comes with tranche %(number)s, which gate %(gate)s commits; "
                        "the project's manager then asks for its release.") % shown]  # fmt: skip
    return [gettext("“released” holds %(there)s; this invoice takes %(total)s. The missing "
                    "%(missing)s comes with tranche %(number)s: the project's manager asks for "
                    "its release on its page.") % shown]  # fmt: skip
