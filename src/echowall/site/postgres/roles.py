"""The roles of the database: an owner that migrates, and the running program's role that row-level security binds."""

import psycopg
from psycopg import sql

from echowall.site.postgres.connection import APP_ROLE, DATABASE, EXTENSIONS, OWNER_ROLE, DatabaseError, with_database
from echowall.site.postgres.kept import Passwords
from echowall.site.wording import say

TABLE_RIGHTS = sql.SQL("SELECT, INSERT, UPDATE, DELETE")


def prepare_embedded(superuser_url: str, passwords: Passwords) -> None:
    """Make roles, database, extensions and default rights where they are missing; `superuser_url` is of `postgres`."""
    with psycopg.connect(superuser_url, autocommit=True) as server:
        _ensure_role(server, OWNER_ROLE, passwords.owner)
        _ensure_role(server, APP_ROLE, passwords.app)
        if not server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
            create_database(server, DATABASE)
    prepare_database(with_database(superuser_url, DATABASE))


def drop_embedded(superuser_url: str) -> None:
    """Drop the embedded database, whoever is connected."""
    with psycopg.connect(superuser_url, autocommit=True) as server:
        server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(DATABASE)))


def create_database(server: psycopg.Connection, name: str) -> None:
    """Make an empty database that the owner role owns and only the two roles may enter; `server` is a superuser's."""
    database, owner = sql.Identifier(name), sql.Identifier(OWNER_ROLE)
    server.execute(sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE template0").format(database, owner))
    restrict_database(server, name)


def restrict_database(server: psycopg.Connection, name: str) -> None:
    """Let only the owner and the program's role enter a database (rights are not copied from a template database)."""
    database, app = sql.Identifier(name), sql.Identifier(APP_ROLE)
    server.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(database))
    server.execute(sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(database, app))


def prepare_database(superuser_url: str) -> None:
    """Make the extensions and the rights inside one database, whose address is the superuser's."""
    with psycopg.connect(superuser_url, autocommit=True) as database:
        for name in EXTENSIONS:
            database.execute(sql.SQL("CREATE EXTENSION IF NOT EXISTS {}").format(sql.Identifier(name)))
        refuse_blind_search(database)
        database.execute(sql.SQL("ALTER SCHEMA public OWNER TO {}").format(sql.Identifier(OWNER_ROLE)))
        grant_to_app(database, owner=OWNER_ROLE, app=APP_ROLE)


def refuse_blind_search(database: psycopg.Connection) -> None:
    """Raise DatabaseError where pg_trgm sees no Chinese letters, as under the locale C: every search would scan."""
    row = database.execute(
        "SELECT show_trgm('回音壁') = '{}', datctype FROM pg_database WHERE datname = current_database()"
    )
    blind, ctype = row.fetchone() or (True, "?")
    if blind:
        raise DatabaseError(
            say(
                f"数据库的 LC_CTYPE 是 {ctype}，中文不能建三元组索引。请以 C.UTF-8 或 zh_CN.UTF-8 建库",
                f"LC_CTYPE of the database is {ctype}: no trigrams for Chinese. Make it with C.UTF-8 or zh_CN.UTF-8",
            )
        )


def grant_to_app(database: psycopg.Connection, *, owner: str, app: str) -> None:
    """Let `app` use the present and future tables of `owner`; a migration takes back what a table should not allow."""
    names = {"owner": sql.Identifier(owner), "app": sql.Identifier(app), "rights": TABLE_RIGHTS}
    for statement in (
        "REVOKE CREATE ON SCHEMA public FROM PUBLIC",
        "GRANT USAGE ON SCHEMA public TO {app}",
        "ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA public GRANT {rights} ON TABLES TO {app}",
        "ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO {app}",
    ):
        database.execute(sql.SQL(statement).format(**names))


def _ensure_role(server: psycopg.Connection, name: str, password: str) -> None:
    role, secret = sql.Identifier(name), sql.Literal(password)
    if not server.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [name]).fetchone():
        server.execute(sql.SQL("CREATE ROLE {}").format(role))
    rights = sql.SQL("ALTER ROLE {} LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEROLE NOCREATEDB PASSWORD {}")
    server.execute(rights.format(role, secret))
