"""What every answer carries, who is believed about an address, and how long built files are kept."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.test import Client, RequestFactory
from whitenoise.middleware import WhiteNoiseMiddleware

from echowall.kernel.client_address import client_address


class TestHeaders:
    def test_policy_allows_no_inline_script_and_the_maps_workers(self, client: Client, db: None) -> None:
        policy = client.get("/account/login/")["Content-Security-Policy"]
        directives = dict(part.split(" ", 1) for part in policy.split("; "))
        assert directives["script-src"] == "'self'"
        assert "blob:" in directives["worker-src"]
        assert directives["frame-ancestors"] == "'none'"

    def test_errors_carry_it_too(self, client: Client, db: None) -> None:
        assert "Content-Security-Policy" in client.get("/no/such/page/")


class TestClientAddress:
    @pytest.mark.parametrize(
        ("peer", "forwarded", "expected"),
        [
            ("203.0.113.7", "", "203.0.113.7"),
            ("127.0.0.1", "198.51.100.1, 203.0.113.9", "203.0.113.9"),  # our proxy wrote the last one
            ("203.0.113.7", "198.51.100.1", "203.0.113.7"),  # a stranger's claim
            ("127.0.0.1", "nonsense", "127.0.0.1"),
        ],
    )
    def test_believes_only_the_proxy_of_this_machine(self, peer: str, forwarded: str, expected: str) -> None:
        request = RequestFactory().get("/", REMOTE_ADDR=peer, HTTP_X_FORWARDED_FOR=forwarded)
        assert client_address(request) == expected


class TestBuiltFiles:
    def test_hashed_files_are_kept_for_ever_and_others_are_not(self, settings, tmp_path: Path) -> None:
        handler = WhiteNoiseMiddleware(lambda request: None)
        hashed, plain = tmp_path / "public-D6KHfdl2.js", tmp_path / "manifest.json"
        for file in (hashed, plain):
            file.write_text("x")
        assert handler.immutable_file_test(str(hashed), "/static/built/assets/public-D6KHfdl2.js")
        assert not handler.immutable_file_test(str(plain), "/static/built/manifest.json")
