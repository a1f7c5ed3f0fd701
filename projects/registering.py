"""Many projects at once: as many case files, first events and kept numbers, in a few statements."""

from collections.abc import Callable, Sequence
from operator import itemgetter
from typing import Any, NamedTuple

from django.db import transaction

from core import bulk, history
from core.models import User
from projects import totals
from projects.folding import fold
from projects.models import Project, Register, Stage

LABEL = Project._meta.label_lower
CREATE = f"{LABEL}.create"
Values = dict[str, Any]


@transaction.atomic
def register_many(
    drafts: Sequence[Values],
    *,
    by: User,
    because: str = "",
    details: Callable[[int], Values] = lambda place: {},
) -> list[tuple[int, str]]:
    """Enter new drafts in the catalogue, each with its case file and first event.

    A draft is its values by column (`institution_id`, `cost` in minor units, …). It names neither
    manager nor owner, so that nobody's turn comes. `details` gives, for the place of a draft in the
    list, what its event says more. Returns key and reference of each, in order. The same rows
    result as from registering each by itself with `core.steps.create`.
    """
    if not drafts:
        return []
    keys, refs = bulk.reserve(Project, len(drafts)), Register.take(len(drafts))
    firsts = [
        (ref, key, {**details(place), "to": str(Stage.DRAFT)})
        for place, (key, ref) in enumerate(zip(keys, refs, strict=True))
    ]
    cases = history.open_many("project", firsts, verb=CREATE, label=LABEL, by=by, because=because)
    _insert(drafts, keys, refs, cases, by)
    totals.entered(
        _Counted(draft.get("institution_id"), draft.get("currency", ""), draft.get("cost"))
        for draft in drafts
    )
    return list(zip(keys, refs, strict=True))


def _insert(drafts: Sequence[Values], keys: list[int], refs: list[str], cases: list[int],
            by: User) -> None:  # fmt: skip
    names = list(dict.fromkeys(name for draft in drafts for name in draft))
    values = _values_of(names)
    rows = (
        (key, ref, case, _folded(draft), *values(draft))
        for draft, key, ref, case in zip(drafts, keys, refs, cases, strict=True)
    )
    bulk.insert(Project, ["id", "ref", "dossier_id", "folded", *names], rows,
                registered_by_id=by.pk, stage=Stage.DRAFT)  # fmt: skip


class _Counted(NamedTuple):
    """What the portfolio's totals ask of a project."""

    institution_id: int | None
    currency: str
    cost: int | None
    stage: str = Stage.DRAFT
    tier_id: None = None


def _values_of(names: list[str]) -> Callable[[Values], tuple[Any, ...]]:
    """What takes these columns' values from a draft, the default where it has none."""
    fields = Project._meta.concrete_fields
    defaults = {field.attname: field.get_default() for field in fields if field.attname in names}
    chosen = itemgetter(*names, names[0])

    def values(draft: Values) -> tuple[Any, ...]:
        return chosen(draft if len(draft) == len(names) else {**defaults, **draft})[:-1]

    return values


def _folded(draft: Values) -> str:
    return fold(draft.get("title", ""), draft.get("problem", ""), *draft.get("tags", ()))
