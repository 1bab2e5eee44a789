"""Commands of hearing: ``voices load`` loads a table, ``voices corrections`` writes staff corrections as training data;
``voices mail`` and ``voices wecom`` fetch (``fetching_cli``).
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path
from typing import Any

from .fetching_cli import add_commands

FAILED, WRONG_INPUT = 1, 2


def add_parsers(subparsers: Any) -> None:
    """Add the commands to ``subparsers`` (argparse). Each sets ``run`` and asks for the database."""
    group = subparsers.add_parser(
        "voices", help="留言：导入表格、导出更正 / messages: load a table, export corrections"
    )
    commands = group.add_subparsers(dest="voices_command", required=True, metavar="命令")
    load_parser = commands.add_parser("load", help="导入表格，与网页上传同一条路 / load a table")
    load_parser.add_argument("file", type=Path, help="CSV、XLS、XLSX、JSONL，可带 .gz")
    load_parser.add_argument("--source", required=True, help="来源名称（渠道为表格导入）")
    load_parser.add_argument("--office", default="", help="街道代码或名称；来源名称在全市唯一时可不填")
    load_parser.add_argument(
        "--mapping", type=Path, help='列的对应关系 (JSON): {"columns": {"text": ["内容"]}, "order": "dmy"}'
    )
    load_parser.add_argument("--record-only", action="store_true", help="历史数据：只理解和留存，不立事项")
    load_parser.add_argument("--json", action="store_true", help="以 JSON 输出")
    load_parser.set_defaults(run=_load, needs_database=True)
    corrections_parser = commands.add_parser(
        "corrections", help="把人工更正写成训练数据 (JSONL) / corrections as training data"
    )
    corrections_parser.add_argument("--output", type=Path, required=True, help="写到哪个文件")
    corrections_parser.set_defaults(run=_corrections, needs_database=True)
    add_commands(commands)


def _load(arguments: argparse.Namespace) -> int:
    from echowall.kernel.errors import Refusal

    try:
        mapping = json.loads(arguments.mapping.read_text(encoding="utf-8")) if arguments.mapping else None
        content = arguments.file.read_bytes()
    except FileNotFoundError as error:
        print(f"{error.filename}：没有这个文件，请检查路径（no such file）", file=sys.stderr)  # noqa: T201 - a command speaks on the terminal
        return WRONG_INPUT
    except (OSError, ValueError) as error:
        print(error, file=sys.stderr)  # noqa: T201
        return WRONG_INPUT
    try:
        figures = load_file(content, arguments.file.name, arguments.source, arguments.office, mapping,
                            record_only=arguments.record_only)  # fmt: skip
    except Refusal as error:
        for problem in error.problems:
            print(problem, file=sys.stderr)  # noqa: T201
        return WRONG_INPUT
    if arguments.json:
        print(json.dumps(figures, ensure_ascii=False))  # noqa: T201
    else:
        print(  # noqa: T201
            f"{figures['file']}: {figures['rows']} 行 ="
            f" 新 {figures['new']} + 已有 {figures['known']} + 有误 {figures['problems']},"
            f" {figures['seconds']:.1f} 秒，{figures['rows_per_second']:.0f} 行/秒"
        )
    return 0 if figures["state"] == "done" else FAILED


def load_file(
    content: bytes,
    name: str,
    source_name: str,
    office: str,
    mapping: dict[str, Any] | None,
    *,
    record_only: bool = False,
) -> dict[str, Any]:
    """Load a file into a source as the page does, and wait for it; returns the counts and the speed (rows/s).

    Raises:
        Refusal: no such source, or the file or mapping cannot be used, with every reason.
    """
    from echowall.kernel import clock
    from echowall.kernel.actors import SYSTEM_ACTOR
    from echowall.kernel.scope import as_system

    from .loading import run_import
    from .operations.loading import Reading, begin, draft_import, map_import, mapping_from
    from .queries import table_source

    started = time.perf_counter()
    at = clock.now()
    with as_system():
        source = table_source(source_name, office)
        loaded = draft_import(source=source, name=name, content=content, actor=SYSTEM_ACTOR, at=at)
        chosen = mapping_from(mapping if mapping is not None else loaded.settings["mapping"])
        map_import(loaded=loaded, mapping=chosen, reading=Reading(), record_only=record_only, actor=SYSTEM_ACTOR, at=at)
        begin(loaded=loaded, actor=SYSTEM_ACTOR, at=at)
    loaded = run_import(import_id=loaded.id, at=at)
    seconds = time.perf_counter() - started
    return {
        "file": name,
        "state": str(loaded.state),
        "rows": loaded.row_count,
        "new": loaded.new_count,
        "known": loaded.known_count,
        "problems": loaded.problem_count,
        "seconds": round(seconds, 2),
        "rows_per_second": round(loaded.row_count / seconds) if seconds else 0,
        "import": str(loaded.id),
    }


def _corrections(arguments: argparse.Namespace) -> int:
    from echowall.kernel import audit, clock
    from echowall.kernel.actors import SYSTEM_ACTOR
    from echowall.kernel.scope import as_system

    from .queries import corrected_examples

    count = 0
    with as_system():
        with arguments.output.open("w", encoding="utf-8") as out:
            for example in corrected_examples():
                out.write(json.dumps(example, ensure_ascii=False) + "\n")
                count += 1
        audit.record(
            actor=SYSTEM_ACTOR,
            at=clock.now(),
            action="voices.corrections.exported",
            subject=("corrections", arguments.output.name),
            detail={"count": count},
        )
    print(f"{arguments.output}: {count}")  # noqa: T201
    return 0
