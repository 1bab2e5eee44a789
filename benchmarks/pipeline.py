"""The whole understanding of a message on one core, over our own corpus with addresses put before the words.

Processor time is counted, so other work on the machine does not flatter or spoil it. Beside it: how many messages are
merely brought into their plain form, the least that any understanding must do.
"""

from __future__ import annotations

import json
import random
import time
from datetime import datetime
from zoneinfo import ZoneInfo

from benchmarks.figures import Figure

from echowall.site.environment import project_directory
from echowall.understanding.normalise import plain_form
from echowall.understanding.pipeline import default_classifier, understand_many
from echowall.understanding.places import Gazetteer
from echowall.understanding.types import GazetteerEntry

TARGET = 2_000.0
NODES = 10_000
NOW = datetime(2022, 5, 3, 21, 10, tzinfo=ZoneInfo("Asia/Shanghai"))


_FIRST = (
    "金桂", "翠竹", "和谐", "锦绣", "阳光", "康乐", "祥和", "铁道", "纺织", "育才",
    "丰庆", "紫荆", "玉兰", "建设", "光明", "新华", "向阳", "银杏", "明珠", "清华",
)  # fmt: skip
_LAST = ("苑", "小区", "花园", "家属院", "新村", "大院", "公寓", "佳园", "名邸", "国际城")


def street(count: int) -> Gazetteer:
    """Return the places of one large street office: communities, compounds, and buildings up to ``count`` places."""
    entries = [GazetteerEntry("p1", None, "office", "福华街街道")]
    entries += [GazetteerEntry(f"m{i}", "p1", "community", f"{_FIRST[i]}社区") for i in range(16)]
    names = [first + last for first in _FIRST for last in _LAST]
    entries += [GazetteerEntry(f"c{i}", f"m{i % 16}", "compound", name) for i, name in enumerate(names)]
    for number in range(count - len(entries)):
        compound, building = number % len(names), number // len(names) + 1
        entries.append(GazetteerEntry(f"b{number}", f"c{compound}", "building", f"{building}号楼"))
    return Gazetteer(entries)


def measure(*, quick: bool) -> list[Figure]:
    """Return messages per second of processor time, the best of three rounds."""
    rng = random.Random(4)
    gazetteer = street(NODES)
    compounds = [entry.name for entry in gazetteer.entries.values() if entry.kind == "compound"]
    files = sorted((project_directory() / "corpus" / "understanding").glob("*.jsonl"))
    texts = [json.loads(line)["text"] for file in files for line in file.read_text(encoding="utf-8").splitlines()]
    rng.shuffle(texts)
    texts = [
        f"{rng.choice(compounds)}{rng.randrange(1, 9)}号楼{rng.randrange(1, 3)}单元{rng.randrange(101, 2304)}，{text}"
        for text in texts[: 1_000 if quick else 6_000]
    ]
    classifier = default_classifier()
    list(understand_many([(text, NOW) for text in texts[:50]], gazetteer=gazetteer, classifier=classifier))
    best, plain = 0.0, 0.0
    for _ in range(1 if quick else 3):
        began = time.process_time()
        pairs = ((text, NOW) for text in texts)
        for _one in understand_many(pairs, gazetteer=gazetteer, context_place_id="p1", classifier=classifier):
            pass
        best = max(best, len(texts) / (time.process_time() - began))
        began = time.process_time()
        for text in texts:
            plain_form(text)
        plain = max(plain, len(texts) / (time.process_time() - began))
    conditions = {
        "messages": len(texts), "characters each": round(sum(map(len, texts)) / len(texts)),
        "places": len(gazetteer.entries), "classifier": classifier.version if classifier else "none",
    }  # fmt: skip
    return [Figure("understanding, whole pipeline, one core", best, "messages/s", TARGET,
                   beside="plain form alone", beside_value=plain, conditions=conditions)]  # fmt: skip
