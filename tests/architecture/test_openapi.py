"""The API does not change unseen: its description equals the one that is kept, or the change is made on purpose."""

import json

import pytest
from tests.architecture import openapi


@pytest.mark.skipif(not openapi.has_api(), reason="no API yet")
class TestOpenApi:
    def test_equals_the_kept_description(self) -> None:
        assert openapi.SNAPSHOT.is_file(), "run `make openapi` and look at what it writes"
        kept = json.loads(openapi.SNAPSHOT.read_text(encoding="utf-8"))
        assert openapi.present_schema() == kept, "the API changed; if on purpose: `make openapi`, and look at the diff"
