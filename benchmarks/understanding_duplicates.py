"""Measure duplicates and same incidents on a set built here from public messages; nothing of them is kept.

Run: ECHOWALL_DATA_DIR=… python benchmarks/understanding_duplicates.py

Truth, stated openly:
1. Copies. Every message of the hot-topic set and the three help sets with at least 30 characters of its own is a
   potential source. From a fixed random 900 of them edited forwards are made (prefix, hashtags, another beginning or
   ending, cut to 70 %, typing errors in 4 % of the characters, traditional characters): same source = duplicates.
   From another 300, messages of *other people* are made: the same words with another name, phone and door:
   NOT duplicates. All other messages of the sets stay in as background.
2. Real copies among the sources: messages whose letters are identical after removing everything but Chinese
   characters, letters and digits are duplicates.
3. Pairs that the index finds and that neither 1 nor 2 decides (two real messages that read alike, or another person's
   message beside one that names nobody) are printed with ``--show`` and counted apart ("undecided"); real pairs of
   the same user with the same title count as true.
Same incidents: the two issues of one team's list that are one thing at one place, widened by a hand-decided rule to all
messages (place AND thing: 丽发+搅拌, 伊景园/滨河苑+捆绑/车位/认购). Everything else, also on the same place or the same thing elsewhere, is another incident.
"""

from __future__ import annotations

import csv
import gzip
import os
import random
import re
import statistics
import sys
import time
from datetime import datetime, timedelta
from pathlib import Path

from opencc import OpenCC

from echowall.understanding.duplicates import DuplicateIndex, clusters, fingerprint
from echowall.understanding.incidents import IncidentIndex, tell

DATA = Path(os.environ.get("ECHOWALL_DATA_DIR", ""))
csv.field_size_limit(10**9)


def rows(name: str) -> list[dict[str, str]]:
    with gzip.open(DATA / name, "rt", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def sources() -> list[tuple[str, str, str]]:
    """(id, title, text) of all messages of the four sets."""
    hot = [
        ("t" + r["id"], r["user"] + r["topic"], r["topic"] + "。" + r["detail"])
        for r in rows("tipdm_gov_messages/hot_topic_messages.csv.gz")
    ]
    shanghai = [
        ("d" + r["id"], r["summary"], r["summary"] + "。" + r["body"])
        for r in rows("daohouer_shanghai_help_2022/messages.csv.gz")
    ]
    wuhan = [("w" + r["id"], "", r["text"]) for r in rows("wuhan_covid_weibo_sos_2020/posts.csv.gz")]
    henan = [("h" + r["id"], "", r["post"]) for r in rows("henan_flood_weibo_2021/posts.csv.gz")]
    return hot + shanghai + wuhan + henan


def edited(text: str, rng: random.Random) -> str:
    how = rng.randrange(7)
    if how == 0:
        return "帮转:" + text
    if how == 1:
        return "#紧急求助##扩散# " + text + " 求扩散!!!"
    if how == 2:
        return (
            rng.choice(["大家好，", "求助求助，", "看到的帮帮忙，", "朋友圈看到的，"])
            + text
            + rng.choice(["，谢谢", "，急急急", "🙏🙏"])
        )
    if how == 3:
        return text[: max(30, int(len(text) * 0.7))]
    if how == 4:
        chars = list(text)
        for i in rng.sample(range(len(chars)), max(1, len(chars) // 25)):
            chars[i] = rng.choice("的了是在我有和")
        return "".join(chars)
    if how == 5:
        return OpenCC("s2t").convert(text)
    return text.replace("，", " ").replace("。", "\n")


def other_person(text: str, rng: random.Random) -> str:
    name = rng.choice("王李张刘陈赵孙周") + rng.choice("伟芳娜敏静丽强磊军洋")
    return f"{text} 联系人:{name} 电话:1{rng.choice('35789')}{rng.randrange(10**9):09d} {rng.randrange(1, 40)}号楼{rng.randrange(1, 5)}单元{rng.randrange(1, 25)}0{rng.randrange(1, 5)}"


def bare(text: str) -> str:
    return re.sub(r"[^\u4e00-\u9fffA-Za-z0-9]", "", text)


def copies(show: bool) -> None:
    rng = random.Random(20220503)
    real = [one for one in sources() if len(bare(one[2])) >= 30]
    chosen = rng.sample(range(len(real)), 1200)
    made: list[tuple[str, str, str]] = []
    for i in chosen[:900]:
        key, _, text = real[i]
        made += [(f"{key}~copy{n}", key, edited(text, rng)) for n in range(rng.randrange(1, 4))]
    for i in chosen[900:]:
        key, _, text = real[i]
        made += [(f"{key}~other{n}", f"{key}~other{n}", other_person(text, rng)) for n in range(2)]
    group = {key: bare(text) for key, _, text in real}
    title = {key: head for key, head, _ in real}
    truth = {key: group[key] for key, _, _ in real} | {key: group.get(origin, origin) for key, origin, _ in made}
    replaced = {real[i][0] for i in chosen[900:]}
    everything = [(key, text) for key, _, text in real if key not in replaced] + [(key, text) for key, _, text in made]
    rng.shuffle(everything)
    index: DuplicateIndex[str] = DuplicateIndex()
    found: set[tuple[str, str]] = set()
    spent = []
    for key, text in everything:
        begin = time.perf_counter()
        matches = index.add_and_query(key, text, limit=200)
        spent.append(time.perf_counter() - begin)
        found |= {tuple(sorted((key, m.key))) for m in matches}  # type: ignore[misc]
    same: dict[str, list[str]] = {}
    for key, _ in everything:
        same.setdefault(truth[key], []).append(key)
    real_pairs = {tuple(sorted((a, b))) for keys in same.values() for n, a in enumerate(keys) for b in keys[n + 1 :]}
    right = found & real_pairs  # type: ignore[operator]
    text_of = dict(everything)
    wrong, undecided = set(), set()
    for one, other in found - real_pairs:  # type: ignore[operator]
        first, second = one.split("~")[0], other.split("~")[0]
        other_people = "~other" in one or "~other" in other
        if other_people and fingerprint(text_of[one]).details and fingerprint(text_of[other]).details:
            wrong.add((one, other))
        elif other_people:
            undecided.add((one, other))
        elif title[first] and title[first] == title[second]:
            right.add((one, other))
        else:
            undecided.add((one, other))
    report("copies", len(right), len(wrong), len(real_pairs - found))  # type: ignore[operator]
    print(
        f"  messages {len(everything)}, true pairs {len(real_pairs)}, undecided pairs between real messages {len(undecided)}"
    )
    print(
        f"  {statistics.mean(spent) * 1e3:.2f} ms mean, {sorted(spent)[int(len(spent) * 0.95)] * 1e3:.2f} ms p95 for look-up and adding"
    )
    if show:
        for one, other in rng.sample(sorted(undecided), min(25, len(undecided))):
            print("  ?", text_of[one][:110].replace("\n", " "), "\n   ", text_of[other][:110].replace("\n", " "))
        for one, other in sorted(wrong)[:10]:
            print("  X", text_of[one][-110:].replace("\n", " "), "\n   ", text_of[other][-110:].replace("\n", " "))
        for one, other in rng.sample(sorted(real_pairs - found), min(12, len(real_pairs - found))):  # type: ignore[operator, type-var]
            print("  -", text_of[one][:110].replace("\n", " "), "\n   ", text_of[other][:110].replace("\n", " "))


def report(name: str, right: int, wrong: int, missed: int) -> None:
    precision, recall = right / max(1, right + wrong), right / max(1, right + missed)
    f1 = 2 * precision * recall / max(1e-9, precision + recall)
    print(
        f"{name}: pairwise precision {precision:.4f} recall {recall:.4f} F1 {f1:.4f} false merges {1 - precision:.4f} (n={right + missed})"
    )


# Of one team's five hot issues two are one thing at one place; the others gather several things or a policy.
_TEAM_ISSUES = {"2": "丽发新城搅拌站", "3": "伊景园滨河苑捆绑"}


def incident_label(text: str) -> str | None:
    if "丽发" in text and "搅拌" in text:
        return "丽发新城搅拌站"
    if re.search(r"伊景园|滨河[苑院]", text) and re.search(r"捆绑|车位|认购", text):
        return "伊景园滨河苑捆绑"
    return None


def incidents(window_days: int = 180) -> None:
    messages = [
        (r["id"], r["topic"] + "。" + r["detail"], r["time"])
        for r in rows("tipdm_gov_messages/hot_topic_messages.csv.gz")
    ]
    members = {r["留言编号"]: _TEAM_ISSUES[r["问题ID"]] for r in rows("tipdm_gov_messages/contestant_hot_issue_members.csv.gz")
               if r["team"] == "jesHrz" and r["问题ID"] in _TEAM_ISSUES}  # fmt: skip
    labels = {key: incident_label(text) or members.get(key) for key, text, _ in messages}
    index: IncidentIndex[str] = IncidentIndex(timedelta(days=window_days))
    told = []
    for key, text, at in messages:
        made = tell(text, datetime.fromisoformat(at))
        index.add(key, made)
        told.append((key, made))
    pairs = set()
    for key, made in told:
        pairs |= {tuple(sorted((key, other))) for other, _ in index.query(made, limit=400) if other != key}
    truth: dict[str, list[str]] = {}
    for key, label in labels.items():
        if label:
            truth.setdefault(label, []).append(key)
    real = {tuple(sorted((a, b))) for keys in truth.values() for n, a in enumerate(keys) for b in keys[n + 1 :]}
    touched = {p for p in pairs if labels[p[0]] or labels[p[1]]}
    joined = {
        tuple(sorted((a, b)))
        for group in clusters(sorted(pairs))
        for a in group
        for b in group
        if a < b and (labels[a] or labels[b])
    }
    print({label: len(keys) for label, keys in truth.items()})
    report("same incident, direct pairs", len(touched & real), len(touched - real), len(real - touched))
    report("same incident, joined into clusters", len(joined & real), len(joined - real), len(real - joined))


def speed() -> None:
    rng = random.Random(1)
    real = [text for _, _, text in sources()]
    index: DuplicateIndex[int] = DuplicateIndex()
    texts = [other_person(rng.choice(real)[:400], rng) for _ in range(100_000)]
    begin = time.perf_counter()
    for i, text in enumerate(texts):
        index.add(i, text)
    print(f"100,000 added in {time.perf_counter() - begin:.1f} s")
    spent = []
    for text in [edited(rng.choice(texts), rng) for _ in range(500)] + [rng.choice(real) for _ in range(500)]:
        begin = time.perf_counter()
        index.query(text)
        spent.append(time.perf_counter() - begin)
    spent.sort()
    print(
        f"look-up among 100,000: median {spent[500] * 1e3:.2f} ms, p95 {spent[950] * 1e3:.2f} ms, worst {spent[-1] * 1e3:.2f} ms"
    )


if __name__ == "__main__":
    if not DATA.is_dir() or not str(DATA):
        sys.exit("set ECHOWALL_DATA_DIR to the folder of the public message sets")
    copies("--show" in sys.argv)
    incidents()
    if "--speed" in sys.argv:
        speed()
