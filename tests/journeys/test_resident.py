"""A resident's phone: the connection goes while sending, the page is closed, and the message still arrives once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from tests.cast import Cast
from tests.chromium import chromium

from echowall.kernel.scope import as_system
from echowall.voices.models import Message

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WORDS = "我妈妈的胰岛素明天就用完了，小区封着出不去"


@pytest.fixture
def phone(monkeypatch: pytest.MonkeyPatch) -> Iterator[BrowserContext]:
    """A phone's browser, 360 px wide."""
    with chromium(monkeypatch) as browser:
        yield browser.new_context(viewport={"width": 360, "height": 740}, locale="zh-CN")


@pytest.fixture
def page(phone: BrowserContext) -> Iterator[Page]:
    """A page on which every error of script or policy fails the test."""
    opened, faults = phone.new_page(), []
    opened.on("pageerror", lambda error: faults.append(str(error)))
    opened.on("console", lambda said: faults.append(said.text) if "Content Security Policy" in said.text else None)
    yield opened
    assert not faults, faults


class TestResidentsPhone:
    def test_offline_then_online_arrives_once(self, live_server, cast: Cast, phone: BrowserContext, page: Page) -> None:
        page.goto(live_server.url)
        page.get_by_label("发生了什么事").fill(WORDS)
        page.get_by_label("联系电话").fill("13800001234")
        phone.set_offline(True)
        page.get_by_role("button", name="提交").click()
        expect(page.get_by_text("没有网络。内容已存好")).to_be_visible()
        page.close()  # the phone is put away
        phone.set_offline(False)
        again = phone.new_page()
        again.goto(live_server.url)  # what was queued is sent by itself
        expect(again.get_by_text("已收到，请记下回执号")).to_be_visible(timeout=15_000)
        with as_system():
            (message,) = Message.objects.all()
        expect(again.locator(".ew-ticket-number")).to_have_text(message.ticket)
        assert (message.body, message.phone_masked) == (WORDS, "138****1234")
        again.goto(live_server.url)
        expect(again.get_by_label("发生了什么事")).to_have_value("")

    def test_danger_shows_the_numbers_while_typing(self, live_server, cast: Cast, page: Page) -> None:
        page.goto(live_server.url)
        numbers = page.locator("[data-danger-call]")
        expect(numbers).to_be_hidden()
        page.get_by_label("发生了什么事").press_sequentially("我爸胸口疼")
        expect(numbers).to_be_visible()
        expect(numbers.get_by_role("link", name="120")).to_have_attribute("href", "tel:120")

    def test_place_is_picked_by_name_and_errors_come_at_their_fields(self, live_server, cast: Cast, page: Page) -> None:
        page.goto(live_server.url)
        page.get_by_label("在哪里").press_sequentially("铁路")
        page.get_by_role("option").first.click()
        expect(page.get_by_label("在哪里")).to_have_value("铁路小区")
        page.get_by_label("联系电话").fill("12")
        page.get_by_role("button", name="提交").click()
        expect(page.locator(".ew-error")).to_have_count(2)
        expect(page.get_by_label("发生了什么事")).to_be_focused()
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
        page.get_by_label("发生了什么事").fill("停水了")
        page.get_by_label("联系电话").fill("")
        page.get_by_role("button", name="提交").click()
        expect(page.get_by_text("已收到，请记下回执号")).to_be_visible()

    def test_map_opens_under_the_content_policy(self, live_server, cast: Cast, page: Page) -> None:
        page.goto(live_server.url)
        page.get_by_role("button", name="在地图上选").click()
        expect(page.locator(".ew-map canvas")).to_be_visible(timeout=20_000)
