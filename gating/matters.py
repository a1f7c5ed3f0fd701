"""What may be put to a board besides reviews and conditions: each kind of row declares itself.

A room registers a `Matter` for a model; motions on its rows are then drafted, voted, minuted and
recorded by the same machinery as any other, and a carried one does what the matter says.
"""

from collections.abc import Callable
from typing import Any

from django.apps import apps
from django.db.models import Q
from django.urls import reverse

from core.machines import running
from core.waits import Wait, turn

ENDING = ("close", "withdraw")
"""Steps with which a motion stops waiting, while they are being taken."""


class Matter:
    """How rows of one kind are decided by motion; override what differs.

    `outcomes` are the values of `Motion.Outcome` that may be proposed. `asks_risk` is true where a
    motion names who bears the risk and until when. `without_project` is true where a row may
    belong to no project; its own `visible_to` then says who reads decided motions on it.
    """

    outcomes: tuple[str, ...] = ()
    asks_risk = False
    without_project = False
    label = ""

    def row(self, pk: int) -> Any:
        """The row as it stands; raises its model's DoesNotExist."""
        return model_of(self.label)._default_manager.get(pk=pk)

    def case(self, row: Any) -> Any:
        """The case file in which its motions stand."""
        return row.dossier

    def project(self, row: Any) -> Any:
        """The project that it belongs to, or None."""
        return getattr(row, "project", None)

    def faults(self, row: Any) -> list[str]:
        """Why no motion may be drafted, opened or closed on the row as it stands, as sentences."""
        return []

    def whole(self, motion: Any) -> list[str]:
        """What a motion still lacks before it may be tabled, as sentences."""
        return []

    def boards(self, row: Any) -> list[tuple[Any, dict[str, Any]]] | None:
        """The competent boards, each with the rule; None: by the project's whole-life cost."""
        return None

    def excluded(self, row: Any) -> dict[int, str]:
        """Who takes no part beyond the project's people: person and a value of `vote.Why`."""
        return {}

    def effect(self, motion: Any, row: Any, *, by: Any) -> None:
        """What a carried motion brings about, as a consequence of its closing."""
        raise NotImplementedError

    def lost(self, motion: Any, row: Any, *, by: Any) -> None:
        """What a lost motion brings about; one tied or without quorum leaves the row waiting."""

    def facts(self, row: Any) -> dict[str, Any]:
        """The facts of the row for the decision record: codes, numbers and texts.

        `ref` stands in the record's title and on its public page; the rest is for its readers.
        """
        return {"ref": str(row)}

    def title(self, row: Any) -> str:
        """What its motions are called in lists, where there is no project to name them by."""
        return str(row)

    def paper(self, row: Any) -> str:
        """A text that the board must read before it decides; bound into its papers."""
        return ""

    def told(self, facts: dict[str, Any]) -> list[tuple[str, str]]:
        """The facts of a record in words: label and text; `ref` is told already."""
        return [(name, str(value)) for name, value in facts.items() if name != "ref" and value]


_matters: dict[str, Matter] = {}


def register(label: str) -> Callable[[type[Matter]], type[Matter]]:
    """Declare how rows of a model (`app.model`, lower case) are decided by motion."""

    def declare(kind: type[Matter]) -> type[Matter]:
        matter = kind()
        matter.label = label
        _matters[label] = matter
        return kind

    return declare


def find(label: str) -> Matter | None:
    """The matter declared for a model, or None."""
    return _matters.get(label)


def of(motion: Any) -> Matter:
    """The matter of a motion that is about one; raises KeyError when its room is gone."""
    return _matters[motion.matter]


def model_of(label: str) -> Any:
    """The model of a label."""
    return apps.get_model(label)


def motions_of(row: Any) -> Any:
    """The motions on a row, the oldest first."""
    found: Any = apps.get_model("gating.Motion")
    return found.objects.filter(matter=row._meta.label_lower, matter_id=row.pk).order_by("pk")


def url_for(row: Any) -> str:
    """The page on which a motion on this row is drafted."""
    known = {"label": row._meta.label_lower, "pk": row.pk}
    return reverse("gating:matter_motion_create", kwargs=known)


def turns_of(row: Any) -> list[Wait]:
    """The secretariat's turn to draft a motion on a waiting row, while there is none undecided.

    The row's machine needs a label for `draft_motion` in its `wait_labels`.
    """
    taken = [other for other in running.get() if other._meta.label_lower == "gating.motion"]
    over = [motion.pk for motion in taken if getattr(motion, "taking", "") in ENDING]
    if row.pk and motions_of(row).undecided().exclude(pk__in=over).exists():
        return []
    return [turn("draft_motion", "role:secretariat", url=url_for(row))]


def seen_by(user: Any) -> Q:
    """The motions without a project that a person reads because they see what these are about."""
    found = Q(pk__in=[])
    for label, matter in _matters.items():
        if matter.without_project:
            rows = model_of(label)._default_manager.visible_to(user).order_by().values("pk")
            found |= Q(matter=label, matter_id__in=rows)
    return found
