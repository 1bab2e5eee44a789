"""Pages of the place tree, for the administrator."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from echowall.kernel import clock
from echowall.kernel.actors import Actor
from echowall.kernel.errors import InvalidInput, NotFound, Problem
from echowall.kernel.middleware import actor_of

from . import operations
from .models import Place


class NewPlacesForm(forms.Form):
    """Places to be added below the present one: one name a line."""

    kind = forms.ChoiceField(label=gettext_lazy("层级"))
    names = forms.CharField(label=gettext_lazy("名称"), widget=forms.Textarea(attrs={"rows": 4}),
                            help_text=gettext_lazy("每行一个；别名写在名称后面，用 / 分开"))  # fmt: skip

    def __init__(self, *args: Any, parent: Place, **kwargs: Any) -> None:
        """Offer the kinds that may stand below ``parent``."""
        super().__init__(*args, **kwargs)
        below = operations.ORDER[operations.ORDER.index(parent.kind) + 1 :] if parent.kind in operations.ORDER else ()
        kinds = [(k, Place.Kind(k).label) for k in (*below, "facility")]
        self.fields["kind"].choices = kinds  # type: ignore[attr-defined]


def _roots(actor: Actor) -> list[Place]:
    paths = {g.path for g in actor.grants if "places.manage" in g.permissions}
    return list(Place.objects.filter(path__in=paths).order_by("path"))


def tree(request: HttpRequest, place_id: UUID | None = None) -> HttpResponse:
    """Show a place and what stands below it; POST adds, renames or searches."""
    actor = actor_of(request)
    actor.require("places.manage")
    place = _place(actor, place_id)
    form = NewPlacesForm(request.POST if request.POST.get("act") == "add" else None, parent=place)
    if request.method == "POST" and _act(request, place, form):
        messages.success(request, _("已保存"))
        return redirect("places:place", place.id)
    words = request.GET.get("q", "").strip()
    below = Place.objects.filter(path__under=place.path).exclude(id=place.id)
    rows = (
        below.filter(Q(name__icontains=words) | Q(aliases__name__icontains=words)).distinct()
        if words
        else below.filter(parent=place)
    )
    context = {
        "place": place, "form": form, "words": words, "ancestors": _ancestors(actor, place),
        "rows": rows.annotate(child_count=Count("children", distinct=True)).prefetch_related("aliases").order_by("path")[:300],
    }  # fmt: skip
    return render(request, "places/tree.html", context, status=422 if form.errors else 200)


def _place(actor: Actor, place_id: UUID | None) -> Place:
    roots = _roots(actor)
    place = Place.objects.filter(id=place_id).first() if place_id else (roots[0] if roots else None)
    if place is None or not actor.may("places.manage", place.path):
        raise NotFound(Problem("place_unknown", _("没有这个地点，或不归您管理"), value=str(place_id or "")))
    return place


def _ancestors(actor: Actor, place: Place) -> list[Place]:
    above = Place.objects.filter(path__above=place.path).exclude(id=place.id).order_by("path")
    return [p for p in above if actor.may("places.manage", p.path)]


def _act(request: HttpRequest, place: Place, form: NewPlacesForm) -> bool:
    actor, at = actor_of(request), clock.now()
    if request.POST.get("act") == "rename":
        operations.rename_place(place=place, name=request.POST.get("name", ""), actor=actor, at=at)
        return True
    if not form.is_valid():
        return False
    lines = [line.split("/") for line in form.cleaned_data["names"].splitlines() if line.strip()]
    new = [
        operations.NewPlace(
            form.cleaned_data["kind"], parts[0].strip(), aliases=tuple(a.strip() for a in parts[1:] if a.strip())
        )
        for parts in lines
    ]
    try:
        operations.add_places(parent=place, new=new, actor=actor, at=at)
    except InvalidInput as refusal:
        for problem in refusal.problems:
            form.add_error("names", str(problem))
        return False
    return True
