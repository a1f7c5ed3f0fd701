"""What of the gates leaves the house with a case, and what is sealed until its time has come."""

from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core import archive_pages
from core.exporting import Contents, blank, described, only, withheld
from gating.models import Assessment

withheld("gating.Remark", _("A debate is read by those who took part; the history keeps its hash."))
described("gating.Criterion", "code", "title")
described("gating.Standard", "code", "title")
described("gating.Gate", "code")
described("gating.Board", "code", "name")
described("gating.Meeting", "at", "place", "state")


@only("gating.Vote", _("Votes are secret until the vote is closed."))
def told_at_the_closing(votes: Any) -> Any:
    return votes.filter(motion__decided_at__isnull=False)


@only("gating.Rating", _("Ratings are sealed until every assessor has sealed theirs."))
def no_longer_sealed(ratings: Any) -> Any:
    sheets = Assessment.objects.filter(review=OuterRef("assessment__review"))
    unsealed = Exists(sheets.filter(state__in=["invited", "declared"]))
    earlier = Q(assessment__state="superseded", assessment__sealed_at__isnull=False)
    return ratings.annotate(unsealed=unsealed).filter(
        earlier | Q(assessment__state="sealed", unsealed=False)
    )


@only("gating.SealRating", _("Evaluators' results are sealed until all of the round are in."))
def opened_round(ratings: Any) -> Any:
    first = Q(round=1, evaluation__sealed_at__isnull=False,
              evaluation__application__answer_due__isnull=False)  # fmt: skip
    return ratings.filter(first | Q(round=2, evaluation__application__evaluated_at__isnull=False))


def in_assessment(review: Any) -> bool:
    return bool(review.state == "in_assessment")


blank("gating.GateReview", ("report", "overall", "computed", "overall_reason", "dissent"),
      in_assessment, _("A report is its authors' own until it is finished."))  # fmt: skip
blank("gating.ReviewItem", ("rating", "rating_reason", "action", "action_due"),
      lambda item: in_assessment(item.review),
      _("Ratings of the report are its authors' own until it is finished."))  # fmt: skip
blank("gating.Assessment", ("dissent",), lambda sheet: sheet.sealed_at is None,
      _("A dissent is its author's own until the sheet is sealed."))  # fmt: skip


@archive_pages.part(30)
def decisions(found: Contents, names: dict[str, Any]) -> archive_pages.Items:
    """What was put to boards, and how the votes counted."""
    boards = names.get("gating.board", {})
    header = [
        gettext("Decided"), gettext("Board"), gettext("Proposed decision"), gettext("For"),
        gettext("Against"), gettext("Abstentions"), gettext("Result"),
    ]  # fmt: skip
    table = []
    for motion in found.of("gating.motion"):
        if motion.decided_at is None:
            continue
        votes = motion.tally["case"]["votes"]
        board = boards.get(str(motion.board_id), {}).get("name", "–")
        table.append([archive_pages.moment(motion.decided_at), board,
                      motion.get_outcome_display(), votes["for"], votes["against"],
                      votes["abstain"], motion.get_state_display()])  # fmt: skip
    return [("h2", gettext("Decisions of boards")), ("table", header, table)] if table else []
