"""The official account's custom messages (客服消息) and the group robot of WeCom.

Interface of WeChat: ``POST /cgi-bin/stable_token`` gives the access token for two hours, ``POST
/cgi-bin/message/custom/send`` sends to an open id within 48 hours of the person's last message (45015 after that).
"""

from __future__ import annotations

import threading
import time

from .base import Field, NotDelivered, Parcel, call, json_of

_FINAL = frozenset(
    {40003, 43004, 45015, 45047, 45157, 48001, 48002, 50002}
)  # bad open id, not following, window closed …
_TOKEN_GONE = frozenset({40001, 40014, 42001})
_MAX_BYTES = 2000

_tokens: dict[tuple[str, str], tuple[str, float]] = {}
_lock = threading.Lock()


class WechatTransport:
    """Sends by the official account; the token is kept in the process until five minutes before its end."""

    FIELDS = (
        Field("app_id", "AppID"),
        Field("app_secret", "AppSecret", is_secret=True),
        Field("base_url", "接口地址", is_needed=False, default="https://api.weixin.qq.com"),
    )

    def __init__(self, settings: dict[str, str]) -> None:
        self.app_id, self.secret = settings["app_id"], settings["app_secret"]
        self.base = (settings.get("base_url") or "https://api.weixin.qq.com").rstrip("/")

    def send(self, parcel: Parcel) -> str:
        """Send as text, cut at the limit of the interface (2,048 bytes); a dead token is renewed once."""
        body = {"touser": parcel.address, "msgtype": "text", "text": {"content": _fitting(parcel.text)}}
        for attempt in range(2):
            answer = json_of(
                call(
                    "POST",
                    f"{self.base}/cgi-bin/message/custom/send",
                    params={"access_token": self._token(renew=attempt > 0)},
                    json=body,
                )
            )
            code = int(answer.get("errcode", 0) or 0)
            if code == 0:
                return str(answer.get("msgid", "") or "accepted")[:120]
            if code not in _TOKEN_GONE:
                break
        raise NotDelivered(f"公众号返回 {code} {str(answer.get('errmsg', ''))[:80]}", is_final=code in _FINAL)

    def token(self, *, renew: bool = False) -> str:
        """Return the account's access token, for another call to the same interface.

        Raises:
            NotDelivered: none is given.
        """
        return self._token(renew=renew)

    def _token(self, *, renew: bool) -> str:
        """Return the access token, asked for at most once at a time. ``time.monotonic`` is a duration, not a date."""
        with _lock:
            token, until = _tokens.get((self.base, self.app_id), ("", 0.0))
            if token and not renew and time.monotonic() < until:
                return token
            answer = json_of(
                call(
                    "POST",
                    f"{self.base}/cgi-bin/stable_token",
                    json={
                        "grant_type": "client_credential",
                        "appid": self.app_id,
                        "secret": self.secret,
                        "force_refresh": renew,
                    },
                )
            )
            if not answer.get("access_token"):
                raise NotDelivered(f"取不到公众号令牌：{answer.get('errcode', '')}")
            token = str(answer["access_token"])
            _tokens[self.base, self.app_id] = (token, time.monotonic() + float(answer.get("expires_in", 7200)) - 300)
            return token


class WecomTransport:
    """Posts into the group where it was said, by that group's robot."""

    FIELDS = (Field("url", "群机器人地址（含 key）", is_secret=True),)

    def __init__(self, settings: dict[str, str]) -> None:
        self.url = settings["url"]

    def send(self, parcel: Parcel) -> str:
        """Post one text."""
        body = {"msgtype": "text", "text": {"content": _fitting(parcel.text)}}
        answer = json_of(call("POST", self.url, json=body))
        code = int(answer.get("errcode", 0) or 0)
        if code:
            raise NotDelivered(f"企业微信返回 {code} {str(answer.get('errmsg', ''))[:80]}", is_final=code == 93000)
        return "accepted"


def _fitting(text: str) -> str:
    """Cut to what the interface takes, never inside a letter; the progress page has the whole."""
    encoded = text.encode()
    return text if len(encoded) <= _MAX_BYTES else encoded[: _MAX_BYTES - 3].decode(errors="ignore") + "…"
