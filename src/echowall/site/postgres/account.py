"""Under which account the server's programs run: PostgreSQL refuses to run as root.

As an ordinary user: as that user. As root: as the owner of the data directory; for a new one as `postgres` or `nobody`
where that account can reach the programs and the directory, otherwise inside a user namespace where root has the
number 65534 and no rights beyond those of an ordinary owner (which works below a home of mode 0700).
"""

import os
import pwd
import shutil
import stat
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from echowall.site.postgres.connection import DatabaseError
from echowall.site.wording import say

NAMESPACE = ("unshare", "--user", "--map-user=65534", "--map-group=65534")
CANDIDATES = ("postgres", "nobody")


@dataclass(frozen=True)
class Account:
    """Who runs the server: `uid` None is the present user; `in_namespace` is root dressed as an ordinary user."""

    uid: int | None = None
    gid: int | None = None
    in_namespace: bool = False

    def start(
        self, command: Sequence[str], *, log: int, directory: Path, pass_fds: Sequence[int] = ()
    ) -> subprocess.Popen[bytes]:
        """Start `command` detached from this terminal, its output going to the file descriptor `log`."""
        return subprocess.Popen(
            [*NAMESPACE, *command] if self.in_namespace else list(command),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=directory,
            env=_clean_environment(),
            start_new_session=True,
            pass_fds=pass_fds,
            user=self.uid,
            group=self.gid,
            extra_groups=None if self.uid is None else [],
        )

    def own(self, path: Path) -> None:
        """Give `path` to the account."""
        if self.uid is not None and self.gid is not None:
            os.chown(path, self.uid, self.gid)

    def can_run(self, program: str, directory: Path) -> bool:
        """Return whether the account can run `program` and write into `directory`."""
        test = ["/bin/sh", "-c", '"$1" --version >/dev/null 2>&1 && test -w "$2"', "sh", program, str(directory)]
        try:
            return self.start(test, log=subprocess.DEVNULL, directory=Path("/")).wait(timeout=30) == 0
        except (OSError, subprocess.SubprocessError):
            return False


def choose_account(program: str, directory: Path) -> Account:
    """Return the account for the server whose files lie in the existing `directory`, which is given to it if new.

    Raises DatabaseError where no account can both run `program` and write there.
    """
    if os.geteuid() != 0:
        owner = directory.stat().st_uid
        if owner != os.geteuid():
            raise DatabaseError(_belongs_to_another(directory, owner))
        return Account()
    owner = directory.stat().st_uid
    if owner != 0:
        account = _account_of(owner)
        if account.can_run(program, directory):
            return account
        raise DatabaseError(_unreachable(directory, program))
    if not (directory / "data").exists():
        for name in CANDIDATES:
            candidate = _named(name)
            if candidate and _take(candidate, program, directory):
                return candidate
    namespace = Account(in_namespace=True)
    if shutil.which(NAMESPACE[0]) and namespace.can_run(program, directory):
        return namespace
    raise DatabaseError(_unreachable(directory, program))


def _take(account: Account, program: str, directory: Path) -> bool:
    """Give `directory` to the account and let it pass through the state directory (not list it), if that suffices."""
    state = directory.parent
    mode = stat.S_IMODE(state.stat().st_mode)
    account.own(directory)
    state.chmod(mode | stat.S_IXGRP | stat.S_IXOTH)
    if account.can_run(program, directory):
        return True
    state.chmod(mode)
    os.chown(directory, 0, 0)
    return False


def _named(name: str) -> Account | None:
    try:
        entry = pwd.getpwnam(name)
    except KeyError:
        return None
    return Account(uid=entry.pw_uid, gid=entry.pw_gid) if entry.pw_uid else None


def _account_of(uid: int) -> Account:
    try:
        return Account(uid=uid, gid=pwd.getpwuid(uid).pw_gid)
    except KeyError:
        return Account(uid=uid, gid=uid)


def _clean_environment() -> dict[str, str]:
    """Return the environment without PG… variables, which would change what the programs do; messages in English."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_", "ECHOWALL_"))}
    return {**kept, "LC_ALL": "C", "TZ": "UTC"}


def _belongs_to_another(directory: Path, owner: int) -> str:
    return say(
        f"{directory} 属于另一个用户（uid {owner}）。请用那个用户运行，或用 ECHOWALL_STATE 另选目录",
        f"{directory} belongs to another user (uid {owner}). Run as that user or choose a directory by ECHOWALL_STATE",
    )


def _unreachable(directory: Path, program: str) -> str:
    return say(
        f"PostgreSQL 不能以 root 运行，而普通账户进不了 {directory} 或用不了 {program}，本机也不允许用户命名空间。"
        "请用普通用户运行，或把 ECHOWALL_STATE 和程序放到其他账户可进入的目录",
        f"PostgreSQL refuses to run as root; an ordinary account cannot reach {directory} or run {program}, and this "
        "machine forbids user namespaces. Run as an ordinary user, or put ECHOWALL_STATE and the program where other "
        "accounts may enter",
    )
