"""`echowall audit`: checking the audit chain, and taking a checkpoint to be kept by somebody else."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from echowall.site.wording import say


def add_parsers(commands: Any) -> None:
    """Add `audit verify` and `audit checkpoint`."""
    audit = commands.add_parser("audit", help=say("审计链:核验、检查点", "the audit chain: verify, checkpoint"))
    actions = audit.add_subparsers(dest="action", required=True)
    verify = actions.add_parser("verify", help=say("核验整条链", "verify the whole chain"))
    verify.add_argument("--checkpoint", type=Path, help=say("以前导出的检查点文件", "file of an earlier checkpoint"))
    verify.add_argument("--json", action="store_true")
    verify.set_defaults(run=_verify)
    take = actions.add_parser(
        "checkpoint", help=say("导出检查点,交给第三方保管", "write a checkpoint for somebody else")
    )
    take.add_argument("--output", type=Path)
    take.set_defaults(run=_checkpoint)


def _ready() -> None:
    from echowall.site import preparation

    preparation.start_database()
    import django

    django.setup()


def _read_checkpoint(path: Path) -> tuple[int, bytes]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        return int(content["position"]), bytes.fromhex(content["chain"])
    except (OSError, ValueError, KeyError, TypeError) as exc:
        sys.exit(say(f"{path}: 不是检查点文件({exc})", f"{path}: no checkpoint file ({exc})"))


def _verify(arguments: argparse.Namespace) -> int:
    """Print every finding; 0 when there is none, 1 otherwise."""
    checkpoint = _read_checkpoint(arguments.checkpoint) if arguments.checkpoint else None
    _ready()
    from echowall.kernel import audit
    from echowall.kernel.models import AuditLink
    from echowall.kernel.scope import as_system

    with as_system():
        while audit.seal():
            pass
        findings = audit.verify(checkpoint)
        count = AuditLink.objects.count()
    if arguments.json:
        rows = [{"kind": f.kind, "position": f.position, "subject": f.subject} for f in findings]
        sys.stdout.write(json.dumps({"links": count, "findings": rows}, ensure_ascii=False) + "\n")
        return 1 if findings else 0
    for finding in findings:
        sys.stdout.write(f"{finding.kind}\t{finding.position}\t{finding.subject}\n")
    sys.stdout.write(
        say(f"核验 {count} 条,发现 {len(findings)} 处问题\n", f"{count} links, {len(findings)} findings\n")
    )
    return 1 if findings else 0


def _checkpoint(arguments: argparse.Namespace) -> int:
    """Write position and hash of the head of the chain."""
    _ready()
    from echowall.kernel import audit, clock
    from echowall.kernel.scope import as_system

    with as_system():
        head = audit.take_checkpoint(at=clock.now())
    text = json.dumps({"position": head.position, "chain": bytes(head.chain).hex(), "at": head.at.isoformat()}) + "\n"
    if arguments.output:
        arguments.output.write_text(text, encoding="utf-8")
    else:
        sys.stdout.write(text)
    return 0
