"""Addresses of backlogs, sprints and their checks."""

from django.urls import path

from vendors.views import backlogs, inspections, sprints

urlpatterns = [
    path("orders/<str:ref>/sprints/", backlogs.BoardView.as_view(), name="sprint_board"),
    path("orders/<str:ref>/sprints/new/", sprints.SprintCreateView.as_view(), name="sprint_create"),
    path("orders/<str:ref>/stories/new/", backlogs.StoryCreateView.as_view(), name="story_create"),
    path("stories/<int:pk>/", backlogs.StoryDetailView.as_view(), name="story_detail"),
    path("stories/<int:pk>/change/", backlogs.StoryChangeView.as_view(), name="story_change"),
    path("stories/<int:pk>/drop/", backlogs.StoryDropView.as_view(), name="story_drop"),
    path("stories/<int:pk>/do/<slug:act>/", backlogs.StoryActView.as_view(), name="story_act"),
    path("sprints/<int:pk>/", sprints.SprintDetailView.as_view(), name="sprint_detail"),
    path("sprints/<int:pk>/do/<slug:step>/", sprints.SprintStepView.as_view(), name="sprint_step"),
    path("sprints/<int:pk>/plan/", sprints.SprintPlanView.as_view(), name="sprint_plan"),
    path("sprints/<int:pk>/delivery/", sprints.DeliveryView.as_view(), name="delivery_write"),
    path("sprints/<int:pk>/evidence/", sprints.ProofCreateView.as_view(), name="proof_create"),
    path("deliveries/proofs/<int:pk>/", sprints.ProofFileView.as_view(), name="proof_file"),
    path("deliveries/proofs/<int:pk>/remove/", sprints.ProofRemoveView.as_view(),
         name="proof_remove"),
    path("sprints/<int:pk>/verdict/", inspections.VerdictView.as_view(), name="sprint_verdict"),
    path("sprints/<int:pk>/debts/new/", inspections.DebtCreateView.as_view(), name="debt_create"),
    path("checks/<int:pk>/", inspections.CheckRecordView.as_view(), name="check_record"),
    path("checks/<int:pk>/file/", inspections.CheckFileView.as_view(), name="check_file"),
    path("sprints/stories/<int:pk>/", inspections.StoryJudgeView.as_view(), name="story_judge"),
    path("debts/<int:pk>/remove/", inspections.DebtRemoveView.as_view(), name="debt_remove"),
    path("debts/<int:pk>/settle/", inspections.DebtSettleView.as_view(), name="debt_settle"),
]  # fmt: skip
