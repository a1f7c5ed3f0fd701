"""What must be true between the opening and the ranking; asked of the evaluation's own rules."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from core.refusals import requires
from procurement import hooks


@requires(_("A member of the panel has not declared conflicts."), who=_("panel"))
def conflicts_declared(competition: Any) -> list[str]:
    return hooks.against("conflicts_declared", competition)


@requires(_("A bid is neither found compliant nor excluded."), who=_("procurement officer"))
def compliance_decided(competition: Any) -> list[str]:
    return hooks.against("compliance_decided", competition)


@requires(_("A sheet of a member of the panel is not in."), who=_("panel"))
def sheets_in(competition: Any) -> list[str]:
    return hooks.against("sheets_in", competition)


@requires(_("Scores beyond the limit of the spread were not talked about."), who=_("chair"))
def spread_moderated(competition: Any) -> list[str]:
    return hooks.against("spread_moderated", competition)


@requires(_("The panel has not agreed every score."), who=_("chair"))
def consensus_agreed(competition: Any) -> list[str]:
    return hooks.against("consensus_agreed", competition)


@requires(_("Interviews are not foreseen."), quiet=True)
def interviews_foreseen(competition: Any) -> bool:
    return bool(competition.interview)


@requires(_("The interviews are not scored."), who=_("chair"))
def interviews_scored(competition: Any) -> list[str]:
    if competition.interview and competition.state != "interview":
        return [str(_("The interviews come before the prices."))]
    return hooks.against("interviews_scored", competition) if competition.interview else []


@requires(_("An abnormally low price was not explained."), who=_("procurement officer"))
def low_prices_explained(competition: Any) -> list[str]:
    return hooks.against("low_prices_explained", competition)
