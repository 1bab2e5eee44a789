"""A call is written down, dispatched, handled, checked and answered without the mouse: only keys are pressed here."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.cast import EVENING, PASSWORD, Cast
from tests.chromium import chromium

from echowall.kernel import clock
from echowall.kernel.scope import as_system
from echowall.matters.models import Matter
from echowall.matters.reactions import take_message
from echowall.voices.models import Message
from echowall.voices.sweeping import sweep_pending

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WORDS = "我妈的降压药只剩一天了，出不去小区，请帮忙买药"
ANSWER = (
    "您好，经核实，降压药已于5月3日22时由志愿者买到并送到楼下，按药店价收费；以后每周二可以登记，由医疗保障专班负责。"
)


@pytest.fixture
def browser(monkeypatch: pytest.MonkeyPatch) -> Iterator[Browser]:
    monkeypatch.setattr(clock, "now", lambda: EVENING)  # for every thread, the server's too
    expect.set_options(timeout=15_000)  # a busy machine is no fault of the keys
    with chromium(monkeypatch) as opened:
        yield opened


def signed_in(browser: Browser, url: str, username: str) -> Page:
    page = browser.new_context(viewport={"width": 1440, "height": 900}, locale="zh-CN").new_page()
    page.goto(f"{url}/account/login/")
    expect(page.locator("[name=login]")).to_be_focused()
    page.keyboard.type(username)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk/**")
    return page


def press(page: Page, *keys: str) -> None:
    """Press keys as a person does, outside of any field."""
    for key in keys:
        page.keyboard.press(key)


def make_move(page: Page, key: str, name: str, label: str, *then: str) -> None:
    """Unfold a move by its key, press what its form needs, send it with Ctrl+Enter, and see that it was done."""
    press(page, key)
    expect(page.locator(f"#move-{name} form")).to_be_visible()
    assert page.evaluate("document.activeElement.closest('.ew-move-form') !== null"), (
        f"{name}: cursor is not in the form"
    )
    press(page, *then)
    press(page, "Control+Enter")
    expect(page.locator("#matter > .ew-alert.tone-ok")).to_contain_text(label)


def take_the_call(page: Page) -> None:
    """From wherever the desk is: the form of the hotline, filled in field by field."""
    press(page, "g", "h")
    page.wait_for_url("**/desk/hotline/")
    expect(page.locator("#phone")).to_be_focused()
    page.keyboard.type("13800001234")
    press(page, "Tab")
    page.keyboard.type("王女士")
    press(page, "Tab")
    page.keyboard.type("铁路")
    expect(page.get_by_role("option").first).to_be_visible()
    press(page, "ArrowDown", "Enter", "Tab")
    while not page.evaluate("document.activeElement.id === 'text'"):
        press(page, "Tab")
    page.keyboard.type(WORDS)
    press(page, "Control+Enter")
    expect(page.locator(".ew-readback")).to_be_visible()


class TestKeyboard:
    def test_from_the_call_to_the_answer(self, live_server: Any, browser: Browser, cast: Cast) -> None:
        url, street = live_server.url, cast.fuhua
        duty = signed_in(browser, url, street.duty.username)
        take_the_call(duty)
        with as_system():
            sweep_pending(at=EVENING)
            take_message(message_id=str(Message.objects.get().id))
            matter = Matter.objects.get()

        duty.reload()
        press(duty, "m")
        duty.wait_for_url(f"**/desk/matters/{matter.id}/")
        if matter.state == "opened":
            make_move(duty, "d", "dispatch", "派遣")

        handler = signed_in(browser, url, street.handler.username)
        press(handler, "g", "t")
        handler.wait_for_url("**/desk/matters/mine/")
        press(handler, "j", "Enter")
        handler.wait_for_url(f"**/desk/matters/{matter.id}/")
        make_move(handler, "a", "accept", "受理")
        press(handler, "b")
        handler.keyboard.type("降压药已由志愿者买到并送到楼下，家属签收，药费按药店价收取")
        press(handler, "Control+Enter")
        expect(handler.locator("#matter > .ew-alert.tone-ok")).to_contain_text("反馈办结")

        press(duty, "g", "m")
        duty.wait_for_url("**/desk/matters/")
        press(duty, "j", "Enter")
        duty.wait_for_url(f"**/desk/matters/{matter.id}/")
        make_move(duty, "c", "check", "核查", "Space")
        expect(duty.locator("#reply-text")).to_be_visible()
        press(duty, "w")
        expect(duty.locator("#reply-text")).to_be_focused()
        duty.keyboard.type(ANSWER)
        press(duty, "Control+Enter")
        expect(duty.locator(".ew-report-head")).to_contain_text("已答复")

    def test_the_sheet_of_keys_lists_what_the_page_takes(self, live_server: Any, browser: Browser, cast: Cast) -> None:
        page = signed_in(browser, live_server.url, cast.fuhua.duty.username)
        page.goto(f"{live_server.url}/desk/messages/")
        press(page, "?")
        sheet = page.locator("#ew-keys")
        for said in ("接电话", "热线登记", "提交表单"):
            expect(sheet).to_contain_text(said)
        press(page, "Escape")
        expect(sheet).to_have_count(0)
        press(page, "Tab")
        ring = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert ring != "none", "what has the cursor must be seen to have it"
