"""Wall."""

from django.apps import AppConfig


class WallConfig(AppConfig):
    """Wall."""

    name = "echowall.wall"
    label = "wall"
