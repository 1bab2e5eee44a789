"""What differs between two playbooks or two versions of one."""

from __future__ import annotations

from collections.abc import Iterator

from echowall.playbooks.errors import Said
from echowall.playbooks.playbook import Playbook
from echowall.playbooks.types import DatedValue, Limit


def differences(old: Playbook, new: Playbook) -> Iterator[Said]:
    """One sentence per difference that can decide a case: values by date and place, then clocks, then other files."""
    before, after = _values(old), _values(new)
    for key in sorted(before.keys() | after.keys()):
        place, name, since = key
        where = f"{name}({place})" if place else name
        if key not in after:
            yield Said(f"- {where} 自 {since}：{_say(before[key])}", f"- {where} from {since}: {_say(before[key])}")
        elif key not in before:
            yield Said(f"+ {where} 自 {since}：{_say(after[key])}", f"+ {where} from {since}: {_say(after[key])}")
        elif _essence(before[key]) != _essence(after[key]):
            was, now = _say(before[key]), _say(after[key])
            yield Said(f"~ {where} 自 {since}：{was} → {now}", f"~ {where} from {since}: {was} → {now}")
    for name in sorted(old.files.keys() | new.files.keys()):
        if "parameters/" not in name and old.files.get(name) != new.files.get(name):
            sign = "-" if name not in new.files else "+" if name not in old.files else "~"
            yield Said(f"{sign} 文件 {name}", f"{sign} file {name}")


def _values(playbook: Playbook) -> dict[tuple[str, str, str], DatedValue]:
    return {(p.place, p.name, str(v.valid_from)): v for p in playbook.all_parameters() for v in p.values}


def _essence(dated: DatedValue) -> tuple[object, ...]:
    return dated.value, dated.valid_until, dated.source, dated.mark


def _say(dated: DatedValue) -> str:
    shown = dated.value.say().zh if isinstance(dated.value, Limit) else str(dated.value)
    until = f" 至 {dated.valid_until}" if dated.valid_until else ""
    return f"{shown}{until} [{dated.source.say()}; {dated.mark}]"
