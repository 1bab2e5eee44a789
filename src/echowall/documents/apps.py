"""Documents."""

from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    """Documents."""

    name = "echowall.documents"
    label = "documents"
