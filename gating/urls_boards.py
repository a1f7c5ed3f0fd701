"""Addresses of boards, meetings, motions, conditions and decision records."""

from django.urls import path

from core.views import TransitionView
from gating.models import Condition, Meeting, Motion
from gating.views import boards, conditions, meetings, motions, records

urlpatterns = [
    path("boards/", boards.BoardListView.as_view(), name="board_list"),
    path("boards/new/", boards.BoardCreateView.as_view(), name="board_create"),
    path("boards/<slug:code>/", boards.BoardDetailView.as_view(), name="board_detail"),
    path("boards/<slug:code>/edit/", boards.BoardEditView.as_view(), name="board_edit"),
    path("boards/<slug:code>/seats/new/", boards.SeatCreateView.as_view(), name="seat_create"),
    path("seats/<int:pk>/", boards.SeatEditView.as_view(), name="seat_edit"),
    path("boards/<slug:code>/meetings/new/", meetings.MeetingCreateView.as_view(),
         name="meeting_create"),
    path("meetings/<int:pk>/", meetings.MeetingDetailView.as_view(), name="meeting_detail"),
    path("meetings/<int:pk>/edit/", meetings.MeetingEditView.as_view(), name="meeting_edit"),
    path("meetings/<int:pk>/agenda/", meetings.AgendaView.as_view(), name="meeting_agenda"),
    path("agenda/<int:pk>/remove/", meetings.AgendaRemoveView.as_view(), name="agenda_remove"),
    path("meetings/<int:pk>/attendance/", meetings.AttendanceView.as_view(),
         name="meeting_attendance"),
    path("meetings/<int:pk>/minutes/", meetings.MinutesView.as_view(), name="meeting_minutes"),
    path("meetings/<int:pk>/do/<slug:step>/", TransitionView.as_view(model=Meeting),
         name="meeting_step"),
    path("reviews/<int:pk>/motions/new/", motions.MotionCreateView.as_view(),
         name="motion_create"),
    path("conditions/<int:pk>/waive/", motions.WaiverCreateView.as_view(), name="waiver_create"),
    path("motions/<int:pk>/", motions.MotionDetailView.as_view(), name="motion_detail"),
    path("motions/<int:pk>/edit/", motions.MotionEditView.as_view(), name="motion_edit"),
    path("motions/<int:pk>/conditions/new/", motions.DraftCreateView.as_view(),
         name="draft_create"),
    path("drafted-conditions/<int:pk>/", motions.DraftEditView.as_view(), name="draft_edit"),
    path("drafted-conditions/<int:pk>/remove/", motions.DraftRemoveView.as_view(),
         name="draft_remove"),
    path("motions/<int:pk>/vote/", motions.VoteView.as_view(), name="motion_vote"),
    path("motions/<int:pk>/recuse/", motions.RecusalView.as_view(), name="motion_recuse"),
    path("motions/<int:pk>/do/<slug:step>/", TransitionView.as_view(model=Motion),
         name="motion_step"),
    path("conditions/", conditions.ConditionListView.as_view(), name="condition_list"),
    path("conditions/<int:pk>/", conditions.ConditionDetailView.as_view(),
         name="condition_detail"),
    path("conditions/<int:pk>/answer/", conditions.ConditionAnswerView.as_view(),
         name="condition_answer"),
    path("conditions/<int:pk>/document/", conditions.ConditionDocumentView.as_view(),
         name="condition_document"),
    path("conditions/<int:pk>/do/<slug:step>/", TransitionView.as_view(model=Condition),
         name="condition_step"),
    path("records/<slug:code>/", records.RecordCheckView.as_view(), name="record"),
    path("records/<slug:code>/full/", records.RecordFullView.as_view(), name="record_full"),
    path("records/<slug:code>/record.pdf", records.RecordPdfView.as_view(), name="record_pdf"),
]  # fmt: skip
