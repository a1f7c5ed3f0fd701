"""Addresses of the correspondence of a case."""

from django.urls import include, path

from projects.views import letters

of_one = [
    path("", letters.LetterListView.as_view(), name="letter_list"),
    path("new/", letters.LetterCreateView.as_view(), name="letter_create"),
    path("email/", letters.EmailCreateView.as_view(), name="email_create"),
    path("<int:number>/", letters.LetterDetailView.as_view(), name="letter_detail"),
]

urlpatterns = [
    path("projects/<slug:ref>/letters/", include(of_one)),
    path("letters/<int:pk>/do/<slug:step>/", letters.LetterStepView.as_view(), name="letter_step"),
    path("letters/files/<int:pk>/", letters.EnclosureFileView.as_view(), name="enclosure_file"),
]
