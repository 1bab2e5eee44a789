"""YAML with line numbers, read strictly: no duplicate keys, no anchors, no guessing of types.

YAML 1.1 turns `on`, `yes` and `12:30` into booleans and numbers. Officials write these words as keys and values, so
here only `true`/`false`, plain decimal numbers, `null` and dates written YYYY-MM-DD are anything else than text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from difflib import get_close_matches
from typing import Any, cast

import yaml

from echowall.playbooks.errors import Problem, Said

Path = tuple[str | int, ...]

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


class _StrictLoader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]  # C if PyYAML has it
    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012 - PyYAML reads it from the class


_StrictLoader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"true|false"), list("tf"))
_StrictLoader.add_implicit_resolver("tag:yaml.org,2002:int", re.compile(r"-?(?:0|[1-9]\d*)$"), list("-0123456789"))
_StrictLoader.add_implicit_resolver("tag:yaml.org,2002:float", re.compile(r"-?\d+\.\d+$"), list("-0123456789"))
_StrictLoader.add_implicit_resolver("tag:yaml.org,2002:null", re.compile(r"(?:~|null|)$"), ["~", "n", ""])
_StrictLoader.add_implicit_resolver("tag:yaml.org,2002:merge", re.compile(r"<<$"), ["<"])


@dataclass
class Document:
    """One YAML file as plain data, with the line (from 1) of every key and item."""

    file: str
    data: Any = None
    lines: dict[Path, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def report(self, path: Path, code: str, said: Said, fix: Said, value: object = "") -> None:
        """Note one mistake at the line of `path` (or of its nearest known parent)."""
        at = path
        while at and at not in self.lines:
            at = at[:-1]
        key = ".".join(str(part) for part in path)
        shown = "" if value == "" else str(value)
        self.problems.append(Problem(self.file, self.lines.get(at, 0), key, shown[:120], code, said, fix))


def parse_yaml(file: str, content: bytes) -> Document:
    """Parse one file; mistakes of syntax become problems of the document, never exceptions."""
    document = Document(file)
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        document.report(
            (),
            "not_utf8",
            Said("文件不是 UTF-8 编码。", "The file is not UTF-8."),
            Said("另存为 UTF-8。", "Save as UTF-8."),
        )
        return document
    loader = _StrictLoader(text)
    try:
        node = loader.get_single_node()
        if node is not None:
            document.data = _build(loader, node, (), document, set())
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        document.lines[()] = mark.line + 1 if mark else 0
        detail = getattr(error, "problem", "") or str(error)
        document.report(
            (),
            "yaml_syntax",
            Said(f"YAML 语法错误：{detail}", f"YAML syntax error: {detail}"),
            Said("检查该行的缩进、冒号和引号。", "Look at the indentation, colons and quotes of this line."),
        )
    finally:
        loader.dispose()
    return document


def _build(loader: _StrictLoader, node: yaml.Node, path: Path, document: Document, seen: set[int]) -> Any:
    document.lines.setdefault(path, node.start_mark.line + 1)
    if id(node) in seen:
        document.report(
            path,
            "yaml_alias",
            Said("不允许使用锚点和引用（& *）。", "Anchors and aliases (& *) are not allowed."),
            Said("把内容直接写在这里。", "Write the content here."),
        )
        return None
    seen.add(id(node))
    if isinstance(node, yaml.MappingNode):
        return _build_mapping(loader, node, path, document, seen)
    if isinstance(node, yaml.SequenceNode):
        return [_build(loader, child, (*path, i), document, seen) for i, child in enumerate(node.value)]
    plain = cast("yaml.ScalarNode", node)
    if not plain.style and _DATE.fullmatch(plain.value):
        try:
            return date.fromisoformat(plain.value)
        except ValueError:
            document.report(
                path,
                "date_impossible",
                Said("没有这一天。", "There is no such day."),
                Said("按 年-月-日 写一个真实日期。", "Write a real date as YYYY-MM-DD."),
                plain.value,
            )
            return None
    return loader.construct_object(plain)


def _build_mapping(
    loader: _StrictLoader, node: yaml.MappingNode, path: Path, document: Document, seen: set[int]
) -> dict[str, Any]:
    built: dict[str, Any] = {}
    for key_node, value_node in node.value:
        key = str(key_node.value)
        here = (*path, key)
        if key in built:
            document.lines[here] = key_node.start_mark.line + 1
            document.report(
                here,
                "key_twice",
                Said("同一处写了两次相同的键。", "The same key is written twice."),
                Said("保留一个。", "Keep one of them."),
            )
            continue
        document.lines[here] = key_node.start_mark.line + 1
        built[key] = _build(loader, value_node, here, document, seen)
    return built


@dataclass(frozen=True)
class Section:
    """A mapping inside a document; each reader notes its mistake and answers None, so that all are found at once."""

    document: Document
    path: Path
    data: dict[str, Any]

    def report(self, key: str | None, code: str, said: Said, fix: Said, value: object = "") -> None:
        """Note a mistake at `key` of this section, or at the section itself."""
        self.document.report(self.path if key is None else (*self.path, key), code, said, fix, value)

    def known(self, *keys: str) -> None:
        """Refuse every key that is not one of `keys`, naming the nearest right one."""
        for key in self.data:
            if key not in keys:
                near = get_close_matches(key, keys, 1)
                guess = near[0] if near else "、".join(keys)
                guess_en = near[0] if near else ", ".join(keys)
                self.report(
                    key,
                    "key_unknown",
                    Said("不认识的键。", "Unknown key."),
                    Said(f"是否应为：{guess}？", f"Did you mean: {guess_en}?"),
                )

    def get(self, key: str, kind: type | tuple[type, ...], *, needed: bool = True, example: str = "") -> Any:
        """The value of `key` if it has the type `kind`; else None, with the mistake noted when needed or mistyped."""
        value = self.data.get(key)
        if value is None:
            if needed:
                self.report(
                    key,
                    "key_missing",
                    Said(f"缺少“{key}”。", f"{key} is missing."),
                    Said(f"补上 {key}: {example}".strip(), f"Add {key}: {example}".strip()),
                )
            return None
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is int):
            self.report(
                key,
                "type_wrong",
                Said("值的类型不对。", "The value has the wrong type."),
                Said(f"写成 {key}: {example}", f"Write {key}: {example}"),
                value,
            )
            return None
        return value

    def text(self, key: str, *, needed: bool = True, example: str = "文字") -> str:
        """A text, stripped; "" if absent. An empty text where one is needed is noted."""
        value = self.get(key, str, needed=needed, example=example)
        if needed and value is not None and not value.strip():
            self.report(
                key,
                "text_empty",
                Said("内容是空的。", "The text is empty."),
                Said(f"写成 {key}: {example}", f"Write {key}: {example}"),
            )
        return (value or "").strip()

    def choice(self, key: str, choices: tuple[str, ...], default: str | None = None) -> str:
        """One of a closed list of words."""
        value = self.get(key, str, needed=default is None, example=choices[0]) or default
        if value is not None and value not in choices:
            self.report(
                key,
                "choice_unknown",
                Said("不在可选范围内。", "Not one of the choices."),
                Said(f"可选：{'、'.join(choices)}", f"Choose from: {', '.join(choices)}"),
                value,
            )
            return choices[0]
        return value or choices[0]

    def day(self, key: str, *, needed: bool = True) -> date | None:
        """A date written YYYY-MM-DD."""
        return cast("date | None", self.get(key, date, needed=needed, example="2022-05-03"))

    def section(self, key: str, *, needed: bool = True) -> Section | None:
        """A mapping inside this one."""
        value = self.get(key, dict, needed=needed, example="{…}")
        return None if value is None else Section(self.document, (*self.path, key), value)

    def sections(self, key: str, *, needed: bool = True) -> Iterator[Section]:
        """The mappings of a list; an item that is no mapping is noted and left out."""
        for i, item in enumerate(self.get(key, list, needed=needed, example="[…]") or ()):
            path = (*self.path, key, i)
            if isinstance(item, dict):
                yield Section(self.document, path, item)
            else:
                self.document.report(
                    path,
                    "type_wrong",
                    Said("这里要写成键值对。", "A mapping is expected here."),
                    Said("写成 - 键: 值", "Write - key: value"),
                    item,
                )

    def words(self, key: str, *, needed: bool = False) -> tuple[str, ...]:
        """A list of texts."""
        values = self.get(key, list, needed=needed, example="[…]") or []
        return tuple(str(v) for v in values)


def top_section(document: Document) -> Section | None:
    """The whole document as a section; a file that is no mapping is noted as a mistake."""
    if isinstance(document.data, dict):
        return Section(document, (), document.data)
    if not document.problems:
        document.report(
            (),
            "type_wrong",
            Said("文件应当由“键: 值”组成。", "The file must consist of key: value."),
            Said("参照其他工作法的同名文件。", "See the file of the same name of another playbook."),
        )
    return None
