"""Command."""

from django.apps import AppConfig


class CommandConfig(AppConfig):
    """Command."""

    name = "echowall.command"
    label = "command"
