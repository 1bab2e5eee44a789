"""Taking messages as JSON: the hottest path of the program, so plain views on msgspec structs and nothing else."""

from __future__ import annotations

from typing import Any

import msgspec
from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language
from django.views.decorators.csrf import csrf_exempt

from echowall.kernel import clock
from echowall.kernel.errors import Problem, Refusal
from echowall.kernel.problems import problem_response, refusal_response

from .. import operations
from ..channels import json_api
from ..channels.types import RefusedInputError
from .clients import client_actor, source_of

_encode = msgspec.json.Encoder().encode


class Taken(msgspec.Struct, frozen=True):
    """What became of one message: its ticket, and whether it is new (false: its key was known)."""

    ticket: str
    is_new: bool
    key: str


class TakenBatch(msgspec.Struct, frozen=True):
    """What became of each message, in the order sent."""

    messages: list[Taken]
    new_count: int
    known_count: int


@csrf_exempt
def one(request: HttpRequest) -> HttpResponse:
    """Take one message: 201 with its ticket, 200 when it was known."""
    return _take(request, is_batch=False)


@csrf_exempt
def batch(request: HttpRequest) -> HttpResponse:
    """Take up to 500 messages, all or none."""
    return _take(request, is_batch=True)


def _take(request: HttpRequest, *, is_batch: bool) -> HttpResponse:
    if request.method != "POST":
        response = problem_response(405)
        response.headers["Allow"] = "POST"
        return response
    try:
        source = source_of(request)
        if is_batch:
            messages = json_api.read_batch(request.body)
        else:
            key = request.headers.get("Idempotency-Key", "")[:200]
            messages = [json_api.read_one(request.body, idempotency_key=key)]
        heard = operations.hear_messages(
            messages=messages, source=source, actor=client_actor(request, source), at=clock.now()
        )
    except RefusedInputError as refused:
        return problem_response(422, problems_of(refused))
    except Refusal as refusal:
        return refusal_response(request, refusal)
    taken = [Taken(h.ticket, h.is_new, m.key) for h, m in zip(heard, messages, strict=True)]
    new_count = sum(t.is_new for t in taken)
    body: Any = TakenBatch(taken, new_count, len(taken) - new_count) if is_batch else taken[0]
    status = 201 if new_count else 200
    return HttpResponse(_encode(body), status=status, content_type="application/json")


def problems_of(refused: RefusedInputError) -> list[Problem]:
    """Return the problems of a channel's reader in the language of the request."""
    is_english = (get_language() or "").startswith("en")
    return [
        Problem(p.code, p.message_en if is_english else p.message_zh, p.place, p.value,
                p.fix_en if is_english else p.fix_zh)
        for p in refused.problems
    ]  # fmt: skip
