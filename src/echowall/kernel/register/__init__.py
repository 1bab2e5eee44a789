"""Registers (台账): a filtered list of anything, once for all apps: on the page, saved, searched, out to Excel.

An app declares a ``Register`` in its ``registers.py`` and gives it an address with ``views.register_view``.
The number on a page, the list and the Excel file are the same query.
"""

from .definition import Column, Filter, Register, choice_filter, date_filter, find, known_registers, mark_filter
from .listing import Listing, listing_for

__all__ = [
    "Column",
    "Filter",
    "Listing",
    "Register",
    "choice_filter",
    "date_filter",
    "find",
    "known_registers",
    "listing_for",
    "mark_filter",
]
