"""Pages of motions: drafting, conditions, recusal, the vote, its result."""

from typing import Any

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from core.refusals import Denied
from core.views import DetailPage
from gating import balloting, debating, following, matters, motions, ruling
from gating import permissions_boards as permissions
from gating.forms_boards import (
    ConditionDraftForm,
    ConfirmForm,
    MatterMotionForm,
    MotionEditForm,
    MotionForm,
    RecusalForm,
    VoteForm,
    WaiverForm,
)  # fmt: skip
from gating.models import (
    Board,
    Condition,
    GateReview,
    Meeting,
    Motion,
    MotionCondition,
    Objection,
)  # fmt: skip
from gating.models.vote import Choice
from gating.views.acting import RowFormPage, told

REVIEW = ("project__dossier", "project__institution", "project__tier", "gate", "tier", "board")


class MotionDetailView(DetailPage):
    """One motion: what it says, who takes part, the vote, its result."""

    model = Motion
    template_name = "gating/motion_detail.html"
    context_object_name = "motion"

    def get_queryset(self) -> Any:
        related = (
            "risk_owner", "drafted_by", "condition__review__project", "condition__review__gate",
            "condition__motion", "board__parent", "record", "follows__board", "case",
        )  # fmt: skip
        return super().get_queryset().select_related(*Motion.step_related, *related)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        motion, user = self.object, self.request.user
        drafted = motion.state == Motion.States.DRAFTED
        return super().get_context_data(
            events=told(motion), roll=motions.roll_call(motion) if motion.opened_at else [],
            seats=self._seats(motion), quorum=self._quorum(motion),
            recusals=motion.recusals.select_related("user"),
            drafts=motion.drafts.select_related("owner", "verifier"),
            reason=balloting.reason_of(motion), why=ruling.in_words(motion.rule),
            edits=drafted and permissions.prepares_motions(motion, user),
            sits=motion.state == Motion.States.OPEN and motions.votes(motion, user),
            own_label=dict(Choice.choices).get(motions.own_vote(motion, user), ""),
            result_label=dict(Motion.States.choices).get(motion.result, ""),
            recuses=motions.may_recuse(motion, user), **self._above(motion, user),
            **self._beside(motion, user), **kwargs,
        )  # fmt: skip

    @staticmethod
    def _beside(motion: Motion, user: Any) -> dict[str, Any]:
        """The debate for whoever reads it, votes in writing, what follows where nobody decides."""
        live = motion.state in (Motion.States.DRAFTED, Motion.States.TABLED)
        writing = motion.meeting is not None and motion.meeting.written
        open_now = motion.state in (Motion.States.TABLED, Motion.States.OPEN)
        return {
            "reads_debate": debating.reads(motion, user), "speaks": debating.speaks(motion, user),
            "remarks": debating.remarks(motion, user), "writing": writing,
            "no_quorum": live and balloting.quorum_out_of_reach(motion),
            "hands_up": permissions.prepares_motions(motion, user) and motion.board.parent_id,
            "objects": writing and open_now and permissions.objects_to_writing(motion, user),
            "objection": Objection.objects.filter(motion=motion).select_related("user").first(),
            "followers": motion.followers.select_related("board", "project", "case", "review__gate",
                                                         "review__project"),
            "replays": motion.decided_at is not None and permissions.replays(motion, user),
        }  # fmt: skip

    @staticmethod
    def _above(motion: Motion, user: Any) -> dict[str, str]:
        """The addresses of its board and meeting, each for whom it exists."""
        boards = Board.objects.visible_to(user).filter(pk=motion.board_id)
        meetings = Meeting.objects.visible_to(user).filter(pk=motion.meeting_id)
        return {
            "board_url": motion.board.get_absolute_url() if boards.exists() else "",
            "meeting_url": motion.meeting.get_absolute_url() if meetings.exists() else "",
        }

    @staticmethod
    def _quorum(motion: Motion) -> dict[str, int]:
        return balloting.quorum_of(motion) if motion.state in Motion.UNDECIDED else {}

    @staticmethod
    def _seats(motion: Motion) -> list[dict[str, Any]]:
        """How the seats would stand if the vote were opened now; nothing once it is."""
        if motion.opened_at is not None or motion.state not in Motion.UNDECIDED:
            return []
        return motions.outlook(motion)


class MotionCreateView(RowFormPage):
    """Draft a motion on a review that is before the board."""

    model = GateReview
    form_class = MotionForm
    permission = staticmethod(permissions.prepares_motions)
    related = REVIEW
    title = _("Draft a motion")
    intro = _("Propose the decision and its text. Conditions are added on the next page.")
    submit = _("Draft the motion")
    done = _("The motion is drafted. Add its conditions, if any, and table it.")

    def get_form_kwargs(self) -> dict[str, Any]:
        boards = [board for board, _rule in motions.boards_for(self.row)]
        return {**super().get_form_kwargs(), "boards": boards}

    def save(self, form: Any) -> None:
        values = {name: form.cleaned_data[name] for name in ("outcome", "text")}
        self.made = motions.draft(self.row, form.chosen(), by=self.request.user, **values)

    def get_success_url(self) -> str:
        return getattr(self, "made", self.row).get_absolute_url()


class MatterMotionCreateView(RowFormPage):
    """Draft a motion on a row that another room put before the board."""

    form_class = MatterMotionForm
    permission = staticmethod(permissions.prepares_motions)
    title = _("Draft a motion")
    intro = _("Propose the decision and its text, then choose its meeting and table it.")
    submit = _("Draft the motion")
    done = _("The motion is drafted. Choose its meeting, and table it.")

    @cached_property
    def matter(self) -> matters.Matter:
        """How rows of this kind are decided; there is no page for what no motion decides."""
        found = matters.find(self.kwargs["label"])
        if found is None:
            raise Http404
        return found

    @cached_property
    def row(self) -> Any:
        rows = matters.model_of(self.matter.label)._default_manager.visible_to(self.request.user)
        return get_object_or_404(rows, pk=self.kwargs["pk"])

    def get_form_kwargs(self) -> dict[str, Any]:
        boards = [board for board, _rule in motions.boards_for_matter(self.row)]
        return {**super().get_form_kwargs(), "boards": boards, "matter": self.matter}

    def save(self, form: Any) -> None:
        self.made = motions.propose(self.row, form.chosen(), by=self.request.user, **form.values())

    def get_success_url(self) -> str:
        return getattr(self, "made", self.row).get_absolute_url()


class WaiverCreateView(RowFormPage):
    """Draft a motion to waive a condition."""

    model = Condition
    form_class = WaiverForm
    permission = staticmethod(permissions.prepares_motions)
    related = ("review__project__dossier", "review__gate", "motion__board__parent")
    title = _("Propose to waive the condition")
    intro = _("A board of equal or higher authority may do without a condition for a time. Duties "
              "of law, security and accessibility are never waived.")  # fmt: skip
    submit = _("Draft the motion")
    done = _("The motion is drafted. Choose its meeting, and table it.")

    def get_form_kwargs(self) -> dict[str, Any]:
        own = self.row.motion.board
        return {**super().get_form_kwargs(), "boards": [own, *own.ancestors()]}

    def save(self, form: Any) -> None:
        values = form.values()
        self.made = motions.propose_waiver(self.row, by=self.request.user, **values)

    def get_success_url(self) -> str:
        return getattr(self, "made", self.row).get_absolute_url()


class MotionPage(RowFormPage):
    """A form about one motion."""

    model = Motion
    permission: Any = staticmethod(permissions.prepares_motions)
    related = Motion.step_related


class MotionEditView(MotionPage):
    """Change what a drafted motion says."""

    form_class = MotionEditForm
    title = _("Change the motion")
    done = _("The motion is changed.")

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "motion": self.row}

    def get_initial(self) -> dict[str, Any]:
        return {"outcome": self.row.outcome, "text": self.row.text, "meeting": self.row.meeting_id}

    def save(self, form: Any) -> None:
        motions.change(self.row, by=self.request.user, **form.cleaned_data)


class DraftCreateView(MotionPage):
    """Add a condition to a drafted motion."""

    form_class = ConditionDraftForm
    title = _("Add a condition")
    intro = _("It arises when the motion is carried.")
    submit = _("Add the condition")
    done = _("The condition is added.")

    def get_form_kwargs(self) -> dict[str, Any]:
        return {
            **super().get_form_kwargs(), "instance": MotionCondition(motion=self.row),
            "project": self.row.project, "verifiers": motions.verifiers_for(self.row),
        }  # fmt: skip

    def save(self, form: Any) -> None:
        motions.add_condition(self.row, form.save(commit=False), by=self.request.user)


class DraftPage(RowFormPage):
    """A form about one drafted condition."""

    permission = staticmethod(lambda draft, user: permissions.prepares_motions(draft.motion, user))

    @cached_property
    def row(self) -> Any:
        seen = Motion.objects.visible_to(self.request.user)
        related = [f"motion__{name}" for name in Motion.step_related]
        rows = MotionCondition.objects.filter(motion__in=seen).select_related(*related)
        return get_object_or_404(rows, **self.kwargs)

    @property
    def trail(self) -> list[tuple[str, str]]:
        return [(self.row.motion.title_for_people(), self.get_success_url())]

    def get_success_url(self) -> str:
        return self.row.motion.get_absolute_url()


class DraftEditView(DraftPage):
    """Change a drafted condition."""

    form_class = ConditionDraftForm
    title = _("Change the condition")
    done = _("The condition is changed.")

    def get_form_kwargs(self) -> dict[str, Any]:
        motion = self.row.motion
        return {**super().get_form_kwargs(), "instance": self.row, "project": motion.project,
                "verifiers": motions.verifiers_for(motion)}  # fmt: skip

    def save(self, form: Any) -> None:
        motions.add_condition(self.row.motion, form.save(commit=False), by=self.request.user)


class DraftRemoveView(DraftPage):
    """Take a condition off a drafted motion."""

    form_class = ConfirmForm
    title = _("Remove the condition")
    submit = _("Remove the condition")
    done = _("The condition is removed.")

    @property
    def intro(self) -> str:
        return str(self.row.text)

    def save(self, form: Any) -> None:
        motions.drop_condition(self.row, by=self.request.user)


class VoteView(MotionPage):
    """Cast the vote of one's seat, or change it until the vote is closed."""

    form_class = VoteForm
    permission = None
    template_name = "gating/motion_vote.html"
    title = _("Vote")
    submit = _("Cast the vote")
    done = _("Your vote is cast. You may change it until the vote is closed; until then nobody "
             "else sees it.")  # fmt: skip

    def get_initial(self) -> dict[str, Any]:
        return {"choice": motions.own_vote(self.row, self.request.user)}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user = self.request.user
        if self.row.state == Motion.States.OPEN and not motions.votes(self.row, user):
            raise Denied(str(motions.votes.reason))
        drafts = self.row.drafts.select_related("owner")
        return super().get_context_data(motion=self.row, drafts=drafts, **kwargs)

    def save(self, form: Any) -> None:
        motions.cast(self.row, form.cleaned_data["choice"], by=self.request.user)


class RecusalView(MotionPage):
    """Take no part in a motion, with the reason."""

    form_class = RecusalForm
    permission = None
    title = _("Take no part in this motion")
    intro = _("Your seat neither votes nor counts, unless your alternate is there. It is minuted.")
    submit = _("Declare the recusal")
    done = _("You are recused from this motion.")

    def save(self, form: Any) -> None:
        following.recuse(self.row, form.cleaned_data["reason"], by=self.request.user)


__all__ = [
    "DraftCreateView", "DraftEditView", "DraftRemoveView", "MotionCreateView", "MotionDetailView",
    "MotionEditView", "RecusalView", "VoteView", "WaiverCreateView",
]  # fmt: skip
