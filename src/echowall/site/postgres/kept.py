"""What the launcher keeps in the state directory: the roles' passwords and where the socket is."""

import json
import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path

from echowall.site import secret_files
from echowall.site.postgres.connection import DatabaseError
from echowall.site.wording import say


@dataclass(frozen=True)
class Passwords:
    """Passwords of the three roles."""

    superuser: str = field(repr=False)
    owner: str = field(repr=False)
    app: str = field(repr=False)


def read_passwords(state: Path) -> Passwords:
    """Return the passwords kept in `state`, made on the first call. Raises DatabaseError where they are unreadable."""
    return Passwords(*(role_password(state, role) for role in ("superuser", "owner", "app")))


def role_password(state: Path, role: str) -> str:
    """Return the password of `superuser`, `owner` or `app`, made on the first call."""
    try:
        return secret_files.keep(state / "secrets" / f"database_{role}", secrets.token_urlsafe(24))
    except OSError as error:
        raise DatabaseError(not_ours(state / "secrets")) from error


def remember_socket_directory(state: Path, directory: Path) -> None:
    """Keep where the server's socket is, so that other processes find it."""
    draft = state / f".postgres.{os.getpid()}.json"
    draft.write_text(json.dumps({"socket_directory": str(directory)}))
    draft.chmod(0o600)
    draft.replace(state / "postgres.json")


def known_socket_directory(state: Path) -> Path:
    """Return where the socket of the server last started in `state` is, or where it would be for a short path."""
    try:
        return Path(json.loads((state / "postgres.json").read_text())["socket_directory"])
    except FileNotFoundError:
        return state / "postgres" / "run"
    except PermissionError as error:
        raise DatabaseError(not_ours(state)) from error


def not_ours(directory: Path) -> str:
    """Return the message for a directory that another user owns."""
    return say(
        f"{directory}: 无权读写。请用建立它的用户运行，或用 ECHOWALL_STATE 另选目录",
        f"{directory}: no permission. Run as the user who made it, or choose another directory by ECHOWALL_STATE",
    )
