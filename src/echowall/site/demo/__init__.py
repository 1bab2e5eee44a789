"""The demonstration: a street office with its places, people, teams, and two weeks of messages and matters.

Made by our own generator with a fixed seed and ending now; nothing of it is a real person or compound.
"""

from .accounts import DEMO_PASSWORD, accounts

__all__ = ["DEMO_PASSWORD", "accounts", "fill"]


def fill() -> None:
    """Fill an empty database with the demonstration; needs Django set up."""
    from .story import fill as tell_story

    tell_story()
