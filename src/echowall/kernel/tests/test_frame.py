"""The page frame: what it shows to whom, and the pages that come when something went wrong."""

from __future__ import annotations

import pytest
from django.template.loader import render_to_string
from django.test import Client
from tests.cast import Cast

from echowall.kernel import assets


class TestStyleguide:
    def test_is_hidden_from_visitors(self, client: Client, db: None) -> None:
        answer = client.get("/styleguide/")
        assert answer.status_code == 404
        assert "没有这一页" in answer.content.decode()

    def test_frame_says_who_is_signed_in(self, client: Client, cast: Cast) -> None:
        client.force_login(cast.fuhua.duty)
        page = client.get("/styleguide/").content.decode()
        assert "值班员王芳" in page
        assert 'name="q"' in page
        assert 'href="#content"' in page

    def test_public_page_shows_no_staff_navigation(self, client: Client, cast: Cast) -> None:
        client.force_login(cast.fuhua.duty)
        page = client.get("/styleguide/public/").content.decode()
        assert "data-go=" not in page
        assert "值班员王芳" not in page


class TestErrorPages:
    @pytest.mark.parametrize("name", ["400", "403", "403_csrf", "404", "500"])
    def test_render_with_nothing_at_all(self, name: str) -> None:
        page = render_to_string(f"{name}.html")
        assert "<h1>" in page
        assert page.count("<li>") >= 2  # what to do


class TestSignIn:
    def test_takes_our_page(self, client: Client, db: None) -> None:
        page = client.get("/account/login/").content.decode()
        assert "工作人员登录" in page
        assert "sign up" not in page.lower()

    def test_session_list_shows_this_device(self, client: Client, cast: Cast) -> None:
        client.force_login(cast.fuhua.duty)
        client.get("/styleguide/")
        assert client.get("/account/sessions/").status_code == 200


class TestAssets:
    def test_entry_loads_theme_first_and_each_file_once(self, monkeypatch: pytest.MonkeyPatch) -> None:
        chunks: dict[str, assets.Chunk] = {
            "src/boot.ts": {"file": "boot.js"},
            "_shared.js": {"file": "shared.js", "css": ["shared.css"]},
            "_a.js": {"file": "a.js", "imports": ["_shared.js"]},
            "src/desk.ts": {"file": "desk.js", "imports": ["_shared.js", "_a.js"], "css": ["desk.css"]},
        }
        monkeypatch.setattr(assets, "manifest", lambda: chunks)
        html = assets.entry_tags("desk")
        order = [html.index(name) for name in ("boot.js", "shared.css", "desk.css", "shared.js", "a.js", "desk.js")]
        assert order == sorted(order)
        assert html.count("shared.js") == 1

    def test_page_says_so_when_not_built(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(assets, "manifest", dict)
        assert "not built" in assets.entry_tags("desk")
