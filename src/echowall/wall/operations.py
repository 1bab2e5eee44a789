"""Writes of the wall."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.postgres.search import SearchVector
from django.db import connection, transaction
from django.db.models import F, Value
from django.utils.translation import gettext as _

from echowall.kernel import audit, clock, events
from echowall.kernel.actors import Actor
from echowall.kernel.errors import InvalidInput, NotFound, Problem, refuse
from echowall.kernel.ids import new_id
from echowall.kernel.scope import as_system
from echowall.kernel.search import terms
from echowall.matters import queries as matters_queries
from echowall.matters.queries import AnsweredMatter
from echowall.places import queries as places_queries
from echowall.teams import queries as teams_queries
from echowall.voices import queries as voices_queries

from . import policy
from .models import Edition, WallPost, WallStep
from .rules import Texts, public_text, reasons_to_wait

_S = WallPost.State
_KEPT = ("state", "title", "question", "answer", "flags", "is_edited")
_LETTERS = "23456789abcdefghjkmnpqrstvwxyz"


def propose_post(*, matter_id: UUID, actor: Actor, at: datetime) -> WallPost | None:
    """Put an answered matter up for the wall, redacted; publish it where the playbook lets it go by itself.

    Called again it takes in a newer answer, unless a person has edited the words or hidden it. Returns None where
    there is nothing to show. Harmless to repeat.
    """
    matter = matters_queries.answered_matter(matter_id)
    if matter is None:
        return None
    said = voices_queries.publication_facts(matter.message_id) if matter.message_id else None
    sender = said.sender if said else ""
    numbers = teams_queries.public_numbers(matter.office_id)
    asked = said.body if said else matter.summary
    texts = Texts(*(public_text(text, sender, numbers) for text in (matter.title, asked, matter.answer)))
    waits = reasons_to_wait(
        policy.in_force(matter.place_path, at),
        topic=matter.topic,
        urgency=matter.urgency,
        flags=texts.flags,
        agreed=said.agreed if said else None,
    )
    with transaction.atomic():
        _one_at_a_time(matter_id)
        post = WallPost.objects.select_for_update().filter(matter_id=matter_id).first()
        if post is not None and (post.state == _S.HIDDEN or post.is_edited or texts.stand_in(post)):
            post.is_closed = matter.is_closed
            WallPost.objects.filter(id=post.id).update(is_closed=matter.is_closed)
        else:
            post = _written(post, matter, texts, waits, actor, at)
            post.said_on = clock.today(said.said_at if said else matter.opened_at)
            _save(post)
        if post.state == _S.PROPOSED and matter.is_closed and not waits and not post.is_edited:
            _step(post, "published", _kept(post), actor, at)
            _set_state(post, _S.PUBLISHED, actor, at)
    return post


def _one_at_a_time(matter_id: UUID) -> None:
    """Let answering and closing of one matter, told to two workers at once, not both put up its first post."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 2))", [str(matter_id)])


def _written(
    post: WallPost | None, matter: AnsweredMatter, texts: Texts, waits: list[str], actor: Actor, at: datetime
) -> WallPost:
    """Put new words on a new or an untouched post; words that nobody has seen do not stay public by themselves."""
    before = _kept(post) if post else {}
    post = post or WallPost(id=new_id(), slug=_slug(), matter_id=matter.id, proposed_at=at)
    community = places_queries.community_of(matter.place_path)
    post.office_id, post.place_path, post.topic = matter.office_id, matter.place_path, matter.topic
    post.community_id = community.id if community else None
    post.place_name = community.name if community else places_queries.name_of(matter.office_id)
    post.title, post.question, post.answer = texts.title.text[:120], texts.question.text, texts.answer.text
    post.removed, post.flags, post.is_closed = texts.removed, waits, matter.is_closed
    post.said_on = clock.today(matter.opened_at)
    post.answered_on = clock.today(matter.answered_at)
    if before.get("state") == _S.PUBLISHED:
        _set_state(post, _S.PROPOSED, actor, at)
    else:
        _save(post)
    _step(post, "refreshed" if before else "proposed", before, actor, at)
    return post


def edit_post(*, post_id: UUID, title: str, question: str, answer: str, actor: Actor, at: datetime) -> WallPost:
    """Change the public words.

    Raises:
        InvalidInput: ``field_missing`` for each that is empty. NotFound, NotPermitted: see ``_moderated``.
    """
    given = {"title": title.strip(), "question": question.strip(), "answer": answer.strip()}
    problems = [Problem("field_missing", _("不能空着"), place=name) for name, text in given.items() if not text]
    if len(given["title"]) > 120:
        problems.append(Problem("title_too_long", _("标题最多 120 字"), place="title"))
    if problems:
        raise InvalidInput(problems)
    with transaction.atomic():
        post = _moderated(post_id, actor)
        before = _kept(post)
        if all(before[name] == text for name, text in given.items()):
            return post
        post.title, post.question, post.answer, post.is_edited = (
            given["title"],
            given["question"],
            given["answer"],
            True,
        )
        _save(post)
        _step(post, "edited", before, actor, at)
        if post.state == _S.PUBLISHED:
            _new_edition(withdraws=True)
    return post


def publish_post(*, post_id: UUID, actor: Actor, at: datetime) -> WallPost:
    """Show it to everybody.

    Raises:
        Refusal: ``not_agreed``: the person did not agree to be published. NotFound, NotPermitted.
    """
    return _moved(post_id, _S.PUBLISHED, "published", "", actor, at)


def hide_post(*, post_id: UUID, reason: str, actor: Actor, at: datetime) -> WallPost:
    """Take it off the wall, or keep it off; seconds later no copy of ours shows it.

    Raises:
        NotFound, NotPermitted.
    """
    return _moved(post_id, _S.HIDDEN, "hidden", reason.strip()[:200], actor, at)


def withdraw_post(*, matter_id: UUID, reason: str, actor: Actor, at: datetime) -> None:
    """Take a published matter back to the queue because the answer did not hold (reopened). Harmless to repeat."""
    with transaction.atomic():
        post = WallPost.objects.select_for_update().filter(matter_id=matter_id, state=_S.PUBLISHED).first()
        if post is None:
            return
        _step(post, "withdrawn", _kept(post), actor, at, reason)
        post.flags, post.is_closed = list(dict.fromkeys([*post.flags, "reopened"])), False
        _save(post)
        _set_state(post, _S.PROPOSED, actor, at)


def undo_step(*, post_id: UUID, actor: Actor, at: datetime) -> WallPost:
    """Take back the last edit, publication or hiding of a post, also one made by itself; again takes back the one before.

    Raises:
        Refusal: ``nothing_to_undo``. NotFound, NotPermitted.
    """
    with transaction.atomic():
        post = _moderated(post_id, actor)
        step = (
            WallStep.objects.filter(post=post, undone_at=None, kind__in=("edited", "published", "hidden"))
            .order_by("-id")
            .first()
        )
        if step is None:
            raise refuse("nothing_to_undo", _("没有可以撤销的操作"))
        was_public = post.state == _S.PUBLISHED
        now = _kept(post)
        for name in _KEPT:
            setattr(post, name, step.before[name])
        if post.state == _S.PUBLISHED:
            post.published_at = post.published_at or at
        _save(post)
        WallStep.objects.filter(id=step.id).update(undone_at=at)
        _step(post, "undone", now, actor, at, step.kind)
        if was_public or post.state == _S.PUBLISHED:
            _new_edition(withdraws=was_public)
    return post


def _moved(post_id: UUID, state: WallPost.State, kind: str, reason: str, actor: Actor, at: datetime) -> WallPost:
    with transaction.atomic():
        post = _moderated(post_id, actor)
        if post.state == state:
            return post
        if state == _S.PUBLISHED and "not_agreed" in post.flags:
            raise refuse("not_agreed", _("反映人不同意公开，不能公开"), place="state", value=post.title)
        _step(post, kind, _kept(post), actor, at, reason)
        _set_state(post, state, actor, at)
    return post


def _moderated(post_id: UUID, actor: Actor) -> WallPost:
    """Return the post, locked. Raises NotFound ``post_unknown``, NotPermitted without wall.moderate there."""
    post = WallPost.objects.select_for_update().filter(id=post_id).first()
    if post is None or not actor.scope.covers(post.place_path):
        raise NotFound(Problem("post_unknown", _("没有这一条，或不在您的职责范围内"), value=str(post_id)))
    actor.require("wall.moderate", post.place_path)
    return post


def _set_state(post: WallPost, state: WallPost.State, actor: Actor, at: datetime) -> None:
    was_public = post.state == _S.PUBLISHED
    post.state = state
    if state == _S.PUBLISHED:
        post.published_at, post.published_by_id = at, actor.id
    _save(post)
    if was_public or state == _S.PUBLISHED:
        _new_edition(withdraws=was_public)


def _save(post: WallPost) -> None:
    post.terms = SearchVector(
        Value(terms(f"{post.title} {post.question} {post.answer} {post.place_name}")), config="simple"
    )
    post.save()


def _kept(post: WallPost) -> dict[str, Any]:
    return {name: getattr(post, name) for name in _KEPT}


def _step(post: WallPost, kind: str, before: dict[str, Any], actor: Actor, at: datetime, reason: str = "") -> None:
    WallStep.objects.create(
        id=new_id(), post=post, kind=kind, before=before, reason=reason, at=at, by_id=actor.id, by_name=actor.name
    )
    audit.record(
        actor=actor,
        at=at,
        action=f"wall.post.{kind}",
        subject=("wall_post", post.id),
        reason=reason,
        detail={"slug": post.slug, "was": before.get("state", ""), "flags": post.flags},
        where=(post.office_id, post.place_path),
    )
    events.publish(f"wall.post.{kind}", post_id=str(post.id))


def _new_edition(*, withdraws: bool) -> None:
    """Tell the caches, with this transaction's commit, that the wall has changed."""
    with as_system():
        changed = {"number": F("number") + 1} | ({"withdrawn": F("number") + 1} if withdraws else {})
        if not Edition.objects.filter(id=1).update(**changed):
            Edition.objects.bulk_create([Edition(id=1)], ignore_conflicts=True)
            Edition.objects.filter(id=1).update(**changed)


def _slug() -> str:
    return "".join(secrets.choice(_LETTERS) for _ in range(10))


__all__: Sequence[str] = ("edit_post", "hide_post", "propose_post", "publish_post", "undo_step", "withdraw_post")
