"""The API's description: written by `make openapi`, compared with the program's by test_openapi.py."""

import importlib.util
import json
import sys
from pathlib import Path
from typing import Any

SNAPSHOT = Path(__file__).resolve().parents[2] / "docs" / "reference" / "openapi.json"
MODULE = "echowall.site.api"


def has_api() -> bool:
    """Return whether the program has an API yet."""
    return importlib.util.find_spec(MODULE) is not None


def present_schema() -> dict[str, Any]:
    """Return the API's description as the program gives it now; Django must be set up."""
    api = importlib.import_module(MODULE).api
    schema: dict[str, Any] = json.loads(json.dumps(api.get_openapi_schema(path_prefix="/"), default=str))
    return schema


if __name__ == "__main__":
    import django

    django.setup()
    text = json.dumps(present_schema(), ensure_ascii=False, indent=1, sort_keys=True)
    SNAPSHOT.write_text(text + "\n", encoding="utf-8")
    sys.stdout.write(f"{SNAPSHOT}\n")
