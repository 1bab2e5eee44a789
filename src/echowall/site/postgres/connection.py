"""Addresses of the database and the errors of the launcher."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, unquote, urlsplit

OWNER_ROLE = "echowall_owner"
APP_ROLE = "echowall_app"
SUPERUSER = "echowall_super"
DATABASE = "echowall"
EXTENSIONS = ("pg_trgm", "btree_gist", "ltree", "citext")


class DatabaseError(Exception):
    """The database cannot be started or used; the message names the cause and what to do."""


@dataclass(frozen=True)
class Connection:
    """Addresses of one database under its two roles; passwords do not show in `repr`."""

    owner_url: str = field(repr=False)
    app_url: str = field(repr=False)

    def url(self, role: str) -> str:
        """Return the address for `owner` or `app`."""
        return {"owner": self.owner_url, "app": self.app_url}[role]


def socket_url(user: str, password: str, socket_directory: Path, database: str = DATABASE, port: int = 5432) -> str:
    """Return the address of a database behind a Unix socket; any path is percent-encoded."""
    host = quote(str(socket_directory), safe="")
    return f"postgresql://{quote(user, safe='')}:{quote(password, safe='')}@:{port}/{quote(database)}?host={host}"


def with_user(url: str, user: str, password: str) -> str:
    """Return `url` with another user and password."""
    parts = urlsplit(url)
    place = parts.netloc.rpartition("@")[2]
    return parts._replace(netloc=f"{quote(user, safe='')}:{quote(password, safe='')}@{place}").geturl()


def with_database(url: str, database: str) -> str:
    """Return `url` with another database name."""
    return urlsplit(url)._replace(path="/" + quote(database, safe="")).geturl()


def django_database(url: str) -> dict[str, Any]:
    """Return `url` as an entry of Django's DATABASES; parameters behind `?` become OPTIONS (`host` becomes HOST)."""
    parts = urlsplit(url)
    parameters = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parameters.pop("host", unquote(parts.hostname or "")),
        "PORT": str(parts.port or parameters.pop("port", "")),
        "OPTIONS": parameters,
    }
