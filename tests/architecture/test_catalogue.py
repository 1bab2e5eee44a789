"""Every text of the pages speaks English too: a page whose texts are not in the catalogue fails here."""

import re
from collections import Counter
from pathlib import Path

import polib
import pytest
from tests.architecture import catalogue

from echowall.site import catalogues

CHINESE = re.compile(r"[\u3400-\u9fff\u3000-\u303f\uff01-\uff5e]")
PLACEHOLDER = re.compile(r"%(?:\((\w+)\))?[-+ #0]*\d*(?:\.\d+)?[sdfrx]")
TAG = re.compile(r"</?\w+[^>]*>")


@pytest.fixture(scope="module")
def english() -> polib.POFile:
    return polib.pofile(str(catalogue.CATALOGUE), encoding="utf-8")


def renderings(entry: polib.POEntry) -> list[str]:
    return list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]


def marks(text: str) -> Counter[str]:
    """Return placeholders and tags of a text, which a translation must keep."""
    return Counter([found[0] for found in PLACEHOLDER.finditer(text)]) + Counter(TAG.findall(text))


class TestEnglishCatalogue:
    def test_has_every_text_of_the_program(self, english: polib.POFile) -> None:
        kept = {(entry.msgctxt, entry.msgid) for entry in english if entry.translated()}
        missing = [
            f"{found.text!r} in {found.files[0]}" for key, found in catalogue.present_texts().items() if key not in kept
        ]
        assert not missing, "run `make messages` and translate in django.po:\n" + "\n".join(missing)

    def test_has_nothing_fuzzy_or_twice(self, english: polib.POFile) -> None:
        assert not [entry.msgid for entry in english if entry.fuzzy]
        twice = Counter((entry.msgctxt, entry.msgid) for entry in english)
        assert not [key for key, count in twice.items() if count > 1]

    def test_keeps_placeholders_and_tags(self, english: polib.POFile) -> None:
        differing = [
            f"{entry.msgid!r} -> {said!r}"
            for entry in english
            for said in renderings(entry)
            if said and (marks(said) != marks(entry.msgid) or said.count("\n") != entry.msgid.count("\n"))
        ]
        assert not differing, "\n".join(differing)

    def test_speaks_no_chinese(self, english: polib.POFile) -> None:
        assert not [said for entry in english for said in renderings(entry) if CHINESE.search(said)]


class TestExtraction:
    def test_reads_the_tags_of_a_template(self) -> None:
        template = (
            '{% load i18n %}{% translate "保存" %}{% blocktranslate with n=x %}共 {{ n }} 条{% endblocktranslate %}'
            '{% translate "开" context "门" %}{% tile _("超期") 3 %}{{ x|default:_("无") }}'
            "{% blocktranslate count n=x %}{{ n }} 件{% plural %}{{ n }} 件们{% endblocktranslate %}"
        )
        found = list(catalogue.texts_of_template(template, "test"))
        assert found == [
            (None, "保存", None),
            (None, "共 %(n)s 条", None),
            ("门", "开", None),
            (None, "超期", None),
            (None, "无", None),
            (None, "%(n)s 件", "%(n)s 件们"),
        ]

    def test_reads_calls_under_another_name(self, tmp_path: Path) -> None:
        module = tmp_path / "words.py"
        imports = "from django.utils.translation import gettext as _now\n_t = _now\n"
        module.write_text(imports + '_now("下次")\n_t("这次")\n_other("不算")\n')
        assert list(catalogue.texts_of(module)) == [(None, "下次", None), (None, "这次", None)]

    def test_retires_and_revives_a_text(self) -> None:
        kept = polib.POFile()
        kept.append(polib.POEntry(msgid="旧", msgstr="old"))
        missing = catalogue.bring_up_to_date(kept, {(None, "新"): catalogue.Text(None, "新", None, ["a.html"])})
        assert [entry.msgid for entry in missing] == ["新"]
        assert [entry.msgid for entry in kept.obsolete_entries()] == ["旧"]
        catalogue.bring_up_to_date(kept, {(None, "旧"): catalogue.Text(None, "旧", None, ["a.html"])})
        assert [(entry.msgid, entry.msgstr) for entry in kept.translated_entries()] == [("旧", "old")]


class TestCompile:
    def test_compiles_once_until_the_source_changes(self, tmp_path: Path) -> None:
        source = tmp_path / "django.po"
        source.write_text(
            'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\nmsgid "保存"\nmsgstr "Save"\n'
        )
        target = tmp_path / "en" / "django.mo"
        assert catalogues.compile_one(source, target)
        assert not catalogues.compile_one(source, target)
        assert [entry.msgstr for entry in polib.mofile(str(target))] == ["Save"]
        source.write_text(source.read_text().replace("Save", "Keep"))
        assert catalogues.compile_one(source, target)
        assert [entry.msgstr for entry in polib.mofile(str(target))] == ["Keep"]
