"""Every message set at hand through the upload path: rows in = messages + named errors; the second load adds 0.

Run with -s for the table.
"""

import sys

import pytest
from tests.cast import DAWN, Cast
from tests.measured_sets import SETS, needed, path_of, rows_in

from echowall.kernel.actors import SYSTEM_ACTOR
from echowall.kernel.scope import as_system
from echowall.voices.cli import load_file
from echowall.voices.models import Message
from echowall.voices.operations import add_source

pytestmark = needed


@pytest.mark.parametrize("name", SETS)
def test_rows_in_are_messages_and_named_errors_and_twice_adds_nothing(cast: Cast, name: str) -> None:
    path = path_of(name)
    with as_system():
        add_source(channel="table", name="导入", place=cast.fuhua.office, actor=SYSTEM_ACTOR, at=DAWN)
    first = load_file(path.read_bytes(), path.name, "导入", "", None, record_only=True)
    again = load_file(path.read_bytes(), path.name, "导入", "", None, record_only=True)
    with as_system():
        stored = Message.objects.count()
    sys.stdout.write(
        f"\n{name}: {first['rows']} = {first['new']} + {first['problems']}; {first['rows_per_second']}/s;"
        f" again +{again['new']}, {again['rows_per_second']}/s"
    )
    assert first["rows"] == rows_in(path) == first["new"] + first["known"] + first["problems"]
    assert first["known"] == 0
    assert stored == first["new"]
    assert again["new"] == 0
    assert again["known"] == first["new"]
    assert again["problems"] == first["problems"]
