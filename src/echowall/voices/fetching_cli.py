"""Commands of fetching: ``voices mail`` looks into the mailboxes now, ``voices wecom`` hears a file of the archive."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

WRONG_INPUT = 2


def add_commands(commands: Any) -> None:
    """Add the commands to the group ``voices``."""
    mail = commands.add_parser("mail", help="马上收取邮箱")
    mail.add_argument("--json", action="store_true", help="以 JSON 输出")
    mail.set_defaults(run=_mail, needs_database=True)
    archive = commands.add_parser("wecom", help="读入企业微信会话存档（解密后的 JSONL）")
    archive.add_argument("file", type=Path, help="每行一条记录")
    archive.add_argument("--source", required=True, help="来源名称（渠道为企业微信）")
    archive.add_argument("--json", action="store_true", help="以 JSON 输出")
    archive.set_defaults(run=_wecom, needs_database=True)


def _mail(arguments: argparse.Namespace) -> int:
    from echowall.kernel import clock

    from . import fetching

    rounds = fetching.fetch_all_mail(at=clock.now())
    _say(arguments.json, new=sum(r.new_count for r in rounds), known=sum(r.known_count for r in rounds),
         errors=[r.error for r in rounds if r.error])  # fmt: skip
    return 1 if any(r.error for r in rounds) else 0


def _wecom(arguments: argparse.Namespace) -> int:
    from echowall.kernel import clock
    from echowall.kernel.errors import Refusal
    from echowall.kernel.scope import as_system

    from . import fetching
    from .models import Source
    from .models.sources import Channel

    with as_system():
        found = list(Source.objects.filter(channel=Channel.WECOM, name=arguments.source, is_active=True))
    if len(found) != 1:
        print(f"{arguments.source}: 找到 {len(found)} 个企业微信来源，应恰好一个", file=sys.stderr)  # noqa: T201
        return WRONG_INPUT
    try:
        content = arguments.file.read_text(encoding="utf-8")
        done = fetching.hear_archive(source=found[0], content=content, at=clock.now())
    except Refusal as refusal:
        for problem in refusal.problems:
            print(problem, file=sys.stderr)  # noqa: T201
        return WRONG_INPUT
    except (OSError, UnicodeDecodeError) as error:
        print(error, file=sys.stderr)  # noqa: T201
        return WRONG_INPUT
    _say(arguments.json, new=done.new_count, known=done.known_count, errors=[])
    return 0


def _say(as_json: bool, *, new: int, known: int, errors: list[str]) -> None:
    if as_json:
        print(json.dumps({"new": new, "known": known, "errors": errors}, ensure_ascii=False))  # noqa: T201
        return
    print(f"新 {new} 条，已有 {known} 条")  # noqa: T201
    for error in errors:
        print(error, file=sys.stderr)  # noqa: T201
