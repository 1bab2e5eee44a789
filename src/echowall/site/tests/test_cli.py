import subprocess
import sys

import pytest

from echowall.site import cli


class TestMain:
    def test_offers_the_commands_of_the_packages(self, capsys: pytest.CaptureFixture[str]) -> None:
        with pytest.raises(SystemExit) as ended:
            cli.main(["no-such-command"])
        assert ended.value.code == 2
        told = capsys.readouterr().err
        assert all(name in told for name in ("serve", "demo", "manage", "understand", "playbooks"))

    def test_an_invalid_environment_is_a_message_and_exit_code_2(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setenv("ECHOWALL_PORT", "http")
        cli.importlib.import_module("echowall.site.environment").load.cache_clear()
        try:
            assert cli.main(["check"]) == 2
        finally:
            monkeypatch.undo()
            cli.importlib.import_module("echowall.site.environment").load.cache_clear()
        assert "ECHOWALL_PORT = 'http'" in capsys.readouterr().err

    def test_every_wrong_flag_is_named_and_nothing_is_started(self, capsys: pytest.CaptureFixture[str]) -> None:
        for command in ("serve", "demo"):
            assert cli.main([command, "--host", "999.1.1.1", "--port", "99999", "--workers", "0"]) == 2
            told = capsys.readouterr().err.splitlines()
            assert [line.split(":")[0] for line in told] == ["--host 999.1.1.1", "--port 99999", "--workers 0"]

    def test_help_does_not_import_django(self) -> None:
        code = "import sys; from echowall.site import cli; cli.build_parser('serve'); sys.exit('django' in sys.modules)"
        assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
