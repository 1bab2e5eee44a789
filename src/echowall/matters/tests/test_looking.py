"""Who looked: the queues of messages to look at get shorter when a person takes up the matter."""

from __future__ import annotations

from datetime import timedelta

from tests.cast import EVENING, Cast

from echowall.kernel import scope
from echowall.kernel.actors import SYSTEM_ACTOR
from echowall.matters import operations as matters_operations
from echowall.matters import reactions
from echowall.matters.models import Report
from echowall.voices import queries
from echowall.voices.channels.types import HeardMessage
from echowall.voices.models import Message
from echowall.voices.operations import hear_messages
from echowall.voices.sweeping import sweep_pending


class TestWhatStillWaits:
    """A queue holds what nobody has looked at, not what the machine once doubted."""

    def heard(self, cast: Cast, key: str, text: str) -> Message:
        street = cast.fuhua
        said = HeardMessage(channel="web", key=key, text=text, said_at=EVENING)
        hear_messages(messages=[said], source=street.web, actor=street.actor("duty"), at=EVENING)
        sweep_pending(at=EVENING)
        with scope.as_system():
            return Message.objects.get(key=key)

    def names(self, name: str) -> set[str]:
        with scope.as_system():
            return {m.key for m in queries.in_queue(Message.objects.all(), name)}

    def test_danger_waits_until_a_person_takes_up_its_matter(self, cast: Cast) -> None:
        message = self.heard(cast, "pain", "铁路小区3号楼老人胸口疼得厉害喘不上气,快来人")
        street = cast.fuhua
        with scope.as_system():
            matter = matters_operations.open_from_message(message_id=message.id, actor=SYSTEM_ACTOR, at=EVENING)
            by_system = matter.history.filter(kind="dispatched").last()
            assert by_system is not None
            reactions.settle_doubts(matter_id=str(matter.id), event_id=str(by_system.id))
            assert self.names("must_look") == {"pain"}
            matters_operations.accept_matter(matter_id=matter.id, actor=street.actor("handler"), at=EVENING)
            accepted = matter.history.get(kind="accepted")
            reactions.settle_doubts(matter_id=str(matter.id), event_id=str(accepted.id))
        assert self.names("must_look") == set()

    def test_what_joined_after_the_look_still_waits(self, cast: Cast) -> None:
        first = self.heard(cast, "first", "铁路小区3号楼老人胸口疼得厉害喘不上气,快来人")
        with scope.as_system():
            matter = matters_operations.open_from_message(message_id=first.id, actor=SYSTEM_ACTOR, at=EVENING)
            matters_operations.accept_matter(matter_id=matter.id, actor=cast.fuhua.actor("handler"), at=EVENING)
            event = matter.history.get(kind="accepted")
            Report.objects.filter(message=first).update(joined_at=event.recorded_at + timedelta(minutes=1))
            reactions.settle_doubts(matter_id=str(matter.id), event_id=str(event.id))
        assert self.names("must_look") == {"first"}

    def test_a_handled_message_waits_for_nobody(self, cast: Cast) -> None:
        message = self.heard(cast, "pain", "铁路小区3号楼老人胸口疼得厉害喘不上气,快来人")
        with scope.as_system():
            Message.objects.filter(id=message.id).update(state="handled")
        assert self.names("must_look") == set()

    def test_set_aside_without_being_sure_is_looked_at(self, cast: Cast) -> None:
        message = self.heard(cast, "aside", "大家辛苦了")
        with scope.as_system():
            Message.objects.filter(id=message.id).update(state="noted", band="look")
        assert self.names("look") == {"aside"}
