"""`echowall db`: start, stop, look at, save and bring back the embedded database."""

import argparse
import os
import subprocess
from pathlib import Path
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict

from echowall.site import environment, postgres
from echowall.site.errors import StartError
from echowall.site.postgres.binaries import find_binaries
from echowall.site.postgres.connection import DATABASE
from echowall.site.wording import say


def add_parsers(commands: Any) -> None:
    """Add `db` and its actions to the parser of `echowall`."""
    actions = commands.add_parser("db", help=say("数据库", "database")).add_subparsers(required=True, dest="action")
    for name, run, text in (
        ("start", start, say("启动内置数据库", "start the embedded database")),
        ("stop", stop, say("停止内置数据库", "stop it")),
        ("status", status, say("看是否在运行", "see whether it runs")),
        ("psql-url", psql_url, say("打印连接地址", "print its address")),
        ("backup", backup, say("备份到文件", "save into a file")),
        ("restore", restore, say("从备份恢复到空库", "bring a saved file back into an empty database")),
    ):
        parser = actions.add_parser(name, help=text)
        parser.set_defaults(run=run)
        if name == "psql-url":
            parser.add_argument("--owner", action="store_true", help=say("属主角色", "of the owner role"))
        if name in {"backup", "restore"}:
            parser.add_argument("file", type=Path)


def start(_arguments: argparse.Namespace) -> int:
    """Start the database and return 0."""
    postgres.ensure_running(environment.load())
    _tell(say("数据库在运行", "the database runs"))
    return 0


def stop(_arguments: argparse.Namespace) -> int:
    """Stop the embedded database; 0 also where none ran."""
    stopped = postgres.stop(environment.load())
    _tell(
        say("数据库已停止", "stopped") if stopped else say("没有在运行的内置数据库", "no embedded database was running")
    )
    return 0


def status(_arguments: argparse.Namespace) -> int:
    """Return 0 where the database answers, 3 where it does not; prints its version and size."""
    here = environment.load()
    if not postgres.is_running(here):
        _tell(say("没有运行", "not running"))
        return 3
    with psycopg.connect(postgres.connection(here).owner_url, connect_timeout=10) as database:
        query = "SELECT version(), pg_size_pretty(pg_database_size(current_database()))"
        version, size = database.execute(query).fetchone() or ("?", "?")
    _tell(f"{version}\n{size}")
    return 0


def psql_url(arguments: argparse.Namespace) -> int:
    """Print the address of the program's role, or of the owner; contains the password."""
    _tell(postgres.connection(environment.load()).url("owner" if arguments.owner else "app"))
    return 0


def backup(arguments: argparse.Namespace) -> int:
    """Save the database into a file of mode 0600, whole or not at all. Raises StartError."""
    target: Path = arguments.file.resolve()
    if target.exists():
        raise StartError(say(f"{target} 已存在", f"{target} exists"))
    if not target.parent.is_dir():
        raise StartError(say(f"没有目录 {target.parent}", f"no directory {target.parent}"))
    draft = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:  # noqa: PTH123 - private
            _tool("pg_dump", "--format=custom", stdout=file)
            file.flush()
            os.fsync(file.fileno())
        draft.rename(target)
    finally:
        draft.unlink(missing_ok=True)
    _tell(str(target))
    _tell(
        say(
            "个人信息主密钥不在备份里，请另行保存：echowall keys where",
            "the master key of personal data is not in it; keep it elsewhere: echowall keys where",
        )
    )
    return 0


def restore(arguments: argparse.Namespace) -> int:
    """Bring a saved file back, in one transaction, into a database without tables. Raises StartError."""
    source: Path = arguments.file.resolve()
    if not source.is_file():
        raise StartError(say(f"没有文件 {source}", f"no file {source}"))
    connection = postgres.ensure_running(environment.load())
    with psycopg.connect(connection.owner_url) as database:
        row = database.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone()
    if row and row[0]:
        raise StartError(
            say(
                f"数据库里已有 {row[0]} 张表。恢复只能进空库：请换一个 ECHOWALL_STATE",
                f"the database has {row[0]} tables; restore only into an empty one: use another ECHOWALL_STATE",
            )
        )
    with source.open("rb") as file:
        _tool("pg_restore", "--single-transaction", "--exit-on-error", "--clean", "--if-exists", stdin=file)
    _tell(say("已恢复。请放回原来的主密钥", "restored; put the old master key back"))
    return 0


def _tool(name: str, *words: str, stdin: Any = None, stdout: Any = None) -> None:
    """Run a PostgreSQL program on the whole database; the password goes by environment, not by the command line."""
    here = environment.load()
    if here.database_url:
        url, binaries = here.database_url, find_binaries(Path("/nonexistent"), here.postgres_bin)
    else:
        postgres.ensure_running(here)
        cluster = postgres.embedded_cluster(here.state, here.postgres_bin)
        url, binaries = cluster.superuser_url(DATABASE), cluster.binaries
    place = {name: str(value) for name, value in conninfo_to_dict(url).items()}
    secret = {"PGPASSWORD": place.pop("password", "")}
    without_password = psycopg.conninfo.make_conninfo(**place)
    done = subprocess.run(
        [binaries.program(name), *words, f"--dbname={without_password}"],
        env={**os.environ, **secret},
        stdin=stdin,
        stdout=stdout,
        stderr=subprocess.PIPE,
        check=False,
    )
    if done.returncode != 0:
        raise StartError(f"{name}: {done.stderr.decode(errors='replace')[-3000:]}")


def _tell(text: str) -> None:
    print(text)  # noqa: T201 - a command speaks on the terminal
