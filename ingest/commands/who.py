"""Who is at the keyboard, for histories."""

import getpass
import os


def person() -> str:
    """Also behind sudo."""
    try:
        return os.environ.get("SUDO_USER") or getpass.getuser()
    except (KeyError, OSError):  # a container may run under a number that has no name
        return f"uid {os.getuid()}"
