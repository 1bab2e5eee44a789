"""`echowall audit`: is the record of what was done untouched, and a checkpoint to hand to somebody else."""

import argparse
import os
import sys
from pathlib import Path
from typing import Any

from echowall.site.errors import StartError
from echowall.site.wording import say


def add_parsers(commands: Any) -> None:
    """Add `audit verify` and `audit checkpoint` to the parser of `echowall`."""
    actions = commands.add_parser("audit", help=say("操作记录", "the audit record"))
    actions = actions.add_subparsers(required=True, dest="action")
    check = actions.add_parser("verify", help=say("核对整条记录链", "check the whole chain"))
    check.add_argument("--checkpoint", help=say("以前的检查点：文件，或 序号:摘要", "an old checkpoint: file or N:HEX"))
    check.set_defaults(run=verify)
    point = actions.add_parser("checkpoint", help=say("生成检查点，交给别处保管", "make one, to be kept elsewhere"))
    point.add_argument("--output", type=Path, help=say("写入文件", "write it into a file"))
    point.set_defaults(run=checkpoint)


def parse_checkpoint(given: str) -> tuple[int, bytes]:
    """Return position and chain hash from `N:HEX` or from a file that holds it. Raises StartError naming the form."""
    text = Path(given).read_text(encoding="utf-8").strip() if Path(given).is_file() else given
    position, _, chain = text.partition(":")
    try:
        parsed = int(position), bytes.fromhex(chain.split()[0])
    except (ValueError, IndexError):
        parsed = (-1, b"")
    if parsed[0] < 0 or len(parsed[1]) != 32:
        raise StartError(
            say(
                f"{given}：请给检查点文件，或 序号:64位十六进制",
                f"{given}: give a file, or number:64 hexadecimal digits",
            )
        )
    return parsed


def verify(arguments: argparse.Namespace) -> int:
    """Check the chain; print every finding; return 0 where it is untouched, 1 otherwise."""
    known = parse_checkpoint(arguments.checkpoint) if arguments.checkpoint else None
    _set_up()
    from echowall.kernel import audit, scope

    with scope.as_system():
        findings = audit.verify(known)
    for finding in findings:
        _tell(f"✗ {finding.position}  {finding.kind}  {_meaning(finding.kind)}  {finding.subject}")
    if not findings:
        _tell(say("✓ 记录未被改动", "✓ untouched"))
    if known is None:
        _tell(
            say(
                "没有给检查点：整条链被重算或截尾看不出来（--checkpoint）",
                "without --checkpoint a chain recomputed or cut off as a whole cannot be seen",
            )
        )
    return 1 if findings else 0


def _meaning(kind: str) -> str:
    """Return what a finding means; the word itself stays, because the documents and other programs know it."""
    known = {
        "edited": say("记录内容被改过", "the entry was changed"),
        "deleted": say("记录被删了", "the entry was removed"),
        "link_missing": say("链上少了一环", "a link was removed"),
        "reordered": say("次序或摘要被改过", "exchanged, or its digest changed"),
        "unlinked": say("记录没有进链", "the entry is not in the chain"),
        "rewritten_before_checkpoint": say("检查点之前的链被重算过", "recomputed since the checkpoint"),
        "truncated": say("链的末尾被截掉了", "the end was cut off"),
    }
    return known.get(kind, "")


def checkpoint(arguments: argparse.Namespace) -> int:
    """Seal what is recorded and print the head of the chain as `N:HEX`, or write it into a file that must be new."""
    _set_up()
    from echowall.kernel import audit, clock, scope

    with scope.as_system():
        taken = audit.take_checkpoint(at=clock.now())
    line = f"{taken.position}:{bytes(taken.chain).hex()}"
    if arguments.output:
        try:
            with arguments.output.open("x", encoding="utf-8") as file:
                file.write(f"{line}\n")
        except FileExistsError as error:
            said = say(
                "这个文件已经有了，不覆盖旧检查点；请换个名字",
                "this file is there; an old checkpoint is kept: take another name",
            )
            raise StartError(f"{arguments.output}: {said}\n{line}") from error
        except OSError as error:
            raise StartError(f"{arguments.output}: {error.strerror}\n{line}") from error
    _tell(line)
    return 0


def _set_up() -> None:
    from echowall.site import preparation

    preparation.start_database(os.environ.get("ECHOWALL_DATABASE_ROLE"))
    import django

    django.setup()


def _tell(text: str) -> None:
    sys.stdout.write(f"{text}\n")
