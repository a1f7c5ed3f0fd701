"""The web application for an ASGI server; gunicorn with wsgi.py is three times faster."""

import os

from django.core.asgi import get_asgi_application

from config.environment import plain_speech
from config.guard import refuse_demo_data

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
with plain_speech():
    application = get_asgi_application()
    refuse_demo_data()
