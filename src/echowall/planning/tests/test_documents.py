from dataclasses import dataclass

import pytest

from echowall.planning.documents import InvalidProblemError, read, schema, write


@dataclass(frozen=True)
class Estate:
    name: str
    people: tuple[int, ...] = ()


def test_reads_what_it_wrote() -> None:
    estate = Estate("锦绣苑", (3, 4))
    assert read(Estate, write(estate)) == estate


def test_names_every_fault_at_once_with_place_and_value() -> None:
    with pytest.raises(InvalidProblemError) as caught:
        read(Estate, '{"people": [1, "二"], "poeple": 4}')
    assert {(fault.place, fault.value) for fault in caught.value.faults} == {
        ("name", ""),
        ("people.1", "'二'"),
        ("poeple", "4"),
    }


def test_publishes_a_schema() -> None:
    assert schema(Estate)["required"] == ["name"]
