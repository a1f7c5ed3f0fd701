"""What invoices put into the header."""

from django.utils.translation import gettext_lazy as _

from core import navigation
from vendors import permissions_invoices as who

navigation.register(62, _("Invoices"), "vendors:invoice_list", who=who.reads_invoices)
navigation.register(62, _("My invoices"), "vendors:my_invoices", who=who.bills)
