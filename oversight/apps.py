"""Placed by the wiring so that the settings load."""

from django.apps import AppConfig


class OversightConfig(AppConfig):
    name = "oversight"
