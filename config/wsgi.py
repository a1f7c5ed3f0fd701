"""The web application for gunicorn."""

import os

from django.core.wsgi import get_wsgi_application

from config.environment import plain_speech
from config.guard import refuse_demo_data

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
with plain_speech(status=3):  # gunicorn does not try again after a 3
    application = get_wsgi_application()
    refuse_demo_data()
