"""Mr Wang's rabies dose, end to end in the browser: said at night on a phone, solved, answered, called back, on the wall.

The story is the one of 二七回音壁 (3 May 2022): the third dose is due on the 4th, asked for on the evening of the 3rd.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
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
from echowall.wall.models import WallPost

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WORDS = "我需要在4日去打狂犬疫苗第三针，请帮帮我"
ANSWER = (
    "王先生您好，经社区卫生服务中心核实，按照狂犬病暴露预防处置规定，张医生已于5月4日上午9时上门为您接种狂犬疫苗第三针。"
    "如有不适请拨打0371-60000001，第四针请于5月11日接种。"
)


@pytest.fixture
def browser(monkeypatch: pytest.MonkeyPatch) -> Iterator[Browser]:
    with chromium(monkeypatch) as opened:
        yield opened


@pytest.fixture
def evening(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Hold the clock of every thread, the server's too; call it to let time pass."""

    def set_to(at: Any) -> None:
        monkeypatch.setattr(clock, "now", lambda: at)

    set_to(EVENING)
    return set_to


def _desk(browser: Browser, url: str, username: str, width: int = 1440) -> Page:
    page = browser.new_context(viewport={"width": width, "height": 900}, locale="zh-CN").new_page()
    page.goto(f"{url}/account/login/")
    page.fill("[name=login]", username)
    page.fill("[name=password]", PASSWORD)
    page.click("form button[type=submit]")
    page.wait_for_url("**/desk/**")
    return page


def _move(page: Page, key: str, name: str, label: str, **fields: str) -> None:
    """Make a move by its key, fill its form, send it with Ctrl+Enter, and see that it was done."""
    page.locator("h1").first.click()
    page.keyboard.press(key)
    form = page.locator(f"#move-{name} form")
    expect(form).to_be_visible()
    for field, value in fields.items():
        control = form.locator(f"[name={field}]").first
        if control.evaluate("e => e.tagName") == "SELECT":
            control.select_option(value)
        elif control.get_attribute("type") == "radio":
            form.locator(f"[name={field}][value='{value}']").check()
        else:
            control.fill(value)
    form.locator("button[type=submit]").click()
    expect(page.locator("#matter > .ew-alert.tone-ok")).to_contain_text(label)


class TestRabiesCase:
    def test_from_the_phone_to_the_wall(self, live_server: Any, browser: Browser, cast: Cast, evening: Any) -> None:
        url, street = live_server.url, cast.fuhua
        phone = browser.new_context(viewport={"width": 360, "height": 740}, locale="zh-CN").new_page()
        phone.goto(url)
        phone.get_by_label("发生了什么事").fill(WORDS)
        phone.get_by_label("在哪里").press_sequentially("铁路")
        phone.get_by_role("option").first.click()
        phone.get_by_label("称呼").fill("王先生")
        phone.get_by_label("联系电话").fill("13800001234")
        phone.get_by_role("button", name="提交").click()
        expect(phone.locator(".ew-ticket-number")).to_be_visible()
        ticket = phone.locator(".ew-ticket-number").inner_text()

        with as_system():
            assert sweep_pending(at=EVENING) == 1
            message = Message.objects.get(ticket=ticket)
            take_message(message_id=str(message.id))
            matter = Matter.objects.get()
        assert matter.urgency in {"critical", "urgent"}
        assert clock.local(matter.needed_by_at).date().isoformat() == "2022-05-04"
        assert matter.place_path.startswith(street.communities[0].path)

        duty = _desk(browser, url, street.duty.username)
        duty.goto(f"{url}/desk/matters/{matter.id}/")
        expect(duty.locator("h1").first).to_contain_text("狂犬疫苗")
        if matter.state == "opened":
            _move(duty, "d", "dispatch", "派遣", team=str(street.medical.id))

        evening(EVENING + timedelta(minutes=8))
        handler = _desk(browser, url, street.handler.username, width=360)
        handler.goto(f"{url}/desk/matters/{matter.id}/")
        _move(handler, "a", "accept", "受理")
        evening(EVENING + timedelta(hours=12))
        _move(
            handler,
            "b",
            "report_back",
            "反馈办结",
            note="社区医生张医生5月4日上午9时上门接种狂犬疫苗第三针,留观30分钟无不适",
        )

        duty.reload()
        _move(duty, "c", "check", "核查", passed="yes")
        duty.goto(f"{url}/desk/matters/{matter.id}/answering/")
        duty.locator("#reply-text").fill(ANSWER)
        duty.get_by_role("button", name="送出").click()
        duty.wait_for_url(f"**/desk/matters/{matter.id}/")

        evening(EVENING + timedelta(hours=14))
        duty.goto(f"{url}/desk/matters/{matter.id}/")
        _move(duty, "k", "call_back", "回访", outcome="solved", satisfaction="5")
        _move(duty, "z", "close", "结案")
        with as_system():
            matter.refresh_from_db()
            assert (matter.state, matter.is_solved, matter.satisfaction) == ("closed", True, 5)

        self._answer_reaches_the_phone(phone, url, ticket)
        self._goes_on_the_wall(browser, url, cast, matter)

    def _answer_reaches_the_phone(self, phone: Page, url: str, ticket: str) -> None:
        phone.goto(f"{url}/progress/")
        phone.locator("[name=ticket]").fill(ticket)
        phone.locator("main form input:not([type=hidden])").nth(1).fill("1234")
        phone.locator("main form button[type=submit]").first.click()
        expect(phone.get_by_text("上门为您接种狂犬疫苗第三针").first).to_be_visible()

    def _goes_on_the_wall(self, browser: Browser, url: str, cast: Cast, matter: Matter) -> None:
        from echowall.wall import reactions

        with as_system():
            reactions.propose_closed(matter_id=str(matter.id), event_id="")
            post = WallPost.objects.get(matter_id=matter.id)
        leader = _desk(browser, url, cast.fuhua.leader.username)
        leader.goto(f"{url}/desk/wall/{post.id}/")
        if post.state == "proposed":
            leader.get_by_role("button", name="公开").first.click()
        anybody = browser.new_context(viewport={"width": 360, "height": 740}, locale="zh-CN").new_page()
        anybody.goto(f"{url}/wall/")
        expect(anybody.get_by_text("狂犬疫苗").first).to_be_visible()
        shown = anybody.locator("main").inner_text()
        for private in ("王先生", "13800001234", "138****1234", "铁路小区"):
            assert private not in shown
