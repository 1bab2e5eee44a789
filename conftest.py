"""Fixtures of every test. `django_db_setup` stands here because a conftest wins over pytest-django's own fixture."""

from tests.postgres_plugin import django_db_setup

__all__ = ["django_db_setup"]
