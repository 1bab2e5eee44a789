"""The public pages of the wall. They depend on nothing but the address and the language: they are kept in a cache."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from echowall.kernel import clock
from echowall.kernel.errors import NotFound
from echowall.kernel.topic_words import topic_label

from . import queries
from .models import WallPost


def _say_url() -> str:
    try:
        return reverse("voices:say")
    except NoReverseMatch:
        return "/"


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Show the wall."""
    asked = request.GET.dict()
    try:
        page = queries.wall_page(asked)
    except NotFound as refusal:
        return _gone(request, refusal)
    given = {name: asked[name].strip() for name in ("q", "topic", "community") if asked.get(name, "").strip()}
    context = {
        "page": page,
        "given": given,
        "topics": queries.topics_on_wall(),
        "communities": queries.communities_on_wall(),
        "counts": queries.counts(),
        "say_url": _say_url(),
        "previous": _address(given, page.number - 1) if page.number > 1 else "",
        "next": _address(given, page.number + 1) if page.has_next else "",
        "named": {post.id: topic_label(post.topic.split(".")[0]) for post in page.posts},
    }
    return render(request, "wall/index.html", context)


@require_safe
def detail(request: HttpRequest, slug: str) -> HttpResponse:
    """Show one answered matter."""
    try:
        post = queries.post_by_slug(slug)
    except NotFound as refusal:
        return _gone(request, refusal)
    return render(
        request,
        "wall/detail.html",
        {
            "post": post,
            "topic": topic_label(post.topic),
            "say_url": _say_url(),
        },
    )


@require_safe
def feed(request: HttpRequest) -> HttpResponse:
    """Return the newest posts as an Atom feed (RFC 4287)."""
    posts = list(queries.published()[:50])
    atom = Atom1Feed(
        title=_("回音壁"),
        link=request.build_absolute_uri(reverse("wall:index")),
        description=_("已答复、已办结的事项"),
        feed_url=request.build_absolute_uri(),
        language=get_language(),
    )
    for post in posts:
        address = request.build_absolute_uri(reverse("wall:detail", args=[post.slug]))
        atom.add_item(
            title=post.title,
            link=address,
            description=_summary(post),
            unique_id=address,
            updateddate=post.published_at,
            pubdate=post.published_at,
            categories=[topic_label(post.topic)],
        )
    return HttpResponse(atom.writeString("utf-8"), content_type="application/atom+xml; charset=utf-8")


def _summary(post: WallPost) -> str:
    return _("%(place)s 反映：%(question)s\n答复：%(answer)s") % {
        "place": post.place_name,
        "question": post.question,
        "answer": post.answer,
    }


def _address(given: dict[str, str], number: int) -> str:
    return "?" + urlencode(given | ({"page": number} if number > 1 else {})) if given or number > 1 else "?"


def _gone(request: HttpRequest, refusal: NotFound) -> HttpResponse:
    context = {"problem": refusal.problems[0], "say_url": _say_url(), "at": clock.now()}
    return render(request, "wall/gone.html", context, status=404)
