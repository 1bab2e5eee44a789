"""The pages of matters, signed in."""

from django.test import Client
from tests.cast import EVENING, Cast

from echowall.kernel import scope
from echowall.matters import operations
from echowall.voices.channels.types import HeardMessage
from echowall.voices.operations import hear_messages
from echowall.voices.sweeping import sweep_pending


class TestMatterList:
    def test_lists_and_searches_own_street_only(self, cast: Cast, client: Client) -> None:
        street = cast.fuhua
        message = HeardMessage(channel="web", key="1", text="三号楼停水两天了,家里有婴儿", said_at=EVENING)
        (heard,) = hear_messages(messages=[message], source=street.web, actor=street.actor("duty"), at=EVENING)
        with scope.as_system():
            assert sweep_pending(at=EVENING) == 1
            operations.open_from_message(message_id=heard.id, actor=street.actor("duty"), at=EVENING)
        client.force_login(street.duty)
        page = client.get("/desk/matters/?q=停水")
        assert page.status_code == 200
        assert "停水两天" in page.content.decode()
        client.force_login(cast.songshan.duty)
        assert "停水两天" not in client.get("/desk/matters/").content.decode()
        assert client.get("/desk/matters/?urgency=nonsense").status_code == 422
