"""Open311 over real HTTP, with a client that others wrote."""

from __future__ import annotations

import itertools
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from types import ModuleType

import pytest
from defusedxml import ElementTree
from django.test import Client
from tests.cast import EVENING, Cast

from echowall.kernel.actors import SYSTEM_ACTOR
from echowall.kernel.scope import as_system
from echowall.matters.reactions import take_message
from echowall.voices import queries
from echowall.voices.models import Message
from echowall.voices.operations import add_source, issue_token
from echowall.voices.sweeping import sweep_pending


@pytest.fixture(autouse=True)
def _fresh_tokens() -> None:
    queries.forget_tokens()


@pytest.fixture
def token(cast: Cast) -> str:
    """The access token of an open Open311 source of 福华街."""
    with as_system():
        source = add_source(
            channel="open311", name="市民应用", place=cast.fuhua.office, actor=SYSTEM_ACTOR, at=EVENING, is_public=True
        )
        return issue_token(source=source, actor=SYSTEM_ACTOR, at=EVENING)


def post(client: Client, token: str, form: str = "json", **fields: str):
    data = {
        "api_key": token,
        "service_code": "utilities.water",
        "description": "停水两天",
        "address_string": "铁路小区",
    }
    return client.post(f"/open311/v2/requests.{form}", data | fields)


class TestServices:
    def test_lists_the_leaves_of_the_topics(self, db: None, client: Client) -> None:
        codes = {s["service_code"] for s in client.get("/open311/v2/services.json").json()}
        assert {"utilities.water", "medicine.chronic", "schooling"} <= codes
        assert "utilities" not in codes

    def test_defines_one_also_as_xml(self, db: None, client: Client) -> None:
        root = ElementTree.fromstring(client.get("/open311/v2/services/medicine.chronic.xml").content)
        assert root.findtext("service_code") == "medicine.chronic"
        assert client.get("/open311/v2/services/none.json").status_code == 404
        assert client.get("/open311/v2/services.csv").status_code == 404


class TestRequests:
    def test_same_post_twice_is_one_request(self, token: str, client: Client) -> None:
        first, second = post(client, token), post(client, token)
        assert (first.status_code, second.status_code) == (201, 200)
        assert first.json()[0]["service_request_id"] == second.json()[0]["service_request_id"]

    def test_refuses_with_every_error(self, token: str, client: Client) -> None:
        answer = post(client, token, service_code="none", address_string="", lat="91", email="x")
        assert answer.status_code == 404
        assert len(answer.json()) >= 3
        assert post(client, "").status_code == 403
        assert post(client, "ew_wrong").status_code == 403
        assert post(client, token, jurisdiction_id="410103011").status_code == 404

    def test_shows_what_is_public_and_nothing_else(self, token: str, client: Client) -> None:
        words = "我是3号楼2单元501的王小明，电话13800001234，停水了"
        ident = post(
            client, token, description=words, phone="13800001234", first_name="小明", last_name="王", lat="34.7312345",
            long="113.6512345", email="wang@example.cn",
        ).json()[0]["service_request_id"]  # fmt: skip
        with as_system():
            sweep_pending(at=EVENING)
        answer = client.get(f"/open311/v2/requests/{ident}.json")
        (shown,) = answer.json()
        assert (shown["status"], shown["service_code"], shown["lat"]) == ("open", "utilities.water", 34.731)
        for private in ("1380000", "1234", "小明", "501", "wang@", "王小明"):
            assert private not in answer.content.decode()

    def test_health_details_wait_for_a_person(self, token: str, client: Client) -> None:
        ident = post(client, token, description="确诊阳性，求药").json()[0]["service_request_id"]
        assert client.get(f"/open311/v2/requests/{ident}.json").json()[0]["description"] is None

    def test_follows_the_matter(self, token: str, client: Client) -> None:
        ident = post(client, token).json()[0]["service_request_id"]
        with as_system():
            sweep_pending(at=EVENING)
            take_message(message_id=str(Message.objects.get(ticket=ident).id))
        (shown,) = client.get(f"/open311/v2/requests/{ident}.json").json()
        assert shown["status_notes"]
        assert shown["expected_datetime"]
        assert client.get(f"/open311/v2/tokens/{ident}.json").json()[0]["service_request_id"] == ident

    def test_status_is_asked_before_the_pages_are_counted(self, token: str, client: Client) -> None:
        idents = [post(client, token, description=f"停水{n}").json()[0]["service_request_id"] for n in range(4)]
        with as_system():
            Message.objects.filter(ticket__in=idents[1::2]).update(state="noted")
        for status, page, size, count in (("open", 1, 1, 1), ("open", 2, 1, 1), ("open", 3, 1, 0), ("closed", 1, 2, 2)):
            query = f"status={status}&page={page}&page_size={size}"
            listed = client.get(f"/open311/v2/requests.json?{query}").json()
            assert len(listed) == count, query
            assert {one["status"] for one in listed} <= {status}
        seen = [
            client.get(f"/open311/v2/requests.json?status=closed&page={page}&page_size=1").json()[0] for page in (1, 2)
        ]
        assert {one["service_request_id"] for one in seen} == set(idents[1::2])

    def test_other_channels_and_closed_sources_are_not_shown(self, token: str, cast: Cast, client: Client) -> None:
        client.post("/", {"text": "网页留言停水"})
        with as_system():
            ticket = Message.objects.get().ticket
            ident = post(client, token).json()[0]["service_request_id"]
        assert client.get(f"/open311/v2/requests/{ticket}.json").status_code == 404
        listed = client.get("/open311/v2/requests.json").json()
        assert [r["service_request_id"] for r in listed] == [ident]
        assert client.get("/open311/v2/requests.json?jurisdiction_id=410103011").status_code == 404
        assert client.get("/open311/v2/requests.json?status=closed").json() == []
        assert client.get("/open311/v2/requests.json?service_code=schooling").json() == []


@pytest.fixture
def three() -> Iterator[ModuleType]:
    """The client `three` (the City of San Francisco's neighbours wrote it); it still asks for a name of Python 2."""
    if find_spec("three") is None:
        pytest.skip("the Open311 client `three` is not installed")
    itertools.ifilter = filter  # type: ignore[attr-defined]
    try:
        import three as client_library

        yield client_library
    finally:
        del itertools.ifilter  # type: ignore[attr-defined]
        sys.modules.pop("three", None)


@pytest.mark.django_db(transaction=True)
class TestClientLibrary:
    def test_lists_services_posts_and_follows(self, live_server, token: str, three: ModuleType) -> None:
        city = three.Three(f"{live_server.url}/open311/v2", api_key=token, jurisdiction="410103009")
        assert any(s["service_code"] == "utilities.water" for s in city.services())
        assert city.services("utilities.water")["service_code"] == "utilities.water"
        (posted,) = city.post("utilities.water", address="铁路小区3号楼", name="Wang Fang", phone="13800000001",
                              description="停水两天了，家里有婴儿")  # fmt: skip
        (found,) = city.request(posted["service_request_id"])
        assert (found["status"], found["service_name"]) == ("open", "水电气暖与汛情 · 停水漏水")
        assert [r["service_request_id"] for r in city.requests("utilities.water")] == [posted["service_request_id"]]
        assert city.token(posted["service_request_id"])[0]["service_request_id"] == posted["service_request_id"]
        assert city.discovery()["endpoints"]
