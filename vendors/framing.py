"""Framing an agreement: its draft, lots, requirements, terms, windows, lots with few vendors."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core import clock, history, turns
from core.models import User
from core.money import CURRENCIES
from core.refusals import Refused
from core.steps import allow, create, perform
from vendors import permissions_frameworks as who
from vendors.models.framework import (
    ApplicationWindow,
    Framework,
    FrameworkState,
    FrameworkTerms,
    Requirement,
)
from vendors.models.lot import LabourCategory, Lot, ThinLotConfirmation
from vendors.models.membership import MEMBERS

FIELDS = ("title", "purpose", "legal_basis", "institution", "currency", "closes_on", "ends_on",
          "standstill_days", "working_days")  # fmt: skip
LOT_FIELDS = ("title", "description", "ceiling", "orders_start_below", "least_vendors",
              "for_sizes", "for_start_ups", "for_social")  # fmt: skip
Values = dict[str, Any]


@transaction.atomic
def draft(values: Values, *, by: User) -> Framework:
    """Begin a framework with a case of its own: at least `title` and `institution`.

    Raises Denied for anybody but a procurement officer, Refused for what cannot be.
    """
    allow(who.runs_frameworks, None, by)
    framework = Framework(drafted_by=by)
    _fill(framework, values)
    framework.ref = Framework.next_ref()
    framework.dossier = history.open_dossier("framework", framework.ref)
    return create(framework, by=by, details={"title": framework.title})


@transaction.atomic
def change(framework: Framework, values: Values, *, by: User) -> Framework:
    """Correct a draft; once it is published its rules stay as vendors read them."""
    framework = held(framework, by)
    before = {name: str(getattr(framework, name)) for name in FIELDS}
    _fill(framework, values)
    framework.save()
    after = {name: str(getattr(framework, name)) for name in FIELDS}
    details = {name: [before[name], after[name]] for name in FIELDS if after[name] != before[name]}
    if details:
        history.record("vendors.framework.change", framework, by=by, details=details)
    return framework


def held(framework: Framework, by: User, *, draft_only: bool = True) -> Framework:
    """The framework as it stands under the lock of its case, for an officer."""
    history.lock(framework.dossier)
    rows = Framework.objects.select_for_update(of=("self",))
    framework = rows.select_related(*Framework.step_related).get(pk=framework.pk)
    allow(who.runs_frameworks, framework, by)
    if draft_only and framework.state != FrameworkState.DRAFT:
        raise Refused(_("The framework is published: its lots, rates, requirements and dates stay "
                        "as vendors have read them."))  # fmt: skip
    return framework


def _fill(framework: Framework, values: Values) -> None:
    for name in FIELDS:
        if name in values:
            setattr(framework, name, values[name])
    if not framework.title.strip():
        raise Refused(_("Give the framework a title."))
    if framework.currency not in CURRENCIES:
        raise Refused(_("“%(code)s” is no currency.") % {"code": framework.currency})
    if framework.closes_on and framework.ends_on and framework.ends_on <= framework.closes_on:
        raise Refused(_("The framework ends after the last day for applications."))


@transaction.atomic
def put_lot(framework: Framework, values: Values, categories: Iterable[Values], *, by: User,
            lot: Lot | None = None) -> Lot:  # fmt: skip
    """Add a lot to a draft, or change one: amounts in minor units of the framework's currency.

    `categories` are dicts with `code`, `name` and `max_rate` (per hour); they replace what stood.
    """
    framework = held(framework, by)
    if lot is None:
        last = framework.lots.order_by("-number").values_list("number", flat=True).first() or 0
        lot = Lot(framework=framework, number=last + 1)
    else:
        lot = framework.lots.get(pk=lot.pk)
    for name in LOT_FIELDS:
        if name in values:
            setattr(lot, name, values[name])
    if not lot.title.strip() or not lot.ceiling or lot.ceiling <= 0:
        raise Refused(_("A lot has a title, and a ceiling above zero."))
    lot.save()
    _put_categories(lot, list(categories))
    said = {"lot": lot.number, "title": lot.title, "ceiling": lot.ceiling,
            "categories": {row.code: row.max_rate for row in lot.categories.all()}}  # fmt: skip
    history.record("vendors.framework.put_lot", framework, by=by, details=said)
    return lot


def _put_categories(lot: Lot, wanted: list[Values]) -> None:
    codes = [row["code"] for row in wanted]
    if len(set(codes)) != len(codes):
        raise Refused(_("Each category of labour has a code of its own."))
    kept = {row.code: row for row in lot.categories.all()}
    if set(kept) - set(codes):
        raise Refused(_("A category of labour stays once it is entered; change its name or its "
                        "rate."))  # fmt: skip
    for values in wanted:
        if values["max_rate"] <= 0:
            raise Refused(_("A maximum rate is above zero."))
        row = kept.get(values["code"]) or LabourCategory(lot=lot, code=values["code"])
        row.name, row.max_rate = values["name"], values["max_rate"]
        row.save()


@transaction.atomic
def put_requirements(framework: Framework, wanted: Iterable[Values], *, by: User) -> None:
    """What applications answer: dicts with `code`, `question`, `check_text`, `mandatory` and
    `evidence`, in their order. A code that stands already is changed; none is taken away."""
    framework = held(framework, by)
    rows = list(wanted)
    codes = [row["code"] for row in rows]
    if len(set(codes)) != len(codes):
        raise Refused(_("Each requirement has a code of its own."))
    kept = {row.code: row for row in framework.requirements.all()}
    if set(kept) - set(codes):
        raise Refused(_("A requirement stays once it is entered; change its words."))
    for number, row in enumerate(kept.values(), start=1):  # out of the way of the new numbers
        Requirement.objects.filter(pk=row.pk).update(number=10_000 + number)
    for number, values in enumerate(rows, start=1):
        row = kept.get(values["code"]) or Requirement(framework=framework, code=values["code"])
        row.number, row.question = number, values["question"]
        row.check_text = values.get("check_text", "")
        row.mandatory = values.get("mandatory", True)
        row.evidence = values.get("evidence", False)
        row.save()
    history.record("vendors.framework.put_requirements", framework, by=by,
                   details={"requirements": codes})  # fmt: skip


@transaction.atomic
def write_terms(framework: Framework, text: str, *, by: User, because: str = "") -> FrameworkTerms:
    """Write the next version of the terms; members sign it anew once the framework is in force."""
    framework = held(framework, by, draft_only=False)
    if framework.state in (FrameworkState.EXPIRED, FrameworkState.TERMINATED):
        raise Refused(_("The framework has ended."))
    newest = framework.newest_terms
    if not text.strip() or (newest is not None and newest.text == text.strip()):
        raise Refused(_("Write terms that say something new."))
    if newest is not None and framework.state != FrameworkState.DRAFT and not because.strip():
        raise Refused(_("Say why the terms change: members read it."))
    number = newest.number + 1 if newest else 1
    terms = FrameworkTerms.objects.create(framework=framework, number=number, text=text.strip(),
                                          written_by=by, written_at=clock.now())  # fmt: skip
    history.record("vendors.framework.write_terms", framework, by=by, because=because,
                   details={"version": number})  # fmt: skip
    members = framework.memberships().filter(state__in=MEMBERS)
    for row in members.select_related("lot__framework__institution", "vendor"):
        turns.refresh(row)
    return terms


@transaction.atomic
def plan_window(framework: Framework, opens_on: date, closes_on: date, *, by: User,
                because: str) -> ApplicationWindow:  # fmt: skip
    """Plan a further window for applications (on-ramp), both days inclusive.

    The clock opens it on its first day; one that begins today opens at once.
    """
    framework = held(framework, by, draft_only=False)
    today = clock.today(framework.institution)
    if not framework.in_force():
        raise Refused(_("A further window is opened in a framework that is in force."))
    if not because.strip():
        raise Refused(_("Say why the framework is opened again."))
    if not today <= opens_on <= closes_on or framework.ends_on is None:
        raise Refused(_("The window begins today or later, and ends no earlier than it begins."))
    if closes_on >= framework.ends_on:
        raise Refused(_("The window ends before the framework does."))
    busy = framework.windows.filter(opens_on__lte=closes_on, closes_on__gte=opens_on).exists()
    if busy:
        raise Refused(_("Another window covers some of these days."))
    window = ApplicationWindow.objects.create(
        framework=framework, opens_on=opens_on, closes_on=closes_on, reason=because.strip(),
        planned_by=by,
    )  # fmt: skip
    said = {"opens_on": str(opens_on), "closes_on": str(closes_on)}
    history.record("vendors.framework.plan_window", framework, by=by, because=because,
                   details=said)  # fmt: skip
    if opens_on == today and framework.state == FrameworkState.ACTIVE:
        perform(framework, "reopen", by=clock.clock_account(), because=because)
    return window


@transaction.atomic
def confirm_thin(lot: Lot, *, by: User, because: str) -> ThinLotConfirmation:
    """Let a lot be used although it has fewer vendors than it should; until it has fewer still."""
    framework = held(lot.framework, by, draft_only=False)
    members = lot.in_force()
    if not because.strip():
        raise Refused(_("Say why the lot may be used with so few vendors."))
    if not members or not lot.thin(members):
        raise Refused(_("Only a lot that has vendors, and fewer than it should, is confirmed."))
    row = ThinLotConfirmation.objects.create(lot=lot, members=members, reason=because.strip(),
                                             confirmed_by=by, confirmed_at=clock.now())  # fmt: skip
    history.record("vendors.framework.confirm_thin", framework, by=by, because=because,
                   details={"lot": lot.number, "members": members})  # fmt: skip
    return row
