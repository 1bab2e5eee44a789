"""What comes with the program and belongs into every installation's tables: brought up to date at the first start of a version."""

from __future__ import annotations

from hashlib import sha256
from importlib.resources import files

_FILES = ("data/policy_texts.json",)


def digest() -> str:
    """Return a digest that changes with anything shipped."""
    content = b"".join(files("echowall.matters").joinpath(name).read_bytes() for name in _FILES)
    return sha256(content).hexdigest()


def bring_in() -> tuple[int, int]:
    """Load the policy texts that come with the program, for everywhere; (added, changed). Needs Django set up."""
    from echowall.kernel import clock
    from echowall.kernel.actors import SYSTEM_ACTOR
    from echowall.kernel.scope import as_system
    from echowall.matters.operations import load_policy_texts
    from echowall.matters.policy_files import shipped_rows

    with as_system():
        return load_policy_texts(rows=shipped_rows(), place=None, actor=SYSTEM_ACTOR, at=clock.now())
