"""The pages in English: after the language is switched no text of the program is left in Chinese."""

from __future__ import annotations

import html
import re

import polib
import pytest
from django.test import Client
from django.urls import NoReverseMatch, reverse
from tests.cast import EVENING, Cast

from echowall.kernel import clock, scope
from echowall.matters import operations as matters
from echowall.site import catalogues
from echowall.site.navigation import MENU
from echowall.voices.channels.types import HeardMessage
from echowall.voices.operations import hear_messages
from echowall.voices.sweeping import sweep_pending

CHINESE = re.compile(r"[\u3400-\u9fff]")
# What an office or a lawgiver wrote is Chinese in any language, and says so to readers aloud.
OWN = re.compile(r"""<(\w+)[^>]*\blang="zh[^>]*>.*?</\1>""", re.DOTALL)
PLACEHOLDER = re.compile(r"%(?:\(\w+\))?[sd]")
# Also a team, the language itself, and part of the papers an office writes, which are Chinese in any language.
NOT_TEXTS = {"医疗保障专班", "中文", "街道办事处"}


def texts() -> list[str]:
    """Return the program's Chinese texts that are long enough not to be part of a name by chance."""
    entries = polib.pofile(str(catalogues.SOURCE / "en" / "LC_MESSAGES" / "django.po"), encoding="utf-8")
    found = {part for entry in entries if not entry.obsolete for part in PLACEHOLDER.split(entry.msgid)}
    return [text for text in found - NOT_TEXTS if len(CHINESE.findall(text)) >= 4]


def left_in_chinese(page: str) -> list[str]:
    """Return the program's texts that a page shows in Chinese; scripts' own texts come in both languages."""
    seen = html.unescape(OWN.sub("", re.sub(r"<script\b.*?</script>", "", page, flags=re.DOTALL)))
    return [text for text in texts() if text in seen]


@pytest.fixture
def english(client: Client) -> Client:
    client.post("/i18n/setlang/", {"language": "en", "next": "/"})
    return client


class TestPublicPages:
    @pytest.mark.parametrize(
        ("address", "said"),
        [
            ("/account/login/", "Staff sign-in"),
            ("/o/410103009/", "What happened"),
            ("/progress/", "Ticket number"),
        ],
    )
    def test_speak_english_after_the_switch(self, cast: Cast, english: Client, address: str, said: str) -> None:
        page = english.get(address, follow=True).content.decode()
        assert 'lang="en"' in page
        assert said in page
        assert left_in_chinese(page) == []

    def test_speak_chinese_before_it(self, cast: Cast, client: Client) -> None:
        page = client.get("/account/login/").content.decode()
        assert "工作人员登录" in page
        assert "Staff sign-in" not in page


class TestDesk:
    def test_every_page_of_the_menu_speaks_english(self, cast: Cast, english: Client) -> None:
        street = cast.fuhua
        said = HeardMessage(
            channel="hotline", key="k1", text="降压药没有了", said_at=EVENING, place_text="铁路小区3号楼"
        )
        (heard,) = hear_messages(messages=[said], source=street.hotline, actor=street.actor("duty"), at=EVENING)
        with scope.as_system():
            while sweep_pending(at=EVENING):
                pass
            matter = matters.open_from_message(message_id=heard.id, actor=street.actor("duty"), at=EVENING)
        faults: list[str] = []
        with clock.fixed(EVENING):
            for worker in (street.duty, street.leader, street.administrator):
                english.force_login(worker)
                for address in [*self._addresses(), reverse("matters:detail", args=[matter.id])]:
                    answer = english.get(address)
                    if answer.status_code == 200 and (left := left_in_chinese(answer.content.decode())):
                        faults.append(f"{worker.username} {address}: {left}")
        assert not faults, "\n".join(faults)

    def test_names_a_refusal_in_english(self, cast: Cast, english: Client) -> None:
        english.force_login(cast.fuhua.handler)
        with clock.fixed(EVENING):
            answer = english.get(reverse("people:accounts"))
        assert answer.status_code == 403
        assert "Your role" in answer.content.decode()

    def _addresses(self) -> list[str]:
        found = []
        for entry in MENU:
            try:
                found.append(reverse(entry.route))
            except NoReverseMatch:
                continue
        assert len(found) >= 5
        return found
