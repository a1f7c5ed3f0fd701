"""Competitions for everybody, without signing in: the list, one competition, versions, the feed.

Nothing here says who bids or how many do before the award: until then these pages read no table
of bids at all, but for a bidder's own.
"""

import hashlib
import json
from datetime import timedelta
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.decorators import method_decorator
from django.views.generic import View

from core import clock
from procurement import addenda, content, feeds, page_parts, showing
from procurement import permissions_competitions as who
from procurement.forms_competitions import PublicFilterForm
from procurement.models import OVER, Addendum, AddendumState, Competition, CompetitionState

PAGE = 30
RELATED = ("project__institution", "lot__framework", "rerun_of", "dossier")


@method_decorator(login_not_required, name="dispatch")
class PublicPage(View):
    """A page for everybody that changes nothing."""

    http_method_names = ("get", "head", "options")

    def page(self, template: str, context: dict[str, Any]) -> HttpResponse:
        """A page as it stands now; times are shown in the zone of the institution, if one."""
        competition = context.get("competition")
        zone = clock.zone(competition.institution if competition else None)
        with timezone.override(zone):
            response = render(self.request, template, {**context, "zone": str(zone)})
        response["Cache-Control"] = "no-store"
        patch_vary_headers(response, ["Cookie"])
        return response

    def data(self, text: str, kind: str, kept: int = 0) -> HttpResponse:
        """Content for other programs, the same for everybody."""
        response = HttpResponse(text.encode(), content_type=f"{kind}; charset=utf-8")
        etag = f'"{hashlib.sha256(response.content).hexdigest()[:32]}"'
        found = get_conditional_response(self.request, etag=etag, response=response)
        answer = found if isinstance(found, HttpResponse) else response
        answer["ETag"] = etag
        answer["Cache-Control"] = f"public, max-age={kept}" if kept else "no-cache"
        answer["Access-Control-Allow-Origin"] = "*"
        return answer

    def competition(self, ref: str) -> Competition:
        """One that was published; drafts and unknown references look the same."""
        return get_object_or_404(Competition.objects.public().select_related(*RELATED), ref=ref)


class PublicListView(PublicPage):
    """All competitions that were ever published: those that take bids first."""

    def get(self, request: HttpRequest) -> HttpResponse:
        now = clock.now()
        form = PublicFilterForm(request.GET or None)
        asked = form.cleaned_data if form.is_valid() else {}
        pages = Paginator(self.rows(asked, now), PAGE)
        page = pages.get_page(request.GET.get("page"))
        rows = [(row, row.phase(now), row.deadline(now)) for row in page]
        context = {"page_obj": page, "rows": rows, "form": form, "total": pages.count, "now": now}
        return self.page("procurement/public_list.html", context)

    def rows(self, asked: dict[str, str], now: Any) -> Any:
        rows = Competition.objects.public().select_related(*RELATED)
        for word in asked.get("text", "").replace("\0", "").split():
            rows = rows.filter(Q(title__icontains=word) | Q(ref__iexact=word)
                               | Q(outcomes__icontains=word)
                               | Q(project__institution__name__icontains=word))  # fmt: skip
        if asked.get("template"):
            rows = rows.filter(template=asked["template"])
        phase = asked.get("phase")
        if phase == "open":
            rows = rows.filter(state=CompetitionState.PUBLISHED,
                               closes_at__gt=now - timedelta(days=0))  # fmt: skip
        elif phase == "over":
            rows = rows.filter(state__in=OVER)
        elif phase == "evaluated":
            rows = rows.exclude(state__in=(*OVER, CompetitionState.PUBLISHED))
        return rows.order_by("-published_at", "-pk")


class PublicDetailView(PublicPage):
    """One competition: what is asked, how it is judged, until when, questions and addenda."""

    def get(self, request: HttpRequest, ref: str) -> HttpResponse:
        row, now = self.competition(ref), clock.now()
        deadline = row.deadline(now)
        settled = row.questions.exclude(settled_at=None)
        user = request.user
        acts = page_parts.acts(row, user, public=True)
        context = {
            "competition": row, "now": now, "phase": row.phase(now), "deadline": deadline,
            "takes_bids": row.takes_bids(now), "takes_questions": row.takes_questions(now),
            "said": showing.shown(content.read(row), row),
            "questions": settled, "addenda": published(row), "versions": row.versions.all(),
            "asks": user.is_authenticated and who.asks(row, user), "acts": acts,
            "inside": user.is_authenticated
            and Competition.objects.visible_to(user).filter(pk=row.pk).exists(),
            "reruns": Competition.objects.public().filter(rerun_of=row),
            "sections": page_parts.sections(row, user, public=True),
        }  # fmt: skip
        return self.page("procurement/public_detail.html", context)


def published(row: Competition) -> Any:
    """The addenda that everybody may read."""
    return row.addenda.filter(state=AddendumState.PUBLISHED)


class PublicVersionView(PublicPage):
    """One version, word for word; as JSON exactly the text whose hash is shown."""

    def get(self, request: HttpRequest, ref: str, number: int, form: str = "") -> HttpResponse:
        row = self.competition(ref)
        version = get_object_or_404(row.versions, number=number)
        if form == "json":
            return self.data(version.content, "application/json", kept=3600)
        said = version.told
        context = {"competition": row, "version": version,
                   "said": showing.shown(said, row), "title": said["title"],
                   "asked": content.moment(said["questions_until"]),
                   "closes": content.moment(said["closes_at"])}  # fmt: skip
        return self.page("procurement/public_version.html", context)


class PublicAddendumView(PublicPage):
    """One addendum: what it changed, side by side."""

    def get(self, request: HttpRequest, ref: str, number: int) -> HttpResponse:
        row = self.competition(ref)
        found: Addendum | None = published(row).filter(number=number).first()
        if found is None:
            raise Http404
        found.competition = row
        context = {"competition": row, "addendum": found, "changes": addenda.changes(found)}
        return self.page("procurement/public_addendum.html", context)


class FeedJsonView(PublicPage):
    """What happened since a place in the feed (`?after=`), in the order of the commits."""

    def get(self, request: HttpRequest) -> HttpResponse:
        asked = request.GET.get("after", "0")
        after = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 19 else 0  # noqa: PLR2004
        return self.data(json.dumps(feeds.entries(after), ensure_ascii=False), "application/json")


class FeedAtomView(PublicPage):
    """The newest entries for feed readers."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.data(feeds.atom(), "application/atom+xml")
