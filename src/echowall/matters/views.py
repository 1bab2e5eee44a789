"""Pages of matters."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from echowall.kernel.errors import NotFound, Problem
from echowall.kernel.middleware import actor_of

from .models import Matter


def detail(request: HttpRequest, matter_id: UUID) -> HttpResponse:
    """Show one matter."""
    actor_of(request).require("matters.see")
    matter = Matter.objects.filter(id=matter_id).first()
    if matter is None:
        raise NotFound(Problem("matter_unknown", "没有这个事项,或不在您的职责范围内"))
    return render(request, "matters/detail.html", {"matter": matter})
