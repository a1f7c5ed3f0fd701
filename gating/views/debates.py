"""Pages beside a motion: its debate, objecting to writing, handing it up, counting it again."""

from typing import Any

from django.shortcuts import get_object_or_404
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from core.views import DetailPage
from gating import balloting, debating, following, recounting
from gating import permissions_boards as permissions
from gating.forms_boards import ConfirmForm
from gating.forms_meetings import ObjectionForm, RemarkForm
from gating.models import Motion
from gating.views.acting import RowFormPage


class DebatePage(RowFormPage):
    """A form about one motion."""

    model = Motion
    related = (*Motion.step_related, "condition", "case")


class SayView(DebatePage):
    """Contribute to the debate on a motion."""

    form_class = RemarkForm
    permission = staticmethod(debating.speaks)
    template_name = "gating/motion_say.html"
    title = _("Contribute to the debate")
    submit = _("Add the contribution")
    done = _("Your contribution is part of the debate.")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        said = debating.remarks(self.row, self.request.user)
        return super().get_context_data(remarks=said, **kwargs)

    def save(self, form: Any) -> None:
        debating.say(self.row, form.cleaned_data["text"], by=self.request.user)

    def get_success_url(self) -> str:
        return f"{self.row.get_absolute_url()}#debate"


class ObjectView(DebatePage):
    """Object to deciding a motion in writing."""

    form_class = ObjectionForm
    permission = staticmethod(permissions.objects_to_writing)
    title = _("Object to deciding in writing")
    intro = _("One objection ends the written procedure: the motion is decided in a meeting.")
    submit = _("Object")
    done = _("You objected: the motion is drafted anew for a meeting.")

    def save(self, form: Any) -> None:
        reason = form.cleaned_data["reason"]
        self.made = following.object_to_writing(self.row, reason, by=self.request.user)

    def get_success_url(self) -> str:
        return str(getattr(self, "made", self.row).get_absolute_url())


class HandUpView(DebatePage):
    """Put a motion that too few may decide before the board above."""

    form_class = ConfirmForm
    permission = staticmethod(permissions.prepares_motions)
    title = _("Hand it to the board above")
    submit = _("Hand it up")
    done = _("It is drafted before the board above. Put it on the agenda of its meeting.")

    @property
    def intro(self) -> Any:
        if balloting.quorum_out_of_reach(self.row):
            return balloting.quorum_out_of_reach.reason  # type: ignore[attr-defined]
        return _("A quorum can still be reached here: first the alternates are asked.")

    def save(self, form: Any) -> None:
        self.made = following.hand_up(self.row, by=self.request.user)

    def get_success_url(self) -> str:
        return str(getattr(self, "made", self.row).get_absolute_url())


class ReplayView(DetailPage):
    """A decided motion counted again from its rows: for oversight and the board's seats."""

    model = Motion
    template_name = "gating/motion_replay.html"
    context_object_name = "motion"

    @cached_property
    def found(self) -> recounting.Recount:
        return recounting.recount(self.object)

    def get_object(self, queryset: Any = None) -> Any:
        rows = self.get_queryset().exclude(decided_at=None)
        rows = rows.select_related(*Motion.step_related, "condition", "case", "record")
        motion = get_object_or_404(rows, pk=self.kwargs["pk"])
        if not permissions.replays(motion, self.request.user):
            return get_object_or_404(rows.none())
        return motion

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        found = self.found
        said = {vote.seat_id: vote for vote in self.object.votes.all()}
        rows = [{"row": row, "vote": said.get(row.seat_id)} for row in found.seats]
        return super().get_context_data(found=found, rows=rows, **kwargs)


__all__ = ["HandUpView", "ObjectView", "ReplayView", "SayView"]
