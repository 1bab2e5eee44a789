"""Personal data: sealed, found, masked, destroyed."""

import pytest
from tests.cast import EVENING, Cast

from echowall.kernel.actors import SYSTEM_ACTOR
from echowall.kernel.errors import NotPermitted, Refusal
from echowall.kernel.keys import destroy_keys
from echowall.kernel.personal import Sealed, blind_index, mask_identity_number, mask_name, mask_phone, seal, unseal


class TestSeal:
    def test_round_trip_shows_nothing_by_itself(self, db: None) -> None:
        sealed = seal("phone", "13800001234")
        assert unseal("phone", sealed) == "13800001234"
        assert "1234" not in repr(sealed) + str(sealed)
        assert b"1234" not in sealed.token
        assert seal("phone", "13800001234").token != sealed.token

    def test_refuses_tampered_value_and_other_kind(self, db: None) -> None:
        sealed = seal("phone", "13800001234")
        for kind, token in (("phone", sealed.token[:-1] + bytes([sealed.token[-1] ^ 1])), ("name", sealed.token)):
            with pytest.raises(Refusal) as refused:
                unseal(kind, Sealed(token))
            assert refused.value.codes == {"sealed_value_damaged"}

    def test_destroyed_key_makes_it_unreadable_for_good(self, cast: Cast) -> None:
        sealed = seal("phone", "13800001234")
        with pytest.raises(NotPermitted):
            destroy_keys(kind="phone", actor=cast.fuhua.actor("leader"), at=EVENING, reason="到期")
        assert destroy_keys(kind="phone", actor=SYSTEM_ACTOR, at=EVENING, reason="疫情结束") == 1
        with pytest.raises(Refusal) as refused:
            unseal("phone", sealed)
        assert refused.value.codes == {"key_destroyed"}
        assert unseal("phone", seal("phone", "13900001234")) == "13900001234"


class TestBlindIndex:
    def test_same_number_written_differently_is_found(self) -> None:
        assert blind_index("phone", "138-0000 1234") == blind_index("phone", "13800001234")
        assert blind_index("phone", "13800001234") != blind_index("identity_number", "13800001234")


class TestMasks:
    def test_masks(self) -> None:
        assert mask_phone("13800001234") == "138****1234"
        assert mask_identity_number("410103199001011234") == "4101**********1234"
        assert mask_name("王小明") == "王**"
        assert mask_name("") == ""
