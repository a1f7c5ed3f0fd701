"""What ratings of a seal come to: by requirement, and as the level of the whole.

A requirement is met, not met, or not applicable. Source of the level rule: the Colombian seal,
whose requirements carry levels; a standard without levels has one.
"""

from collections.abc import Iterable, Mapping, Sequence

MET, NOT_MET, NOT_APPLICABLE = "met", "not_met", "not_applicable"
Sheet = Mapping[int, str]
"""One evaluator's result of each requirement, by its key."""


def ladder(levels: Iterable[int | None]) -> list[int]:
    """The levels there are, the lowest first; requirements without one belong to the lowest."""
    found = list(levels)
    return sorted({level for level in found if level is not None}) or ([1] if found else [])


def level_of(results: Iterable[tuple[int | None, str]]) -> int:
    """The highest level up to which every level is fully met; 0 when not even the lowest is.

    `results` are (level, result) of each requirement. A level is fully met when none of its
    requirements is unmet and at least one is met: what applies to nobody proves nothing.
    """
    rows = list(results)
    reached, steps = 0, ladder(level for level, _result in rows)
    for step in steps:
        here = {result for level, result in rows if (steps[0] if level is None else level) == step}
        if MET not in here or not here <= {MET, NOT_APPLICABLE}:
            break
        reached = step
    return reached


def merged(values: Sequence[str]) -> str:
    """The result of one requirement from all evaluators: what more than half of them say.

    Without such a majority it is not met.
    """
    for value in (MET, NOT_APPLICABLE):
        if 2 * sum(given == value for given in values) > len(values):
            return value
    return NOT_MET


def disputed(sheets: Sequence[Sheet]) -> list[int]:
    """The requirements that evaluators rate differently, in the order of their keys.

    Sheets that agree on every requirement agree on the level too.
    """
    keys = sorted({key for sheet in sheets for key in sheet})
    return [key for key in keys if len({sheet.get(key) for sheet in sheets}) > 1]
