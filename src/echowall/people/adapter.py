"""How sign-in behaves here: accounts are opened by an administrator, and a locked-out person is told what to do."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """No self-registration."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Return False: accounts come with an appointment."""
        return False


def locked_out(request: HttpRequest, credentials: Any = None, *args: Any, **kwargs: Any) -> HttpResponse:
    """Return the page shown after too many wrong passwords."""
    return render(request, "account/locked_out.html", status=429)
