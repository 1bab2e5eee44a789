"""Notices."""

from django.apps import AppConfig


class NoticesConfig(AppConfig):
    """Notices."""

    name = "echowall.notices"
    label = "notices"
