"""Addresses of competitions, questions and addenda."""

from django.urls import path

from procurement.refs import ONE, PUBLIC
from procurement.views import addenda, competitions, drafts, panels, questions
from procurement.views import competitions_public as public

urlpatterns = [
    path("competitions/", public.PublicListView.as_view(), name="public_list"),
    path("competitions/feed.json", public.FeedJsonView.as_view(), name="feed_json"),
    path("competitions/feed.atom", public.FeedAtomView.as_view(), name="feed_atom"),
    path(PUBLIC, public.PublicDetailView.as_view(),
         name="public_detail"),
    path(f"{PUBLIC}versions/<int:number>/",
         public.PublicVersionView.as_view(), name="public_version"),
    path(f"{PUBLIC}versions/<int:number>.json",
         public.PublicVersionView.as_view(), {"form": "json"}, name="public_version_json"),
    path(f"{PUBLIC}addenda/<int:number>/",
         public.PublicAddendumView.as_view(), name="public_addendum"),
    path(f"{PUBLIC}ask/", questions.QuestionAskView.as_view(),
         name="question_ask"),
    path("procurement/competitions/", competitions.CompetitionListView.as_view(),
         name="competition_list"),
    path("procurement/competitions/new/", competitions.CompetitionBeginView.as_view(),
         name="competition_begin"),
    path(ONE, competitions.CompetitionDetailView.as_view(), name="competition_detail"),
    path(f"{ONE}step/<slug:step>/", competitions.CompetitionStepView.as_view(),
         name="competition_step"),
    path(f"{ONE}review/", competitions.CompetitionReviewView.as_view(),
         name="competition_review"),
    path(f"{ONE}rerun/", competitions.CompetitionRerunView.as_view(), name="competition_rerun"),
    path(f"{ONE}edit/<slug:part>/", drafts.DraftPartView.as_view(), name="competition_part"),
    path(f"{ONE}panel/", panels.PanelView.as_view(), name="panel"),
    path(f"{ONE}panel/<int:pk>/leave/", panels.PanelLeaveView.as_view(), name="panel_leave"),
    path(f"{ONE}questions/<int:number>/", questions.QuestionSettleView.as_view(),
         name="question_settle"),
    path(f"{ONE}addendum/begin/", addenda.AddendumBeginView.as_view(), name="addendum_begin"),
    path("procurement/addenda/<int:pk>/", addenda.AddendumDetailView.as_view(),
         name="addendum_detail"),
    path("procurement/addenda/<int:pk>/step/<slug:step>/", addenda.AddendumStepView.as_view(),
         name="addendum_step"),
    path("procurement/addenda/<int:pk>/edit/<slug:part>/", addenda.AddendumPartView.as_view(),
         name="addendum_part"),
]  # fmt: skip
