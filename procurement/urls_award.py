"""Addresses of approval, standstill, challenges, debriefs and the award."""

from django.urls import path

from procurement.views import award, challenges

urlpatterns = [
    path("procurement/competitions/<slug:ref>/award/", award.AwardView.as_view(), name="award"),
    path("procurement/competitions/<slug:ref>/award/advantages/", award.AdvantagesView.as_view(),
         name="award_advantages"),
    path("procurement/competitions/<slug:ref>/award/return/", award.SendBackView.as_view(),
         name="award_return"),
    path("award-notices/<int:pk>/delivery/", award.DeliveryView.as_view(),
         name="awardnotice_deliver"),
    path("procurement/bids/<int:pk>/debrief/", award.DebriefView.as_view(), name="debrief"),
    path("procurement/bids/<int:pk>/debrief.pdf", award.DebriefPdfView.as_view(),
         name="debrief_pdf"),
    path("procurement/bids/<int:pk>/challenge/", challenges.ChallengeCreateView.as_view(),
         name="challenge_create"),
    path("challenges/", challenges.ChallengeListView.as_view(), name="challenge_list"),
    path("challenges/<int:pk>/", challenges.ChallengeDetailView.as_view(),
         name="challenge_detail"),
    path("challenges/<int:pk>/return/", challenges.ChallengeReturnView.as_view(),
         name="challenge_return"),
    path("challenges/<int:pk>/document/", challenges.ChallengeDocumentView.as_view(),
         name="challenge_document"),
    path("challenges/<int:pk>/do/<slug:step>/", challenges.ChallengeStepView.as_view(),
         name="challenge_step"),
]  # fmt: skip
