"""Fixtures of every test. `django_db_setup` stands here because a conftest wins over pytest-django's own fixture."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from django.utils import translation
from hypothesis import HealthCheck, settings
from tests.cast import EVENING, Cast, make_cast
from tests.postgres_plugin import django_db_setup

from echowall.kernel import clock, keys

# The suite tries the same examples each time, so that it fails for a change and not for its luck;
# HYPOTHESIS_PROFILE=explore looks for new ones. Generated histories are often too short for what a test asks.
_LENIENT = (HealthCheck.filter_too_much, HealthCheck.too_slow)
settings.register_profile("suite", derandomize=True, deadline=None, database=None, suppress_health_check=_LENIENT)
settings.register_profile("explore", deadline=None, suppress_health_check=_LENIENT)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "suite"))

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
