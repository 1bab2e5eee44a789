"""Makes a small street office for measuring, and looks at what is in its database; prints one line of JSON.

Run against the environment's database: `python -m benchmarks.office make [CHANNEL]`, `… audit`,
`… story DAYS MESSAGES`, `… drain SECONDS`.
"""

from __future__ import annotations

import json
import os
import sys
import time
from typing import Any

COMPOUNDS = ("理想家园", "锦绣小区", "阳光花园", "金桂苑", "铁道家属院", "和谐新村")


def make(channel: str = "api") -> dict[str, Any]:
    """Make one street with compounds and teams, and a source whose token is printed; again: a new token."""
    from django.db import transaction

    from echowall.kernel import clock
    from echowall.kernel.actors import SYSTEM_ACTOR
    from echowall.kernel.scope import as_system
    from echowall.places.operations import NewPlace, add_place, add_places
    from echowall.teams.operations import form_team, set_responsibilities
    from echowall.voices.models import Source
    from echowall.voices.operations import add_source, issue_token

    at = clock.now()
    with as_system(), transaction.atomic():
        source = Source.objects.filter(name="压力来源", channel=channel).first()
        if source is None:
            city = add_place(parent=None, new=NewPlace("city", "郑州市", "4101"), actor=SYSTEM_ACTOR, at=at)
            district = add_place(parent=city, new=NewPlace("district", "二七区", "410103"), actor=SYSTEM_ACTOR, at=at)
            (office,) = add_places(
                parent=district, new=[NewPlace("office", "福华街街道", "410103009")], actor=SYSTEM_ACTOR, at=at
            )
            (community,) = add_places(
                parent=office, new=[NewPlace("community", "理想社区", "")], actor=SYSTEM_ACTOR, at=at
            )
            for compound in add_places(
                parent=community, new=[NewPlace("compound", name, "") for name in COMPOUNDS], actor=SYSTEM_ACTOR, at=at
            ):
                buildings = [NewPlace("building", f"{n}号楼", "") for n in range(1, 31)]
                add_places(parent=compound, new=buildings, actor=SYSTEM_ACTOR, at=at)
            for name, topic, is_critical in (("综合专班", "", False), ("医疗专班", "emergency", True)):
                team = form_team(office=office, name=name, duty=name, phone="", actor=SYSTEM_ACTOR, at=at)
                set_responsibilities(team=team, answers_for=[(topic, office, is_critical)], actor=SYSTEM_ACTOR, at=at)
            source = add_source(channel=channel, name="压力来源", place=office, actor=SYSTEM_ACTOR, at=at)
        token = issue_token(source=source, actor=SYSTEM_ACTOR, at=at)
    return {"token": token, "source": str(source.id), "office": str(source.office_id)}


def story(days: str, messages: str) -> dict[str, Any]:
    """Fill the empty database with so many days and messages of the demonstration's story."""
    from contextlib import redirect_stdout

    from echowall.site.demo import story as told

    told.DAYS, told.MESSAGES = int(days), int(messages)
    with redirect_stdout(sys.stderr):
        told.fill(helpers=0)
    return {"days": told.DAYS}


def audit() -> dict[str, Any]:
    """Seal what is not yet sealed and verify the whole chain."""
    from echowall.kernel import audit as record
    from echowall.kernel.models import AuditLink
    from echowall.kernel.scope import as_system

    with as_system():
        while record.seal():
            pass
        findings = record.verify()
        return {"findings": [str(f) for f in findings], "links": AuditLink.objects.count()}


def drain(seconds: float) -> dict[str, Any]:
    """Wait until nothing waits to be understood and no event waits to be told, at most ``seconds``."""
    from django.db import connection

    from echowall.kernel.scope import as_system
    from echowall.voices.models import Pending

    began = time.monotonic()
    while True:
        with as_system(), connection.cursor() as cursor:
            waiting = Pending.objects.count()
            cursor.execute(
                "SELECT count(*) FROM procrastinate_jobs WHERE queue_name = 'events' AND status IN ('todo', 'doing')"
            )
            ((told,),) = cursor.fetchall()
        if not waiting + told or time.monotonic() - began > seconds:
            return {"pending": waiting, "events": told, "seconds": round(time.monotonic() - began, 1)}
        time.sleep(0.5)


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "echowall.site.settings")
    import django

    django.setup()
    word, *rest = sys.argv[1:]
    said = {
        "make": lambda: make(*rest),
        "story": lambda: story(*rest),
        "audit": audit,
        "drain": lambda: drain(float(rest[0])),
    }[word]()
    print(json.dumps(said, ensure_ascii=False))


if __name__ == "__main__":
    main()
