import argparse
from pathlib import Path

import pytest

from echowall.site import audit_cli
from echowall.site.audit_cli import parse_checkpoint
from echowall.site.errors import StartError


class TestParseCheckpoint:
    def test_reads_the_printed_line_and_the_file(self, tmp_path: Path) -> None:
        line = "12:" + "ab" * 32
        (tmp_path / "kept").write_text(line + "\n")
        assert parse_checkpoint(line) == parse_checkpoint(str(tmp_path / "kept")) == (12, b"\xab" * 32)

    @pytest.mark.parametrize("wrong", ["", "12", "12:", "12:ab", "x:" + "ab" * 32, "-1:" + "ab" * 32])
    def test_names_the_form_for_anything_else(self, wrong: str) -> None:
        with pytest.raises(StartError, match=":"):
            parse_checkpoint(wrong)


class TestCheckpoint:
    def test_an_old_checkpoint_is_never_written_over(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, db: None
    ) -> None:
        monkeypatch.setattr(audit_cli, "_set_up", lambda: None)
        kept = tmp_path / "kept"
        kept.write_text("old")
        with pytest.raises(StartError, match="不覆盖"):
            audit_cli.checkpoint(argparse.Namespace(output=kept))
        assert kept.read_text() == "old"
