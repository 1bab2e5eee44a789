"""The figures of a run as a Markdown table: `python -m benchmarks.table FILE [--into README.md]`.

FILE is what `python -m benchmarks --json FILE` wrote. `--into` replaces what stands between the two comments
`<!-- figures -->` and `<!-- end of figures -->`, so that no figure is ever copied by hand.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

from benchmarks.figures import number

BEGIN, END = "<!-- figures -->", "<!-- end of figures -->"


def table(said: Mapping[str, Any]) -> str:
    """Return the Markdown table of a run, its machine beneath it; what could not run stands there as such."""
    here = said["machine"]
    lines = ["| what | target | measured | beside, in the same run |", "|---|---|---|---|"]
    figures = [one for found in said["figures"].values() for one in found]
    for group, together in groupby(figures, key=lambda one: one.get("group", "")):
        found = list(together)
        lines += [_together(group, found)] if group else [_line(one) for one in found]
    lines += [f"| {name} | | could not run | |" for name in said["broken"]]
    cores = f"{here['cores']} core{'s' if here['cores'] != 1 else ''}"
    memory = f"{here['memory_gib']} GiB, {here['system']}, Python {here['python']}"
    lines += ["", f"Taken on {here['cpu']}, {cores}, {memory}; load before the run {here['load_before']}."]
    if said["quick"]:
        lines.append("A run with `--quick`: small sizes, to try and not to tell.")
    return "\n".join(lines) + "\n"


def _target(one: Mapping[str, Any]) -> str:
    if one["target"] is None:
        return ""
    return f"{'≤' if one['lower_is_better'] else '≥'} {number(one['target'])} {one['unit']}"


def _line(one: Mapping[str, Any]) -> str:
    beside = ""
    if one["beside_value"] is not None:
        beside = f"{one['beside']}: {number(one['beside_value'])} {one['unit']}"
    missed = "" if one["is_met"] is not False else ": **not met**"
    return f"| {one['name']} | {_target(one)} | {number(one['value'])} {one['unit']}{missed} | {beside} |"


def _together(group: str, found: Sequence[Mapping[str, Any]]) -> str:
    """Return one line for many figures of a kind: from the best to the worst, the worst by name, the missed counted."""
    order = sorted(found, key=lambda one: one["value"], reverse=not found[0]["lower_is_better"])
    best, worst = order[0], order[-1]
    missed = sum(one["is_met"] is False for one in order)
    value = f"{number(best['value'])} to {number(worst['value'])} {worst['unit']}"
    tail = f": **{missed} of {len(order)} not met**" if missed else ""
    name = worst["name"].partition(": ")[2] or worst["name"]
    return f"| {group} ({len(order)}) | {_target(worst)} | {value}{tail} | slowest: {name} |"


def put_into(text: str, made: str) -> str:
    """Return ``text`` with the table between the two comments replaced.

    Raises:
        ValueError: the comments do not stand there, each once and in order.
    """
    head, begin, rest = text.partition(BEGIN)
    _old, end, tail = rest.partition(END)
    if not begin or not end or BEGIN in tail or END in tail:
        raise ValueError(f"{BEGIN} and {END} must each stand there once")
    return f"{head}{BEGIN}\n{made}{END}{tail}"


def main() -> int:
    """Print the table or put it into a file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path)
    parser.add_argument("--into", type=Path, help="a Markdown file with the two comments")
    given = parser.parse_args()
    made = table(json.loads(given.file.read_text(encoding="utf-8")))
    if given.into is None:
        print(made, end="")
        return 0
    try:
        text = put_into(given.into.read_text(encoding="utf-8"), made)
    except ValueError as error:
        print(f"{given.into}: {error}", file=sys.stderr)
        return 2
    given.into.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
