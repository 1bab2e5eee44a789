"""Who does something: a worker with roles, a resident with a ticket, a program, or the system itself."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

from django.utils.translation import gettext as _

from .errors import NotPermitted, Problem
from .scope import NOTHING, SYSTEM, Scope


@dataclass(frozen=True, slots=True)
class Grant:
    """The permissions that one appointment gives, and the path of the place below which it gives them."""

    permissions: frozenset[str]
    path: str
    role: str = ""


@dataclass(frozen=True, slots=True)
class Actor:
    """The one on whose word an operation runs. ``kind`` is worker, resident, client, device or system."""

    kind: str
    name: str
    id: UUID | None = None
    scope: Scope = NOTHING
    grants: tuple[Grant, ...] = ()
    team_ids: frozenset[UUID] = field(default=frozenset())
    ip: str = ""

    @property
    def roles(self) -> frozenset[str]:
        """The roles the actor holds anywhere."""
        return frozenset(g.role for g in self.grants)

    @property
    def own_id(self) -> UUID:
        """The actor's id, where only somebody with an account can act (the nil UUID stands for nobody)."""
        return self.id or UUID(int=0)

    def may(self, permission: str, path: str | None = None) -> bool:
        """Tell whether the actor holds ``permission``, at the place with this path if one is given."""
        if self.kind == "system":
            return True
        return any(
            permission in g.permissions and (path is None or path == g.path or path.startswith(g.path + "."))
            for g in self.grants
        )

    def require(self, permission: str, path: str | None = None) -> None:
        """Refuse unless the actor may.

        Raises:
            NotPermitted: with code ``not_permitted`` and the permission's name.
        """
        if not self.may(permission, path):
            raise NotPermitted(
                Problem("not_permitted", _("您的岗位没有这项权限"), value=permission, fix=_("请联系街道管理员调整岗位"))
            )


SYSTEM_ACTOR = Actor(kind="system", name="系统", scope=SYSTEM)
