"""Single lines of a chat copy: cleaning, system and recalled lines, day separators, placeholders of things not text."""

from __future__ import annotations

import re
from dataclasses import dataclass

from echowall.voices.channels.dates import AFTER_DAY, CLOCK, FULL_DAY, NAMED_DAY, SHORT_DAY
from echowall.voices.channels.types import AttachmentRef

# Zero-width and direction marks that chat programs leave in copies, and the byte-order mark. The zero-width joiner
# stays: families and professions among the emoji are made with it.
_INVISIBLE = re.compile("[\u200b\u200c\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\u00ad]")
_LINE_END = re.compile("\r\n|\r|\n|\u2028|\u2029|\x0b|\x0c|\x85")

_DAY = rf"(?:(?:{FULL_DAY}|{SHORT_DAY}|{NAMED_DAY}){AFTER_DAY})"
SEPARATOR = re.compile(rf"^[\s\-—–_=*·─━]*+({_DAY})[\s\-—–_=*·─━]*$", re.IGNORECASE)
TIME_LINE = re.compile(rf"^[\s\-—–]*+((?:{_DAY}[\s,，]*)?{CLOCK})[\s\-—–]*$", re.IGNORECASE)

_RECALLED = re.compile(
    r"^[\"“「『]?(.{1,40}?)[\"”」』]?\s?(?:已?撤回了?一?[条條则則]?(?:成员|成員|你|他人)?.{0,20}?的?(?:消息|訊息|信息)"
    r"|收回了?一?[则則]?(?:訊息|消息)|已收回訊息|recalled a message|unsent a message)"
    r"[。.]?\s*(?:重新编辑|重新編輯)?$"
)
# Whoever acts in a line of the program stands in quotation marks, is "你"/"我", or the line ends with the fixed words:
# "麻烦邀请我家属进群" is a person speaking and must not match.
_WHO = r"(?:[\"“「『].{1,60}?[\"”」』]|你|我|群主)"
_SYSTEM = [
    re.compile(pattern)
    for pattern in (
        rf"^{_WHO}\s?(?:邀请|邀請)\s?.{{1,200}}(?:加入了?群聊|加入了?群組|进群|加入了?本群)[。.]?$",
        r"^.{1,60}\s?(?:邀请|邀請).{1,200}(?:加入了群聊|加入了群組)[。.]?$",
        r"^.{1,60}\s?(?:通过|透過|通過)(?:扫描|掃描|搜索|群).{0,60}(?:加入了?群聊|加入了?群組|二维码加入)[。.]?$",
        r"^.{1,40}\s?(?:加入了群聊|加入了本群|已?退出了群聊|离开了群聊|離開了群組|加入群組)[。.]?$",
        r"^.{1,40}\s?(?:将|將|把)\s?.{1,60}(?:移出了?群聊|移出了?本群|移出群組)[。.]?$",
        r"^.{1,40}\s?(?:修改|更改|变更)(?:了)?(?:群名为|群聊名称为|群名称为|群公告$|群聊名称$|群组名称)",
        rf"^{_WHO}\s?(?:开启|關閉|关闭|開啟|已启用|已停用)了?.{{0,4}}(?:全员禁言|群成员禁言|朋友验证|进群确认|群聊邀请确认)",
        rf"^{_WHO}\s?拍了?拍\s?(?:[\"“「].{{1,40}}|自己|我|你).{{0,20}}$",
        rf"^{_WHO}\s?(?:领取|領取)了.{{0,40}}(?:红包|紅包)[。.]?$",
        r"^[—\-\s]*(?:以下(?:是|为)|以上(?:是|为))(?:新消息|打招呼的内容|历史消息|新訊息)[—\-\s]*$",
        rf"^{_WHO}与群里其他人都不是(?:微信)?朋友关系",
        rf"^{_WHO}已?成为新的?群主[。.]?$",
        r"^.{1,40}\s(?:joined|left) the group(?: chat)?\.?$",
        r"^你(?:已添加了|和).{1,40}(?:现在可以开始聊天了?|成为好友)[。.]?$",
        r"^(?:查看更多消息|已加载全部消息|正在加载|点击加载更多)[。.…]*$",
        r"^(?:Dear|您好|Hi)\s?[:：,，]\s*$",
        r"^.{0,60}(?:聊天记录|聊天紀錄)如下[，,].{0,10}(?:查收|查閱)[。.]?$",
        r"^消息(?:记录|分组|对象)(?:[:：（(].{0,60})?$",
        r"^={4,}$",
    )
]

_KINDS = {
    "image": "图片|圖片|照片|相片|Photo|Image|Picture",
    "sticker": "表情|动画表情|動畫表情|表情包|贴图|貼圖|Sticker|Custom sticker",
    "voice": "语音|語音|语音消息|語音訊息|Voice|Audio",
    "video": "视频|視頻|影片|小视频|Video",
    "file": "文件|檔案|File",
    "location": "位置|实时位置|地理位置|Location",
    "link": "链接|連結|網址|分享|小程序|Link|Mini Program",
    "card": "名片|个人名片|聯絡人|Contact Card",
    "red_packet": "红包|微信红包|紅包|转账|轉賬|Red Packet|Transfer",
    "record": "聊天记录|聊天紀錄|合并转发|Chat History",
    "call": "语音通话|视频通话|語音通話|視訊通話|Voice Call|Video Call",
}
_KIND_OF = {word.lower(): kind for kind, words in _KINDS.items() for word in words.split("|")}
_WORDS = "|".join(sorted((w for words in _KINDS.values() for w in words.split("|")), key=len, reverse=True))
_PLACEHOLDER = re.compile(
    rf"[\[【<](?P<word>{_WORDS})(?:[:：]\s*(?P<inside>[^\]】>]{{0,300}}))?[\]】>]"
    r"(?:\s?(?P<seconds>\d{1,3})\s?(?:[\"”″＂]|''|秒))?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the paste: its number (from 1), the text as it stood and the text without invisible marks."""

    number: int
    raw: str
    text: str


def cut_lines(pasted: str) -> list[Line]:
    """Cut at every kind of line end (CR LF, LF, CR, U+2028 …); trailing and invisible characters leave `text` only."""
    lines = _LINE_END.split(pasted)
    return [Line(i, raw, _INVISIBLE.sub("", raw).replace("\u00a0", " ").rstrip()) for i, raw in enumerate(lines, 1)]


def recalled_by(text: str) -> str | None:
    """The name in a line that says somebody took a message back, or None."""
    found = _RECALLED.match(text.strip())
    return found.group(1) if found else None


def is_system(text: str) -> bool:
    """Whether the program wrote this line and not a person: joined, left, renamed, patted, opened a red packet."""
    stripped = text.strip()
    return len(stripped) <= 200 and any(pattern.match(stripped) for pattern in _SYSTEM)


def attachments_in(text: str) -> tuple[AttachmentRef, ...]:
    """What the placeholders in a text stand for: [图片], [语音] 12", [文件] 名单.xlsx. The text stays as said."""
    found = []
    for match in _PLACEHOLDER.finditer(text):
        kind = _KIND_OF[match["word"].lower()]
        name = (match["inside"] or "").split("(")[0].split("（")[0].strip()
        if not name and kind in ("file", "link", "location", "record"):
            name = text[match.end() :].split("\n", 1)[0].strip()
        seconds = int(match["seconds"]) if match["seconds"] else None
        found.append(AttachmentRef(kind=kind, name=name[:255], seconds=seconds))
    return tuple(found)
