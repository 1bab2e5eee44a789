"""Matters."""

from django.apps import AppConfig


class MattersConfig(AppConfig):
    """Matters."""

    name = "echowall.matters"
    label = "matters"
