"""Addresses of the room, by aggregate."""

from vendors import (
    urls_companies,
    urls_frameworks,
    urls_invoices,
    urls_orders,
    urls_sprints,
)

app_name = "vendors"

urlpatterns = [
    *urls_companies.urlpatterns,
    *urls_frameworks.urlpatterns,
    *urls_orders.urlpatterns,
    *urls_sprints.urlpatterns,
    *urls_invoices.urlpatterns,
]
