"""The steps of the evaluation, from the compliance check to the ranking."""

from django.utils.translation import gettext_lazy as _

from core.machines import transition
from core.models import User
from procurement import hooks
from procurement import permissions_competitions as who
from procurement.models.conditions_evaluation import (
    compliance_decided,
    conflicts_declared,
    consensus_agreed,
    interviews_foreseen,
    low_prices_explained,
    sheets_in,
    spread_moderated,
)
from procurement.models.facts import CompetitionFacts
from procurement.models.facts import CompetitionState as States


class Evaluation(CompetitionFacts):
    """Officers check compliance, the panel scores, its chair agrees, officers rank."""

    class Meta:
        abstract = True

    @transition("state", source=States.OPENED, target=States.COMPLIANCE,
                permission=who.acts_as_officer,
                custom={"label": _("Begin the compliance check"), "offered": True})  # fmt: skip
    def begin_compliance(self, *, by: User, because: str) -> None:
        """Each bid is found compliant, or excluded with a reason; conflicts are declared."""
        hooks.run("begin_compliance", self, by=by, because=because)

    @transition("state", source=States.COMPLIANCE, target=States.TECHNICAL_INDIVIDUAL,
                permission=who.acts_as_officer,
                conditions=[compliance_decided, conflicts_declared],
                custom={"label": _("Begin the individual scoring"), "offered": True})  # fmt: skip
    def begin_scoring(self, *, by: User, because: str) -> None:
        """Each member of the panel scores alone, by aliases; sheets are sealed until all are in."""
        hooks.run("begin_scoring", self, by=by, because=because)

    @transition("state", source=States.TECHNICAL_INDIVIDUAL, target=States.TECHNICAL_CONSENSUS,
                permission=who.chairs, conditions=[sheets_in],
                custom={"label": _("Open the sheets and agree"), "offered": True})  # fmt: skip
    def begin_consensus(self, *, by: User, because: str) -> None:
        """The sheets are opened to the panel, which agrees one score per criterion."""
        hooks.run("begin_consensus", self, by=by, because=because)

    @transition("state", source=States.TECHNICAL_CONSENSUS, target=States.INTERVIEW,
                permission=who.chairs,
                conditions=[interviews_foreseen, spread_moderated, consensus_agreed],
                custom={"label": _("Begin the interviews"), "offered": True})  # fmt: skip
    def begin_interviews(self, *, by: User, because: str) -> None:
        """The shortlisted bidders are heard, and scored on what is judged by interview."""
        hooks.run("begin_interviews", self, by=by, because=because)

    @transition("state", source=States.PRICE_OPENED, target=States.RANKED,
                permission=who.acts_as_officer, conditions=[low_prices_explained],
                custom={"label": _("Establish the ranking"), "offered": True})  # fmt: skip
    def rank(self, *, by: User, because: str) -> None:
        """The ranking follows from agreed scores, prices and frozen rules."""
        hooks.run("rank", self, by=by, because=because)
