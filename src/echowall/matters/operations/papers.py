"""Papers that clocks bring about: supervision notice (督办单) and circular (通报), from the playbook's templates."""

from __future__ import annotations

from datetime import datetime

from echowall.documents import operations as documents_operations
from echowall.documents.models import Document
from echowall.documents.queries import documents_about
from echowall.documents.rules import KINDS
from echowall.kernel import clock
from echowall.kernel.actors import SYSTEM_ACTOR
from echowall.places.models import Place
from echowall.playbooks.clocks import ClockReport, StepReading, say_instant, say_span
from echowall.playbooks.keeping import library

from .. import clocks
from ..models import Matter
from ..rules import MOVES
from .chain import Step, append


def draft_paper(matter: Matter, step: StepReading, report: ClockReport, at: datetime) -> Document | None:
    """Draft the paper that a step of a clock asks for; None when the playbook has no template of it.

    The same step of the same matter drafts it once. The draft waits for whoever may issue it.
    """
    kind = str(step.arguments.get("document", ""))
    template = library().version(matter.playbook).papers.get(kind)
    if template is None or kind not in KINDS:
        return None
    facts = _facts(matter, step, report, at)
    office = Place.objects.get(id=matter.office_id)
    new = documents_operations.NewDocument(
        kind=kind,
        office=office,
        place_path=matter.place_path,
        title=f"{KINDS[kind].name}：{matter.title}",
        subject=("matter", matter.id),
        cause=f"{matter.id}:{step.id}",
        compose=lambda number: template.fill_in({**facts, "document_number": number}),
        to_team_ids=[matter.lead_team_id] if matter.lead_team_id else [],
    )
    document = documents_operations.draft_document(new=new, actor=SYSTEM_ACTOR, at=at)
    body = {"document": str(document.id), "number": document.number, "kind": kind, "step": step.id}
    append(matter, MOVES["document_drafted"], Step("document_drafted", body), SYSTEM_ACTOR, at)
    return document


def _facts(matter: Matter, step: StepReading, report: ClockReport, at: datetime) -> dict[str, str]:
    """Return what the templates may ask for, as the paper says it (Chinese)."""
    reading = report[step.clock]
    base = step.clock.partition(":")[0]
    office = matter.office
    team = matter.lead_team.name if matter.lead_team else "（尚未派遣）"
    notices = [d for d in documents_about("matter", matter.id) if d.kind == "supervision_notice"]
    today = clock.today(at)
    return {
        "team_name": team,
        "matter_title": matter.title,
        "matter_number": matter.number,
        "place_name": matter.place.name,
        "office_name": office.name,
        "opened_on": _day(clock.local(matter.opened_at)),
        "as_of": say_instant(at).zh,
        "clock_title": report.clock_sets[-1].texts.get("zh", {}).get(f"clocks.{base}", base),
        "due_at": say_instant(reading.due_at).zh if reading.due_at else "",
        "overdue": say_span(reading.remaining).zh if reading.remaining is not None else "",
        "answer_by": say_instant(clocks.answer_paper_until(matter, at)).zh,
        "issued_on": f"{today.year}年{today.month}月{today.day}日",
        "supervision_number": notices[0].number if notices else "",
    }


def _day(at: datetime) -> str:
    return f"{at.year}年{at.month}月{at.day}日"
