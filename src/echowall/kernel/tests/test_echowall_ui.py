"""The components of the screens: three signs each, all errors shown, safe output."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django import forms
from django.core.paginator import Paginator
from django.core.validators import RegexValidator
from django.template import Context, Template
from django.test import RequestFactory

from echowall.kernel import clock, signs

ROOT = Path(__file__).resolve().parents[4]
NOW = datetime(2022, 5, 3, 12, 0, tzinfo=UTC)


def render(source: str, **context: object) -> str:
    return Template("{% load echowall_ui %}" + source).render(Context(context))


class PhoneForm(forms.Form):
    phone = forms.CharField(
        label="电话", min_length=11, help_text="11 位", validators=[RegexValidator(r"^1", "应以 1 开头")]
    )
    kind = forms.ChoiceField(label="类型", widget=forms.RadioSelect, choices=[("a", "甲"), ("b", "乙")])
    note = forms.CharField(label="备注", required=False)


class TestSigns:
    @pytest.mark.parametrize("table", ["URGENCY", "CLOCK"])
    def test_no_two_look_alike_without_colour(self, table: str) -> None:
        drawn = list(getattr(signs, table).values())
        assert len({(str(sign.word), sign.icon) for sign in drawn}) == len(drawn)
        assert len({sign.icon for sign in drawn}) == len(drawn)

    def test_unknown_name_is_shown_as_it_is(self) -> None:
        assert signs.sign(signs.URGENCY, "later").word == "later"


class TestClockBadge:
    def test_carries_word_and_due_time_for_the_page(self) -> None:
        html = render('{% clock_badge "amber" due amber "答复" %}', due=NOW + timedelta(hours=2), amber=NOW)
        assert "将到期" in html
        assert "答复" in html
        assert 'data-due="2022-05-03T14:00:00+00:00"' in html
        assert "05-03 22:00" in html  # users' time zone

    def test_stopped_clock_counts_nothing(self) -> None:
        assert "data-due" not in render('{% clock_badge "suspended" %}')


class TestField:
    def test_shows_every_error_and_ties_it_to_the_control(self) -> None:
        html = render("{% field form.phone %}", form=PhoneForm({"phone": "23"}))
        shown = re.findall(r'<p class="ew-error" id="([^"]+)"', html)
        assert shown == ["id_phone-error-1", "id_phone-error-2"]
        assert 'aria-describedby="id_phone-help id_phone-error-1 id_phone-error-2"' in html
        assert 'aria-invalid="true"' in html

    def test_group_has_a_legend_and_a_label_each(self) -> None:
        html = render("{% field form.kind %}", form=PhoneForm())
        assert "<legend>" in html
        assert html.count("<label") == 2

    def test_optional_is_said_in_words(self) -> None:
        assert "选填" in render("{% field form.note %}", form=PhoneForm())
        assert "选填" not in render("{% field form.phone %}", form=PhoneForm())

    def test_further_arguments_become_attributes(self) -> None:
        assert 'data-key="p"' in render('{% field form.phone data_key="p" %}', form=PhoneForm())


class TestFormErrors:
    def test_lists_all_with_links(self) -> None:
        html = render("{% form_errors form %}", form=PhoneForm({"phone": "23"}))
        assert html.count("<li>") == 3
        assert 'href="#id_phone"' in html

    def test_says_nothing_when_all_is_well(self) -> None:
        assert render("{% form_errors form %}", form=PhoneForm()).strip() == ""


class TestPager:
    def test_keeps_the_filters(self) -> None:
        request = RequestFactory().get("/", {"state": "opened", "page": "2"})
        html = render("{% pager page %}", request=request, page=Paginator(range(100), 20).page(2))
        assert "state=opened&amp;page=3" in html
        assert "共 100 条" in html


class TestChart:
    def test_data_cannot_leave_its_script_element(self) -> None:
        data = {"kind": "bar", "categories": ["</script><b>"], "series": [{"name": "n", "values": [3]}]}
        html = render('{% chart "t" data %}', data=data)
        assert "</script><b>" not in html
        assert '<td class="is-number">3</td>' in html


class TestStamp:
    def test_other_years_are_said(self) -> None:
        with clock.fixed(NOW):
            assert ">05-03 周二 20:00<" in render("{% stamp at %}", at=NOW)
            assert ">2021-05-03 20:00<" in render("{% stamp at %}", at=NOW.replace(year=2021))

    def test_says_the_weekday_within_a_week(self) -> None:
        with clock.fixed(NOW):
            assert ">05-09 周一 20:00<" in render("{% stamp at %}", at=NOW + timedelta(days=6))
            assert ">04-26 20:00<" in render("{% stamp at %}", at=NOW - timedelta(days=7))


class TestIcons:
    def test_every_icon_named_is_in_the_sprite(self) -> None:
        listed = set((ROOT / "frontend" / "icons.txt").read_text(encoding="utf-8").split())
        named = {
            sign.icon
            for table in (signs.URGENCY, signs.CLOCK, signs.INTENT, signs.BAND, signs.MESSAGE_LEVEL)
            for sign in table.values()
        }
        for path in (ROOT / "src" / "echowall").rglob("*.html"):
            text = path.read_text(encoding="utf-8")
            named |= set(re.findall(r"""\{% icon ["']([\w-]+)""", text))
            named |= set(re.findall(r"""icon_name=["']([\w-]+)""", text))
        menu = (ROOT / "src" / "echowall" / "site" / "navigation.py").read_text(encoding="utf-8")
        named |= set(re.findall(r'Entry\("[^"]+", _\("[^"]+"\), "([\w-]+)"', menu))
        assert named - listed == set()
