"""Playbooks."""

from django.apps import AppConfig


class PlaybooksConfig(AppConfig):
    """Playbooks."""

    name = "echowall.playbooks"
    label = "playbooks"
