"""Masking what identifies a person."""

from __future__ import annotations

import re

_PHONE = re.compile(r"(?<!\d)(1[3-9]\d)\d{4}(\d{4})(?!\d)")
_IDENTITY = re.compile(r"(?<!\d)(\d{4})\d{10}(\d{3}[\dXx])(?!\d)")


def mask(text: str) -> str:
    """Return ``text`` with phones and identity numbers masked."""
    return _IDENTITY.sub(r"\1**********\2", _PHONE.sub(r"\1****\2", text))
