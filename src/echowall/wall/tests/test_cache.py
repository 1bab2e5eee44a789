"""The cache in front of the wall, around an inner program that the test controls."""

from __future__ import annotations

import gzip
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from echowall.wall import cache as wall_cache
from echowall.wall.cache import WallCache


@dataclass
class Site:
    """What the inner program says, what it was asked, and the edition."""

    words: str = "甲"
    is_down: bool = False
    edition: tuple[int, int] = (1, 0)
    asked: list[dict[str, Any]] = field(default_factory=list)

    def __call__(self, environ: dict[str, Any], start_response: Any) -> list[bytes]:
        self.asked.append(environ)
        if self.is_down:
            raise ConnectionError("database away")
        start_response(
            "200 OK",
            [
                ("Content-Type", "text/html; charset=utf-8"),
                ("Set-Cookie", "secret=1"),
                ("Content-Security-Policy", "default-src 'self'"),
            ],
        )
        return [f'<meta name="ew-now" content="{len(self.asked)}">{self.words}'.encode()]

    def read_edition(self) -> tuple[int, int]:
        if self.is_down:
            raise ConnectionError("database away")
        return self.edition


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Site:
    monkeypatch.setattr(wall_cache, "FRESH_SECONDS", 0.03)
    monkeypatch.setattr(wall_cache, "WATCH_SECONDS", 0.02)
    return Site()


@pytest.fixture
def cache(site: Site, tmp_path: Path) -> Iterator[WallCache]:
    made = WallCache(site, tmp_path, site.read_edition)
    yield made
    made.close()


def get(cache: WallCache, path: str = "/wall/", **environ: str) -> tuple[str, dict[str, str], str]:
    said: list[Any] = []
    path, _mark, query = path.partition("?")
    given = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "wsgi.url_scheme": "http",
        "HTTP_HOST": "wall.example",
        **environ,
    }
    body = b"".join(cache(given, lambda status, headers: said.append((status, dict(headers)))))
    status, headers = said[0]
    if headers.get("Content-Encoding") == "gzip":
        body = gzip.decompress(body)
    return status, headers, body.decode()


def until(cache: WallCache, wanted: str, path: str = "/wall/") -> bool:
    end = time.monotonic() + 3
    while time.monotonic() < end:
        if wanted in get(cache, path)[2]:
            return True
        time.sleep(0.02)
    return False


class TestWallCache:
    def test_asks_once_without_anything_of_the_reader(self, cache: WallCache, site: Site) -> None:
        for _ in range(50):
            status, headers, body = get(
                cache, "/wall/?q=水&utm=1", HTTP_COOKIE="sessionid=abc", HTTP_ACCEPT_ENCODING="gzip"
            )
        assert (status, body[-1]) == ("200 OK", "甲")
        assert "Set-Cookie" not in headers
        assert headers["Cache-Control"].startswith("public, max-age=10, stale-while-revalidate")
        assert len(site.asked) == 1
        assert "HTTP_COOKIE" not in site.asked[0]
        assert site.asked[0]["QUERY_STRING"] == "q=%E6%B0%B4"

    def test_same_words_have_the_same_tag_and_are_not_sent_twice(self, cache: WallCache, site: Site) -> None:
        _status, headers, _body = get(cache)
        time.sleep(0.05)
        get(cache)
        time.sleep(0.05)
        status, _headers, body = get(cache, HTTP_IF_NONE_MATCH=headers["ETag"])
        assert (status, body) == ("304 Not Modified", "")
        assert len(site.asked) > 1

    def test_an_old_copy_is_sent_while_a_new_one_is_made(self, cache: WallCache, site: Site) -> None:
        get(cache)
        site.words = "二"
        time.sleep(0.05)
        assert "甲" in get(cache)[2]
        assert until(cache, "二")

    def test_goes_on_when_the_database_is_down_and_after_a_restart(
        self, cache: WallCache, site: Site, tmp_path: Path
    ) -> None:
        get(cache)
        site.is_down = True
        time.sleep(0.05)
        assert all("甲" in get(cache)[2] for _ in range(20))
        again = WallCache(site, tmp_path, site.read_edition)
        kept = get(again)
        assert kept[2].endswith("甲")
        assert kept[1]["Content-Security-Policy"] == "default-src 'self'"
        status, headers, _body = get(again, "/wall/never-read/")
        again.close()
        assert (status[:3], headers["Cache-Control"]) == ("503", "no-store")

    def test_what_is_withdrawn_is_gone_from_memory_and_disk(self, cache: WallCache, site: Site, tmp_path: Path) -> None:
        get(cache)
        get(cache, "/wall/abc/")
        assert list(tmp_path.glob("*.page"))
        site.words, site.edition = "三", (2, 2)
        assert until(cache, "三", "/wall/abc/")
        site.is_down = True
        assert "三" in get(cache, "/wall/abc/")[2]
        assert all("甲" not in page.read_text() for page in tmp_path.glob("*.page"))

    def test_a_restart_throws_away_what_was_withdrawn_meanwhile(
        self, cache: WallCache, site: Site, tmp_path: Path
    ) -> None:
        get(cache)
        cache.close()
        site.words, site.edition = "四", (5, 5)
        again = WallCache(site, tmp_path, site.read_edition)
        again.look()
        site.is_down = True
        status, _headers, body = get(again)
        again.close()
        assert "甲" not in body
        assert status[:3] == "503"

    def test_language_of_the_cookie_is_not_shared(self, cache: WallCache, site: Site) -> None:
        _status, headers, _body = get(cache, HTTP_COOKIE="django_language=en")
        assert headers["Cache-Control"].startswith("private")
        assert site.asked[-1]["HTTP_ACCEPT_LANGUAGE"] == "en"
        get(cache, HTTP_ACCEPT_LANGUAGE="zh-CN,zh;q=0.9,en;q=0.8")
        assert site.asked[-1]["HTTP_ACCEPT_LANGUAGE"] == "zh-hans"

    def test_memory_is_bounded_and_other_pages_pass_through(self, site: Site, tmp_path: Path) -> None:
        cache = WallCache(site, tmp_path, site.read_edition, limit=5)
        for n in range(30):
            get(cache, f"/wall/?q=x{n}")
        assert len(cache._memory._held) == 5
        assert not list(tmp_path.glob("*.page"))
        assert get(cache, "/desk/", HTTP_COOKIE="a=b")[1]["Set-Cookie"]
        cache.close()
