"""The callback of a WeChat official account: what followers send is heard and answered with its ticket at once."""

from __future__ import annotations

import dataclasses
import secrets
from uuid import UUID

import structlog
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from echowall.kernel import clock
from echowall.kernel.actors import Actor
from echowall.kernel.client_address import client_address
from echowall.kernel.scope import as_system

from .. import operations, queries
from ..channels import wechat
from ..channels.types import HeardEvent, HeardMessage
from ..channels.wechat import SUCCESS, WeChatConfig, WeChatRefusedError
from ..models import Source
from ..models.sources import Channel
from .public import has_danger

log = structlog.get_logger(__name__)


@csrf_exempt
def callback(request: HttpRequest, source_id: UUID) -> HttpResponse:
    """GET proves the address to the platform; POST brings what a follower sent.

    A call that is not the platform's is refused with 403 and says nothing. The platform tries again when it hears
    nothing within five seconds; the key of the message keeps that from doubling anything.
    """
    with as_system():
        source = Source.objects.filter(id=source_id, channel=Channel.WECHAT, is_active=True).first()
        held = queries.secrets_of(source) if source is not None else {}
    if source is None or not held:
        return HttpResponse(status=404)
    config = WeChatConfig(held["token"], held["app_id"], held.get("aes_key", ""))
    try:
        if request.method != "POST":
            return _plain(wechat.echo(request.GET.dict(), config))
        heard = wechat.hear(request.GET.dict(), request.body, config)
    except WeChatRefusedError as refused:
        log.warning("wechat_refused", source=str(source_id), code=refused.code)
        return HttpResponse(status=413 if refused.code == "body_too_large" else 403)
    text = _answer(heard, source, request)
    reply = wechat.passive_reply(heard, text, config, at=clock.now(), nonce=secrets.token_hex(8))
    return _plain(reply) if reply == SUCCESS else HttpResponse(reply, content_type="application/xml; charset=utf-8")


def _answer(heard: wechat.Heard, source: Source, request: HttpRequest) -> str:
    if isinstance(heard.item, HeardEvent):
        return _welcome(source) if heard.item.kind == "subscribed" else ""
    if not heard.item.text.strip():
        return ""
    message = _answerable(heard.item)
    actor = Actor(kind="client", name=source.name, id=source.id, ip=client_address(request))
    (stored,) = operations.hear_messages(messages=[message], source=source, actor=actor, at=clock.now())
    lines = [_("如有生命危险，请马上拨打 120、119、110。")] if has_danger(message.text) else []
    lines += [
        _("已收到，回执号 %(ticket)s，查询码 %(code)s。")
        % {"ticket": stored.ticket, "code": queries.follow_up_code(stored.ticket)},
        _("查进度：%(address)s") % {"address": request.build_absolute_uri(f"/progress/?ticket={stored.ticket}")},
    ]
    return "\n".join(lines)


def _answerable(message: HeardMessage) -> HeardMessage:
    """Return the message with the follower's open id as the address to answer to; an open id is no name."""
    extra = {**message.extra, "account": message.conversation}
    return dataclasses.replace(message, conversation=message.sender, sender="", extra=extra)


def _welcome(source: Source) -> str:
    return _(
        "您好，这里是%(name)s。有困难直接在这里说：什么事、在哪里、最晚什么时候。有生命危险请先拨 120、119、110。"
    ) % {"name": source.name}


def _plain(text: str) -> HttpResponse:
    return HttpResponse(text, content_type="text/plain; charset=utf-8")
