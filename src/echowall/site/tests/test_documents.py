import re

from echowall.site.environment import VARIABLES, project_directory


class TestConfigurationTable:
    def test_lists_exactly_the_variables_that_are_read(self) -> None:
        text = (project_directory() / "docs" / "reference" / "configuration.md").read_text(encoding="utf-8")
        assert re.findall(r"^\| `(ECHOWALL_\w+)` \|", text, re.MULTILINE) == list(VARIABLES)
