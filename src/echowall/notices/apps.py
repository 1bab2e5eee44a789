"""Notices."""

from django.apps import AppConfig


class NoticesConfig(AppConfig):
    """Notices."""

    name = "echowall.notices"
    label = "notices"

    def ready(self) -> None:
        """Say what dies on its day."""
        from . import retention  # noqa: F401 - it registers by being imported
