"""Two weeks of a street in an emergency: who said what, and what became of it; replayed hour by hour to the present."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

from django.conf import settings
from django.db import connection

from echowall.command.operations import issue_bulletin
from echowall.command.queries.composing import Subject
from echowall.command.queries.counting import Period
from echowall.kernel import audit, clock
from echowall.kernel.actors import SYSTEM_ACTOR
from echowall.kernel.scope import as_system
from echowall.matters import operations as matters_operations
from echowall.matters.policy_files import shipped_rows
from echowall.matters.reactions import take_message
from echowall.places.models import Place
from echowall.voices.channels.types import HeardMessage
from echowall.voices.operations import hear_messages
from echowall.voices.sweeping import sweep_pending
from echowall.wall.operations import propose_post

from .handling import Office
from .people import Staff, engage_staff
from .places import Ground, lay_ground
from .together import Together, working_together

SEED = 20220503
DAYS = 14
MESSAGES = 640
_TEMPLATES = (
    (
        "已修好（水电气暖）",
        "utilities",
        "您好，您反映的{{地点}}问题（{{编号}}）收悉。经核实，{{处置情况}}如再出现，请联系{{专班}}，电话{{专班电话}}。",
    ),
    (
        "物资已送到",
        "supplies",
        "您好，您{{收到日期}}反映的需求（{{编号}}）收悉。经社区核实，已由志愿者送达：{{处置情况}}",
    ),
    (
        "就医用药已安排",
        "medicine",
        "您好，您反映的用药问题（{{编号}}）收悉。经社区医生核实，{{处置情况}}后续由{{专班}}跟进，电话{{专班电话}}。",
    ),
    (
        "通用答复",
        "",
        "您好，您{{收到日期}}反映的“{{标题}}”（{{编号}}）收悉。经核实，{{处置情况}}如有问题请联系{{专班}}，电话{{专班电话}}。",
    ),
)
_TELL_SECONDS = 3.0
_JOINING_HOUR = 10  # when the dispatcher looks through what is alike
_SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
# Share of a day's messages by hour of the day (0..23): quiet nights, peaks after breakfast and supper.
_HOURS = (2, 1, 1, 1, 1, 2, 4, 7, 10, 11, 10, 8, 7, 7, 8, 8, 8, 8, 9, 11, 12, 10, 7, 4)


def fill(helpers: int = 1) -> None:
    """Fill an empty database with the demonstration, ending now, hour by hour, each hour committed.

    Half a street is none: whoever calls this notes that it began and begins anew in an empty database when it was cut
    off. ``helpers`` further processes work on the matters; the story is the same with any number of them.
    """
    random = Random(SEED)  # noqa: S311 - a story, no secret
    now = clock.now().replace(minute=0, second=0, microsecond=0)
    begin = now - timedelta(days=DAYS)
    with _hour(begin):
        ground = lay_ground(random, begin)
        staff = engage_staff(ground, begin)
        _prepare_wordings(ground, staff, begin)
    office = Office(SEED, staff)
    with working_together(office, helpers) as together:
        _live(random, ground, together, begin)
    with _hour(now):
        while audit.seal():
            pass


@contextmanager
def _hour(at: datetime) -> Iterator[None]:
    """Work for the system at ``at`` in one transaction, whose commit need not wait for the disk."""
    with clock.fixed(at), as_system():
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL synchronous_commit = off")
        yield


def _prepare_wordings(ground: Ground, staff: Staff, begin: datetime) -> None:
    """Give the desk its policy library and a few templates."""
    matters_operations.load_policy_texts(rows=shipped_rows(), place=None, actor=SYSTEM_ACTOR, at=begin)
    for name, topic, text in _TEMPLATES:
        matters_operations.save_reply_template(
            office=ground.office,
            wording=matters_operations.Wording(name, text, topic),
            actor=staff.actor("diaodu"),
            at=begin,
        )


def _live(random: Random, ground: Ground, together: Together, begin: datetime) -> None:
    office = together.office
    sayings = _sayings(random)
    told = time.monotonic()
    for hour in range(DAYS * 24):
        at = begin + timedelta(hours=hour)
        with _hour(at):
            _speak(random, ground, office.staff, sayings, at)
            while sweep_pending(at=at):
                pass
            for message_id in office.new_messages():
                take_message(message_id=message_id)
            if clock.local(at).hour == _JOINING_HOUR:
                office.join_alike(at)
            open_ids = office.open_matters()
        finished = together.work(open_ids, at)
        with _hour(at):
            for matter_id in finished:
                propose_post(matter_id=matter_id, actor=SYSTEM_ACTOR, at=at)
            matters_operations.sweep_clocks(at=at)
            _report(ground, office.staff, at)
        if time.monotonic() - told > _TELL_SECONDS or hour % 24 == 0:
            told = time.monotonic()
            print(f"  {clock.local(at):%m-%d %H:%M}  {100 * hour // (DAYS * 24)}%", flush=True)  # noqa: T201


def _report(ground: Ground, staff: Staff, at: datetime) -> None:
    """Every morning at eight the leader signs the bulletin of the day before, on Mondays that of the week."""
    if clock.local(at).hour != 8:
        return
    yesterday = clock.today(at) - timedelta(days=1)
    lengths = {"daily": 1, "weekly": 7} if clock.local(at).weekday() == 0 else {"daily": 1}
    for kind, days in lengths.items():
        subject = Subject(ground.office, Period(yesterday - timedelta(days=days - 1), yesterday))
        issue_bulletin(kind=kind, subject=subject, actor=staff.actor("shuji"), at=at)


def _sayings(random: Random) -> Iterator[dict[str, str]]:
    """Yield lines of our own corpus for ever, shuffled, each file once before any again."""
    folder = Path(settings.BASE_DIR) / "corpus" / "understanding"
    lines = [
        json.loads(line) for file in sorted(folder.glob("*.jsonl")) for line in file.read_text("utf-8").splitlines()
    ]
    while True:
        random.shuffle(lines)
        yield from lines


def _speak(random: Random, ground: Ground, staff: Staff, sayings: Iterator[dict[str, str]], at: datetime) -> None:
    expected = MESSAGES / DAYS * _HOURS[clock.local(at).hour] / sum(_HOURS)
    count = int(expected) + (random.random() < expected % 1)
    by_source: dict[str, list[HeardMessage]] = {}
    for number in range(count):
        saying = next(sayings)
        key = saying["channel"] if saying["channel"] in staff.sources else "web"
        place, where = _somewhere(random, ground)
        surname = random.choice(_SURNAMES)
        said_at = at - timedelta(minutes=random.randint(0, 50), seconds=random.randint(0, 59))
        by_source.setdefault(key, []).append(
            HeardMessage(
                channel=staff.sources[key].channel,
                key=f"demo-{at:%m%d%H}-{number}",
                text=saying["text"],
                said_at=said_at,
                sender=surname + random.choice(("先生", "女士")),
                phone="" if key == "wechat_group" else f"1380000{random.randint(0, 9999):04d}",
                place_text=f"{place.name}{where}" if random.random() < 0.8 else "",
                conversation=f"demo-{random.randint(1, 400)}" if key in {"official_account", "email"} else "",
            )
        )
    for key, messages in by_source.items():
        hear_messages(messages=messages, source=staff.sources[key], actor=staff.actor("zhiban"), at=at)


def _somewhere(random: Random, ground: Ground) -> tuple[Place, str]:
    compound = ground.estate if random.random() < 0.35 else random.choice(ground.compounds)
    building = random.choice(ground.buildings[str(compound.id)])
    return compound, f"{building.name}{random.randint(1, 3)}单元{random.randint(1, 18)}0{random.randint(1, 4)}"
