"""Short messages through any provider that takes JSON over HTTP."""

from __future__ import annotations

import json
from typing import Any

from .base import Field, NotDelivered, Parcel, call, json_of

_BODY = '{"phone": "{{phone}}", "text": "{{text}}", "key": "{{key}}"}'


class SmsTransport:
    """Posts a JSON body made from a template; the key goes in the body and as ``Idempotency-Key``."""

    FIELDS = (
        Field("url", "接口地址"),
        Field("token", "令牌", is_secret=True, is_needed=False),
        Field("body", "请求正文（JSON，可用 {{phone}} {{text}} {{key}}）", is_needed=False, default=_BODY),
        Field("ok_field", "成功标志字段", is_needed=False),
        Field("ok_value", "成功标志值", is_needed=False),
        Field("receipt_field", "回执字段", is_needed=False, default="id"),
    )

    def __init__(self, settings: dict[str, str]) -> None:
        self.settings = settings
        self.body = json.loads(settings.get("body") or _BODY)

    def send(self, parcel: Parcel) -> str:
        """Post and return the provider's own number for it."""
        headers = {"Idempotency-Key": parcel.key}
        if self.settings.get("token"):
            headers["Authorization"] = f"Bearer {self.settings['token']}"
        values = {"phone": parcel.address, "text": parcel.text, "key": parcel.key}
        answer = json_of(call("POST", self.settings["url"], json=_filled(self.body, values), headers=headers))
        field, wanted = self.settings.get("ok_field"), self.settings.get("ok_value", "")
        if field and str(answer.get(field, "")) != wanted:
            raise NotDelivered(f"短信通道未受理：{field}={str(answer.get(field, ''))[:60]}")
        return str(answer.get(self.settings.get("receipt_field") or "id", ""))[:120]


def _filled(template: Any, values: dict[str, str]) -> Any:
    """Put the values into the strings of a JSON value; done on the parsed value, so that no text can break out of it."""
    if isinstance(template, dict):
        return {name: _filled(value, values) for name, value in template.items()}
    if isinstance(template, list):
        return [_filled(value, values) for value in template]
    if isinstance(template, str):
        if template.startswith("{{") and template.endswith("}}") and template[2:-2] in values:
            return values[template[2:-2]]
        for name, value in values.items():
            template = template.replace("{{" + name + "}}", value)
    return template
