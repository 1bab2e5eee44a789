"""Identifiers made by the application, so that a phone or a node without a network can make them too."""

from __future__ import annotations

import secrets
from datetime import date
from uuid import UUID

from uuid_utils.compat import uuid7

# Crockford's alphabet: no I, L, O, U, so a number read out on the phone is not misheard.
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def new_id() -> UUID:
    """Return a UUIDv7: unique without a server, and sorting by the time it was made (RFC 9562)."""
    return uuid7()


def check_character(text: str) -> str:
    """Return the check character over the letters and digits of ``text`` (weighted sum modulo 31, a prime below 32).

    Catches every single wrong character and every swap of two neighbours.
    """
    values = [_ALPHABET.index(c) for c in text if c in _ALPHABET]
    return _ALPHABET[sum(v * (i % 30 + 1) for i, v in enumerate(values)) % 31]


def new_ticket(on: date) -> str:
    """Return a ticket number such as ``0503-7K3QX-M``: day, 25 random bits, check character. Not guessable in sequence."""
    body = f"{on:%m%d}-" + "".join(secrets.choice(_ALPHABET) for _ in range(6))
    return f"{body}-{check_character(body)}"


def normalise_ticket(text: str) -> str:
    """Return what a person typed as a ticket number in its stored form, forgiving case, spaces, O/0, I/L/1 and full width.

    Returns an empty string when the check character is wrong, so a typing error is told apart from an unknown ticket.
    """
    folded = "".join(chr(ord(c) - 0xFEE0) if "！" <= c <= "～" else c for c in text).upper()
    folded = folded.translate(str.maketrans("OIL", "011"))
    kept = "".join(c for c in folded if c in _ALPHABET)
    if len(kept) != 11 or check_character(kept[:-1]) != kept[-1]:
        return ""
    return f"{kept[:4]}-{kept[4:10]}-{kept[10]}"
