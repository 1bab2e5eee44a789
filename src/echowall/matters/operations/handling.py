"""Working on a matter: progress, plan, evidence, reporting back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from echowall.kernel import audit, clock
from echowall.kernel.actors import Actor
from echowall.kernel.errors import InvalidInput, NotPermitted, Problem, refuse
from echowall.kernel.files import keep
from echowall.kernel.ids import new_id
from echowall.understanding.redaction import mask

from ..models import Assignment, Evidence, HistoryEvent, Matter
from ..models.matters import OPEN_STATES
from ..queries import working_team_ids
from ..rules import MOVES
from .chain import Step, done_before, locked, make_move, require_move

EVIDENCE_TYPES = {"image/jpeg": "photo", "image/png": "photo", "image/webp": "photo", "application/pdf": "file"}
_BEGINNINGS = {"image/jpeg": b"\xff\xd8\xff", "image/png": b"\x89PNG\r\n\x1a\n", "application/pdf": b"%PDF-"}
_EVIDENCE_BYTES = 10_000_000


def note_progress(
    *, matter_id: UUID, note: str, actor: Actor, at: datetime, node: str = "", request_key: str | None = None
) -> HistoryEvent:
    """Write down how it goes; ``node`` (ISO date) names the node of the plan that is fulfilled by it.

    Raises:
        Refusal: ``node_unknown``.
        InvalidInput, Refusal, NotPermitted: as every move.
    """
    with transaction.atomic():
        matter = locked(matter_id)
        if node and node not in planned_nodes(matter):
            raise refuse("node_unknown", _("计划里没有这个节点"), place="node", value=node)
        body = {"note": note.strip(), **({"node": node} if node else {})}
        return make_move(
            matter_id=matter_id, step=Step("progress", body, request_key=request_key), actor=actor, at=at, matter=matter
        )


def planned_nodes(matter: Matter) -> dict[str, str]:
    """Return the nodes of the plan in force: ISO date and what is done by then."""
    last = matter.history.filter(kind__in=("plan_set", "reopened")).order_by("-seq").first()
    return dict(last.body.get("what") or {}) if last is not None and last.kind == "plan_set" else {}


def set_plan(*, matter_id: UUID, nodes: Sequence[tuple[date, str]], actor: Actor, at: datetime) -> HistoryEvent:
    """Set the plan of a complex matter: node dates with what is done by then. The month limit and a clock per node
    follow from the playbook.

    Raises:
        InvalidInput: ``node_in_past``, ``node_twice``, ``field_missing``, all at once.
    """
    today = clock.today(at)
    problems = [
        Problem("node_in_past", _("节点日期不能早于今天"), place="nodes", value=str(on))
        for on, _w in nodes
        if on < today
    ]
    if len({on for on, _what in nodes}) != len(nodes):
        problems.append(Problem("node_twice", _("同一天只能有一个节点"), place="nodes"))
    problems += [
        Problem("field_missing", _("请写明节点要完成的工作"), place="nodes", value=str(on))
        for on, what in nodes
        if not what.strip()
    ]
    if problems:
        raise InvalidInput(problems)
    body = {"nodes": [on.isoformat() for on, _w in sorted(nodes)], "what": {on.isoformat(): mask(w) for on, w in nodes}}

    def change(matter: Matter) -> None:
        matter.is_complex = True

    return make_move(matter_id=matter_id, step=Step("plan_set", body, change=change), actor=actor, at=at)


def _is_what_it_says(content: bytes, content_type: str) -> bool:
    """Whether the bytes begin as files of this type do: a name and a declared type are anybody's to choose."""
    if content_type == "image/webp":
        return content[:4] == b"RIFF" and content[8:12] == b"WEBP"
    return content.startswith(_BEGINNINGS[content_type])


def _file_problems(content: bytes, content_type: str) -> list[Problem]:
    problems = []
    if content_type not in EVIDENCE_TYPES:
        problems.append(
            Problem(
                "file_type_refused",
                _("不支持这种文件"),
                place="file",
                value=content_type,
                fix=_("请上传 JPG、PNG、WebP 图片或 PDF"),
            )
        )
    if len(content) > _EVIDENCE_BYTES:
        problems.append(
            Problem(
                "file_too_large",
                _("文件太大"),
                place="file",
                value=f"{len(content) // 1_000_000} MB",
                fix=_("请压缩到 10 MB 以内"),
            )
        )
    if not content:
        problems.append(Problem("file_empty", _("文件是空的"), place="file"))
    elif content_type in EVIDENCE_TYPES and not _is_what_it_says(content, content_type):
        problems.append(
            Problem(
                "file_type_refused",
                _("文件打不开，不是照片或 PDF"),
                place="file",
                value=content_type,
                fix=_("请上传 JPG、PNG、WebP 图片或 PDF"),
            )
        )
    return problems


def add_evidence(
    *,
    matter_id: UUID,
    content: bytes,
    content_type: str,
    actor: Actor,
    at: datetime,
    note: str = "",
) -> Evidence:
    """Keep a photo or paper that shows what was done. The same file twice is kept once.

    Raises:
        InvalidInput: ``file_type_refused`` (also for content that is not of its type), ``file_too_large``, ``file_empty``.
        NotPermitted: ``not_your_team``.
    """
    problems = _file_problems(content, content_type)
    if problems:
        raise InvalidInput(problems)
    with transaction.atomic():
        matter = locked(matter_id)
        in_team = bool(working_team_ids(matter) & actor.team_ids) and actor.may("matters.handle")
        if actor.kind != "system" and not in_team and not actor.may("matters.check", matter.place_path):
            raise NotPermitted(Problem("not_your_team", _("只有承办专班的成员可以上传凭证"), place="evidence"))
        if matter.state not in OPEN_STATES:
            raise refuse(
                "move_not_allowed", _("当前状态不能这样办理"), place="evidence", value=matter.get_state_display()
            )
        digest = keep(content)
        held = Evidence.objects.filter(matter=matter, sha256=digest).first()
        if held:
            return held
        evidence = Evidence.objects.create(
            id=new_id(),
            matter=matter,
            kind=EVIDENCE_TYPES[content_type],
            note=mask(note.strip())[:300],
            content_type=content_type,
            byte_count=len(content),
            sha256=digest,
            added_at=at,
            added_by_id=actor.id or matter.id,
        )
        audit.record(
            actor=actor,
            at=at,
            action="matters.evidence.added",
            subject=("matter", matter.id),
            detail={"sha256": digest, "bytes": len(content)},
            where=(matter.office_id, matter.place_path),
        )
    return evidence


def _end_part(part: Assignment, at: datetime) -> None:
    Assignment.objects.filter(id=part.id).update(ended_at=at, ended_how="done")


def finish_joint_part(
    *, matter_id: UUID, note: str, actor: Actor, at: datetime, request_key: str | None = None
) -> HistoryEvent:
    """Report that one's own team, called in jointly, has done its part.

    Raises:
        Refusal: ``no_joint_part`` when the actor's teams have no open part.
    """
    with transaction.atomic():
        matter = locked(matter_id)
        if done := done_before(matter, "joint_done", request_key):
            return done
        parts = Assignment.objects.filter(matter=matter, ended_at=None, is_lead=False, team_id__in=actor.team_ids)
        part = parts.first()
        if part is None:
            raise refuse("no_joint_part", _("您的专班没有未完成的协办任务"), place="joint_done")
        step = Step(
            "joint_done",
            {"note": note.strip(), "team": str(part.team_id)},
            team_id=part.team_id,
            change=lambda _m: _end_part(part, at),
            request_key=request_key,
        )
        return make_move(matter_id=matter_id, step=step, actor=actor, at=at, matter=matter)


def report_back(
    *, matter_id: UUID, note: str, actor: Actor, at: datetime, request_key: str | None = None
) -> HistoryEvent:
    """Report that the matter is done, with evidence; it waits to be checked.

    Raises:
        Refusal: ``evidence_missing`` without any; ``joint_part_open`` naming the teams that are not done.
        InvalidInput, NotPermitted: as every move.
    """
    with transaction.atomic():
        matter = locked(matter_id)
        if done := done_before(matter, "reported_back", request_key):
            return done
        require_move(matter, MOVES["reported_back"], actor)
        problems = []
        if not Evidence.objects.filter(matter=matter).exists() and len(note.strip()) < 10:
            problems.append(
                Problem(
                    "evidence_missing",
                    _("还没有处置凭证"),
                    place="evidence",
                    fix=_("请上传照片或文件，或写明处置经过（不少于 10 字）"),
                )
            )
        waiting = Assignment.objects.filter(matter=matter, ended_at=None, is_lead=False).select_related("team")
        if names := [a.team.name for a in waiting]:
            problems.append(Problem("joint_part_open", _("协办专班还没有完成"), place="joint", value="、".join(names)))
        if problems:
            raise InvalidInput(problems)
        step = Step("reported_back", {"note": note.strip()}, team_id=matter.lead_team_id, request_key=request_key)
        return make_move(matter_id=matter_id, step=step, actor=actor, at=at, matter=matter)
