"""The launcher of PostgreSQL: an embedded server of our own, or a server given by `ECHOWALL_DATABASE_URL`.

`ensure_running(environment)` starts (or finds) the database and returns the addresses of its two roles: the owner,
which migrates, and `echowall_app`, under which the program runs and which row-level security binds.
No Django here: the command line starts the database before Django is set up.
"""

from pathlib import Path

from echowall.site.environment import Environment
from echowall.site.postgres import external, roles
from echowall.site.postgres.binaries import find_binaries
from echowall.site.postgres.cluster import Cluster
from echowall.site.postgres.connection import Connection, DatabaseError, django_database
from echowall.site.wording import say

__all__ = [
    "Cluster",
    "Connection",
    "DatabaseError",
    "connection",
    "django_database",
    "embedded_cluster",
    "empty",
    "ensure_running",
    "is_running",
    "stop",
]


def embedded_cluster(state: Path, postgres_bin: Path | None = None, *, durable: bool = True) -> Cluster:
    """Return the embedded server of a state directory, started or not.

    `durable=False` turns fsync off and is for throw-away test databases only. Raises DatabaseError where the machine
    has no suitable PostgreSQL programs.
    """
    directory = state / "postgres"
    return Cluster(state=state, binaries=find_binaries(directory / "data", postgres_bin), durable=durable)


def ensure_running(environment: Environment) -> Connection:
    """Start the embedded server unless it runs, or check the given one; return the addresses of the two roles.

    Safe to call at the same time from several processes. Raises DatabaseError saying what to do.
    """
    if environment.database_url:
        return external.prepare(environment.state, environment.database_url, environment.app_database_url)
    cluster = embedded_cluster(environment.state, environment.postgres_bin)
    if cluster.ensure_running():
        roles.prepare_embedded(cluster.superuser_url(), cluster.passwords)
    return cluster.connection()


def connection(environment: Environment) -> Connection:
    """Return the addresses of the two roles without starting or asking anything; for Django's settings."""
    if environment.database_url:
        return external.addresses(environment.state, environment.database_url, environment.app_database_url)
    return Cluster.known_connection(environment.state)


def is_running(environment: Environment) -> bool:
    """Return whether the embedded server of this state directory is alive (always True for a given server)."""
    if environment.database_url:
        return True
    return embedded_cluster(environment.state, environment.postgres_bin).is_alive()


def stop(environment: Environment) -> bool:
    """Stop the embedded server; return False where there was none to stop. Raises DatabaseError where it resists."""
    if environment.database_url:
        return False
    return embedded_cluster(environment.state, environment.postgres_bin).stop()


def empty(environment: Environment) -> None:
    """Drop the embedded database with everything in it and make it anew, empty. Raises DatabaseError for a server's."""
    if environment.database_url:
        raise DatabaseError(
            say("不会清空服务器上的数据库，请自行重建", "will not empty a server's database; make it anew yourself")
        )
    cluster = embedded_cluster(environment.state, environment.postgres_bin)
    roles.drop_embedded(cluster.superuser_url())
    roles.prepare_embedded(cluster.superuser_url(), cluster.passwords)
