"""Which source's program is calling: its access token."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja.security import HttpBearer

from echowall.kernel.actors import Actor
from echowall.kernel.client_address import client_address
from echowall.kernel.errors import Problem, Refusal

from .. import queries
from ..models import Source


class NotSignedIn(Refusal):
    """No token, or none that is in use (HTTP 401)."""

    status = 401


def source_of(request: HttpRequest) -> Source:
    """Return the source whose token stands in ``Authorization: Bearer …``.

    Raises:
        NotSignedIn: ``token_missing`` or ``token_unknown`` (also for a source that was switched off).
    """
    scheme, _space, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise NotSignedIn(
            Problem("token_missing", _("缺少访问令牌"), "Authorization", fix=_("请求头写 Authorization: Bearer 令牌"))
        )
    source = queries.source_by_token(token.strip())
    if source is None:
        raise NotSignedIn(
            Problem("token_unknown", _("令牌无效或来源已停用"), "Authorization", fix=_("请向街道管理员要新的令牌"))
        )
    return source


def client_actor(request: HttpRequest, source: Source) -> Actor:
    """Return the program as an actor, for the record."""
    return Actor(kind="client", name=source.name, id=source.id, ip=client_address(request))


class SourceToken(HttpBearer):
    """The same check for django-ninja, which writes it into the API's description."""

    def authenticate(self, request: HttpRequest, token: str) -> Source | None:
        """Return the token's source, or None."""
        return queries.source_by_token(token)
