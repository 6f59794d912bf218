#!/usr/bin/env python
"""Django's command line for this project."""

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line

from cms.environment import EnvironmentFileError, load_env_file


def main() -> None:
    try:
        load_env_file()
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cms.settings.dev")
        execute_from_command_line(sys.argv)
    except (EnvironmentFileError, ImproperlyConfigured) as error:
        if os.environ.get("AVOW_DEBUG") == "1":
            raise
        sys.exit(str(error))


if __name__ == "__main__":
    main()
