"""Matters."""

from django.apps import AppConfig


class MattersConfig(AppConfig):
    """Matters."""

    name = "echowall.matters"
    label = "matters"

    def ready(self) -> None:
        """Answer hearing's pages for matters; say what dies on its day."""
        from echowall.voices.queries import matter_desk

        from . import retention  # noqa: F401 - it registers by being imported
        from .for_voices import MattersDesk

        matter_desk.provide(MattersDesk())
