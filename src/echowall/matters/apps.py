"""Matters."""

from django.apps import AppConfig


class MattersConfig(AppConfig):
    """Matters."""

    name = "echowall.matters"
    label = "matters"

    def ready(self) -> None:
        """Answer hearing's pages for matters."""
        from echowall.voices.queries import matter_desk

        from .for_voices import MattersDesk

        matter_desk.provide(MattersDesk())
