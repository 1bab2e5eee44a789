"""The transports by name, and whether settings are fit for one."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from echowall.kernel.errors import Problem

from .base import Transport
from .console import ConsoleTransport
from .mail import MailTransport
from .sms import SmsTransport
from .wechat import WechatTransport, WecomTransport

TRANSPORTS: dict[str, Any] = {
    "console": ConsoleTransport,
    "sms": SmsTransport,
    "wechat": WechatTransport,
    "wecom": WecomTransport,
    "mail": MailTransport,
}


def build(name: str, settings: dict[str, str]) -> Transport:
    """Return the transport with these settings; the console one where there are none."""
    made: Transport = TRANSPORTS[name](settings) if settings and name in TRANSPORTS else ConsoleTransport({})
    return made


def settings_problems(name: str, settings: dict[str, str]) -> list[Problem]:
    """Return everything that is wrong with the settings of a transport."""
    found = []
    for field in TRANSPORTS[name].FIELDS:
        value = settings.get(field.name, "")
        if field.is_needed and not value:
            found.append(Problem("field_missing", _("请填写%(field)s") % {"field": field.title}, place=field.name))
        elif field.name.endswith("url") and value and not _is_web_address(value):
            found.append(
                Problem(
                    "address_invalid",
                    _("请写以 http:// 或 https:// 开头的地址"),
                    place=field.name,
                    value="" if field.is_secret else value,
                )
            )
        elif (
            field.name == "port"
            and value
            and not (value.isascii() and value.isdigit() and len(value) < 6 and 0 < int(value) < 65536)
        ):
            found.append(Problem("port_invalid", _("端口是 1 到 65535"), place=field.name, value=value))
        elif field.name == "body" and value and not _is_json_object(value):
            found.append(Problem("body_invalid", _("请求正文要是一个 JSON 对象"), place=field.name, value=value[:80]))
        elif field.name == "security" and value not in {"", "ssl", "starttls", "none"}:
            found.append(Problem("security_unknown", _("请写 ssl、starttls 或 none"), place=field.name, value=value))
    return found


def _is_web_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname)


def _is_json_object(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except ValueError:
        return False
