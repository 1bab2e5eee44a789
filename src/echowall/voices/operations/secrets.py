"""The secrets of a source: tokens and passwords of platforms and mailboxes, sealed, written and never shown again."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from echowall.kernel import audit
from echowall.kernel.actors import Actor
from echowall.kernel.errors import InvalidInput, Problem
from echowall.kernel.personal import seal

from ..models import Source
from ..models.sources import Channel

# What each channel needs and may have.
NEEDED: dict[str, tuple[str, ...]] = {
    Channel.WECHAT: ("token", "app_id"),
    Channel.MAIL: ("host", "user", "password"),
}
ALLOWED: dict[str, tuple[str, ...]] = {
    Channel.WECHAT: ("token", "app_id", "aes_key", "app_secret"),
    Channel.MAIL: ("host", "port", "user", "password", "folder", "security"),
    Channel.WECOM: ("corp_id", "secret", "private_key"),
}
_SECURITY = ("tls", "starttls", "none")


def set_secrets(*, source: Source, secrets: Mapping[str, str], actor: Actor, at: datetime) -> Source:
    """Replace the secrets of a source (WeChat: token, app_id, aes_key; mail: host, user, password, port, folder …).

    The record names which were set, never what they are.

    Raises:
        InvalidInput: ``secret_unknown``, ``secret_missing``, ``aes_key_invalid``, ``port_invalid``,
            ``security_unknown``: all of them at once.
        NotPermitted: the actor may not manage sources there.
    """
    actor.require("voices.manage_sources", source.place_path)
    given = {name: value.strip() for name, value in secrets.items() if value.strip()}
    problems = _problems(source.channel, given)
    if problems:
        raise InvalidInput(problems)
    with transaction.atomic():
        source.secrets_sealed = seal("source", json.dumps(given)).token
        source.save(update_fields=["secrets_sealed"])
        audit.record(
            actor=actor, at=at, action="voices.secrets.set", subject=("source", source.id),
            detail={"names": sorted(given)}, where=(source.office_id, source.place_path),
        )  # fmt: skip
    return source


def _problems(channel: str, given: Mapping[str, str]) -> list[Problem]:
    allowed = ALLOWED.get(channel, ())
    found = [
        Problem("secret_unknown", _("这个渠道没有这一项"), name, fix="、".join(allowed) or _("这个渠道不需要密钥"))
        for name in given if name not in allowed
    ]  # fmt: skip
    found += [
        Problem("secret_missing", _("缺少这一项"), name, fix=_("请从平台后台复制"))
        for name in NEEDED.get(channel, ()) if name not in given
    ]  # fmt: skip
    if "aes_key" in given and not _is_aes_key(given["aes_key"]):
        found.append(Problem("aes_key_invalid", _("EncodingAESKey 应是 43 个字母和数字"), "aes_key"))
    port = given.get("port", "993")
    if not port.isascii() or not port.isdigit() or not 0 < int(port) < 65536:
        found.append(Problem("port_invalid", _("端口应是 1 到 65535"), "port", port))
    if given.get("security", "tls") not in _SECURITY:
        found.append(
            Problem("security_unknown", _("没有这种加密方式"), "security", given["security"], "、".join(_SECURITY))
        )
    return found


def _is_aes_key(text: str) -> bool:
    try:
        return len(text) == 43 and len(base64.b64decode(text + "=", validate=True)) == 32
    except (binascii.Error, ValueError):
        return False
