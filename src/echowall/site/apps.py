"""The site: the only place that knows every app."""

from django.apps import AppConfig


class SiteConfig(AppConfig):
    """Site."""

    name = "echowall.site"
    label = "site"
