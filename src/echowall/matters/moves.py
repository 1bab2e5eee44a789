"""The moves as the page of a matter offers them: name, key, form, and the operation behind each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from echowall.kernel import clock
from echowall.kernel.actors import Actor
from echowall.kernel.errors import InvalidInput, Problem, refuse

from . import clocks, forms, operations, queries
from .models import Matter


@dataclass(frozen=True, slots=True)
class Call:
    """One filled-in form: on which matter, what was given, by whom, when, and the key of the request."""

    matter: Matter
    data: Mapping[str, Any]
    actor: Actor
    at: datetime

    @property
    def common(self) -> dict[str, Any]:
        """The arguments that every operation takes."""
        return {
            "matter_id": self.matter.id,
            "actor": self.actor,
            "at": self.at,
            "request_key": self.data["request_key"],
        }

    def text(self, name: str) -> str:
        """Return a given text."""
        return str(self.data.get(name) or "")


@dataclass(frozen=True, slots=True)
class DeskMove:
    """A move on the page. ``kind`` is the move of the table that must be open to the actor; ``weight`` orders the page:
    first, more (folded away), danger.
    """

    name: str
    kind: str
    key: str
    label: Any
    icon: str
    form: type[forms.MoveForm]
    run: Callable[[Call], object]
    weight: str = "first"


def _keep_photos(call: Call) -> None:
    for file in call.data.get("photos") or ():
        operations.add_evidence(
            matter_id=call.matter.id,
            content=file.read(),
            content_type=file.content_type or "",
            actor=call.actor,
            at=call.at,
        )


def _progress(call: Call) -> None:
    _keep_photos(call)
    operations.note_progress(note=call.text("note"), node=call.text("node"), **call.common)


def _report_back(call: Call) -> None:
    _keep_photos(call)
    operations.report_back(note=call.text("note"), **call.common)


def _add_evidence(call: Call) -> None:
    files = call.data.get("photos") or ()
    if not files:
        raise InvalidInput(Problem("file_missing", _("请选择照片或文件"), place="photos"))
    for file in files:
        operations.add_evidence(
            matter_id=call.matter.id,
            content=file.read(),
            content_type=file.content_type or "",
            note=call.text("note"),
            actor=call.actor,
            at=call.at,
        )


def nodes_from(text: str) -> list[tuple[date, str]]:
    """Return the nodes of a plan from lines ``2022-05-10 what is done``.

    Raises:
        InvalidInput: ``node_unreadable`` for every line that cannot be read.
    """
    nodes, problems = [], []
    for number, line in enumerate((line.strip() for line in text.splitlines() if line.strip()), 1):
        on, _space, what = line.partition(" ")
        try:
            nodes.append((clock.day_of(on), what.strip()))
        except ValueError:
            problems.append(
                Problem(
                    "node_unreadable",
                    _("第 %d 行读不出日期") % number,
                    place="nodes",
                    value=line[:40],
                    fix=_("请写成：2022-05-10 要完成的工作"),
                )
            )
    if problems:
        raise InvalidInput(problems)
    return nodes


def _merge(call: Call) -> None:
    into = Matter.objects.filter(number=call.text("into").strip()).values_list("id", flat=True).first()
    if into is None:
        raise refuse("matter_unknown", _("没有这个编号的事项"), place="into", value=call.text("into"))
    operations.merge_matters(
        into_id=into, merged_ids=[call.matter.id], actor=call.actor, at=call.at, reason=call.text("reason")
    )


def _split(call: Call) -> None:
    operations.split_matter(
        matter_id=call.matter.id,
        message_ids=[UUID(i) for i in call.data["messages"]],
        new=operations.part_of(call.matter, title=call.text("title"), topic=call.text("topic")),
        actor=call.actor,
        at=call.at,
    )


def _reclassify(call: Call) -> None:
    wanted = {name: call.data[name] for name in ("intent", "topic", "urgency", "is_complex")}
    changed = {name: value for name, value in wanted.items() if getattr(call.matter, name) != value}
    operations.reclassify_matter(
        matter_id=call.matter.id, actor=call.actor, at=call.at, reason=call.text("reason"), **changed
    )


def _call_back(call: Call) -> None:
    operations.record_callback(
        matter_id=call.matter.id,
        report_id=UUID(call.text("report")),
        outcome=call.text("outcome"),
        satisfaction=call.data["satisfaction"],
        note=call.text("note"),
        actor=call.actor,
        at=call.at,
    )


def _answer(call: Call) -> None:
    operations.answer_reporters(text=call.text("text"), **call.common)


def _plain(operation: Callable[..., object], *names: str) -> Callable[[Call], object]:
    """Return a runner that hands the named fields to an operation as they are."""

    def run(call: Call) -> object:
        return operation(matter_id=call.matter.id, actor=call.actor, at=call.at, **{n: call.data[n] for n in names})

    return run


def _keyed(operation: Callable[..., object], *names: str) -> Callable[[Call], object]:
    """As ``_plain``, for operations that know a repeated request."""
    return lambda call: operation(**call.common, **{n: call.data[n] for n in names})


def _check(call: Call) -> object:
    return operations.check_matter(passed=call.data["passed"] == "yes", note=call.text("note"), **call.common)


_t = gettext_lazy
_ALL: Final = (
    DeskMove("accept", "accepted", "a", _t("受理"), "check", forms.MoveForm, _keyed(operations.accept_matter)),
    DeskMove(
        "dispatch",
        "dispatched",
        "d",
        _t("派遣"),
        "send",
        forms.DispatchForm,
        lambda c: operations.dispatch_matter(team_id=UUID(c.text("team")), **c.common),
    ),
    DeskMove("take", "moved", "t", _t("接收移交"), "arrows-exchange", forms.MoveForm, _plain(operations.move_matter)),
    DeskMove(
        "decline",
        "move_refused",
        "f",
        _t("不予接收或撤回移交"),
        "ban",
        forms.ReasonForm,
        _plain(operations.refuse_move, "reason"),
    ),
    DeskMove("progress", "progress", "p", _t("记进展"), "progress-check", forms.ProgressForm, _progress),
    DeskMove(
        "report_back", "reported_back", "b", _t("反馈办结"), "clipboard-check", forms.ReportBackForm, _report_back
    ),
    DeskMove(
        "joint_done",
        "joint_done",
        "f",
        _t("协办完成"),
        "check",
        forms.NoteForm,
        _plain(operations.finish_joint_part, "note"),
    ),
    DeskMove("check", "checked", "c", _t("核查"), "checklist", forms.CheckForm, _check),
    DeskMove("answer", "answered", "w", _t("答复"), "message", forms.TextForm, _answer),
    DeskMove("call_back", "called_back", "k", _t("回访"), "phone-check", forms.CallbackForm, _call_back),
    DeskMove("close", "closed", "z", _t("结案"), "circle-check", forms.MoveForm, _keyed(operations.close_matter)),
    DeskMove("resume", "resumed", "u", _t("恢复办理"), "clock", forms.MoveForm, _plain(operations.resume_matter)),
    DeskMove("evidence", "evidence", "e", _t("上传凭证"), "camera", forms.EvidenceForm, _add_evidence),
    DeskMove(
        "inform",
        "informed",
        "i",
        _t("告知进展"),
        "message-circle",
        forms.TextForm,
        _plain(operations.inform_reporters, "text"),
    ),
    DeskMove(
        "return",
        "returned",
        "r",
        _t("退单"),
        "arrow-back-up",
        forms.ReasonForm,
        _keyed(operations.return_matter, "reason"),
    ),
    DeskMove(
        "joint",
        "joint_requested",
        "j",
        _t("吹哨联办"),
        "users-group",
        forms.JointForm,
        lambda c: operations.request_joint_handling(
            matter_id=c.matter.id,
            team_ids=[UUID(i) for i in c.data["teams"]],
            reason=c.text("reason"),
            actor=c.actor,
            at=c.at,
        ),
    ),
    DeskMove(
        "suspend",
        "suspended",
        "s",
        _t("挂账"),
        "clock-pause",
        forms.SuspendForm,
        _plain(operations.suspend_matter, "reason", "until"),
        "more",
    ),
    DeskMove(
        "ask_suspension",
        "suspension_asked",
        "s",
        _t("申请挂账"),
        "clock-pause",
        forms.SuspendForm,
        _plain(operations.ask_suspension, "reason", "until"),
        "more",
    ),
    DeskMove(
        "plan",
        "plan_set",
        "l",
        _t("定计划"),
        "calendar",
        forms.PlanForm,
        lambda c: operations.set_plan(matter_id=c.matter.id, nodes=nodes_from(c.text("nodes")), actor=c.actor, at=c.at),
        "more",
    ),
    DeskMove("merge", "merged", "m", _t("并案"), "git-merge", forms.MergeForm, _merge, "more"),
    DeskMove(
        "unmerge", "unmerged", "m", _t("撤销并案"), "arrows-split", forms.MoveForm, _plain(operations.unmerge_matter)
    ),
    DeskMove("split", "split", "x", _t("拆分"), "arrows-split", forms.SplitForm, _split, "more"),
    DeskMove(
        "offer",
        "move_offered",
        "o",
        _t("移交街道"),
        "arrows-exchange",
        forms.OfferForm,
        lambda c: operations.offer_move(
            matter_id=c.matter.id,
            to_office_id=UUID(c.text("to_office")),
            reason=c.text("reason"),
            actor=c.actor,
            at=c.at,
        ),
        "more",
    ),
    DeskMove("reclassify", "reclassified", "y", _t("改类别"), "tag", forms.ClassForm, _reclassify, "more"),
    DeskMove(
        "supervise",
        "supervised",
        "v",
        _t("督办"),
        "gavel",
        forms.NoteForm,
        _plain(operations.supervise, "note"),
        "more",
    ),
    DeskMove("note", "noted", "n", _t("备注"), "note", forms.NoteForm, _plain(operations.add_note, "note"), "more"),
    DeskMove(
        "repin",
        "repinned",
        "h",
        _t("改用新工作法"),
        "book",
        forms.RepinForm,
        _plain(operations.repin_matter, "version", "reason"),
        "more",
    ),
    DeskMove(
        "reopen", "reopened", "q", _t("重新办理"), "rotate", forms.CauseForm, _plain(operations.reopen_matter, "cause")
    ),
    DeskMove(
        "evaluate",
        "evaluated",
        "v",
        _t("评价"),
        "star",
        forms.GradeForm,
        _plain(operations.evaluate_matter, "grade", "note"),
    ),
    DeskMove(
        "cancel",
        "cancelled",
        "Delete",
        _t("作废"),
        "trash",
        forms.ReasonForm,
        _plain(operations.cancel_matter, "reason"),
        "danger",
    ),
)

DESK_MOVES: Final[dict[str, DeskMove]] = {move.name: move for move in _ALL}


def offered(matter: Matter, actor: Actor) -> list[DeskMove]:
    """Return the moves that the page offers this actor now, in order."""
    may = set(queries.open_moves(matter, actor)) | queries.special_moves(matter, actor)
    may -= {"moved", "move_refused", "joint_done"} - queries.special_moves(matter, actor)
    if "repinned" in may and not clocks.other_versions(matter, clock.now()):
        may.discard("repinned")
    if "suspended" in may:
        may.discard("suspension_asked")
    return [move for move in _ALL if move.kind in may]
