"""The command `echowall`: starts the system and reaches every tool of it.

Django is imported only by the commands that need it, so that `--help`, `db` and the pure libraries answer at once.
Another package adds commands by a module named in `MODULES` with `add_parsers(subparsers)`; each parser there does
`set_defaults(run=function)`, and `function(arguments)` returns the exit code (None counts as 0). With
`needs_database=True` among the defaults, the database is started and Django set up before it is called.
"""

import argparse
import importlib
import io
import os
import sys
from collections.abc import Callable, Sequence
from typing import Any

from echowall.site.environment import InvalidEnvironmentError
from echowall.site.errors import StartError
from echowall.site.postgres.connection import DatabaseError
from echowall.site.secret_files import MissingSecretError
from echowall.site.wording import say

MODULES = (
    "echowall.understanding.cli",
    "echowall.understanding.understand_cli",
    "echowall.planning.cli",
    "echowall.playbooks.cli",
    "echowall.site.audit_cli",
    "echowall.site.retention_cli",
    "echowall.voices.cli",
    "echowall.site.benchmarks_cli",
)
SETTINGS = "echowall.site.settings"
Subparsers = Any  # argparse's own type is private


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; return its exit code: 0 done, 1 failed, 2 wrong use or configuration."""
    _speak_utf8()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", SETTINGS)
    words = list(sys.argv[1:] if argv is None else argv)
    if words[:1] == ["manage"]:
        return _guarded(lambda: manage(words[1:]))
    parser = build_parser(words[0] if words else "")
    arguments = parser.parse_args(words)
    return _guarded(lambda: _run(arguments))


def _run(arguments: argparse.Namespace) -> int:
    if getattr(arguments, "needs_database", False):
        from echowall.site import preparation

        preparation.start_database()
        import django

        django.setup()
    code: int | None = arguments.run(arguments)
    return code or 0


def build_parser(command: str = "") -> argparse.ArgumentParser:
    """Return the parser; the modules of other packages are imported only where `command` is none of our own."""
    parser = argparse.ArgumentParser(prog="echowall", description="回音壁 Echowall")
    commands = parser.add_subparsers(dest="command", required=True, metavar=say("命令", "command"))
    _add_own(commands)
    if command not in commands.choices:
        for name in MODULES:
            module = _module(name)
            if module is not None:
                module.add_parsers(commands)
    return parser


def manage(words: Sequence[str]) -> int:
    """Run one of Django's management commands, as the owner role where it changes tables; return the exit code."""
    from echowall.site import preparation

    preparation.start_database(role=preparation.role_for(words[0] if words else ""))
    from django.core.management import execute_from_command_line

    execute_from_command_line(["echowall manage", *words])
    return 0


def _add_own(commands: Subparsers) -> None:
    serve = commands.add_parser("serve", help=say("启动整个系统", "start the whole system"))
    demo = commands.add_parser("demo", help=say("启动并填好演示街道", "start it on the filled demonstration"))
    demo.add_argument("--fill-only", action="store_true", help=say("只填数据，不启动", "fill only, do not serve"))
    for parser in (serve, demo):
        parser.add_argument("--host", help=say("监听地址，默认 127.0.0.1", "address, 127.0.0.1 by default"))
        parser.add_argument("--port", type=int, help=say("端口，默认 8000", "port, 8000 by default"))
        parser.add_argument("--workers", type=int, help=say("网页进程数，默认 2", "web processes, 2 by default"))
    serve.set_defaults(run=_lazily("echowall.site.serve", "serve"))
    demo.set_defaults(run=_lazily("echowall.site.serve", "demo"))
    migrate = commands.add_parser("migrate", help=say("建表、改表到最新", "bring the tables up to date"))
    migrate.set_defaults(run=_lazily("echowall.site.preparation", "migrate_command"))
    worker = commands.add_parser("worker", help=say("后台任务进程", "the process of the background jobs"))
    worker.set_defaults(run=_lazily("echowall.site.serve", "worker"))
    commands.add_parser("manage", help=say("Django 管理命令", "Django's management commands"), add_help=False)
    check = commands.add_parser("check", help=say("检查配置、数据库和网页文件", "check configuration, database, pages"))
    check.set_defaults(run=_lazily("echowall.site.checkup", "check"))
    _add_keys(commands)
    importlib.import_module("echowall.site.database_cli").add_parsers(commands)


def _add_keys(commands: Subparsers) -> None:
    keys = commands.add_parser("keys", help=say("密钥", "secrets")).add_subparsers(required=True, dest="action")
    new = keys.add_parser("new", help=say("生成尚没有的密钥", "make the secrets that are missing"))
    new.set_defaults(run=_lazily("echowall.site.checkup", "new_keys"))
    where = keys.add_parser("where", help=say("密钥文件在哪里", "where the secrets are kept"))
    where.set_defaults(run=_lazily("echowall.site.checkup", "where_keys"))
    importlib.import_module("echowall.site.retention_cli").add_key_parsers(keys)


def _lazily(module: str, name: str) -> Callable[[argparse.Namespace], int]:
    def run(arguments: argparse.Namespace) -> int:
        function: Callable[[argparse.Namespace], int] = getattr(importlib.import_module(module), name)
        return function(arguments)

    return run


def _module(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name and (name == error.name or name.startswith(error.name + ".")):
            return None
        raise


def _guarded(run: Callable[[], int]) -> int:
    """Turn the launcher's own errors into a message and exit code 2; anything unforeseen keeps its traceback."""
    try:
        return run()
    except (InvalidEnvironmentError, DatabaseError, MissingSecretError, StartError) as error:
        print(error, file=sys.stderr)  # noqa: T201 - a command speaks on the terminal
        return 2
    except KeyboardInterrupt:
        return 130


def _speak_utf8() -> None:
    """Let Chinese out even where the terminal's locale is C."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
