import base64
import stat
from pathlib import Path

import pytest

from echowall.site import environment, secret_files
from echowall.site.postgres.connection import django_database, socket_url, with_database, with_user


class TestRead:
    def test_defaults_listen_on_loopback_only(self, tmp_path: Path) -> None:
        read = environment.read({"ECHOWALL_STATE": str(tmp_path)})
        assert (read.host, read.port, read.debug, read.database_role) == ("127.0.0.1", 8000, False, "app")

    def test_names_every_error_at_once(self) -> None:
        wrong = {"ECHOWALL_PORT": "99999", "ECHOWALL_DEBUG": "ja", "ECHOWALL_DATABASE_URL": "mysql://x/y"}
        with pytest.raises(environment.InvalidEnvironmentError) as caught:
            environment.read(wrong)
        assert len(caught.value.errors) == 3
        assert all(any(name in line for line in caught.value.errors) for name in wrong)

    def test_refuses_a_misspelt_name_and_offers_the_right_one(self) -> None:
        with pytest.raises(environment.InvalidEnvironmentError, match="ECHOWALL_DATABASE_URL"):
            environment.read({"ECHOWALL_DATABSE_URL": "postgresql://a@b/c"})

    def test_does_not_show_secrets_in_errors_or_repr(self, tmp_path: Path) -> None:
        with pytest.raises(environment.InvalidEnvironmentError) as caught:
            environment.read({"ECHOWALL_SECRET_KEY": "hunter2"})
        assert "hunter2" not in str(caught.value)
        read = environment.read({"ECHOWALL_STATE": str(tmp_path)})
        assert read.secret_key not in repr(read)

    def test_keeps_secrets_from_start_to_start(self, tmp_path: Path) -> None:
        first = environment.read({"ECHOWALL_STATE": str(tmp_path)})
        second = environment.read({"ECHOWALL_STATE": str(tmp_path)})
        assert (first.secret_key, first.master_key) == (second.secret_key, second.master_key)
        assert len(first.master_key) == 32
        mode = (tmp_path / "secrets" / "master_key").stat().st_mode
        assert stat.S_IMODE(mode) == 0o600

    def test_never_makes_a_master_key_for_a_server_silently(self, tmp_path: Path) -> None:
        given = {"ECHOWALL_STATE": str(tmp_path), "ECHOWALL_DATABASE_URL": "postgresql://o:p@db/echowall"}
        with pytest.raises(environment.InvalidEnvironmentError, match="keys new"):
            environment.read(given)
        key = base64.b64encode(b"k" * 32).decode()
        assert environment.read({**given, "ECHOWALL_MASTER_KEY": key}).master_key == b"k" * 32

    def test_refuses_an_app_address_without_an_owner_address(self, tmp_path: Path) -> None:
        with pytest.raises(environment.InvalidEnvironmentError, match="ECHOWALL_APP_DATABASE_URL"):
            environment.read({"ECHOWALL_STATE": str(tmp_path), "ECHOWALL_APP_DATABASE_URL": "postgresql://a:b@h/d"})

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("ECHOWALL_HOST", "999.1.1.1"),
            ("ECHOWALL_HOST", "http://127.0.0.1"),
            ("ECHOWALL_HOSTS", "http://echowall.example/"),
            ("ECHOWALL_HOSTS", "echowall.example:443"),
            ("ECHOWALL_HOSTS", ","),
            ("ECHOWALL_DATABASE_URL", "postgresql://u:p@db:99999/echowall"),
            ("ECHOWALL_DATABASE_URL", "postgresql://u:p@[db/echowall"),
        ],
    )
    def test_refuses_an_address_nobody_can_reach(self, tmp_path: Path, name: str, value: str) -> None:
        with pytest.raises(environment.InvalidEnvironmentError, match=name):
            environment.read({"ECHOWALL_STATE": str(tmp_path), name: value})

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("ECHOWALL_HOST", "192.0.2.7"),
            ("ECHOWALL_HOST", "::1"),
            ("ECHOWALL_HOST", "localhost"),
            ("ECHOWALL_HOSTS", ".echowall.example, 10.0.0.1,[::1],*,回音壁.example"),
        ],
    )
    def test_takes_addresses_as_they_are_written(self, tmp_path: Path, name: str, value: str) -> None:
        assert environment.read({"ECHOWALL_STATE": str(tmp_path), name: value})


class TestKeep:
    def test_the_first_value_wins(self, tmp_path: Path) -> None:
        assert secret_files.keep(tmp_path / "s", "one") == "one"
        assert secret_files.keep(tmp_path / "s", "two") == "one"
        assert [path.name for path in tmp_path.iterdir()] == ["s"]


class TestAddresses:
    def test_a_socket_below_chinese_and_spaces_survives_the_way_to_django(self) -> None:
        url = socket_url("echowall_app", "p@ss/word", Path("/某处/a b/run"))
        told = django_database(url)
        assert (told["HOST"], told["USER"], told["PASSWORD"]) == ("/某处/a b/run", "echowall_app", "p@ss/word")
        assert (told["NAME"], told["PORT"], told["OPTIONS"]) == ("echowall", "5432", {})

    def test_changes_user_and_database_and_keeps_the_rest(self) -> None:
        url = with_database(with_user("postgresql://o:p@db:5433/a?sslmode=require", "app", "x"), "b")
        assert url == "postgresql://app:x@db:5433/b?sslmode=require"
        assert django_database(url)["OPTIONS"] == {"sslmode": "require"}


class TestReadOpinion:
    ADDRESS = "http://10.0.0.5:8000/v1"

    def test_is_off_by_default(self, tmp_path: Path) -> None:
        assert environment.read({"ECHOWALL_STATE": str(tmp_path)}).opinion_url == ""

    def test_reads_address_model_key_and_seconds(self, tmp_path: Path) -> None:
        given = {"URL": self.ADDRESS + "/", "MODEL": "qwen2.5:7b", "KEY": "sk-hunter2", "SECONDS": "2.5"}
        opinion = {f"ECHOWALL_OPINION_{name}": value for name, value in given.items()}
        read = environment.read({"ECHOWALL_STATE": str(tmp_path), **opinion})
        assert (read.opinion_url, read.opinion_model) == (self.ADDRESS, "qwen2.5:7b")
        assert (read.opinion_key, read.opinion_seconds) == ("sk-hunter2", 2.5)
        assert "hunter2" not in repr(read)

    def test_names_every_error_at_once_without_the_key(self) -> None:
        wrong = {"URL": "ftp://x", "MODEL": "two words", "KEY": "hunter2 密", "SECONDS": "nan"}
        with pytest.raises(environment.InvalidEnvironmentError) as caught:
            environment.read({f"ECHOWALL_OPINION_{name}": value for name, value in wrong.items()})
        assert len(caught.value.errors) == 4
        assert "hunter2" not in str(caught.value)

    @pytest.mark.parametrize(("given", "missing"), [("URL", "MODEL"), ("MODEL", "URL"), ("KEY", "URL")])
    def test_refuses_one_without_the_other(self, tmp_path: Path, given: str, missing: str) -> None:
        value = {"URL": self.ADDRESS, "MODEL": "qwen", "KEY": "hunter2"}[given]
        with pytest.raises(environment.InvalidEnvironmentError, match=f"ECHOWALL_OPINION_{missing}: "):
            environment.read({"ECHOWALL_STATE": str(tmp_path), f"ECHOWALL_OPINION_{given}": value})

    @pytest.mark.parametrize("address", ["10.0.0.5", "http://", "http://me:pw@host/v1", "http://h:0/v1", "http://h/?a"])
    def test_refuses_an_address_that_cannot_be_asked(self, tmp_path: Path, address: str) -> None:
        opinion = {"ECHOWALL_OPINION_URL": address, "ECHOWALL_OPINION_MODEL": "qwen"}
        with pytest.raises(environment.InvalidEnvironmentError, match="ECHOWALL_OPINION_URL"):
            environment.read({"ECHOWALL_STATE": str(tmp_path), **opinion})
