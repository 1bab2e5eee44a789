"""`echowall playbooks`: what it prints and its exit codes."""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path

import pytest

from echowall.playbooks import default_folder
from echowall.playbooks.cli import add_parsers


def run(*words: str) -> int:
    parser = argparse.ArgumentParser()
    add_parsers(parser.add_subparsers(required=True))
    arguments = parser.parse_args(["playbooks", *words])
    return int(arguments.run(arguments))


class TestCheckCommand:
    def test_good_folder(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert run("check", str(default_folder())) == 0
        assert "：0 处问题" in capsys.readouterr().out

    def test_bad_folder_names_place_and_fix(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        folder = Path(shutil.copytree(default_folder() / "13710", tmp_path / "13710"))
        (folder / "parameters" / "solve_limit.yaml").write_text("type: limit\nvalues:\n  - value: 7\n")
        assert run("check", str(folder)) == 1
        shown = capsys.readouterr().out
        assert "13710/parameters/solve_limit.yaml:3 values.0.source [key_missing]" in shown
        assert run("check", str(folder), "--lang", "en") == 1
        assert "Fix: Add source" in capsys.readouterr().out

    def test_empty_folder(self, tmp_path: Path) -> None:
        assert run("check", str(tmp_path)) == 2


class TestShowCommand:
    def test_value_with_source(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert run("show", "13710", "solve_limit", "--on", "2022-05-03", "--place", "410104005,410104") == 0
        assert "一般事项办结期限 = 7日，自 2017-01-01 起" in capsys.readouterr().out

    def test_nothing_in_force(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert run("show", "hotline-limits", "consult_limit", "--on", "2022-05-03", "--place", "44") == 1
        assert "没有生效的值" in capsys.readouterr().err


class TestDiffCommand:
    def test_same_and_different(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        folder = Path(shutil.copytree(default_folder() / "13710", tmp_path / "13710"))
        assert run("diff", "13710", str(folder)) == 0
        path = folder / "parameters" / "solve_limit.yaml"
        path.write_text(path.read_text(encoding="utf-8").replace("amount: 7", "amount: 5"), encoding="utf-8")
        capsys.readouterr()
        assert run("diff", "13710", str(folder)) == 1
        assert "~ solve_limit 自 2017-01-01：7日" in capsys.readouterr().out
