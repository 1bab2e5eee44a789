"""Signs of danger to life, found by rules that an office can read: ``data/danger.yaml``.

A rule says what people write when this danger is present, and guards say when such words mean something else: a denial,
a drill, something over, a question about rules, an offer, an animal, a figure of speech. The rules lean to recall: a
false alarm costs one look, a miss may cost a life.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

import yaml
from ahocorasick_rs import AhoCorasick

from echowall.understanding.normalise import plain_form
from echowall.understanding.types import DangerSign, Evidence, Urgency

_SENTENCE_END = re.compile(r"[。!?;\n]")
# What stands directly before a sign and denies it. A list with 、 is denied as a whole ("无发热、咳嗽、呼吸困难").
_DENIED = re.compile(
    r"(?:(?:无(?![人法创助力])|未见|否认|未出现|没有出现|不存在)[^,。;!?]{0,16}|没有?[^,。;!?、]{0,3}|不[会是])$"
)
_REACH = 40  # a guard further away than this, in characters, speaks of something else


@dataclass(frozen=True, slots=True)
class DangerRule:
    """One kind of danger: its code, its Chinese name, and the compiled signs and guards."""

    code: str
    zh: str
    urgency: Urgency
    keys: tuple[str, ...]
    signs: tuple[re.Pattern[str], ...]
    guards: tuple[str, ...]


class DangerRules:
    """All rules of one file, ready to run. Build once; finding is pure and thread-safe."""

    def __init__(self, source: dict[str, Any]) -> None:
        """Compile ``source`` (the parsed YAML). Raises ValueError naming every fault of every rule at once."""
        errors: list[str] = []
        fragments = source.get("fragments", {})
        guards = source.get("guards", {}) | source.get("special_guards", {})
        self.guards = {name: re.compile(pattern) for name, pattern in guards.items()}
        self.pressing = re.compile(source["pressing"])
        self.soon = re.compile(source["soon"])
        self.idioms = re.compile(source["idioms"])
        self.rules = tuple(_rule(item, fragments, self.guards, errors) for item in source["rules"])
        if errors:
            raise ValueError("danger.yaml: " + "; ".join(errors))
        by_key: dict[str, list[int]] = defaultdict(list)
        for index, rule in enumerate(self.rules):
            for key in rule.keys:
                by_key[plain_form(key)].append(index)
        self._rules_of_key = [tuple(indexes) for indexes in by_key.values()]
        self._keys = AhoCorasick(list(by_key))

    def find(self, plain: str, text: str | None = None) -> tuple[DangerSign, ...]:
        """Find the signs in ``plain`` (see ``plain_form``); evidence quotes ``text`` where given. Worst first."""
        hits = self._keys.find_matches_as_indexes(plain, overlapping=True)
        if not hits:
            return ()
        wanted = sorted({index for hit in hits for index in self._rules_of_key[hit[0]]})
        blanked = self.idioms.sub(lambda found: "□" * len(found[0]), plain)
        said = plain if text is None else text
        signs = [sign for index in wanted if (sign := self._try(self.rules[index], blanked, said)) is not None]
        return tuple(sorted(signs, key=lambda sign: (sign.urgency.rank, sign.evidence[0].start)))

    def _try(self, rule: DangerRule, blanked: str, said: str) -> DangerSign | None:
        for pattern in rule.signs:
            for found in pattern.finditer(blanked):
                if not self._guarded(rule, blanked, found.start(), found.end()):
                    start, end = found.span()
                    return DangerSign(rule.code, rule.urgency, (Evidence(said[start:end], start, end, rule.code),))
        return None

    def _guarded(self, rule: DangerRule, plain: str, start: int, end: int) -> bool:
        low, high = _sentence(plain, start, end)
        sentence = plain[low:high]
        for name in rule.guards:
            if name == "denied":
                if _DENIED.search(plain[max(low, start - 20) : start]):
                    return True
            elif name == "figurative":
                if self.guards[name].search(plain[low:start]):
                    return True
            elif self.guards[name].search(sentence):
                undone = name in ("past", "question") and self.pressing.search(sentence)
                if not undone and not (name == "question" and self.soon.search(sentence)):
                    return True
        return False


def _sentence(plain: str, start: int, end: int) -> tuple[int, int]:
    low = max(0, start - _REACH)
    for found in _SENTENCE_END.finditer(plain, low, start):
        low = found.end()
    after = _SENTENCE_END.search(plain, end)
    high = after.end() if after else len(plain)
    return low, min(high, end + _REACH)


def _rule(
    item: dict[str, Any], fragments: dict[str, str], guards: dict[str, re.Pattern[str]], errors: list[str]
) -> DangerRule:
    code = item["code"]
    errors.extend(f"{code}: unknown guard {name}" for name in item["guards"] if name != "denied" and name not in guards)
    if not item["keys"] or not item["signs"]:
        errors.append(f"{code}: needs keys and signs")
    signs = []
    for sign in item["signs"]:
        pattern = sign
        for name, fragment in fragments.items():
            pattern = pattern.replace("{" + name + "}", fragment)
        try:
            signs.append(re.compile(pattern))
        except re.error as error:
            errors.append(f"{code}: {error}: {sign}")
    return DangerRule(
        code, item["zh"], Urgency(item["urgency"]), tuple(item["keys"]), tuple(signs), tuple(item["guards"])
    )


@lru_cache(maxsize=1)
def default_rules() -> DangerRules:
    """Give the rules that ship with Echowall."""
    text = (files("echowall.understanding") / "data" / "danger.yaml").read_text(encoding="utf-8")
    return DangerRules(yaml.safe_load(text))


def danger_signs(text: str) -> tuple[DangerSign, ...]:
    """Find the signs of danger to life in a message as said; the worst first, evidence with offsets into ``text``."""
    return default_rules().find(plain_form(text), text)
