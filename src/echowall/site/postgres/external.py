"""A PostgreSQL server given by `ECHOWALL_DATABASE_URL`: checked, its extensions and the program's role made."""

from pathlib import Path
from urllib.parse import unquote, urlsplit

import psycopg
from psycopg import sql

from echowall.site.postgres.binaries import OLDEST_MAJOR
from echowall.site.postgres.connection import APP_ROLE, EXTENSIONS, Connection, DatabaseError, with_user
from echowall.site.postgres.kept import role_password
from echowall.site.postgres.roles import grant_to_app, refuse_blind_search
from echowall.site.wording import say


def addresses(state: Path, owner_url: str, app_url: str | None) -> Connection:
    """Return the addresses of both roles without asking the server."""
    return Connection(owner_url, app_url or with_user(owner_url, APP_ROLE, role_password(state, "app")))


def prepare(state: Path, owner_url: str, app_url: str | None) -> Connection:
    """Check the server and make what is missing; return both addresses. Raises DatabaseError saying what to run."""
    known = addresses(state, owner_url, app_url)
    app_role = _role_of(known.app_url)
    with _connect(owner_url, "ECHOWALL_DATABASE_URL") as server:
        if server.info.server_version < OLDEST_MAJOR * 10000:
            shown = server.info.server_version // 10000
            raise DatabaseError(
                say(f"服务器是 PostgreSQL {shown}，至少要 {OLDEST_MAJOR}", f"PostgreSQL {shown}; needs {OLDEST_MAJOR}")
            )
        if _role_of(owner_url) == app_role:
            raise DatabaseError(
                say(
                    "ECHOWALL_APP_DATABASE_URL 要用另一个角色：行级安全只约束非属主",
                    "ECHOWALL_APP_DATABASE_URL needs another role: row-level security binds only who is not the owner",
                )
            )
        _make_extensions(server)
        refuse_blind_search(server)
        if app_url is None:
            _make_app_role(server, known.app_url)
        _refuse_mighty(server, app_role)
        grant_to_app(server, owner=_role_of(owner_url), app=app_role)
    _connect(known.app_url, "ECHOWALL_APP_DATABASE_URL").close()
    return known


def _connect(url: str, name: str) -> psycopg.Connection:
    try:
        return psycopg.connect(url, autocommit=True, connect_timeout=10)
    except psycopg.OperationalError as error:
        raise DatabaseError(f"{name}: " + say("连不上：", "cannot connect: ") + str(error).strip()) from error


def _make_extensions(server: psycopg.Connection) -> None:
    have = {row[0] for row in server.execute("SELECT extname FROM pg_extension").fetchall()}
    refused = []
    for name in EXTENSIONS:
        if name not in have:
            try:
                server.execute(sql.SQL("CREATE EXTENSION {}").format(sql.Identifier(name)))
            except psycopg.Error:
                refused.append(name)
    if refused:
        orders = "\n".join(f"  CREATE EXTENSION {name};" for name in refused)
        raise DatabaseError(say("请数据库管理员执行：", "have the database administrator run:") + f"\n{orders}")


def _make_app_role(server: psycopg.Connection, app_url: str) -> None:
    """Make `echowall_app` where it is missing; never change the password of one that another machine may be using."""
    order = f"CREATE ROLE {APP_ROLE} LOGIN PASSWORD '…';"
    hint = say(
        f"请数据库管理员执行 {order} 并设 ECHOWALL_APP_DATABASE_URL",
        f"have the database administrator run {order} and set ECHOWALL_APP_DATABASE_URL",
    )
    if server.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [APP_ROLE]).fetchone():
        try:
            psycopg.connect(app_url, connect_timeout=10).close()
        except psycopg.OperationalError as error:
            raise DatabaseError(
                say(
                    f"角色 {APP_ROLE} 已存在，口令不是本机保存的。请设 ECHOWALL_APP_DATABASE_URL",
                    f"the role {APP_ROLE} exists with another password than kept here. Set ECHOWALL_APP_DATABASE_URL",
                )
            ) from error
        return
    password = sql.Literal(unquote(urlsplit(app_url).password or ""))
    try:
        server.execute(sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(sql.Identifier(APP_ROLE), password))
    except psycopg.errors.InsufficientPrivilege as error:
        raise DatabaseError(say("不能建角色。", "may not create roles: ") + hint) from error
    database = sql.Identifier(server.info.dbname)
    server.execute(sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(database, sql.Identifier(APP_ROLE)))


def _refuse_mighty(server: psycopg.Connection, role: str) -> None:
    """Refuse a program's role that row-level security does not bind."""
    found = server.execute("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = %s", [role]).fetchone()
    if found and found[0]:
        raise DatabaseError(
            say(
                f"角色 {role} 是超级用户或有 BYPASSRLS，行级安全对它无效。请换一个普通角色",
                f"the role {role} is a superuser or has BYPASSRLS, so row-level security is void. Use an ordinary role",
            )
        )


def _role_of(url: str) -> str:
    return unquote(urlsplit(url).username or "")
