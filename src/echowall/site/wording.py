"""Operators' messages in Chinese or English before Django (and its gettext) is set up."""

import os


def say(zh: str, en: str) -> str:
    """Return the wording for `ECHOWALL_LANGUAGE`: Chinese unless it begins with `en`."""
    return en if os.environ.get("ECHOWALL_LANGUAGE", "").lower().startswith("en") else zh
