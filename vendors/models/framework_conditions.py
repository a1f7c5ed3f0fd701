"""What must be true before a framework takes a step, each with its sentence."""

from collections.abc import Iterable
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core import clock
from core.refusals import requires


def _window_faults(framework: Any) -> Iterable[str]:
    now = clock.now()
    if framework.closes_on is None or framework.window_closes <= now:
        yield gettext("Set a last day for applications that is still to come.")
    elif framework.ends_on is None or framework.ends_on <= framework.closes_on:
        yield gettext("Set a last day of the framework that lies after the last day for "
                      "applications.")  # fmt: skip


@requires(_("The framework lacks something that vendors need to know before they apply."))
def complete(framework: Any) -> list[str]:
    found = list(_window_faults(framework))
    lots = list(framework.lots.prefetch_related("categories"))
    if not lots:
        found.append(gettext("Add at least one lot."))
    for lot in lots:
        if not lot.categories.all():
            found.append(gettext("Lot %(lot)s has no category of labour with its maximum rate.")
                         % {"lot": lot.number})  # fmt: skip
    if not framework.requirements.exists():
        found.append(gettext("Add at least one requirement that applications are assessed by."))
    if not framework.terms.exists():
        found.append(gettext("Write the terms that both sides will sign."))
    return found


@requires(_("The last day for applications is not over."))
def window_over(framework: Any) -> bool:
    return framework.closes_on is not None and framework.window_closes <= clock.now()


@requires(_("Some applications are not decided."))
def all_decided(framework: Any) -> list[str]:
    waiting = framework.memberships().filter(state__in=("applied", "assessing")).count()
    if not waiting:
        return []
    return [gettext("Applications still to be decided: %(count)s.") % {"count": waiting}]


@requires(_("The standstill is not over."))
def standstill_over(framework: Any) -> list[str]:
    ends = framework.standstill_ends
    if ends is not None and ends <= clock.now():
        return []
    day = date_format(framework.standstill_until, "SHORT_DATE_FORMAT") if ends else "–"
    return [gettext("The standstill lasts until %(day)s, 24:00.") % {"day": day}]


@requires(_("No further window for applications has begun."))
def window_begun(framework: Any) -> bool:
    return framework.window_due() is not None


@requires(_("The last day of the framework is not over."))
def past_its_end(framework: Any) -> bool:
    return framework.ends_on is not None and framework.ends_at <= clock.now()
