"""The page that shows every component of the screens, for whoever builds a page and for the screenshots."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from . import clock, signs


class SampleForm(forms.Form):
    """One field of each kind."""

    title = forms.CharField(label=_("标题"), max_length=40, help_text=_("一句话说清是什么事"))
    phone = forms.CharField(label=_("联系电话"), max_length=11, min_length=11)
    urgency = forms.ChoiceField(
        label=_("紧急程度"), choices=[(name, sign.word) for name, sign in signs.URGENCY.items()]
    )
    intent = forms.ChoiceField(
        label=_("诉求类型"),
        widget=forms.RadioSelect,
        choices=[(name, sign.word) for name, sign in signs.INTENT.items()],
    )
    needed_by = forms.DateTimeField(
        label=_("最迟时间"), required=False, widget=forms.DateTimeInput(attrs={"type": "datetime-local"})
    )
    text = forms.CharField(label=_("详细情况"), widget=forms.Textarea(attrs={"rows": 3}))
    is_public = forms.BooleanField(label=_("同意把办理结果公开在回音壁上（隐去个人信息）"), required=False)


def _clocks(now: datetime) -> list[tuple[str, signs.Text, datetime | None, datetime | None]]:
    hour = timedelta(hours=1)
    return [
        ("green", _("受理"), now + 26 * hour, now + 20 * hour),
        ("amber", _("答复"), now + 1.5 * hour, now - hour),
        ("red", _("办结"), now - 50 * hour, now - 60 * hour),
        ("supervised", _("办结"), now - 120 * hour, None),
        ("suspended", _("办结"), None, None),
        ("met", _("受理"), None, None),
        ("missed", _("答复"), None, None),
    ]


def _rows(now: datetime) -> list[dict[str, Any]]:
    hour = timedelta(hours=1)
    sample = [
        ("critical", "help", _("狂犬疫苗第三针，4日要打"), _("锦绣社区 3号楼"), "amber", 2 * hour, _("医疗保障专班")),
        ("urgent", "help", _("老人胰岛素只剩两天"), _("正弘社区 12号楼2单元"), "green", 9 * hour, _("药品专班")),
        ("urgent", "complaint", _("小区大门被堵，救护车进不来"), _("福元社区"), "red", -3 * hour, _("社区网格")),
        ("normal", "consult", _("解封后多久可以上班"), _("兴达社区"), "green", 50 * hour, _("政策咨询组")),
        ("normal", "praise", _("感谢志愿者半夜送药"), _("锦绣社区"), "met", 0 * hour, _("综合组")),
    ]
    return [
        {
            "number": f"2022-0503-{index:04}",
            "urgency": urgency,
            "intent": intent,
            "title": title,
            "place": place,
            "clock": state,
            "due_at": now + due if due else None,
            "team": team,
            "opened_at": now - index * 3 * hour,
        }
        for index, (urgency, intent, title, place, state, due, team) in enumerate(sample, 1)
    ]


def _history(now: datetime) -> list[dict[str, Any]]:
    day = timedelta(days=1)
    return [
        {"title": _("收到留言"), "at": now - 2 * day, "by": _("微信群 · 王某"), "icon": "message"},
        {
            "title": _("立案派遣"),
            "at": now - 1.9 * day,
            "by": _("值班员 李"),
            "text": _("派给医疗保障专班：地点与事项都归其负责"),
        },
        {"title": _("超时未受理"), "at": now - 1.5 * day, "tone": "critical", "icon": "alert-hexagon-filled"},
        {
            "title": _("处置中"),
            "at": now - 0.2 * day,
            "by": _("承办人 赵"),
            "state": "now",
            "tone": "info",
            "text": _("已联系接种点，早上八点派车"),
        },
        {"title": _("答复与回访"), "state": "ahead"},
    ]


def _charts() -> list[dict[str, Any]]:
    days = ["05-03", "05-04", "05-05", "05-06", "05-07", "05-08", "05-09"]
    return [
        {
            "title": _("每日留言"),
            "note": "n = 207",
            "data": {
                "kind": "stacked",
                "unit": _("件"),
                "categories": days,
                "series": [
                    {"name": str(_("求助")), "values": [2, 1, 3, 1, 0, 1, 1], "tone": "urgent"},
                    {"name": str(_("咨询")), "values": [8, 12, 15, 11, 9, 10, 8], "tone": "info"},
                    {"name": str(_("其他")), "values": [20, 18, 22, 19, 17, 15, 14], "tone": "quiet"},
                ],
            },
        },
        {
            "title": _("社区排名"),
            "note": "n = 142",
            "data": {
                "kind": "ranking",
                "unit": _("件"),
                "categories": ["锦绣", "正弘", "福元", "兴达"],
                "series": [{"name": str(_("在办")), "values": [42, 37, 35, 28], "tone": "info"}],
            },
        },
    ]


def is_shown(request: HttpRequest) -> bool:
    """Tell whether the guide is shown: to signed-in staff, and to everybody where DEBUG is on."""
    return settings.DEBUG or request.user.is_authenticated


def styleguide(request: HttpRequest, page: str = "desk") -> HttpResponse:
    """Render the guide: ``page`` is desk, public or entrance.

    Raises:
        Http404: to visitors, and for another page.
    """
    if not is_shown(request) or page not in {"desk", "public", "entrance"}:
        raise Http404
    now = clock.now()
    blank = SampleForm()
    wrong = SampleForm({"title": "", "phone": "1380", "urgency": "critical", "text": ""})
    context = {
        "urgencies": list(signs.URGENCY),
        "intents": list(signs.INTENT),
        "bands": list(signs.BAND),
        "clocks": _clocks(now),
        "rows": _rows(now),
        "history": _history(now),
        "charts": _charts(),
        "blank": blank,
        "wrong": wrong,
        "page_of_rows": Paginator(range(1, 98), 20).page(2),
        "tones": ["critical", "urgent", "ok", "warn", "supervised", "info", "quiet"],
    }
    return render(request, f"kernel/styleguide/{page}.html", context)


PLACES = (
    ("a", "锦绣花园", "丰产路街道 › 锦绣社区", 113.671, 34.781),
    ("b", "正弘蓝堡湾", "丰产路街道 › 正弘社区", 113.676, 34.785),
    ("c", "福元小区", "丰产路街道 › 福元社区", 113.681, 34.779),
    ("d", "兴达国际", "丰产路街道 › 兴达社区", 113.668, 34.776),
)


def sample_places(request: HttpRequest) -> JsonResponse:
    """Answer the guide's place picker: suggestions for ``q``, or the GeoJSON of all sample places with ``all``."""
    if not is_shown(request):
        raise Http404
    if "all" in request.GET:
        features = [
            {
                "type": "Feature",
                "geometry": {"type": "Point", "coordinates": [lng, lat]},
                "properties": {"id": id_, "name": name, "path": path},
            }
            for id_, name, path, lng, lat in PLACES
        ]
        return JsonResponse({"type": "FeatureCollection", "features": features})
    query = request.GET.get("q", "")
    found = [
        {"id": id_, "name": name, "path": path, "lng": lng, "lat": lat}
        for id_, name, path, lng, lat in PLACES
        if query in name or query in path
    ]
    return JsonResponse({"results": found})
