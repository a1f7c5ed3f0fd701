"""What an accepted sprint shows, as facts that stay: for whoever takes it as evidence."""

from typing import Any


def facts(sprint: Any) -> dict[str, Any]:
    """Order, sprint, code, checks and stories of a sprint as its last delivery was decided.

    Files are named by their SHA-256, numbers written as text: the same sprint gives the same facts
    for ever, since nothing of it changes once it is accepted.
    """
    delivery, order = sprint.last_delivery(), sprint.order
    return {
        "order": order.ref, "vendor": order.vendor.ref, "sprint": sprint.number,
        "goal": sprint.goal, "state": sprint.state, "accepted_on": str(sprint.accepted_on or ""),
        "repository": delivery.repository if delivery else "",
        "commit": delivery.commit if delivery else "", "tag": delivery.tag if delivery else "",
        "proofs": _proofs(delivery) if delivery else [],
        "checks": _checks(delivery) if delivery else [],
        "stories": [[row.story.number, row.title, row.outcome]
                    for row in sprint.chosen.select_related("story").order_by("story__number")],
        "debts": [[debt.text, debt.due_number]
                  for debt in sprint.debts.filter(removed=False).order_by("pk")],
    }  # fmt: skip


def _proofs(delivery: Any) -> list[list[str]]:
    rows = delivery.proofs.filter(removed=False).select_related("document__blob").order_by("pk")
    return [[row.title, row.url, row.document.blob.sha256 if row.document else ""] for row in rows]


def _checks(delivery: Any) -> list[list[str]]:
    rows = delivery.checks.select_related("document__blob").order_by("position", "pk")
    return [
        [row.code, row.result, "" if row.value is None else format(row.value.normalize(), "f"),
         row.url, row.document.blob.sha256 if row.document else ""]
        for row in rows
    ]  # fmt: skip
