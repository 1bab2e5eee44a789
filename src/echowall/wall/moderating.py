"""The moderators' pages of the wall."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from echowall.kernel import clock
from echowall.kernel.errors import InvalidInput, NotFound, Problem
from echowall.kernel.middleware import actor_of
from echowall.kernel.topic_words import topic_label

from . import operations, queries
from .models import WallPost

FLAGS = {
    "health_detail": gettext_lazy("提到病情"),
    "age": gettext_lazy("提到年龄"),
    "many_details": gettext_lazy("去掉的内容较多"),
    "violence": gettext_lazy("涉及家暴"),
    "all_moderated": gettext_lazy("本街道一律先审后发"),
    "topic_sensitive": gettext_lazy("敏感类别"),
    "urgency_sensitive": gettext_lazy("危急事项"),
    "not_agreed": gettext_lazy("反映人不同意公开"),
    "reopened": gettext_lazy("已重新办理"),
}
KINDS = {
    "proposed": gettext_lazy("自动推荐"),
    "refreshed": gettext_lazy("内容更新"),
    "edited": gettext_lazy("修改文字"),
    "published": gettext_lazy("公开"),
    "hidden": gettext_lazy("不公开"),
    "withdrawn": gettext_lazy("因重办撤回"),
    "undone": gettext_lazy("撤销上一步"),
}


def moderate(request: HttpRequest, post_id: UUID | None = None) -> HttpResponse:
    """Show the queue, and the post chosen from it (the first by default)."""
    actor = actor_of(request)
    actor.require("wall.moderate")
    state = request.GET.get("state", WallPost.State.PROPOSED)
    if state not in WallPost.State.values:
        raise InvalidInput(Problem("filter_invalid", _("没有这个选项"), place="state", value=state))
    chosen = queries.own_posts(actor).filter(id=post_id).first() if post_id else None
    if post_id and chosen is None:
        raise NotFound(Problem("post_unknown", _("没有这一条，或不在您的职责范围内"), value=str(post_id)))
    if chosen is not None and "state" not in request.GET:
        state = chosen.state
    posts = queries.queue(actor, state)
    chosen = chosen or (posts[0] if posts else None)
    return render(request, "wall/moderate.html", _context(request, state, posts, chosen))


def _context(
    request: HttpRequest, state: str, posts: list[WallPost], chosen: WallPost | None, problems: tuple[Problem, ...] = ()
) -> dict[str, object]:
    context: dict[str, object] = {
        "state": state,
        "posts": posts,
        "chosen": chosen,
        "problems": problems,
        "tabs": [
            (s, label, n)
            for (s, label), n in zip(
                WallPost.State.choices, queries.queue_counts(actor_of(request)).values(), strict=True
            )
        ],
    }
    if chosen is not None:
        seen = queries.moderation(chosen)
        context |= {
            "seen": seen,
            "flags": [FLAGS.get(flag, flag) for flag in chosen.flags],
            "topic": topic_label(chosen.topic),
            "steps": [
                {
                    "title": KINDS.get(s.kind, s.kind),
                    "at": s.at,
                    "by": s.by_name,
                    "text": _("已撤销") if s.undone_at else s.reason if s.kind == "hidden" else "",
                    "state": "done",
                }
                for s in seen.steps
            ],
            "can_undo": any(s.kind in {"edited", "published", "hidden"} and s.undone_at is None for s in seen.steps),
        }
    return context


@require_POST
def decide(request: HttpRequest, post_id: UUID) -> HttpResponse:
    """Edit, publish, hide or undo, as the button pressed says; words changed are kept with any of them."""
    actor, at = actor_of(request), clock.now()
    doing = request.POST.get("do", "")
    chosen = queries.own_posts(actor).filter(id=post_id).first()
    if chosen is None:
        raise NotFound(Problem("post_unknown", _("没有这一条，或不在您的职责范围内"), value=str(post_id)))
    if doing in {"save", "publish"}:
        try:
            operations.edit_post(
                post_id=post_id,
                title=request.POST.get("title", ""),
                question=request.POST.get("question", ""),
                answer=request.POST.get("answer", ""),
                actor=actor,
                at=at,
            )
        except InvalidInput as refusal:
            for name in ("title", "question", "answer"):
                setattr(chosen, name, request.POST.get(name, ""))
            posts = queries.queue(actor, chosen.state)
            context = _context(request, chosen.state, posts, chosen, refusal.problems)
            return render(request, "wall/moderate.html", context, status=422)
    if doing == "publish":
        operations.publish_post(post_id=post_id, actor=actor, at=at)
        messages.success(request, _("已公开。按 z 撤销"))
    elif doing == "hide":
        operations.hide_post(post_id=post_id, reason=request.POST.get("reason", ""), actor=actor, at=at)
        messages.success(request, _("已设为不公开，几秒内从页面消失。按 z 撤销"))
    elif doing == "undo":
        operations.undo_step(post_id=post_id, actor=actor, at=at)
        messages.success(request, _("已撤销上一步"))
    elif doing == "save":
        messages.success(request, _("已保存"))
    else:
        raise InvalidInput(Problem("move_unknown", _("没有这个操作"), place="do", value=doing))
    return redirect("wall:post", post_id)
