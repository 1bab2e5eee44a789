"""The JSON API of matters, mounted as the site mounts it."""

import json

import pytest
from django.test import Client
from django.urls import include, path
from ninja import NinjaAPI
from tests import story
from tests.cast import Cast

from echowall.matters.api import router
from echowall.site import urls as site_urls

api = NinjaAPI(urls_namespace="matters-api-try")
api.add_router("/matters", router)
urlpatterns = [path("desk/api-try/", api.urls), path("", include(site_urls.urlpatterns))]


@pytest.mark.urls(__name__)
class TestApi:
    def test_lists_gets_and_moves_within_sight(self, cast: Cast, client: Client) -> None:
        matter = story.dispatched(cast.fuhua)
        foreign = story.opened(cast.songshan)
        client.force_login(cast.fuhua.handler)
        listed = client.get("/desk/api-try/matters?state=dispatched").json()
        assert [m["number"] for m in listed["items"]] == [matter.number]
        assert client.get(f"/desk/api-try/matters/{foreign.id}").status_code == 404
        got = client.get(f"/desk/api-try/matters/{matter.id}").json()
        assert "accept" in got["moves"]
        assert [e["kind"] for e in got["history"]] == ["opened", "dispatched"]
        body = json.dumps({"request_key": "click-0001"})
        url = f"/desk/api-try/matters/{matter.id}/moves/accept"
        for _ in range(2):
            moved = client.post(url, body, content_type="application/json")
            assert (moved.status_code, moved.json()["state"]) == (200, "handling")
        refused = client.post(f"/desk/api-try/matters/{matter.id}/moves/close", body, content_type="application/json")
        assert refused.status_code in {403, 409}
        assert refused.json()["problems"][0]["code"]

    def test_tells_every_wrong_field(self, cast: Cast, client: Client) -> None:
        matter = story.dispatched(cast.fuhua)
        client.force_login(cast.fuhua.duty)
        answer = client.post(
            f"/desk/api-try/matters/{matter.id}/moves/joint",
            json.dumps({"request_key": "click-0002"}),
            content_type="application/json",
        )
        assert answer.status_code == 422
        assert {p["place"] for p in answer.json()["problems"]} == {"teams", "reason"}
        assert client.get("/desk/api-try/matters?state=nonsense&after=x").status_code == 422
