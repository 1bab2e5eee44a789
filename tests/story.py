"""Small steps of a story at the operations, for tests that need a matter standing somewhere."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import count

from tests.cast import EVENING, Street

from echowall.kernel import scope
from echowall.kernel.actors import SYSTEM_ACTOR, Actor
from echowall.matters import operations
from echowall.matters.models import Matter
from echowall.places.models import Place
from echowall.voices.channels.types import HeardMessage
from echowall.voices.models import Message
from echowall.voices.operations import Heard, hear_messages

LATER = EVENING + timedelta(minutes=10)
NOTE = "已安排社区医生于5月4日上午上门接种第三针,现场拍照留存"
REPLY = "您好,经核实,社区医生张医生已按接种规程于5月4日上午9时上门为您接种狂犬疫苗第三针,如有不适请拨打0371-60000000。"
_numbers = count(1)


@contextmanager
def as_actor(actor: Actor) -> Iterator[None]:
    """Work under the actor's own scope."""
    with scope.active(actor.scope):
        yield


def heard(
    street: Street,
    text: str = "我需要在4日去打狂犬疫苗第三针,请帮帮我",
    phone: str = "13800001234",
    at: datetime = EVENING,
) -> Heard:
    """Let somebody say something on the street's web form."""
    message = HeardMessage(
        channel="web", key=f"story-{next(_numbers)}", text=text, phone=phone, sender="王先生", said_at=at
    )
    (one,) = hear_messages(messages=[message], source=street.web, actor=street.actor("duty"), at=at)
    return one


def opened(
    street: Street,
    *,
    urgency: str = "normal",
    topic: str = "medicine.special",
    place: Place | None = None,
    title: str = "打狂犬疫苗第三针",
    at: datetime = EVENING,
) -> Matter:
    """Open a matter with one reporter, not yet given to anybody."""
    message, place = heard(street, at=at), place or street.building
    with scope.as_system():
        Message.objects.filter(id=message.id).update(place=place, place_path=place.path, topic=topic)
        matter = operations.open_matter(
            new=operations.NewMatter(
                place=place,
                title=title,
                summary=title,
                channel="web",
                intent="help",
                topic=topic,
                urgency=urgency,
                opened_at=at,
            ),
            actor=SYSTEM_ACTOR,
            at=at,
        )
        operations.attach_report(matter=matter, message_id=message.id, is_first=True, why={"how": "opened"}, at=at)
    return matter


def dispatched(street: Street, **about: object) -> Matter:
    """Give it to the medical team, to which the handler belongs."""
    matter = opened(street, **about)  # type: ignore[arg-type]
    duty = street.actor("duty")
    with as_actor(duty):
        operations.dispatch_matter(matter_id=matter.id, team_id=street.medical.id, actor=duty, at=EVENING)
    return fresh(matter)


def handling(street: Street, **about: object) -> Matter:
    """Let the handler take it."""
    matter = dispatched(street, **about)
    handler = street.actor("handler")
    with as_actor(handler):
        operations.accept_matter(matter_id=matter.id, actor=handler, at=LATER)
    return fresh(matter)


def reported(street: Street, **about: object) -> Matter:
    """Let the handler report it done."""
    matter, handler = handling(street, **about), street.actor("handler")
    with as_actor(handler):
        operations.report_back(matter_id=matter.id, note=NOTE, actor=handler, at=LATER)
    return fresh(matter)


def checked(street: Street, **about: object) -> Matter:
    """Let the desk check it."""
    matter, duty = reported(street, **about), street.actor("duty")
    with as_actor(duty):
        operations.check_matter(matter_id=matter.id, passed=True, note="", actor=duty, at=LATER)
    return fresh(matter)


def answered(street: Street, **about: object) -> Matter:
    """Answer and call back."""
    matter, duty = checked(street, **about), street.actor("duty")
    with as_actor(duty):
        operations.answer_reporters(matter_id=matter.id, text=REPLY, actor=duty, at=LATER)
        report = matter.reports.get()
        operations.record_callback(
            matter_id=matter.id, report_id=report.id, outcome="solved", satisfaction=5, actor=duty, at=LATER
        )
    return fresh(matter)


def closed(street: Street, **about: object) -> Matter:
    """Close it."""
    matter, duty = answered(street, **about), street.actor("duty")
    with as_actor(duty):
        operations.close_matter(matter_id=matter.id, actor=duty, at=LATER)
    return fresh(matter)


def evaluated(street: Street, **about: object) -> Matter:
    """Let the leader grade it."""
    matter, leader = closed(street, **about), street.actor("leader")
    with as_actor(leader):
        operations.evaluate_matter(matter_id=matter.id, grade=5, note="", actor=leader, at=LATER)
    return fresh(matter)


def suspended(street: Street, **about: object) -> Matter:
    """Let the leader stop the clocks without an end."""
    matter, leader = handling(street, **about), street.actor("leader")
    with as_actor(leader):
        operations.suspend_matter(matter_id=matter.id, reason="等待上级批复", until=None, actor=leader, at=LATER)
    return fresh(matter)


def merged(street: Street, **about: object) -> Matter:
    """Merge it into another."""
    matter, kept, duty = opened(street, **about), opened(street, **about), street.actor("duty")
    with as_actor(duty):
        operations.merge_matters(into_id=kept.id, merged_ids=[matter.id], actor=duty, at=LATER)
    return fresh(matter)


def cancelled(street: Street, **about: object) -> Matter:
    """Strike it out."""
    matter, duty = opened(street, **about), street.actor("duty")
    with as_actor(duty):
        operations.cancel_matter(matter_id=matter.id, reason="测试留言", actor=duty, at=LATER)
    return fresh(matter)


def fresh(matter: Matter) -> Matter:
    """Return the matter as it stands now."""
    with scope.as_system():
        return Matter.objects.get(id=matter.id)


STANDING = {
    "opened": opened,
    "dispatched": dispatched,
    "handling": handling,
    "suspended": suspended,
    "reported": reported,
    "checked": checked,
    "closed": closed,
    "evaluated": evaluated,
    "merged": merged,
    "cancelled": cancelled,
}
