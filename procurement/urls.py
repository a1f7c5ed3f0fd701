"""Addresses of the room, by aggregate."""

from procurement import (
    urls_award,
    urls_competitions,
    urls_evaluation,
    urls_prototypes,
    urls_sealing,
)

app_name = "procurement"

urlpatterns = [
    *urls_competitions.urlpatterns,
    *urls_sealing.urlpatterns,
    *urls_prototypes.urlpatterns,
    *urls_evaluation.urlpatterns,
    *urls_award.urlpatterns,
]
