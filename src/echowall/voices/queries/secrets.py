"""The secrets of a source, for its adapter alone."""

from __future__ import annotations

import json

from echowall.kernel.personal import Sealed, unseal

from ..models import Source


def secrets_of(source: Source) -> dict[str, str]:
    """Return the secrets of a source in plain text; empty when none were set. Never for a page."""
    if source.secrets_sealed is None:
        return {}
    held: dict[str, str] = json.loads(unseal("source", Sealed(bytes(source.secrets_sealed))))
    return held
