"""One look at a register: the rows that the address asks for, a page of them, and how many there are."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from ..actors import Actor
from ..errors import InvalidInput, Problem
from ..search import FOUND_AT_MOST
from .definition import Column, Filter, Register, Rows, filter_problem
from .seen import sees_few, through_view

PAGE_ROWS = 50
# Counting and paging stop here: nobody reads three thousand rows on a screen, and a count of a million is a wait.
# The whole number stands where it is defined (figures), the whole list in the Excel file.
SEEN_AT_MOST = 3_000
_PAGE = re.compile("[0-9]{1,4}")  # isdigit() would let "²" through


@dataclass
class Listing:
    """A register narrowed by filters, search and order; ``order`` is "" where the filters bring their own."""

    register: Register
    actor: Actor
    rows: Rows
    given: dict[str, str]
    order: str
    page_number: int

    @cached_property
    def count(self) -> int:
        """How many rows there are, at most one more than ``SEEN_AT_MOST``."""
        # What a search found is few rows by their ids; of everything else, few rows of many may be in sight.
        is_narrow = self.register.has_view and "q" not in self.given and sees_few(self.rows)
        rows = through_view(self.rows) if is_narrow else self.rows
        return rows.order_by()[: SEEN_AT_MOST + 1].count()

    @property
    def is_capped(self) -> bool:
        """Whether there are more rows than are counted."""
        return self.count > SEEN_AT_MOST

    @property
    def count_text(self) -> str:
        """The count as the page says it; a search says when it shows only the newest of what it found."""
        if "q" in self.given and self.count >= FOUND_AT_MOST:
            return _("最新的 %d 条，请再加条件") % FOUND_AT_MOST
        return _("%d 条以上") % SEEN_AT_MOST if self.is_capped else _("%d 条") % self.count

    @cached_property
    def page(self) -> list[Any]:
        """The rows of this page: found by their ids first, so that what is skipped is never read whole or joined."""
        start = (self.page_number - 1) * PAGE_ROWS
        ids = list(self.rows.select_related(None).values_list("pk", flat=True)[start : start + PAGE_ROWS])
        # Not from self.rows: its filters have been applied, and would be applied again.
        found = {row.pk: row for row in self.register.base(self.actor).filter(pk__in=ids)}
        return [found[i] for i in ids if i in found]

    @property
    def page_count(self) -> int:
        """How many pages can be opened."""
        return max(1, -(-min(self.count, SEEN_AT_MOST) // PAGE_ROWS))

    @property
    def columns(self) -> list[Column]:
        """The columns of the page."""
        return [c for c in self.register.columns if c.in_list]

    def address(self, **changes: str | int) -> str:
        """Return the query string with some values changed; an empty value takes one out."""
        values = {**self.given, "order": self.order if self.order != self.register.order else "", **changes}
        return "?" + urlencode({k: v for k, v in values.items() if v not in ("", None)})

    @property
    def kept(self) -> dict[str, str]:
        """The filters, and the order where it is not the usual one: what a saved view keeps and an export repeats."""
        return {**self.given, **({"order": self.order} if self.order not in ("", self.register.order) else {})}

    @property
    def previous(self) -> str:
        """Address of the page before, or ""."""
        return self.address(page=self.page_number - 1) if self.page_number > 1 else ""

    @property
    def next(self) -> str:
        """Address of the page after, or ""."""
        return self.address(page=self.page_number + 1) if self.page_number < self.page_count else ""


def listing_for(register: Register, actor: Actor, asked: Mapping[str, str]) -> Listing:
    """Return what the address (a mapping of its parameters) asks of a register.

    Raises:
        NotPermitted: the actor may not see this register.
        InvalidInput: with every filter, order and page that cannot be used.
    """
    actor.require(register.permission)
    rows, problems, given = register.base(actor), [], {}
    for item in register.filters:
        text = asked.get(item.name, "").strip()
        if not text:
            continue
        given[item.name] = text
        rows, problem = _applied(item, rows, text, actor)
        if problem:
            problems.append(problem)
    words = asked.get("q", "").strip()
    if words and register.search is not None:
        given["q"] = words
        rows = register.search(rows, words)
    order, problem = _order(register, asked.get("order", ""))
    problems += [problem] if problem else []
    page_text = asked.get("page", "1") or "1"
    page_number = int(page_text) if _PAGE.fullmatch(page_text) else 0
    if not 1 <= page_number <= SEEN_AT_MOST // PAGE_ROWS:
        problems.append(Problem("page_invalid", _("没有这一页，请缩小筛选范围"), place="page", value=page_text))
    if problems:
        raise InvalidInput(problems)
    own = register.order_in(given) if register.order_in and not asked.get("order") else ()
    if own:
        return Listing(register, actor, rows.order_by(*own), given, "", page_number)
    tie = "-id" if order.startswith("-") else "id"
    return Listing(register, actor, rows.order_by(order, tie), given, order, page_number)


def _applied(item: Filter, rows: Rows, text: str, actor: Actor) -> tuple[Rows, Problem | None]:
    if item.choices is not None:
        allowed = {str(value) for value, _label in item.choices(actor)}
        wrong = [v for v in text.split(",") if v not in allowed]
        if wrong:
            return rows, filter_problem(item, ",".join(wrong), _("没有这个选项"))
    try:
        return item.apply(rows, text), None
    except ValueError:
        return rows, filter_problem(item, text, _("不能这样筛选，日期请写成 2022-05-03"))


def _order(register: Register, asked: str) -> tuple[str, Problem | None]:
    if not asked:
        return register.order, None
    if asked.lstrip("-") in {c.sort for c in register.columns if c.sort} or asked == register.order:
        return asked, None
    return register.order, Problem("order_invalid", _("不能按这一列排序"), place="order", value=asked)
