"""The register of places."""

from django.apps import AppConfig


class PlacesConfig(AppConfig):
    """Places."""

    name = "echowall.places"
    label = "places"
