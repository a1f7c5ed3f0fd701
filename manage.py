#!/usr/bin/env python3
"""The command line of Compuerta."""

import os
import sys

from django.conf import settings
from django.core.management import execute_from_command_line

from config.environment import plain_speech


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    with plain_speech():
        settings.BASE_DIR  # noqa: B018  reads the settings, and says at once what is wrong
        execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
