"""Chinese texts are punctuated in Chinese: a half-width comma between two characters is a slip of some tool or keyboard."""

import re
from pathlib import Path

import pytest
from tests.architecture import catalogue, source

HAN = r"[\u3400-\u9fff“”‘’《》【】、。]"
SLIP = re.compile(rf"{HAN}[,:;?!()]|[,:;?!()]{HAN}")
MARKUP = re.compile(r"<[^>]*>|\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}", re.DOTALL)


def slips(text: str) -> list[str]:
    """Return each half-width sign next to a Chinese character, with what stands around it."""
    return [text[max(0, found.start() - 8) : found.end() + 8] for found in SLIP.finditer(text)]


def papers_and_bulletins() -> list[Path]:
    folder = source.ROOT / "playbooks"
    return [*sorted(folder.glob("*/documents/*.txt")), *sorted(folder.glob("bulletins/*.yaml"))]


class TestPunctuation:
    def test_every_text_of_the_pages(self) -> None:
        found = [
            f"{text!r} in {said.files[0]}"
            for (_context, text), said in catalogue.present_texts().items()
            if slips(text)
        ]
        assert not found, "half-width signs in Chinese texts:\n" + "\n".join(found)

    def test_words_that_templates_hold_themselves(self) -> None:
        templates = [p for p in source.own_files() if p.suffix == ".html" and "templates" in p.parts]
        found = [
            f"{source.name_of(path)}: {slip!r}"
            for path in templates
            for slip in slips(MARKUP.sub("\n", path.read_text(encoding="utf-8")))
        ]
        assert templates
        assert not found, "\n".join(found)

    def test_texts_of_the_scripts(self) -> None:
        said = re.findall(r'"([^"\n]*)"', (source.ROOT / "frontend/src/texts.ts").read_text(encoding="utf-8"))
        assert any(re.search(HAN, text) for text in said)
        assert not [text for text in said if slips(text)]

    @pytest.mark.parametrize("path", papers_and_bulletins(), ids=lambda path: path.name)
    def test_papers_and_bulletins(self, path: Path) -> None:
        lines = [line for line in path.read_text(encoding="utf-8").splitlines() if not line.lstrip().startswith("#")]
        assert not [slip for line in lines for slip in slips(re.sub(r"zh: |, en: .*", "\n", line))]

    def test_recognises_a_slip(self) -> None:
        assert slips("没有找到,换个词") == ["没有找到,换个词"]
        assert slips("电话(选填)")
        assert slips("例如:3号楼")
        assert not slips("电话（选填），例如：12:30，共 3,000 条")
