"""Plans of quality checks: 18F's as the template, and what may stand in an order's own."""

import json
from decimal import Decimal, InvalidOperation
from functools import cache
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

DATA = Path(__file__).parent / "quality_data"
TEMPLATE = "18f-qasp"
LONGEST_CODE = 40


@cache
def _read(name: str) -> str:
    return (DATA / f"{name}.json").read_text(encoding="utf-8")


def template(name: str = TEMPLATE) -> list[dict[str, Any]]:
    """The checks of a plan that ships with the program, a fresh copy each time."""
    return list(json.loads(_read(name))["checks"])


def checks_of(plan: Any) -> list[dict[str, Any]]:
    """The checks of an order's plan, a list or an object with `checks`; else the template's."""
    checks = plan.get("checks", []) if isinstance(plan, dict) else plan
    return list(checks or template())


def limit(check: dict[str, Any], name: str) -> Decimal | None:
    """The number that a check asks at `least` or at `most`; None without one."""
    value = check.get(name)
    return None if value in (None, "") else Decimal(str(value))


def faults(plan: Any) -> list[str]:
    """What is wrong with a plan, in sentences; none when deliveries can be checked by it."""
    found, codes = [], set()
    checks = plan.get("checks", []) if isinstance(plan, dict) else plan
    if not isinstance(checks, list) or not all(isinstance(check, dict) for check in checks):
        return [_("The quality plan is a list of checks.")]
    for check in checks:
        code = str(check.get("code", ""))
        if not 0 < len(code) <= LONGEST_CODE or code in codes:
            found.append(_("Each check has a code of its own: “%(code)s”.") % {"code": code})
        codes.add(code)
        if not check.get("title"):
            found.append(_("Say what the check “%(code)s” asks.") % {"code": code})
        try:
            _low, _high = limit(check, "least"), limit(check, "most")
        except InvalidOperation:
            found.append(_("What “%(code)s” asks at least or at most is a number.")
                         % {"code": code})  # fmt: skip
    return found
