"""What comes with the program is in every installation's tables, once."""

from __future__ import annotations

from tests.cast import Cast

from echowall.matters.models import PolicyText
from echowall.matters.policy_files import shipped_rows
from echowall.site import shipped


class TestShipped:
    def test_policy_texts_come_in_once_for_everywhere(self, cast: Cast) -> None:
        assert cast.fuhua.office.kind == "office"
        assert shipped.bring_in() == (len(shipped_rows()), 0)
        assert shipped.bring_in() == (0, 0)
        assert PolicyText.objects.filter(place=None).count() == len(shipped_rows()) > 5
        assert len(shipped.digest()) == 64
