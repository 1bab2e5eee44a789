"""What every transport shares: the parcel, the failure, the fields of its settings, and the HTTP call."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import httpx

from ..rules import SEND_SECONDS


@dataclass(frozen=True, slots=True)
class Parcel:
    """One text on its way. ``key`` is the same at every try: the provider's means to drop a second one."""

    key: str
    address: str
    text: str
    subject: str = ""


class NotDelivered(Exception):
    """The channel did not take it.

    ``is_final``: it never will (unknown number, closed conversation). ``is_doubtful``: it may have taken it all the same.
    ``why`` holds no address and no text.
    """

    def __init__(self, why: str, *, is_final: bool = False, is_doubtful: bool = False) -> None:
        super().__init__(why)
        self.why, self.is_final, self.is_doubtful = why[:500], is_final, is_doubtful


@dataclass(frozen=True, slots=True)
class Field:
    """One setting of a transport: its name, what the page calls it, and whether it is secret or may be left out."""

    name: str
    title: str
    is_secret: bool = False
    is_needed: bool = True
    default: str = ""


class Transport(Protocol):
    """A way out."""

    def send(self, parcel: Parcel) -> str:
        """Hand the parcel over and return the channel's receipt.

        Raises:
            NotDelivered: it was not taken, or nobody knows.
        """


def call(method: str, url: str, **with_: Any) -> httpx.Response:
    """Make one HTTP call within ``SEND_SECONDS``; a connection that never stood is a sure failure, a silence is not.

    Raises:
        NotDelivered: no answer, or one of 4xx (final, but for 408, 425 and 429) or 5xx.
    """
    try:
        response = httpx.request(method, url, timeout=httpx.Timeout(SEND_SECONDS / 3), **with_)
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol) as exc:
        raise NotDelivered(f"连接不上通道服务（{type(exc).__name__}）") from exc
    except httpx.InvalidURL as exc:
        raise NotDelivered("通道地址写错了", is_final=True) from exc
    except httpx.HTTPError as exc:
        raise NotDelivered(f"通道没有回音（{type(exc).__name__}）", is_doubtful=True) from exc
    if response.is_success:
        return response
    retry = response.status_code >= 500 or response.status_code in {408, 425, 429}
    raise NotDelivered(
        f"通道返回 HTTP {response.status_code}", is_final=not retry, is_doubtful=response.status_code >= 500
    )


def json_of(response: httpx.Response) -> Mapping[str, Any]:
    """Return the answer as a JSON object, empty when it is none."""
    try:
        data = response.json()
    except ValueError:
        return {}
    return data if isinstance(data, dict) else {}
