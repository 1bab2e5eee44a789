"""Places proposed while somebody types."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_GET

from echowall.kernel.middleware import actor_of
from echowall.places.models import Place
from echowall.places.typeahead import find_places

_LONGEST = 40


@require_GET
def places(request: HttpRequest) -> JsonResponse:
    """Answer the desk's place picker: places of the actor's offices, at or below where the actor is appointed."""
    actor = actor_of(request)
    actor.require("voices.see")
    paths = [grant.path for grant in actor.grants if "voices.see" in grant.permissions]
    offices = _offices(paths)
    found = find_places(offices, request.GET.get("q", "")[:_LONGEST], within=paths)
    return JsonResponse({"results": [one.as_json() for one in found]})


def _offices(paths: list[str]) -> list[UUID]:
    rows = Place.objects.filter(path__in=paths).values_list("office_id", "path", "kind")
    offices = {office_id for office_id, _path, _kind in rows if office_id}
    for office_id, path, _kind in rows:
        if office_id is None:  # appointed above the offices: all of them below
            offices |= set(
                Place.objects.filter(kind=Place.Kind.OFFICE, path__under=path).values_list("id", flat=True)[:50]
            )
    return sorted(offices)
