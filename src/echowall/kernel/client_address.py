"""Where a request comes from, also behind the reverse proxy of the same machine."""

from __future__ import annotations

from ipaddress import ip_address

from django.http import HttpRequest


def client_address(request: HttpRequest) -> str:
    """Return the caller's IP address, or "" when the server does not say.

    ``X-Forwarded-For`` is believed only from a proxy on this machine, and only its last entry, which that proxy wrote:
    everything before it may have been made up by the caller.
    """
    peer = str(request.META.get("REMOTE_ADDR", ""))
    forwarded = str(request.META.get("HTTP_X_FORWARDED_FOR", "")).rsplit(",", 1)[-1].strip()
    if forwarded and _is_loopback(peer) and _parsed(forwarded):
        return forwarded
    return peer


def _parsed(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _is_loopback(text: str) -> bool:
    return _parsed(text) and ip_address(text).is_loopback
