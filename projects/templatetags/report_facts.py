"""What stands on a page beside a report's step."""

from typing import Any

from django import template

from projects import reports

register = template.Library()


@register.simple_tag
def report_lights(report: Any) -> list[reports.ShownLight]:
    """The lights of a report's newest version, computed and set."""
    return reports.lights_of(report, report.version)
