"""The worker's application; its schedule is code."""

import os
from typing import Any

from celery import Celery
from celery.schedules import crontab
from celery.signals import worker_init
from django.conf import settings

from config.environment import plain_speech
from config.folder import take_the_place_of_kombus_own
from config.guard import refuse_demo_data

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
with plain_speech():
    settings.BASE_DIR  # noqa: B018  reads the settings, and says at once what is wrong

take_the_place_of_kombus_own()
app = Celery("compuerta")
app.set_default()  # in every thread of the web server
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.update(
    timezone="UTC",
    task_ignore_result=True,
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    task_serializer="json",
    accept_content=["json"],
    worker_prefetch_multiplier=1,
    worker_hijack_root_logger=False,
    worker_send_task_events=False,
    worker_cancel_long_running_tasks_on_connection_loss=False,
    broker_connection_retry_on_startup=True,
    broker_connection_max_retries=None,
    beat_schedule={
        "drain": {"task": "core.tasks.drain", "schedule": 5.0, "options": {"expires": 5}},
        "tick": {"task": "core.tasks.tick", "schedule": 60.0, "options": {"expires": 60}},
        "checkpoint": {"task": "core.tasks.checkpoint", "schedule": crontab(minute=5, hour=6)},
    },
)
app.autodiscover_tasks()


@worker_init.connect
def look_at_the_data(**kwargs: Any) -> None:
    """A worker in production does not touch a demo database either."""
    with plain_speech():
        refuse_demo_data()
