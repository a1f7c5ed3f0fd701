"""Entering taxes, days to pay and late interest: always a new version, never a change."""

from datetime import date
from typing import Any

from django.apps import apps
from django.db import IntegrityError, transaction
from django.db.models import Max
from django.db.models.signals import post_migrate
from django.utils.translation import gettext as _

from core import clock
from core.models import User
from core.refusals import Refused
from core.steps import allow
from vendors import permissions_invoices as who
from vendors.models import PaymentTerm, TaxKind, TaxRule
from vendors.models.rates import ANYWHERE, SERVICES

DEFAULT_TERM: dict[str, Any] = {
    "days": 30, "working_days": False, "yearly_ppm": 80_000, "day_count": 365,
    "source": "Compuerta: 30 days, 8 % a year",
}  # fmt: skip
"""Compuerta's own default (domain, section 1); an administrator enters what the law says."""
DEFAULT_TAX: dict[str, Any] = {
    "country": "MX", "category": SERVICES, "kind": TaxKind.ADDED, "name": "IVA",
    "rate_ppm": 160_000, "effective_from": date(2010, 1, 1), "source": "Ley del IVA, art. 1",
}  # fmt: skip
LONG_AGO = date(2000, 1, 1)


def enter_tax(values: dict[str, Any], *, by: User) -> TaxRule:
    """Enter a new version of a tax; raises Denied for anybody but an administrator."""
    allow(who.edits_rates, None, by)
    key = {name: values[name] for name in ("country", "category", "kind", "name")}
    return _add(TaxRule, key, values, by)


def enter_term(values: dict[str, Any], *, by: User) -> PaymentTerm:
    """Enter a new version of a country's term; raises Denied for anybody but an administrator."""
    allow(who.edits_rates, None, by)
    return _add(PaymentTerm, {"country": values["country"]}, values, by)


def _add(model: Any, key: dict[str, Any], values: dict[str, Any], by: User) -> Any:
    """The next version of a key; raises Refused when somebody enters one at the same moment."""
    last = model.objects.filter(**key).aggregate(last=Max("version"))["last"] or 0
    try:
        with transaction.atomic():
            return model.objects.create(**values, version=last + 1, by=by, at=clock.now())
    except IntegrityError as error:
        raise Refused(_("Somebody entered a version at this moment; look at it first.")) from error


def seed(sender: Any = None, **_signal: Any) -> None:
    """Put the defaults in where nothing of the kind is entered yet."""
    now = clock.now()
    if not PaymentTerm.objects.filter(country=ANYWHERE).exists():
        PaymentTerm.objects.create(
            country=ANYWHERE, version=1, effective_from=LONG_AGO, at=now, **DEFAULT_TERM
        )
    if not TaxRule.objects.exists():
        TaxRule.objects.create(version=1, at=now, **DEFAULT_TAX)


post_migrate.connect(seed, sender=apps.get_app_config("vendors"),
                     dispatch_uid="vendors.rating")  # fmt: skip
