"""Fixtures of every test. `django_db_setup` stands here because a conftest wins over pytest-django's own fixture."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.utils import translation
from tests.cast import EVENING, Cast, make_cast
from tests.postgres_plugin import django_db_setup

from echowall.kernel import clock, keys

__all__ = ["django_db_setup"]


@pytest.fixture(autouse=True)
def _no_keys_of_other_tests() -> Iterator[None]:
    yield
    keys.forget_cached_keys()


@pytest.fixture(autouse=True)
def _no_language_of_other_tests() -> Iterator[None]:
    yield
    translation.deactivate()  # a request leaves its language behind until the next one


@pytest.fixture
def cast(db: None) -> Iterator[Cast]:
    """The two streets, in the evening of 3 May 2022."""
    with clock.fixed(EVENING):
        yield make_cast()
