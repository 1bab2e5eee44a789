"""Addresses of the wall: the public ones below ``/wall/``, the moderators' below ``/desk/wall/``."""

from django.urls import path

from . import moderating, views

app_name = "wall"
urlpatterns = [
    path("wall/", views.index, name="index"),
    path("wall/feed.atom", views.feed, name="feed"),
    path("wall/<slug:slug>/", views.detail, name="detail"),
    path("desk/wall/", moderating.moderate, name="moderate"),
    path("desk/wall/<uuid:post_id>/", moderating.moderate, name="post"),
    path("desk/wall/<uuid:post_id>/decide/", moderating.decide, name="decide"),
]
