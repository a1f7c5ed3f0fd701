"""Vendors as a table: the rows of a page, written once each: no tag, no query a row."""

from collections.abc import Iterable
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString

from core.components import tags
from vendors.models import Size, VendorState

COLUMNS = ("ref", "name", "country", "tax_id", "size", "verified_size", "region",
           "verified_region", "state")  # fmt: skip
"""What a row of the table reads."""


def lines(page: Iterable[dict[str, Any]]) -> list[SafeString]:
    """The rows of a page; what is verified stands before what was declared."""
    states = tags(VendorState.choices, of="vendors.vendor")
    sizes = {value: str(label) for value, label in Size.choices}
    return [
        format_html(
            '<tr class="govuk-table__row"><th scope="row" class="govuk-table__header">'
            '<a class="govuk-link" href="/vendors/{}/">{}</a> <span class="c-soft">{}</span></th>'
            '<td class="govuk-table__cell">{}</td><td class="govuk-table__cell">{}</td>'
            '<td class="govuk-table__cell">{}</td><td class="govuk-table__cell">{}</td>'
            '<td class="govuk-table__cell">{}</td></tr>',
            row["ref"], row["name"], row["ref"], row["country"] or "–", row["tax_id"] or "–",
            sizes.get(row["verified_size"] or row["size"], "–"),
            row["verified_region"] or row["region"] or "–", states[row["state"]],
        )
        for row in page
    ]  # fmt: skip
