"""The page that takes a changed register back: choose the file, look at what it changes, confirm."""

from __future__ import annotations

import msgspec
from django.contrib import messages
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from .. import clock
from ..errors import InvalidInput, Problem
from ..middleware import actor_of
from .definition import Register
from .taking_in import Edited, edited_rows, planned, rules_of, take_in

_SALT = "echowall.register.taking_in"
_HOURS = 2


def take_in_page(request: HttpRequest, register: Register) -> HttpResponse:
    """Show the page; POST with ``file`` shows what it would change, POST with ``edited`` (as shown) does it."""
    actor = actor_of(request)
    actor.require(rules_of(register).permission)
    context = {
        "register": register,
        "columns": [c.title for c in register.columns if c.name in rules_of(register).columns],
        "key": next(c.title for c in register.columns if c.name == rules_of(register).key),
    }
    if request.method != "POST":
        return render(request, "kernel/register/take_in.html", context)
    if request.POST.get("edited"):
        edited = _opened(request.POST["edited"], register, actor.id)
        count = take_in(
            register=register, edited=edited, reason=request.POST.get("reason", ""), actor=actor, at=clock.now()
        )
        messages.success(request, _("已按表格更新 %d 条") % count)
        return redirect(register.extra.get("route", "command:board"))
    file = request.FILES.get("file")
    try:
        if file is None:
            raise InvalidInput(Problem("file_missing", _("请选择文件"), place="file"))
        edited = edited_rows(register, file.read())
        context["changes"] = planned(register, edited, actor)
    except InvalidInput as refusal:
        return render(request, "kernel/register/take_in.html", context | {"problems": refusal.problems}, status=422)
    context["is_read"] = True
    context["edited"] = signing.dumps(
        [register.name, str(actor.id), msgspec.to_builtins(edited)], salt=_SALT, compress=True
    )
    return render(request, "kernel/register/take_in.html", context)


def _opened(signed: str, register: Register, actor_id: object) -> list[Edited]:
    try:
        name, who, rows = signing.loads(signed, salt=_SALT, max_age=_HOURS * 3600)
    except signing.BadSignature as exc:
        raise InvalidInput(Problem("form_expired", _("页面已过期，请重新上传"), place="file")) from exc
    if name != register.name or who != str(actor_id):
        raise InvalidInput(Problem("form_expired", _("页面已过期，请重新上传"), place="file"))
    return msgspec.convert(rows, list[Edited])
