"""A playbook in memory: values on a date at a place, clocks ready to run, and where everything came from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from echowall.playbooks.clocks.compiling import ClockSet, compile_clocks
from echowall.playbooks.clocks.types import ClockDefinition
from echowall.playbooks.errors import NothingInForce, PlaceholderMissing, UnknownParameter
from echowall.playbooks.types import Checklist, ColourRule, Manifest, Parameter, Value
from echowall.playbooks.vocabulary import Vocabulary

if TYPE_CHECKING:
    from echowall.playbooks.situations import Situation

LANGUAGES = ("zh", "en")


@dataclass(frozen=True, slots=True)
class PaperTemplate:
    """The text of a paper with places to fill in, written {{name}}."""

    id: str
    file: str
    text: str
    placeholders: tuple[str, ...]

    def fill_in(self, facts: Mapping[str, str]) -> str:
        """The paper's text with every placeholder replaced.

        Raises:
            PlaceholderMissing: naming all facts that are missing.
        """
        missing = [name for name in self.placeholders if name not in facts]
        if missing:
            listing = "、".join(missing)
            raise PlaceholderMissing(f"文书“{self.id}”缺少：{listing}", f"Paper {self.id} lacks: {', '.join(missing)}")
        text = self.text
        for name in self.placeholders:
            text = text.replace("{{" + name + "}}", facts[name])
        return text


@dataclass(frozen=True)
class Playbook:
    """One version of one playbook. `version` is a hash of what decides cases; `files` is what it was read from."""

    manifest: Manifest
    version: str
    parameters: Mapping[str, Parameter]
    overlays: Mapping[str, Mapping[str, Parameter]]
    clocks: tuple[ClockDefinition, ...]
    checklists: Mapping[str, Checklist]
    colours: tuple[ColourRule, ...]
    papers: Mapping[str, PaperTemplate]
    texts: Mapping[str, Mapping[str, str]]
    situations: tuple[Situation, ...] = field(repr=False)
    files: Mapping[str, bytes] = field(repr=False)
    vocabulary: Vocabulary = field(repr=False)
    _clock_sets: dict[tuple[date, tuple[str, ...]], ClockSet] = field(default_factory=dict, repr=False)

    @property
    def id(self) -> str:
        """The playbook's name, which is also its folder's."""
        return self.manifest.id

    def value(self, name: str, *, on: date, place: Sequence[str] = ()) -> Value:
        """What holds on that day at that place, with its trace.

        `place` is the chain of place codes, nearest first. The nearest overlay that has a value in force wins; then the
        playbook's own.

        Raises:
            UnknownParameter: neither the playbook nor an overlay on the chain has the parameter.
            NothingInForce: no value of it is in force on that day there.
        """
        is_known = name in self.parameters
        for code in (*place, ""):
            layer = self.overlays.get(code, {}) if code else self.parameters
            parameter = layer.get(name)
            if parameter is None:
                continue
            is_known = True
            dated = parameter.entry(on)
            if dated is not None:
                return Value(name, dated.value, on, code, dated, self.id, self.version)
        chain = "、".join(place) or "全部"
        if not is_known and not any(name in layer for layer in self.overlays.values()):
            known = ", ".join(sorted(self.parameters))
            raise UnknownParameter(
                f"工作法“{self.id}”没有参数“{name}”，现有：{known}",
                f"Playbook {self.id} has no parameter {name}; it has: {known}",
            )
        raise NothingInForce(
            f"{on} 在地点 {chain}，工作法“{self.id}”的参数“{name}”没有生效的值；请在参数文件中补上该日期的值。",
            f"On {on} at place {', '.join(place) or 'any'}, no value of {name} in playbook {self.id} is in force; "
            "add a dated value to its file.",
        )

    def clocks_on(self, on: date, place: Sequence[str] = ()) -> ClockSet:
        """The clocks with the values in force on that day at that place; made once, then kept.

        Raises:
            NothingInForce: a value that a clock needs is not in force.
        """
        key = (on, tuple(code for code in place if code in self.overlays))
        ready = self._clock_sets.get(key)
        if ready is None:
            ready = compile_clocks(
                self.clocks,
                subject=self.manifest.subject,
                vocabulary=self.vocabulary,
                value_of=lambda name: self.value(name, on=on, place=key[1]),
                identity=(self.id, self.version, on, key[1]),
                texts=self.texts,
            )
            self._clock_sets[key] = ready
        return ready

    def text(self, key: str, language: str = "zh") -> str:
        """The words for a key such as `clocks.solve`; Chinese where the language has none, else the key."""
        return self.texts.get(language, {}).get(key) or self.texts.get("zh", {}).get(key) or key

    def all_parameters(self) -> Iterator[Parameter]:
        """The playbook's own parameters, then those of every overlay."""
        yield from self.parameters.values()
        for layer in self.overlays.values():
            yield from layer.values()
