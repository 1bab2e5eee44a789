"""Help in writing an answer: does the text answer, what was answered before, which wordings are kept."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib.postgres.search import SearchQuery
from django.db.models import Q

from echowall.kernel import clock
from echowall.kernel.search import query
from echowall.understanding.reply_check import check_reply as check_text

from ..models import Answer, Matter, ReplyTemplate


def check_reply(matter: Matter, text: str) -> list[dict[str, Any]]:
    """Return what a reply leaves open or says emptily: code, message, fix; empty when it may go out."""
    return [
        {"code": f.code, "message": f.text, "fix": getattr(f, "fix", "")}
        for f in check_text(question=f"{matter.title}\n{matter.summary}", reply=text)
    ]


def similar_answered(matter: Matter, limit: int = 5) -> list[Answer]:
    """Return final answers to matters with the same topic, those sharing words first, newest first."""
    answers = Answer.objects.filter(is_final=True, matter__topic=matter.topic).exclude(matter=matter)
    words = query(matter.title[:20])
    if words:
        close = list(
            answers.filter(matter__terms=SearchQuery(words.replace(" & ", " | "), search_type="raw", config="simple"))
            .select_related("matter")
            .order_by("-written_at")[:limit]
        )
        if len(close) == limit:
            return close
        seen = {a.id for a in close}
        return close + list(
            answers.exclude(id__in=seen).select_related("matter").order_by("-written_at")[: limit - len(close)]
        )
    return list(answers.select_related("matter").order_by("-written_at")[:limit])


def templates_for(matter: Matter) -> list[ReplyTemplate]:
    """Return the wordings kept for the matter's topic or its parent, of its office or general, most used first."""
    parent = matter.topic.split(".")[0]
    return list(
        ReplyTemplate.objects.filter(Q(office_id=matter.office_id) | Q(office=None), is_active=True)
        .filter(topic__in=[matter.topic, parent, ""])
        .order_by("-used_count", "name")[:20]
    )


def reply_facts(matter: Matter, at: datetime) -> dict[str, str]:
    """Return what a matter gives for the places of a template (``reply_texts.PLACES``); what is not known is absent."""
    done = matter.history.filter(kind="reported_back").order_by("-seq").values_list("body__note", flat=True).first()
    team = matter.lead_team
    facts = {
        "编号": matter.number,
        "标题": matter.title,
        "收到日期": _day(matter.opened_at),
        "地点": matter.place.name,
        "专班": team.name if team else "",
        "专班电话": team.phone if team else "",
        "街道": matter.office.name,
        "今天": _day(at),
        "处置情况": str(done or ""),
    }
    return {name: value for name, value in facts.items() if value}


def _day(at: datetime) -> str:
    on = clock.today(at)
    return f"{on.year}年{on.month}月{on.day}日"
