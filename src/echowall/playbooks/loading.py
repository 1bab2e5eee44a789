"""Reading a playbook from a folder (or from a kept copy of its files), with every mistake reported at once."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

from echowall.playbooks.clocks import terms as _matters_terms  # noqa: F401 - registers the terms that clocks use
from echowall.playbooks.clocks.definitions import read_clocks, read_conditions
from echowall.playbooks.clocks.types import ClockDefinition
from echowall.playbooks.errors import PlaybookInvalid, Problem, Said
from echowall.playbooks.parameter_types import PARAMETER_TYPES, NotThisType
from echowall.playbooks.playbook import LANGUAGES, PaperTemplate, Playbook
from echowall.playbooks.situations import Situation, read_situations
from echowall.playbooks.types import (
    Checklist,
    ChecklistItem,
    ColourRule,
    DatedValue,
    Manifest,
    Mark,
    Parameter,
    Source,
    Status,
)
from echowall.playbooks.vocabulary import VOCABULARY, Vocabulary
from echowall.playbooks.yaml_source import Document, Section, parse_yaml, top_section

_PARAMETER = re.compile(r"(?:places/(?P<place>[\w-]+)/)?parameters/(?P<name>[a-z][a-z0-9_]*)\.yaml")
_CHECKLIST = re.compile(r"checklists/(?P<name>[a-z][a-z0-9_]*)\.yaml")
_PAPER = re.compile(r"documents/(?P<name>[a-z][a-z0-9_]*)\.(?:txt|typ)")
_TEXTS = re.compile(r"texts/(?P<name>[a-z]{2})\.yaml")
_SITUATIONS = re.compile(r"tests/[\w-]+\.yaml")
_SINGLE = ("manifest.yaml", "clocks.yaml", "colours.yaml")
_PLACEHOLDER = re.compile(r"\{\{(\w+)\}\}")
_IGNORED = ("README.md",)


def read_folder(path: Path) -> dict[str, bytes]:
    """Every file below `path` by its name relative to it; hidden files and README.md are left out.

    Raises:
        FileNotFoundError: there is no such folder.
    """
    if not path.is_dir():
        raise FileNotFoundError(path)
    files = {}
    for file in sorted(path.rglob("*")):
        name = file.relative_to(path).as_posix()
        if file.is_file() and name not in _IGNORED and not any(part.startswith(".") for part in name.split("/")):
            files[name] = file.read_bytes()
    return files


def version_of(files: Mapping[str, bytes]) -> str:
    """16 hex digits of a SHA-256 over all that decides cases: every file but the situations, line ends made equal."""
    digest = sha256()
    for name in sorted(files):
        if not name.startswith("tests/"):
            content = files[name].replace(b"\r\n", b"\n")
            digest.update(f"{name}\0{len(content)}\0".encode())
            digest.update(content)
    return digest.hexdigest()[:16]


def load(path: str | Path, vocabulary: Vocabulary = VOCABULARY) -> Playbook:
    """The playbook in a folder.

    Raises:
        PlaybookInvalid: with every mistake of every file.
        FileNotFoundError: there is no such folder.
    """
    folder = Path(path)
    return from_files(read_folder(folder), folder.name, vocabulary)


def from_files(files: Mapping[str, bytes], name: str, vocabulary: Vocabulary = VOCABULARY) -> Playbook:
    """The playbook made of these files, as `load`; for copies kept elsewhere than in a folder.

    Raises:
        PlaybookInvalid: with every mistake of every file.
    """
    reading = _Reading(name, files, vocabulary)
    playbook = reading.read()
    if reading.problems or playbook is None:
        raise PlaybookInvalid(name, reading.problems)
    return playbook


@dataclass
class _Reading:
    name: str
    files: Mapping[str, bytes]
    vocabulary: Vocabulary
    problems: list[Problem] = field(default_factory=list)
    parameters: dict[str, Parameter] = field(default_factory=dict)
    overlays: dict[str, dict[str, Parameter]] = field(default_factory=dict)
    checklists: dict[str, Checklist] = field(default_factory=dict)
    papers: dict[str, PaperTemplate] = field(default_factory=dict)
    texts: dict[str, dict[str, str]] = field(default_factory=dict)
    situations: list[Situation] = field(default_factory=list)

    def read(self) -> Playbook | None:
        manifest = self._manifest()
        subject = manifest.subject if manifest else "matters"
        clocks = self._clocks(subject)
        colours = self._colours(subject)
        for file in sorted(self.files):
            self._file(file)
        if manifest is None:
            return None
        return Playbook(
            manifest=manifest,
            version=version_of(self.files),
            parameters=self.parameters,
            overlays=self.overlays,
            clocks=clocks,
            checklists=self.checklists,
            colours=colours,
            papers=self.papers,
            texts=self.texts,
            situations=tuple(self.situations),
            files=self.files,
            vocabulary=self.vocabulary,
        )

    def _file(self, file: str) -> None:
        if file in _SINGLE:
            return
        if found := _PARAMETER.fullmatch(file):
            self._parameter(file, found["name"], found["place"] or "")
        elif found := _CHECKLIST.fullmatch(file):
            self._checklist(file, found["name"])
        elif found := _PAPER.fullmatch(file):
            self._paper(file, found["name"])
        elif found := _TEXTS.fullmatch(file):
            self._texts(file, found["name"])
        elif _SITUATIONS.fullmatch(file):
            document = parse_yaml(file, self.files[file])
            self.situations.extend(read_situations(document))
            self.problems.extend(document.problems)
        else:
            self._note(
                file,
                "file_unknown",
                Said("工作法里没有这种文件。", "A playbook has no such file."),
                Said("改名、移到正确的目录，或删除。", "Rename it, move it to the right folder, or remove it."),
            )

    def _note(self, file: str, code: str, said: Said, fix: Said) -> None:
        self.problems.append(Problem(file, 0, "", "", code, said, fix))

    def _open(self, file: str) -> tuple[Document, Section | None]:
        document = parse_yaml(file, self.files[file])
        return document, top_section(document)

    def _manifest(self) -> Manifest | None:
        file = "manifest.yaml"
        if file not in self.files:
            self._note(
                file,
                "manifest_missing",
                Said("缺少 manifest.yaml。", "manifest.yaml is missing."),
                Said("新建该文件。", "Create it."),
            )
            return None
        document, top = self._open(file)
        manifest = None
        if top is not None:
            top.known("id", "title", "subject", "issued_by", "status", "applies_to", "valid_from")
            title, applies = top.section("title"), top.section("applies_to")
            if applies:
                applies.known("places")
            if top.text("id", example=self.name) not in ("", self.name):
                top.report(
                    "id",
                    "id_not_folder",
                    Said("编号与目录名不同。", "The id differs from the folder's name."),
                    Said(f"写成 id: '{self.name}'", f"Write id: '{self.name}'"),
                    top.data["id"],
                )
            manifest = Manifest(
                id=self.name,
                title=Said(title.text("zh"), title.text("en")) if title else Said("", ""),
                subject=top.text("subject", example="matters"),
                issued_by=top.text("issued_by", example="发文机关"),
                status=Status(top.choice("status", tuple(Status))),
                places=applies.words("places", needed=True) if applies else (),
                valid_from=top.day("valid_from") or date.max,
            )
        self.problems.extend(document.problems)
        return manifest

    def _clocks(self, subject: str) -> tuple[ClockDefinition, ...]:
        if "clocks.yaml" not in self.files:
            return ()
        document = parse_yaml("clocks.yaml", self.files["clocks.yaml"])
        clocks = read_clocks(document, subject, self.vocabulary)
        self.problems.extend(document.problems)
        return clocks

    def _colours(self, subject: str) -> tuple[ColourRule, ...]:
        if "colours.yaml" not in self.files:
            return ()
        document, top = self._open("colours.yaml")
        colours = []
        for section in top.sections("colours") if top else ():
            section.known("id", "sign", "when", "source", "mark", "note")
            source, mark, _ = read_source(section)
            when = read_conditions(section, "when", subject, self.vocabulary)
            colours.append(ColourRule(section.text("id"), section.text("sign", example="●"), when, source, mark))
        self.problems.extend(document.problems)
        return tuple(colours)

    def _parameter(self, file: str, name: str, place: str) -> None:
        document, top = self._open(file)
        if top is not None:
            top.known("type", "choices", "values")
            kind = top.choice("type", tuple(PARAMETER_TYPES))
            choices = top.words("choices")
            values = tuple(v for s in top.sections("values") if (v := _dated(s, kind, choices)) is not None)
            _check_order(top, values)
            layer = self.overlays.setdefault(place, {}) if place else self.parameters
            layer[name] = Parameter(name, kind, choices, values, place, file)
        self.problems.extend(document.problems)

    def _checklist(self, file: str, name: str) -> None:
        document, top = self._open(file)
        if top is not None:
            top.known("valid_from", "source", "mark", "note", "items")
            source, mark, _ = read_source(top)
            items = []
            for item in top.sections("items"):
                item.known("id", "needs_evidence")
                items.append(ChecklistItem(item.text("id"), bool(item.get("needs_evidence", bool, needed=False))))
            self.checklists[name] = Checklist(name, top.day("valid_from") or date.max, source, mark, tuple(items))
        self.problems.extend(document.problems)

    def _paper(self, file: str, name: str) -> None:
        try:
            text = self.files[file].decode("utf-8")
        except UnicodeDecodeError:
            self._note(
                file,
                "not_utf8",
                Said("文件不是 UTF-8 编码。", "The file is not UTF-8."),
                Said("另存为 UTF-8。", "Save as UTF-8."),
            )
            return
        self.papers[name] = PaperTemplate(name, file, text, tuple(dict.fromkeys(_PLACEHOLDER.findall(text))))

    def _texts(self, file: str, language: str) -> None:
        document, top = self._open(file)
        texts: dict[str, str] = {}
        if language not in LANGUAGES:
            document.report(
                (),
                "language_unknown",
                Said("不支持的语言。", "Unsupported language."),
                Said(f"可用：{LANGUAGES}", f"There is: {LANGUAGES}"),
            )
        for key in top.data if top else ():
            texts[key] = top.text(key) if top else ""
        self.texts[language] = texts
        self.problems.extend(document.problems)


def read_source(section: Section) -> tuple[Source, Mark, str]:
    """The `source`, `mark` and `note` of a section. An unverified entry must say in `note` what is not known."""
    written = section.get("source", (str, dict), example="文件名称（文号）")
    source = Source("")
    if isinstance(written, str):
        source = Source(section.text("source", example="文件名称（文号）"))
    elif isinstance(written, dict):
        inner = Section(section.document, (*section.path, "source"), written)
        inner.known("title", "reference", "address")
        source = Source(inner.text("title"), inner.text("reference", needed=False), inner.text("address", needed=False))
    mark = Mark(section.choice("mark", tuple(Mark)))
    note = section.text("note", needed=mark is Mark.UNVERIFIED and "mark" in section.data, example="尚未核实什么")
    return source, mark, note


def _dated(section: Section, kind: str, choices: Sequence[str]) -> DatedValue | None:
    section.known("valid_from", "valid_until", "value", "source", "mark", "note")
    since, until = section.day("valid_from"), section.day("valid_until", needed=False)
    source, mark, note = read_source(section)
    known = PARAMETER_TYPES.get(kind)
    value: Any = None
    if "value" not in section.data:
        section.get("value", object, example=known.example if known else "")
    elif known:
        try:
            value = known.read(section.data["value"])
        except NotThisType:
            fix = Said(f"{kind} 类型写成：{known.example}", f"A {kind} is written: {known.example}")
            section.report(
                "value",
                "value_wrong",
                Said("值与类型不符。", "The value is not of the type."),
                fix,
                section.data["value"],
            )
        if kind == "choice" and value is not None and value not in choices:
            fix = Said(f"可选：{'、'.join(choices)}", f"Choose from: {', '.join(choices)}")
            section.report("value", "choice_unknown", Said("不在可选范围内。", "Not one of the choices."), fix, value)
    if since is None or value is None:
        return None
    line = section.document.lines.get(section.path, 0)
    return DatedValue(value, since, until, source, mark, note, section.document.file, line)


def _check_order(top: Section, values: Sequence[DatedValue]) -> None:
    """Values stand in the order of their dates and do not overlap; an open end ends with the next value."""
    for i, value in enumerate(values):
        if value.valid_until is not None and value.valid_until <= value.valid_from:
            top.report(
                "values",
                "interval_empty",
                Said("失效日不晚于生效日。", "valid_until is not after valid_from."),
                Said("改正其中一个日期。", "Mend one of the dates."),
                value.valid_until,
            )
        if i and value.valid_from <= values[i - 1].valid_from:
            top.report(
                "values",
                "dates_not_ascending",
                Said("各值须按生效日先后排列。", "Values must stand in the order of valid_from."),
                Said("调整顺序或日期。", "Change the order or the dates."),
                value.valid_from,
            )
        elif i and (end := values[i - 1].valid_until) is not None and end > value.valid_from:
            top.report(
                "values",
                "intervals_overlap",
                Said("前一个值的失效日晚于本值生效日。", "The value before it ends after this one begins."),
                Said("把前一个值的失效日改为本值生效日。", "Let the earlier one end where this one begins."),
                end,
            )
