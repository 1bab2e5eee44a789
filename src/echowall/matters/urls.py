"""Addresses of matters."""

from django.urls import path

from echowall.kernel.register.views import register_view

from . import registers, views

app_name = "matters"
urlpatterns = [
    path("", register_view(registers.MATTERS), name="list"),
    path("<uuid:matter_id>/", views.detail, name="detail"),
]
