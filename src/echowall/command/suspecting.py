"""Looking for handling that looks untrue. Each check is one query or one pass over what happened lately; the findings
are kept by matter, check and event, so that looking again adds only what is new. A finding is a question, not a verdict.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, F, Min, Q
from django.db.models.functions import TruncSecond
from django.utils.translation import gettext as _

from echowall.kernel import clock
from echowall.kernel.ids import new_id
from echowall.kernel.scope import as_system
from echowall.matters import clocks
from echowall.matters.models import Callback, Evidence, HistoryEvent, Matter
from echowall.playbooks import PlaybookError
from echowall.teams.models import Membership

from .models import Suspicion
from .settings import value_in_force

Rule = Suspicion.Rule
_RANK = {"critical": 0, "urgent": 1, "normal": 2}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found: which check, in which matter, at which event, and why in words."""

    rule: str
    matter_id: UUID
    event_id: UUID
    at: datetime
    reason: str
    actor_name: str = ""


@dataclass(frozen=True, slots=True)
class Limits:
    """The parameters of the checks, as the playbook has them that day, and since when to look."""

    since: datetime
    closed_within: timedelta
    redated: timedelta
    before_due: timedelta
    bulk: int
    letters: int
    phrases: tuple[str, ...]


def limits_on(at: datetime) -> Limits:
    """Return the parameters in force at ``at``.

    Raises:
        PlaybookError: a value is missing.
    """
    day = clock.today(at)

    def value(name: str) -> Any:
        return value_in_force(f"suspect_{name}", day)

    return Limits(
        at - timedelta(days=value("days")),
        timedelta(seconds=value("closed_within_seconds")),
        timedelta(minutes=value("redated_minutes")),
        timedelta(hours=value("before_due_hours")),
        value("bulk_callbacks"),
        value("phrase_letters"),
        tuple(sorted(value("phrases"), key=len, reverse=True)),
    )


def _events(limits: Limits, *kinds: str) -> Any:
    return HistoryEvent.objects.filter(
        kind__in=kinds, recorded_at__gte=limits.since, at__gte=limits.since - timedelta(days=30)
    )


def relabelled(limits: Limits) -> Iterator[Finding]:
    """Complaints that were renamed questions: a question needs no solving."""
    for e in _events(limits, "reclassified").filter(body__was__intent="complaint", body__now__intent="consult"):
        yield Finding(
            Rule.RELABELLED,
            e.matter_id,
            e.id,
            e.at,
            _("由投诉改为咨询，理由：%s") % e.body.get("reason", ""),
            e.actor_name,
        )


def closed_at_once(limits: Limits) -> Iterator[Finding]:
    """Matters closed within the minute of their opening being written down."""
    opened = dict(
        _events(limits, "opened")
        .values("matter_id")
        .annotate(first=Min("recorded_at"))
        .values_list("matter_id", "first")
    )
    for e in _events(limits, "closed"):
        began = opened.get(e.matter_id)
        if began is not None and e.recorded_at - began < limits.closed_within:
            seconds = int((e.recorded_at - began).total_seconds())
            yield Finding(Rule.CLOSED_AT_ONCE, e.matter_id, e.id, e.at, _("立案后 %d 秒即结案") % seconds, e.actor_name)


def no_contact(limits: Limits) -> Iterator[Finding]:
    """Matters closed though nobody ever told or asked the reporter."""
    contacted = HistoryEvent.objects.filter(kind__in=("informed", "answered", "called_back")).values("matter_id")
    for e in _events(limits, "closed").exclude(
        matter_id__in=contacted.filter(recorded_at__gte=limits.since - timedelta(days=400))
    ):
        yield Finding(Rule.NO_CONTACT, e.matter_id, e.id, e.at, _("结案前没有告知、答复或回访的记录"), e.actor_name)


def redated(limits: Limits) -> Iterator[Finding]:
    """Steps written down long after the time they claim; opening is exempt, it counts from when the resident spoke."""
    late = HistoryEvent.objects.filter(recorded_at__gte=limits.since, recorded_at__gt=F("at") + limits.redated)
    for e in late.exclude(kind__in=("opened", "escalated")):
        minutes = int((e.recorded_at - e.at).total_seconds() // 60)
        yield Finding(Rule.REDATED, e.matter_id, e.id, e.at, _("所填时间比记录时间早 %d 分钟") % minutes, e.actor_name)


def _hours_to_due(event: HistoryEvent) -> float | None:
    """Return the hours from just before the event to the nearest running main clock's due time, None without one."""
    try:
        due = clocks.report(event.matter, max(event.at - timedelta(milliseconds=1), event.matter.opened_at)).due_at
    except PlaybookError:
        return None
    return None if due is None else (due - event.at).total_seconds() / 3600


def _by_due(hours: float, before: str, after: str) -> str:
    """Say how far from its due time something was done: ``before`` and ``after`` each take the hours."""
    return before % hours if hours >= 0 else after % -hours


def suspended_late(limits: Limits) -> Iterator[Finding]:
    """Clocks stopped shortly before they would have run out."""
    for e in _events(limits, "suspended").select_related("matter"):
        hours = _hours_to_due(e)
        if hours is not None and hours < limits.before_due.total_seconds() / 3600:
            yield Finding(
                Rule.SUSPENDED_LATE,
                e.matter_id,
                e.id,
                e.at,
                _by_due(hours, _("距到期 %.1f 小时时挂账"), _("超期 %.0f 小时后挂账")),
                e.actor_name,
            )


def lowered_late(limits: Limits) -> Iterator[Finding]:
    """Urgency lowered shortly before, or after, a deadline."""
    for e in _events(limits, "reclassified").filter(body__now__has_key="urgency").select_related("matter"):
        was, now = e.body.get("was", {}).get("urgency", ""), e.body["now"]["urgency"]
        if _RANK.get(now, 2) <= _RANK.get(was, 2):
            continue
        hours = _hours_to_due(e)
        if hours is not None and hours < limits.before_due.total_seconds() / 3600:
            yield Finding(
                Rule.LOWERED_LATE,
                e.matter_id,
                e.id,
                e.at,
                _by_due(hours, _("距到期 %.1f 小时时降低紧急程度"), _("超期 %.0f 小时后降低紧急程度")),
                e.actor_name,
            )


def outsider(limits: Limits) -> Iterator[Finding]:
    """Accepted by somebody who belongs to none of the teams that the matter was given to."""
    members = set(Membership.objects.values_list("worker_id", "team_id"))
    for e in _events(limits, "accepted").exclude(actor_id=None).select_related("matter"):
        if not any((e.actor_id, team) in members for team in {*e.matter.team_ids, e.team_id, e.matter.lead_team_id}):
            yield Finding(Rule.OUTSIDER, e.matter_id, e.id, e.at, _("受理人不在承办专班"), e.actor_name)


def is_empty_phrase(text: str, phrases: tuple[str, ...], letters: int) -> bool:
    """Tell whether fewer than ``letters`` letters are left of an answer when the phrases are taken out."""
    for phrase in phrases:
        text = text.replace(phrase, "")
    return sum(letter.isalnum() for letter in text) < letters


def empty_phrase(limits: Limits) -> Iterator[Finding]:
    """Answers that say nothing."""
    for e in _events(limits, "answered").filter(matter__words_destroyed_at=None):
        if is_empty_phrase(str(e.body.get("text", "")), limits.phrases, limits.letters):
            said = str(e.body.get("text", ""))[:40]
            yield Finding(Rule.EMPTY_PHRASE, e.matter_id, e.id, e.at, _("答复只有空话：“%s”") % said, e.actor_name)


def bulk_callbacks(limits: Limits) -> Iterator[Finding]:
    """Many callbacks by one person within one second: nobody telephones like that."""
    lately = Callback.objects.filter(at__gte=limits.since, by_id__isnull=False).annotate(second=TruncSecond("at"))
    bursts = list(lately.order_by().values("by_id", "second").annotate(n=Count("id")).filter(n__gte=limits.bulk))
    for burst in bursts:
        ended = burst["second"] + timedelta(seconds=1)
        for c in Callback.objects.filter(by_id=burst["by_id"], at__gte=burst["second"], at__lt=ended):
            yield Finding(Rule.BULK_CALLBACKS, c.matter_id, c.id, c.at, _("同一秒录入 %d 条回访") % burst["n"])


def reused_photo(limits: Limits) -> Iterator[Finding]:
    """The same photo as evidence of several matters."""
    twice = (
        Evidence.objects.exclude(sha256="")
        .order_by()
        .values("sha256")
        .annotate(n=Count("matter_id", distinct=True), last=Count("id", filter=Q(added_at__gte=limits.since)))
        .filter(n__gt=1, last__gt=0)
    )
    used = {row["sha256"]: row["n"] for row in twice}
    for e in Evidence.objects.filter(sha256__in=used):
        yield Finding(Rule.REUSED_PHOTO, e.matter_id, e.id, e.added_at, _("同一凭证用于 %d 件事项") % used[e.sha256])


CHECKS: tuple[Callable[[Limits], Iterator[Finding]], ...] = (
    relabelled,
    closed_at_once,
    no_contact,
    redated,
    suspended_late,
    lowered_late,
    outsider,
    empty_phrase,
    bulk_callbacks,
    reused_photo,
)


def look_for_suspicious(*, at: datetime) -> int:
    """Run every check over all offices and keep what is new; returns how many findings were added. For the job.

    Raises:
        PlaybookError: a parameter is missing.
    """
    with as_system():
        limits = limits_on(at)
        found = [finding for check in CHECKS for finding in check(limits)]
        places = {
            i: (office, path)
            for i, office, path in Matter.objects.filter(id__in={f.matter_id for f in found}).values_list(
                "id", "office_id", "place_path"
            )
        }
        known = set(Suspicion.objects.filter(matter_id__in=places).values_list("matter_id", "rule", "event_id"))
        rows = [
            Suspicion(
                id=new_id(),
                matter_id=f.matter_id,
                office_id=places[f.matter_id][0],
                place_path=places[f.matter_id][1],
                rule=f.rule,
                at=f.at,
                event_id=f.event_id,
                actor_name=f.actor_name,
                reason=f.reason[:300],
                found_at=at,
            )
            for f in found
            if (f.matter_id, f.rule, f.event_id) not in known
        ]
        Suspicion.objects.bulk_create(rows, batch_size=500, ignore_conflicts=True)
    return len(rows)
