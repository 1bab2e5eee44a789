"""`echowall keys list|destroy` and `echowall retention preview|run`: what dies when, on the server's own word."""

import argparse
import os
import sys
from typing import Any

from echowall.site.errors import StartError
from echowall.site.wording import say


def add_key_parsers(actions: Any) -> None:
    """Add `list` and `destroy` to the parser of `echowall keys`."""
    listing = actions.add_parser(
        "list", help=say("个人信息的密钥，各加密了多少", "keys of personal data and what they seal")
    )
    listing.set_defaults(run=list_keys)
    destroying = actions.add_parser("destroy", help=say("销毁一类的密钥", "destroy the keys of a kind"))
    destroying.add_argument("kind", help=say("种类，见 keys list", "the kind, see keys list"))
    destroying.add_argument("--reason", required=True, help=say("理由", "why"))
    destroying.add_argument("--confirm", default="", metavar="KIND", help=say("再写一遍种类才销毁", "the kind again"))
    destroying.set_defaults(run=destroy_keys)


def add_parsers(commands: Any) -> None:
    """Add `retention preview` and `retention run` to the parser of `echowall`."""
    actions = commands.add_parser("retention", help=say("到期销毁", "what dies on its day"))
    actions = actions.add_subparsers(required=True, dest="action")
    look = actions.add_parser("preview", help=say("现在运行会销毁什么", "what would die if it ran now"))
    look.set_defaults(run=preview)
    work = actions.add_parser("run", help=say("现在就销毁到期的", "destroy what is due now"))
    work.set_defaults(run=run)


def list_keys(_arguments: argparse.Namespace) -> int:
    """Print every kind with its state and how many values its keys in use seal."""
    _set_up()
    from echowall.kernel import scope
    from echowall.retention.sealed_values import sealed_kinds, values_of

    with scope.as_system():
        for kind in sealed_kinds():
            total = sum(place.count for place in values_of(kind.name))
            state = say("在用", "in use") if kind.in_use else say("已销毁", "destroyed")
            _tell(f"{kind.name:<12} {state}  {total}")
    return 0


def destroy_keys(arguments: argparse.Namespace) -> int:
    """Show what would be unreadable; with `--confirm KIND` destroy it. Returns 1 where nothing was destroyed."""
    _set_up()
    from echowall.kernel import clock, scope
    from echowall.kernel.actors import SYSTEM_ACTOR
    from echowall.kernel.errors import Refusal
    from echowall.retention.operations import destroy_kind_keys
    from echowall.retention.sealed_values import values_of

    with scope.as_system():
        places = values_of(arguments.kind)
    for place in places:
        _tell(f"{place.count:>10}  {place.where}")
    total = sum(place.count for place in places)
    if not arguments.confirm:
        _tell(say(f"{total} 项将永远不能再读。确定请加 --confirm {arguments.kind}",
                  f"{total} values would be unreadable for ever. To do it: --confirm {arguments.kind}"))  # fmt: skip
        return 1
    try:
        record = destroy_kind_keys(
            kind=arguments.kind, confirmed=arguments.confirm, count=total, reason=arguments.reason,
            actor=SYSTEM_ACTOR, at=clock.now(),
        )  # fmt: skip
    except Refusal as refusal:
        raise StartError("\n".join(f"{problem.message} {problem.fix}" for problem in refusal.problems)) from refusal
    _tell(say(f"已销毁，记录 {record.id}", f"destroyed, record {record.id}"))
    return 0


def preview(_arguments: argparse.Namespace) -> int:
    """Print per office and kind what would die, and what is held."""
    _set_up()
    from echowall.kernel import clock, scope
    from echowall.kernel.actors import SYSTEM_ACTOR
    from echowall.retention import queries

    with scope.as_system():
        for office in queries.offices_of(SYSTEM_ACTOR, "retention.see"):
            _tell(office.name)
            for due in queries.preview(office, clock.now()):
                days, held = due.policy.days, due.held_count
                _tell(f"  {due.kind.title}  {due.count}  ({say('天', 'days')} {days}, {say('保留', 'held')} {held})")
    return 0


def run(_arguments: argparse.Namespace) -> int:
    """Destroy what is due and print the records."""
    _set_up()
    from echowall.kernel import clock
    from echowall.retention.operations import destroy_due

    for record in destroy_due(at=clock.now()):
        _tell(f"{record.kind}  {record.count}  {record.reason}  {record.policy}")
    return 0


def _set_up() -> None:
    from echowall.site import preparation

    preparation.start_database(os.environ.get("ECHOWALL_DATABASE_ROLE"))
    import django

    django.setup()


def _tell(text: str) -> None:
    sys.stdout.write(f"{text}\n")
