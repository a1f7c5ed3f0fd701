"""Routes and variances on pages."""

from typing import Any

from django import template
from django.utils.safestring import SafeString

from projects import tables_changes, variance
from projects.models.limits import as_text
from projects.tables_changes import Told, told

register = template.Library()
register.filter("difference", tables_changes.amount)


@register.filter
def days_later(value: int | None) -> str:
    """A difference of days with its sign."""
    return tables_changes.days(value, sign=True)


@register.filter
def limits_words(version: Any) -> list[tuple[str, str]]:
    """A version of the limits in words."""
    return tables_changes.limits_told(as_text(version.limits))


@register.simple_tag
def route_told(route: dict[str, Any], project: Any) -> Told | None:
    """The route of a change in words: `{% route_told change.route change.project as route %}`."""
    return told(route, project.currency)


@register.simple_tag
def variance_of(project: Any) -> SafeString:
    """Both variances of a project, against the current baseline and v0: `{% variance_of p %}`."""
    return tables_changes.variance_html(variance.of(project))
