"""`echowall playbooks`: check a folder, show a value with its trace, compare two playbooks."""

from __future__ import annotations

import argparse
import sys
from datetime import date
from pathlib import Path

from echowall.playbooks.checking import check_folder
from echowall.playbooks.comparing import differences
from echowall.playbooks.errors import PlaybookError
from echowall.playbooks.library import Library, calendar_of, default_folder, playbook_folders
from echowall.playbooks.loading import load
from echowall.playbooks.playbook import Playbook


def add_parsers(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `playbooks check|show|diff`; each sets `run`, a function of the arguments giving the exit code."""
    playbooks = subparsers.add_parser("playbooks", help="工作法：检查、查值、比较 / playbooks: check, show, diff")
    commands = playbooks.add_subparsers(dest="playbooks_command", required=True)

    check = commands.add_parser("check", help="检查工作法目录 / check playbooks")
    check.add_argument("folder", nargs="?", type=Path, metavar="DIR")
    check.set_defaults(run=run_check)

    show = commands.add_parser("show", help="某日某地的值及依据 / a value on a day at a place, with its source")
    show.add_argument("playbook", metavar="PLAYBOOK")
    show.add_argument("parameter", nargs="?", metavar="PARAMETER")
    show.add_argument("--on", type=date.fromisoformat, required=True, metavar="YYYY-MM-DD")
    show.add_argument("--place", default="", metavar="CODE[,CODE…]", help="由近到远 / nearest first")
    show.set_defaults(run=run_show)

    diff = commands.add_parser("diff", help="比较两个工作法 / compare two playbooks")
    diff.add_argument("old", metavar="A")
    diff.add_argument("new", metavar="B")
    diff.set_defaults(run=run_diff)

    for parser in (check, show, diff):
        parser.add_argument("--lang", choices=("zh", "en"), default="zh")


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")


def _find(name: str) -> Playbook:
    """A playbook by path, or by its name in the default folder."""
    path = Path(name)
    return load(path) if (path / "manifest.yaml").is_file() else Library(default_folder()).get(name)


def run_check(arguments: argparse.Namespace) -> int:
    """Exit code 0 if every playbook of the folder is good, 1 if not, 2 if there is none."""
    folder = arguments.folder or default_folder()
    english = arguments.lang == "en"
    paths = playbook_folders(folder)
    if not paths:
        _say(f"No playbook in {folder}" if english else f"{folder} 中没有工作法")
        return 2
    calendar = calendar_of(folder)
    is_good = True
    for path in paths:
        result = check_folder(path, calendar)
        is_good = is_good and result.is_good
        version = result.playbook.version if result.playbook else "-"
        if english:
            _say(
                f"{result.name} {version}: {len(result.problems)} problems, {result.situation_count} situations, "
                f"{len(result.unverified)} values to be verified"
            )
        else:
            _say(
                f"{result.name} {version}：{len(result.problems)} 处问题，{result.situation_count} 个情形，"
                f"{len(result.unverified)} 个待核实的值"
            )
        for problem in result.problems:
            _say(f"  {path.name}/{problem.describe(arguments.lang)}")
        for line in result.unverified:
            _say(f"  ? {path.name}/{line}")
    return 0 if is_good else 1


def run_show(arguments: argparse.Namespace) -> int:
    """Print one value, or all values in force, with file, line, date and source; exit code 1 on a named refusal."""
    place = tuple(code for code in arguments.place.split(",") if code)
    try:
        playbook = _find(arguments.playbook)
        names = [arguments.parameter] if arguments.parameter else sorted({p.name for p in playbook.all_parameters()})
        for name in names:
            value = playbook.value(name, on=arguments.on, place=place)
            _say(value.explain(playbook.text(f"parameters.{name}")).in_language(arguments.lang))
    except (PlaybookError, FileNotFoundError) as error:
        return _refuse(error, arguments.lang)
    return 0


def run_diff(arguments: argparse.Namespace) -> int:
    """Print what differs; exit code 0 if nothing does, 1 if something does or a playbook cannot be read."""
    try:
        old, new = _find(arguments.old), _find(arguments.new)
    except (PlaybookError, FileNotFoundError) as error:
        return _refuse(error, arguments.lang)
    lines = list(differences(old, new))
    _say(f"{old.id} {old.version} → {new.id} {new.version}")
    for line in lines:
        _say(line.in_language(arguments.lang))
    return 1 if lines else 0


def _refuse(error: Exception, language: str) -> int:
    text = error.said.in_language(language) if isinstance(error, PlaybookError) else str(error)
    sys.stderr.write(text + "\n")
    return 1
