"""The settings as the tests see them: the one file, in test mode."""

import os

os.environ["COMPUERTA_MODE"] = "test"

from config.settings import *  # noqa: F403
