"""Orders as tables: what a list and its export show, and what one page shows of an order."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from core.components import tags
from core.money import from_minor, show
from projects import earmarks
from vendors.models import Order, OrderKind, OrderState, order_money
from vendors.models import order_conditions as only_if
from vendors.models.amendment import flags

COLUMNS = ("ref", "title", "kind", "state", "value", "currency", "signed_on", "vendor__name",
           "project__ref", "project__title", "institution__name", "lot__number",
           "lot__framework__ref")  # fmt: skip
"""What a row of the list reads."""
ROW = (
    '<tr class="govuk-table__row"><th scope="row" class="govuk-table__header">'
    '<a class="govuk-link" href="/orders/{}/">{}</a><br><span class="c-soft">{}</span></th>'
    '<td class="govuk-table__cell">{}</td><td class="govuk-table__cell">{}</td>'
    '<td class="govuk-table__cell">{} · {}</td>'
    '<td class="govuk-table__cell govuk-table__cell--numeric">{}</td>'
    '<td class="govuk-table__cell">{}</td><td class="govuk-table__cell">{}{}</td></tr>'
)


def lines(page: Iterable[dict[str, Any]]) -> list[SafeString]:
    """The rows of a page of the list, written once each: no tag, no query a row."""
    states = tags(OrderState.choices, of="vendors.order")
    past = format_html(' <span class="c-soft">{}</span>', OrderKind.HISTORICAL.label)
    project = '{}<br><span class="c-soft">{}</span>'
    return [
        format_html(
            ROW, row["ref"], row["ref"], row["title"], row["vendor__name"],
            format_html(project, row["project__ref"], row["project__title"])
            if row["project__ref"] else row["institution__name"],
            row["lot__framework__ref"], row["lot__number"], show(row["value"], row["currency"]),
            date_format(row["signed_on"], "SHORT_DATE_FORMAT") if row["signed_on"] else "–",
            states[row["state"]], past if row["kind"] == OrderKind.HISTORICAL else "",
        )
        for row in page
    ]  # fmt: skip


def export(rows: Iterable[Order]) -> tuple[list[str], Iterator[list[Any]]]:
    """Header and rows of a list of orders for other programs; amounts without grouping."""
    header = [_("Order"), _("Title"), _("State"), _("Kind"), _("Vendor"), _("Vendor's reference"),
              _("Project"), _("Institution"), _("Framework"), _("Lot"), _("Value"),
              _("Value when it was signed"), _("Currency"), _("Signed on"),
              _("Last day")]  # fmt: skip
    return header, (_cells(row) for row in rows)


def _cells(row: Order) -> list[Any]:
    return [
        row.ref, row.title, row.get_state_display(), row.get_kind_display(), row.vendor.name,
        row.vendor.ref, row.project.ref if row.project else "", row.institution.name,
        row.lot.framework.ref, row.lot.number, from_minor(row.value, row.currency),
        from_minor(row.original_value, row.currency) if row.original_value else "", row.currency,
        row.signed_on or "", row.ends_on or "",
    ]  # fmt: skip


def money_of(order: Order) -> dict[str, int | None]:
    """What an order is worth, what is set aside for it, paid and owed, in minor units."""
    found = earmarks.of(order) if order.project_id else None
    signed = bool(order.original_value)
    return {
        "value": order.value, "original": order.original_value if signed else None,
        "growth": order.growth if signed else None,
        "set_aside": found.amount if found else None,
        "paid": found.used if found else None,
        "owed": order_money.owed(order) if found else None,
        "left": order_money.left(order) if found else None,
    }  # fmt: skip


def amendments_of(order: Order) -> tuple[list[Any], list[str]]:
    """The amendments with the flags of each, and what flags the order as it stands."""
    rows = list(order.amendments.select_related("proposed_by", "confirmed_by", "vendor_signed_by"))
    growth = extensions = 0
    for row in rows:
        row.order = order
        if row.state in ("in_force", "proposed"):
            growth += row.value_change
            extensions += int(row.extends)
            row.flagged = flags(order, growth=growth,  # type: ignore[attr-defined]
                                extensions=extensions if row.extends else 0)  # fmt: skip
            if row.state == "proposed":  # it does not count yet
                growth -= row.value_change
                extensions -= int(row.extends)
    return rows, flags(order, growth=growth, extensions=extensions)


def linked_notes(order: Order) -> list[str]:
    """What linked purchases say of a direct order, in sentences; [] for others."""
    if order.kind != Order.Kind.DIRECT:
        return []
    return [only_if.sentence(found, order) for found in only_if.linked(order)]
