"""Configuration by environment variables: read once, typed, failing loudly with all errors at once.

`load()` is what the rest of the program calls. `VARIABLES` is the whole list; an `ECHOWALL_…` name outside it is an
error, because a misspelt `ECHOWALL_DATABASE_URL` must never quietly start another database.
Secrets that are not given are made on the first start and kept in the state directory with mode 0600.
"""

import difflib
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from ipaddress import ip_address
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

from echowall.site import secret_files
from echowall.site.wording import say

Value = TypeVar("Value")

VARIABLES: dict[str, tuple[str, str]] = {
    "ECHOWALL_STATE": ("状态目录：数据库、密钥、上传文件", "directory of database, secrets and uploads"),
    "ECHOWALL_DATABASE_URL": ("PostgreSQL 服务器（属主角色）地址；不设则用内置数据库", "PostgreSQL server, owner role"),
    "ECHOWALL_APP_DATABASE_URL": ("同一服务器上运行角色的地址", "same server, role of the running program"),
    "ECHOWALL_DATABASE_ROLE": ("app 或 owner：本进程以哪个角色连接", "app or owner: role of this process"),
    "ECHOWALL_POSTGRES_BIN": ("指定 PostgreSQL 程序目录", "directory of PostgreSQL programs to use"),
    "ECHOWALL_SECRET_KEY": ("会话签名密钥，至少 50 个字符", "signing key of sessions, at least 50 characters"),
    "ECHOWALL_MASTER_KEY": ("个人信息主密钥，32 字节的 base64", "master key of personal data, base64 of 32 bytes"),
    "ECHOWALL_DEBUG": ("调试模式：1 或 0", "debug mode: 1 or 0"),
    "ECHOWALL_HOSTS": ("允许的域名，用逗号分开", "allowed host names, comma separated"),
    "ECHOWALL_HOST": ("监听地址", "address to listen on"),
    "ECHOWALL_PORT": ("监听端口", "port to listen on"),
    "ECHOWALL_WORKERS": ("网页进程数", "number of web processes"),
    "ECHOWALL_THREADS": ("每个网页进程的线程数", "threads of each web process"),
    "ECHOWALL_DATA_DIR": ("测量用数据集目录", "directory of the measuring data sets"),
    "ECHOWALL_LANGUAGE": ("界面语言：zh-hans 或 en", "language: zh-hans or en"),
    "ECHOWALL_OPINION_URL": ("第二意见：本单位语言模型的接口地址（…/v1）", "second opinion: base address of the model"),
    "ECHOWALL_OPINION_MODEL": ("第二意见：模型名", "second opinion: name of the model"),
    "ECHOWALL_OPINION_KEY": ("第二意见：接口密钥，可不设", "second opinion: key of the endpoint, may be unset"),
    "ECHOWALL_OPINION_SECONDS": ("第二意见：最多等几秒，不超过 15", "second opinion: seconds to wait, 15 at most"),
}
# Django's forms: a name, ".name" for all below it, "*", an IPv6 address in brackets.
_HOST_NAME = re.compile(r"\*|\.?[\w-]+(\.[\w-]+)*|\[[0-9a-fA-F:.]+\]")
LANGUAGES = ("zh-hans", "en")
ROLES = ("app", "owner")
LOOPBACK_NAMES: tuple[str, ...] = ("localhost", "127.0.0.1", "[::1]")


class InvalidEnvironmentError(Exception):
    """The environment cannot be used; `errors` holds one line per variable: name, value and fix."""

    def __init__(self, errors: list[str]) -> None:
        """Keep every error, so that the operator corrects all of them in one go."""
        self.errors = errors
        super().__init__("\n".join([say("环境变量有误：", "Invalid environment variables:"), *errors]))


@dataclass(frozen=True)
class Environment:
    """The configuration of this process. Secrets do not show in `repr`."""

    project: Path
    state: Path
    database_url: str | None = field(repr=False)
    app_database_url: str | None = field(repr=False)
    database_role: str
    postgres_bin: Path | None
    secret_key: str = field(repr=False)
    master_key: bytes = field(repr=False)
    debug: bool
    hosts: tuple[str, ...]
    host: str
    port: int
    workers: int
    threads: int
    data_dir: Path | None
    language: str
    # Off while the address is empty.
    opinion_url: str = ""
    opinion_model: str = ""
    opinion_key: str = field(default="", repr=False)
    opinion_seconds: float = 8.0


@dataclass
class _Reader:
    """Reads single variables and collects what is wrong with them."""

    source: Mapping[str, str]
    errors: list[str] = field(default_factory=list)

    def read(self, name: str, parse: Callable[[str], Value], default: Value) -> Value:
        """Return the parsed variable, or `default` where it is unset, empty or wrong (then with an error kept)."""
        raw = self.source.get(name, "").strip()
        if not raw:
            return default
        try:
            return parse(raw)
        except ValueError as error:
            shown = "***" if "KEY" in name or "URL" in name else repr(raw)
            self.errors.append(f"  {name} = {shown}: {error}")
            return default

    def refuse_unknown(self) -> None:
        """Keep an error for every `ECHOWALL_…` name that nobody reads, with the nearest known name."""
        for name in sorted(set(self.source) - set(VARIABLES)):
            if name.startswith("ECHOWALL_"):
                near = difflib.get_close_matches(name, VARIABLES, n=1)
                hint = say(f"，是不是 {near[0]}？", f", did you mean {near[0]}?") if near else ""
                self.errors.append(f"  {name}: " + say("没有这个变量", "no such variable") + hint)


def project_directory() -> Path:
    """Return the checkout this package lies in, or the current directory where it is installed without one."""
    root = Path(__file__).resolve().parents[3]
    return root if (root / "pyproject.toml").is_file() else Path.cwd()


def parse_flag(raw: str) -> bool:
    """Return True for 1/true/yes/on, False for 0/false/no/off; ValueError otherwise."""
    known = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}
    if raw.lower() not in known:
        raise ValueError(say("请写 1 或 0", "write 1 or 0"))
    return known[raw.lower()]


def parse_port(raw: str) -> int:
    """Return a port from 1 to 65535; ValueError otherwise."""
    if not raw.isascii() or not raw.isdigit() or not 0 < int(raw) < 65536:
        raise ValueError(say("请写 1 到 65535 之间的整数", "write a whole number from 1 to 65535"))
    return int(raw)


def parse_count(raw: str) -> int:
    """Return a number of processes or threads from 1 to 64; ValueError otherwise."""
    if not raw.isascii() or not raw.isdigit() or not 0 < int(raw) < 65:
        raise ValueError(say("请写 1 到 64 之间的整数", "write a whole number from 1 to 64"))
    return int(raw)


def parse_database_url(raw: str) -> str:
    """Return the address of a PostgreSQL database; ValueError where scheme, user or database name is missing."""
    try:
        parts = urlsplit(raw)
        is_whole = bool(parts.username and parts.path.strip("/"))
        port = parts.port
    except ValueError as error:
        raise ValueError(
            say("主机或端口写错了（端口是 1 到 65535 之间的整数）", "host or port is wrong (a port is 1 to 65535)")
        ) from error
    if parts.scheme not in {"postgresql", "postgres"} or not is_whole or port == 0:
        raise ValueError(
            say(
                "请写 postgresql://用户:密码@主机:端口/数据库（特殊字符用 % 转义）",
                "write postgresql://user:password@host:port/database (special characters percent-encoded)",
            )
        )
    return raw


def _parse_directory(raw: str) -> Path:
    path = Path(raw).expanduser()
    if not path.is_dir():
        raise ValueError(say("没有这个目录", "no such directory"))
    return path.resolve()


def _parse_state(raw: str) -> Path:
    path = Path(raw).expanduser().resolve()
    if path.exists() and not path.is_dir():
        raise ValueError(say("这是文件，不是目录", "this is a file, not a directory"))
    return path


def _one_of(allowed: tuple[str, ...]) -> Callable[[str], str]:
    def parse(raw: str) -> str:
        if raw.lower() not in allowed:
            raise ValueError(say(f"请写 {' 或 '.join(allowed)}", f"write {' or '.join(allowed)}"))
        return raw.lower()

    return parse


def _parse_secret(raw: str) -> str:
    if len(raw) < 50:
        raise ValueError(say("至少 50 个字符", "at least 50 characters"))
    return raw


def parse_names(raw: str) -> tuple[str, ...]:
    """Return host names as Django's ALLOWED_HOSTS takes them; ValueError for what no request can ever match."""
    names = tuple(name.strip() for name in raw.split(",") if name.strip())
    wrong = [name for name in names if not _HOST_NAME.fullmatch(name)]
    if wrong or not names:
        shown = say("、", ", ").join(wrong)
        raise ValueError(
            say(
                f"只写域名或地址，不带 http://、路径和端口，如 echowall.example：{shown}",
                f"write names or addresses only, without http://, path and port, such as echowall.example: {shown}",
            )
        )
    return names


def parse_listening(raw: str) -> str:
    """Return an address to listen on: an IP address of either version or localhost; ValueError otherwise."""
    if raw != "localhost":
        try:
            ip_address(raw)
        except ValueError as error:
            raise ValueError(
                say("请写本机的一个 IP 地址，如 127.0.0.1", "write an IP address of this machine, such as 127.0.0.1")
            ) from error
    return raw


def parse_endpoint(raw: str) -> str:
    """Return the base address of a web interface, without a slash at its end; ValueError for anything else."""
    try:
        parts = urlsplit(raw)
        is_whole = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_whole = False
    if not is_whole or parts.username or parts.query or parts.fragment:
        raise ValueError(
            say(
                "请写 http:// 或 https:// 开头的接口地址，如 http://10.0.0.5:8000/v1，不带账号和 ? # 后的内容",
                "write an address such as http://10.0.0.5:8000/v1, without an account and anything after ? or #",
            )
        )
    return raw.rstrip("/")


def parse_model_name(raw: str) -> str:
    """Return the name of a language model; ValueError for blanks inside it or more than 60 characters."""
    if len(raw) > 60 or not raw.isprintable() or " " in raw:
        raise ValueError(say("模型名不超过 60 个字符，不含空格", "at most 60 characters, no blanks"))
    return raw


def parse_key(raw: str) -> str:
    """Return a key that a header can carry; ValueError for anything but visible ASCII."""
    if not raw.isascii() or not raw.isprintable() or " " in raw:
        raise ValueError(say("只能有可见的 ASCII 字符", "visible ASCII characters only"))
    return raw


def parse_seconds(raw: str) -> float:
    """Return seconds to wait, above 0 and 15 at most; ValueError otherwise."""
    try:
        seconds = float(raw)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds <= 15:  # also no "nan"
        raise ValueError(say("请写大于 0、不超过 15 的秒数", "write seconds above 0, 15 at most"))
    return seconds


def _read_opinion(reader: _Reader) -> tuple[str, str, str, float]:
    """Return address, model, key and seconds; keeps an error where one is set without what it needs beside it."""
    url = reader.read("ECHOWALL_OPINION_URL", parse_endpoint, "")
    model = reader.read("ECHOWALL_OPINION_MODEL", parse_model_name, "")
    key = reader.read("ECHOWALL_OPINION_KEY", parse_key, "")
    seconds = reader.read("ECHOWALL_OPINION_SECONDS", parse_seconds, 8.0)
    given = {name for name in VARIABLES if name.startswith("ECHOWALL_OPINION_") and reader.source.get(name, "").strip()}
    for needed in ("ECHOWALL_OPINION_URL", "ECHOWALL_OPINION_MODEL"):
        if given and needed not in given:
            beside = say("、", ", ").join(sorted(given))
            reader.errors.append(f"  {needed}: " + say(f"没有设，而设了 {beside}", f"not set, but {beside} is"))
    return url, model, key, seconds


def state_directory() -> Path:
    """Return the state directory without reading anything else, for making the secrets that `load` asks for."""
    raw = os.environ.get("ECHOWALL_STATE", "").strip()
    return _parse_state(raw) if raw else project_directory() / ".echowall"


def read(source: Mapping[str, str]) -> Environment:
    """Return the configuration given by `source`; makes missing secrets in the state directory.

    Raises InvalidEnvironmentError with every error at once.
    """
    reader = _Reader(source)
    reader.refuse_unknown()
    project = project_directory()
    state = reader.read("ECHOWALL_STATE", _parse_state, project / ".echowall")
    database_url = reader.read("ECHOWALL_DATABASE_URL", parse_database_url, None)
    app_database_url = reader.read("ECHOWALL_APP_DATABASE_URL", parse_database_url, None)
    if app_database_url and not source.get("ECHOWALL_DATABASE_URL"):
        reader.errors.append(
            "  ECHOWALL_APP_DATABASE_URL: "
            + say("要和 ECHOWALL_DATABASE_URL 一起设", "needs ECHOWALL_DATABASE_URL beside it")
        )
    secret_key = reader.read("ECHOWALL_SECRET_KEY", _parse_secret, "")
    master_key = reader.read("ECHOWALL_MASTER_KEY", secret_files.parse_master_key, b"")
    database_role = reader.read("ECHOWALL_DATABASE_ROLE", _one_of(ROLES), "app")
    postgres_bin = reader.read("ECHOWALL_POSTGRES_BIN", _parse_directory, None)
    debug = reader.read("ECHOWALL_DEBUG", parse_flag, False)
    hosts = reader.read("ECHOWALL_HOSTS", parse_names, LOOPBACK_NAMES)
    host = reader.read("ECHOWALL_HOST", parse_listening, "127.0.0.1")
    port = reader.read("ECHOWALL_PORT", parse_port, 8000)
    workers = reader.read("ECHOWALL_WORKERS", parse_count, 2)
    threads = reader.read("ECHOWALL_THREADS", parse_count, 16)
    data_dir = reader.read("ECHOWALL_DATA_DIR", _parse_directory, None)
    language = reader.read("ECHOWALL_LANGUAGE", _one_of(LANGUAGES), "zh-hans")
    opinion_url, opinion_model, opinion_key, opinion_seconds = _read_opinion(reader)
    if not reader.errors:
        try:
            secret_key = secret_key or secret_files.secret_key(state)
            # A server outlives this machine's state directory: a master key made here and lost with it would make
            # every encrypted phone unreadable, so with a server it is never made silently.
            master_key = master_key or secret_files.master_key(state, may_create=database_url is None)
        except secret_files.MissingSecretError as error:
            reader.errors.append(f"  {error}")
    if reader.errors:
        raise InvalidEnvironmentError(reader.errors)
    return Environment(
        project=project,
        state=state,
        database_url=database_url,
        app_database_url=app_database_url,
        secret_key=secret_key,
        master_key=master_key,
        database_role=database_role,
        postgres_bin=postgres_bin,
        debug=debug,
        hosts=hosts,
        host=host,
        port=port,
        workers=workers,
        threads=threads,
        data_dir=data_dir,
        language=language,
        opinion_url=opinion_url,
        opinion_model=opinion_model,
        opinion_key=opinion_key,
        opinion_seconds=opinion_seconds,
    )


@cache
def load() -> Environment:
    """Return the configuration of this process, read from the environment once. Raises InvalidEnvironmentError."""
    return read(os.environ)
