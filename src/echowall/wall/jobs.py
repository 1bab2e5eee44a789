"""Jobs of the wall: its reactions are found here by the worker."""

from __future__ import annotations

from . import reactions

__all__ = ["reactions"]
