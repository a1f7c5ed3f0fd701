"""What publishing a competition, and ending it, bring about beside the step itself."""

from core.models import User
from procurement import feeding, freezing, hooks
from procurement.content import stamp
from procurement.models import Competition
from projects import earmarks


@hooks.within("publish")
def publish(competition: Competition, *, by: User, because: str) -> None:
    """Commit the secret of the draw, freeze version 1, set stipends aside, tell the public."""
    hooks.run("commit_seed", competition, by=by, because=because)
    freezing.freeze(competition, by=by, because=because)
    if competition.stipends:
        earmarks.put(competition.project, competition, competition.stipends, by=by,
                     because=because, title=competition.title_for_people())  # fmt: skip
    feeding.tell(competition, "published", closes_at=stamp(competition.closes_at),
                 questions_until=stamp(competition.questions_until))  # fmt: skip


@hooks.within("cancel", "declare_unsuccessful")
def end(competition: Competition, *, by: User, because: str) -> None:
    """Free what was set aside, and tell the public why it ended, if it was ever published."""
    if competition.is_public:
        earmarks.lift(competition, by=by, because=because)
        kind = "cancelled" if competition.taking == "cancel" else "unsuccessful"
        feeding.tell(competition, kind, reason=because)


@hooks.within("suspend", "resume")
def pause(competition: Competition, *, by: User, because: str) -> None:
    """Tell the public that it stands still, or goes on with which deadlines."""
    kind = "suspended" if competition.taking == "suspend" else "resumed"
    feeding.tell(competition, kind, reason=because, closes_at=stamp(competition.closes_at))


@hooks.within("close")
def close(competition: Competition, *, by: User, because: str) -> None:
    """Tell the public that no more bids are taken."""
    feeding.tell(competition, "closed", closes_at=stamp(competition.closes_at))
