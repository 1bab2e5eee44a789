"""Measure the extracting half of understanding: danger, places, replies, speed. Figures only; no data is kept.

Run: ECHOWALL_DATA_DIR=… python benchmarks/understanding_extract.py [danger] [places] [replies] [speed]
"""

from __future__ import annotations

import collections
import csv
import gzip
import json
import os
import random
import sys
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from echowall.understanding.danger import danger_signs
from echowall.understanding.doors import building_number, doors
from echowall.understanding.normalise import plain_form
from echowall.understanding.numerals import number
from echowall.understanding.personal import people_count, personal_data
from echowall.understanding.pipeline import default_classifier, understand_many
from echowall.understanding.places import Gazetteer
from echowall.understanding.redaction import redact
from echowall.understanding.reply_check import check_reply, is_substantive
from echowall.understanding.times import needed_by
from echowall.understanding.types import Band, GazetteerEntry, Guess

DATA = Path(os.environ.get("ECHOWALL_DATA_DIR", ""))
OWN = Path(__file__).parents[1] / "tests" / "data" / "understanding" / "danger.jsonl"
ZONE = ZoneInfo("Asia/Shanghai")
csv.field_size_limit(10**9)


def rows(name: str) -> list[dict[str, str]]:
    with gzip.open(DATA / name, "rt", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def texts() -> dict[str, list[str]]:
    return {
        "daohouer": [r["summary"] + "。" + r["body"] for r in rows("daohouer_shanghai_help_2022/messages.csv.gz")],
        "wuhan": [r["text"] for r in rows("wuhan_covid_weibo_sos_2020/posts.csv.gz")],
        "henan": [r["post"] for r in rows("henan_flood_weibo_2021/posts.csv.gz")],
        "policy questions": [r["question"] for r in rows("ncp_policy_qa_2020/qa.csv.gz")],
        "fuzhou tickets": [r["title"] + "。" + r["content"] for r in rows("fuzhou_12345_water_tickets/tickets.csv.gz")],
        "petitions": [r["topic"] + "。" + r["detail"] for r in rows("tipdm_gov_messages/hot_topic_messages.csv.gz")],
    }


def danger() -> None:
    own = [json.loads(line) for line in OWN.read_text(encoding="utf-8").splitlines()]
    for half in ("dev", "kept"):
        part = [(one, danger_signs(one["text"])) for one in own if one["half"] == half]
        critical = [signs for one, signs in part if one["urgency"] == "critical"]
        urgent = [signs for one, signs in part if one["urgency"] == "urgent"]
        safe = [signs for one, signs in part if one["label"] == "safe"]
        named = sum(any(s.urgency.value == "critical" for s in signs) for signs in critical)
        print(
            f"{half}: critical seen as critical {named}/{len(critical)} = {named / len(critical):.4f}, with any sign "
            f"{sum(map(bool, critical))}/{len(critical)}; urgent with a sign {sum(map(bool, urgent))}/{len(urgent)}; "
            f"false alarms on look-alikes {sum(map(bool, safe))}/{len(safe)} = {sum(map(bool, safe)) / len(safe):.4f}"
        )
    for name, messages in texts().items():
        found = [danger_signs(text) for text in messages]
        codes = collections.Counter(sign.code for signs in found for sign in signs)
        critical_count = sum(any(s.urgency.value == "critical" for s in signs) for signs in found)
        print(
            f"{name}: n={len(messages)} with a sign {sum(map(bool, found)) / len(found):.3f}, critical {critical_count / len(found):.3f}; "
            + ", ".join(f"{code} {n}" for code, n in codes.most_common(5))
        )


def segments(row: dict[str, list[str]]) -> list[list[str]]:
    out: list[list[str]] = []
    for token, tag in zip(row["tokens"], row["tags"], strict=True):
        part, _, name = tag.partition("-")
        is_new = part in "BSO" and name not in ("roomno", "cellno", "houseno")
        if is_new or not out or out[-1][1] != name:
            out.append([token, name])
        else:
            out[-1][0] += token
    return out


def places() -> None:
    """Doors: houses, units and rooms as labelled; compounds: found in a gazetteer of all compounds of the set."""
    with gzip.open(DATA / "address_parsing_zh/addresses_large.jsonl.gz", "rt", encoding="utf-8") as file:
        addresses = [segments(json.loads(line)) for line in file]
    right, total, wrong_samples = collections.Counter[str](), collections.Counter[str](), []
    usable = [
        a for a in addresses if any(n == "houseno" for _, n in a) and not any("#" in w and "##" in w for w, _ in a)
    ]
    usable = [a for a in usable if any(w.endswith(("楼", "栋", "幢", "座", "#")) for w, n in a if n == "houseno")]
    for address in usable:
        truth = {n: w for w, n in address}
        words = plain_form("".join(w for w, _ in address))
        found = doors(words)
        door = found[0] if found else None
        for kind, value in (
            ("houseno", door.building if door else ""),
            ("cellno", door.unit if door else ""),
            ("roomno", door.room if door else ""),
        ):
            if kind in truth:
                total[kind] += 1
                expected = building_number(plain_form(truth[kind]).rstrip("室号户单元门"))
                same = value == expected or (value and number(value) == number(expected))
                right[kind] += bool(same)
                if not same and len(wrong_samples) < 4000:
                    wrong_samples.append((kind, words, expected, value))
    for kind, n in total.items():
        print(f"doors, {kind}: {right[kind]}/{n} = {right[kind] / n:.4f}")
    if "--show" in sys.argv:
        random.seed(3)
        for one in random.sample(wrong_samples, min(40, len(wrong_samples))):
            print("  ", one)
    compounds: dict[tuple[str, str], str] = {}
    entries, asked = [], []
    for address in addresses:
        truth = {n: plain_form(w) for w, n in address}
        district, name = truth.get("district"), truth.get("poi")
        if district and name and len(name) >= 3 and "town" in truth:
            key = (district, name)
            if key not in compounds:
                compounds[key] = f"c{len(compounds)}"
            asked.append((plain_form("".join(w for w, _ in address)), compounds[key]))
    districts = {d: f"d{i}" for i, d in enumerate(sorted({d for d, _ in compounds}))}
    entries = [GazetteerEntry(i, None, "district", d) for d, i in districts.items()]
    entries += [GazetteerEntry(i, districts[d], "compound", n) for (d, n), i in compounds.items()]
    begin = time.perf_counter()
    gazetteer = Gazetteer(entries)
    built = time.perf_counter() - begin
    begin = time.perf_counter()
    answers = [gazetteer.find(words) for words, _ in asked]
    spent = (time.perf_counter() - begin) / len(asked)
    hit = sum(any(m.place_id == want for m in answer) for answer, (_, want) in zip(answers, asked, strict=True))
    print(
        f"compounds: {len(entries)} nodes built in {built:.2f} s; right {hit}/{len(asked)} = {hit / len(asked):.4f}; {spent * 1e6:.0f} us each"
    )


def replies() -> None:
    labelled = rows("tipdm_gov_messages/messages_with_replies.csv.gz")
    table = collections.Counter((r["human_explainable_syu"] == "1", is_substantive(r["reply"])) for r in labelled)
    n = len(labelled)
    agree = (table[True, True] + table[False, False]) / n
    a, b = (table[True, True] + table[True, False]) / n, (table[True, True] + table[False, True]) / n
    chance = a * b + (1 - a) * (1 - b)
    flagged = table[False, False] + table[True, False]
    print(
        f"replies: agreement with one team's hand label {agree:.4f}, kappa {(agree - chance) / (1 - chance):.3f}; "
        f"empty replies: precision {table[False, False] / flagged:.3f}, recall {table[False, False] / (table[False, False] + table[False, True]):.3f} (n={n})"
    )
    second = [r for r in labelled if r["human_complete_rb"]]
    codes = [{f.code for f in check_reply(question=r["topic"] + "。" + r["detail"], reply=r["reply"])} for r in second]
    whole = sum(
        (r["human_complete_rb"] == "1.0") == (not any(c.startswith(("unanswered", "part", "empty")) for c in cs))
        for r, cs in zip(second, codes, strict=True)
    )
    based = sum(
        (r["human_explainable_rb"] == "1.0") == ("no_basis" not in cs) for r, cs in zip(second, codes, strict=True)
    )
    print(f"second team: complete {whole}/{len(second)}, explained {based}/{len(second)}")


class Stub:
    """Stands for the model where none is installed: answers are constant, time is nil."""

    version = "stub"

    def classify(self, text: str) -> dict[str, Guess]:
        return {
            "intent": Guess("help", 0.9, Band.SURE),
            "topic": Guess("medicine", 0.9, Band.SURE),
            "urgency": Guess("normal", 0.9, Band.SURE),
        }


def street(nodes: int) -> Gazetteer:
    """A street of about ``nodes`` nodes with real estate names: communities, compounds, buildings, units."""
    with gzip.open(DATA / "cn_housing_estate_names/housing_estates.txt.gz", "rt", encoding="utf-8") as file:
        names = [line.strip() for line in file]
    rng = random.Random(2)
    entries = [GazetteerEntry("s", None, "street_office", "福华街街道", ("福华街",))]
    entries += [GazetteerEntry(f"c{i}", "s", "community", f"福华第{i}社区") for i in range(12)]
    for i, name in enumerate(rng.sample(names, len(names))):
        entries.append(GazetteerEntry(f"p{i}", f"c{i % 12}", "compound", name))
        for b in range(1, 9):
            entries.append(GazetteerEntry(f"p{i}b{b}", f"p{i}", "building", f"{b}号楼"))
            entries += [GazetteerEntry(f"p{i}b{b}u{u}", f"p{i}b{b}", "unit", f"{u}单元") for u in (1, 2)]
        if len(entries) >= nodes:
            break
    return Gazetteer(entries)


def speed() -> None:
    """Processor time, so that other work on the machine does not count."""
    gazetteer = street(10_000)
    rng = random.Random(4)
    now = datetime(2022, 5, 3, 21, 10, tzinfo=ZONE)
    sets = texts()
    own = [json.loads(line)["text"] for line in OWN.read_text(encoding="utf-8").splitlines()]
    compounds = [e.name for e in gazetteer.entries.values() if e.kind == "compound"]
    mixed = [
        rng.choice(compounds) + f"{rng.randrange(1, 9)}号楼{rng.randrange(1, 3)}单元{rng.randrange(101, 2304)}，" + t
        for t in sets["daohouer"] + own
    ]
    sample = mixed[:3000] + rng.sample(sets["henan"], 500) + rng.sample(sets["fuzhou tickets"], 400)
    rng.shuffle(sample)
    classifier = default_classifier() or Stub()
    list(understand_many([("热身", now)], classifier=classifier))
    for name, messages in (
        ("mixed (3000 help calls with an address, 500 posts, 400 tickets)", sample),
        ("help calls", mixed),
        ("long petitions", sets["petitions"][:1500]),
    ):
        begin = time.process_time()
        for _ in understand_many(
            ((text, now) for text in messages), gazetteer=gazetteer, context_place_id="p1", classifier=classifier
        ):
            pass
        spent = time.process_time() - begin
        length = sum(map(len, messages)) / len(messages)
        print(
            f"pipeline, {name}: {len(messages) / spent:.0f} messages/s on one core ({length:.0f} characters each, {len(gazetteer.entries)} nodes, classifier {classifier.version})"
        )
    parts: dict[str, Callable[[str], object]] = {
        "plain form": plain_form, "danger": danger_signs, "times": lambda t: needed_by(t, now), "personal": personal_data, "people": people_count,
        "places": lambda t: gazetteer.find(t, "p1"), "redact": redact, "classify": classifier.classify,
    }  # fmt: skip
    for name, part in parts.items():
        begin = time.process_time()
        for text in sample:
            part(text)
        print(f"  {name}: {(time.process_time() - begin) / len(sample) * 1e6:.0f} us")


if __name__ == "__main__":
    if not str(DATA) or not DATA.is_dir():
        sys.exit("set ECHOWALL_DATA_DIR to the folder of the public message sets")
    wanted = [word for word in sys.argv[1:] if not word.startswith("-")]
    for task in (danger, places, replies, speed):
        if not wanted or task.__name__ in wanted:
            task()
