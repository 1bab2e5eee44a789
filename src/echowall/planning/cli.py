"""The command ``echowall plan TASK``: reads a problem, plans, proves, checks the plan independently, writes and draws it."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from echowall.planning.tasks import Task
    from echowall.planning.types import Plan

FAILED, WRONG_INPUT = 1, 2
STATUS = {
    "optimal": "已证明最优",
    "feasible": "可行，与下界的差距见下",
    "infeasible": "已证明不可能同时满足",
    "unknown": "时间内未找到方案，也未能证明不可能",
}


def add_parsers(subparsers: Any) -> None:
    """Add ``plan`` to ``subparsers`` (argparse). It sets ``run``, which returns the exit code."""
    from echowall.planning.tasks import NAMES

    parser = subparsers.add_parser("plan", help="做方案：组团、卡口、选点、检测日、排班、路线、巡查、外呼")
    parser.add_argument("task", choices=NAMES, help="哪一种方案")
    parser.add_argument("--input", type=Path, help="问题（JSON）")
    parser.add_argument("--output", type=Path, help="方案写到这里（JSON）；不写则打印")
    parser.add_argument("--seconds", type=float, default=60.0, help="最多用多少秒，默认 60")
    parser.add_argument("--work", type=float, help="最多做多少步；种子相同、步数相同则方案相同")
    parser.add_argument("--seed", type=int, default=0, help="随机种子，默认 0")
    parser.add_argument("--workers", type=int, default=2, help="线程数，默认 2")
    parser.add_argument("--svg", type=Path, help="画成图（SVG）")
    parser.add_argument("--check", type=Path, metavar="PLAN", help="不做方案，只核对这份方案是否守住全部规则")
    parser.add_argument(
        "--schema", nargs="?", const="input", choices=("input", "output"), help="打印输入（或输出）的 JSON schema"
    )
    parser.set_defaults(run=_run)


def main() -> int:
    """Run it by itself: ``python -m echowall.planning``."""
    parser = argparse.ArgumentParser(prog="python -m echowall.planning", description="方案")
    add_parsers(parser.add_subparsers(required=True, metavar="plan"))
    arguments = parser.parse_args()
    code: int = arguments.run(arguments)
    return code


def _run(arguments: argparse.Namespace) -> int:
    try:
        from echowall.planning import documents, tasks

        task = tasks.load(arguments.task)
    except ModuleNotFoundError as error:
        _print(f"缺少方案用的求解库 {error.name}：先运行 make planning（run make planning first）", file=sys.stderr)
        return WRONG_INPUT
    if arguments.schema:
        from echowall.planning.types import Plan

        kind: Any = task.problem if arguments.schema == "input" else Plan[task.solution]  # type: ignore[name-defined]
        _print(json.dumps(documents.schema(kind), ensure_ascii=False, indent=1))
        return 0
    faults = _faults_of_wish(arguments)
    if faults:
        _print("\n".join(faults), file=sys.stderr)
        return WRONG_INPUT
    try:
        return _work(task, arguments)
    except documents.InvalidProblemError as error:
        _print(f"{error}", file=sys.stderr)
        return WRONG_INPUT


def _faults_of_wish(arguments: argparse.Namespace) -> list[str]:
    faults = []
    if arguments.input is None:
        faults.append("--input：请给出问题文件（JSON）；格式见 --schema")
    for name in ("input", "check"):
        path = getattr(arguments, name)
        if path is not None and not path.is_file():
            faults.append(f"--{name} {path}：没有这个文件")
    for name in ("output", "svg"):
        path = getattr(arguments, name)
        if path is not None and not path.absolute().parent.is_dir():
            faults.append(f"--{name} {path}：没有这个目录")
    if not arguments.seconds > 0:
        faults.append(f"--seconds {arguments.seconds:g}：要大于 0")
    if arguments.work is not None and not arguments.work > 0:
        faults.append(f"--work {arguments.work:g}：要大于 0")
    if arguments.workers < 1:
        faults.append(f"--workers {arguments.workers}：至少 1")
    return faults


def _work(task: Task, arguments: argparse.Namespace) -> int:
    from echowall.planning import documents
    from echowall.planning.types import Effort, Plan

    problem = documents.read(task.problem, arguments.input.read_bytes())
    faults = task.faults_of(problem)
    if faults:
        raise documents.InvalidProblemError(faults)
    if arguments.check:
        plan = documents.read(Plan[task.solution], arguments.check.read_bytes())  # type: ignore[name-defined]
        return _report_check(task, problem, plan)
    effort = Effort(arguments.seconds, arguments.seed, arguments.work, arguments.workers)
    plan = task.solve(problem, effort)
    text = documents.write(plan)
    if arguments.output:
        arguments.output.write_text(text, encoding="utf-8")
    if arguments.svg and plan.solution is not None:
        arguments.svg.write_text(task.draw(problem, plan), encoding="utf-8")
    _print(summary(task, plan) if arguments.output else text)
    if plan.solution is not None and _report_check(task, problem, plan, quiet=not arguments.output):
        return FAILED
    return 0 if plan.solution is not None else FAILED


def _report_check(task: Task, problem: Any, plan: Plan[Any], *, quiet: bool = False) -> int:
    faults = task.validate(problem, plan)
    for fault in faults:
        _print(f"✘ {fault.place} {fault.value}：{fault.zh}", file=sys.stderr)
    if not faults and not quiet:
        _print("✔ 独立核对：全部规则守住，数字相符")
    return FAILED if faults else 0


def summary(task: Task, plan: Plan[Any]) -> str:
    """Return the plan in a few Chinese lines: status, objective, bound, gap, figures, explanation, conflict."""
    lines = [f"{task.title.zh}：{STATUS[plan.status]}（{plan.seconds:.1f} 秒，种子 {plan.seed}）"]
    if plan.objective is not None:
        bound = "" if plan.bound is None else f"，界 {plan.bound:g}，差距 {100 * (plan.gap or 0):.2f} %"
        lines.append(f"{plan.objective_text.zh}：{plan.objective:g}{bound}")
    lines.append(f"界的依据：{plan.bound_text.zh}")
    lines += [f"  {metric.label.zh}：{metric.value:g} {metric.unit}".rstrip() for metric in plan.metrics]
    if plan.change_count is not None:
        lines.append(f"  与现行方案相比变动 {plan.change_count} 处")
    lines += [f"  · {said.zh}" for said in plan.explanation]
    if plan.conflict is not None:
        kind = "最少的一组" if plan.conflict.is_smallest else "去掉任何一条就不再冲突的一组"
        lines.append(f"互相冲突的要求（{kind}）：")
        lines += [f"  ✘ {demand.text.zh}" for demand in plan.conflict.demands]
    return "\n".join(lines)


def _print(text: str, *, file: Any = None) -> None:
    print(text, file=file or sys.stdout)
