"""The Seal before its sub-commission: granting, refusing, revoking, restoring, each by motion."""

from typing import Any

from django.utils.translation import gettext as _

from core.refusals import Refused
from core.steps import perform
from gating import matters, seal_conditions
from gating.models.board import Board
from gating.models.seal import Seal
from gating.models.seal_application import SealApplication
from gating.models.vote import Why

DELIVERED = "ICT"
"""The sub-commission that decides where the rules of a seal name none."""


class OfTheSeal(matters.Matter):
    """What both matters share: the sub-commission, and who takes no part."""

    without_project = True
    model: Any = None

    def row(self, pk: int) -> Any:
        return self.model.objects.select_related(*self.model.step_related).get(pk=pk)

    def application(self, row: Any) -> SealApplication:
        """The application that the row is, or was awarded for."""
        raise NotImplementedError

    def boards(self, row: Any) -> list[tuple[Any, dict[str, Any]]]:
        """The sub-commission named in the rules of the seal."""
        scheme = self.application(row).scheme
        board = scheme.board or Board.objects.filter(code=DELIVERED).first()
        if board is None:
            raise Refused(_("There is no sub-commission yet. The rules of the seal name it."))
        return [(board, {"why": "seal", "standard": scheme.standard_code, "board": board.code})]

    def excluded(self, row: Any) -> dict[int, str]:
        """Who answers for the service, and who evaluated it."""
        application = self.application(row)
        found: dict[int, str] = {application.service.lead_id: Why.PROJECT}
        for person, state in application.evaluations.values_list("evaluator_id", "state"):
            if state not in ("declined", "replaced"):
                found[person] = Why.CONFLICT if state == "conflicted" else Why.ASSESSED
        return found


@matters.register("gating.sealapplication")
class ApplicationMatter(OfTheSeal):
    """Whether a seal is granted."""

    outcomes = ("grant", "refuse")
    model = SealApplication

    def application(self, row: Any) -> SealApplication:
        return row

    def faults(self, row: Any) -> list[str]:
        waits = row.state == SealApplication.States.BEFORE_SUBCOMMISSION
        return [] if waits else [_("The application is not before the sub-commission.")]

    def whole(self, motion: Any) -> list[str]:
        if motion.outcome != "grant":
            return []
        return seal_conditions.worth_a_seal(self.row(motion.matter_id))

    def effect(self, motion: Any, row: Any, *, by: Any) -> None:
        step = "grant" if motion.outcome == "grant" else "deny"
        perform(row, step, by=by, because=motion.text)

    def lost(self, motion: Any, row: Any, *, by: Any) -> None:
        """A lost motion to grant is the decision not to; one to refuse decides nothing."""
        if motion.outcome == "grant":
            perform(row, "deny", by=by, because=motion.text)

    def facts(self, row: Any) -> dict[str, Any]:
        return {"ref": row.ref, "service": row.service.name, "address": row.service.address,
                "standard": str(row.standard), "level": row.level}  # fmt: skip

    def told(self, facts: dict[str, Any]) -> list[tuple[str, str]]:
        return _told(facts)


@matters.register("gating.seal")
class SealMatter(OfTheSeal):
    """Whether a seal under review is revoked, or stands."""

    outcomes = ("revoke", "restore")
    model = Seal

    def application(self, row: Any) -> SealApplication:
        found: SealApplication = row.application
        return found

    def faults(self, row: Any) -> list[str]:
        waits = row.state == Seal.States.UNDER_REVIEW
        return [] if waits else [_("The seal is not under review.")]

    def effect(self, motion: Any, row: Any, *, by: Any) -> None:
        perform(row, motion.outcome, by=by, because=motion.text)

    def lost(self, motion: Any, row: Any, *, by: Any) -> None:
        """A seal that is not revoked stands; one that is not restored stays under review."""
        if motion.outcome == "revoke":
            perform(row, "restore", by=by, because=motion.text)

    def facts(self, row: Any) -> dict[str, Any]:
        return {"ref": row.shown_code, "service": row.service.name,
                "address": row.service.address, "reason": row.review_reason,
                "level": row.level}  # fmt: skip

    def told(self, facts: dict[str, Any]) -> list[tuple[str, str]]:
        return _told(facts)


def _told(facts: dict[str, Any]) -> list[tuple[str, str]]:
    """The facts of a seal's decision in words."""
    words = {"service": _("Service"), "address": _("Address"), "standard": _("Standard"),
             "level": _("Level reached"), "reason": _("Why it was reviewed")}  # fmt: skip
    return [(words[name], str(facts[name])) for name in words if facts.get(name)]
