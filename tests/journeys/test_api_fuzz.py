"""The machine interface under odd requests: drawn from its own description, with and without a token; never a 500."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest
import schemathesis
from django.conf import settings
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from django.test import Client
from hypothesis import HealthCheck, Phase, given, seed
from hypothesis import settings as limits
from schemathesis import GenerationMode
from tests.cast import EVENING, Cast

from echowall.kernel import clock
from echowall.kernel.scope import as_system
from echowall.voices.operations import add_source, issue_token

EXAMPLES = 4


@pytest.fixture(autouse=True)
def _one_connection() -> Iterator[None]:
    """Let a request not close the test's own connection when it ends, as Django's test client does."""
    request_started.disconnect(close_old_connections)
    request_finished.disconnect(close_old_connections)
    yield
    request_started.connect(close_old_connections)
    request_finished.connect(close_old_connections)


@pytest.fixture
def token(cast: Cast) -> str:
    street = cast.fuhua
    administrator = street.actor("administrator")
    with as_system():
        source = add_source(channel="api", name="接口", place=street.office, actor=administrator, at=EVENING)
        return issue_token(source=source, actor=administrator, at=EVENING)


class TestFuzz:
    @pytest.mark.parametrize("who", ["visitor", "program", "worker"])
    def test_answers_every_request_below_500(self, token: str, cast: Cast, client: Client, who: str) -> None:
        schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", get_wsgi_application())
        client.force_login(cast.fuhua.dispatcher)
        cookie = f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"
        headers = {"visitor": {}, "program": {"Authorization": f"Bearer {token}"}, "worker": {"Cookie": cookie}}[who]
        operations = [found.ok() for found in schema.get_all_operations()]
        assert any(operation.path.endswith("/messages") for operation in operations)
        answered: Counter[int] = Counter()
        for operation in operations:
            for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
                _fuzz(operation, mode, headers, answered)
        assert not [status for status in answered if status >= 500], answered
        assert (answered[201] > 0) == (who == "program"), answered


def _fuzz(
    operation: schemathesis.APIOperation, mode: GenerationMode, headers: dict[str, str], answered: Counter[int]
) -> None:
    @seed(20220503)
    @limits(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def ask(case: schemathesis.Case) -> None:
        with clock.fixed(EVENING):
            response = case.call(headers=headers)
        answered[response.status_code] += 1
        assert response.status_code < 500, f"{case.as_curl_command()}: {response.text[:500]}"

    ask()
