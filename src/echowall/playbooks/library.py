"""A folder of playbooks: finding the one that rules a subject at a place, and the version a case is pinned to."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path

from echowall.playbooks.clocks.calendars import ChineseCalendar, read_years
from echowall.playbooks.clocks.compiling import ClockSet
from echowall.playbooks.clocks.folding import Resolve
from echowall.playbooks.errors import (
    NoPlaybookApplies,
    PlaybookInvalid,
    Problem,
    SeveralPlaybooksApply,
    UnknownPlaybook,
    VersionNotKept,
)
from echowall.playbooks.loading import from_files, load
from echowall.playbooks.playbook import Playbook
from echowall.playbooks.types import Status
from echowall.playbooks.vocabulary import VOCABULARY, Vocabulary
from echowall.playbooks.yaml_source import parse_yaml

EVERYWHERE = "*"

KeptFiles = Callable[[str], Mapping[str, bytes] | None]
"""Finds the files of an older version, for example in the database; None if it has none."""


def default_folder() -> Path:
    """The playbooks that come with the programme: the folder beside `src`, or else below the working directory."""
    beside = Path(__file__).resolve().parents[3] / "playbooks"
    return beside if beside.is_dir() else Path("playbooks")


def playbook_folders(folder: Path) -> list[Path]:
    """The folders below `folder` that are playbooks, or `folder` itself if it is one."""
    if (folder / "manifest.yaml").is_file():
        return [folder]
    return sorted(manifest.parent for manifest in folder.glob("*/manifest.yaml"))


def calendar_of(folder: Path) -> ChineseCalendar:
    """The Chinese calendar, with the years that `calendars/cn.yaml` below `folder` adds.

    Raises:
        PlaybookInvalid: the file has mistakes.
    """
    added = folder / "calendars" / "cn.yaml"
    return ChineseCalendar(read_years(added) if added.is_file() else None)


class Library:
    """All playbooks of a folder, loaded once."""

    def __init__(
        self, folder: str | Path, *, kept_files: KeptFiles | None = None, vocabulary: Vocabulary = VOCABULARY
    ) -> None:
        """`kept_files` supplies the files of versions that are no longer in the folder.

        Raises:
            PlaybookInvalid: with the mistakes of all playbooks of the folder.
        """
        self.folder = Path(folder)
        self._kept_files, self._vocabulary = kept_files, vocabulary
        self.playbooks: dict[str, Playbook] = {}
        problems: list[Problem] = []
        for path in playbook_folders(self.folder):
            try:
                self.playbooks[path.name] = load(path, vocabulary)
            except PlaybookInvalid as error:
                problems.extend(error.problems)
        if problems:
            raise PlaybookInvalid(str(self.folder), problems)
        self._versions = {p.version: p for p in self.playbooks.values()}

    def get(self, name: str) -> Playbook:
        """The playbook of that name as it is now.

        Raises:
            UnknownPlaybook: there is none.
        """
        try:
            return self.playbooks[name]
        except KeyError:
            known = ", ".join(sorted(self.playbooks))
            raise UnknownPlaybook(
                f"没有工作法“{name}”，现有：{known}", f"There is no playbook {name}; there is: {known}"
            ) from None

    def playbook_for(self, subject: str, *, on: date, place: Sequence[str] = ()) -> Playbook:
        """The active playbook of a subject whose place is nearest in the chain (nearest first), "*" being farthest.

        Raises:
            NoPlaybookApplies: none is in force there on that day.
            SeveralPlaybooksApply: two claim the same place.
        """
        ruling = [
            p
            for p in self.playbooks.values()
            if p.manifest.subject == subject and p.manifest.status is Status.ACTIVE and p.manifest.valid_from <= on
        ]
        for code in (*place, EVERYWHERE):
            found = [p for p in ruling if code in p.manifest.places]
            if len(found) > 1:
                names = ", ".join(p.id for p in found)
                raise SeveralPlaybooksApply(
                    f"地点 {code} 同时适用多个“{subject}”工作法：{names}；请停用其余。",
                    f"At place {code} several playbooks rule {subject}: {names}; deactivate all but one.",
                )
            if found:
                return found[0]
        raise NoPlaybookApplies(
            f"{on} 在地点 {'、'.join(place) or '全部'} 没有适用的“{subject}”工作法。",
            f"On {on} no playbook rules {subject} at {', '.join(place) or 'any place'}.",
        )

    def version(self, version: str, name: str = "") -> Playbook:
        """The playbook of exactly this version: the present one, or a kept copy.

        Raises:
            VersionNotKept: there is no copy of it.
        """
        playbook = self._versions.get(version)
        if playbook is None and self._kept_files is not None:
            files = self._kept_files(version)
            if files is not None:
                playbook = from_files(files, name or _name_in(files), self._vocabulary)
                self._versions[version] = playbook
        if playbook is None:
            raise VersionNotKept(f"没有保存工作法版本 {version}。", f"Playbook version {version} was not kept.")
        return playbook

    def resolver(self, place: Sequence[str]) -> Resolve:
        """For `clocks.compute(resolve=…)`: the clocks of any kept version at a place."""

        def resolve(version: str, on: date) -> ClockSet:
            return self.version(version).clocks_on(on, place)

        return resolve


def _name_in(files: Mapping[str, bytes]) -> str:
    """The id that the kept manifest states."""
    data = parse_yaml("manifest.yaml", files.get("manifest.yaml", b"")).data
    return str(data.get("id", "")) if isinstance(data, dict) else ""
