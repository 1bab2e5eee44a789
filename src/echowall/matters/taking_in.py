"""The Excel file of matters, changed by hand: classes set right and matters given to teams, many at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from echowall.kernel.actors import Actor
from echowall.kernel.errors import Problem
from echowall.kernel.register import Register, find
from echowall.kernel.register.jobs import cell_text
from echowall.kernel.register.taking_in import Change, Edited, TakeIn, where
from echowall.kernel.signs import INTENT, URGENCY
from echowall.kernel.topic_words import topic_choices
from echowall.teams.models import Team

from . import operations
from .models import Matter

_CLASSES = ("urgency", "topic", "intent")


def present(register: Register, numbers: Sequence[str]) -> Mapping[str, Mapping[str, str]]:
    """Return what stands now in the columns that may be changed, by number, of the matters in sight."""
    columns = [c for c in register.columns if c.name in TAKE_IN.columns]
    rows = Matter.objects.filter(number__in=numbers).select_related("lead_team").defer("terms")
    return {m.number: {c.name: cell_text(c, m) for c in columns} for m in rows}


def plan(edited: Sequence[Edited], actor: Actor) -> tuple[list[Change], list[Problem]]:
    """Return the changes that edited rows mean, and every word in them that is unknown."""
    titles = {c.name: str(c.title) for c in find("matters").columns}
    rows = Matter.objects.filter(number__in=[e.key for e in edited]).defer("terms")
    matters = {m.number: m for m in rows}
    words = _class_words()
    teams = {(t.office_id, t.name): t.id for t in Team.objects.filter(is_active=True)}
    changes, problems = [], []
    for one in edited:
        matter, given, team = matters[one.key], {}, None
        for name, (_was, now) in one.cells.items():
            known = teams.get((matter.office_id, now)) if name == "team" else words[name].get(now)
            if known is None:
                problems.append(_unknown(one, titles[name], now, _names(name, words, matter, teams)))
            elif isinstance(known, UUID):
                team = known
            else:
                given[name] = known
        lines = [(titles[name], was, now) for name, (was, now) in one.cells.items()]
        changes.append(Change(one.number, one.key, lines, _doing(matter.id, given, team)))
    return changes, problems


def _class_words() -> dict[str, dict[str, str]]:
    topics = topic_choices()
    return {
        "urgency": {str(sign.word): code for code, sign in URGENCY.items()},
        "intent": {str(sign.word): code for code, sign in INTENT.items()},
        "topic": {**{code: code for code, _name in topics}, **{str(name): code for code, name in topics}},
    }


def _names(
    name: str, words: Mapping[str, Mapping[str, str]], matter: Matter, teams: Mapping[tuple[UUID, str], UUID]
) -> str:
    if name == "topic":
        return _("照台账“类别”筛选里的写法")
    if name == "team":
        return "、".join(sorted(title for office, title in teams if office == matter.office_id))
    return "、".join(words[name])


def _unknown(one: Edited, title: str, text: str, fix: str) -> Problem:
    return Problem("value_unknown", _("没有这个选项"), place=where(one.number, title), value=text or _("空"), fix=fix)


def _doing(matter_id: UUID, given: Mapping[str, str], team: UUID | None) -> Callable[[Actor, datetime, str], None]:
    def run(actor: Actor, at: datetime, reason: str) -> None:
        if given:
            urgency, topic, intent = (given.get(name) for name in _CLASSES)
            operations.reclassify_matter(
                matter_id=matter_id, actor=actor, at=at, reason=reason, urgency=urgency, topic=topic, intent=intent
            )
        if team is not None and not Matter.objects.filter(id=matter_id, lead_team_id=team, state="dispatched").exists():
            operations.dispatch_matter(
                matter_id=matter_id, team_id=team, actor=actor, at=at, why={"by": "table", "reason": reason}
            )

    return run


TAKE_IN = TakeIn(key="number", columns=(*_CLASSES, "team"), permission="matters.dispatch", present=present, plan=plan)
