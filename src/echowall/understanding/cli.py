"""Commands of understanding: ``evaluate``, ``understanding train``, ``understanding report``."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from echowall.understanding import understand_cli
from echowall.understanding.evaluation import ClassFigures, Figures, describe
from echowall.understanding.examples import ExamplesError, Fault, read_examples
from echowall.understanding.model import SHIPPED, ModelFileError, TextModel

CORPUS = Path("corpus/understanding")
FAILED, WRONG_INPUT = 1, 2


def add_parsers(subparsers: Any) -> None:
    """Add the commands to ``subparsers`` (argparse). Each sets ``run``, which returns the exit code."""
    evaluate_parser = subparsers.add_parser(
        "evaluate", help="用一份标注数据训练、另一份测试，报告准确率 / train, test, report"
    )
    evaluate_parser.add_argument("task", help="任务名称，如 intent、topic、category，只用于报告")
    evaluate_parser.add_argument("--train", type=Path, required=True, help="训练文件 (.csv .jsonl，可带 .gz)")
    evaluate_parser.add_argument("--test", type=Path, required=True, help="测试文件")
    evaluate_parser.add_argument("--text", required=True, help="文本列，多列用逗号分隔，标题在前")
    evaluate_parser.add_argument("--label", required=True, help="标签列")
    evaluate_parser.add_argument("--json", action="store_true", help="以 JSON 输出")
    evaluate_parser.set_defaults(run=_reporting(_evaluate))
    group = subparsers.add_parser("understanding", help="留言理解模型：训练与报告 / the text model: train, report")
    commands = group.add_subparsers(dest="understanding_command", required=True, metavar="命令")
    train_parser = commands.add_parser("train", help="用语料和人工更正重新训练；变差则拒绝安装 / train anew")
    train_parser.add_argument("--corpus", type=Path, default=CORPUS, help="语料目录或文件 (JSONL)")
    train_parser.add_argument("--corrections", type=Path, help="人工更正文件，列与语料相同")
    train_parser.add_argument("--output", type=Path, default=SHIPPED, help="写到哪里；默认替换程序自带的模型")
    train_parser.add_argument("--json", action="store_true", help="以 JSON 输出")
    train_parser.set_defaults(run=_reporting(_train))
    report_parser = commands.add_parser("report", help="现用模型在保留测试集上的成绩 / figures of the model")
    report_parser.add_argument("--corpus", type=Path, default=CORPUS, help="语料目录或文件")
    report_parser.add_argument("--model", type=Path, default=SHIPPED, help="模型文件")
    report_parser.add_argument("--json", action="store_true", help="以 JSON 输出")
    report_parser.set_defaults(run=_reporting(_report))


def main() -> int:
    """Run one of these commands by itself: ``python -m echowall.understanding``."""
    parser = argparse.ArgumentParser(prog="python -m echowall.understanding", description="留言理解")
    commands = parser.add_subparsers(required=True, metavar="命令")
    add_parsers(commands)
    understand_cli.add_parsers(commands)
    arguments = parser.parse_args()
    code: int = arguments.run(arguments)
    return code


def evaluate(train: Path, test: Path, text: list[str], label: str) -> dict[str, Any]:
    """Train a fresh classifier on one file, test it on the other; everything measured, as plain data."""
    from echowall.understanding.training import try_out

    faults: list[Fault] = []
    sets = []
    for path in (train, test):
        try:
            sets.append(read_examples([path], text, [label]))
        except ExamplesError as error:
            faults += error.faults
    if faults:
        raise ExamplesError(faults)
    return try_out(sets[0], sets[1], label)


def _evaluate(arguments: argparse.Namespace) -> None:
    columns = [column.strip() for column in arguments.text.split(",") if column.strip()]
    found = evaluate(arguments.train, arguments.test, columns, arguments.label)
    if arguments.json:
        _print(json.dumps({"task": arguments.task, **found}, ensure_ascii=False, indent=1))
        return
    _print(f"{arguments.task}: 训练 {found['train_count']} 条，{found['train_seconds']} 秒，{found['features']} 个特征")
    _print(f"{found['messages_per_second']:.0f} messages/s（平均 {found['characters_per_message']:.0f} 字）")
    _print(_described(found))


def _described(found: dict[str, Any]) -> str:
    classes = {name: ClassFigures(**one) for name, one in found["classes"].items()}
    return describe(
        Figures(found["count"], found["accuracy"], found["macro_f1"], found["labels"], classes, found["confusion"])
    )


def corpus_files(corpus: Path) -> list[Path]:
    """The files of a corpus: all JSONL (or packed JSONL) in a folder in order of name, or the one file named."""
    if corpus.is_dir():
        return sorted([*corpus.glob("*.jsonl"), *corpus.glob("*.jsonl.gz")])
    return [corpus]


def _train(arguments: argparse.Namespace) -> None:
    from echowall.understanding.training import train

    corrections = [arguments.corrections] if arguments.corrections else []
    report = train(corpus_files(arguments.corpus), output=arguments.output, corrections=corrections)
    if arguments.json:
        _print(json.dumps(report.as_data(), ensure_ascii=False, indent=1))
        return
    _print(
        f"训练 {report.trained_on} 条（其中更正 {report.corrections}），保留测试 {report.kept} 条，"
        f"去重 {report.repeated} 条，与测试近似而不用 {report.shadowed} 条；{report.features} 个特征，"
        f" {report.seconds} 秒"
    )
    for head, figures in report.figures.items():
        _print(f"\n== {head}\n{describe(figures, confusion=len(figures.labels) <= 20)}")
    _print(f"\n已安装 {arguments.output}（版本 {report.version}）")


def _report(arguments: argparse.Namespace) -> None:
    from echowall.understanding.kept import split
    from echowall.understanding.training import HEADS, examine

    model = TextModel.load(arguments.model)
    kept = split(read_examples(corpus_files(arguments.corpus), ("text",), HEADS)).kept
    figures, bands = examine(model, kept)
    if arguments.json:
        data = {head: one.as_data() for head, one in figures.items()}
        _print(json.dumps({"version": model.version, "figures": data, "bands": bands}, ensure_ascii=False, indent=1))
        return
    _print(
        f"模型 {model.version}，训练 {model.facts['texts']} 条，{model.vocabulary.size} 个特征，保留测试 {len(kept)} 条"
    )
    for head, one in figures.items():
        _print(f"\n== {head}\n{describe(one, confusion=len(one.labels) <= 20)}")
    for head, band in bands.items():
        _print(f"{head}: " + "  ".join(f"{name}={value:.3f}" for name, value in band.items()))


def _reporting(command: Callable[[argparse.Namespace], None]) -> Callable[[argparse.Namespace], int]:
    """Turn the errors a user can mend into words on standard error and an exit code."""

    def run(arguments: argparse.Namespace) -> int:
        try:
            command(arguments)
        except (ExamplesError, ModelFileError) as error:
            sys.stderr.write(f"{error}\n")
            return WRONG_INPUT
        except ModuleNotFoundError as error:
            if (error.name or "").partition(".")[0] not in {"sklearn", "scipy"}:
                raise
            sys.stderr.write("训练需要 scikit-learn: pip install 'echowall[train]'\n")
            return FAILED
        except Exception as error:
            if type(error).__name__ != "WorseModelError":
                raise
            sys.stderr.write(f"{error}\n")
            return FAILED
        return 0

    return run


def _print(text: str) -> None:
    sys.stdout.write(text + "\n")
