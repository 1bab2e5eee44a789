"""The JSON API of matters, for clients signed in by session. Mounted by the site."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.http import HttpRequest, QueryDict
from ninja import Router

from echowall.kernel import clock
from echowall.kernel.errors import InvalidInput, NotFound, Problem, Refusal
from echowall.kernel.middleware import actor_of

from . import queries
from .models import Matter, State
from .moves import DESK_MOVES, Call, offered
from .presenting import offers_for
from .schemas import MatterDetailOut, MatterPageOut, MoveIn, RefusalOut

router = Router(tags=["matters"])
_PAGE = 50
_REFUSED = {403: RefusalOut, 404: RefusalOut, 409: RefusalOut, 422: RefusalOut}


def refusal_out(refusal: Refusal) -> tuple[int, dict[str, Any]]:
    """Return a refusal as status and body."""
    return refusal.status, {
        "problems": [
            {"code": p.code, "message": str(p.message), "place": p.place, "value": p.value, "fix": str(p.fix)}
            for p in refusal.problems
        ]
    }


def _visible(matter_id: UUID) -> Matter:
    matter = (
        Matter.objects.select_related("place", "office", "lead_team", "owner")
        .defer("terms")
        .filter(id=matter_id)
        .first()
    )
    if matter is None:
        raise NotFound(Problem("matter_unknown", "没有这个事项，或不在您的职责范围内", value=str(matter_id)))
    return matter


@router.get("", response={200: MatterPageOut, **_REFUSED}, summary="Matters in sight, the newest first")
def list_matters(
    request: HttpRequest,
    state: str = "",
    urgency: str = "",
    colour: str = "",
    since: datetime | None = None,
    after: str = "",
) -> Any:
    """List matters, 50 at a time; filters by state, urgency, clock colour and opening time. ``after`` is the ``next`` of the
    page before.
    """
    try:
        actor_of(request).require("matters.see")
        rows = Matter.objects.select_related("place").defer("terms", "summary")
        wrong = (
            [Problem("filter_invalid", "没有这个状态", place="state", value=state)]
            if state and state not in State.values
            else []
        )
        if after:
            rows, problem = _after(rows, after)
            wrong += [problem] if problem else []
        if wrong:
            raise InvalidInput(wrong)
    except Refusal as refusal:
        return refusal_out(refusal)
    given = {"state": state, "urgency": urgency, "colour": colour}
    rows = rows.filter(**{name: value for name, value in given.items() if value})
    if since is not None:
        rows = rows.filter(opened_at__gte=since if since.tzinfo else since.replace(tzinfo=clock.SHANGHAI))
    found = list(rows.order_by("-opened_at", "-id")[: _PAGE + 1])
    last = found[_PAGE - 1] if len(found) > _PAGE else None
    return 200, {"items": found[:_PAGE], "next": f"{last.opened_at.isoformat()}~{last.id}" if last else None}


def _after(rows: Any, cursor: str) -> tuple[Any, Problem | None]:
    at, _tilde, last_id = cursor.partition("~")
    try:
        opened_at, matter_id = datetime.fromisoformat(at.replace(" ", "+")), UUID(last_id)
        if opened_at.tzinfo is None:
            raise ValueError(at)
    except ValueError:
        return rows, Problem("cursor_invalid", "翻页标记无效", place="after", value=cursor[:80])
    return rows.filter(Q(opened_at__lt=opened_at) | Q(opened_at=opened_at, id__lt=matter_id)), None


@router.get("/{uuid:matter_id}", response={200: MatterDetailOut, **_REFUSED}, summary="One matter")
def get_matter(request: HttpRequest, matter_id: UUID) -> Any:
    """Give one matter with history, clocks, and the moves open to the asking worker."""
    try:
        actor_of(request).require("matters.see")
        matter = _visible(matter_id)
    except Refusal as refusal:
        return refusal_out(refusal)
    return 200, _detail(request, matter)


def _detail(request: HttpRequest, matter: Matter) -> dict[str, Any]:
    shown = {name: getattr(matter, name) for name in (*MatterDetailOut.model_fields,) if hasattr(Matter, name)}
    return shown | {
        "place_name": matter.place.name,
        "history": list(matter.history.order_by("seq")),
        "clocks": [
            {
                "name": c.name,
                "digit": c.digit,
                "look": c.look,
                "due_at": c.due_at,
                "met_at": c.met_at,
                "why": list(c.why),
            }
            for c in queries.clock_panel(matter, clock.now())
        ],
        "moves": [move.name for move in offered(matter, actor_of(request))],
    }


@router.post("/{uuid:matter_id}/moves/{move}", response={200: MatterDetailOut, **_REFUSED}, summary="Make a move")
def make_move(request: HttpRequest, matter_id: UUID, move: str, given: MoveIn) -> Any:
    """Make a move with the same fields as its form on the page; the same ``request_key`` again changes nothing."""
    try:
        actor_of(request).require("matters.see")
        matter = _visible(matter_id)
        _move(request, matter, move, given)
    except Refusal as refusal:
        return refusal_out(refusal)
    remaining = Matter.objects.filter(id=matter_id).exists()
    return 200, _detail(request, _visible(matter_id)) if remaining else _detail(request, matter)


def _storable(text: str) -> str:
    """Return JSON's text as the database can hold it: no NUL, no half of a character."""
    return text.encode("utf-8", "replace").decode().replace("\x00", "")


def _move(request: HttpRequest, matter: Matter, name: str, given: MoveIn) -> None:
    wanted, at = DESK_MOVES.get(name), clock.now()
    if wanted is None:
        raise NotFound(Problem("move_unknown", "没有这种办理方式", place="move", value=name))
    data = QueryDict(mutable=True)
    data["request_key"] = _storable(given.request_key)
    for field, value in given.fields.items():
        texts = value if isinstance(value, list) else [value]
        data.setlist(field, [_storable(text) if isinstance(text, str) else text for text in texts])
    form = wanted.form(data, name=name, offers=offers_for(matter, queries.reporters_of(matter), at))
    if not form.is_valid():
        raise InvalidInput(
            [
                Problem("field_invalid", str(error), place=field, value=str(data.get(field, ""))[:80])
                for field, errors in form.errors.items()
                for error in errors
            ]
        )
    with transaction.atomic():  # a refusal in the middle leaves nothing half done
        wanted.run(Call(matter, form.cleaned_data, actor_of(request), at))
