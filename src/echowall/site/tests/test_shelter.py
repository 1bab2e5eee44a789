"""While no connection can be had, one request tries and the others are told at once."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable
from typing import Any

from django.core.signals import got_request_exception
from django.db import OperationalError
from psycopg_pool import PoolTimeout

from echowall.site.shelter import Shelter


class Program:
    """A program whose database can be taken away; it waits for it as long as a pool does."""

    def __init__(self) -> None:
        self.is_away, self.calls, self.waits = False, 0, 0.2

    def __call__(self, _environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        self.calls += 1
        if self.is_away:
            time.sleep(self.waits)
            try:
                try:
                    raise PoolTimeout("no connection")
                except PoolTimeout as exc:
                    raise OperationalError from exc
            except OperationalError:
                got_request_exception.send(sender=type(self), request=None)
            start_response("500 Internal Server Error", [])
            return [b"broken"]
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [b"here"]


def ask(shelter: Shelter, path: str = "/") -> tuple[str, bytes]:
    """Return status and body of one request."""
    said: list[str] = []
    body = b"".join(shelter({"PATH_INFO": path}, lambda status, _headers, *_rest: said.append(status)))
    return said[-1][:3], body


class TestShelter:
    def test_tells_at_once_while_away_and_opens_when_it_is_back(self) -> None:
        program = Program()
        shelter = Shelter(program, pause_seconds=0.05)
        assert ask(shelter) == ("200", b"here")
        program.is_away = True
        status, body = ask(shelter)
        assert status == "503"
        assert "120" in body.decode()
        began, calls = time.monotonic(), program.calls
        assert {ask(shelter)[0] for _ in range(100)} == {"503"}
        assert time.monotonic() - began < 0.15
        assert program.calls == calls
        assert ask(shelter, "/static/x.css")[0] == "500"
        program.is_away = False
        time.sleep(0.06)
        assert ask(shelter)[0] == "200"
        assert ask(shelter)[0] == "200"

    def test_only_one_tries_at_a_time(self) -> None:
        program = Program()
        shelter = Shelter(program, pause_seconds=0.0)
        program.is_away = True
        ask(shelter)
        calls, program.waits = program.calls, 0.5
        threads = [threading.Thread(target=ask, args=(shelter,)) for _ in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert program.calls == calls + 1

    def test_other_faults_close_nothing(self) -> None:
        def broken(_environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
            try:
                raise OperationalError("deadlock detected")
            except OperationalError:
                got_request_exception.send(sender=object, request=None)
            start_response("500 Internal Server Error", [])
            return [b"broken"]

        shelter = Shelter(broken)
        assert [ask(shelter)[0] for _ in range(3)] == ["500", "500", "500"]
