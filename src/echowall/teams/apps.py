"""The register of teams."""

from django.apps import AppConfig


class TeamsConfig(AppConfig):
    """Teams."""

    name = "echowall.teams"
    label = "teams"
