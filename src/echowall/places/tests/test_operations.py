"""The place tree through its operations."""

import pytest
from tests.cast import EVENING, Cast

from echowall.kernel.errors import InvalidInput, NotPermitted, Refusal
from echowall.kernel.models import AuditEntry
from echowall.kernel.scope import as_system
from echowall.places.models import Place, PlaceAlias
from echowall.places.operations import NewPlace, add_place, add_places, rename_place


class TestAddPlaces:
    def test_builds_path_office_and_address(self, cast: Cast) -> None:
        street = cast.fuhua
        unit = add_place(
            parent=street.building,
            new=NewPlace("unit", "2单元", label="u2"),
            actor=street.actor("administrator"),
            at=EVENING,
        )
        assert unit.path == f"{street.building.path}.u2"
        assert unit.office_id == street.office.id
        assert unit.address == "铁路小区3号楼2单元"

    def test_names_every_problem_at_once(self, cast: Cast) -> None:
        street = cast.fuhua
        wrong = [NewPlace("compound", "倒挂小区"), NewPlace("unit", " "), NewPlace("unit", "甲", label="有中文")]
        with pytest.raises(InvalidInput) as refused:
            add_places(parent=street.building, new=wrong, actor=street.actor("administrator"), at=EVENING)
        assert refused.value.codes == {"wrong_level", "name_missing", "label_invalid"}
        assert not Place.objects.filter(parent=street.building).exists()

    def test_refuses_taken_name_and_other_street(self, cast: Cast) -> None:
        street = cast.fuhua
        actor = street.actor("administrator")
        with pytest.raises(InvalidInput) as refused:
            add_place(parent=street.compound, new=NewPlace("building", "3号楼"), actor=actor, at=EVENING)
        assert refused.value.codes == {"name_taken"}
        with pytest.raises(NotPermitted):
            add_place(parent=cast.songshan.compound, new=NewPlace("building", "9号楼"), actor=actor, at=EVENING)


class TestRenamePlace:
    def test_keeps_old_name_and_addresses_within(self, cast: Cast) -> None:
        street = cast.fuhua
        actor = street.actor("administrator")
        rename_place(place=street.compound, name="铁英小区", actor=actor, at=EVENING)
        street.building.refresh_from_db()
        assert street.building.address == "铁英小区3号楼"
        assert PlaceAlias.objects.get(place=street.compound).name == "铁路小区"
        with as_system():
            assert AuditEntry.objects.filter(action="places.place.renamed").count() == 1
        rename_place(place=street.compound, name="铁英小区", actor=actor, at=EVENING)
        with as_system():
            assert AuditEntry.objects.filter(action="places.place.renamed").count() == 1

    def test_refuses_taken_name(self, cast: Cast) -> None:
        street = cast.fuhua
        with pytest.raises(Refusal) as refused:
            rename_place(
                place=street.communities[0],
                name=street.communities[1].name,
                actor=street.actor("administrator"),
                at=EVENING,
            )
        assert refused.value.codes == {"name_taken"}
