"""Secrets kept as files of mode 0600 in `<state>/secrets`: made once, atomically, never overwritten."""

import base64
import binascii
import os
import secrets
from pathlib import Path

from echowall.site.wording import say


class MissingSecretError(Exception):
    """A secret is neither given nor kept, cannot be made or cannot be read; the message says what to do."""


def parse_master_key(raw: str) -> bytes:
    """Return the 32 bytes that `raw` (base64, standard or URL-safe) stands for; ValueError otherwise."""
    wanted = say("请写 32 字节的 base64（echowall keys new 可生成）", "write base64 of 32 bytes (echowall keys new)")
    try:
        key = base64.b64decode(raw.strip().replace("-", "+").replace("_", "/"), validate=True)
    except (binascii.Error, ValueError) as error:
        raise ValueError(wanted) from error
    if len(key) != 32:
        raise ValueError(wanted)
    return key


def new_master_key() -> str:
    """Return a fresh master key as base64 text."""
    return base64.b64encode(secrets.token_bytes(32)).decode()


def private_directory(path: Path) -> Path:
    """Make `path` readable by its owner only where it does not exist yet, its parents as usual; return it."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def keep(path: Path, value: str) -> str:
    """Write `value` to `path` unless a file is there already; return what the file holds.

    Two processes that start together get the same value: the file appears whole, and the first one wins.
    """
    if path.exists():
        return _content(path)
    private_directory(path.parent.parent)
    private_directory(path.parent)
    draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(value + "\n")
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink(missing_ok=True)
    return _content(path)


def secret_key(state: Path) -> str:
    """Return the signing key of sessions kept in `state`, made on the first call. Raises MissingSecretError."""
    return _kept(state / "secrets" / "secret_key", secrets.token_urlsafe(64))


def master_key(state: Path, *, may_create: bool) -> bytes:
    """Return the master key of personal data kept in `state`; made on the first call where `may_create`.

    Raises MissingSecretError where there is none and none may be made, or where the file is damaged.
    """
    path = state / "secrets" / "master_key"
    if not may_create and not path.exists():
        raise MissingSecretError(
            say(
                f"ECHOWALL_MASTER_KEY 未设，{path} 也不存在。使用数据库服务器时请先运行 echowall keys new，并另存一份",
                f"ECHOWALL_MASTER_KEY is not set and {path} does not exist. With a database server run "
                "`echowall keys new` first and keep a copy elsewhere",
            )
        )
    try:
        return parse_master_key(_kept(path, new_master_key()))
    except ValueError as error:
        raise MissingSecretError(f"{path}: {error}") from error


def _kept(path: Path, value: str) -> str:
    try:
        return keep(path, value)
    except OSError as error:
        raise MissingSecretError(
            say(
                f"{path}: 不能读写（{error.strerror}）。请用建立它的用户运行，或设 ECHOWALL_STATE",
                f"{path}: cannot be read or written ({error.strerror}). Run as its owner or set ECHOWALL_STATE",
            )
        ) from error


def _content(path: Path) -> str:
    return path.read_text(encoding="utf-8").strip()
