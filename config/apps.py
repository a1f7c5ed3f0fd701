"""Loads the worker's application with Django, so that web processes can hurry it."""

from django.apps import AppConfig

from config.celery import app


class WiringConfig(AppConfig):
    name = "config"
    worker = app
