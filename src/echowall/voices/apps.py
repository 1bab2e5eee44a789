"""Voices."""

from django.apps import AppConfig


class VoicesConfig(AppConfig):
    """Voices."""

    name = "echowall.voices"
    label = "voices"
