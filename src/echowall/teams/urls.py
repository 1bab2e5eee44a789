"""Addresses of teams."""

from django.urls import path

from echowall.kernel.register.views import register_view

from . import registers, views

app_name = "teams"
urlpatterns = [
    path("", register_view(registers.TEAMS, "teams/teams.html"), name="list"),
    path("new/", views.new_team, name="new"),
    path("<uuid:team_id>/", views.team, name="team"),
]
