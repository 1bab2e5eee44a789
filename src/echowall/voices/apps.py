"""Voices."""

from django.apps import AppConfig


class VoicesConfig(AppConfig):
    """Voices."""

    name = "echowall.voices"
    label = "voices"

    def ready(self) -> None:
        """Say what dies on its day."""
        from . import retention  # noqa: F401 - it registers by being imported
