"""What a reporter, who proved the ticket, may see of their matter: plain steps and the answers meant for them.

Notes between colleagues, names of workers, other reporters and returned papers are never in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.utils.translation import gettext as _

from echowall.kernel import clock
from echowall.playbooks.clocks import Event, compute
from echowall.playbooks.keeping import calendar, library, place_chain

from .. import clocks
from ..models import Answer, HistoryEvent, Matter, Report, State

_ENDED = frozenset({State.CLOSED, State.EVALUATED})
_MAY_RATE = _ENDED | {State.REPORTED, State.CHECKED}
_TOLD = (
    "dispatched",
    "accepted",
    "suspended",
    "resumed",
    "moved",
    "reported_back",
    "closed",
    "reopened",
    "called_back",
)


@dataclass(frozen=True, slots=True)
class PublicStep:
    """One thing that happened, in the words of the progress page; ``state`` is done or now."""

    title: str
    at: datetime
    text: str = ""
    icon: str = ""
    tone: str = ""
    state: str = "done"


@dataclass(frozen=True, slots=True)
class PublicProgress:
    """How far a message got. ``report_id`` and ``matter_id`` are for the operations, never for a page."""

    matter_id: UUID
    report_id: UUID
    title: str
    is_ended: bool
    may_rate: bool
    was_rated: str
    updated_at: datetime
    due_at: datetime | None
    team_name: str
    answer: str
    steps: tuple[PublicStep, ...]

    @property
    def last_minute(self) -> datetime | None:
        """The last minute in time of the nearest clock."""
        return None if self.due_at is None else self.due_at - timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Promise:
    """What the clocks in force promise: a clock's id (assign, inform, solve) and its instant, exclusive."""

    clock: str
    due_at: datetime

    @property
    def last_minute(self) -> datetime:
        """The last minute in time: a limit that ends at midnight is said as the day before, 23:59."""
        return self.due_at - timedelta(minutes=1)


def promises_at(path: str, at: datetime, *, urgency: str = "normal") -> tuple[Promise, ...]:
    """Return until when a matter opened now at this place is studied, spoken about and solved.

    Computed by the playbook in force, not written down here. Empty when no playbook is in force.
    """
    version = clocks.playbook_in_force(path, at)
    rules = library().version(version).clocks_on(clock.today(at), place_chain(path))
    opened = Event("opened", at, {"urgency": urgency}, "", 1)
    says = compute(rules, [opened], now=at, calendar=calendar(), resolve=library().resolver(place_chain(path)))
    wanted = ("assign", "inform", "solve")
    return tuple(
        Promise(one.clock, one.due_at) for one in says.readings if one.clock in wanted and one.due_at is not None
    )


def progress_of(message_ids: Iterable[UUID], *, with_steps: bool = True) -> dict[UUID, PublicProgress]:
    """Return how far each message got, by message id; those that no matter was opened for are missing.

    A message whose matter was merged into another is told how that one goes.
    """
    reports = list(Report.objects.filter(message_id__in=list(message_ids)).select_related("matter__lead_team"))
    answers = _answers(reports)
    found = {}
    for report in reports:
        matter = _root(report.matter)
        history = _history(report.matter, matter) if with_steps else ()
        told = answers.get(report.id, ())
        found[report.message_id] = PublicProgress(
            matter_id=matter.id, report_id=report.id, title=_word(matter, told), is_ended=matter.state in _ENDED,
            may_rate=matter.state in _MAY_RATE and any(a.is_final for a in told),
            was_rated=_last_word(history, report.id), updated_at=_updated_at(matter, history, told),
            due_at=None if matter.state in _ENDED else matter.due_at,
            team_name=matter.lead_team.name if matter.lead_team else "",
            answer=next((a.text for a in reversed(told) if a.is_final), ""),
            steps=_steps(history, told, report.id),
        )  # fmt: skip
    return found


def _answers(reports: Sequence[Report]) -> dict[UUID, list[Answer]]:
    grouped: dict[UUID, list[Answer]] = {}
    for answer in Answer.objects.filter(report__in=reports).order_by("written_at", "id"):
        grouped.setdefault(answer.report_id, []).append(answer)
    return grouped


def _root(matter: Matter) -> Matter:
    for _step in range(50):
        if matter.merged_into_id is None:
            return matter
        matter = Matter.objects.select_related("lead_team").get(id=matter.merged_into_id)
    return matter


def _history(own: Matter, root: Matter) -> tuple[HistoryEvent, ...]:
    ids = {own.id, root.id}
    rows = HistoryEvent.objects.filter(matter_id__in=ids, kind__in=_TOLD).select_related("team")
    return tuple(rows.order_by("at", "seq"))


def _updated_at(matter: Matter, history: Sequence[HistoryEvent], told: Sequence[Answer]) -> datetime:
    instants = [matter.opened_at, *(e.at for e in history), *(a.written_at for a in told)]
    return max([*instants, matter.closed_at] if matter.closed_at else instants)


def _last_word(history: Sequence[HistoryEvent], report_id: UUID) -> str:
    for event in reversed(history):
        if event.kind == "reopened":
            return ""
        if event.kind == "called_back" and event.body.get("report") == str(report_id):
            return str(event.body.get("solved", ""))
    return ""


def _word(matter: Matter, told: Sequence[Answer]) -> str:
    if matter.state in _MAY_RATE - _ENDED and any(answer.is_final for answer in told):
        return _("已答复，请您说说解决了没有")
    words = {
        State.COLLECTED: _("已收到，正在研究"),
        State.OPENED: _("已登记，正在安排"),
        State.DISPATCHED: _("已交给负责的专班"),
        State.HANDLING: _("正在办理"),
        State.SUSPENDED: _("暂时办不了，条件具备后继续"),
        State.REPORTED: _("已处理，正在核查"),
        State.CHECKED: _("已处理，正在核查"),
        State.CLOSED: _("已办结"),
        State.EVALUATED: _("已办结"),
        State.MERGED: _("与同一件事一起办理"),
        State.CANCELLED: _("已记录，无需办理"),
    }
    return words.get(State(matter.state), "")


def _steps(history: Sequence[HistoryEvent], told: Sequence[Answer], report_id: UUID) -> tuple[PublicStep, ...]:
    steps = [step for event in history if (step := _step(event, report_id)) is not None]
    steps += [
        PublicStep(_("答复") if answer.is_final else _("进展"), answer.written_at, answer.text,
                   "message-report" if answer.is_final else "message", "ok" if answer.is_final else "info")
        for answer in told
    ]  # fmt: skip
    return tuple(sorted(steps, key=lambda step: step.at))


def _step(event: HistoryEvent, report_id: UUID) -> PublicStep | None:
    team = event.team.name if event.team else ""
    if event.kind == "called_back":
        if event.body.get("report") != str(report_id) or event.body.get("solved") == "unreached":
            return None
        is_solved = event.body.get("solved") == "yes"
        title = _("您说：解决了") if is_solved else _("您说：没有解决")
        return PublicStep(
            title, event.at, "", "circle-check" if is_solved else "refresh", "ok" if is_solved else "warn"
        )
    titles = {
        "dispatched": _("已交给%(team)s") % {"team": team or _("专班")}, "accepted": _("开始办理"),
        "suspended": _("暂时办不了，条件具备后继续"), "resumed": _("恢复办理"), "moved": _("转给另一个街道办理"),
        "reported_back": _("已处理，正在核查"), "closed": _("办结"), "reopened": _("重新办理"),
    }  # fmt: skip
    return PublicStep(titles[event.kind], event.at, "", "", "warn" if event.kind == "reopened" else "")
