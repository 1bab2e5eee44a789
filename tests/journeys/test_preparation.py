"""Steps that are done once: skipped when done, waited for while somebody is at them, begun again when killed."""

import dataclasses
import os
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from echowall.site import environment, postgres, preparation

pytestmark = pytest.mark.durability


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[environment.Environment]:
    state = tmp_path_factory.mktemp("state")
    made = dataclasses.replace(environment.load(), state=Path(state))
    postgres.embedded_cluster(made.state, durable=False).ensure_running()
    postgres.empty(made)
    yield made
    postgres.stop(made)


class TestOnce:
    def test_is_due_once_for_one_digest(self, here: environment.Environment) -> None:
        told = []
        for digest in ("a", "a", "b"):
            with preparation.once(postgres.connection(here), "step", digest) as due:
                told.append(due)
        assert told == [True, False, True]

    def test_a_failure_leaves_it_due(self, here: environment.Environment) -> None:
        known = postgres.connection(here)
        with pytest.raises(ZeroDivisionError), preparation.once(known, "failing", "a"):
            raise ZeroDivisionError
        with preparation.once(known, "failing", "a") as due:
            assert due


class TestInterrupted:
    def test_only_a_begun_step_that_nobody_is_at_counts(self, here: environment.Environment) -> None:
        known = postgres.connection(here)
        assert preparation.was_interrupted(known, "filling", "begun") is False
        with preparation.once(known, "filling", "done"):
            preparation.note(known, "filling", "begun")
            assert preparation.was_interrupted(known, "filling", "begun") is False
        assert preparation.was_interrupted(known, "filling", "begun") is False
        preparation.note(known, "filling", "begun")
        assert preparation.was_interrupted(known, "filling", "begun") is True

    def test_emptying_leaves_nothing_and_the_roles_as_they_were(self, here: environment.Environment) -> None:
        known = postgres.connection(here)
        with psycopg.connect(known.owner_url) as database:
            database.execute("CREATE TABLE half_made (n int)")
        postgres.empty(here)
        with psycopg.connect(known.app_url) as database:
            assert database.execute("SELECT to_regclass('half_made')").fetchone() == (None,)

    def test_a_servers_database_is_never_emptied(self, here: environment.Environment) -> None:
        with pytest.raises(postgres.DatabaseError):
            postgres.empty(dataclasses.replace(here, database_url=f"postgresql://o:p@db/d{os.getpid()}"))
