"""`echowall check` and `echowall keys`: is this installation sound, and where its secrets are."""

import argparse
from pathlib import Path

import psycopg

from echowall.site import environment, postgres, preparation, secret_files
from echowall.site.wording import say


def check(_arguments: argparse.Namespace) -> int:
    """Print configuration, database and page files; return 0 where all is well, 1 otherwise.

    Errors of the environment are raised all at once by `environment.load`.
    """
    here = environment.load()
    _tell(say("配置", "configuration"))
    for name, value in (("ECHOWALL_STATE", here.state), ("ECHOWALL_HOST", here.host), ("ECHOWALL_PORT", here.port)):
        _tell(f"  {name} = {value}")
    faults = [*_database_faults(here), *_page_faults()]
    for fault in faults:
        _tell("✗ " + fault)
    if not faults:
        _tell(say("✓ 一切正常", "✓ all well"))
    return 1 if faults else 0


def new_keys(_arguments: argparse.Namespace) -> int:
    """Make the secrets that are missing; never changes one that exists."""
    state = _state()
    secret_files.secret_key(state)
    secret_files.master_key(state, may_create=True)
    _tell(
        say(f"密钥在 {state / 'secrets'}，请另存一份", f"the secrets are in {state / 'secrets'}; keep a copy elsewhere")
    )
    return 0


def where_keys(_arguments: argparse.Namespace) -> int:
    """Print the directory of the secrets."""
    _tell(str(_state() / "secrets"))
    return 0


def _database_faults(here: environment.Environment) -> list[str]:
    try:
        connection = postgres.ensure_running(here)
        with psycopg.connect(connection.app_url, connect_timeout=10) as database:
            version = database.execute("SHOW server_version").fetchone()
    except (postgres.DatabaseError, psycopg.Error) as error:
        return [str(error)]
    _tell(f"PostgreSQL {version[0] if version else '?'}")
    return []


def _page_faults() -> list[str]:
    if preparation.pages_built():
        return []
    return [say("网页前端还没有构建：请运行 make front", "the front end is not built: run make front")]


def _state() -> Path:
    return environment.state_directory()


def _tell(text: str) -> None:
    print(text)  # noqa: T201 - a command speaks on the terminal
