"""Reads of the wall: what the public sees, and what the moderators need."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.core.cache import cache
from django.db.models import Count, Q, QuerySet

from echowall.kernel import clock
from echowall.kernel.actors import Actor
from echowall.kernel.errors import NotFound, Problem
from echowall.kernel.scope import as_system
from echowall.kernel.search import matching
from echowall.kernel.topic_words import topic_label
from echowall.matters import queries as matters_queries
from echowall.teams import queries as teams_queries
from echowall.understanding.topics import default_topics
from echowall.voices import queries as voices_queries

from .models import Edition, WallPost, WallStep
from .rules import Piece, shown_doubts, shown_removals

PAGE_POSTS = 20
PAGES_AT_MOST = 100
_PAGE = re.compile("[0-9]{1,4}")  # isdigit() would let "²" through
_COUNTS_SECONDS = 20
# The public sees these columns and no others.
_PUBLIC = (
    "id",
    "slug",
    "title",
    "question",
    "answer",
    "place_name",
    "topic",
    "said_on",
    "answered_on",
    "published_at",
    "is_closed",
)


@dataclass(frozen=True, slots=True)
class Counts:
    """How many messages were heard and matters closed, as of an instant."""

    heard: int
    closed: int
    as_of: datetime


@dataclass(frozen=True, slots=True)
class WallPage:
    """One page of the wall."""

    posts: Sequence[WallPost]
    number: int
    has_next: bool


def published() -> QuerySet[WallPost]:
    """Return what is public, newest first, whoever asks."""
    return WallPost.objects.filter(state=WallPost.State.PUBLISHED).only(*_PUBLIC).order_by("-published_at", "-id")


def wall_page(asked: Mapping[str, str]) -> WallPage:
    """Return the page that the address asks for (topic, community, q, page).

    Raises:
        NotFound: there is no such topic, community or page.
    """
    rows = published()
    topic, community, words = asked.get("topic", ""), asked.get("community", ""), asked.get("q", "").strip()
    if topic:
        if topic not in default_topics():
            raise NotFound(Problem("topic_unknown", "没有这个类别", place="topic", value=topic))
        rows = rows.filter(Q(topic=topic) | Q(topic__startswith=f"{topic}."))
    if community:
        rows = rows.filter(community_id=_uuid(community))
    if words:
        rows = matching(rows, words[:40])
    number = int(asked.get("page") or 1) if _PAGE.fullmatch(asked.get("page") or "1") else 0
    if not 1 <= number <= PAGES_AT_MOST:
        raise NotFound(Problem("page_invalid", "没有这一页", place="page", value=asked.get("page", "")))
    found = list(rows[(number - 1) * PAGE_POSTS : number * PAGE_POSTS + 1])
    return WallPage(found[:PAGE_POSTS], number, len(found) > PAGE_POSTS)


def post_by_slug(slug: str) -> WallPost:
    """Return a published post.

    Raises:
        NotFound: ``post_unknown``.
    """
    post = published().filter(slug=slug).first()
    if post is None:
        raise NotFound(Problem("post_unknown", "没有这一条，或已不再公开", value=slug))
    return post


def topics_on_wall() -> list[tuple[str, str]]:
    """Return code and name of the main topics that have something on the wall."""
    used = {t.split(".")[0] for t in _published_values("topic")}
    return [(code, topic_label(code)) for code, t in default_topics().items() if not t.parent and code in used]


def communities_on_wall() -> list[tuple[str, str]]:
    """Return id and name of the communities that have something on the wall."""
    rows = WallPost.objects.filter(state=WallPost.State.PUBLISHED, community_id__isnull=False)
    pairs = rows.order_by("place_name").values_list("community_id", "place_name").distinct()
    return [(str(i), name) for i, name in pairs]


def counts() -> Counts:
    """Return how many were heard and closed in this installation; counted at most every 20 s per process."""
    held: Counts | None = cache.get("wall.counts")
    if held is None:
        with as_system():  # two numbers and nothing else leave this block
            held = Counts(voices_queries.heard_count(), matters_queries.closed_count(), clock.now())
        cache.set("wall.counts", held, _COUNTS_SECONDS)
    return held


def edition() -> tuple[int, int]:
    """Return the number of the wall's edition, and that at which something was last withdrawn."""
    row = Edition.objects.filter(id=1).values_list("number", "withdrawn").first()
    return row or (0, 0)


@dataclass(frozen=True, slots=True)
class Moderation:
    """A post before a moderator: what was said with the removals marked, what would be public with the doubts marked."""

    post: WallPost
    original: Sequence[Piece]
    original_answer: Sequence[Piece]
    question_doubts: Sequence[Piece]
    answer_doubts: Sequence[Piece]
    steps: Sequence[WallStep]
    number: str


def own_posts(actor: Actor) -> QuerySet[WallPost]:
    """Return the posts that an actor moderates: of the own places, not what other offices have published."""
    sight = actor.scope.sight("requests")  # who administers another office has no part in its posts
    mine = Q(office_id__in=sight.office_ids)
    for path in sight.paths:
        mine |= Q(place_path__under=path)
    return WallPost.objects.filter(mine)


def queue(actor: Actor, state: str, limit: int = 200) -> list[WallPost]:
    """Return the actor's posts in a state, oldest first where they wait, else newest first."""
    order = "proposed_at" if state == WallPost.State.PROPOSED else "-proposed_at"
    return list(own_posts(actor).filter(state=state).order_by(order)[:limit])


def queue_counts(actor: Actor) -> dict[str, int]:
    """Return how many of the actor's posts are in each state."""
    found = own_posts(actor).order_by().values_list("state").annotate(n=Count("id"))
    return dict.fromkeys(WallPost.State.values, 0) | dict(found)


def moderation(post: WallPost) -> Moderation:
    """Return what a moderator needs to judge a post."""
    matter = matters_queries.answered_matter(post.matter_id)
    said = voices_queries.publication_facts(matter.message_id) if matter and matter.message_id else None
    steps = list(WallStep.objects.filter(post=post).order_by("-id")[:12])
    numbers = teams_queries.public_numbers(post.office_id)
    return Moderation(
        post,
        shown_removals(said.body if said else matter.summary if matter else "", numbers),
        shown_removals(matter.answer if matter else "", numbers),
        shown_doubts(post.question),
        shown_doubts(post.answer),
        steps,
        matter.number if matter else "",
    )


def _published_values(column: str) -> list[str]:
    rows = WallPost.objects.filter(state=WallPost.State.PUBLISHED)
    return list(rows.order_by(column).values_list(column, flat=True).distinct())


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFound(Problem("community_unknown", "没有这个社区", place="community", value=text)) from None
