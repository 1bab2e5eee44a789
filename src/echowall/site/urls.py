"""Every address of the program."""

from __future__ import annotations

from importlib.util import find_spec

from django.urls import include, path
from django.views.generic import RedirectView

from echowall.kernel import styleguide

# One line per app that has pages; the public wall is the front door.
PAGES = (
    ("", "echowall.wall.urls"),
    ("", "echowall.voices.urls"),
    ("desk/", "echowall.command.urls"),
    ("desk/matters/", "echowall.matters.urls"),
    ("desk/places/", "echowall.places.urls"),
    ("desk/people/", "echowall.people.urls"),
    ("desk/teams/", "echowall.teams.urls"),
    ("desk/notices/", "echowall.notices.urls"),
    ("desk/documents/", "echowall.documents.urls"),
    ("desk/retention/", "echowall.retention.urls"),
    ("desk/", "echowall.kernel.urls"),
    ("", "echowall.site.api"),
)

urlpatterns = [
    path("account/signup/", RedirectView.as_view(pattern_name="account_login")),
    path("account/", include("allauth.urls")),
    path("i18n/", include("django.conf.urls.i18n")),
    path("styleguide/", styleguide.styleguide),
    path("styleguide/places/", styleguide.sample_places),
    path("styleguide/<slug:page>/", styleguide.styleguide),
    *(path(prefix, include(module)) for prefix, module in PAGES if find_spec(module)),
]
