"""The text of a mail: HTML as lines, and the quoted history told apart from what was newly written."""

from __future__ import annotations

import re
from html.parser import HTMLParser

_BREAKS = {
    "br",
    "p",
    "div",
    "tr",
    "li",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "table",
    "ul",
    "ol",
    "hr",
    "blockquote",
    "section",
}
MAX_HTML = 1_000_000
_SILENT = {"script", "style", "head", "title", "template"}
# Lines behind which everything is somebody's earlier mail. Each is written so by a mail program in wide use.
_HISTORY = re.compile(
    r"^\s*(?:"
    r"-{2,}\s*(?:原始邮件|原邮件|转发邮件|回复的邮件|回复邮件信息|转发的邮件"
    r"|Original Message|Forwarded [Mm]essage|原始郵件)\s*-{2,}.*"
    r"|.{0,80}(?:于|在)\s*\d{4}\s*[-/年].{0,60}(?:写道|寫道)\s*[:：]"
    r"|(?:在|At|On)\s.{4,160}(?:写道|寫道|wrote)\s*[:：]"
    r"|\d{4}[-/年].{4,100}(?:写道|寫道|wrote)\s*[:：]"
    r"|_{20,}"
    r"|\*?(?:发件人|寄件者|From)\*?\s*[:：].*"
    r")\s*$"
)
_FROM = re.compile(r"^\s*\*?(?:发件人|寄件者|From)\*?\s*[:：]")
_HEADER = re.compile(
    r"^\s*\*?(?:发送时间|发送日期|日期|时间|收件人|抄送|主题|寄件日期|收件者|主旨|Sent|Date|To|Cc|Subject)\*?\s*[:：]"
)
_SIGNATURE = re.compile(
    r"^\s*(?:发自我的.{0,30}|來自我的.{0,20}|发自.{0,20}邮箱"
    r"|Sent from my .{1,40}|获取 Outlook for .{1,20})\s*$"
)


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.silent = 0
        self.quoted = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SILENT:
            self.silent += 1
        if tag in _BREAKS:
            self._line()
        if tag == "blockquote":
            self.quoted += 1
        if tag == "img":
            alt = dict(attrs).get("alt") or ""
            self.handle_data(f"[{alt}]" if alt else "")

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT:
            self.silent = max(0, self.silent - 1)
        if tag in _BREAKS and tag != "br":
            self._line()
        if tag == "blockquote":
            self.quoted = max(0, self.quoted - 1)
        if tag in ("td", "th"):
            self.parts.append(" ")

    def handle_data(self, data: str) -> None:
        if self.silent or not data:
            return
        flat = re.sub(r"[ \t\r\n\xa0]+", " ", data)
        if self.quoted and (not self.parts or self.parts[-1].endswith("\n")) and flat.strip():
            self.parts.append("> ")
        self.parts.append(flat)

    def _line(self) -> None:
        if not self.silent and self.parts and not self.parts[-1].endswith("\n"):
            self.parts.append("\n")


def html_text(html: str) -> str:
    """HTML as plain lines; blockquotes get "> " in front, scripts and styles go."""
    reader = _Text()
    try:
        reader.feed(html[:MAX_HTML])
        reader.close()
    except AssertionError:  # what html.parser raises for "<![" with a word it does not know
        return re.sub(r"<[^<>]{0,2000}>", " ", html[:MAX_HTML]).strip()
    lines = (line.strip() for line in "".join(reader.parts).split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def cut_history(text: str) -> tuple[str, str]:
    """Split a mail's text into what was newly written and the history it quotes.

    Knows the separators of Outlook, QQ, NetEase, Gmail and Apple Mail, lines with ">" and phone signatures. When
    nothing would remain (the person wrote below or between the quoted lines), the whole text is the new part.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    end = next((i for i in range(len(lines)) if _begins_history(lines, i)), len(lines))
    new, history = lines[:end], lines[end:]
    while new and (not new[-1].strip() or new[-1].lstrip().startswith(">")):
        history.insert(0, new.pop())
    if new and _SIGNATURE.match(new[-1]):
        history.insert(0, new.pop())
    written = "\n".join(new).strip()
    own = [line for line in lines if line.strip() and not line.lstrip().startswith(">")]
    if not written and own:
        return text.strip(), ""
    return (written, "\n".join(history).strip()) if written else (text.strip(), "")


def _begins_history(lines: list[str], i: int) -> bool:
    line = lines[i]
    if not line.strip():
        return False
    if _FROM.match(line):  # only a block of headers, so that a person may write "发件人：张三"
        return any(_HEADER.match(following) for following in lines[i + 1 : i + 4])
    if _HISTORY.match(line):
        return True
    joined = f"{line.strip()} {lines[i + 1].strip()}" if i + 1 < len(lines) else ""
    is_wrapped = line.startswith(("On ", "在 ")) and len(line) < 100
    return bool(is_wrapped and joined and _HISTORY.match(joined))
