"""How the office of the demonstration works: mostly in time, sometimes late, returned, joined or not solved at first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random
from uuid import UUID

from echowall.kernel import clock
from echowall.kernel.actors import Actor
from echowall.kernel.errors import Refusal
from echowall.matters import operations as act
from echowall.matters.models import Matter
from echowall.matters.queries import reporters_of
from echowall.voices.models import Message
from echowall.voices.models.messages import State as MessageState

from .answers import answer_for
from .people import Staff

_COMPOUND_LEVEL = 5  # city, district, street, community, compound
_TITLE = 24  # letters of a matter's title that an answer quotes
_ASKED_LATER = 0.6  # share of answers after which nobody calls back within the hour
_PACES = (0.02, 0.12, 0.2, 0.3, 0.3, 0.45, 0.45, 0.6, 0.8)
_NO_MATTER = 0.02  # share of waiting ordinary matters that turn out in an hour to be none
_WORD = "您好，您反映的事项已由专班受理，正在协调办理，我们会尽快告知您结果。联系电话见社区公告。"


class Office:
    """Works through the open matters hour by hour.

    What happens to a matter in an hour is drawn from its number and the hour, so it does not depend on which process
    works on it, nor on the order. An office can be sent to another process.
    """

    def __init__(self, seed: int, staff: Staff) -> None:
        """Keep what the work needs; actors are made once, their appointments do not change in the story."""
        self.seed, self.staff = seed, staff
        self.random = Random(seed)  # noqa: S311 - a story, no secret
        self.desk: Actor = staff.actor("diaodu")
        self.leader: Actor = staff.actor("shuji")
        self.leads = {team_id: worker.as_actor() for team_id, worker in staff.leads.items()}
        self.finished: list[UUID] = []  # answered since somebody last looked

    def new_messages(self) -> list[str]:
        """Return the ids of messages that wait for a matter."""
        waiting = Message.objects.filter(state=MessageState.HEARD).order_by("said_at").values_list("id", flat=True)
        return [str(i) for i in waiting]

    def open_matters(self) -> list[UUID]:
        """Return the ids of the matters there is something to do about, the oldest first."""
        open_states = ("opened", "dispatched", "handling", "suspended", "reported", "checked")
        rows = Matter.objects.filter(state__in=open_states).order_by("opened_at", "number")
        return list(rows.values_list("id", flat=True))

    def join_alike(self, at: datetime) -> None:
        """Merge the newest open matter that says the same of the same compound into the oldest; at most one a call."""
        seen: dict[tuple[str, str], Matter] = {}
        rows = Matter.objects.filter(state__in=("opened", "dispatched", "handling")).defer("terms")
        for matter in rows.order_by("opened_at", "number"):
            compound = ".".join(matter.place_path.split(".")[:_COMPOUND_LEVEL])
            first = seen.setdefault((matter.topic, compound), matter)
            if first is matter or not matter.topic or compound == matter.place_path:
                continue
            try:
                act.merge_matters(
                    into_id=first.id, merged_ids=[matter.id], actor=self.desk, at=at, reason="同一小区同一件事"
                )
            except Refusal:
                continue
            return

    def work(self, matter_ids: Sequence[UUID], at: datetime) -> list[UUID]:
        """Take each of these matters a step further when its hour has come; returns those that were answered."""
        self.finished = []
        for matter in Matter.objects.filter(id__in=matter_ids).defer("terms").order_by("opened_at", "number"):
            # One matter in nine is left lying about; the rest moves at its own pace, critical ones at once.
            pace = Random(f"{self.seed} {matter.number}").choice(_PACES)  # noqa: S311
            self.random = Random(f"{self.seed} {matter.number} {at:%d%H}")  # noqa: S311
            if matter.urgency == "critical" or self.random.random() < pace:
                try:
                    self._step(matter, at)
                except Refusal:
                    continue  # the rules say no: the office leaves it as it is
        return self.finished

    def _step(self, matter: Matter, at: datetime) -> None:
        lead = self.leads.get(str(matter.lead_team_id))
        if matter.state == "opened" and self._strike_out(matter, at):
            return
        if matter.state == "opened":
            team = self.random.choice(list(self.staff.teams.values())) if self.random.random() < 0.03 else None
            self._dispatch(matter, team.id if team else None, at)
        elif matter.state == "dispatched" and lead:
            if self.random.random() < 0.04:
                act.return_matter(matter_id=matter.id, reason="不属于本专班职责", actor=lead, at=at)
            else:
                act.accept_matter(matter_id=matter.id, actor=lead, at=at)
        elif matter.state == "handling" and lead:
            self._handle(matter, lead, at)
        elif matter.state == "suspended":
            if self.random.random() < 0.1:
                act.resume_matter(matter_id=matter.id, actor=self.leader, at=at)
        elif matter.state == "reported":
            passed = self.random.random() < 0.93
            act.check_matter(
                matter_id=matter.id, passed=passed, note="" if passed else "照片看不清，请补充", actor=self.desk, at=at
            )
        elif matter.state == "checked":
            self._finish(matter, at)

    def _strike_out(self, matter: Matter, at: datetime) -> bool:
        """Now and then strike out what was no matter."""
        if matter.urgency != "normal" or self.random.random() >= _NO_MATTER:
            return False
        act.cancel_matter(matter_id=matter.id, reason="与反映人核实，系误发", actor=self.desk, at=at)
        return True

    def _dispatch(self, matter: Matter, team_id: UUID | None, at: datetime) -> None:
        if team_id is None:
            act.dispatch_by_route(matter_id=matter.id, actor=self.desk, at=at, even_uncertain=True)
        else:
            act.dispatch_matter(matter_id=matter.id, team_id=team_id, actor=self.desk, at=at)

    def _handle(self, matter: Matter, lead: Actor, at: datetime) -> None:
        drawn = self.random.random()
        if drawn < 0.25:
            act.inform_reporters(matter_id=matter.id, text=_WORD, actor=lead, at=at)
        elif drawn < 0.4:
            act.note_progress(matter_id=matter.id, note="已电话联系反映人，约定上门时间", actor=lead, at=at)
        elif drawn < 0.43:
            others = [t.id for t in self.staff.teams.values() if t.id != matter.lead_team_id]
            act.request_joint_handling(
                matter_id=matter.id,
                team_ids=self.random.sample(others, 1),
                reason="需要协同处理",
                actor=self.desk,
                at=at,
            )
        elif drawn < 0.45:
            act.suspend_matter(
                matter_id=matter.id,
                reason="等待上级批复",
                until=(at + timedelta(days=3)).date(),
                actor=self.leader,
                at=at,
            )
        elif drawn < 0.47 and not matter.is_complex:
            act.reclassify_matter(
                matter_id=matter.id, is_complex=True, reason="涉及多个部门，一时难以解决", actor=self.desk, at=at
            )
        else:
            act.report_back(matter_id=matter.id, note=f"{_found(matter)[0]}反映人已当面确认。", actor=lead, at=at)

    def _finish(self, matter: Matter, at: datetime) -> None:
        text = _reply(matter, _found(matter)[1], at)
        standing = reporters_of(matter)
        self.finished.append(matter.id)
        if any(r.answered_at is None for r in standing):
            act.answer_reporters(
                matter_id=matter.id,
                text=text,
                actor=self.desk,
                at=at,
                despite_findings=True,
                despite_reason="已在电话里逐条说明",
            )
            if self.random.random() < _ASKED_LATER:
                return  # called back in another hour: at any time some calls are still to be made
        for reporter in standing:
            drawn = self.random.random()
            outcome = "solved" if drawn < 0.86 else "unreached" if drawn < 0.95 else "not_solved"
            act.record_callback(
                matter_id=matter.id,
                report_id=reporter.report.id,
                outcome=outcome,
                actor=self.desk,
                at=at,
                satisfaction=None
                if outcome == "unreached"
                else self.random.choice((5, 5, 5, 4, 4, 3) if outcome == "solved" else (1, 2)),
            )
        matter.refresh_from_db()
        if matter.state == "checked":
            act.close_matter(matter_id=matter.id, actor=self.desk, at=at)
            if self.random.random() < 0.5:
                act.evaluate_matter(
                    matter_id=matter.id, grade=self.random.choice((5, 5, 4, 4, 3)), note="", actor=self.leader, at=at
                )


def _found(matter: Matter) -> tuple[str, str]:
    return answer_for(matter.topic, matter.intent, matter.number)


def _reply(matter: Matter, solved: str, at: datetime) -> str:
    """Return an answer as a good clerk writes it: what was asked, what was found, what was done, when, by whom."""
    said_on, day = clock.local(matter.opened_at), clock.local(at)
    title = matter.title if len(matter.title) <= _TITLE else f"{matter.title[:_TITLE]}…"
    done = solved.format(day=f"{day.month}月{day.day}日")
    return f"您好，您{said_on.month}月{said_on.day}日反映的“{title}”收悉。{done}"
