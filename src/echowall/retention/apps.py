"""Retention."""

from django.apps import AppConfig


class RetentionConfig(AppConfig):
    """Retention."""

    name = "echowall.retention"
    label = "retention"

    def ready(self) -> None:
        """Register what the kernel itself keeps."""
        from . import own_kinds  # noqa: F401 - it registers by being imported
