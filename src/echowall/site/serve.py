"""`echowall serve`, `demo` and `worker`: the running system in one command."""

import argparse
import contextlib
import importlib
import importlib.util
import signal
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator

from echowall.site import environment, ports, postgres, preparation
from echowall.site.environment import Environment
from echowall.site.errors import StartError
from echowall.site.supervisor import Child, Supervisor
from echowall.site.wording import say

APPLICATION = "echowall.site.wsgi:application"


def serve(arguments: argparse.Namespace) -> int:
    """Start database, pages and background jobs; keep them running until SIGTERM or Ctrl-C."""
    refuse_wrong(arguments)
    return _serve(arguments, accounts=[])


def demo(arguments: argparse.Namespace) -> int:
    """Serve on the demonstration street office, filled on the first start; prints the accounts to try."""
    demonstration = importlib.import_module("echowall.site.demo")

    refuse_wrong(arguments)
    here = environment.load()
    with _database(here):
        if not arguments.fill_only:
            ports.refuse_taken(arguments.host or here.host, arguments.port or here.port)
        fill_demonstration(here)
        return 0 if arguments.fill_only else _serve(arguments, accounts=demonstration.accounts())


def fill_demonstration(here: Environment) -> None:
    """Fill the demonstration office into the database unless it was filled before. Raises StartError.

    A filling that was killed half-way is begun again in a fresh database.
    """
    prepare()
    connection = postgres.connection(here)
    if preparation.was_interrupted(connection, "demo", "filling"):
        _tell(say("上次填写中断，重新来过", "the last filling was interrupted; beginning again"))
        postgres.empty(here)
        prepare()
    with preparation.once(connection, "demo", "filled") as due:
        if due:
            _tell(
                say(
                    "正在填写演示数据，约两分钟，机器忙时更久……",
                    "filling the demonstration, about two minutes, more on a busy machine …",
                )
            )
            preparation.note(connection, "demo", "filling")
            preparation.run_fill()


def worker(_arguments: argparse.Namespace) -> int:
    """Run the background jobs until SIGTERM: the site's own worker where there is one, else procrastinate's."""
    preparation.start_database()
    import django

    django.setup()
    if importlib.util.find_spec("echowall.site.worker"):
        module = importlib.import_module("echowall.site.worker")
        return int(module.run() or 0)
    from django.core.management import call_command

    call_command("procrastinate", "worker")
    return 0


def prepare() -> None:
    """Bring database, tables and page files into the state the pages need; quick where nothing changed."""
    connection = preparation.start_database()
    if preparation.migrate(connection):
        _tell(say("表已更新", "tables brought up to date"))
    preparation.bring_in_shipped(connection)
    if not preparation.pages_built():
        _tell(say("网页前端还没有构建：请运行 make front", "the front end is not built yet: run make front"))
    preparation.gather_pages(environment.load().state)


def refuse_wrong(arguments: argparse.Namespace) -> None:
    """Raise StartError naming every flag that cannot be used; the same rules as for the variables."""
    rules = (
        ("host", environment.parse_listening),
        ("port", environment.parse_port),
        ("workers", environment.parse_count),
    )
    wrong = []
    for name, parse in rules:
        given = getattr(arguments, name, None)
        try:
            parse(str(given)) if given is not None else None
        except ValueError as error:
            wrong.append(f"--{name} {given}: {error}")
    if wrong:
        raise StartError("\n".join(wrong))


def _serve(arguments: argparse.Namespace, accounts: list[tuple[str, str, str]]) -> int:
    here = environment.load()
    host, port = arguments.host or here.host, arguments.port or here.port
    children = [_web(host, port, arguments.workers or here.workers, here.threads), _jobs()]
    supervisor = Supervisor(here.state, children, tend=lambda: _tend(here))
    ports.refuse_taken(host, port)
    address = f"http://{f'[{host}]' if ':' in host else host}:{port}/"
    with _database(here):
        prepare()
        return supervisor.run(ready=lambda: _announce(address, accounts))


@contextlib.contextmanager
def _database(here: Environment) -> Iterator[None]:
    """Stop the embedded database at the end where it was not running before; SIGTERM counts as an end."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    was_running = postgres.is_running(here)
    try:
        yield
    finally:
        if not was_running:
            postgres.stop(here)


def _web(host: str, port: int, workers: int, threads: int) -> Child:
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", host, "--port", str(port)]
    command += ["--workers", str(workers), "--blocking-threads", str(threads), "--no-ws"]
    command += ["--respawn-failed-workers", "--workers-kill-timeout", "10", "--log-level", "error", APPLICATION]
    return Child(say("网页服务", "web server"), command, preparation.child_environment())


def _jobs() -> Child:
    command = [sys.executable, "-m", "echowall.site", "worker"]
    return Child(say("后台任务", "background jobs"), command, preparation.child_environment())


def _tend(here: Environment) -> None:
    """Start the embedded database again where it died; its clients reconnect by themselves."""
    if not postgres.is_running(here):
        _tell(say("数据库退出，正在重启", "the database ended; starting it again"))
        with contextlib.suppress(postgres.DatabaseError):
            postgres.ensure_running(here)


def _announce(address: str, accounts: list[tuple[str, str, str]]) -> bool:
    """Return whether pages are served; prints address and accounts when they are."""
    if not _answers(address):
        return False
    _tell("\n" + say(f"回音壁已就绪：{address}", f"Echowall is ready: {address}"))
    for name, password, role in accounts:
        _tell(f"  {name}  {password}  {role}")
    _tell(say("按 Ctrl-C 停止", "Ctrl-C stops it"))
    return True


def _answers(address: str) -> bool:
    """Return whether the web server gives any answer below 500 to a request for the first page."""
    try:
        urllib.request.urlopen(address, timeout=5).close()  # noqa: S310 - our own http address
    except urllib.error.HTTPError as error:
        return error.code < 500
    except OSError:
        return False
    return True


def _tell(text: str) -> None:
    print(text, flush=True)  # noqa: T201 - a command speaks on the terminal
