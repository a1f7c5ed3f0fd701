"""Addresses of the inbox, documents and checkpoints."""

from datetime import date

from django.contrib.auth.decorators import login_not_required
from django.urls import path, register_converter

from core import daily_views, wording_views
from core import ground_views as views
from core.models import Document
from core.views import TransitionView

public = login_not_required


class Day:
    """A date in an address, as YYYY-MM-DD; one that is none leads nowhere."""

    regex = "[0-9]{4}-[0-9]{2}-[0-9]{2}"

    def to_python(self, value: str) -> date:
        return date.fromisoformat(value)

    def to_url(self, value: date | str) -> str:
        return str(value)


register_converter(Day, "day")

urlpatterns = [
    path("texts/", wording_views.WordingListView.as_view(), name="wording_list"),
    path("texts/<str:code>/", wording_views.WordingDetailView.as_view(), name="wording_detail"),
    path(
        "texts/<str:code>/<slug:language>/",
        wording_views.WordingWriteView.as_view(),
        name="wording_write",
    ),
    path("inbox/choice/", daily_views.MailChoiceView.as_view(), name="mail_choice"),
    path("inbox/calendar/", daily_views.CalendarMakeView.as_view(), name="calendar_make"),
    path(
        "calendar/<str:token>.ics",
        public(daily_views.CalendarFileView.as_view()),
        name="calendar_file",
    ),
    path(
        "digest/stop/<str:token>/", public(daily_views.DigestStopView.as_view()), name="digest_stop"
    ),
    path("inbox/", views.InboxView.as_view(), name="inbox"),
    path("inbox/read/", views.InboxReadView.as_view(), name="inbox_read"),
    path("inbox/<int:pk>/read/", views.NoticeReadView.as_view(), name="notice_read"),
    path("documents/<int:pk>/", views.DocumentDetailView.as_view(), name="document_detail"),
    path("documents/<int:pk>/file/", views.DocumentFileView.as_view(), name="document_file"),
    path(
        "documents/<int:pk>/do/<slug:step>/",
        TransitionView.as_view(model=Document),
        name="document_step",
    ),
    path(
        "history/checkpoints/", public(views.CheckpointListView.as_view()), name="checkpoint_list"
    ),
    path(
        "history/checkpoints/<day:day>.json",
        public(views.CheckpointFileView.as_view()),
        name="checkpoint_file",
    ),
    path(
        "history/proof/<slug:head>.json",
        public(views.ProofView.as_view()),
        name="checkpoint_proof",
    ),
]
