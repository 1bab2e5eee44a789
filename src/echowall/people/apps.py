"""The register of people: at first those who work here."""

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    """People."""

    name = "echowall.people"
    label = "people"
