"""Every action that the program records has words on the audit page."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import echowall
from echowall.kernel.audit.wording import action_words, detail_words, value_words
from echowall.matters.rules import MOVES

SOURCE = Path(echowall.__file__).parent
LITERAL = re.compile(r'action="([a-z_]+\.[a-z_]+\.[a-z_]+)"')
WRITTEN = {
    action
    for file in SOURCE.rglob("*.py")
    if "tests" not in file.parts
    for action in LITERAL.findall(file.read_text(encoding="utf-8"))
    if not action.startswith("kernel.test")
}
MADE = {f"matters.matter.{move.kind}" for move in MOVES.values()} | {
    f"wall.post.{kind}" for kind in ("proposed", "published", "edited", "hidden", "withdrawn", "undone")
}


@pytest.mark.parametrize("action", sorted(WRITTEN | MADE))
def test_action_has_words(action: str) -> None:
    assert re.search("[\u4e00-\u9fff]", action_words(action)), action


def test_details_are_words_too() -> None:
    said = detail_words({"seq": 3, "was": "published", "flags": ["reopened"], "slug": "abcd"})
    assert said == "原状态: 已公开 · 提示: 已重办 · 公开编号: abcd"
    assert value_words("写得不清楚") == "写得不清楚"
