"""Templates ask the machine what is possible."""

from typing import Any

from django import template

from core.steps import offered

register = template.Library()


@register.simple_tag(takes_context=True)
def offered_steps(context: Any, instance: Any) -> list[dict[str, Any]]:
    """The steps of a row open to who is signed in, each with label, address and reasons why not."""
    user = context["request"].user
    return [
        {
            "name": transition.name,
            "label": transition.custom["label"],
            "note": transition.custom.get("note", ""),
            "danger": transition.custom.get("danger", False),
            "url": instance.get_step_url(transition.name),
            "blockers": reasons,
        }
        for transition, reasons in offered(instance, user)
    ]
