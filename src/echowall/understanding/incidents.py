"""The same incident told by different people in their own words: same place, same thing, within a time window.

This is a suggestion to merge, never a merge: the caller shows it. A new occurrence outside the window stays apart.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict, deque
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic, TypeVar

import rjieba

from echowall.understanding.normalise import plain_form

Key = TypeVar("Key", bound=Hashable)

_PLACE = re.compile(
    r"[\u4e00-\u9fff]{2,6}?(?:小区|花园|家园|公寓|大厦|广场|新城|新村|社区|家属院|[苑府湾园城郡庭村]|大道|"
    r"[路街巷](?!口)|中学|小学|幼儿园|医院|工地)"
)
_PLACE_NOISE = re.compile(
    r"^.*(?:[是在有们近个的和与从到及对该本住向请]|位于|关于|投诉|反映|举报|咨询|建议)|^[市区县]+"
)
_NO_PLACE = re.compile(r"政府|^(?:小区|社区|大道|整个|全|每|某|这|那|哪)")
_STOP_WORDS = (
    "我们 你们 他们 问题 领导 尊敬 书记 市长 您好 你好 请问 希望 有关 部门 解决 处理 "
    "反映 投诉 举报 咨询 建议 要求 请求 相关 居民 业主 小区 附近 严重 影响 现在 已经 "
    "没有 可以 这个 那个 什么 怎么 为什么 一个 因为 所以 但是 如果 就是 还是 以及 进行 "
    "情况 政府 单位 公司 生活 时间 今天 昨天 目前 多次 一直 我家 感谢 谢谢 百姓 老百姓 "
    "群众 大家 开发商 项目 楼盘 广大 造成 导致 存在 出现 由于 根据 关于 不能 无法 是否 "
    "能否 何时 非常 十分 自己 他人 本人 市民 强烈 给予 尽快 及时 城市"
)
_STOP = frozenset(_STOP_WORDS.split())
_HEAD = 400  # what a message is about stands at its beginning
_MOST = 400


@dataclass(frozen=True, slots=True)
class Told:
    """What is compared of a telling: place keys, the weights of the words of the thing, and the instant."""

    places: frozenset[str]
    words: dict[str, float]
    at: datetime


def tell(text: str, at: datetime, place_ids: Iterable[str] = ()) -> Told:
    """Reduce a message to place and thing. ``place_ids`` are gazetteer ids of compound level, which rule over names."""
    plain = plain_form(text)[:_HEAD]
    places = {f"id:{one}" for one in place_ids} or _named_places(plain)
    counts = Counter(word for word in rjieba.cut(plain) if len(word) > 1 and word not in _STOP and not word.isdigit())
    return Told(frozenset(places), {word: 1 + math.log(n) for word, n in counts.items()}, at)


def _named_places(plain: str) -> set[str]:
    names = {_PLACE_NOISE.sub("", match[0]) for match in _PLACE.finditer(plain)}
    return {name for name in names if len(name) >= 3 and not _NO_PLACE.search(name)}


class IncidentIndex(Generic[Key]):
    """Tellings of the last days; finds those of the same incident. Not thread-safe: one per worker."""

    def __init__(self, window: timedelta = timedelta(days=7), threshold: float = 0.26) -> None:
        """Start empty; ``window`` is how far apart tellings may be, ``threshold`` how alike they must be."""
        self._window = window
        self._threshold = threshold
        self._told: list[tuple[Key, Told]] = []
        self._by_place: dict[str, deque[int]] = defaultdict(lambda: deque(maxlen=_MOST))
        self._seen: Counter[str] = Counter()

    def add(self, key: Key, told: Told) -> None:
        """Remember a telling under ``key``."""
        position = len(self._told)
        self._told.append((key, told))
        self._seen.update(told.words.keys())
        for place in told.places:
            self._by_place[place].append(position)

    def query(self, told: Told, limit: int = 20) -> list[tuple[Key, float]]:
        """Find tellings of the same incident with their likeness in [0, 1], best first."""
        near = {position for place in told.places for position in self._by_place.get(place, ())}
        found = []
        for position in near:
            key, other = self._told[position]
            if abs(other.at - told.at) <= self._window:
                score = self.likeness(told, other)
                if score >= self._threshold:
                    found.append((key, round(score, 3)))
        found.sort(key=lambda one: -one[1])
        return found[:limit]

    def likeness(self, one: Told, other: Told) -> float:
        """Give the cosine of the two things' words, rare words weighing more, words of the shared place left out."""
        if one.places.isdisjoint(other.places):
            return 0.0
        place = "".join(one.places & other.places)
        left, right = self._weighted(one, place), self._weighted(other, place)
        product = sum(weight * right.get(word, 0.0) for word, weight in left.items())
        norm = math.sqrt(sum(w * w for w in left.values()) * sum(w * w for w in right.values()))
        return product / norm if norm else 0.0

    def _weighted(self, told: Told, place: str) -> dict[str, float]:
        total = len(self._told) + 1
        return {
            word: weight * (1 + math.log(total / (1 + self._seen[word])))
            for word, weight in told.words.items()
            if word not in place
        }


def same_incident(one: Told, other: Told, window: timedelta = timedelta(days=7), threshold: float = 0.26) -> bool:
    """Tell whether two tellings share place and thing within ``window``, without knowing how rare their words are."""
    index: IncidentIndex[int] = IncidentIndex(window, threshold)
    return abs(one.at - other.at) <= window and index.likeness(one, other) >= threshold
