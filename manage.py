#!/usr/bin/env python3
"""The command line of Compuerta."""

import os
import sys

from django.conf import settings
from django.core.management import execute_from_command_line

from config.environment import plain_speech

OF_PRODUCTION = (
    "SECRET_KEY",
    "SECRET_KEY_FILE",
    "HISTORY_KEY",
    "HISTORY_KEY_FILE",
    "SLOT_KEY",
    "SLOT_KEY_FILE",
    "BASE_URL",
)


def main() -> None:
    """Run a command; with nothing set, on this machine's own keys and data in var/."""
    if not any(name in os.environ for name in OF_PRODUCTION):
        os.environ.setdefault("COMPUERTA_MODE", "local")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    with plain_speech():
        settings.BASE_DIR  # noqa: B018  reads the settings, and says at once what is wrong
        execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
