"""Measure the learnt half of understanding on public message sets and on our own kept test set, in one run.

Run: ECHOWALL_DATA_DIR=… python -m benchmarks.understanding [gov] [help] [own] [speed]

Public sets: a fresh classifier is trained by our method on four fifths and tested on the fifth, five times, and the
mean is printed. Texts with the same title (first 14 characters) or the same words always stand on one side. The
published figures beside were measured by others on other splits of the same sets; they say what is usual.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import os
import re
import statistics
import sys
import time
from pathlib import Path

from echowall.understanding.cli import CORPUS, corpus_files
from echowall.understanding.examples import Example, read_examples
from echowall.understanding.kept import split
from echowall.understanding.model import shipped_model
from echowall.understanding.training import HEADS, examine, try_out

FOLDS = 5
DATA = Path(os.environ.get("ECHOWALL_DATA_DIR", ""))
csv.field_size_limit(10**9)


def rows(name: str) -> list[dict[str, str]]:
    path = DATA / name
    if not os.environ.get("ECHOWALL_DATA_DIR") or not path.exists():
        print(f"   skipped: ECHOWALL_DATA_DIR has no {name}")
        return []
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def folds(examples: list[Example], letters: int) -> list[int]:
    """A fold for each example by a hash of its first letters: same beginning, same fold."""
    keys = [re.sub(r"\s", "", example.text)[:letters] for example in examples]
    return [int.from_bytes(hashlib.sha256(key.encode()).digest()[:4]) % FOLDS for key in keys]


def cross_validate(examples: list[Example], letters: int, label: str) -> None:
    where = folds(examples, letters)
    found = []
    for fold in range(FOLDS):
        learnt = [example for example, at in zip(examples, where, strict=True) if at != fold]
        tried = [example for example, at in zip(examples, where, strict=True) if at == fold]
        one = try_out(learnt, tried, label)
        found.append(one)
        print(
            f"   fold {fold + 1}: n={one['count']} accuracy={one['accuracy']:.4f} macro-F1={one['macro_f1']:.4f}"
            f" trained {one['train_seconds']} s, {one['messages_per_second']:.0f} messages/s",
            flush=True,
        )
    for name in ("accuracy", "macro_f1"):
        values = [one[name] for one in found]
        print(f"   mean {name} {statistics.mean(values):.4f} (sd over folds {statistics.stdev(values):.4f})")
    labels = found[0]["labels"]
    print("   confusion, all folds (row: truth)")
    for i, name in enumerate(labels):
        print(
            f"     {name}: " + " ".join(str(sum(one["confusion"][i][j] for one in found)) for j in range(len(labels)))
        )


def government() -> None:
    print("== residents' messages to government, 7 departments (segmented words)")
    print("   published: macro-F1 0.90 SVM, 0.93 fastText; accuracy 0.967 BERT; TF-IDF + logistic regression 0.909")
    held = rows("tipdm_gov_messages/labelled_tokens.csv.gz")
    if held:
        cross_validate([Example(row["tokens"], {"label1": row["label1"]}) for row in held], 14, "label1")


def help_requests() -> None:
    print("== help requests of a lockdown, 4 categories (chosen by the requesters: noisy)")
    print("   reference: TF-IDF characters 1-3 + logistic regression: accuracy 0.69, macro-F1 0.69")
    held = rows("daohouer_shanghai_help_2022/messages.csv.gz")
    usable = [row for row in held if row["category"] != "未分类" and (row["summary"] + row["body"]).strip()]
    if usable:
        made = [Example(f"{row['summary']}\n{row['body']}", {"category": row["category"]}) for row in usable]
        cross_validate(made, 10_000, "category")


def own() -> None:
    print("== the shipped model on the kept test set of our own corpus")
    if not CORPUS.is_dir():
        print(f"   skipped: no {CORPUS} here")
        return
    model = shipped_model()
    kept = split(read_examples(corpus_files(CORPUS), ("text",), HEADS)).kept
    figures, bands = examine(model, kept)
    print(f"   model {model.version}, {model.vocabulary.size} features, {len(kept)} kept messages")
    for head, one in figures.items():
        print(f"   {head}: accuracy {one.accuracy:.4f} macro-F1 {one.macro_f1:.4f}")
    critical = figures["urgency"].classes["critical"]
    print(
        f"   critical by the model alone: recall {critical.recall:.4f} precision {critical.precision:.4f} "
        f"n={critical.support}"
    )
    for head, band in bands.items():
        print(f"   {head}: " + " ".join(f"{name}={value:.3f}" for name, value in band.items()))


def speed() -> None:
    print("== speed, one text after the other, one core, all three heads")
    model = shipped_model()
    texts = [example.text for example in read_examples(corpus_files(CORPUS), ("text",), HEADS)]
    for name, run in (("scores", model.scores), ("guesses with deciding words", model.classify)):
        best = 0.0
        for _ in range(3):
            began = time.perf_counter()
            for text in texts:
                run(text)
            best = max(best, len(texts) / (time.perf_counter() - began))
        print(f"   {name}: {best:.0f} messages/s (mean {statistics.mean(map(len, texts)):.0f} characters)")


PARTS = {"gov": government, "help": help_requests, "own": own, "speed": speed}

if __name__ == "__main__":
    for part in sys.argv[1:] or PARTS:
        PARTS[part]()
