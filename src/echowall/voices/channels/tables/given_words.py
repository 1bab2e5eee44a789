"""The words by which a ledger says what a message is and whether it is done, in the system's own codes."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache

from echowall.understanding.topics import default_topics
from echowall.understanding.types import Intent

_INTENTS = {
    "help": "求助 救助 紧急求助",
    "complaint": "投诉 举报 投诉举报",
    "consult": "咨询 询问 问询",
    "vent": "吐槽 抱怨 情绪",
    "suggest": "建议 意见 意见建议",
    "praise": "点赞 表扬 感谢 反馈表扬",
    "volunteer": "志愿 志愿服务 报名",
    "other": "其他 其它 未分类 无",
}
_TOPICS = {
    "health_code": "健康码问题",
    "policy": "政策 疫情政策 防疫政策",
    "emergency": "群众紧急求助 紧急求助 紧急求助事项 群众紧急求助事项",
    "report": "举报 投诉 举报投诉 投诉举报",
    "enterprise": "企业 企业服务",
    "supplies": "物资 生活物资",
    "medicine": "买药 用药",
}
_HANDLED = frozenset(
    [
        "办结",
        "已办结",
        "办理完毕",
        "已办理",
        "已解决",
        "完成",
        "已完成",
        "已处理",
        "已回复",
        "已答复",
        "结案",
        "已结案",
        "closed",
        "done",
        "solved",
        "handled",
    ]
)
_TAIL = re.compile(r"(?:类|类别|类问题|问题类|事项类)$")


def _plain(word: str) -> str:
    return _TAIL.sub("", word.strip().lower())


@lru_cache(maxsize=1)
def _intents() -> Mapping[str, str]:
    return {str(i): str(i) for i in Intent} | {w: code for code, words in _INTENTS.items() for w in words.split()}


@lru_cache(maxsize=1)
def _topics() -> Mapping[str, str]:
    known = {topic.zh: topic.code for topic in default_topics().values()} | {code: code for code in default_topics()}
    return (
        known
        | {"其他": "other", "other": "other"}
        | {w: code for code, words in _TOPICS.items() for w in words.split()}
    )


def given_intent(word: str) -> str:
    """Return the intent that a ledger's word such as 投诉类 means, or ""."""
    return _intents().get(_plain(word), "")


def given_topic(word: str) -> str:
    """Return the topic that a ledger's word such as 健康码问题类 means, or ""."""
    return _topics().get(word.strip(), "") or _topics().get(_plain(word), "")


def given_state(word: str) -> str:
    """Return ``handled`` for a ledger's word such as 已办结, or ""."""
    return "handled" if _plain(word) in _HANDLED else ""


GIVEN: Mapping[str, Callable[[str], str]] = {
    "given_intent": given_intent,
    "given_topic": given_topic,
    "given_state": given_state,
}
