"""An order's backlog and sprints on one page, and the pages of one story."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.generic import TemplateView, View

from core.models import Event
from core.refusals import Refused
from core.steps import allow
from core.telling import told
from core.views import DetailPage, FormPage
from vendors import backlogs, burnup
from vendors import permissions_sprints as who
from vendors.forms_sprints import StoryChangeForm, StoryDropForm, StoryForm
from vendors.models import Debt, Order, Story
from vendors.models.story import DONE
from vendors.sprinting import PLANS

PAGE = 50
RELATED = ("vendor", "project__institution", "project__dossier", "institution")


class OfOrder:
    """A page about the sprints of one order that this person sees; historical ones have none."""

    request: HttpRequest
    kwargs: dict[str, Any]

    @cached_property
    def order(self) -> Order:
        rows = Order.objects.visible_to(self.request.user).exclude(project=None)
        return get_object_or_404(rows.select_related(*RELATED), ref=self.kwargs["ref"])

    def board(self) -> str:
        """The address of the order's backlog and sprints."""
        return reverse("vendors:sprint_board", args=[self.order.ref])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(order=self.order, board=self.board(), **kwargs)  # type: ignore[misc]


class BoardView(OfOrder, TemplateView):
    """Sprints, backlog, debt and how far the order has come."""

    template_name = "vendors/sprint_board.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        order, user = self.order, self.request.user
        sprints = list(self._sprints())
        every = list(order.stories.all())
        waiting = [s for s in every if not (s.sprint_id or s.done_in_id or s.dropped_at)]
        page = self.request.GET.get("page")
        marks = burnup.marks(order, sprints, every)
        bound = sum(sprint.binds for sprint in sprints)
        return super().get_context_data(
            sprints=sprints, page_obj=Paginator(waiting, PAGE).get_page(page),
            waiting=len(waiting), done=[story for story in every if story.done_in_id],
            dropped=[story for story in every if story.dropped_at],
            debts=Debt.objects.standing().filter(sprint__order=order).select_related("sprint"),
            left=order.value - bound, bound=bound, last=sprints[-1].number if sprints else 0,
            keeps=who.keeps_backlog(order, user) and order.state not in backlogs.OVER,
            plans=who.plans_sprints(order, user) and order.state in PLANS,
            settles=who.plans_sprints(order, user),
            points_chart=burnup.points_chart(marks) if marks else "",
            money_chart=burnup.money_chart(marks, order.currency) if marks else "", **kwargs,
        )  # fmt: skip

    def _sprints(self) -> Any:
        """The sprints with how many stories and points they have, and how many are done."""
        rows = self.order.sprints.select_related("order").order_by("number")
        return rows.annotate(
            planned_count=Count("stories", distinct=True),
            chosen_count=Count("chosen", distinct=True),
            done_count=Count("chosen", filter=Q(chosen__outcome__in=DONE), distinct=True),
        )


class StoryCreateView(OfOrder, FormPage):
    """Write a story."""

    form_class = StoryForm
    template_name = "vendors/story_form.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if request.user.is_authenticated:
            allow(who.keeps_backlog, self.order, request.user)
        return super().dispatch(request, *args, **kwargs)

    def act(self, form: StoryForm) -> HttpResponse:
        story = backlogs.add(self.order, form.cleaned_data, by=self.request.user)
        messages.success(self.request, _("The story is in the backlog: %(story)s")
                         % {"story": story})  # fmt: skip
        return redirect(f"{self.board()}#backlog")


class StoryDetailView(DetailPage):
    """One story: what is wished for, what became of it in each sprint, and its history."""

    model = Story
    template_name = "vendors/story_detail.html"
    context_object_name = "story"

    def get_object(self, queryset: Any = None) -> Story:
        return get_object_or_404(_stories(self.request), pk=self.kwargs["pk"])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        story, user = self.object, self.request.user
        events = Event.objects.filter(target_label="vendors.story", target_id=story.pk)
        keeps = who.keeps_backlog(story.order, user) and story.order.state not in backlogs.OVER
        return super().get_context_data(
            order=story.order, board=reverse("vendors:sprint_board", args=[story.order.ref]),
            tries=story.tries.select_related("sprint__order"), debts=story.debts.filter(
                removed=False, sprint__state="accepted_with_debt").select_related("sprint"),
            changes=keeps and backlogs.changeable(story), restores=keeps and story.dropped_at,
            events=told(events.order_by("-number").select_related("actor", "on_behalf_of")[:100]),
            **kwargs,
        )  # fmt: skip


def _stories(request: HttpRequest) -> Any:
    rows = Story.objects.visible_to(request.user)
    return rows.select_related("order__vendor", "order__project__dossier", "order__institution",
                               "sprint", "done_in")  # fmt: skip


class OfStory(FormPage):
    """A page with one form about a story that this person may change now."""

    @cached_property
    def story(self) -> Story:
        return get_object_or_404(_stories(self.request), pk=self.kwargs["pk"])

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if request.user.is_authenticated:
            allow(who.keeps_backlog, self.story.order, request.user)
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        order = self.story.order
        return super().get_context_data(
            story=self.story, order=order, board=reverse("vendors:sprint_board", args=[order.ref]),
            **kwargs,
        )  # fmt: skip


class StoryChangeView(OfStory):
    """Change a story that no sprint works on."""

    form_class = StoryChangeForm
    template_name = "vendors/story_form.html"

    def get_initial(self) -> dict[str, Any]:
        return {name: getattr(self.story, name) for name in backlogs.FIELDS}

    def act(self, form: StoryChangeForm) -> HttpResponse:
        said = dict(form.cleaned_data)
        because = said.pop("because")
        story = backlogs.change(self.story, said, by=self.request.user, because=because)
        return redirect(story.get_absolute_url())


class StoryDropView(OfStory):
    """Take a story out of the backlog."""

    form_class = StoryDropForm
    template_name = "vendors/story_drop.html"

    def act(self, form: StoryDropForm) -> HttpResponse:
        backlogs.drop(self.story, by=self.request.user, because=form.cleaned_data["because"])
        messages.success(self.request, _("The story is dropped; it can be put back."))
        return redirect(self.story.get_absolute_url())


class StoryActView(View):
    """Move a story within the backlog, or put a dropped one back, by one button."""

    def post(self, request: HttpRequest, pk: int, act: str) -> HttpResponse:
        story = get_object_or_404(_stories(request), pk=pk)
        board = reverse("vendors:sprint_board", args=[story.order.ref])
        if act not in (*backlogs.PLACES, "restore"):
            raise Http404
        try:
            if act == "restore":
                backlogs.restore(story, by=request.user)
            else:
                backlogs.move(story, act, by=request.user)
        except Refused as refused:
            for reason in refused.reasons:
                messages.warning(request, reason)
        return redirect(f"{board}#story-{story.pk}")
