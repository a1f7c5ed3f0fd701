"""The settings as the tests see them: the one file, in test mode, with uploads of their own."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

os.environ["COMPUERTA_MODE"] = "test"

from config.environment import media_folder
from config.settings import *  # noqa: F403

if DATABASES["default"]["ENGINE"] == "django.db.backends.postgresql":  # noqa: F405
    # Only the waiting for the disk is left out, as for SQLite.
    DATABASES["default"]["OPTIONS"]["options"] = "-c synchronous_commit=off"  # noqa: F405

# A test that destroys a file must never meet the same content in the demo's folder.
UPLOADS = tempfile.mkdtemp(prefix="compuerta-test-media-")
atexit.register(shutil.rmtree, UPLOADS, ignore_errors=True)
if "MEDIA" not in os.environ:
    STORAGES["default"] = media_folder("MEDIA", Path(UPLOADS))  # noqa: F405
